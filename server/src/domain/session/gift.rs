//! The gift that is begun on a session's page: the donor's choice, as a link that
//! leads to the checkout.

use shared::donation::{CreateLink, DonationLink, Provider};
use shared::money::{Currency, Frequency, Minor};
use shared::organization::OrganizationStatus;
use shared::partner::PartnerStatus;
use shared::percent::DonationSessionStatus;
use shared::{Code, Feature};

use super::{address, closed};
use crate::app::App;
use crate::domain::donation;
use crate::domain::order::{Bounds, order};
use crate::error::Error;
use crate::store;
use crate::store::donation::{Donor, HostedIn};
use crate::store::donation_session::SessionRow;
use crate::store::organization::Organization;
use crate::store::partner::Partner;
use crate::vault;

/// The least time that must be left to pay, when a donor is led to the payment: the
/// card's side gives no less.
const LEAST_TIME_TO_PAY_MS: i64 = 30 * 60_000;

/// A session with whom it is about.
#[derive(Debug)]
pub struct Invitation {
    pub session: SessionRow,
    pub status: DonationSessionStatus,
    pub partner: Partner,
    pub nonprofit: Organization,
}

/// What the donor chose.
#[derive(Debug)]
pub struct Choice {
    pub amount: Minor,
    pub currency: Currency,
    pub donor: Donor,
    /// Drawn for each form that is shown, so that one form begins one gift.
    pub attempt: String,
}

/// The session whose page has this token.
pub async fn find(app: &App, token: &str) -> Result<Invitation, Error> {
    let unknown = || {
        Error::new(
            Code::SessionNotFound,
            "There is no gift to be given behind this link. Perhaps a part of it was lost on its way.",
        )
    };
    if !token.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err(unknown());
    }
    let mut conn = app.db.read().await?;
    let session = store::donation_session::find_by_token(&mut conn, token).await?;
    let session = session.ok_or_else(unknown)?;
    let partner = store::partner::find(&mut conn, &session.partner_id).await?;
    let organisation_id = session.organisation_id.as_str();
    let nonprofit = store::organization::find_by_percent_id(&mut conn, organisation_id).await?;
    let (Some(partner), Some(nonprofit)) = (partner, nonprofit) else {
        return Err(Error::internal(
            "a session without its partner or nonprofit",
        ));
    };
    Ok(Invitation {
        status: session.status(app.context.now()),
        session,
        partner,
        nonprofit,
    })
}

/// Begins a gift: the link that leads to its payment, the same for the same form.
pub async fn begin(
    app: &App,
    invitation: &Invitation,
    choice: Choice,
) -> Result<DonationLink, Error> {
    check_open(app, invitation)?;
    donation::check_provider(app, Provider::Stripe)?;
    let session = &invitation.session;
    let attempt = choice.attempt.clone();
    let request = request(invitation, choice);
    let fingerprint = serde_json::to_vec(&request).map_err(Error::internal)?;
    let fingerprint = vault::hash(fingerprint);
    let key = vault::hash(format!("{} {attempt} {fingerprint}", session.id));
    let bounds = Bounds {
        partner: &invitation.partner,
        allowed_origins: &[],
        environment: app.settings.environment,
    };
    let order = order(request, &bounds)?;
    // No caller can send a key with a tab in it.
    let key = format!("session\t{key}");
    let row = donation::new_row(
        app,
        &invitation.partner,
        (order, invitation.nonprofit.clone()),
        (Some(key), fingerprint),
    );
    let row = store::donation::DonationRow {
        metadata: session.metadata.clone().unwrap_or_default(),
        success_url: session.success_url.clone(),
        cancel_url: Some(address(app, session)),
        expires_at: session.expires_at,
        hosted: Some(HostedIn {
            session_id: session.id.clone(),
            id: app.context.base62_id("donation").into(),
        }),
        ..row
    };
    let begun = donation::insert(app, row).await?;
    Ok(donation::link(app, begun.answer))
}

/// Whether a gift can be begun now.
fn check_open(app: &App, invitation: &Invitation) -> Result<(), Error> {
    let Invitation {
        session,
        partner,
        nonprofit,
        ..
    } = invitation;
    let now = app.context.now();
    if session.status(now) != DonationSessionStatus::Open {
        return Err(closed());
    }
    if session.expires_at.0 - now.0 < LEAST_TIME_TO_PAY_MS {
        return Err(Error::new(
            Code::DonationClosed,
            "This link is about to expire, and there is no time left to pay. Nothing was charged.",
        ));
    }
    let takes_gifts = partner.status != PartnerStatus::Suspended
        && partner.features.contains(&Feature::Donations)
        && nonprofit.status == OrganizationStatus::Active;
    if takes_gifts {
        return Ok(());
    }
    Err(Error::new(
        Code::PartnerNotActive,
        "No gifts are taken through this link at present. Please tell the page it came from.",
    ))
}

/// The choice as the request for a link, by whose rules it is judged. The receipt
/// must go somewhere, so a missing address is asked for as an empty one, which is wrong.
fn request(invitation: &Invitation, choice: Choice) -> CreateLink {
    CreateLink {
        nonprofit_slug: invitation.nonprofit.slug.clone(),
        amount: choice.amount,
        currency: Some(choice.currency.as_str().to_owned()),
        frequency: Some(Frequency::Once),
        provider: Some(Provider::Stripe),
        donor_email: Some(choice.donor.email.unwrap_or_default()),
        first_name: choice.donor.first_name,
        last_name: choice.donor.last_name,
        tip_amount: None,
        tip_percent: None,
        referral_code: None,
        partner_user_id: invitation.session.user_id.clone(),
        success_url: None,
        cancel_url: None,
        metadata: None,
        idempotency_key: None,
        locale: Some(invitation.session.language.as_str().to_owned()),
    }
}
