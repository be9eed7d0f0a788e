//! The directory of nonprofits, which browsers may search too.

use serde::{Deserialize, Serialize};

use super::list::PageLinks;
use crate::call::{Auth, Call, Method, Scope};
use crate::error::Code;
use crate::id::OrganisationId;

/// `GET /v1/organisations`: finds nonprofits, the best first; without a query, all.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct FindOrganisations {
    /// A name or the beginning of one, or an EIN.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
    /// Of three letters (ISO 3166-1): `USA`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country_code: Option<String>,
    /// The page, counted from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schemars(range(min = 1)))]
    pub page: Option<i64>,
    /// The rows of a page; 25 if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schemars(range(min = 0, max = 100)))]
    pub page_size: Option<i64>,
}

impl Call for FindOrganisations {
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v1/organisations";
    const AUTH: Auth = Auth::PercentKey;
    const SCOPE: Option<Scope> = Some(Scope::OrganizationsRead);
    const REFUSALS: &'static [Code] = &[];
    type Answer = OrganisationList;
}

/// `GET /v1/organisations/{id}`: reads a nonprofit.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct GetOrganisation {
    pub id: OrganisationId,
}

impl Call for GetOrganisation {
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v1/organisations/{id}";
    const AUTH: Auth = Auth::PercentKey;
    const SCOPE: Option<Scope> = Some(Scope::OrganizationsRead);
    const REFUSALS: &'static [Code] = &[Code::OrganizationNotFound];
    type Answer = OrganisationAnswer;
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Organisation {
    pub id: OrganisationId,
    pub name: String,
    pub description: Option<String>,
    /// Of three letters (ISO 3166-1).
    pub country_code: String,
    /// The number in the country's register; in the USA the EIN, nine digits.
    pub registry_id: Option<String>,
    pub website: Option<String>,
    /// The address of a picture.
    pub logo: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct OrganisationAnswer {
    pub data: Organisation,
    #[cfg_attr(feature = "openapi", schemars(extend("const" = "organisation")))]
    pub object: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct OrganisationList {
    pub data: Vec<Organisation>,
    #[cfg_attr(feature = "openapi", schemars(extend("const" = "organisation")))]
    pub object: String,
    /// How many there are on all pages together.
    pub total_results: i64,
    pub page_number: i64,
    pub page_size: i64,
    /// Whether `totalResults` is the exact number.
    pub exhaustive_total_results: bool,
    #[serde(rename = "_links")]
    pub links: PageLinks,
}
