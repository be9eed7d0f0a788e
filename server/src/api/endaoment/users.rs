//! People with names and addresses.

use std::sync::Arc;

use shared::endaoment::user::ProvisionUser;

use crate::app::App;
use crate::auth::Authorized;
use crate::domain::endaoment::person;
use crate::router::Answered;

pub async fn provision_user(
    app: Arc<App>,
    call: Authorized<ProvisionUser>,
) -> Answered<ProvisionUser> {
    let made = person::provision(&app, &call.caller.partner.id, &call.call).await;
    Ok(made?.into())
}
