//! What was given in sessions.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::list::CursorLinks;
use crate::call::{Auth, Call, Method, Scope};
use crate::error::Code;
use crate::id::{DonationSessionId, OrganisationId, PercentDonationId, PercentUserId};
use crate::money::{Currency, Minor};
use crate::names::names;
use crate::time::Timestamp;

/// `GET /v1/donations`: lists what was given in sessions, newest first.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ListPercentDonations {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<PercentUserId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<PercentDonationStatus>,
    /// Inclusive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_date: Option<Timestamp>,
    /// Exclusive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_date: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organisation_id: Option<OrganisationId>,
    /// Out of the links that came with another page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// The rows of a page; 25 if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schemars(range(min = 0, max = 100)))]
    pub page_size: Option<i64>,
}

impl Call for ListPercentDonations {
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v1/donations";
    const AUTH: Auth = Auth::PercentSecret;
    const SCOPE: Option<Scope> = Some(Scope::DonationsRead);
    const REFUSALS: &'static [Code] = &[Code::InvalidCursor];
    type Answer = PercentDonationList;
}

/// `GET /v1/donations/{id}`: reads a gift that was given in a session.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct GetPercentDonation {
    pub id: PercentDonationId,
}

impl Call for GetPercentDonation {
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v1/donations/{id}";
    const AUTH: Auth = Auth::PercentSecret;
    const SCOPE: Option<Scope> = Some(Scope::DonationsRead);
    const REFUSALS: &'static [Code] = &[Code::DonationNotFound];
    type Answer = PercentDonationAnswer;
}

/// A gift that was paid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct PercentDonation {
    pub id: PercentDonationId,
    pub user_id: Option<PercentUserId>,
    pub organisation_id: OrganisationId,
    /// In minor units: 2500 is 25.00 GBP.
    pub amount: Minor,
    pub currency_code: Currency,
    /// When it was paid.
    pub created_at: Timestamp,
    pub status: PercentDonationStatus,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub email: Option<String>,
    /// `yes` or `no`; null, since donors are not asked.
    pub consented_to_be_contacted: Option<String>,
    /// `yes` or `no`; null, since donors are not asked.
    pub anonymous: Option<String>,
    /// Copied from the session.
    pub metadata: Option<BTreeMap<String, String>>,
    /// Always `hosted`: given on a page of ours.
    #[serde(rename = "type")]
    #[cfg_attr(feature = "openapi", schemars(extend("const" = "hosted")))]
    pub kind: String,
    pub hosted: Hosted,
}

/// The session in which a gift was given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Hosted {
    pub session_id: DonationSessionId,
}

names! {
    /// What became of a gift. One that was given is `ACTIVE`, one that was given back
    /// `CANCELLED`; the others are of gifts that the partner itself pays, of which
    /// there are none here.
    pub enum PercentDonationStatus {
        Active = "ACTIVE",
        RequestedPayment = "REQUESTED_PAYMENT",
        ReceivedPayment = "RECEIVED_PAYMENT",
        Disbursed = "DISBURSED",
        Cancelled = "CANCELLED",
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct PercentDonationAnswer {
    pub data: PercentDonation,
    #[cfg_attr(feature = "openapi", schemars(extend("const" = "donation")))]
    pub object: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct PercentDonationList {
    pub data: Vec<PercentDonation>,
    #[cfg_attr(feature = "openapi", schemars(extend("const" = "donation")))]
    pub object: String,
    /// How many there are on all pages together.
    pub total_results: i64,
    pub page_size: i64,
    #[serde(rename = "_links")]
    pub links: CursorLinks,
}
