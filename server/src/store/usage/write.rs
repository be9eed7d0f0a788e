//! Writing down what was counted in memory, and removing what is too old.

use shared::Method;
use shared::id::{KeyId, PartnerId};
use shared::time::Timestamp;
use sqlx::Error;

use super::{BUCKETS, Counts, Span};
use crate::store::sql::Column::{Number, Text};
use crate::store::sql::{Cell, Rows, Table};
use crate::store::{Connection, Db};

/// Calls of a key that were counted since they were last written down.
#[derive(Clone, Debug)]
pub struct UsageRow {
    pub partner_id: PartnerId,
    pub key_id: KeyId,
    pub method: Method,
    pub path: &'static str,
    /// When the first of them was made; all are of the same hour.
    pub at: Timestamp,
    pub counts: Counts,
}

/// How far ahead the clock was that signs with a key.
#[derive(Clone, Debug)]
pub struct ClockRow {
    pub partner_id: PartnerId,
    pub key_id: KeyId,
    pub ahead_s: i64,
    pub seen_at: Timestamp,
}

const USAGE: Table = Table {
    name: "usage",
    columns: &[
        Text("partner_id"),
        Text("span"),
        Number("start"),
        Text("method"),
        Text("path"),
        Text("key_id"),
        Number("requests"),
        Number("errors"),
        Number("b0"),
        Number("b1"),
        Number("b2"),
        Number("b3"),
        Number("b4"),
        Number("b5"),
        Number("b6"),
        Number("b7"),
        Number("b8"),
        Number("b9"),
        Number("b10"),
        Number("b11"),
        Number("b12"),
        Number("b13"),
        Number("b14"),
        Number("b15"),
        Number("b16"),
        Number("b17"),
        Number("b18"),
        Number("b19"),
        Number("b20"),
        Number("b21"),
        Number("b22"),
        Number("b23"),
        Number("b24"),
        Number("b25"),
        Number("b26"),
        Number("b27"),
        Number("b28"),
        Number("b29"),
        Number("b30"),
        Number("b31"),
    ],
    conflict: "ON CONFLICT (partner_id, span, start, method, path, key_id) DO UPDATE SET \
        requests = usage.requests + excluded.requests, errors = usage.errors + excluded.errors, \
        b0 = usage.b0 + excluded.b0, b1 = usage.b1 + excluded.b1, b2 = usage.b2 + excluded.b2, \
        b3 = usage.b3 + excluded.b3, b4 = usage.b4 + excluded.b4, b5 = usage.b5 + excluded.b5, \
        b6 = usage.b6 + excluded.b6, b7 = usage.b7 + excluded.b7, b8 = usage.b8 + excluded.b8, \
        b9 = usage.b9 + excluded.b9, b10 = usage.b10 + excluded.b10, b11 = usage.b11 + excluded.b11, \
        b12 = usage.b12 + excluded.b12, b13 = usage.b13 + excluded.b13, b14 = usage.b14 + excluded.b14, \
        b15 = usage.b15 + excluded.b15, b16 = usage.b16 + excluded.b16, b17 = usage.b17 + excluded.b17, \
        b18 = usage.b18 + excluded.b18, b19 = usage.b19 + excluded.b19, b20 = usage.b20 + excluded.b20, \
        b21 = usage.b21 + excluded.b21, b22 = usage.b22 + excluded.b22, b23 = usage.b23 + excluded.b23, \
        b24 = usage.b24 + excluded.b24, b25 = usage.b25 + excluded.b25, b26 = usage.b26 + excluded.b26, \
        b27 = usage.b27 + excluded.b27, b28 = usage.b28 + excluded.b28, b29 = usage.b29 + excluded.b29, \
        b30 = usage.b30 + excluded.b30, b31 = usage.b31 + excluded.b31",
};

/// Of an hour, the one that was furthest off is kept.
const KEY_CLOCKS: Table = Table {
    name: "key_clocks",
    columns: &[
        Text("partner_id"),
        Text("key_id"),
        Number("ahead_s"),
        Number("seen_at"),
    ],
    conflict: "ON CONFLICT (partner_id, key_id) DO UPDATE SET ahead_s = excluded.ahead_s, seen_at = excluded.seen_at \
        WHERE ABS(excluded.ahead_s) >= ABS(key_clocks.ahead_s) OR excluded.seen_at - key_clocks.seen_at > 3600000",
};

/// The cells of a row before those of its buckets.
const BEFORE: usize = 8;

/// Adds calls to those that stand there, and notes clocks, in one transaction. No
/// two of the calls may be of the same key, endpoint and day.
pub async fn write(db: &Db, calls: &[UsageRow], clocks: &[ClockRow]) -> Result<(), Error> {
    let (mut hours, mut days) = (Rows::of(&USAGE), Rows::of(&USAGE));
    for row in calls {
        push(&mut hours, row, Span::Hour)?;
        push(&mut days, row, Span::Day)?;
    }
    let mut seen = Rows::of(&KEY_CLOCKS);
    for clock in clocks {
        seen.push([
            clock.partner_id.as_str().into(),
            clock.key_id.as_str().into(),
            clock.ahead_s.into(),
            clock.seen_at.0.into(),
        ])?;
    }
    let mut tx = db.write().await?;
    hours.write(&mut tx, db.dialect()).await?;
    days.write(&mut tx, db.dialect()).await?;
    seen.write_some(&mut tx, db.dialect()).await?;
    tx.commit().await
}

fn push(rows: &mut Rows, row: &UsageRow, span: Span) -> Result<(), Error> {
    let mut cells = [Cell::Null; BEFORE + BUCKETS];
    cells[..BEFORE].copy_from_slice(&[
        row.partner_id.as_str().into(),
        span.as_str().into(),
        span.start(row.at).0.into(),
        row.method.as_str().into(),
        row.path.into(),
        row.key_id.as_str().into(),
        row.counts.requests.into(),
        row.counts.errors.into(),
    ]);
    for (cell, count) in cells[BEFORE..].iter_mut().zip(row.counts.buckets) {
        *cell = count.into();
    }
    rows.push(cells)
}

/// Whether there are counts of spans that began before a moment.
pub async fn has_old(
    conn: &mut Connection,
    (span, before): (Span, Timestamp),
) -> Result<bool, Error> {
    let row = sqlx::query("SELECT 1 FROM usage WHERE span = $1 AND start < $2 LIMIT 1")
        .bind(span.as_str())
        .bind(before.0)
        .fetch_optional(conn)
        .await?;
    Ok(row.is_some())
}

/// Removes some counts of spans that began before a moment.
pub async fn prune(
    conn: &mut Connection,
    (span, before): (Span, Timestamp),
    limit: i64,
) -> Result<u64, Error> {
    let done = sqlx::query(
        "DELETE FROM usage WHERE (partner_id, span, start, method, path, key_id) IN (
             SELECT partner_id, span, start, method, path, key_id FROM usage
             WHERE span = $1 AND start < $2 ORDER BY start LIMIT $3)",
    )
    .bind(span.as_str())
    .bind(before.0)
    .bind(limit)
    .execute(conn)
    .await?;
    Ok(done.rows_affected())
}
