//! Ends what is past its time: links that nobody paid, answers that no replay
//! can ask for any more.

use std::sync::Arc;
use std::time::Duration;

use crate::app::App;
use crate::domain::donation;
use crate::error::Error;
use crate::store;

/// How often the sweeper passes.
const EVERY: Duration = Duration::from_secs(5);
/// The most rows of each kind that one pass takes.
const MAX_ROWS: i64 = 100;

pub(super) async fn run(app: Arc<App>) {
    while !app.shutdown.is_cancelled() {
        if let Err(error) = pass(&app).await {
            error.log("sweep");
        }
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            () = app.shutdown.cancelled() => {}
        }
    }
}

/// Ends what is overdue, and answers how many links that was.
pub async fn pass(app: &App) -> Result<usize, Error> {
    let now = app.context.now();
    let overdue = store::donation::overdue(&mut *app.db.read().await?, now, MAX_ROWS).await?;
    let count = overdue.len();
    for row in overdue {
        donation::expire(app, row).await?;
    }
    if store::replay::has_old(&mut *app.db.read().await?, now).await? {
        let mut tx = app.db.write().await?;
        store::replay::prune(&mut tx, now, MAX_ROWS).await?;
        tx.commit().await?;
    }
    Ok(count)
}
