//! What happened, one row an event, in the transaction of what it tells of.

use shared::event::EventType;
use shared::id::{EventId, PartnerId};
use shared::time::Timestamp;
use sqlx::{AssertSqlSafe, Error};

use super::Connection;
use super::row::Columns as _;
use super::sql::Column::{Number, Text};
use super::sql::{Dialect, Rows, Table};
use crate::context::Context;

/// Locks the partner's books and numbers this commit, in which its events stand.
/// The first statement of every transaction that writes events.
pub async fn next_commit(conn: &mut Connection, partner_id: &PartnerId) -> Result<i64, Error> {
    sqlx::query("UPDATE books SET commit_number = commit_number + 1 WHERE partner_id = $1 RETURNING commit_number")
        .bind(partner_id.as_str())
        .fetch_one(conn)
        .await?
        .number("commit_number")
}

/// Holds the partner's books until the transaction ends, for one that must take
/// turns with those that write events, and writes none itself.
pub async fn lock_books(
    conn: &mut Connection,
    dialect: Dialect,
    partner_id: &PartnerId,
) -> Result<(), Error> {
    sqlx::query(AssertSqlSafe(format!(
        "SELECT 1 FROM books WHERE partner_id = $1 {}",
        dialect.lock()
    )))
    .bind(partner_id.as_str())
    .fetch_one(conn)
    .await?;
    Ok(())
}

/// Adds the only event of a commit, numbered by [`next_commit`].
pub async fn append(
    conn: &mut Connection,
    (dialect, context): (Dialect, &Context),
    (partner_id, commit_number): (&PartnerId, i64),
    (event_type, data): (EventType, String),
) -> Result<(), Error> {
    let row = EventRow {
        partner_id: partner_id.clone(),
        commit_number,
        position: 0,
        id: context.event_id(),
        event_type,
        data,
        created_at: context.now(),
    };
    insert(conn, dialect, &[row]).await
}

/// An event and its place among the others of its partner.
#[derive(Debug)]
pub struct EventRow {
    pub partner_id: PartnerId,
    pub commit_number: i64,
    pub position: i64,
    pub id: EventId,
    pub event_type: EventType,
    /// The `data` of the webhook, as JSON text.
    pub data: String,
    pub created_at: Timestamp,
}

const EVENTS: Table = Table {
    name: "events",
    columns: &[
        Text("partner_id"),
        Number("commit_number"),
        Number("position"),
        Text("id"),
        Text("type"),
        Text("data"),
        Number("created_at"),
    ],
    conflict: "",
};

pub async fn insert(
    conn: &mut Connection,
    dialect: Dialect,
    events: &[EventRow],
) -> Result<(), Error> {
    let mut rows = Rows::of(&EVENTS);
    for event in events {
        rows.push([
            event.partner_id.as_str().into(),
            event.commit_number.into(),
            event.position.into(),
            event.id.as_str().into(),
            event.event_type.as_str().into(),
            event.data.as_str().into(),
            event.created_at.0.into(),
        ])?;
    }
    rows.write(conn, dialect).await
}
