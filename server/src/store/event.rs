//! What happened, one row an event, in the transaction of what it tells of.

mod subjects;

use std::collections::HashMap;

use shared::event::EventType;
use shared::id::{EventId, PartnerId};
use shared::time::Timestamp;
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Error};

pub use self::subjects::Subjects;
use super::row::Columns as _;
use super::sql::Column::{Number, Text};
use super::sql::{Dialect, Rows, Table, json};
use super::{Connection, Write};
use crate::context::Context;

/// Locks the partner's books and numbers this commit, in which its events stand.
/// The first statement of every transaction that writes events.
pub async fn next_commit(tx: &mut Write, partner_id: &PartnerId) -> Result<i64, Error> {
    tx.tell(partner_id);
    sqlx::query("UPDATE books SET commit_number = commit_number + 1 WHERE partner_id = $1 RETURNING commit_number")
        .bind(partner_id.as_str())
        .fetch_one(&mut **tx)
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
    (event_type, subjects, data): (EventType, Subjects, String),
) -> Result<(), Error> {
    let row = EventRow {
        partner_id: partner_id.clone(),
        commit_number,
        position: 0,
        id: context.event_id(),
        event_type,
        subjects,
        data,
        created_at: context.now(),
    };
    insert(conn, dialect, &[row]).await
}

/// An event and its place among the others of its partner.
#[derive(Clone, Debug)]
pub struct EventRow {
    pub partner_id: PartnerId,
    pub commit_number: i64,
    pub position: i64,
    pub id: EventId,
    pub event_type: EventType,
    pub subjects: Subjects,
    /// The `data` of the webhook, as JSON text.
    pub data: String,
    pub created_at: Timestamp,
}

/// The place of an event among those of its partner: commit and position.
pub type Place = (i64, i64);

impl EventRow {
    pub fn place(&self) -> Place {
        (self.commit_number, self.position)
    }
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
        Text("subjects"),
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
            event.subjects.as_str().into(),
        ])?;
    }
    rows.write(conn, dialect).await
}

/// The number of the partner's last commit. All that it and those before have
/// told can be seen: commits of one partner take turns.
pub async fn last_commit(conn: &mut Connection, partner_id: &PartnerId) -> Result<i64, Error> {
    sqlx::query("SELECT commit_number FROM books WHERE partner_id = $1")
        .bind(partner_id.as_str())
        .fetch_one(conn)
        .await?
        .number("commit_number")
}

/// The events after a place, up to and with a commit, oldest first.
pub async fn after(
    conn: &mut Connection,
    partner_id: &PartnerId,
    (place, last_commit): (Place, i64),
    limit: i64,
) -> Result<Vec<EventRow>, Error> {
    let rows = sqlx::query(
        "SELECT * FROM events
         WHERE partner_id = $1 AND (commit_number, position) > ($2, $3) AND commit_number <= $4
         ORDER BY commit_number, position LIMIT $5",
    )
    .bind(partner_id.as_str())
    .bind(place.0)
    .bind(place.1)
    .bind(last_commit)
    .bind(limit)
    .fetch_all(conn)
    .await?;
    rows.iter().map(read).collect()
}

/// The events at these places that are still kept.
pub async fn at(
    conn: &mut Connection,
    dialect: Dialect,
    (partner_id, places): (&PartnerId, &[Place]),
) -> Result<HashMap<Place, EventRow>, Error> {
    let condition =
        "t.partner_id = v.value ->> 0 AND t.commit_number = CAST(v.value ->> 1 AS BIGINT)
        AND t.position = CAST(v.value ->> 2 AS BIGINT)";
    let asked = places.iter().map(|place| (partner_id, place.0, place.1));
    let rows = sqlx::query(dialect.lookup("t.*", "events", condition))
        .bind(json(&asked.collect::<Vec<_>>())?)
        .fetch_all(conn)
        .await?;
    let by_place = |row: EventRow| (row.place(), row);
    rows.iter().map(|row| Ok(by_place(read(row)?))).collect()
}

fn read(row: &AnyRow) -> Result<EventRow, Error> {
    Ok(EventRow {
        partner_id: row.text("partner_id")?,
        commit_number: row.number("commit_number")?,
        position: row.number("position")?,
        id: row.text("id")?,
        event_type: row.named("type", EventType::named)?,
        subjects: row.text("subjects")?,
        data: row.text("data")?,
        created_at: row.time("created_at")?,
    })
}

/// The first commit of a partner that stood at `time` or later; the one to come,
/// if none did. Moments go with commits but for what clocks differ by.
pub async fn commit_at(
    conn: &mut Connection,
    partner_id: &PartnerId,
    time: Timestamp,
) -> Result<i64, Error> {
    let (mut low, mut high) = (0, last_commit(conn, partner_id).await? + 1);
    while low < high {
        let middle = low + (high - low) / 2;
        let row = sqlx::query(
            "SELECT commit_number, created_at FROM events WHERE partner_id = $1 AND commit_number >= $2
             ORDER BY commit_number, position LIMIT 1",
        )
        .bind(partner_id.as_str())
        .bind(middle)
        .fetch_optional(&mut *conn)
        .await?;
        match row {
            Some(row) if row.time("created_at")? < time => low = row.number("commit_number")? + 1,
            _ => high = middle,
        }
    }
    Ok(low)
}
