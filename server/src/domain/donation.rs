//! A gift from link to payment: short transactions, each with its event.

pub mod export;
mod refund;

use ledger::Rate;
use shared::donation::{
    CreateLink, Donation, DonationLink, DonationStatus, Nonprofit, Provider, RewardStatus,
};
use shared::event::EventType;
use shared::id::{DonationId, ExternalUserId, MailId, PartnerId};
use shared::money::{Minor, Tokens};
use shared::organization::OrganizationStatus;
use shared::time::Timestamp;
use shared::{Code, Feature};

use super::order::{Bounds, Order, order};
use super::replay::{self, Once};
use super::session;
use crate::app::App;
use crate::context::Context;
use crate::error::Error;
use crate::store::donation::{DonationRow, Donor};
use crate::store::event::Subjects;
use crate::store::job::{Job, JobKind};
use crate::store::mail::{Mail, MailKind};
use crate::store::organization::Organization;
use crate::store::partner::Partner;
use crate::store::sql::Dialect;
use crate::store::{self, Connection};
use crate::vault;

pub use self::refund::refund;
pub use super::order::slug_is_well_formed;

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;
/// How long the idempotency key of a link is remembered.
const KEY_KEPT_MS: i64 = 30 * DAY_MS;
/// How long a receipt that cannot be sent is tried again.
const RECEIPT_TRIED_MS: i64 = 7 * DAY_MS;
/// How long a reward that cannot be paid is tried again.
const REWARD_TRIED_MS: i64 = 90 * DAY_MS;

/// How long a link can be paid.
const fn lifetime_ms(provider: Provider) -> i64 {
    match provider {
        Provider::Stripe => DAY_MS,
        Provider::EveryOrg => 7 * DAY_MS,
    }
}

/// Makes the link by which a donor pays, or finds the one made earlier under
/// the same idempotency key, whatever has changed since.
pub async fn create_link(
    app: &App,
    bounds: &Bounds<'_>,
    idempotency_key: Option<String>,
    mut request: CreateLink,
) -> Result<Once<DonationLink>, Error> {
    request.idempotency_key = replay::key(idempotency_key, request.idempotency_key.take())?;
    let key = request.idempotency_key.clone();
    let fingerprint = fingerprint(&request)?;
    if let Some(key) = &key {
        let mut conn = app.db.read().await?;
        let asked = (&bounds.partner.id, key.as_str(), fingerprint.as_str());
        if let Some(earlier) = find_earlier(&mut conn, asked, app.context.now()).await? {
            return Ok(Once::again(link(app, earlier)));
        }
    }
    let order = order(request, bounds)?;
    let nonprofit = find_nonprofit(app, &order.nonprofit_slug).await?;
    check_provider(app, order.provider)?;
    let row = new_row(app, bounds.partner, (order, nonprofit), (key, fingerprint));
    let Once { answer, is_replay } = insert(app, row).await?;
    Ok(Once {
        answer: link(app, answer),
        is_replay,
    })
}

pub(super) fn link(app: &App, row: DonationRow) -> DonationLink {
    DonationLink {
        donation_link: format!("{}/checkout/{}", app.base_url, row.checkout_token),
        partner_donation_id: row.public.partner_donation_id,
    }
}

/// A hash of everything that is asked for.
fn fingerprint(request: &CreateLink) -> Result<String, Error> {
    serde_json::to_vec(request)
        .map(vault::hash)
        .map_err(Error::internal)
}

/// The nonprofit of this slug, if gifts can be given to it.
pub async fn find_nonprofit(app: &App, slug: &str) -> Result<Organization, Error> {
    let found = if slug_is_well_formed(slug) {
        store::organization::find(&mut *app.db.read().await?, slug).await?
    } else {
        None
    };
    found
        .filter(|found| found.status == OrganizationStatus::Active)
        .ok_or_else(|| {
            Error::new(
                Code::OrganizationNotFound,
                "no active nonprofit has this nonprofitSlug",
            )
        })
}

/// In sandbox the bundled gateway plays every provider.
pub(super) fn check_provider(app: &App, provider: Provider) -> Result<(), Error> {
    match app.settings.environment {
        crate::config::Environment::Sandbox => Ok(()),
        crate::config::Environment::Production => Err(Error::new(
            Code::ProviderNotConfigured,
            format!("the provider {provider} is not configured here"),
        )),
    }
}

