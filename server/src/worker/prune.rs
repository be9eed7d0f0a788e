//! Removes events, deliveries and counts that have been kept for their time, and
//! clears away after webhooks that were deleted: in small steps, so that no
//! writer waits long.

use std::sync::Arc;
use std::time::Duration;

use shared::day::Day;
use shared::id::{PartnerId, WebhookId};
use shared::time::Timestamp;

use crate::app::App;
use crate::domain::webhook::KEPT_MS;
use crate::error::Error;
use crate::store::activity::fold;
use crate::store::usage::{self, Span};
use crate::store::{Connection, prune, rate};

/// How often the pruner passes.
const EVERY: Duration = Duration::from_mins(1);
/// The most rows of one step, and how long it leaves the database to others.
const MAX_ROWS: i64 = 500;
const PAUSE: Duration = Duration::from_millis(50);
/// Events outlast their deliveries, which may be tried for some days.
const EVENTS_KEPT_MS: i64 = KEPT_MS + 5 * 24 * 3_600_000;
/// The longest that a dashboard looks back, and a day.
const DAYS_KEPT: i64 = 91;
/// So many days of calls are shown by the hour, and one more is kept.
const DAYS_BY_HOUR_KEPT: i64 = 3;
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
        let before = Day::of(app.context.now()).plus_days(-DAYS_KEPT);
        if fold::has_old(&mut *app.db.read().await?, (partner_id, before)).await? {
            in_steps(app, Old::UserDays(partner_id, before)).await?;
        }
        let webhooks = prune::webhooks(&mut *app.db.read().await?, partner_id).await?;
        for (id, deleted_at) in &webhooks {
            prune_webhook(app, (partner_id, id), *deleted_at).await?;
        }
    }
    prune_counts(app).await
}

/// The calls that were counted, for dashboards and for limits.
async fn prune_counts(app: &App) -> Result<(), Error> {
    let now = app.context.now();
    for (span, days) in [(Span::Hour, DAYS_BY_HOUR_KEPT), (Span::Day, DAYS_KEPT)] {
        let before = Day::of(now).plus_days(-days).start();
        if usage::has_old(&mut *app.db.read().await?, (span, before)).await? {
            in_steps(app, Old::Usage(span, before)).await?;
        }
    }
    let before = now.0.div_euclid(Span::Hour.ms()) - 1;
    if rate::has_old(&mut *app.db.read().await?, before).await? {
        in_steps(app, Old::Rates(before)).await?;
    }
    Ok(())
}

/// Rows that were kept for their time.
#[derive(Clone, Copy)]
enum Old<'a> {
    /// Those before a commit.
    Events(&'a PartnerId, i64),
    Deliveries((&'a PartnerId, &'a WebhookId), Timestamp),
    UserDays(&'a PartnerId, Day),
    Usage(Span, Timestamp),
    /// Those before an hour.
    Rates(i64),
}

impl Old<'_> {
    /// Removes some of them, and answers how many that were.
    async fn remove(self, tx: &mut Connection) -> Result<u64, sqlx::Error> {
        match self {
            Self::Events(partner_id, end) => prune::events(tx, (partner_id, end), MAX_ROWS).await,
            Self::Deliveries(key, before) => prune::deliveries(tx, key, (before, MAX_ROWS)).await,
            Self::UserDays(partner_id, before) => {
                fold::prune(tx, (partner_id, before), MAX_ROWS).await
            }
            Self::Usage(span, before) => usage::prune(tx, (span, before), MAX_ROWS).await,
            Self::Rates(before) => rate::prune(tx, before, MAX_ROWS).await,
        }
    }
}

/// Removes rows, so many at a time, until none are left.
async fn in_steps(app: &App, old: Old<'_>) -> Result<(), Error> {
    while !app.shutdown.is_cancelled() {
        let mut tx = app.db.write().await?;
        let removed = old.remove(&mut tx).await?;
        tx.commit().await?;
        if is_last(removed) {
            break;
        }
        tokio::time::sleep(PAUSE).await;
    }
    Ok(())
}

async fn prune_events(app: &App, partner_id: &PartnerId) -> Result<(), Error> {
    let before = app.context.now().plus_ms(-EVENTS_KEPT_MS);
    let end = prune::events_end(&mut *app.db.read().await?, partner_id, before).await?;
    let Some(end) = end else { return Ok(()) };
    in_steps(app, Old::Events(partner_id, end)).await
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
    if has_old {
        in_steps(app, Old::Deliveries(key, before)).await?;
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
