//! One attempt, and what it comes to.

use std::sync::Arc;

use shared::time::Timestamp;
use shared::webhook::{DeliveryStatus, LastResponse, Webhook};

use super::schedule;
use crate::app::App;
use crate::domain::webhook::parcel::Stationery;
use crate::outbound::courier::Received;
use crate::store::delivery::DeliveryRow;
use crate::store::delivery::record::{Health, Letter};

/// The receiver wants no more.
const GONE: u16 = 410;

/// What an attempt is made with.
#[derive(Clone, Debug)]
pub(super) struct Sender {
    pub(super) app: Arc<App>,
    pub(super) url: String,
    pub(super) stationery: Stationery,
    pub(super) is_slow: bool,
}

/// An attempt that was made.
#[derive(Debug)]
pub(super) struct Made {
    pub(super) received: Received,
    pub(super) took_ms: i64,
}

impl Sender {
    /// Sends a letter as soon as there is a place; not at all if the server stops
    /// before, and so far an event that is no longer kept.
    pub(super) async fn send(self, letter: Letter) -> (DeliveryRow, Option<Made>) {
        let (delivery, event) = letter;
        let Some(event) = event else {
            return (delivery, None);
        };
        let desk = &self.app.desk;
        let places = if self.is_slow {
            &desk.sending_slowly
        } else {
            &desk.sending
        };
        let place = tokio::select! {
            biased;
            () = self.app.shutdown.cancelled() => None,
            place = places.acquire() => place.ok(),
        };
        if place.is_none() {
            return (delivery, None);
        }
        let start = self.app.context.now();
        let parcel = self.stationery.parcel(&event, start);
        let received = self.app.courier.deliver(&self.url, parcel).await;
        let took_ms = (self.app.context.now().0 - start.0).max(0);
        (delivery, Some(Made { received, took_ms }))
    }
}

/// What a delivery is after an attempt, and what that says of its webhook.
pub(super) fn settle(
    mut delivery: DeliveryRow,
    made: Made,
    webhook: &Webhook,
    (now, chance): (Timestamp, u16),
) -> (DeliveryRow, Option<Health>) {
    let Made { received, took_ms } = made;
    let is_success = received.is_success();
    let retry_after = received.retry_after;
    delivery.tries += 1;
    let public = &mut delivery.public;
    public.attempts += 1;
    public.last_response = Some(LastResponse {
        status: received.status,
        duration_ms: took_ms,
        body_start: received.text,
    });
    if is_success {
        public.status = DeliveryStatus::Delivered;
        public.delivered_at = Some(now);
        let health = webhook.failing_since.map(|_| Health::Recovered);
        return (delivery, health);
    }
    match schedule::next(delivery.tries, (now, chance), retry_after.as_deref()) {
        Some(due_at) => delivery.due_at = due_at,
        None => public.status = DeliveryStatus::Failed,
    }
    let is_gone = received.status == Some(GONE);
    let health = match webhook.failing_since {
        _ if is_gone => Some(Health::Disabled {
            at: now,
            since: None,
        }),
        Some(since) if schedule::is_given_up(since, now) => Some(Health::Disabled {
            at: now,
            since: Some(since),
        }),
        Some(_) => None,
        None => Some(Health::FailingSince(now)),
    };
    (delivery, health)
}
