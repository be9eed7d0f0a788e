//! What a partner can have delivered: one delivery once more, all of a span of
//! time, or a test.

use serde_json::json;
use shared::Code;
use shared::event::EventType;
use shared::id::{DeliveryId, EventId, PartnerId, WebhookId};
use shared::time::Timestamp;
use shared::webhook::{
    Delivery, DeliveryStatus, ReplayEvents, Replaying, RetryDelivery, TestDelivery, TestWebhook,
    Webhook,
};

use super::find_row;
use crate::app::App;
use crate::domain::replay::{Attempt, Once};
use crate::error::Error;
use crate::store::delivery::DeliveryRow;
use crate::store::delivery::begin::{self, Replay};
use crate::store::event::{self, EventRow, Subjects};
use crate::store::{self, Write};

/// How long events and deliveries are kept.
pub const KEPT_MS: i64 = 30 * 24 * 3_600_000;
/// Moments go with commits but for what clocks differ by.
const SLACK_MS: i64 = 60_000;

/// Makes a delivery due now that is not pending.
pub async fn retry(
    app: &App,
    partner_id: &PartnerId,
    idempotency_key: Option<String>,
    request: RetryDelivery,
) -> Result<Once<Delivery>, Error> {
    let now = app.context.now();
    let attempt = Attempt::new(partner_id, idempotency_key, &request, now)?;
    let mut tx = app.db.write().await?;
    event::lock_books(&mut tx, app.db.dialect(), partner_id).await?;
    let webhook = find_row(&mut tx, partner_id, &request.id).await?.public;
    let ids = (&request.id, &request.delivery_id);
    let row = find_delivery(&mut tx, partner_id, ids, now).await?;
    if let Some(earlier) = attempt.earlier(&mut tx).await? {
        return Ok(earlier);
    }
    check_active(&webhook)?;
    if !begin::again(&mut tx, &row, now).await? {
        return Err(Error::new(
            Code::DeliveryPending,
            "this delivery is pending already; see its nextRetryAt",
        ));
    }
    let pending = Delivery {
        status: DeliveryStatus::Pending,
        next_retry_at: Some(now),
        delivered_at: None,
        ..row.public
    };
    let begun = attempt.keep(&mut tx, request.delivery_id.as_str(), pending);
    let begun = begun.await?;
    tx.tell(partner_id);
    tx.commit().await?;
    Ok(begun)
}

async fn find_delivery(
    tx: &mut Write,
    partner_id: &PartnerId,
    ids: (&WebhookId, &DeliveryId),
    now: Timestamp,
) -> Result<DeliveryRow, Error> {
    let found = store::delivery::find(tx, partner_id, ids).await?;
    let kept = found.filter(|row| row.public.created_at >= now.plus_ms(-KEPT_MS));
    kept.ok_or_else(|| {
        Error::new(
            Code::DeliveryNotFound,
            "this webhook has no delivery of this id",
        )
    })
}

fn check_active(webhook: &Webhook) -> Result<(), Error> {
    if webhook.is_active {
        return Ok(());
    }
    Err(Error::new(
        Code::WebhookDisabled,
        "this webhook is disabled; set isActive to true first",
    ))
}

/// Tells a webhook, and no other, that it is being tried.
pub async fn test(
    app: &App,
    partner_id: &PartnerId,
    idempotency_key: Option<String>,
    request: TestWebhook,
) -> Result<Once<TestDelivery>, Error> {
    let now = app.context.now();
    let attempt = Attempt::new(partner_id, idempotency_key, &request, now)?;
    let mut tx = app.db.write().await?;
    let commit_number = event::next_commit(&mut tx, partner_id).await?;
    let webhook = find_row(&mut tx, partner_id, &request.id).await?.public;
    if let Some(earlier) = attempt.earlier(&mut tx).await? {
        return Ok(earlier);
    }
    check_active(&webhook)?;
    let id = app.context.event_id();
    let event = EventRow {
        partner_id: partner_id.clone(),
        commit_number,
        position: 0,
        // About nothing else, so that it waits for nothing.
        subjects: Subjects::of([id.as_str()]),
        id,
        event_type: EventType::WebhookTest,
        data: json!({ "webhookId": webhook.id }).to_string(),
        created_at: now,
    };
    let id = app.context.object_id();
    let delivery = DeliveryRow::new(id, &webhook.id, &event, (now, now));
    let dialect = app.db.dialect();
    begin::insert(&mut tx, dialect, &delivery).await?;
    let event_id: EventId = event.id.clone();
    event::insert(&mut tx, dialect, &[event]).await?;
    let delivery_id = delivery.public.id;
    let told = TestDelivery {
        delivery_id,
        event_id,
    };
    let told = attempt.keep(&mut tx, webhook.id.as_str(), told).await?;
    tx.commit().await?;
    Ok(told)
}

/// Begins to deliver once more what happened in a span of time.
pub async fn replay(
    app: &App,
    partner_id: &PartnerId,
    idempotency_key: Option<String>,
    request: ReplayEvents,
) -> Result<Once<Replaying>, Error> {
    if request.from >= request.to {
        return Err(Error::field("to", "must be later than from"));
    }
    let now = app.context.now();
    let attempt = Attempt::new(partner_id, idempotency_key, &request, now)?;
    let mut tx = app.db.write().await?;
    event::lock_books(&mut tx, app.db.dialect(), partner_id).await?;
    let webhook = find_row(&mut tx, partner_id, &request.id).await?.public;
    if let Some(earlier) = attempt.earlier(&mut tx).await? {
        return Ok(earlier);
    }
    let from = request.from.max(now.plus_ms(-KEPT_MS));
    let first = event::commit_at(&mut tx, partner_id, from.plus_ms(-SLACK_MS)).await?;
    let after = event::commit_at(&mut tx, partner_id, request.to.plus_ms(SLACK_MS)).await?;
    let replay = Replay {
        partner_id: partner_id.clone(),
        webhook_id: webhook.id.clone(),
        id: app.context.object_id(),
        event_types: request.event_types.clone(),
        from,
        to: request.to,
        cursor: (first - 1, store::webhook::LAST_POSITION),
        last_commit: after - 1,
    };
    begin::add_replay(&mut tx, &replay, now).await?;
    let begun = Replaying {
        webhook_id: webhook.id,
        from: request.from,
        to: request.to,
        event_types: request.event_types,
    };
    let begun = attempt.keep(&mut tx, &replay.id, begun).await?;
    tx.tell(partner_id);
    tx.commit().await?;
    Ok(begun)
}
