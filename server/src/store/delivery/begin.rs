//! What a partner asks for: a delivery once more, or all of a span of time.

use shared::event::EventType;
use shared::id::{PartnerId, WebhookId};
use shared::time::Timestamp;
use sqlx::Error;

use super::{DeliveryRow, NEW, push};
use crate::store::Connection;
use crate::store::event::Place;
use crate::store::row::Columns as _;
use crate::store::sql::{Dialect, Rows, json};

/// Adds a delivery that its partner has asked for.
pub async fn insert(
    conn: &mut Connection,
    dialect: Dialect,
    delivery: &DeliveryRow,
) -> Result<(), Error> {
    let mut rows = Rows::of(&NEW);
    push(&mut rows, delivery)?;
    rows.write(&mut *conn, dialect).await?;
    count(conn, delivery).await
}

/// Lets whoever holds the webhook notice a delivery that was begun by hand.
async fn count(conn: &mut Connection, row: &DeliveryRow) -> Result<(), Error> {
    sqlx::query("UPDATE webhooks SET begun = begun + 1 WHERE partner_id = $1 AND id = $2")
        .bind(row.partner_id.as_str())
        .bind(row.webhook_id.as_str())
        .execute(conn)
        .await?;
    Ok(())
}

/// Makes a delivery pending once more, due now; false if it is.
pub async fn again(
    conn: &mut Connection,
    row: &DeliveryRow,
    now: Timestamp,
) -> Result<bool, Error> {
    let done = sqlx::query(
        "UPDATE deliveries SET status = 'PENDING', tries = 0, due_at = $3, delivered_at = NULL
         WHERE partner_id = $1 AND id = $2 AND status <> 'PENDING'",
    )
    .bind(row.partner_id.as_str())
    .bind(row.public.id.as_str())
    .bind(now.0)
    .execute(&mut *conn)
    .await?;
    let is_begun = done.rows_affected() > 0;
    if is_begun {
        count(conn, row).await?;
    }
    Ok(is_begun)
}

/// A span of time whose events are delivered once more.
#[derive(Clone, Debug)]
pub struct Replay {
    pub partner_id: PartnerId,
    pub webhook_id: WebhookId,
    pub id: String,
    /// All that the webhook receives, if there are none.
    pub event_types: Option<Vec<EventType>>,
    pub from: Timestamp,
    pub to: Timestamp,
    /// Events up to here have been delivered.
    pub cursor: Place,
    /// Later commits are no longer of this span.
    pub last_commit: i64,
}

pub async fn add_replay(
    conn: &mut Connection,
    replay: &Replay,
    now: Timestamp,
) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO webhook_replays (partner_id, webhook_id, id, event_types, from_time, to_time, cursor_commit,
             cursor_position, last_commit, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(replay.partner_id.as_str())
    .bind(replay.webhook_id.as_str())
    .bind(&replay.id)
    .bind(replay.event_types.as_ref().map(json).transpose()?)
    .bind(replay.from.0)
    .bind(replay.to.0)
    .bind(replay.cursor.0)
    .bind(replay.cursor.1)
    .bind(replay.last_commit)
    .bind(now.0)
    .execute(conn)
    .await?;
    Ok(())
}

/// The oldest replay of a webhook.
pub async fn next_replay(
    conn: &mut Connection,
    (partner_id, webhook_id): (&PartnerId, &WebhookId),
) -> Result<Option<Replay>, Error> {
    let row = sqlx::query(
        "SELECT * FROM webhook_replays WHERE partner_id = $1 AND webhook_id = $2
         ORDER BY created_at, id LIMIT 1",
    )
    .bind(partner_id.as_str())
    .bind(webhook_id.as_str())
    .fetch_optional(conn)
    .await?;
    row.map(|row| {
        Ok(Replay {
            partner_id: row.text("partner_id")?,
            webhook_id: row.text("webhook_id")?,
            id: row.text("id")?,
            event_types: row.json_or_null("event_types")?,
            from: row.time("from_time")?,
            to: row.time("to_time")?,
            cursor: (row.number("cursor_commit")?, row.number("cursor_position")?),
            last_commit: row.number("last_commit")?,
        })
    })
    .transpose()
}
