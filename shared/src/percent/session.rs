//! A donation session: an invitation to give once to one nonprofit, which opens a
//! page of ours.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::list::{CursorLinks, Direction};
use crate::call::{Auth, Call, Feature, Method, Scope};
use crate::error::Code;
use crate::id::{DonationSessionId, OrganisationId, PercentUserId};
use crate::locale::Locale;
use crate::money::Currency;
use crate::names::names;
use crate::time::Timestamp;

/// `POST /v1/donation-sessions`: opens a session in which one gift can be given.
/// Lead the donor to its `url`; after a day it has expired.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct CreateDonationSession {
    /// As `GET /v1/organisations` shows it.
    pub organisation_id: OrganisationId,
    /// Where the donor goes after giving; it is used as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub success_url: Option<String>,
    /// Who is rewarded; without one, nobody is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<PercentUserId>,
    /// 1 to 20 texts, which the gift copies: names up to 50 characters, values up to
    /// 500.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metadata: Option<BTreeMap<String, String>>,
    /// Of the pages that the donor sees; `en-GB` if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Locale>,
    /// If left out, the donor chooses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
}

impl Call for CreateDonationSession {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/v1/donation-sessions";
    const AUTH: Auth = Auth::PercentSecret;
    const SCOPE: Option<Scope> = Some(Scope::SessionsWrite);
    const FEATURE: Option<Feature> = Some(Feature::Donations);
    const REFUSALS: &'static [Code] = &[
        Code::UnknownOrganization,
        Code::InvalidMetadata,
        Code::IdempotencyKeyReused,
        Code::CallInProgress,
        Code::ProviderNotConfigured,
    ];
    type Answer = DonationSessionAnswer;
}

/// `GET /v1/donation-sessions/{id}`: reads a session as it stands now.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct GetDonationSession {
    pub id: DonationSessionId,
}

impl Call for GetDonationSession {
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v1/donation-sessions/{id}";
    const AUTH: Auth = Auth::PercentSecret;
    const SCOPE: Option<Scope> = Some(Scope::SessionsRead);
    const REFUSALS: &'static [Code] = &[Code::SessionNotFound];
    type Answer = DonationSessionAnswer;
}

/// `GET /v1/donation-sessions`: lists sessions by when they were opened.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ListDonationSessions {
    /// Out of the links that came with another page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// The rows of a page; 25 if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schemars(range(min = 0, max = 100)))]
    pub page_size: Option<i64>,
    /// `DESC`, the newest first, if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub direction: Option<Direction>,
}

impl Call for ListDonationSessions {
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v1/donation-sessions";
    const AUTH: Auth = Auth::PercentSecret;
    const SCOPE: Option<Scope> = Some(Scope::SessionsRead);
    const REFUSALS: &'static [Code] = &[Code::InvalidCursor];
    type Answer = DonationSessionList;
}

/// An invitation to give once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct DonationSession {
    pub id: DonationSessionId,
    pub organisation_id: OrganisationId,
    pub success_url: Option<String>,
    pub user_id: Option<PercentUserId>,
    /// Always null: there are no accounts here.
    pub account_id: Option<String>,
    /// Where the donor gives.
    pub url: String,
    pub status: DonationSessionStatus,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub language: Locale,
    pub metadata: Option<BTreeMap<String, String>>,
    /// Null if the donor chooses.
    pub currency: Option<Currency>,
}

names! {
    /// Whether a gift was given in the session, or still can be.
    pub enum DonationSessionStatus {
        Open = "open",
        Completed = "completed",
        Expired = "expired",
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct DonationSessionAnswer {
    pub data: DonationSession,
    #[cfg_attr(feature = "openapi", schemars(extend("const" = "donation_session")))]
    pub object: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct DonationSessionList {
    pub data: Vec<DonationSession>,
    #[cfg_attr(feature = "openapi", schemars(extend("const" = "donation_session")))]
    pub object: String,
    /// How many there are on all pages together.
    pub total_results: i64,
    pub page_size: i64,
    #[serde(rename = "_links")]
    pub links: CursorLinks,
}
