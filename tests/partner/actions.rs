//! `/v1/partner/actions`

mod bad_input;
mod bulk;
mod campaigns;
mod debt;
mod failed;
mod kill;
mod pools;
mod race;
mod records;
mod reverse;
mod submit;
mod writer;

use serde_json::{Value, json};

use crate::stage::{Stage, purchase};

/// An ACTIVE campaign of ours, with the fields given.
async fn active_campaign(stage: &Stage, mut fields: Value) -> Value {
    fields["name"] = json!("Spring");
    if fields["status"].is_null() {
        fields["status"] = json!("ACTIVE");
    }
    let path = "/v1/partner/campaigns";
    let request = stage.ours.signed_json("POST", path, &fields);
    request.send().await.answer(201)
}

/// Lets the pool of every stage pay for purchases and gifts alone.
async fn bind_first_pool(stage: &Stage) {
    let id = &stage.ours.pool_id;
    let types = r#"'["PURCHASE","DONATION"]'"#;
    let bind = format!("UPDATE pools SET action_types = {types} WHERE id = '{id}'");
    stage.change_rows(&bind).await;
}

/// The tokens that an amount brings one customer.
async fn tokens_for(stage: &Stage, key: &str, amount: &str) -> i64 {
    let done = stage.rewarded(&purchase(key).amount(amount)).await;
    done.tokens_distributed.0
}
