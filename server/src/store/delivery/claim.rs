//! Whose turn it is to deliver to a webhook: a lease, so that processes share the
//! work and take over from each other.

use std::collections::{BTreeSet, HashMap};

use shared::id::{PartnerId, WebhookId};
use shared::partner::PartnerStatus;
use shared::time::Timestamp;
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Error};

use crate::store::Connection;
use crate::store::event::Place;
use crate::store::row::Columns as _;
use crate::store::sql::{Dialect, json};
use crate::store::webhook::{self, LAST_POSITION, WebhookRow};

/// A webhook by its partner and its id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WebhookKey {
    pub partner_id: PartnerId,
    pub id: WebhookId,
}

/// Webhooks that have something to deliver and that no other process holds, at
/// most `limit`. Those that this one holds are among them: it may have failed to
/// let one go.
pub async fn claimable(
    conn: &mut Connection,
    process: &str,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<WebhookKey>, Error> {
    let rows = sqlx::query(
        "SELECT w.partner_id, w.id FROM webhooks w
         JOIN books b ON b.partner_id = w.partner_id
         JOIN partners p ON p.id = w.partner_id
         WHERE w.is_active = 1 AND w.deleted_at IS NULL AND p.status <> 'SUSPENDED'
           AND (w.leased_until <= $1 OR w.leased_by = $3)
           AND ((w.cursor_commit, w.cursor_position) < (b.commit_number, $4)
                OR (SELECT MIN(d.due_at) FROM deliveries d
                    WHERE d.partner_id = w.partner_id AND d.webhook_id = w.id AND d.status = 'PENDING') <= $1
                OR EXISTS (SELECT 1 FROM webhook_replays r WHERE r.partner_id = w.partner_id AND r.webhook_id = w.id))
         ORDER BY w.leased_until, w.id LIMIT $2",
    )
    .bind(now.0)
    .bind(limit)
    .bind(process)
    .bind(LAST_POSITION)
    .fetch_all(conn)
    .await?;
    rows.iter().map(read_key).collect()
}

/// Webhooks of partners of whom there is news, that no process holds.
pub async fn free(
    conn: &mut Connection,
    dialect: Dialect,
    (partners, now): (&BTreeSet<PartnerId>, Timestamp),
) -> Result<Vec<WebhookKey>, Error> {
    let condition = "t.partner_id = v.value ->> 0 AND t.is_active = 1 AND t.deleted_at IS NULL
        AND t.leased_until <= $2";
    let asked: Vec<_> = partners.iter().map(|id| [id]).collect();
    let rows = sqlx::query(dialect.lookup("t.partner_id, t.id", "webhooks", condition))
        .bind(json(&asked)?)
        .bind(now.0)
        .fetch_all(conn)
        .await?;
    rows.iter().map(read_key).collect()
}

pub(super) fn read_key(row: &AnyRow) -> Result<WebhookKey, Error> {
    Ok(WebhookKey {
        partner_id: row.text("partner_id")?,
        id: row.text("id")?,
    })
}

/// Takes a webhook for a process until `until`; false if another was first.
pub async fn claim(
    conn: &mut Connection,
    key: &WebhookKey,
    process: &str,
    (now, until): (Timestamp, Timestamp),
) -> Result<bool, Error> {
    let done = sqlx::query(
        "UPDATE webhooks SET leased_by = $3, leased_until = $4
         WHERE partner_id = $1 AND id = $2 AND (leased_until <= $5 OR leased_by = $3)",
    )
    .bind(key.partner_id.as_str())
    .bind(key.id.as_str())
    .bind(process)
    .bind(until.0)
    .bind(now.0)
    .execute(conn)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Lets a webhook go. What was not attempted is due at once.
pub async fn release(
    conn: &mut Connection,
    key: &WebhookKey,
    process: &str,
    (cursor, now): (Place, Timestamp),
) -> Result<(), Error> {
    let done = sqlx::query(
        "UPDATE webhooks SET leased_by = '', leased_until = 0, cursor_commit = $4, cursor_position = $5
         WHERE partner_id = $1 AND id = $2 AND leased_by = $3",
    )
    .bind(key.partner_id.as_str())
    .bind(key.id.as_str())
    .bind(process)
    .bind(cursor.0)
    .bind(cursor.1)
    .execute(&mut *conn)
    .await?;
    if done.rows_affected() == 0 {
        return Ok(());
    }
    sqlx::query(
        "UPDATE deliveries SET due_at = $3
         WHERE partner_id = $1 AND webhook_id = $2 AND status = 'PENDING' AND tries = 0 AND due_at > $3",
    )
    .bind(key.partner_id.as_str())
    .bind(key.id.as_str())
    .bind(now.0)
    .execute(conn)
    .await?;
    Ok(())
}

/// A webhook as its worker sees it.
#[derive(Clone, Debug)]
pub struct Post {
    pub row: WebhookRow,
    pub is_suspended: bool,
    pub leased_by: String,
    pub cursor: Place,
    pub last_commit: i64,
    /// When the next pending delivery is due.
    pub next_due: Option<Timestamp>,
    pub replays: i64,
    /// How many deliveries were begun by hand.
    pub begun: i64,
}

/// Webhooks as they stand; those that were deleted are left out.
pub async fn posts(
    conn: &mut Connection,
    dialect: Dialect,
    keys: &[WebhookKey],
) -> Result<HashMap<WebhookKey, Post>, Error> {
    let of_key = "w.partner_id = v.value ->> 0 AND w.id = v.value ->> 1 AND w.deleted_at IS NULL";
    let sql = format!(
        "SELECT w.*, p.status AS partner_status, b.commit_number AS last_commit,
             (SELECT MIN(d.due_at) FROM deliveries d
              WHERE d.partner_id = w.partner_id AND d.webhook_id = w.id AND d.status = 'PENDING') AS next_due,
             (SELECT COUNT(*) FROM webhook_replays r
              WHERE r.partner_id = w.partner_id AND r.webhook_id = w.id) AS replays
         FROM {} {} {} {}",
        dialect.rows(),
        dialect.each(("webhooks", "w"), of_key),
        dialect.each(("books", "b"), "b.partner_id = w.partner_id"),
        dialect.each(("partners", "p"), "p.id = w.partner_id"),
    );
    let asked: Vec<_> = keys.iter().map(|key| (&key.partner_id, &key.id)).collect();
    let rows = sqlx::query(AssertSqlSafe(sql))
        .bind(json(&asked)?)
        .fetch_all(conn)
        .await?;
    rows.iter()
        .map(|row| Ok((read_key(row)?, read_post(row)?)))
        .collect()
}

fn read_post(row: &AnyRow) -> Result<Post, Error> {
    let partner = row.named("partner_status", PartnerStatus::named)?;
    Ok(Post {
        is_suspended: partner == PartnerStatus::Suspended,
        leased_by: row.text("leased_by")?,
        cursor: (row.number("cursor_commit")?, row.number("cursor_position")?),
        last_commit: row.number("last_commit")?,
        next_due: row.time_or_null("next_due")?,
        replays: row.number("replays")?,
        begun: row.number("begun")?,
        row: webhook::read(row)?,
    })
}
