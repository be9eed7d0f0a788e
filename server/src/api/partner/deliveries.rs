//! What became of each telling of a partner's events, and telling once more.

use std::sync::Arc;

use shared::webhook::{
    GetWebhooksHealth, ListDeliveries, ReplayEvents, RetryDelivery, TestWebhook, WebhooksHealth,
};

use super::lists::Asked;
use crate::app::App;
use crate::auth::Authorized;
use crate::domain::webhook;
use crate::router::{Answered, Reply};
use crate::store;
use crate::store::delivery::Filter;

pub async fn list_deliveries(
    app: Arc<App>,
    call: Authorized<ListDeliveries>,
) -> Answered<ListDeliveries> {
    let (partner_id, query) = (&call.caller.partner.id, call.call);
    let asked = Asked::read(query.page, query.limit, query.cursor.as_deref())?;
    let filter = Filter {
        webhook_id: webhook::find(&app, partner_id, &query.id).await?.id,
        status: query.status,
        event_type: query.event_type,
        from: app.context.now().plus_ms(-webhook::KEPT_MS),
    };
    let mut conn = app.db.read().await?;
    let rows = store::delivery::list(&mut conn, partner_id, &filter, &asked.window()).await?;
    let total = asked
        .total(store::delivery::count(&mut conn, partner_id, &filter))
        .await?;
    Ok(Reply::new(asked.answer(rows, total, |delivery| {
        (delivery.created_at, delivery.id.as_str())
    })))
}

pub async fn retry_delivery(
    app: Arc<App>,
    call: Authorized<RetryDelivery>,
) -> Answered<RetryDelivery> {
    let key = call.idempotency_key();
    let begun = webhook::again::retry(&app, &call.caller.partner.id, key, call.call);
    Ok(begun.await?.into())
}

pub async fn test_webhook(app: Arc<App>, call: Authorized<TestWebhook>) -> Answered<TestWebhook> {
    let key = call.idempotency_key();
    let told = webhook::again::test(&app, &call.caller.partner.id, key, call.call);
    Ok(told.await?.into())
}

pub async fn replay_events(
    app: Arc<App>,
    call: Authorized<ReplayEvents>,
) -> Answered<ReplayEvents> {
    let key = call.idempotency_key();
    let begun = webhook::again::replay(&app, &call.caller.partner.id, key, call.call);
    Ok(begun.await?.into())
}

pub async fn get_health(
    app: Arc<App>,
    call: Authorized<GetWebhooksHealth>,
) -> Answered<GetWebhooksHealth> {
    let mut conn = app.db.read().await?;
    let data = webhook::health::all(&mut conn, &call.caller.partner.id).await?;
    Ok(Reply::new(WebhooksHealth { data }))
}
