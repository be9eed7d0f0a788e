//! Actions that cannot be rewarded now: they stay on record, and their keys may
//! be tried again.

use serde_json::{Value, json};
use shared::Code;
use shared::action::ActionStatus;
use shared::id::ActionId;
use shared::money::Tokens;

use crate::stage::{Act, HOUR_MS, Stage, purchase};

on_both_databases! {
    a_pool_that_has_too_little_is_said,
    without_any_pool_a_sandbox_says_so,
    without_any_pool_production_has_no_active_one,
    a_closed_pool_is_not_active,
    an_unknown_user_is_said,
    an_unknown_campaign_is_said,
    a_campaign_that_does_not_apply_is_said,
    a_failed_action_is_done_under_its_id_when_it_can_be,
    a_failed_action_is_tried_again_as_another_request,
    a_failed_action_shows_the_last_reason,
    a_failure_is_told_once_a_key_and_reason,
    a_failed_action_makes_no_users,
    a_request_that_is_wrong_is_not_recorded,
}

/// Submits what must fail, twice, and checks all that is said of recorded
/// refusals.
async fn check(stage: &Stage, act: &Act, code: Code) -> ActionId {
    let before = stage.row_counts().await;
    let refused = stage.submit(act).await;
    let id = refused.refused(code).action_id.unwrap();
    assert_eq!(refused.json()["actionId"], json!(id));
    assert_eq!(refused.header("idempotent-replayed"), None);
    stage.pass_time(HOUR_MS);
    assert_eq!(stage.recorded(act, code).await, id);
    let record = stage.record(&id).await;
    assert_eq!(record.status, ActionStatus::Failed);
    assert_eq!(record.error.map(|error| error.code), Some(code));
    assert_eq!(
        (record.tokens_distributed, record.pool_id),
        (Tokens(0), None)
    );
    let mut after = stage.row_counts().await;
    for (table, added) in [("actions", 1), ("stakeholders", 1), ("events", 1)] {
        *after.get_mut(table).unwrap() -= added;
    }
    assert_eq!(after, before);
    let told = stage.events_of("action.failed").await;
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].data, failure(&id, code));
    id
}

/// The data of `action.failed`, for a purchase under the key `one`.
fn failure(id: &ActionId, code: Code) -> Value {
    json!({
        "actionId": id, "idempotencyKey": "one", "actionType": "PURCHASE", "status": "FAILED",
        "tokensDistributed": 0, "transactionIds": [], "error": { "code": code },
    })
}

async fn a_pool_that_has_too_little_is_said(stage: &mut Stage) {
    let act = purchase("one").amount("10001");
    check(stage, &act, Code::InsufficientPool).await;
    assert_eq!(stage.pool_balance().await.balance, Tokens(10_000));
}

async fn without_any_pool_a_sandbox_says_so(stage: &mut Stage) {
    stage.begin_without_a_pool().await;
    check(stage, &purchase("one"), Code::NoSandboxPool).await;
}

async fn without_any_pool_production_has_no_active_one(stage: &mut Stage) {
    stage.begin_without_a_pool().await;
    stage.turn_to_production().await;
    check(stage, &purchase("one"), Code::NoActivePool).await;
}

async fn a_closed_pool_is_not_active(stage: &mut Stage) {
    let pool_id = &stage.ours.pool_id;
    let close = format!("UPDATE pools SET is_active = 0 WHERE id = '{pool_id}'");
    stage.change_rows(&close).await;
    check(stage, &purchase("one"), Code::NoActivePool).await;
    let refused = stage.submit(&purchase("one")).await;
    let message = refused.refused(Code::NoActivePool).message;
    assert_eq!(message, "No active token pool found");
}

async fn an_unknown_user_is_said(stage: &mut Stage) {
    let act = purchase("one").by_the_known_only();
    check(stage, &act, Code::UserNotFound).await;
    let unsaid = purchase("two").without("autoCreateUsers");
    stage.recorded(&unsaid, Code::UserNotFound).await;
}

async fn an_unknown_campaign_is_said(stage: &mut Stage) {
    let act = purchase("one").under("000000000000000000000000");
    check(stage, &act, Code::CampaignNotFound).await;
}

async fn a_campaign_that_does_not_apply_is_said(stage: &mut Stage) {
    let body = json!({ "name": "Spring" });
    let made = stage
        .ours
        .signed_json("POST", "/v1/partner/campaigns", &body);
    let draft: Value = made.send().await.answer(201);
    let act = purchase("one").under(draft["id"].as_str().unwrap());
    check(stage, &act, Code::CampaignNotActive).await;
}

