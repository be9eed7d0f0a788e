//! Gifts: how each stands, and the few moves that change it.

pub mod hosted;
mod list;
pub mod refund;

use std::collections::BTreeMap;

use shared::donation::{
    Donation, DonationRecord, DonationStatus, Nonprofit, Provider, RewardStatus,
};
use shared::id::{
    DonationId, DonationSessionId, ExternalUserId, OrganizationId, PartnerId, PercentDonationId,
};
use shared::money::{Currency, Frequency, Minor, Tokens};
use shared::time::Timestamp;
use sqlx::Error;
use sqlx::any::AnyRow;

pub use self::list::{Filter, count, list};
use super::Connection;
use super::row::Columns as _;
use super::sql::json;
use super::user::folded;

/// All that is known of a gift.
#[derive(Clone, Debug)]
pub struct DonationRow {
    pub partner_id: PartnerId,
    pub organization_id: OrganizationId,
    /// What anyone may see who knows the id.
    pub public: Donation,
    /// What the link to the checkout ends in.
    pub checkout_token: String,
    pub donor: Donor,
    pub referral_code: Option<String>,
    pub external_user_id: Option<ExternalUserId>,
    pub success_url: Option<String>,
    pub cancel_url: Option<String>,
    /// A language tag: what the link asks for, then what the donor paid in.
    pub locale: Option<String>,
    pub metadata: BTreeMap<String, String>,
    pub idempotency_key: Option<String>,
    /// A hash of the request, to tell a replay from another request.
    pub fingerprint: String,
    /// Tokens a major unit at the time of payment, in millionths.
    pub reward_rate: Option<i64>,
    pub paid_at: Option<Timestamp>,
    /// Of the payment, in minor units.
    pub amount_refunded: Minor,
    pub expires_at: Timestamp,
    pub hosted: Option<HostedIn>,
}

/// The session of the Percent dialect in which a gift is given.
#[derive(Clone, Debug)]
pub struct HostedIn {
    pub session_id: DonationSessionId,
    /// What the gift is called there, once it is paid.
    pub id: PercentDonationId,
}

/// Who gives, as far as they said. Never in a public answer.
#[derive(Clone, Default)]
pub struct Donor {
    pub email: Option<String>,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
}

impl std::fmt::Debug for Donor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Donor([hidden])")
    }
}

impl DonationRow {
    /// What the donor paid, or is to pay.
    pub fn paid(&self) -> Minor {
        Minor(self.public.amount.0 + self.public.tip_amount.0)
    }

    /// The gift as its partner's own server sees it.
    pub fn record(self) -> DonationRecord {
        DonationRecord {
            donation: self.public,
            amount_refunded: self.amount_refunded,
            donor: shared::donation::Donor {
                email: self.donor.email,
                first_name: self.donor.first_name,
                last_name: self.donor.last_name,
            },
            partner_user_id: self.external_user_id,
            referral_code: self.referral_code,
            metadata: self.metadata,
            paid_at: self.paid_at,
            expires_at: self.expires_at,
        }
    }

    /// The public part as it stands at `now`: a pending link past its time is
    /// expired, whether or not the sweeper has passed.
    #[must_use]
    pub fn judged(mut self, now: Timestamp) -> Self {
        if self.public.status == DonationStatus::Pending && self.expires_at <= now {
            self.public.status = DonationStatus::Expired;
            self.public.reward_status = RewardStatus::NotEligible;
            self.public.updated_at = self.expires_at;
        }
        self
    }
}

