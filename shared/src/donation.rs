//! A gift: the link that begins it and the status that tells how it goes.

mod record;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::call::{Auth, Call, Feature, Method, Scope};
use crate::error::Code;
use crate::id::{DonationId, ExternalUserId};
use crate::money::{Currency, Frequency, Minor, Percent, Tokens};
use crate::names::names;
use crate::time::Timestamp;

pub use self::record::{
    Csv, DonationRecord, Donor, ExportDonations, GetDonation, ListDonations, MAX_EXPORT, Refund,
    RefundDonation,
};

/// The longest that a status call waits for a change, in seconds.
pub const MAX_WAIT_SECONDS: u32 = 25;

/// `POST /v1/partner/donations/create-link`: makes a link through which a donor
/// pays. Amounts are in minor units. The tip is never rewarded; `tipAmount`
/// wins over `tipPercent`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct CreateLink {
    /// As `GET /v1/partner/organizations` shows it.
    pub nonprofit_slug: String,
    /// In minor units, without the tip: 2500 is 25.00 USD.
    #[cfg_attr(feature = "openapi", schemars(range(min = 1)))]
    pub amount: Minor,
    /// USD if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// `once` if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frequency: Option<Frequency>,
    /// `stripe` if left out; `every.org` takes USD, and no tip.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<Provider>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub donor_email: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_name: Option<String>,
    /// In minor units, at most the amount; wins over `tipPercent`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tip_amount: Option<Minor>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tip_percent: Option<Percent>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub referral_code: Option<String>,
    /// Who is rewarded; without it, the user with the donor's e-mail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partner_user_id: Option<ExternalUserId>,
    /// Where the donor goes after paying.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub success_url: Option<String>,
    /// Where the donor goes without paying.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancel_url: Option<String>,
    /// At most 20 texts, kept with the gift.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metadata: Option<BTreeMap<String, String>>,
    /// One a try to give, so that a repeated call makes no second gift.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idempotency_key: Option<String>,
    /// Of the checkout and the receipt: a BCP 47 tag such as `en-US`. A language
    /// that is not here is left to the donor's browser.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
}

impl Call for CreateLink {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/v1/partner/donations/create-link";
    const AUTH: Auth = Auth::Publishable;
    const SCOPE: Option<Scope> = Some(Scope::DonationsWrite);
    const FEATURE: Option<Feature> = Some(Feature::Donations);
    const STATUS: u16 = 201;
    const REFUSALS: &'static [Code] = &[
        Code::UnsupportedCurrency,
        Code::OrganizationNotFound,
        Code::IdempotencyKeyReused,
        Code::DonationClosed,
        Code::ProviderNotConfigured,
    ];
    type Answer = DonationLink;
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct DonationLink {
    /// Where the donor pays.
    pub donation_link: String,
    pub partner_donation_id: DonationId,
}

/// `GET /v1/partner/donations/status/{partnerDonationId}`: reads how a gift
/// stands, now or once it changes. A change is counted from the state that
/// `If-None-Match` names, else from how it stands at the call.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct GetDonationStatus {
    pub partner_donation_id: DonationId,
    /// Seconds to wait for a change, 0 to 25.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wait: Option<u32>,
}

impl Call for GetDonationStatus {
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v1/partner/donations/status/{partnerDonationId}";
    const AUTH: Auth = Auth::Publishable;
    const SCOPE: Option<Scope> = Some(Scope::DonationsRead);
    const REFUSALS: &'static [Code] = &[Code::DonationNotFound];
    type Answer = Donation;
}

/// A gift as anyone may see it who knows its id: nothing of the donor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Donation {
    pub partner_donation_id: DonationId,
    pub status: DonationStatus,
    pub reward_status: RewardStatus,
    /// What was paid, without the tip.
    pub amount: Minor,
    pub tip_amount: Minor,
    pub currency: Currency,
    pub frequency: Frequency,
    pub provider: Provider,
    pub nonprofit: Nonprofit,
    pub tokens_awarded: Tokens,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Nonprofit {
    pub slug: String,
    pub name: String,
}

names! {
    /// Whether the gift was paid.
    pub enum DonationStatus {
        Pending = "PENDING",
        Completed = "COMPLETED",
        Failed = "FAILED",
        Expired = "EXPIRED",
        Refunded = "REFUNDED",
    }
}

names! {
    /// Whether the donor has the tokens for it.
    pub enum RewardStatus {
        Pending = "PENDING",
        Awarded = "AWARDED",
        NotEligible = "NOT_ELIGIBLE",
        Failed = "FAILED",
        Reversed = "REVERSED",
    }
}

impl Donation {
    /// Whether nothing more is to be waited for.
    pub fn is_settled(&self) -> bool {
        self.reward_status != RewardStatus::Pending
    }
}

names! {
    /// Who takes the payment.
    pub enum Provider { Stripe = "stripe", EveryOrg = "every.org" | "every_org" }
}
