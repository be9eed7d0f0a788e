//! Sees that another process has changed a key or a partner, so that what this
//! one remembers of them is never older than a second.

use std::sync::Arc;
use std::time::Duration;

use super::LOOK_AGAIN;
use crate::app::App;
use crate::error::Error;
use crate::store::Db;

/// How often it looks.
const EVERY: Duration = Duration::from_millis(250);
/// After so many looks all is forgotten anyway: a hand in the database tells
/// nobody what it changed.
const LOOKS: u32 = 16;

/// Callers are known only as long as somebody looks for changes.
struct Watch<'a>(&'a Db);

impl Drop for Watch<'_> {
    fn drop(&mut self) {
        self.0.stop_knowing_callers();
    }
}

pub(super) async fn run(app: Arc<App>) {
    let watch = Watch(&app.db);
    let mut looks = 0;
    while !app.shutdown.is_cancelled() {
        looks += 1;
        if looks % LOOKS == 0 {
            watch.0.stop_knowing_callers();
        }
        let wait = match watch.0.look_for_changed_callers().await {
            Ok(()) => EVERY,
            // Meanwhile nobody is known, so there is no hurry.
            Err(error) => {
                Error::from(error).log("callers");
                LOOK_AGAIN
            }
        };
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = app.shutdown.cancelled() => {}
        }
    }
}
