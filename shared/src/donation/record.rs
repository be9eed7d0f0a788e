//! Gifts as the partner's own server sees them: with the donor.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Donation, DonationStatus};
use crate::call::{Auth, Call, Media, Method, Scope};
use crate::error::Code;
use crate::id::{DonationId, ExternalUserId, RefundId};
use crate::money::{Currency, Minor};
use crate::page::Page;
use crate::time::Timestamp;

/// The most gifts that one export has.
pub const MAX_EXPORT: u32 = 20_000;

/// `GET /v1/partner/donations`: lists gifts, newest first.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ListDonations {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<DonationStatus>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonprofit_slug: Option<String>,
    /// When the link was made, inclusive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Timestamp>,
    /// When the link was made, exclusive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Timestamp>,
    /// The donor's, in whatever case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
}

impl Call for ListDonations {
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v1/partner/donations";
    const AUTH: Auth = Auth::Signed;
    const SCOPE: Option<Scope> = Some(Scope::DonationsRead);
    const REFUSALS: &'static [Code] = &[];
    type Answer = Page<DonationRecord>;
}

/// `GET /v1/partner/donations/export.csv`: exports gifts as CSV (RFC 4180),
/// newest first. Amounts are in major units. More than 20,000 gifts are refused:
/// export a shorter span of time.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ExportDonations {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<DonationStatus>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonprofit_slug: Option<String>,
    /// When the link was made, inclusive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Timestamp>,
    /// When the link was made, exclusive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Timestamp>,
    /// The donor's, in whatever case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
}

impl Call for ExportDonations {
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v1/partner/donations/export.csv";
    const AUTH: Auth = Auth::Signed;
    const SCOPE: Option<Scope> = Some(Scope::DonationsRead);
    const MEDIA: Media = Media::Csv;
    const REFUSALS: &'static [Code] = &[];
    type Answer = Csv;
}

/// A table as text, its first row the names of the columns (RFC 4180).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "openapi",
    derive(schemars::JsonSchema),
    schemars(
        example = "partnerDonationId,status\r\ndon_a1b2c3d4e5f60718293a4b5c6d7e8f90,COMPLETED\r\n"
    )
)]
#[serde(transparent)]
pub struct Csv(pub String);

/// `GET /v1/partner/donations/{id}`: reads a gift with its donor.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct GetDonation {
    pub id: DonationId,
}

impl Call for GetDonation {
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v1/partner/donations/{id}";
    const AUTH: Auth = Auth::Signed;
    const SCOPE: Option<Scope> = Some(Scope::DonationsRead);
    const REFUSALS: &'static [Code] = &[Code::DonationNotFound];
    type Answer = DonationRecord;
}

/// All that a partner knows of a gift.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct DonationRecord {
    #[serde(flatten)]
    pub donation: Donation,
    /// Of what was paid, the tip included, in minor units.
    pub amount_refunded: Minor,
    pub donor: Donor,
    pub partner_user_id: Option<ExternalUserId>,
    pub referral_code: Option<String>,
    pub metadata: BTreeMap<String, String>,
    pub paid_at: Option<Timestamp>,
    /// Until when the link can be paid.
    pub expires_at: Timestamp,
}

/// Who gave, as far as they said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Donor {
    pub email: Option<String>,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
}

/// `POST /v1/partner/donations/{id}/refund`: gives a paid gift back, whole or in
/// part, through whoever took the payment. Of the reward the same share is taken
/// back.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct RefundDonation {
    pub id: DonationId,
    /// In minor units, the tip included; without it, all that is left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Minor>,
    /// One a refund, so that a repeated call gives nothing back twice.
    pub idempotency_key: String,
}

impl Call for RefundDonation {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/v1/partner/donations/{id}/refund";
    const AUTH: Auth = Auth::SignedSecret;
    const SCOPE: Option<Scope> = Some(Scope::DonationsWrite);
    const REFUSALS: &'static [Code] = &[
        Code::DonationNotFound,
        Code::InvalidDonationState,
        Code::IdempotencyKeyReused,
    ];
    type Answer = Refund;
}

/// What was given back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Refund {
    pub refund_id: RefundId,
    pub partner_donation_id: DonationId,
    /// `REFUNDED` once all is given back.
    pub status: DonationStatus,
    /// By this refund, in minor units.
    pub amount: Minor,
    /// By this refund and those before it.
    pub amount_refunded: Minor,
    pub currency: Currency,
    pub created_at: Timestamp,
}
