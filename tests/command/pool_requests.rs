//! `giving pool-requests`: the operator's answer to who asks for tokens.

use serde_json::{Value, json};
use shared::token_pool::{GetPoolBalance, PoolBalance};

use crate::stage::{Giving, Stage};

on_both_databases! {
    an_approved_request_fills_its_pool_once,
    a_request_without_a_pool_wants_one_named,
    a_rejected_request_moves_nothing,
    every_request_is_listed_with_its_partner,
    a_request_that_is_not_there_is_said,
}

fn requests(stage: &Stage, arguments: &[&str]) -> Value {
    let arguments = [&["pool-requests", "--json"], arguments].concat();
    Giving::on(stage, &arguments).run().json()
}

fn refused(stage: &Stage, arguments: &[&str], words: &[&str]) {
    let arguments = [&["pool-requests"], arguments].concat();
    Giving::on(stage, &arguments).run().failed(words);
}

async fn ask(stage: &Stage, body: &Value) -> String {
    let path = "/v1/partner/token-pools/request";
    let asked = stage.ours.signed_json("POST", path, body).send().await;
    let request: Value = asked.answer(201);
    request["id"].as_str().unwrap().to_owned()
}

async fn ask_for_our_pool(stage: &Stage) -> String {
    let pool = stage.ours.pool_id.as_str();
    ask(
        stage,
        &json!({ "poolId": pool, "amount": 500, "reason": "a busy spring" }),
    )
    .await
}

async fn balance(stage: &Stage) -> i64 {
    let id = stage.ours.pool_id.clone();
    let answer: PoolBalance = stage.ours.call(&GetPoolBalance { id }).await;
    answer.balance.0
}

async fn an_approved_request_fills_its_pool_once(stage: &mut Stage) {
    let id = ask_for_our_pool(stage).await;
    let before = balance(stage).await;
    let approved = requests(stage, &["approve", &id]);
    assert_eq!(approved["status"], "APPROVED", "{approved}");
    assert_eq!(balance(stage).await, before + 500);
    for again in ["approve", "reject"] {
        refused(stage, &[again, &id], &[&id, "APPROVED"]);
    }
    assert_eq!(balance(stage).await, before + 500);
}

async fn a_request_without_a_pool_wants_one_named(stage: &mut Stage) {
    let id = ask(stage, &json!({ "amount": 7, "reason": "more" })).await;
    refused(stage, &["approve", &id], &["--pool"]);
    let before = balance(stage).await;
    // A pool of another partner cannot take what ours asked for.
    let theirs = stage.theirs.pool_id.to_string();
    refused(stage, &["approve", &id, "--pool", &theirs], &[&theirs]);
    let ours = stage.ours.pool_id.to_string();
    requests(stage, &["approve", &id, "--pool", &ours]);
    assert_eq!(balance(stage).await, before + 7);
}

async fn a_rejected_request_moves_nothing(stage: &mut Stage) {
    let id = ask_for_our_pool(stage).await;
    let before = balance(stage).await;
    assert_eq!(requests(stage, &["reject", &id])["status"], "REJECTED");
    refused(stage, &["approve", &id], &["REJECTED"]);
    assert_eq!(balance(stage).await, before);
}

async fn every_request_is_listed_with_its_partner(stage: &mut Stage) {
    let first = ask_for_our_pool(stage).await;
    let second = ask_for_our_pool(stage).await;
    requests(stage, &["reject", &first]);
    assert_eq!(requests(stage, &["list"]).as_array().unwrap().len(), 2);
    let pending = requests(stage, &["list", "--status", "PENDING"]);
    let partner = stage.ours.partner.id.as_str();
    assert_eq!(pending[0]["id"], second.as_str());
    assert_eq!(pending[0]["partnerId"], partner);
    assert_eq!(pending.as_array().unwrap().len(), 1);
}

async fn a_request_that_is_not_there_is_said(stage: &mut Stage) {
    for action in ["approve", "reject"] {
        refused(
            stage,
            &[action, "nothing"],
            &["nothing", "pool-requests list"],
        );
    }
}
