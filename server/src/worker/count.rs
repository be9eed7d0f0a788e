//! Writes down, every few seconds, what was counted of calls.

use std::sync::Arc;
use std::time::Duration;

use crate::app::App;
use crate::error::Error;

/// How often; a write takes its time as well, and a kill shall lose less than
/// five seconds.
const EVERY: Duration = Duration::from_secs(3);

pub(super) async fn run(app: Arc<App>) {
    while !app.shutdown.is_cancelled() {
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            () = app.shutdown.cancelled() => break,
        }
        if let Some(metrics) = &app.metrics {
            metrics.tidy();
        }
        if let Err(error) = app.usage.flush(&app.db).await {
            Error::from(error).log("count");
        }
    }
}
