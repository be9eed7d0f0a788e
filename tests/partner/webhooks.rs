//! Webhooks: who is told of what, and what is done so that nothing is lost.

mod again;
mod bad_input;
mod deliver;
mod failing;
mod feed;
mod guard;
mod ordered;
mod prune;
mod register;
mod shared_work;

use serde_json::{Value, json};

use crate::stage::{Sink, Stage};

pub(super) const WEBHOOKS: &str = "/v1/partner/webhooks";

impl Stage {
    /// A webhook of ours, with its secret.
    pub(crate) async fn webhook(&self, body: &Value) -> Value {
        let request = self.ours.signed_json("POST", WEBHOOKS, body);
        request.send().await.answer(201)
    }

    /// A webhook of ours that is told everything, with its secret.
    pub(crate) async fn webhook_at(&self, sink: &Sink) -> Value {
        self.webhook(&json!({ "url": sink.url, "receiveAllEvents": true }))
            .await
    }

    /// A webhook of ours that is told of new users only.
    pub(crate) async fn users_webhook(&self, sink: &Sink, ordered: bool) -> Value {
        let types = ["user.created"];
        self.webhook(&json!({ "url": sink.url, "eventTypes": types, "ordered": ordered }))
            .await
    }

    /// Makes a user of ours, which is an event.
    pub(crate) async fn user(&self, name: &str) {
        let body = json!({ "externalUserId": name });
        let request = self.ours.signed_json("POST", "/v1/partner/users", &body);
        assert_eq!(request.send().await.status, 201);
    }

    pub(crate) async fn seen_webhook(&self, webhook: &Value) -> Value {
        self.ours
            .signed("GET", &path_of(webhook))
            .send()
            .await
            .answer(200)
    }

    pub(crate) async fn changed_webhook(&self, webhook: &Value, body: Value) -> Value {
        let request = self.ours.signed_json("PATCH", &path_of(webhook), &body);
        request.send().await.answer(200)
    }

    /// The deliveries of a webhook, the newest first.
    pub(crate) async fn deliveries(&self, webhook: &Value, query: &str) -> Vec<Value> {
        let path = format!("{}/deliveries{query}", path_of(webhook));
        let page: Value = self.ours.signed("GET", &path).send().await.answer(200);
        page["data"].as_array().unwrap().clone()
    }

    /// The deliveries in a state, when there are so many.
    pub(crate) async fn until_deliveries(&self, status: &str, count: i64) {
        self.until_count(&format!("deliveries WHERE status = '{status}'"), count)
            .await;
    }

    /// When the only delivery that has failed so often is due again.
    pub(crate) async fn due_after(&self, attempts: usize) -> i64 {
        let tried = format!("deliveries WHERE status = 'PENDING' AND attempts = {attempts}");
        self.until_count(&tried, 1).await;
        self.sum(&format!("due_at FROM {tried}")).await
    }

    /// Moves the clock to the next try of the only delivery that has failed so
    /// often, and no further.
    pub(crate) async fn pass_to_next_try(&self, attempts: usize) {
        let due_at = self.due_after(attempts).await;
        self.pass_time(due_at - self.now().0);
    }
}

/// The path of a webhook, or of what belongs to it.
pub(super) fn path_of(webhook: &Value) -> String {
    format!("{WEBHOOKS}/{}", webhook["id"].as_str().unwrap())
}
