//! Writes down what the clock has brought: links that nobody paid and pools with
//! a last day end, campaigns start and end, answers that no replay can ask for
//! any more are forgotten.

use std::sync::Arc;
use std::time::Duration;

use ledger::{Command, Expire};
use shared::id::{PartnerId, PoolId};

use crate::app::App;
use crate::domain::{campaign, donation};
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

/// Does what is due, and answers how many rows of the most numerous kind that
/// was. What cannot be done is left to the next pass.
pub async fn pass(app: &App) -> Result<i64, Error> {
    let done = [
        expire_links(app).await?,
        expire_pools(app).await?,
        settle_campaigns(app).await?,
        forget_replays(app).await?,
        forget_sign_ins(app).await?,
    ];
    Ok(done.into_iter().max().unwrap_or(0))
}

async fn expire_links(app: &App) -> Result<i64, Error> {
    let now = app.context.now();
    let overdue = store::donation::overdue(&mut *app.db.read().await?, now, MAX_ROWS).await?;
    let mut done = 0;
    for row in overdue {
        done += count(donation::expire(app, row).await);
    }
    Ok(done)
}

async fn expire_pools(app: &App) -> Result<i64, Error> {
    let now = app.context.now();
    let over = store::pool::overdue(&mut *app.db.read().await?, now, MAX_ROWS).await?;
    let mut done = 0;
    for (partner_id, pool_id) in over {
        done += count(expire_pool(app, partner_id, pool_id).await);
    }
    Ok(done)
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

async fn settle_campaigns(app: &App) -> Result<i64, Error> {
    let now = app.context.now();
    let due = store::campaign::due(&mut *app.db.read().await?, now, MAX_ROWS).await?;
    let mut done = 0;
    for (partner_id, id) in &due {
        done += count(campaign::come_due(app, (partner_id, id)).await);
    }
    Ok(done)
}

async fn forget_replays(app: &App) -> Result<i64, Error> {
    let now = app.context.now();
    if !store::replay::has_old(&mut *app.db.read().await?, now).await? {
        return Ok(0);
    }
    let mut tx = app.db.write().await?;
    let forgotten = store::replay::prune(&mut tx, now, MAX_ROWS).await?;
    tx.commit().await?;
    Ok(i64::try_from(forgotten).unwrap_or(MAX_ROWS))
}

/// Sign-ins, tries and links that are good for nothing any more.
async fn forget_sign_ins(app: &App) -> Result<i64, Error> {
    let now = app.context.now();
    if !store::session::has_old_sign_ins(&mut *app.db.read().await?, now).await? {
        return Ok(0);
    }
    let mut tx = app.db.write().await?;
    let forgotten = [
        store::session::prune(&mut tx, now, MAX_ROWS).await?,
        store::failure::prune(&mut tx, now, MAX_ROWS).await?,
        store::link::prune(&mut tx, now, MAX_ROWS).await?,
    ];
    tx.commit().await?;
    let most = forgotten.into_iter().max().unwrap_or(0);
    Ok(i64::try_from(most).unwrap_or(MAX_ROWS))
}

/// Counts what was done; logs what was not.
fn count(result: Result<(), Error>) -> i64 {
    match result {
        Ok(()) => 1,
        Err(error) => {
            error.log("sweep");
            0
        }
    }
}
