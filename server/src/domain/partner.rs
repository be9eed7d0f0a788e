//! How a partner comes about.

use shared::Feature;
use shared::id::PartnerId;
use shared::partner::{PartnerStatus, Tier};

use crate::app::App;
use crate::domain::token;
use crate::error::Error;
use crate::store::partner::{Partner, PartnerConfig};
use crate::store::portal_user::PortalUser;
use crate::store::{self, Write};

/// What a new partner may do.
pub const FEATURES: &[Feature] = &[Feature::Donations, Feature::Actions];

/// The partner of a user; one that waits for approval is made for who has none.
/// Of two calls at once one makes it, and the other finds it.
pub async fn of_user(app: &App, tx: &mut Write, user: &PortalUser) -> Result<PartnerId, Error> {
    if let Some(id) = &user.partner_id {
        return Ok(id.clone());
    }
    let user = store::portal_user::lock(tx, app.db.dialect(), &user.id).await?;
    let user = user.ok_or_else(token::invalid)?;
    if let Some(id) = user.partner_id {
        return Ok(id);
    }
    let partner = Partner {
        id: app.context.object_id(),
        name: name_after(&user),
        slug: format!("partner-{}", app.context.random_hex::<6>()),
        status: PartnerStatus::PendingApproval,
        tier: Tier::Standard,
        features: FEATURES.to_vec(),
        config: PartnerConfig::default(),
        created_at: app.context.now(),
    };
    store::partner::insert(tx, &partner).await?;
    store::portal_user::give_partner(tx, &user.id, &partner.id).await?;
    Ok(partner.id)
}

/// The name that a partner has until it says a better one.
fn name_after(user: &PortalUser) -> String {
    let names: Vec<&str> = [&user.first_name, &user.last_name]
        .into_iter()
        .flatten()
        .map(String::as_str)
        .collect();
    let name = Some(names.join(" ")).filter(|name| !name.is_empty());
    name.or_else(|| user.email.clone())
        .unwrap_or_else(|| "New partner".to_owned())
}
