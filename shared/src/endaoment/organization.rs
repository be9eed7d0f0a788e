//! Nonprofits to which grants can go, and reports of those that are missing.

use serde::{Deserialize, Serialize};

use crate::call::{Auth, Call, Method, Scope};
use crate::error::Code;
use crate::id::ReportId;
use crate::names::names;
use crate::time::Timestamp;

/// The most organizations of one search.
pub const MAX_COUNT: u32 = 25;

/// `GET /v1/orgs/ein/{ein}`: finds a nonprofit by its EIN.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct GetOrganizationByEin {
    /// Nine digits, with or without the hyphen behind the second.
    pub ein: String,
}

impl Call for GetOrganizationByEin {
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v1/orgs/ein/{ein}";
    const AUTH: Auth = Auth::EndaomentKey;
    const SCOPE: Option<Scope> = Some(Scope::OrganizationsRead);
    const REFUSALS: &'static [Code] = &[Code::OrganizationNotFound];
    type Answer = GrantRecipient;
}

/// `GET /v2/orgs/search`: finds nonprofits by name or EIN, best first.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct SearchOrganizations {
    /// At most 200 characters.
    pub search_term: String,
    /// How many of the best are left out; none, if it is left out itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offset: Option<u32>,
    /// 1 to 25; 10 if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<u32>,
}

impl Call for SearchOrganizations {
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v2/orgs/search";
    const AUTH: Auth = Auth::EndaomentKey;
    const SCOPE: Option<Scope> = Some(Scope::OrganizationsRead);
    const REFUSALS: &'static [Code] = &[];
    type Answer = Vec<GrantRecipient>;
}

/// A nonprofit that takes grants.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct GrantRecipient {
    /// `destinationOrgId` of a grant.
    #[cfg_attr(feature = "openapi", schemars(with = "crate::id::FundId"))]
    pub id: String,
    pub ein: Option<String>,
    pub name: String,
    pub description: Option<String>,
    pub website: Option<String>,
    pub logo: Option<String>,
    pub city: Option<String>,
    pub state: Option<String>,
    pub country: Option<String>,
}

/// `POST /v1/missing-org-reports/tech-platform`: reports a missing nonprofit. The
/// same EIN again is answered with 200 and the first report.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ReportOrganization {
    /// Nine digits, with or without the hyphen behind the second.
    pub ein: String,
    /// At most 255 characters.
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub website: Option<String>,
    /// At most 1000 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact_email: Option<String>,
    /// At most 1000 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes: Option<String>,
}

impl Call for ReportOrganization {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/v1/missing-org-reports/tech-platform";
    const AUTH: Auth = Auth::EndaomentKey;
    const SCOPE: Option<Scope> = Some(Scope::ReportsWrite);
    const STATUS: u16 = 201;
    const STATUS_AGAIN: Option<u16> = Some(200);
    const REFUSALS: &'static [Code] = &[Code::OrganizationExists];
    type Answer = OrganizationReport;
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct OrganizationReport {
    pub id: ReportId,
    pub status: ReportStatus,
    pub created_at_utc: Timestamp,
}

names! {
    /// How far a report has come.
    pub enum ReportStatus { Submitted = "Submitted" }
}
