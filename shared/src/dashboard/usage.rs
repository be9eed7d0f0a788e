//! The calls that a partner has made.

use serde::{Deserialize, Serialize};

use crate::call::{Auth, Call, Method, Scope};
use crate::error::Code;
use crate::time::Timestamp;

/// `GET /v1/partner/dashboard/api-usage`: reads how many calls were made, and how
/// long they took.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct GetApiUsage {
    /// 1 to 90; 1 if it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<u32>,
}

impl Call for GetApiUsage {
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v1/partner/dashboard/api-usage";
    const AUTH: Auth = Auth::Signed;
    const SCOPE: Option<Scope> = Some(Scope::DashboardRead);
    const REFUSALS: &'static [Code] = &[];
    type Answer = ApiUsage;
}

/// The calls of a partner's keys, from the start of the first day until now.
/// Times are in milliseconds, none is longer than what its name says a share of
/// the calls took; they are null without a call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ApiUsage {
    pub requests: i64,
    /// Those that were refused, by a status of 400 or more.
    pub errors: i64,
    #[serde(rename = "p50Ms")]
    pub p50_ms: Option<f64>,
    #[serde(rename = "p95Ms")]
    pub p95_ms: Option<f64>,
    #[serde(rename = "p99Ms")]
    pub p99_ms: Option<f64>,
    /// Those with the most requests first.
    pub by_endpoint: Vec<EndpointUsage>,
    /// Each hour of one day or two, each day of more, those without a request
    /// too, the earliest first.
    pub by_time: Vec<UsageAt>,
}

/// The calls of one endpoint.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct EndpointUsage {
    pub method: Method,
    /// As the documentation writes it, such as `/v1/partner/users/{externalId}`.
    #[cfg_attr(feature = "openapi", schemars(example = "/v1/partner/actions/submit"))]
    pub path: String,
    pub requests: i64,
    pub errors: i64,
    #[serde(rename = "p50Ms")]
    pub p50_ms: Option<f64>,
    #[serde(rename = "p95Ms")]
    pub p95_ms: Option<f64>,
    #[serde(rename = "p99Ms")]
    pub p99_ms: Option<f64>,
}

/// The calls of an hour or a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct UsageAt {
    pub start: Timestamp,
    pub requests: i64,
    pub errors: i64,
}
