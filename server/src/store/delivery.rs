//! Events on their way to webhooks.

use shared::event::EventType;
use shared::id::EventId;
use shared::time::Timestamp;

/// An event, as it is told to a webhook.
#[derive(Clone, Debug)]
pub struct EventText {
    pub id: EventId,
    pub event_type: EventType,
    pub created_at: Timestamp,
    /// JSON.
    pub data: String,
}

impl EventText {
    /// The body of a delivery, the same at each attempt.
    pub fn body(&self) -> String {
        format!(
            r#"{{"id":"{}","type":"{}","createdAt":"{}","data":{}}}"#,
            self.id, self.event_type, self.created_at, self.data
        )
    }
}