/// Adds a link. Answers false, and adds nothing, if its idempotency key is taken.
pub async fn insert(conn: &mut Connection, row: &DonationRow) -> Result<bool, Error> {
    let public = &row.public;
    let done = sqlx::query(
        "INSERT INTO donations (partner_id, id, checkout_token, organization_id, amount, tip_amount, currency,
             frequency, provider, donor_email, first_name, last_name, referral_code, external_user_id,
             success_url, cancel_url, locale, metadata, idempotency_key, fingerprint, status, reward_status,
             tokens_awarded, expires_at, created_at, updated_at, donor_email_folded, session_id, percent_id)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20,
             $21, $22, $23, $24, $25, $26, $27, $28, $29)
         ON CONFLICT (partner_id, idempotency_key) DO NOTHING",
    )
    .bind(row.partner_id.as_str())
    .bind(public.partner_donation_id.as_str())
    .bind(&row.checkout_token)
    .bind(row.organization_id.as_str())
    .bind(public.amount.0)
    .bind(public.tip_amount.0)
    .bind(public.currency.as_str())
    .bind(public.frequency.as_str())
    .bind(public.provider.as_str())
    .bind(&row.donor.email)
    .bind(&row.donor.first_name)
    .bind(&row.donor.last_name)
    .bind(&row.referral_code)
    .bind(row.external_user_id.as_ref().map(ExternalUserId::as_str))
    .bind(&row.success_url)
    .bind(&row.cancel_url)
    .bind(&row.locale)
    .bind(json(&row.metadata)?)
    .bind(&row.idempotency_key)
    .bind(&row.fingerprint)
    .bind(public.status.as_str())
    .bind(public.reward_status.as_str())
    .bind(public.tokens_awarded.0)
    .bind(row.expires_at.0)
    .bind(public.created_at.0)
    .bind(public.updated_at.0)
    .bind(row.donor.email.as_deref().map(folded))
    .bind(row.hosted.as_ref().map(|hosted| hosted.session_id.as_str()))
    .bind(row.hosted.as_ref().map(|hosted| hosted.id.as_str()))
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

macro_rules! select {
    ($condition:literal) => {
        concat!(
            "SELECT d.*, o.slug AS organization_slug, o.name AS organization_name
             FROM donations d JOIN organizations o ON o.id = d.organization_id ",
            $condition
        )
    };
}
const SHOWN: &str = select!("");

pub async fn find(
    conn: &mut Connection,
    partner_id: &PartnerId,
    id: &DonationId,
) -> Result<Option<DonationRow>, Error> {
    let row = sqlx::query(select!("WHERE d.partner_id = $1 AND d.id = $2"))
        .bind(partner_id.as_str())
        .bind(id.as_str())
        .fetch_optional(conn)
        .await?;
    row.as_ref().map(read).transpose()
}

/// Whose gift it is, for an operator who knows its id alone.
pub async fn partner_of(
    conn: &mut Connection,
    id: &DonationId,
) -> Result<Option<PartnerId>, Error> {
    let row = sqlx::query("SELECT partner_id FROM donations WHERE id = $1")
        .bind(id.as_str())
        .fetch_optional(conn)
        .await?;
    row.map(|row| row.text("partner_id")).transpose()
}

pub async fn find_by_token(
    conn: &mut Connection,
    token: &str,
) -> Result<Option<DonationRow>, Error> {
    let row = sqlx::query(select!("WHERE d.checkout_token = $1"))
        .bind(token)
        .fetch_optional(conn)
        .await?;
    row.as_ref().map(read).transpose()
}

pub async fn find_by_idempotency_key(
    conn: &mut Connection,
    partner_id: &PartnerId,
    key: &str,
) -> Result<Option<DonationRow>, Error> {
    let row = sqlx::query(select!(
        "WHERE d.partner_id = $1 AND d.idempotency_key = $2"
    ))
    .bind(partner_id.as_str())
    .bind(key)
    .fetch_optional(conn)
    .await?;
    row.as_ref().map(read).transpose()
}

/// Frees an idempotency key that is no longer remembered.
pub async fn forget_idempotency_key(
    conn: &mut Connection,
    partner_id: &PartnerId,
    key: &str,
) -> Result<(), Error> {
    sqlx::query(
        "UPDATE donations SET idempotency_key = NULL WHERE partner_id = $1 AND idempotency_key = $2",
    )
    .bind(partner_id.as_str())
    .bind(key)
    .execute(conn)
    .await?;
    Ok(())
}

