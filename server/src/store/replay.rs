//! The first answers of calls under an `Idempotency-Key`, each kept for its time.

use shared::id::PartnerId;
use shared::time::Timestamp;
use sqlx::Error;

use super::Connection;
use super::row::Columns as _;

/// What was answered first under a key.
#[derive(Clone, Debug)]
pub struct Replay {
    pub fingerprint: String,
    pub answer: String,
    /// From then on the key can be used anew.
    pub kept_until: Timestamp,
}

pub async fn find(
    conn: &mut Connection,
    partner_id: &PartnerId,
    key: &str,
    now: Timestamp,
) -> Result<Option<Replay>, Error> {
    let row = sqlx::query(
        "SELECT fingerprint, answer, kept_until FROM replays
         WHERE partner_id = $1 AND idempotency_key = $2 AND kept_until > $3",
    )
    .bind(partner_id.as_str())
    .bind(key)
    .bind(now.0)
    .fetch_optional(conn)
    .await?;
    row.map(|row| {
        Ok(Replay {
            fingerprint: row.text("fingerprint")?,
            answer: row.text("answer")?,
            kept_until: row.time("kept_until")?,
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
        "INSERT INTO replays (partner_id, idempotency_key, fingerprint, answer, subject_id, created_at, kept_until)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (partner_id, idempotency_key) DO UPDATE SET
             fingerprint = excluded.fingerprint, answer = excluded.answer, subject_id = excluded.subject_id,
             created_at = excluded.created_at, kept_until = excluded.kept_until",
    )
    .bind(partner_id.as_str())
    .bind(key)
    .bind(&replay.fingerprint)
    .bind(&replay.answer)
    .bind(subject_id)
    .bind(now.0)
    .bind(replay.kept_until.0)
    .execute(conn)
    .await?;
    Ok(())
}

/// Whether there is an answer that is too old to count.
pub async fn has_old(conn: &mut Connection, now: Timestamp) -> Result<bool, Error> {
    let row = sqlx::query("SELECT 1 FROM replays WHERE kept_until <= $1 LIMIT 1")
        .bind(now.0)
        .fetch_optional(conn)
        .await?;
    Ok(row.is_some())
}

/// Forgets the answers that are too old to count, at most `limit`.
pub async fn prune(conn: &mut Connection, now: Timestamp, limit: i64) -> Result<u64, Error> {
    let done = sqlx::query(
        "DELETE FROM replays WHERE (partner_id, idempotency_key) IN (
             SELECT partner_id, idempotency_key FROM replays WHERE kept_until <= $1 LIMIT $2)",
    )
    .bind(now.0)
    .bind(limit)
    .execute(conn)
    .await?;
    Ok(done.rows_affected())
}
