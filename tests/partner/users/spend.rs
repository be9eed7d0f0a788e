//! `POST …/users/{externalId}/spend`: the sandbox plays the marketplace.

use serde_json::{Value, json};
use shared::Code;
use shared::money::Tokens;

use crate::stage::{HOUR_MS, Stage, purchase};

on_both_databases! {
    tokens_that_are_spent_are_gone,
    a_spend_is_told,
    more_than_is_there_is_not_spent,
    the_same_spend_again_answers_the_same,
    another_spend_under_the_same_key_is_refused,
    each_wrong_field_of_a_spend_is_named,
    an_unknown_user_spends_nothing,
    only_the_sandbox_plays_the_marketplace,
}

async fn tokens_that_are_spent_are_gone(stage: &mut Stage) {
    stage.rewarded(&purchase("one")).await;
    let mut answer: Value = stage.spend("ada", 4, "spend").await.answer(200);
    assert_eq!(answer["transactionId"].take().as_str().unwrap().len(), 24);
    assert_eq!(
        answer,
        json!({ "transactionId": null, "externalUserId": "ada", "amount": 4 })
    );
    let balance = stage.balance("ada").await;
    assert_eq!((balance.balance, balance.available), (Tokens(6), Tokens(6)));
    let lifetime = (balance.lifetime_earned, balance.lifetime_reversed);
    assert_eq!(lifetime, (Tokens(10), Tokens(0)));
    assert_eq!(stage.pool_balance().await.balance, Tokens(9_990));
}

async fn a_spend_is_told(stage: &mut Stage) {
    stage.rewarded(&purchase("one")).await;
    let answer: Value = stage.spend("ada", 4, "spend").await.answer(200);
    let told = stage.events_of("transaction.completed").await;
    assert_eq!(
        told.last().unwrap().data,
        json!({
            "id": answer["transactionId"], "type": "SPEND", "amount": 4, "externalUserId": "ada",
            "actionId": null, "poolId": null, "createdAt": "2025-05-10T11:20:00.000Z",
            "entries": [
                { "account": "wallet:ada", "direction": "DEBIT", "amount": 4 },
                { "account": "marketplace", "direction": "CREDIT", "amount": 4 },
            ],
        })
    );
}

async fn more_than_is_there_is_not_spent(stage: &mut Stage) {
    stage.rewarded(&purchase("one")).await;
    let before = stage.row_counts().await;
    let refused = stage.spend("ada", 11, "spend").await;
    refused.refused(Code::InsufficientBalance);
    assert_eq!(stage.row_counts().await, before);
    // The key of what was refused is free.
    assert_eq!(stage.spend("ada", 10, "spend").await.status, 200);
    let refused = stage.spend("ada", 1, "more").await;
    refused.refused(Code::InsufficientBalance);
    stage
        .rewarded(&purchase("nothing").amount("0").of("eve"))
        .await;
    let refused = stage.spend("eve", 1, "eve").await;
    refused.refused(Code::InsufficientBalance);
}

async fn the_same_spend_again_answers_the_same(stage: &mut Stage) {
    stage.rewarded(&purchase("one")).await;
    let first = stage.spend("ada", 10, "spend").await;
    stage.pass_time(HOUR_MS);
    let before = stage.row_counts().await;
    let again = stage.spend("ada", 10, "spend").await;
    assert_eq!((again.status, &again.text), (200, &first.text));
    assert_eq!(first.header("idempotent-replayed"), None);
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert_eq!(stage.row_counts().await, before);
}

async fn another_spend_under_the_same_key_is_refused(stage: &mut Stage) {
    let both = [("CUSTOMER", "ada"), ("CUSTOMER", "eve")];
    stage.rewarded(&purchase("one").by(&both)).await;
    assert_eq!(stage.spend("ada", 2, "spend").await.status, 200);
    for (user, amount) in [("ada", 3), ("eve", 2)] {
        let refused = stage.spend(user, amount, "spend").await;
        refused.refused(Code::IdempotencyKeyReused);
    }
    assert_eq!(stage.balance("eve").await.balance, Tokens(5));
    // The keys of another partner are its own.
    let theirs = stage.theirs.submitting(&purchase("one")).send().await;
    assert_eq!(theirs.status, 200);
    let body = json!({ "amount": 2, "idempotencyKey": "spend" });
    let path = "/v1/partner/users/ada/spend";
    let theirs = stage.theirs.signed_json("POST", path, &body).send().await;
    assert_eq!(
        (theirs.status, theirs.header("idempotent-replayed")),
        (200, None)
    );
}

async fn each_wrong_field_of_a_spend_is_named(stage: &mut Stage) {
    stage.rewarded(&purchase("one")).await;
    let before = stage.row_counts().await;
    let path = "/v1/partner/users/ada/spend";
    for amount in [
        "0",
        "-1",
        "1.5",
        "1.0",
        "1e0",
        "9223372036854775808",
        "\"5\"",
        "null",
        "[]",
    ] {
        let body = format!(r#"{{"amount":{amount},"idempotencyKey":"spend"}}"#);
        let refused = stage.ours.posting(path, body).send().await;
        refused.refused_field("amount");
    }
    for key in [
        json!(""),
        json!("a\n"),
        json!("a\0"),
        json!("é"),
        json!(7),
        json!("k".repeat(256)),
    ] {
        let body = json!({ "amount": 5, "idempotencyKey": key });
        let refused = stage.ours.signed_json("POST", path, &body).send().await;
        refused.refused_field("idempotencyKey");
    }
    for (body, field) in [
        (json!({ "amount": 5 }), "idempotencyKey"),
        (json!({ "idempotencyKey": "a" }), "amount"),
    ] {
        let refused = stage.ours.signed_json("POST", path, &body).send().await;
        refused.refused_field(field);
    }
    assert_eq!(stage.row_counts().await, before);
}

async fn an_unknown_user_spends_nothing(stage: &mut Stage) {
    let theirs = stage.theirs.submitting(&purchase("one")).send().await;
    assert_eq!(theirs.status, 200);
    for user in ["nobody", "ada"] {
        let refused = stage.spend(user, 1, "spend").await;
        refused.refused(Code::UserNotFound);
    }
}

async fn only_the_sandbox_plays_the_marketplace(stage: &mut Stage) {
    stage.rewarded(&purchase("one")).await;
    stage.turn_to_production().await;
    let before = stage.row_counts().await;
    stage.spend("ada", 1, "spend").await.refused(Code::NotFound);
    assert_eq!(stage.row_counts().await, before);
}
