//! How well each webhook is received.

use serde::{Deserialize, Serialize};

use crate::call::{Auth, Call, Method, Scope};
use crate::error::Code;
use crate::id::WebhookId;
use crate::time::Timestamp;

/// `GET /v1/partner/dashboard/webhooks/health`: shows how well each webhook is
/// received.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct GetWebhooksHealth {}

impl Call for GetWebhooksHealth {
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v1/partner/dashboard/webhooks/health";
    const AUTH: Auth = Auth::Signed;
    const SCOPE: Option<Scope> = Some(Scope::DashboardRead);
    const REFUSALS: &'static [Code] = &[];
    type Answer = WebhooksHealth;
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct WebhooksHealth {
    pub data: Vec<WebhookHealth>,
}

/// Counted over the newest deliveries that were attempted; null without any.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct WebhookHealth {
    pub webhook_id: WebhookId,
    pub url: String,
    pub is_active: bool,
    /// The share whose last attempt succeeded, from 0 to 1.
    pub success_rate: Option<f64>,
    #[serde(rename = "p50Ms")]
    pub p50_ms: Option<i64>,
    #[serde(rename = "p95Ms")]
    pub p95_ms: Option<i64>,
    pub pending: i64,
    pub failing_since: Option<Timestamp>,
    pub disabled_at: Option<Timestamp>,
}
