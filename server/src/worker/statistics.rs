//! Keeps what PostgreSQL's planner knows as new as its tables while they grow.

use std::sync::Arc;

use super::LOOK_AGAIN;
use crate::app::App;
use crate::error::Error;
use crate::store::sql::Dialect;
use crate::store::statistics;

/// Ends at once on SQLite, whose plans do not go by what it counted.
pub(super) async fn run(app: Arc<App>) {
    let is_wanted = app.db.dialect() == Dialect::Postgres;
    while is_wanted && !app.shutdown.is_cancelled() {
        if let Err(error) = statistics::renew(&app.db).await {
            Error::from(error).log("statistics");
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK_AGAIN) => {}
            () = app.shutdown.cancelled() => {}
        }
    }
}
