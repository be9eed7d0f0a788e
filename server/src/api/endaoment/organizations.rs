//! Nonprofits to which grants can go, and reports of those that are missing.

use std::sync::Arc;

use shared::endaoment::organization::{
    GetOrganizationByEin, ReportOrganization, SearchOrganizations,
};

use crate::app::App;
use crate::auth::Authorized;
use crate::domain::endaoment::organization;
use crate::router::{Answered, Reply};

pub async fn get_by_ein(
    app: Arc<App>,
    call: Authorized<GetOrganizationByEin>,
) -> Answered<GetOrganizationByEin> {
    let found = organization::find_by_ein(&app, &call.call.ein).await;
    found.map(Reply::new)
}

pub async fn search(
    app: Arc<App>,
    call: Authorized<SearchOrganizations>,
) -> Answered<SearchOrganizations> {
    let found = organization::search(&app, &call.call).await;
    found.map(Reply::new)
}

pub async fn report(
    app: Arc<App>,
    call: Authorized<ReportOrganization>,
) -> Answered<ReportOrganization> {
    let made = organization::report(&app, &call.caller.partner.id, call.call).await;
    Ok(made?.into())
}
