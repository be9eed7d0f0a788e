//! Nonprofits, as a donor finds them.

use serde::{Deserialize, Serialize};

use crate::call::{Auth, Call, Method, Scope};
use crate::error::Code;
use crate::id::OrganizationId;
use crate::money::{Currency, Minor};
use crate::names::names;

/// The most organizations that a search answers.
pub const MAX_FOUND: u32 = 20;

/// `GET /v1/partner/organizations/{slug}`: reads a nonprofit.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct GetOrganization {
    pub slug: String,
}

impl Call for GetOrganization {
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v1/partner/organizations/{slug}";
    const AUTH: Auth = Auth::Publishable;
    const SCOPE: Option<Scope> = Some(Scope::OrganizationsRead);
    const REFUSALS: &'static [Code] = &[Code::OrganizationNotFound];
    type Answer = Organization;
}

/// `GET /v1/partner/organizations?query=`: finds nonprofits by name, EIN or slug,
/// best first.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct FindOrganizations {
    pub query: String,
}

impl Call for FindOrganizations {
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v1/partner/organizations";
    const AUTH: Auth = Auth::Publishable;
    const SCOPE: Option<Scope> = Some(Scope::OrganizationsRead);
    const REFUSALS: &'static [Code] = &[];
    type Answer = FoundOrganizations;
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct FoundOrganizations {
    pub data: Vec<Organization>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Organization {
    pub id: OrganizationId,
    pub slug: String,
    pub name: String,
    /// The address of a picture.
    pub logo: Option<String>,
    /// The IRS number: nine digits.
    pub ein: Option<String>,
    pub status: OrganizationStatus,
    pub description: Option<String>,
    pub website: Option<String>,
    pub location: Option<String>,
    pub category: Option<String>,
    /// Completed gifts through this partner, without tips.
    pub raised: Vec<Raised>,
}

names! {
    /// Whether gifts can be given to it.
    pub enum OrganizationStatus { Active = "ACTIVE", Inactive = "INACTIVE" }
}

/// What was given in one currency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Raised {
    pub currency: Currency,
    pub amount: Minor,
    /// The number of gifts.
    pub count: i64,
}
