//! What became of each telling, and telling once more.

use serde::{Deserialize, Serialize};

use crate::call::{Auth, Call, Method, Scope};
use crate::error::Code;
use crate::event::EventType;
use crate::id::{DeliveryId, EventId, WebhookId};
use crate::names::names;
use crate::page::Page;
use crate::time::Timestamp;

names! {
    /// How a delivery stands.
    pub enum DeliveryStatus { Pending = "PENDING", Delivered = "DELIVERED", Failed = "FAILED" }
}

/// An event on its way to one webhook. Kept for 30 days.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Delivery {
    pub id: DeliveryId,
    pub event_id: EventId,
    pub event_type: EventType,
    pub status: DeliveryStatus,
    pub attempts: i64,
    pub last_response: Option<LastResponse>,
    pub next_retry_at: Option<Timestamp>,
    pub created_at: Timestamp,
    pub delivered_at: Option<Timestamp>,
}

/// What the last attempt came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct LastResponse {
    /// Null if there was no answer; `bodyStart` then says why.
    pub status: Option<u16>,
    pub duration_ms: i64,
    /// The first KiB of the answer's body.
    pub body_start: String,
}

/// `GET /v1/partner/webhooks/{id}/deliveries`: lists what was delivered to a
/// webhook, newest first.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ListDeliveries {
    pub id: WebhookId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<DeliveryStatus>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event_type: Option<EventType>,
}

impl Call for ListDeliveries {
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v1/partner/webhooks/{id}/deliveries";
    const AUTH: Auth = Auth::Signed;
    const SCOPE: Option<Scope> = Some(Scope::WebhooksRead);
    const REFUSALS: &'static [Code] = &[Code::WebhookNotFound];
    type Answer = Page<Delivery>;
}

/// `POST /v1/partner/webhooks/{id}/deliveries/{deliveryId}/retry`: delivers
/// once more, under the same event id.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct RetryDelivery {
    pub id: WebhookId,
    pub delivery_id: DeliveryId,
}

impl Call for RetryDelivery {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/v1/partner/webhooks/{id}/deliveries/{deliveryId}/retry";
    const AUTH: Auth = Auth::SignedSecret;
    const SCOPE: Option<Scope> = Some(Scope::WebhooksWrite);
    const STATUS: u16 = 202;
    const REFUSALS: &'static [Code] = &[
        Code::WebhookNotFound,
        Code::DeliveryNotFound,
        Code::DeliveryPending,
        Code::WebhookDisabled,
        Code::IdempotencyKeyReused,
    ];
    type Answer = Delivery;
}

/// `POST /v1/partner/webhooks/{id}/test`: sends a `webhook.test` to this webhook
/// only.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct TestWebhook {
    pub id: WebhookId,
}

impl Call for TestWebhook {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/v1/partner/webhooks/{id}/test";
    const AUTH: Auth = Auth::SignedSecret;
    const SCOPE: Option<Scope> = Some(Scope::WebhooksWrite);
    const STATUS: u16 = 202;
    const REFUSALS: &'static [Code] = &[
        Code::WebhookNotFound,
        Code::WebhookDisabled,
        Code::IdempotencyKeyReused,
    ];
    type Answer = TestDelivery;
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct TestDelivery {
    pub delivery_id: DeliveryId,
    pub event_id: EventId,
}

/// `POST /v1/partner/webhooks/{id}/replay`: delivers once more what happened in
/// a span of time, under the same event ids.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ReplayEvents {
    pub id: WebhookId,
    /// Inclusive.
    pub from: Timestamp,
    /// Exclusive.
    pub to: Timestamp,
    /// Of the types that the webhook receives, only these.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event_types: Option<Vec<EventType>>,
}

impl Call for ReplayEvents {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/v1/partner/webhooks/{id}/replay";
    const AUTH: Auth = Auth::SignedSecret;
    const SCOPE: Option<Scope> = Some(Scope::WebhooksWrite);
    const STATUS: u16 = 202;
    const REFUSALS: &'static [Code] = &[Code::WebhookNotFound, Code::IdempotencyKeyReused];
    type Answer = Replaying;
}

/// A replay that was begun; its deliveries appear in the list as they are made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Replaying {
    pub webhook_id: WebhookId,
    pub from: Timestamp,
    pub to: Timestamp,
    pub event_types: Option<Vec<EventType>>,
}
