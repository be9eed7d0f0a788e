//! Keeps the directory that is searched as new as the database has it: at once
//! when a search wants it, and each second.

use std::sync::Arc;

use super::LOOK_AGAIN;
use crate::app::App;
use crate::error::Error;

pub(super) async fn run(app: Arc<App>) {
    while !app.shutdown.is_cancelled() {
        tokio::select! {
            read = app.directory.read(&app.db) => {
                if let Err(error) = read {
                    Error::from(error).log("directory");
                }
            }
            () = app.shutdown.cancelled() => {}
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK_AGAIN) => {}
            () = app.directory.wanted.notified() => {}
            () = app.shutdown.cancelled() => {}
        }
    }
}
