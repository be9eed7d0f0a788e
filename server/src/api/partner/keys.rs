//! A partner's keys, as its people manage them.

use std::sync::Arc;

use shared::NoContent;
use shared::id::PartnerId;
use shared::key::{CreateKey, DeleteKey, GetKey, GetPartnerInfo, ListKeys, RotateKey, UpdateKey};

use super::lists::Asked;
use crate::app::App;
use crate::auth::{Authorized, Member};
use crate::domain::key::manage;
use crate::domain::sign_in;
use crate::error::Error;
use crate::router::{Answered, Reply};
use crate::store;

pub async fn create_key(app: Arc<App>, call: Authorized<CreateKey, Member>) -> Answered<CreateKey> {
    let key = call.idempotency_key();
    let made = manage::create(&app, &call.caller.user, key, call.call);
    Ok(made.await?.into())
}

pub async fn list_keys(app: Arc<App>, call: Authorized<ListKeys, Member>) -> Answered<ListKeys> {
    let query = call.call;
    let asked = Asked::read(query.page, query.limit, query.cursor.as_deref())?;
    let mut conn = app.db.read().await?;
    let (rows, total) = match &call.caller.partner {
        None => (Vec::new(), asked.total(async { Ok::<_, Error>(0) }).await?),
        Some(partner) => (
            store::key::list_seen(&mut conn, &partner.id, &asked.window()).await?,
            asked
                .total(store::key::count(&mut conn, &partner.id))
                .await?,
        ),
    };
    let shown = rows.into_iter().map(|seen| manage::shown(&app, seen));
    Ok(Reply::new(asked.answer(shown.collect(), total, |key| {
        (key.created_at, key.id.as_str())
    })))
}

pub async fn get_partner_info(
    _: Arc<App>,
    call: Authorized<GetPartnerInfo, Member>,
) -> Answered<GetPartnerInfo> {
    Ok(Reply::new(sign_in::info(call.caller.partner()?)))
}

/// Whose keys the call is about; who has no partner has no key.
fn partner_id(member: &Member) -> Result<&PartnerId, Error> {
    let partner = member.partner.as_ref();
    partner
        .map(|partner| &partner.id)
        .ok_or_else(manage::unknown)
}

pub async fn get_key(app: Arc<App>, call: Authorized<GetKey, Member>) -> Answered<GetKey> {
    let partner_id = partner_id(&call.caller)?;
    let found = manage::find(&app, partner_id, &call.call.id).await?;
    Ok(Reply::new(found))
}

pub async fn update_key(app: Arc<App>, call: Authorized<UpdateKey, Member>) -> Answered<UpdateKey> {
    let partner_id = partner_id(&call.caller)?;
    let updated = manage::update(&app, partner_id, call.call).await?;
    Ok(Reply::new(updated))
}

pub async fn rotate_key(app: Arc<App>, call: Authorized<RotateKey, Member>) -> Answered<RotateKey> {
    let key = call.idempotency_key();
    let partner_id = partner_id(&call.caller)?;
    let rotated = manage::rotate(&app, partner_id, key, call.call);
    Ok(rotated.await?.into())
}

pub async fn delete_key(app: Arc<App>, call: Authorized<DeleteKey, Member>) -> Answered<DeleteKey> {
    let partner_id = partner_id(&call.caller)?;
    manage::delete(&app, partner_id, &call.call.id).await?;
    Ok(Reply::new(NoContent))
}
