//! Delivers events to webhooks. Each webhook is a cursor over its partner's
//! events; whoever holds its lease takes up what is new, and sends. Nothing of
//! it happens in the transaction that tells the event.

mod attempt;
mod desk;
mod line;
mod ordered;
mod pace;
mod post;
mod schedule;
mod take;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::{Id, JoinError, JoinSet};
use tokio::time::interval;

pub use self::desk::Desk;
use super::LOOK_AGAIN;
use crate::app::App;
use crate::error::Error;
use crate::store::Told;
use crate::store::delivery::claim::{self, WebhookKey};
use crate::store::delivery::record::Note;

/// How long a webhook is left to the process that holds it.
const LEASE_MS: i64 = 10_000;
/// How often leases are renewed.
const RENEW_EVERY: Duration = Duration::from_secs(3);
/// The webhooks that are claimed at a time.
const MAX_CLAIM: usize = 100;
/// How soon after a look the next one may be.
const LOOK_GAP: Duration = Duration::from_millis(20);
/// So much later for each webhook that is held: with many of them, a look is to
/// find more than one event.
const GAP_OF_ONE: Duration = Duration::from_micros(200);
const MAX_GAP: Duration = Duration::from_millis(100);

pub(super) async fn run(app: Arc<App>) {
    let mut posts = JoinSet::new();
    let mut held: HashMap<WebhookKey, Id> = HashMap::new();
    let (mut renew, mut again) = (interval(RENEW_EVERY), interval(LOOK_AGAIN));
    let mut told = Told::All;
    while !app.shutdown.is_cancelled() {
        match claim_some(&app, &held, told).await {
            Ok(keys) => {
                if keys.len() >= MAX_CLAIM {
                    again.reset_immediately();
                }
                for key in keys {
                    let task = posts.spawn(post::run(app.clone(), key.clone()));
                    held.insert(key, task.id());
                }
            }
            Err(error) => error.log("deliveries"),
        }
        app.desk.hold(held.len());
        tokio::time::sleep(LOOK_GAP).await;
        told = tokio::select! {
            told = app.db.news().of_any() => told,
            _ = again.tick() => Told::All,
            _ = renew.tick(), if !held.is_empty() => {
                renew_all(&app).await;
                Told::default()
            }
            Some(ended) = posts.join_next_with_id() => {
                forget(&mut held, ended);
                // There may have been news while it ended.
                Told::All
            }
            () = app.shutdown.cancelled() => Told::default(),
        };
    }
    while let Some(ended) = posts.join_next_with_id().await {
        forget(&mut held, ended);
    }
}

fn forget(held: &mut HashMap<WebhookKey, Id>, ended: Result<(Id, ()), JoinError>) {
    let id = match ended {
        Ok((id, ())) => id,
        Err(error) => {
            tracing::error!(%error, "the deliveries of a webhook ended badly");
            error.id()
        }
    };
    held.retain(|_, held| *held != id);
}

/// Takes webhooks that have something to deliver and that nobody holds: those of
/// whom there is news, or whatever there is.
async fn claim_some(
    app: &App,
    held: &HashMap<WebhookKey, Id>,
    told: Told,
) -> Result<Vec<WebhookKey>, Error> {
    let now = app.context.now();
    let found = match told {
        Told::Some(partners) if partners.is_empty() => Vec::new(),
        Told::Some(partners) => {
            let mut conn = app.db.read().await?;
            claim::free(&mut conn, app.db.dialect(), (&partners, now)).await?
        }
        Told::All => {
            let mut conn = app.db.read().await?;
            // Beside those that are held here already.
            let limit = i64::try_from(MAX_CLAIM + held.len()).unwrap_or(i64::MAX);
            claim::claimable(&mut conn, &app.desk.process, now, limit).await?
        }
    };
    let mut free = found.into_iter().filter(|key| !held.contains_key(key));
    let Some(first) = free.next() else {
        return Ok(Vec::new());
    };
    let mut claimed = Vec::new();
    let mut tx = app.db.write().await?;
    for key in std::iter::once(first).chain(free).take(MAX_CLAIM) {
        let lease = (now, now.plus_ms(LEASE_MS));
        if claim::claim(&mut tx, &key, &app.desk.process, lease).await? {
            claimed.push(key);
        }
    }
    tx.commit().await?;
    Ok(claimed)
}

async fn renew_all(app: &App) {
    let until = app.context.now().plus_ms(LEASE_MS);
    if let Err(error) = app.desk.write(Note::Renewed(until)).await {
        Error::from(error).log("deliveries");
    }
}
