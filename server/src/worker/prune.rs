//! Removes events and deliveries that have been kept for their time, and clears
//! away after webhooks that were deleted: in small steps, so that no writer
//! waits long.

use std::sync::Arc;
use std::time::Duration;

use shared::id::{PartnerId, WebhookId};
use shared::time::Timestamp;

use crate::app::App;
use crate::domain::webhook::KEPT_MS;
use crate::error::Error;
use crate::store::prune;

/// How often the pruner passes.
const EVERY: Duration = Duration::from_mins(1);
/// The most rows of one step, and how long it leaves the database to others.
const MAX_ROWS: i64 = 500;
const PAUSE: Duration = Duration::from_millis(50);
/// Events outlast their deliveries, which may be tried for some days.
const EVENTS_KEPT_MS: i64 = KEPT_MS + 5 * 24 * 3_600_000;
/// What was under way when a webhook was deleted has ended by then.
const DELETED_MS: i64 = 3_600_000;

pub(super) async fn run(app: Arc<App>) {
    while !app.shutdown.is_cancelled() {
        if let Err(error) = pass(&app).await {
            error.log("prune");
        }
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            () = app.shutdown.cancelled() => {}
        }
    }
}

/// Removes all that is too old.
pub async fn pass(app: &App) -> Result<(), Error> {
    let partners = prune::partners(&mut *app.db.read().await?).await?;
    for partner_id in &partners {
        prune_events(app, partner_id).await?;
        let webhooks = prune::webhooks(&mut *app.db.read().await?, partner_id).await?;
        for (id, deleted_at) in &webhooks {
            prune_webhook(app, (partner_id, id), *deleted_at).await?;
        }
    }
    Ok(())
}

async fn prune_events(app: &App, partner_id: &PartnerId) -> Result<(), Error> {
    let before = app.context.now().plus_ms(-EVENTS_KEPT_MS);
    let end = prune::events_end(&mut *app.db.read().await?, partner_id, before).await?;
    let Some(end) = end else { return Ok(()) };
    while !app.shutdown.is_cancelled() {
        let mut tx = app.db.write().await?;
        let removed = prune::events(&mut tx, (partner_id, end), MAX_ROWS).await?;
        tx.commit().await?;
        if is_last(removed) {
            break;
        }
        tokio::time::sleep(PAUSE).await;
    }
    Ok(())
}

async fn prune_webhook(
    app: &App,
    key: (&PartnerId, &WebhookId),
    deleted_at: Option<Timestamp>,
) -> Result<(), Error> {
    let now = app.context.now();
    let is_gone = deleted_at.is_some_and(|time| time.plus_ms(DELETED_MS) <= now);
    let before = if is_gone {
        Timestamp(i64::MAX)
    } else {
        now.plus_ms(-KEPT_MS)
    };
    let has_old = prune::has_deliveries(&mut *app.db.read().await?, key, before).await?;
    while has_old && !app.shutdown.is_cancelled() {
        let mut tx = app.db.write().await?;
        let removed = prune::deliveries(&mut tx, key, (before, MAX_ROWS)).await?;
        tx.commit().await?;
        if is_last(removed) {
            break;
        }
        tokio::time::sleep(PAUSE).await;
    }
    if is_gone && !app.shutdown.is_cancelled() {
        let mut tx = app.db.write().await?;
        prune::webhook(&mut tx, key).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// Whether a step has left nothing behind.
fn is_last(removed: u64) -> bool {
    i64::try_from(removed).is_ok_and(|removed| removed < MAX_ROWS)
}
