//! What people did, and the tokens that it brought them.

use std::sync::Arc;

use shared::Code;
use shared::action::{GetAction, GetBulkJob, ListActions, ReverseAction, SubmitAction, SubmitBulk};

use super::lists::Asked;
use crate::app::App;
use crate::auth::Authorized;
use crate::domain::action;
use crate::error::Error;
use crate::router::{Answered, Reply};
use crate::store;
use crate::store::action::Filter;

pub async fn submit(app: Arc<App>, call: Authorized<SubmitAction>) -> Answered<SubmitAction> {
    let done = action::submit(&app, &call.caller.partner.id, call.call).await;
    Ok(done?.into())
}

pub async fn submit_bulk(app: Arc<App>, call: Authorized<SubmitBulk>) -> Answered<SubmitBulk> {
    let done = action::submit_all(&app, &call.caller.partner.id, call.call).await;
    Ok(Reply::new(done?))
}

pub async fn get_bulk_job(_: Arc<App>, _: Authorized<GetBulkJob>) -> Answered<GetBulkJob> {
    Err(Error::new(
        Code::Gone,
        "bulk calls are no longer jobs: POST /v1/partner/actions/bulk answers with every result; \
         GET /v1/partner/actions?idempotencyKey=… finds one later",
    ))
}

pub async fn list_actions(app: Arc<App>, call: Authorized<ListActions>) -> Answered<ListActions> {
    let asked = Asked::read(call.call.page, call.call.limit, call.call.cursor.as_deref())?;
    let filter = Filter::from(call.call);
    let partner_id = &call.caller.partner.id;
    let mut conn = app.db.read().await?;
    let reader = (app.db.dialect(), partner_id);
    let rows = store::action::list(&mut conn, reader, &filter, &asked.window()).await?;
    let total = asked
        .total(store::action::count(&mut conn, partner_id, &filter))
        .await?;
    Ok(Reply::new(asked.answer(rows, total, |action| {
        (action.created_at, action.id.as_str())
    })))
}

pub async fn get_action(app: Arc<App>, call: Authorized<GetAction>) -> Answered<GetAction> {
    let mut conn = app.db.read().await?;
    let reader = (app.db.dialect(), &call.caller.partner.id);
    let found = store::action::find(&mut conn, reader, &call.call.id).await?;
    found
        .map(Reply::new)
        .ok_or_else(|| Error::new(Code::ActionNotFound, "no action has this id"))
}

pub async fn reverse(app: Arc<App>, call: Authorized<ReverseAction>) -> Answered<ReverseAction> {
    let done = action::reverse(&app, &call.caller.partner.id, call.call).await;
    Ok(done?.into())
}
