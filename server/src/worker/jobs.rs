//! What workers of jobs share: taking those that are due, and giving one back.

use crate::app::App;
use crate::error::Error;
use crate::store::job::{self, Job, JobKind};

/// The jobs that are done at a time.
const MAX_CLAIM: i64 = 64;
/// How long a claimed job is left alone before another process may take it.
const LEASE_MS: i64 = 30_000;
/// The first and the longest time between two tries.
const BACK_OFF_MS: i64 = 5_000;
const MAX_BACK_OFF_MS: i64 = 3_600_000;

/// Takes jobs that are due.
pub(super) async fn claim(app: &App, kind: JobKind) -> Result<Vec<Job>, Error> {
    let now = app.context.now();
    if !job::is_due(&mut *app.db.read().await?, kind, now).await? {
        return Ok(Vec::new());
    }
    let mut tx = app.db.write().await?;
    let jobs = job::claim(&mut tx, kind, (now, LEASE_MS), MAX_CLAIM).await?;
    tx.commit().await?;
    Ok(jobs)
}

/// Gives a job back, to be tried again, later each time.
pub(super) async fn retry(app: &App, job: &Job) -> Result<(), Error> {
    let due_at = app.context.now().plus_ms(back_off_ms(job.attempts));
    let mut tx = app.db.write().await?;
    job::retry(&mut tx, job, due_at).await?;
    Ok(tx.commit().await?)
}

fn back_off_ms(attempts: i64) -> i64 {
    let doublings = u32::try_from(attempts.clamp(1, 20) - 1).unwrap_or(0);
    BACK_OFF_MS
        .saturating_mul(1 << doublings)
        .min(MAX_BACK_OFF_MS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_between_tries_doubles_up_to_an_hour() {
        assert_eq!([1, 2, 3].map(back_off_ms), [5_000, 10_000, 20_000]);
        assert_eq!([12, 1_000, i64::MAX].map(back_off_ms), [MAX_BACK_OFF_MS; 3]);
    }
}
