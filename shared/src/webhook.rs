//! Where a partner is told of what happens.

mod delivery;
mod health;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use self::delivery::{
    Delivery, DeliveryStatus, LastResponse, ListDeliveries, ReplayEvents, Replaying, RetryDelivery,
    TestDelivery, TestWebhook,
};
pub use self::health::{GetWebhooksHealth, WebhookHealth, WebhooksHealth};
use crate::call::{Auth, Call, Method, NoContent, Scope};
use crate::change::Change;
use crate::error::Code;
use crate::event::EventType;
use crate::id::WebhookId;
use crate::page::Page;
use crate::time::Timestamp;

/// The longest time that a rotated secret still signs, in seconds.
pub const MAX_GRACE_SECONDS: u32 = 86_400;

/// Header names with their values. Answers show the names only.
pub type Headers = BTreeMap<String, String>;

/// `POST /v1/partner/webhooks`: registers a webhook. Its secret is shown in
/// this answer only.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct CreateWebhook {
    /// An https address, without a password in it.
    pub url: String,
    /// Which types to be told of; at least one, unless `receiveAllEvents`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event_types: Option<Vec<EventType>>,
    /// Wins over `eventTypes`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receive_all_events: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Sent with each delivery, at most 10.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub headers: Option<Headers>,
    /// Events come in the order of their commits, one at a time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ordered: Option<bool>,
}

impl Call for CreateWebhook {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/v1/partner/webhooks";
    const AUTH: Auth = Auth::SignedSecret;
    const SCOPE: Option<Scope> = Some(Scope::WebhooksWrite);
    const STATUS: u16 = 201;
    const REFUSALS: &'static [Code] = &[Code::WebhookLimitReached, Code::IdempotencyKeyReused];
    type Answer = WebhookWithSecret;
}

/// `GET /v1/partner/webhooks`: lists webhooks, newest first.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct ListWebhooks {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

impl Call for ListWebhooks {
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v1/partner/webhooks";
    const AUTH: Auth = Auth::Signed;
    const SCOPE: Option<Scope> = Some(Scope::WebhooksRead);
    const REFUSALS: &'static [Code] = &[];
    type Answer = Page<Webhook>;
}

/// `GET /v1/partner/webhooks/{id}`: reads a webhook.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct GetWebhook {
    pub id: WebhookId,
}

impl Call for GetWebhook {
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v1/partner/webhooks/{id}";
    const AUTH: Auth = Auth::Signed;
    const SCOPE: Option<Scope> = Some(Scope::WebhooksRead);
    const REFUSALS: &'static [Code] = &[Code::WebhookNotFound];
    type Answer = Webhook;
}

/// `PATCH /v1/partner/webhooks/{id}`: changes a webhook. `isActive: true` also sets
/// one going that was disabled for failing.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct UpdateWebhook {
    pub id: WebhookId,
    #[serde(default, skip_serializing_if = "Change::is_keep")]
    pub url: Change<String>,
    #[serde(default, skip_serializing_if = "Change::is_keep")]
    pub event_types: Change<Vec<EventType>>,
    #[serde(default, skip_serializing_if = "Change::is_keep")]
    pub receive_all_events: Change<bool>,
    #[serde(default, skip_serializing_if = "Change::is_keep")]
    pub description: Change<String>,
    /// In the place of all that there are.
    #[serde(default, skip_serializing_if = "Change::is_keep")]
    pub headers: Change<Headers>,
    #[serde(default, skip_serializing_if = "Change::is_keep")]
    pub ordered: Change<bool>,
    #[serde(default, skip_serializing_if = "Change::is_keep")]
    pub is_active: Change<bool>,
}

impl Call for UpdateWebhook {
    const METHOD: Method = Method::Patch;
    const PATH: &'static str = "/v1/partner/webhooks/{id}";
    const AUTH: Auth = Auth::SignedSecret;
    const SCOPE: Option<Scope> = Some(Scope::WebhooksWrite);
    const REFUSALS: &'static [Code] = &[Code::WebhookNotFound];
    type Answer = Webhook;
}

/// `POST /v1/partner/webhooks/{id}/rotate-secret`: gives a webhook a new
/// secret. It is shown in this answer only; the old one signs beside it for
/// `graceSeconds`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct RotateWebhookSecret {
    pub id: WebhookId,
    /// How long the old secret signs beside the new one; 0 if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grace_seconds: Option<u32>,
}

impl Call for RotateWebhookSecret {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/v1/partner/webhooks/{id}/rotate-secret";
    const AUTH: Auth = Auth::SignedSecret;
    const SCOPE: Option<Scope> = Some(Scope::WebhooksWrite);
    const REFUSALS: &'static [Code] = &[Code::WebhookNotFound, Code::IdempotencyKeyReused];
    type Answer = WebhookWithSecret;
}

/// `DELETE /v1/partner/webhooks/{id}`: deletes a webhook. What is pending for
/// it is not delivered any more.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct DeleteWebhook {
    pub id: WebhookId,
}

impl Call for DeleteWebhook {
    const METHOD: Method = Method::Delete;
    const PATH: &'static str = "/v1/partner/webhooks/{id}";
    const AUTH: Auth = Auth::SignedSecret;
    const SCOPE: Option<Scope> = Some(Scope::WebhooksWrite);
    const STATUS: u16 = 204;
    const REFUSALS: &'static [Code] = &[Code::WebhookNotFound];
    type Answer = NoContent;
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Webhook {
    pub id: WebhookId,
    pub url: String,
    pub event_types: Vec<EventType>,
    pub receive_all_events: bool,
    pub description: Option<String>,
    /// The names of the custom headers.
    pub headers: Vec<String>,
    pub ordered: bool,
    pub is_active: bool,
    /// Since when every attempt has failed.
    pub failing_since: Option<Timestamp>,
    /// When it was disabled for failing, or because its server said 410.
    pub disabled_at: Option<Timestamp>,
    /// Until when the secret before this one still signs.
    pub previous_secret_expires_at: Option<Timestamp>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// The only answers in which the secret is shown.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct WebhookWithSecret {
    #[serde(flatten)]
    pub webhook: Webhook,
    /// `whsec_` and 64 hex digits.
    pub secret: String,
}

impl std::fmt::Debug for WebhookWithSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.webhook.fmt(f)
    }
}
