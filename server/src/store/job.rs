//! What must still be done outside a request: rows that a worker claims by a
//! lease, so that nothing is lost with the process that held it.

use shared::id::PartnerId;
use shared::time::Timestamp;
use sqlx::Error;

use super::Connection;
use super::row::Columns as _;

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobKind {
    /// Reward the donor of the donation that is the job's subject.
    Reward,
    /// Take back of the reward what was given back of the donation.
    Refund,
}

impl JobKind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Reward => "reward",
            Self::Refund => "refund",
        }
    }
}

#[derive(Clone, Debug)]
pub struct Job {
    pub kind: JobKind,
    pub partner_id: PartnerId,
    pub subject_id: String,
    /// How often it was claimed, this time included.
    pub attempts: i64,
    /// From then on there is no further try.
    pub give_up_at: Timestamp,
}

/// Adds a job that is due at `now`; one that is there already is made due.
pub async fn put(conn: &mut Connection, job: &Job, now: Timestamp) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO jobs (kind, partner_id, subject_id, due_at, leased_until, attempts, give_up_at, created_at)
         VALUES ($1, $2, $3, $4, 0, 0, $5, $4)
         ON CONFLICT (partner_id, kind, subject_id) DO UPDATE SET due_at = excluded.due_at",
    )
    .bind(job.kind.as_str())
    .bind(job.partner_id.as_str())
    .bind(&job.subject_id)
    .bind(now.0)
    .bind(job.give_up_at.0)
    .execute(conn)
    .await?;
    Ok(())
}

/// Takes up to `limit` due jobs for `lease_ms`; nobody else gets them until then.
/// While claimed, a job is due at the end of its lease, unless it is hurried.
pub async fn claim(
    conn: &mut Connection,
    kind: JobKind,
    (now, lease_ms): (Timestamp, i64),
    limit: i64,
) -> Result<Vec<Job>, Error> {
    let rows = sqlx::query(
        "UPDATE jobs SET leased_until = $1, due_at = $1, attempts = attempts + 1
         WHERE leased_until <= $2 AND (partner_id, kind, subject_id) IN (
             SELECT partner_id, kind, subject_id FROM jobs
             WHERE kind = $3 AND due_at <= $2 AND leased_until <= $2
             ORDER BY due_at, subject_id LIMIT $4)
         RETURNING partner_id, subject_id, attempts, give_up_at",
    )
    .bind(now.plus_ms(lease_ms).0)
    .bind(now.0)
    .bind(kind.as_str())
    .bind(limit)
    .fetch_all(conn)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(Job {
                kind,
                partner_id: row.text("partner_id")?,
                subject_id: row.text("subject_id")?,
                attempts: row.number("attempts")?,
                give_up_at: row.time("give_up_at")?,
            })
        })
        .collect()
}

/// Gives a claimed job back, due again at `due_at`, or as soon as it was hurried
/// in the meantime.
pub async fn retry(conn: &mut Connection, job: &Job, due_at: Timestamp) -> Result<(), Error> {
    sqlx::query(
        "UPDATE jobs SET due_at = CASE WHEN due_at = leased_until THEN $1 ELSE due_at END, leased_until = 0
         WHERE partner_id = $2 AND kind = $3 AND subject_id = $4",
    )
    .bind(due_at.0)
    .bind(job.partner_id.as_str())
    .bind(job.kind.as_str())
    .bind(&job.subject_id)
    .execute(conn)
    .await?;
    Ok(())
}

/// Makes every job of a kind due that waits or is being tried: what it waits for
/// may be there now.
pub async fn hurry(
    conn: &mut Connection,
    kind: JobKind,
    partner_id: &PartnerId,
    now: Timestamp,
) -> Result<(), Error> {
    sqlx::query("UPDATE jobs SET due_at = $1 WHERE partner_id = $2 AND kind = $3 AND due_at > $1")
        .bind(now.0)
        .bind(partner_id.as_str())
        .bind(kind.as_str())
        .execute(conn)
        .await?;
    Ok(())
}

/// Removes a claimed job that is done, unless it was put again in the meantime:
/// then there is more to do, and it is given back.
pub async fn finish_or_go_on(conn: &mut Connection, job: &Job) -> Result<(), Error> {
    sqlx::query(
        "DELETE FROM jobs WHERE partner_id = $1 AND kind = $2 AND subject_id = $3 AND due_at = leased_until",
    )
    .bind(job.partner_id.as_str())
    .bind(job.kind.as_str())
    .bind(&job.subject_id)
    .execute(&mut *conn)
    .await?;
    sqlx::query(
        "UPDATE jobs SET leased_until = 0 WHERE partner_id = $1 AND kind = $2 AND subject_id = $3",
    )
    .bind(job.partner_id.as_str())
    .bind(job.kind.as_str())
    .bind(&job.subject_id)
    .execute(conn)
    .await?;
    Ok(())
}

/// Removes a job that is done or given up.
pub async fn finish(
    conn: &mut Connection,
    kind: JobKind,
    partner_id: &PartnerId,
    subject_id: &str,
) -> Result<(), Error> {
    sqlx::query("DELETE FROM jobs WHERE partner_id = $1 AND kind = $2 AND subject_id = $3")
        .bind(partner_id.as_str())
        .bind(kind.as_str())
        .bind(subject_id)
        .execute(conn)
        .await?;
    Ok(())
}

/// Whether a job of a kind waits to be claimed.
pub async fn is_due(conn: &mut Connection, kind: JobKind, now: Timestamp) -> Result<bool, Error> {
    let row = sqlx::query(
        "SELECT 1 FROM jobs WHERE kind = $1 AND due_at <= $2 AND leased_until <= $2 LIMIT 1",
    )
    .bind(kind.as_str())
    .bind(now.0)
    .fetch_optional(conn)
    .await?;
    Ok(row.is_some())
}
