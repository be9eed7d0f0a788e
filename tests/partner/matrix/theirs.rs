//! What the other partner has: one of everything that a path can name.

use serde_json::{Value, json};
use shared::id::DonationId;
use shared::transaction::ListTransactions;

use crate::endaoment::scene;
use crate::percent;
use crate::stage::{Sink, Stage};

pub(super) const THEIR_USER: &str = "their-user";
pub(super) const CAMPAIGNS: &str = "/v1/partner/campaigns";
pub(super) const WEBHOOKS: &str = "/v1/partner/webhooks";
pub(super) const KEYS: &str = "/v1/partner/keys";

/// What the other partner has, by all its names.
pub(super) struct Theirs {
    pub(super) donation_id: String,
    pub(super) user: String,
    pub(super) pool_id: String,
    pub(super) transaction_id: String,
    pub(super) action_id: String,
    pub(super) campaign_id: String,
    pub(super) webhook_id: String,
    pub(super) key_id: String,
    pub(super) fund_id: String,
    /// The webhook's id and the delivery's.
    pub(super) delivery: String,
    pub(super) hosted: percent::Theirs,
    _sink: Sink,
}

impl Theirs {
    /// Has the other partner make one of everything.
    pub(super) async fn fill(stage: &mut Stage) -> Self {
        stage.sign_in_owners().await;
        let body = json!({ "externalUserId": THEIR_USER, "email": "theirs@example.org" });
        let made = stage
            .theirs
            .signed_json("POST", "/v1/partner/users", &body)
            .send()
            .await;
        assert_eq!(made.status, 201);
        let gift =
            json!({ "nonprofitSlug": "river-trust", "amount": 777, "idempotencyKey": "their key" });
        let path = "/v1/partner/donations/create-link";
        let link: Value = stage
            .theirs
            .widget("POST", path)
            .json(&gift)
            .send()
            .await
            .answer(201);
        let gift = DonationId(link["partnerDonationId"].as_str().unwrap().to_owned());
        stage
            .pay_to(&stage.theirs, &gift, Some("theirs@example.org"))
            .await;
        let campaign = json!({ "name": "Their campaign", "status": "ACTIVE" });
        let request = stage.theirs.signed_json("POST", CAMPAIGNS, &campaign);
        let campaign: Value = request.send().await.answer(201);
        let action: Value = stage
            .theirs
            .signed_json("POST", "/v1/partner/actions/submit", &action(THEIR_USER))
            .send()
            .await
            .answer(200);
        let body =
            json!({ "amount": 555, "reason": "Their reason", "poolId": stage.theirs.pool_id });
        let path = "/v1/partner/token-pools/request";
        let asked = stage.theirs.signed_json("POST", path, &body).send().await;
        assert_eq!(asked.status, 201);
        let key = json!({ "name": "Their key", "environment": "sandbox", "keyType": "secret" });
        let request = stage.theirs.client.request("POST", KEYS).json(&key);
        let key: Value = request.bearer(&stage.theirs.owner).send().await.answer(201);
        let transactions = stage.theirs.call(&ListTransactions::default()).await;
        let sink = Sink::open().await;
        let hook = json!({ "url": sink.url, "eventTypes": ["campaign.ended"] });
        let request = stage.theirs.signed_json("POST", WEBHOOKS, &hook);
        let hook: Value = request.send().await.answer(201);
        let webhook_id = hook["id"].as_str().unwrap().to_owned();
        let path = format!("{WEBHOOKS}/{webhook_id}/test");
        let test = stage.theirs.signed("POST", &path).send().await;
        let delivery_id = test.answer::<Value>(202)["deliveryId"].clone();
        stage
            .until_count("deliveries WHERE status = 'DELIVERED'", 1)
            .await;
        let fund = scene::open_fund(&stage.theirs, scene::DONOR).await;
        Self {
            hosted: percent::Theirs::fill(stage).await,
            fund_id: fund["id"].as_str().unwrap().to_owned(),
            delivery: format!("{webhook_id} {}", delivery_id.as_str().unwrap()),
            webhook_id,
            key_id: key["id"].as_str().unwrap().to_owned(),
            _sink: sink,
            action_id: action["actionId"].as_str().unwrap().to_owned(),
            campaign_id: campaign["id"].as_str().unwrap().to_owned(),
            donation_id: link["partnerDonationId"].as_str().unwrap().to_owned(),
            user: THEIR_USER.to_owned(),
            pool_id: stage.theirs.pool_id.to_string(),
            transaction_id: transactions.data[0].id.to_string(),
        }
    }
}

/// An action under the key that the other partner has used.
pub(super) fn action(user: &str) -> Value {
    json!({
        "idempotencyKey": "their action", "actionType": "PURCHASE", "amount": 12.5,
        "stakeholders": [{ "stakeholderTypeCode": "CUSTOMER", "partnerUserId": user }],
        "autoCreateUsers": true,
    })
}