/// Books a payment. Answers false, and changes nothing, if it was booked before
/// or taken back.
pub async fn complete(conn: &mut Connection, row: &DonationRow) -> Result<bool, Error> {
    let done = sqlx::query(
        "UPDATE donations SET status = 'COMPLETED', reward_status = $1, reward_rate = $2, donor_email = $3,
             first_name = $4, last_name = $5, paid_at = $6, updated_at = $6, donor_email_folded = $7,
             locale = $8
         WHERE partner_id = $9 AND id = $10 AND status IN ('PENDING', 'FAILED', 'EXPIRED')",
    )
    .bind(row.public.reward_status.as_str())
    .bind(row.reward_rate)
    .bind(&row.donor.email)
    .bind(&row.donor.first_name)
    .bind(&row.donor.last_name)
    .bind(row.public.updated_at.0)
    .bind(row.donor.email.as_deref().map(folded))
    .bind(&row.locale)
    .bind(row.partner_id.as_str())
    .bind(row.public.partner_donation_id.as_str())
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Ends a pending link whose time is over. Answers false if it is none.
pub async fn expire(conn: &mut Connection, row: &DonationRow) -> Result<bool, Error> {
    let done = sqlx::query(
        "UPDATE donations SET status = 'EXPIRED', reward_status = 'NOT_ELIGIBLE', updated_at = expires_at
         WHERE partner_id = $1 AND id = $2 AND status = 'PENDING'",
    )
    .bind(row.partner_id.as_str())
    .bind(row.public.partner_donation_id.as_str())
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Writes what became of the reward of a completed donation.
pub async fn set_reward(
    conn: &mut Connection,
    partner_id: &PartnerId,
    id: &DonationId,
    (status, tokens, now): (RewardStatus, Tokens, Timestamp),
) -> Result<(), Error> {
    sqlx::query(
        "UPDATE donations SET reward_status = $1, tokens_awarded = $2, updated_at = $3
         WHERE partner_id = $4 AND id = $5 AND reward_status IN ('PENDING', 'AWARDED')",
    )
    .bind(status.as_str())
    .bind(tokens.0)
    .bind(now.0)
    .bind(partner_id.as_str())
    .bind(id.as_str())
    .execute(conn)
    .await?;
    Ok(())
}

/// Pending links whose time is over, the oldest first, at most `limit`.
pub async fn overdue(
    conn: &mut Connection,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<DonationRow>, Error> {
    let rows = sqlx::query(select!(
        "WHERE d.status = 'PENDING' AND d.expires_at <= $1 ORDER BY d.expires_at, d.id LIMIT $2"
    ))
    .bind(now.0)
    .bind(limit)
    .fetch_all(conn)
    .await?;
    rows.iter().map(read).collect()
}

fn read(row: &AnyRow) -> Result<DonationRow, Error> {
    Ok(DonationRow {
        partner_id: row.text("partner_id")?,
        organization_id: row.text("organization_id")?,
        public: read_public(row)?,
        checkout_token: row.text("checkout_token")?,
        donor: Donor {
            email: row.text_or_null("donor_email")?,
            first_name: row.text_or_null("first_name")?,
            last_name: row.text_or_null("last_name")?,
        },
        referral_code: row.text_or_null("referral_code")?,
        external_user_id: row.text_or_null("external_user_id")?,
        success_url: row.text_or_null("success_url")?,
        cancel_url: row.text_or_null("cancel_url")?,
        locale: row.text_or_null("locale")?,
        metadata: row.json("metadata")?,
        idempotency_key: row.text_or_null("idempotency_key")?,
        fingerprint: row.text("fingerprint")?,
        reward_rate: row.number_or_null("reward_rate")?,
        paid_at: row.time_or_null("paid_at")?,
        amount_refunded: Minor(row.number("amount_refunded")?),
        expires_at: row.time("expires_at")?,
        hosted: read_hosted(row)?,
    })
}

fn read_hosted(row: &AnyRow) -> Result<Option<HostedIn>, Error> {
    let session_id: Option<DonationSessionId> = row.text_or_null("session_id")?;
    session_id
        .map(|session_id| {
            Ok(HostedIn {
                session_id,
                id: row.text("percent_id")?,
            })
        })
        .transpose()
}

fn read_public(row: &AnyRow) -> Result<Donation, Error> {
    Ok(Donation {
        partner_donation_id: row.text("id")?,
        status: row.named("status", DonationStatus::named)?,
        reward_status: row.named("reward_status", RewardStatus::named)?,
        amount: Minor(row.number("amount")?),
        tip_amount: Minor(row.number("tip_amount")?),
        currency: row.named("currency", Currency::named)?,
        frequency: row.named("frequency", Frequency::named)?,
        provider: row.named("provider", Provider::named)?,
        nonprofit: Nonprofit {
            slug: row.text("organization_slug")?,
            name: row.text("organization_name")?,
        },
        tokens_awarded: Tokens(row.number("tokens_awarded")?),
        created_at: row.time("created_at")?,
        updated_at: row.time("updated_at")?,
    })
}
