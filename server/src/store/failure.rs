//! How often signing in was tried in vain, for an account or from an address.

use shared::time::Timestamp;
use sqlx::Error;

use super::Connection;
use super::row::Columns as _;

/// How long a failure counts from the first of those that it is counted with.
pub const WINDOW_MS: i64 = 15 * 60_000;

/// Counts a try as one in vain until it is known better, and answers how many
/// there are now, this one included, and since when.
pub async fn count(
    conn: &mut Connection,
    subject: &str,
    now: Timestamp,
) -> Result<(i64, Timestamp), Error> {
    let row = sqlx::query(
        "INSERT INTO sign_in_failures (subject, failures, since) VALUES ($1, 1, $2)
         ON CONFLICT (subject) DO UPDATE SET
             failures = CASE WHEN sign_in_failures.since <= $3 THEN 1 ELSE sign_in_failures.failures + 1 END,
             since = CASE WHEN sign_in_failures.since <= $3 THEN excluded.since ELSE sign_in_failures.since END
         RETURNING failures, since",
    )
    .bind(subject)
    .bind(now.0)
    .bind(now.plus_ms(-WINDOW_MS).0)
    .fetch_one(conn)
    .await?;
    Ok((row.number("failures")?, row.time("since")?))
}

/// Takes one try back: it was not in vain.
pub async fn give_back(conn: &mut Connection, subject: &str) -> Result<(), Error> {
    sqlx::query(
        "UPDATE sign_in_failures SET failures = failures - 1 WHERE subject = $1 AND failures > 0",
    )
    .bind(subject)
    .execute(conn)
    .await?;
    Ok(())
}

/// Forgets what was tried in vain.
pub async fn forget(conn: &mut Connection, subject: &str) -> Result<(), Error> {
    sqlx::query("DELETE FROM sign_in_failures WHERE subject = $1")
        .bind(subject)
        .execute(conn)
        .await?;
    Ok(())
}

/// Forgets what does not count any more, at most `limit`.
pub async fn prune(conn: &mut Connection, now: Timestamp, limit: i64) -> Result<u64, Error> {
    let done = sqlx::query(
        "DELETE FROM sign_in_failures WHERE subject IN (
             SELECT subject FROM sign_in_failures WHERE since <= $1 LIMIT $2)",
    )
    .bind(now.plus_ms(-WINDOW_MS).0)
    .bind(limit)
    .execute(conn)
    .await?;
    Ok(done.rows_affected())
}