pub(super) fn new_row(
    app: &App,
    partner: &Partner,
    (order, nonprofit): (Order, Organization),
    (idempotency_key, fingerprint): (Option<String>, String),
) -> DonationRow {
    let now = app.context.now();
    DonationRow {
        partner_id: partner.id.clone(),
        organization_id: nonprofit.id,
        public: Donation {
            partner_donation_id: app.context.donation_id(),
            status: DonationStatus::Pending,
            reward_status: RewardStatus::Pending,
            amount: order.amount,
            tip_amount: order.tip_amount,
            currency: order.currency,
            frequency: order.frequency,
            provider: order.provider,
            nonprofit: Nonprofit {
                slug: nonprofit.slug,
                name: nonprofit.name,
            },
            tokens_awarded: Tokens(0),
            created_at: now,
            updated_at: now,
        },
        checkout_token: app.context.random_base62(32),
        donor: order.donor,
        referral_code: order.referral_code,
        external_user_id: order.partner_user_id,
        success_url: order.success_url,
        cancel_url: order.cancel_url,
        locale: order.locale,
        metadata: order.metadata,
        idempotency_key,
        fingerprint,
        reward_rate: None,
        paid_at: None,
        amount_refunded: Minor(0),
        expires_at: now.plus_ms(lifetime_ms(order.provider)),
        hosted: None,
    }
}

/// Stores the link, unless its key has one: then that one, if it can still be
/// paid.
pub(super) async fn insert(app: &App, row: DonationRow) -> Result<Once<DonationRow>, Error> {
    let now = row.public.created_at;
    let mut tx = app.db.write().await?;
    let commit = store::event::next_commit(&mut tx, &row.partner_id).await?;
    if let Some(key) = &row.idempotency_key {
        let asked = (&row.partner_id, key.as_str(), row.fingerprint.as_str());
        if let Some(earlier) = find_earlier(&mut tx, asked, now).await? {
            return Ok(Once::again(earlier));
        }
        store::donation::forget_idempotency_key(&mut tx, &row.partner_id, key).await?;
    }
    if !store::donation::insert(&mut tx, &row).await? {
        return Err(Error::overloaded());
    }
    tell(
        (app.db.dialect(), &app.context),
        &mut tx,
        &row,
        (commit, EventType::DonationCreated),
    )
    .await?;
    tx.commit().await?;
    Ok(Once::first(row))
}

/// The link made under a key that is still remembered, if it is of the same
/// request and can still be paid.
async fn find_earlier(
    conn: &mut Connection,
    (partner_id, key, fingerprint): (&PartnerId, &str, &str),
    now: Timestamp,
) -> Result<Option<DonationRow>, Error> {
    let found = store::donation::find_by_idempotency_key(conn, partner_id, key).await?;
    found
        .filter(|earlier| earlier.public.created_at.plus_ms(KEY_KEPT_MS) > now)
        .map(|earlier| replayed(earlier.judged(now), fingerprint))
        .transpose()
}

fn replayed(earlier: DonationRow, fingerprint: &str) -> Result<DonationRow, Error> {
    if earlier.fingerprint != fingerprint {
        return Err(replay::reused());
    }
    match earlier.public.status {
        DonationStatus::Pending | DonationStatus::Completed | DonationStatus::Refunded => {
            Ok(earlier)
        }
        DonationStatus::Failed | DonationStatus::Expired => Err(Error::new(
            Code::DonationClosed,
            "the link made under this idempotency key can no longer be paid; use a new key",
        )),
    }
}

/// A partner's donation as it stands now.
pub async fn find(
    app: &App,
    partner_id: &PartnerId,
    id: &DonationId,
) -> Result<Option<DonationRow>, Error> {
    let mut conn = app.db.read().await?;
    let found = store::donation::find(&mut conn, partner_id, id).await?;
    Ok(found.map(|row| row.judged(app.context.now())))
}

/// No gift of the partner has the id.
pub fn unknown() -> Error {
    Error::new(Code::DonationNotFound, "no donation has this id")
}

/// The donation behind a checkout link, as it stands now.
pub async fn find_by_token(app: &App, token: &str) -> Result<Option<DonationRow>, Error> {
    let is_token = token.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if !is_token {
        return Ok(None);
    }
    let mut conn = app.db.read().await?;
    let found = store::donation::find_by_token(&mut conn, token).await?;
    Ok(found.map(|row| row.judged(app.context.now())))
}

/// Whether a payment is the gateway's to take, or was taken already.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Payment {
    Now,
    Before,
}