async fn a_failed_action_is_done_under_its_id_when_it_can_be(stage: &mut Stage) {
    let act = purchase("one").amount("10001");
    let id = stage.recorded(&act, Code::InsufficientPool).await;
    stage.pass_time(HOUR_MS);
    stage.allocate(&stage.ours.pool_id, 1).await;
    let done = stage.submit(&act).await;
    assert_eq!(done.header("idempotent-replayed"), None);
    let done: shared::action::SubmittedAction = done.answer(200);
    assert_eq!(
        (&done.action_id, done.tokens_distributed),
        (&id, Tokens(10_001))
    );
    let record = stage.record(&id).await;
    assert_eq!(
        (record.status, record.error),
        (ActionStatus::Completed, None)
    );
    assert_eq!(stage.events_of("action.failed").await.len(), 1);
    assert_eq!(stage.events_of("action.completed").await.len(), 1);
    assert_eq!(stage.count("actions").await, 1);
    let again = stage.submit(&act).await;
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
}

async fn a_failed_action_is_tried_again_as_another_request(stage: &mut Stage) {
    let people = [("CUSTOMER", "ada"), ("REFERRER", "eve"), ("DONOR", "bob")];
    let act = purchase("one").amount("10001").by(&people);
    let act = act.with("metadata", &json!({ "order": 1 }));
    let id = stage.recorded(&act, Code::InsufficientPool).await;
    let other = purchase("one")
        .action_type("VOLUNTEER")
        .amount("7")
        .of("kim");
    let done = stage.rewarded(&other).await;
    assert_eq!((&done.action_id, done.tokens_distributed), (&id, Tokens(7)));
    let record = stage.record(&id).await;
    assert_eq!(record.action_type, "VOLUNTEER");
    assert_eq!(record.amount.to_string(), "7");
    assert!(record.metadata.is_empty());
    let people: Vec<_> = record
        .stakeholders
        .iter()
        .map(|part| part.partner_user_id.as_str())
        .collect();
    assert_eq!(people, ["kim"]);
    // What it was at first is another request now.
    stage.submit(&act).await.refused(Code::IdempotencyKeyReused);
}

async fn a_failed_action_shows_the_last_reason(stage: &mut Stage) {
    let act = purchase("one").amount("10001");
    let id = stage.recorded(&act, Code::InsufficientPool).await;
    let act = act.under("000000000000000000000000");
    assert_eq!(stage.recorded(&act, Code::CampaignNotFound).await, id);
    let record = stage.record(&id).await;
    let code = record.error.map(|error| error.code);
    assert_eq!(code, Some(Code::CampaignNotFound));
    assert_eq!(stage.events_of("action.failed").await.len(), 2);
}

async fn a_failure_is_told_once_a_key_and_reason(stage: &mut Stage) {
    let poor = |key| purchase(key).amount("10001");
    for _ in 0..2 {
        for key in ["one", "two"] {
            stage.recorded(&poor(key), Code::InsufficientPool).await;
            let unknown = poor(key).by_the_known_only();
            stage.recorded(&unknown, Code::UserNotFound).await;
        }
    }
    let told = stage.events_of("action.failed").await;
    let told: Vec<_> = told
        .iter()
        .map(|event| (&event.data["idempotencyKey"], &event.data["error"]["code"]))
        .collect();
    let reasons = ["one", "two"].map(|key| {
        let key = json!(key);
        [
            (key.clone(), json!("INSUFFICIENT_POOL")),
            (key, json!("USER_NOT_FOUND")),
        ]
    });
    let expected: Vec<_> = reasons
        .iter()
        .flatten()
        .map(|(key, code)| (key, code))
        .collect();
    assert_eq!(told, expected);
}

async fn a_failed_action_makes_no_users(stage: &mut Stage) {
    stage
        .recorded(&purchase("one").amount("10001"), Code::InsufficientPool)
        .await;
    assert_eq!(stage.count("users").await, 0);
    assert_eq!(stage.events_of("user.created").await.len(), 0);
}

async fn a_request_that_is_wrong_is_not_recorded(stage: &mut Stage) {
    stage
        .submit(&purchase("one").amount("-1"))
        .await
        .refused_field("amount");
    stage
        .submit(&purchase("one").currency("XXX"))
        .await
        .refused(Code::UnsupportedCurrency);
    assert_eq!(stage.count("actions").await, 0);
    // So the key is still free.
    stage.rewarded(&purchase("one")).await;
}
