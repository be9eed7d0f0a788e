//! Whether a partner's integration works, and what to do where it does not.

use serde::{Deserialize, Serialize};

use crate::call::{Auth, Call, Method, Scope};
use crate::error::Code;
use crate::names::names;

/// `GET /v1/partner/dashboard/integration-health`: reads whether the integration
/// works, and what to do where it does not.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct GetIntegrationHealth {}

impl Call for GetIntegrationHealth {
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v1/partner/dashboard/integration-health";
    const AUTH: Auth = Auth::Signed;
    const SCOPE: Option<Scope> = Some(Scope::DashboardRead);
    const REFUSALS: &'static [Code] = &[];
    type Answer = IntegrationHealth;
}

/// Every check; the whole is as well as the worst of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct IntegrationHealth {
    pub status: HealthStatus,
    pub checks: Vec<HealthCheck>,
}

names! {
    /// How well something is.
    pub enum HealthStatus {
        Healthy = "HEALTHY",
        /// It works, and will not for long, or not always.
        Degraded = "DEGRADED",
        Failing = "FAILING",
    }
}

names! {
    /// What is looked at.
    pub enum CheckName {
        /// The key that asks.
        Key = "key",
        /// Whether a pool can pay.
        Pool = "pool",
        Webhooks = "webhooks",
        /// The calls of the last day that were refused.
        RecentErrors = "recent_errors",
        /// How far the timestamps of signed calls are off.
        Clock = "clock",
    }
}

/// What one check has found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct HealthCheck {
    pub name: CheckName,
    pub status: HealthStatus,
    pub message: String,
    /// What to do; null where nothing is wrong.
    pub fix: Option<String>,
}