/// Books a payment that was taken, once, and leaves its reward and its receipt as
/// jobs. A payment that was booked before changes nothing.
pub async fn complete(app: &App, row: DonationRow, payer: Donor) -> Result<(), Error> {
    book(app, row, payer, Payment::Before).await
}

/// Takes a payment at the bundled gateway, and books it. Nothing is taken for a
/// session in which nothing more can be given.
pub async fn charge(app: &App, row: DonationRow, payer: Donor) -> Result<(), Error> {
    book(app, row, payer, Payment::Now).await
}

async fn book(
    app: &App,
    mut row: DonationRow,
    payer: Donor,
    payment: Payment,
) -> Result<(), Error> {
    let now = app.context.now();
    let mut tx = app.db.write().await?;
    let commit = store::event::next_commit(&mut tx, &row.partner_id).await?;
    let partner = store::partner::find(&mut tx, &row.partner_id).await?;
    let partner = partner.ok_or_else(|| Error::internal("a donation without a partner"))?;
    row.donor = session::payer(&row, payer);
    row.public.status = DonationStatus::Completed;
    row.public.updated_at = now;
    row.reward_rate = app
        .settings
        .reward_rate(row.public.currency)
        .map(Rate::millionths);
    row.public.reward_status = reward_status(&row, &partner);
    if !store::donation::complete(&mut tx, &row).await? {
        return Ok(());
    }
    let is_in_time = session::complete(&mut tx, &row, now).await?;
    if !is_in_time && payment == Payment::Now {
        return Err(session::closed());
    }
    if row.public.reward_status == RewardStatus::Pending {
        store::job::put(&mut tx, &reward_job(&row, now), now).await?;
    }
    if row.donor.email.is_some() {
        let id = app.context.object_id();
        store::mail::put(&mut tx, &receipt_mail(&row, id, now), now).await?;
    }
    tell(
        (app.db.dialect(), &app.context),
        &mut tx,
        &row,
        (commit, EventType::DonationCompleted),
    )
    .await?;
    tx.commit().await?;
    if !is_in_time {
        session::tell_operator(&row);
    }
    app.reward_due.notify_one();
    app.mail_due.notify_one();
    app.waiting.wake(&row.public.partner_donation_id);
    Ok(())
}

fn reward_status(row: &DonationRow, partner: &Partner) -> RewardStatus {
    // In a session only the user is rewarded for whom the partner opened it.
    let by_address = row.donor.email.is_some() && row.hosted.is_none();
    let is_known = by_address || row.external_user_id.is_some();
    if is_known && row.reward_rate.is_some() && partner.features.contains(&Feature::Actions) {
        RewardStatus::Pending
    } else {
        RewardStatus::NotEligible
    }
}

fn reward_job(row: &DonationRow, now: Timestamp) -> Job {
    Job {
        kind: JobKind::Reward,
        partner_id: row.partner_id.clone(),
        subject_id: row.public.partner_donation_id.to_string(),
        attempts: 0,
        give_up_at: now.plus_ms(REWARD_TRIED_MS),
    }
}

fn receipt_mail(row: &DonationRow, id: MailId, now: Timestamp) -> Mail {
    Mail {
        id,
        kind: MailKind::Receipt,
        partner_id: Some(row.partner_id.clone()),
        subject_id: row.public.partner_donation_id.to_string(),
        attempts: 0,
        give_up_at: now.plus_ms(RECEIPT_TRIED_MS),
    }
}

/// Ends a link whose time is over.
pub async fn expire(app: &App, row: DonationRow) -> Result<(), Error> {
    let row = row.judged(app.context.now());
    let mut tx = app.db.write().await?;
    let commit = store::event::next_commit(&mut tx, &row.partner_id).await?;
    if store::donation::expire(&mut tx, &row).await? {
        tell(
            (app.db.dialect(), &app.context),
            &mut tx,
            &row,
            (commit, EventType::DonationExpired),
        )
        .await?;
        tx.commit().await?;
        app.waiting.wake(&row.public.partner_donation_id);
    }
    Ok(())
}

async fn tell(
    by: (Dialect, &Context),
    conn: &mut Connection,
    row: &DonationRow,
    (commit, event_type): (i64, EventType),
) -> Result<(), Error> {
    let data = serde_json::to_string(&row.public).map_err(Error::internal)?;
    let giver = row.external_user_id.iter().map(ExternalUserId::as_str);
    let gift = std::iter::once(row.public.partner_donation_id.as_str());
    Ok(store::event::append(
        conn,
        by,
        (&row.partner_id, commit),
        (event_type, Subjects::of(gift.chain(giver)), data),
    )
    .await?)
}
