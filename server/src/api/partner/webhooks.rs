//! A partner's webhooks.

use std::sync::Arc;

use shared::NoContent;
use shared::webhook::{
    CreateWebhook, DeleteWebhook, GetWebhook, ListWebhooks, RotateWebhookSecret, UpdateWebhook,
};

use super::lists::Asked;
use crate::app::App;
use crate::auth::Authorized;
use crate::domain::webhook;
use crate::router::{Answered, Reply};
use crate::store;

pub async fn create_webhook(
    app: Arc<App>,
    call: Authorized<CreateWebhook>,
) -> Answered<CreateWebhook> {
    let key = call.idempotency_key();
    let made = webhook::create(&app, &call.caller.partner.id, key, call.call);
    Ok(made.await?.into())
}

pub async fn list_webhooks(
    app: Arc<App>,
    call: Authorized<ListWebhooks>,
) -> Answered<ListWebhooks> {
    let (partner_id, query) = (&call.caller.partner.id, call.call);
    let asked = Asked::read(query.page, query.limit, query.cursor.as_deref())?;
    let mut conn = app.db.read().await?;
    let rows = store::webhook::list(&mut conn, partner_id, &asked.window()).await?;
    let total = asked
        .total(store::webhook::count(&mut conn, partner_id))
        .await?;
    let shown = rows.into_iter().map(|row| row.public).collect();
    Ok(Reply::new(asked.answer(shown, total, |webhook| {
        (webhook.created_at, webhook.id.as_str())
    })))
}

pub async fn get_webhook(app: Arc<App>, call: Authorized<GetWebhook>) -> Answered<GetWebhook> {
    let found = webhook::find(&app, &call.caller.partner.id, &call.call.id).await?;
    Ok(Reply::new(found))
}

pub async fn update_webhook(
    app: Arc<App>,
    call: Authorized<UpdateWebhook>,
) -> Answered<UpdateWebhook> {
    let updated = webhook::update(&app, &call.caller.partner.id, call.call).await?;
    Ok(Reply::new(updated))
}

pub async fn rotate_secret(
    app: Arc<App>,
    call: Authorized<RotateWebhookSecret>,
) -> Answered<RotateWebhookSecret> {
    let key = call.idempotency_key();
    let rotated = webhook::rotate_secret(&app, &call.caller.partner.id, key, call.call);
    Ok(rotated.await?.into())
}

pub async fn delete_webhook(
    app: Arc<App>,
    call: Authorized<DeleteWebhook>,
) -> Answered<DeleteWebhook> {
    webhook::delete(&app, &call.caller.partner.id, &call.call.id).await?;
    Ok(Reply::new(NoContent))
}
