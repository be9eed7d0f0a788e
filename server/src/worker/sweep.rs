//! Ends what is past its time: links that nobody paid, pools with a last day,
//! answers that no replay can ask for any more.

use std::sync::Arc;
use std::time::Duration;

use ledger::{Command, Expire};
use shared::id::{PartnerId, PoolId};

use crate::app::App;
use crate::domain::donation;
use crate::error::Error;
use crate::store;
use crate::store::ledger::Order;

/// How often the sweeper passes.
const EVERY: Duration = Duration::from_secs(5);
/// The most rows of each kind that one pass takes.
const MAX_ROWS: i64 = 100;

pub(super) async fn run(app: Arc<App>) {
    while !app.shutdown.is_cancelled() {
        match pass(&app).await {
            // A full pass has left something behind.
            Ok(count) if count >= MAX_ROWS => continue,
            Ok(_) => {}
            Err(error) => error.log("sweep"),
        }
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            () = app.shutdown.cancelled() => {}
        }
    }
}

/// Ends what is overdue, and answers how many rows of the more numerous kind
/// that was. A link that cannot be ended is left to the next pass.
pub async fn pass(app: &App) -> Result<i64, Error> {
    let now = app.context.now();
    let overdue = store::donation::overdue(&mut *app.db.read().await?, now, MAX_ROWS).await?;
    let mut ended = 0;
    for row in overdue {
        match donation::expire(app, row).await {
            Ok(()) => ended += 1,
            Err(error) => error.log("sweep"),
        }
    }
    let over = store::pool::overdue(&mut *app.db.read().await?, now, MAX_ROWS).await?;
    for (partner_id, pool_id) in over {
        match expire_pool(app, partner_id, pool_id).await {
            Ok(()) => ended += 1,
            Err(error) => error.log("sweep"),
        }
    }
    let mut forgotten = 0;
    if store::replay::has_old(&mut *app.db.read().await?, now).await? {
        let mut tx = app.db.write().await?;
        forgotten = store::replay::prune(&mut tx, now, MAX_ROWS).await?;
        tx.commit().await?;
    }
    Ok(ended.max(i64::try_from(forgotten).unwrap_or(MAX_ROWS)))
}

async fn expire_pool(app: &App, partner_id: PartnerId, pool_id: PoolId) -> Result<(), Error> {
    let command = Command::Expire(Expire {
        seed: app.context.seed(),
        pool_id,
    });
    let order = Order {
        partner_id,
        command,
    };
    app.ledger.submit(order).await?;
    Ok(())
}
