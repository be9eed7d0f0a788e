//! Where partners are told of events. Those that were deleted are seen by nobody
//! but the worker that clears away after them.

use shared::id::{PartnerId, WebhookId};
use shared::time::Timestamp;
use shared::webhook::Webhook;
use sqlx::Error;
use sqlx::any::AnyRow;

use super::Connection;
use super::list::Window;
use super::row::Columns as _;
use super::sql::json;

/// The last place within a commit.
pub const LAST_POSITION: i64 = i32::MAX as i64;

/// A webhook, and what its partner does not see of it.
#[derive(Clone, Debug)]
pub struct WebhookRow {
    pub partner_id: PartnerId,
    pub public: Webhook,
    pub headers_sealed: Option<String>,
    pub secret_sealed: String,
    pub previous_secret_sealed: Option<String>,
}

/// Adds a webhook that is told of what comes after the partner's last commit.
/// The partner's books must be held.
pub async fn insert(conn: &mut Connection, row: &WebhookRow) -> Result<(), Error> {
    let public = &row.public;
    sqlx::query(
        "INSERT INTO webhooks (partner_id, id, url, event_types, receive_all_events, description, header_names,
             headers_sealed, ordered, secret_sealed, is_active, cursor_commit, cursor_position, leased_by,
             leased_until, created_at, updated_at)
         SELECT $1, $2, $3, $4, CAST($5 AS BIGINT), $6, $7, $8, CAST($9 AS BIGINT), $10, CAST($11 AS BIGINT),
             commit_number, CAST($12 AS BIGINT), '', 0, CAST($13 AS BIGINT), CAST($13 AS BIGINT)
         FROM books WHERE partner_id = $1",
    )
    .bind(row.partner_id.as_str())
    .bind(public.id.as_str())
    .bind(&public.url)
    .bind(json(&public.event_types)?)
    .bind(i64::from(public.receive_all_events))
    .bind(&public.description)
    .bind(json(&public.headers)?)
    .bind(&row.headers_sealed)
    .bind(i64::from(public.ordered))
    .bind(&row.secret_sealed)
    .bind(i64::from(public.is_active))
    .bind(LAST_POSITION)
    .bind(public.created_at.0)
    .execute(conn)
    .await?;
    Ok(())
}

/// Writes what a partner can change of a webhook. Whether it is active changes
/// only if that is said: a worker may just have disabled it. Set going, it has
/// not failed.
pub async fn update(
    conn: &mut Connection,
    row: &WebhookRow,
    is_active: Option<bool>,
) -> Result<(), Error> {
    let public = &row.public;
    sqlx::query(
        "UPDATE webhooks SET url = $3, event_types = $4, receive_all_events = $5, description = $6,
             header_names = $7, headers_sealed = $8, ordered = $9, secret_sealed = $10,
             previous_secret_sealed = $11, previous_secret_until = $12, updated_at = $13,
             is_active = COALESCE(CAST($14 AS BIGINT), is_active),
             failing_since = CASE WHEN CAST($14 AS BIGINT) = 1 THEN NULL ELSE failing_since END,
             disabled_at = CASE WHEN CAST($14 AS BIGINT) = 1 THEN NULL ELSE disabled_at END
         WHERE partner_id = $1 AND id = $2",
    )
    .bind(row.partner_id.as_str())
    .bind(public.id.as_str())
    .bind(&public.url)
    .bind(json(&public.event_types)?)
    .bind(i64::from(public.receive_all_events))
    .bind(&public.description)
    .bind(json(&public.headers)?)
    .bind(&row.headers_sealed)
    .bind(i64::from(public.ordered))
    .bind(&row.secret_sealed)
    .bind(&row.previous_secret_sealed)
    .bind(public.previous_secret_expires_at.map(|time| time.0))
    .bind(public.updated_at.0)
    .bind(is_active.map(i64::from))
    .execute(conn)
    .await?;
    Ok(())
}

/// Deletes a webhook for its partner; false if there is none.
pub async fn delete(
    conn: &mut Connection,
    partner_id: &PartnerId,
    id: &WebhookId,
    now: Timestamp,
) -> Result<bool, Error> {
    let done = sqlx::query(
        "UPDATE webhooks SET deleted_at = $3, is_active = 0, headers_sealed = NULL, secret_sealed = '',
             previous_secret_sealed = NULL
         WHERE partner_id = $1 AND id = $2 AND deleted_at IS NULL",
    )
    .bind(partner_id.as_str())
    .bind(id.as_str())
    .bind(now.0)
    .execute(conn)
    .await?;
    Ok(done.rows_affected() > 0)
}

pub async fn find(
    conn: &mut Connection,
    partner_id: &PartnerId,
    id: &WebhookId,
) -> Result<Option<WebhookRow>, Error> {
    let row = sqlx::query(
        "SELECT * FROM webhooks WHERE partner_id = $1 AND id = $2 AND deleted_at IS NULL",
    )
    .bind(partner_id.as_str())
    .bind(id.as_str())
    .fetch_optional(conn)
    .await?;
    row.as_ref().map(read).transpose()
}

/// Newest first.
pub async fn list(
    conn: &mut Connection,
    partner_id: &PartnerId,
    window: &Window,
) -> Result<Vec<WebhookRow>, Error> {
    let below = window.below(None);
    let rows = sqlx::query(
        "SELECT * FROM webhooks
         WHERE partner_id = $1 AND (created_at, id) < ($2, $3) AND deleted_at IS NULL
         ORDER BY created_at DESC, id DESC LIMIT $4 OFFSET $5",
    )
    .bind(partner_id.as_str())
    .bind(below.0)
    .bind(below.1)
    .bind(window.limit)
    .bind(window.offset)
    .fetch_all(conn)
    .await?;
    rows.iter().map(read).collect()
}

pub async fn count(conn: &mut Connection, partner_id: &PartnerId) -> Result<i64, Error> {
    sqlx::query(
        "SELECT COUNT(*) AS total FROM webhooks WHERE partner_id = $1 AND deleted_at IS NULL",
    )
    .bind(partner_id.as_str())
    .fetch_one(conn)
    .await?
    .number("total")
}

pub(super) fn read(row: &AnyRow) -> Result<WebhookRow, Error> {
    Ok(WebhookRow {
        partner_id: row.text("partner_id")?,
        public: Webhook {
            id: row.text("id")?,
            url: row.text("url")?,
            event_types: row.json("event_types")?,
            receive_all_events: row.flag("receive_all_events")?,
            description: row.text_or_null("description")?,
            headers: row.json("header_names")?,
            ordered: row.flag("ordered")?,
            is_active: row.flag("is_active")?,
            failing_since: row.time_or_null("failing_since")?,
            disabled_at: row.time_or_null("disabled_at")?,
            previous_secret_expires_at: row.time_or_null("previous_secret_until")?,
            created_at: row.time("created_at")?,
            updated_at: row.time("updated_at")?,
        },
        headers_sealed: row.text_or_null("headers_sealed")?,
        secret_sealed: row.text("secret_sealed")?,
        previous_secret_sealed: row.text_or_null("previous_secret_sealed")?,
    })
}
