//! Adds up what partners did, so that their dashboards need not: one who does
//! much at once, the others now and then.

use std::sync::Arc;

use super::LOOK_AGAIN;
use crate::app::App;
use crate::error::Error;
use crate::store::activity::fold;

/// A partner is folded at the next look when so many commits wait for it.
const MANY_COMMITS: i64 = 32;
/// With every so many looks, each who has any.
const LOOKS: u32 = 30;
/// Partners in one transaction.
const MAX_PARTNERS: i64 = 16;

pub(super) async fn run(app: Arc<App>) {
    let mut looks = 0;
    while !app.shutdown.is_cancelled() {
        looks += 1;
        let least = if looks % LOOKS == 0 { 1 } else { MANY_COMMITS };
        if let Err(error) = pass(&app, least).await {
            error.log("fold");
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK_AGAIN) => {}
            () = app.shutdown.cancelled() => {}
        }
    }
}

/// Folds all partners who are behind by so many commits or more.
pub async fn pass(app: &App, least: i64) -> Result<(), Error> {
    while !app.shutdown.is_cancelled() {
        let behind = fold::behind(&mut *app.db.read().await?, least, MAX_PARTNERS).await?;
        if behind.is_empty() {
            break;
        }
        fold::fold(&app.db, &behind).await?;
    }
    Ok(())
}
