//! Funds of donors.

use std::sync::Arc;

use shared::endaoment::fund::{CreateFund, GetFund};

use crate::app::App;
use crate::auth::{Authorized, Platform};
use crate::domain::endaoment::{Acting, fund, header};
use crate::router::{Answered, Reply};

pub async fn create_fund(
    app: Arc<App>,
    call: Authorized<CreateFund, Platform>,
) -> Answered<CreateFund> {
    let identifier = fund::read(&call.call)?;
    let partner = &call.caller.partner;
    let acting = Acting {
        header: header(&call.headers)?,
        body: call.call.partner_user_identifier.as_deref(),
        bearer: call.caller.subject.as_deref(),
    };
    let donor = acting.require(&app, partner).await?;
    let made = fund::create(&app, &partner.id, (call.call, identifier), &donor).await;
    Ok(made?.into())
}

pub async fn get_fund(app: Arc<App>, call: Authorized<GetFund>) -> Answered<GetFund> {
    let partner = &call.caller.partner;
    let acting = Acting {
        header: header(&call.headers)?,
        ..Acting::default()
    };
    acting.find(&app, partner).await?;
    let mut conn = app.db.read().await?;
    Ok(Reply::new(
        fund::view(&mut conn, &partner.id, &call.call.id).await?,
    ))
}
