//! Donation sessions: an invitation to give once to one nonprofit, on a page of
//! ours, within a day. The gift is a link like all others; what is said here is what
//! the session adds.

mod check;
pub mod gift;

use shared::Code;
use shared::donation::Provider;
use shared::id::{DonationSessionId, ExternalUserId, PartnerId, PercentUserId};
use shared::organization::OrganizationStatus;
use shared::percent::{CreateDonationSession, DonationSession, DonationSessionStatus};
use shared::time::Timestamp;

use self::check::{Wanted, check};
use super::donation;
use super::replay::{Attempt, Once};
use crate::app::App;
use crate::error::Error;
use crate::store::donation::{DonationRow, Donor};
use crate::store::donation_session::{self as sessions, SessionRow};
use crate::store::organization::Organization;
use crate::store::partner::Partner;
use crate::store::{self, Connection, event};

/// How long a gift can be given in a session.
const LIFETIME_MS: i64 = 24 * 3_600_000;

/// Opens a session, or answers the one that was opened under the same idempotency
/// key, as it was then.
pub async fn create(
    app: &App,
    partner: &Partner,
    idempotency_key: Option<String>,
    request: CreateDonationSession,
) -> Result<Once<DonationSession>, Error> {
    let wanted = check(&request, app.settings.environment)?;
    donation::check_provider(app, Provider::Stripe)?;
    let now = app.context.now();
    let attempt = Attempt::new(&partner.id, idempotency_key, &request, now)?;
    let _turn = app.under_way.enter(&attempt)?;
    let mut tx = app.db.write().await?;
    event::lock_books(&mut tx, app.db.dialect(), &partner.id).await?;
    if let Some(earlier) = attempt.earlier::<DonationSessionId>(&mut tx).await? {
        let row = sessions::find(&mut tx, &partner.id, &earlier.answer).await?;
        let row = row.ok_or_else(|| Error::internal("a key without its session"))?;
        return Ok(Once::again(view(app, row, DonationSessionStatus::Open)));
    }
    let nonprofit = find_nonprofit(&mut tx, &request).await?;
    let user_id = find_user(&mut tx, &partner.id, request.user_id).await?;
    let row = new_row(app, &partner.id, (wanted, nonprofit), (user_id, now));
    sessions::insert(&mut tx, &row).await?;
    let id = row.id.clone();
    attempt.keep(&mut tx, id.as_str(), &id).await?;
    tx.commit().await?;
    Ok(Once::first(view(app, row, DonationSessionStatus::Open)))
}

async fn find_nonprofit(
    conn: &mut Connection,
    request: &CreateDonationSession,
) -> Result<Organization, Error> {
    let id = request.organisation_id.as_str();
    let found = store::organization::find_by_percent_id(conn, id).await?;
    found
        .filter(|found| found.status == OrganizationStatus::Active)
        .ok_or_else(|| {
            Error::new(
                Code::UnknownOrganization,
                "organisationId must be the id of a nonprofit that takes gifts; GET /v1/organisations finds it",
            )
        })
}

/// The partner's user of a name that this dialect could have given.
async fn find_user(
    conn: &mut Connection,
    partner_id: &PartnerId,
    id: Option<PercentUserId>,
) -> Result<Option<ExternalUserId>, Error> {
    let Some(id) = id else {
        return Ok(None);
    };
    match store::user::find_named(conn, partner_id, &id).await? {
        Some(user) => Ok(Some(user.external_user_id)),
        None => Err(Error::field(
            "userId",
            "must be the id of a user of yours, such as POST /v1/users answers",
        )),
    }
}

fn new_row(
    app: &App,
    partner_id: &PartnerId,
    (wanted, nonprofit): (Wanted, Organization),
    (user_id, now): (Option<ExternalUserId>, Timestamp),
) -> SessionRow {
    SessionRow {
        partner_id: partner_id.clone(),
        id: DonationSessionId(app.context.base62_id("donationsession")),
        token: app.context.random_base62(32),
        organization_id: nonprofit.id,
        organisation_id: nonprofit.percent_id.into(),
        user_id,
        success_url: wanted.success_url,
        language: wanted.language,
        currency: wanted.currency,
        metadata: wanted.metadata,
        donation_id: None,
        expires_at: now.plus_ms(LIFETIME_MS),
        created_at: now,
    }
}

/// A partner's session as it stands now.
pub async fn find(
    app: &App,
    partner_id: &PartnerId,
    id: &DonationSessionId,
) -> Result<DonationSession, Error> {
    let mut conn = app.db.read().await?;
    let found = sessions::find(&mut conn, partner_id, id).await?;
    found.map(|row| now(app, row)).ok_or_else(|| {
        Error::new(
            Code::SessionNotFound,
            "no donation session of yours has this id",
        )
    })
}

/// The session as it stands now.
pub fn now(app: &App, row: SessionRow) -> DonationSession {
    let status = row.status(app.context.now());
    view(app, row, status)
}

fn view(app: &App, row: SessionRow, status: DonationSessionStatus) -> DonationSession {
    DonationSession {
        url: address(app, &row),
        id: row.id,
        organisation_id: row.organisation_id,
        success_url: row.success_url,
        user_id: row.user_id.map(|id| PercentUserId(id.0)),
        account_id: None,
        status,
        created_at: row.created_at,
        expires_at: row.expires_at,
        language: row.language,
        metadata: row.metadata,
        currency: row.currency,
    }
}

/// Where the donor gives.
fn address(app: &App, row: &SessionRow) -> String {
    format!("{}/donate/{}", app.base_url, row.token)
}

/// Who gives. A gift of a session has a receipt, so the address that was given for
/// it holds where the payment tells none.
pub(super) fn payer(row: &DonationRow, payer: Donor) -> Donor {
    let email = payer.email;
    let known = || row.hosted.as_ref().and(row.donor.email.clone());
    Donor {
        email: email.or_else(known),
        ..payer
    }
}

/// Completes the session of a paid gift. Answers false if the session had been
/// completed, or its time was over.
pub(super) async fn complete(
    conn: &mut Connection,
    row: &DonationRow,
    now: Timestamp,
) -> Result<bool, Error> {
    let Some(hosted) = &row.hosted else {
        return Ok(true);
    };
    let session = (&row.partner_id, &hosted.session_id);
    let gift = (&row.public.partner_donation_id, now);
    Ok(sessions::complete(conn, session, gift).await?)
}

/// Nothing more can be given in the session.
pub(super) fn closed() -> Error {
    Error::new(
        Code::DonationClosed,
        "A gift was given through this link already, or its time is over. Nothing was charged.",
    )
}

/// A payment that could not be refused any more: the gift is booked, and somebody
/// should look whether it was meant.
pub(super) fn tell_operator(row: &DonationRow) {
    if let Some(hosted) = &row.hosted {
        tracing::warn!(
            donation = %row.public.partner_donation_id,
            session = %hosted.session_id,
            "paid after its session was over: ask the donor, or give it back with `giving donations refund`"
        );
    }
}
