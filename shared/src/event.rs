//! What can have happened, by the names under which webhooks tell of it, and
//! the feed of all that did.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::call::{Auth, Call, Method, Scope};
use crate::error::Code;
use crate::id::EventId;
use crate::names::names;
use crate::time::Timestamp;

/// The events of a page when the caller does not say, and the most there can be.
pub const MAX_EVENTS: u32 = 100;
/// The longest that the feed waits for an event, in seconds.
pub const MAX_WAIT_SECONDS: u32 = 25;

names! {
    /// The type of an event.
    pub enum EventType {
        ActionCompleted = "action.completed",
        ActionFailed = "action.failed",
        ActionReversed = "action.reversed",
        TransactionCompleted = "transaction.completed",
        TokenPoolLowBalance = "token_pool.low_balance",
        TokenPoolDepleted = "token_pool.depleted",
        TokenPoolAllocated = "token_pool.allocated",
        CampaignStarted = "campaign.started",
        CampaignPaused = "campaign.paused",
        CampaignEnded = "campaign.ended",
        UserCreated = "user.created",
        DonationCreated = "donation.created",
        DonationCompleted = "donation.completed",
        DonationFailed = "donation.failed",
        DonationExpired = "donation.expired",
        DonationRefunded = "donation.refunded",
        /// Asked for by a partner who tries a webhook, and told to that one only.
        WebhookTest = "webhook.test",
    }
}

/// An event, as the feed and webhooks tell it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Event {
    pub id: EventId,
    #[serde(rename = "type")]
    pub event_type: EventType,
    pub created_at: Timestamp,
    /// What happened: the object that the type tells of.
    #[cfg_attr(
        feature = "openapi",
        schemars(schema_with = "crate::schema::any_object")
    )]
    pub data: Box<RawValue>,
}

/// `GET /v1/partner/events`: reads the feed of all events. They come in the order
/// of their commits, oldest first.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct ListEvents {
    /// A `nextCursor`, or `now`; without it, from the oldest that is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// Names between commas; without it, every type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub types: Option<String>,
    /// Seconds to wait for an event if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wait: Option<u32>,
    /// 1 to 100; 100 if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

impl Call for ListEvents {
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v1/partner/events";
    const AUTH: Auth = Auth::Signed;
    const SCOPE: Option<Scope> = Some(Scope::WebhooksRead);
    const REFUSALS: &'static [Code] = &[];
    type Answer = Events;
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Events {
    pub data: Vec<Event>,
    /// Asks for what comes after these.
    pub next_cursor: String,
}
