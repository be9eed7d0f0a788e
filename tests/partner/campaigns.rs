//! `/v1/partner/campaigns`

mod active;
mod analytics;
mod bad_input;
mod change;
mod conflict;
mod create;
mod events;
mod list;

use serde_json::{Value, json};

use crate::stage::{Response, Stage};

const CAMPAIGNS: &str = "/v1/partner/campaigns";

/// The fields, with a name where they have none.
fn campaign(fields: Value) -> Value {
    let mut body = json!({ "name": "Spring" });
    let Value::Object(fields) = fields else {
        panic!("fields are an object");
    };
    body.as_object_mut().unwrap().extend(fields);
    body
}

impl Stage {
    async fn post_campaign(&self, fields: Value) -> Response {
        let body = campaign(fields);
        self.ours.signed_json("POST", CAMPAIGNS, &body).send().await
    }

    /// A new campaign of ours.
    async fn campaign(&self, fields: Value) -> Value {
        self.post_campaign(fields).await.answer(201)
    }

    async fn patch_campaign(&self, campaign: &Value, change: &Value) -> Response {
        let path = path_of(campaign);
        self.ours.signed_json("PATCH", &path, change).send().await
    }

    /// A campaign as it is after a change.
    async fn changed(&self, campaign: &Value, change: Value) -> Value {
        self.patch_campaign(campaign, &change).await.answer(200)
    }

    /// A campaign as it stands now.
    async fn seen(&self, campaign: &Value) -> Value {
        self.ours
            .signed("GET", &path_of(campaign))
            .send()
            .await
            .answer(200)
    }

    /// What was told of our campaigns: each event's name, and the campaign's name
    /// and status in it.
    async fn told(&self) -> Vec<(String, String, String)> {
        let events = self.events().await.into_iter();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        events
            .filter(|event| event.name.starts_with("campaign."))
            .map(|event| {
                let (name, status) = (text(&event.data["name"]), text(&event.data["status"]));
                (event.name, name, status)
            })
            .collect()
    }

    /// Submits an action of ours for so many dollars, with the fields given.
    async fn act(&self, key: &str, amount: i64, fields: Value) -> Response {
        let mut body = json!({
            "idempotencyKey": key, "actionType": "PURCHASE", "amount": amount, "autoCreateUsers": true,
            "stakeholders": [{ "stakeholderTypeCode": "CUSTOMER", "partnerUserId": "ada" }],
        });
        let Value::Object(fields) = fields else {
            panic!("fields are an object");
        };
        body.as_object_mut().unwrap().extend(fields);
        let path = "/v1/partner/actions/submit";
        self.ours.signed_json("POST", path, &body).send().await
    }
}

fn path_of(campaign: &Value) -> String {
    format!("{CAMPAIGNS}/{}", campaign["id"].as_str().unwrap())
}
