//! Grants from funds to nonprofits.

use std::sync::Arc;

use shared::endaoment::grant::SubmitGrants;

use crate::app::App;
use crate::auth::Authorized;
use crate::domain::endaoment::grant::{self, Submitted};
use crate::domain::endaoment::{Acting, header};
use crate::router::Answered;

pub async fn submit_grants(
    app: Arc<App>,
    call: Authorized<SubmitGrants>,
) -> Answered<SubmitGrants> {
    let submitted = Submitted::read(call.call, app.context.now())?;
    let partner = &call.caller.partner;
    let acting = Acting {
        header: header(&call.headers)?,
        ..Acting::default()
    };
    acting.find(&app, partner).await?;
    let made = grant::make(&app, &partner.id, submitted).await;
    Ok(made?.into())
}
