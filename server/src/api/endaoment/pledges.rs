//! Pledges to funds, in cash and in stock.

use std::sync::Arc;

use shared::endaoment::pledge::{PledgeCash, PledgeStock};

use crate::app::App;
use crate::auth::Authorized;
use crate::domain::endaoment::pledge::{self, Pledged};
use crate::domain::endaoment::{Acting, header};
use crate::router::Answered;

pub async fn pledge_cash(app: Arc<App>, call: Authorized<PledgeCash>) -> Answered<PledgeCash> {
    let named = call.call.partner_user_identifier.clone();
    let pledged = Pledged::cash(call.call)?;
    let acting = Acting {
        header: header(&call.headers)?,
        body: named.as_deref(),
        bearer: None,
    };
    let partner = &call.caller.partner;
    let giver = acting.require(&app, partner).await?;
    let made = pledge::make(&app, &partner.id, pledged, &giver).await;
    Ok(made?.into())
}

pub async fn pledge_stock(app: Arc<App>, call: Authorized<PledgeStock>) -> Answered<PledgeStock> {
    let named = call.call.partner_user_identifier.clone();
    let pledged = Pledged::stock(call.call)?;
    let acting = Acting {
        header: header(&call.headers)?,
        body: named.as_deref(),
        bearer: None,
    };
    let partner = &call.caller.partner;
    let giver = acting.require(&app, partner).await?;
    let made = pledge::make(&app, &partner.id, pledged, &giver).await;
    Ok(made?.into())
}
