//! A partner's campaigns.

use std::sync::Arc;

use shared::campaign::{
    CreateCampaign, GetActiveCampaign, GetCampaign, GetCampaignAnalytics, ListCampaigns,
    UpdateCampaign,
};

use super::lists::Asked;
use crate::app::App;
use crate::auth::Authorized;
use crate::domain::{campaign, text};
use crate::error::Error;
use crate::router::{Answered, Reply};
use crate::store;
use crate::store::campaign::Filter;

pub async fn create_campaign(
    app: Arc<App>,
    call: Authorized<CreateCampaign>,
) -> Answered<CreateCampaign> {
    let key = call.idempotency_key();
    Ok(
        campaign::create(&app, &call.caller.partner.id, key, call.call)
            .await?
            .into(),
    )
}

pub async fn update_campaign(
    app: Arc<App>,
    call: Authorized<UpdateCampaign>,
) -> Answered<UpdateCampaign> {
    let updated = campaign::update(&app, &call.caller.partner.id, call.call).await?;
    Ok(Reply::new(updated))
}

pub async fn list_campaigns(
    app: Arc<App>,
    call: Authorized<ListCampaigns>,
) -> Answered<ListCampaigns> {
    let (partner_id, query) = (&call.caller.partner.id, call.call);
    let asked = Asked::read(query.page, query.limit, query.cursor.as_deref())?;
    check_type(query.action_type.as_deref())?;
    let filter = Filter {
        status: query.status,
        now: app.context.now(),
        action_type: query.action_type,
        created_from: query.created_from,
        created_to: query.created_to,
    };
    let mut conn = app.db.read().await?;
    let rows = store::campaign::list(&mut conn, partner_id, &filter, &asked.window()).await?;
    let total = asked
        .total(store::campaign::count(&mut conn, partner_id, &filter))
        .await?;
    Ok(Reply::new(asked.answer(rows, total, |row| {
        (row.created_at, row.id.as_str())
    })))
}

pub async fn get_active_campaign(
    app: Arc<App>,
    call: Authorized<GetActiveCampaign>,
) -> Answered<GetActiveCampaign> {
    let action_type = call.call.action_type.as_deref();
    check_type(action_type)?;
    let found = campaign::find_active(&app, &call.caller.partner.id, action_type).await?;
    Ok(Reply::new(found))
}

pub async fn get_campaign(app: Arc<App>, call: Authorized<GetCampaign>) -> Answered<GetCampaign> {
    let found = campaign::find(&app, &call.caller.partner.id, &call.call.id).await?;
    Ok(Reply::new(found))
}

pub async fn get_analytics(
    app: Arc<App>,
    call: Authorized<GetCampaignAnalytics>,
) -> Answered<GetCampaignAnalytics> {
    let report = campaign::report::report(&app, &call.caller.partner.id, &call.call).await?;
    Ok(Reply::new(report))
}

fn check_type(action_type: Option<&str>) -> Result<(), Error> {
    let checked = action_type.map_or(Ok(()), text::type_code);
    checked.map_err(|problem| Error::field("actionType", problem))
}
