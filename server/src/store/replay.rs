//! The first answers of calls under an `Idempotency-Key`, kept for a day.

use shared::id::PartnerId;
use shared::time::Timestamp;
use sqlx::Error;

use super::Connection;
use super::row::Columns as _;

/// How long a key is remembered.
pub const KEPT_MS: i64 = 24 * 3_600_000;

/// What was answered first under a key.
#[derive(Clone, Debug)]
pub struct Replay {
    pub fingerprint: String,
    pub answer: String,
}

pub async fn find(
    conn: &mut Connection,
    partner_id: &PartnerId,
    key: &str,
    now: Timestamp,
) -> Result<Option<Replay>, Error> {
    let row = sqlx::query(
        "SELECT fingerprint, answer FROM replays
         WHERE partner_id = $1 AND idempotency_key = $2 AND created_at > $3",
    )
    .bind(partner_id.as_str())
    .bind(key)
    .bind(now.plus_ms(-KEPT_MS).0)
    .fetch_optional(conn)
    .await?;
    row.map(|row| {
        Ok(Replay {
            fingerprint: row.text("fingerprint")?,
            answer: row.text("answer")?,
        })
    })
    .transpose()
}

/// Keeps an answer, in the place of one that is too old to count, and what it
/// tells of.
pub async fn put(
    conn: &mut Connection,
    partner_id: &PartnerId,
    (key, subject_id, now): (&str, &str, Timestamp),
    replay: &Replay,
) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO replays (partner_id, idempotency_key, fingerprint, answer, subject_id, created_at)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (partner_id, idempotency_key) DO UPDATE SET
             fingerprint = excluded.fingerprint, answer = excluded.answer, subject_id = excluded.subject_id,
             created_at = excluded.created_at",
    )
    .bind(partner_id.as_str())
    .bind(key)
    .bind(&replay.fingerprint)
    .bind(&replay.answer)
    .bind(subject_id)
    .bind(now.0)
    .execute(conn)
    .await?;
    Ok(())
}

/// Whether there is an answer that is too old to count.
pub async fn has_old(conn: &mut Connection, now: Timestamp) -> Result<bool, Error> {
    let row = sqlx::query("SELECT 1 FROM replays WHERE created_at <= $1 LIMIT 1")
        .bind(now.plus_ms(-KEPT_MS).0)
        .fetch_optional(conn)
        .await?;
    Ok(row.is_some())
}

/// Forgets the answers that are too old to count, at most `limit`.
pub async fn prune(conn: &mut Connection, now: Timestamp, limit: i64) -> Result<u64, Error> {
    let done = sqlx::query(
        "DELETE FROM replays WHERE (partner_id, idempotency_key) IN (
             SELECT partner_id, idempotency_key FROM replays WHERE created_at <= $1 LIMIT $2)",
    )
    .bind(now.plus_ms(-KEPT_MS).0)
    .bind(limit)
    .execute(conn)
    .await?;
    Ok(done.rows_affected())
}
