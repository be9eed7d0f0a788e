//! Funds: opened once a name, read by their partner alone.

use serde_json::{Value, json};
use shared::Feature;

use super::scene::{DONOR, FUNDS, fund, open_fund, provision, with};
use crate::stage::{MINUTE_MS, Stage};

on_both_databases! {
    a_fund_is_opened_for_a_donor,
    a_fund_again_is_the_same_unchanged,
    a_fund_of_another_user_keeps_its_name,
    another_partners_names_are_free,
    a_fund_is_read_by_its_id_alone,
    bad_input_is_named,
    who_may_not_name_users_opens_no_fund,
}

const ACCOUNT: &str = "account-identifier-01";

async fn a_fund_is_opened_for_a_donor(stage: &mut Stage) {
    provision(&stage.ours, DONOR).await;
    let body = with(
        fund(&format!(" {ACCOUNT} "), DONOR),
        "type",
        json!("Transparent"),
    );
    let opened: Value = stage.ours.post(FUNDS, &body).await.answer(201);
    let now = stage.now();
    assert_eq!(
        opened,
        json!({
            "id": opened["id"], "name": "The Lovelace Fund", "type": "Transparent",
            "description": "The Lovelace Fund", "partnerAccountIdentifier": ACCOUNT, "manager": null,
            "chainId": null, "contractAddress": null,
            "advisor": { "firstName": "Ada", "lastName": "Lovelace" }, "usdcBalance": "0",
            "createdAtUtc": now, "updatedAtUtc": now,
        })
    );
    let path = format!("/v1/funds/{}", opened["id"].as_str().unwrap());
    let read: Value = stage.ours.platform("GET", &path).send().await.answer(200);
    assert_eq!(read, opened);
    let upper = format!(
        "/v1/funds/{}",
        opened["id"].as_str().unwrap().to_uppercase()
    );
    let read: Value = stage.ours.platform("GET", &upper).send().await.answer(200);
    assert_eq!(read, opened);
    let body = with(
        fund("account-identifier-02", DONOR),
        "description",
        json!("For rivers"),
    );
    let other: Value = stage.ours.post(FUNDS, &body).await.answer(201);
    assert_eq!(
        (&other["description"], &other["type"]),
        (&json!("For rivers"), &json!("Private"))
    );
}

async fn a_fund_again_is_the_same_unchanged(stage: &mut Stage) {
    provision(&stage.ours, DONOR).await;
    let opened: Value = stage
        .ours
        .post(FUNDS, &fund(ACCOUNT, DONOR))
        .await
        .answer(201);
    stage.pass_time(MINUTE_MS);
    let body = with(fund(ACCOUNT, DONOR), "name", json!("Another name"));
    let again: Value = stage.ours.post(FUNDS, &body).await.answer(200);
    assert_eq!(again, opened);
    assert_eq!(stage.count("funds").await, 1);
}

async fn a_fund_of_another_user_keeps_its_name(stage: &mut Stage) {
    provision(&stage.ours, DONOR).await;
    provision(&stage.ours, "another-donor-0001").await;
    stage
        .ours
        .post(FUNDS, &fund(ACCOUNT, DONOR))
        .await
        .answer::<Value>(201);
    let refused = stage
        .ours
        .post(FUNDS, &fund(ACCOUNT, "another-donor-0001"))
        .await;
    refused.turned_down(409, "partnerAccountIdentifier");
}

async fn another_partners_names_are_free(stage: &mut Stage) {
    let ours = open_fund(&stage.ours, DONOR).await;
    let theirs = open_fund(&stage.theirs, DONOR).await;
    assert_ne!(ours["id"], theirs["id"]);
}

async fn a_fund_is_read_by_its_id_alone(stage: &mut Stage) {
    let theirs = open_fund(&stage.theirs, DONOR).await;
    let their_id = theirs["id"].as_str().unwrap();
    for id in [
        their_id,
        "00000000-0000-4000-8000-000000000000",
        "partner2",
        "1",
    ] {
        let refused = stage.ours.platform("GET", &format!("/v1/funds/{id}"));
        refused.send().await.turned_down(404, "no fund of yours");
    }
    let refused = stage.ours.platform("GET", FUNDS).send().await;
    refused.turned_down(405, "does not take this method");
}

async fn bad_input_is_named(stage: &mut Stage) {
    const IDENTIFIER: &str = "partnerAccountIdentifier";
    provision(&stage.ours, DONOR).await;
    let too_long = "name must be shorter than or equal to 255 characters";
    for (path, value, words) in [
        ("name", Value::Null, "name is required"),
        ("name", json!("  "), "name should not be empty"),
        ("name", json!("a".repeat(256)), too_long),
        (
            IDENTIFIER,
            Value::Null,
            "partnerAccountIdentifier is required",
        ),
        (
            IDENTIFIER,
            json!("a".repeat(15)),
            "partnerAccountIdentifier must be longer",
        ),
        (
            IDENTIFIER,
            json!("a".repeat(65)),
            "partnerAccountIdentifier must be shorter",
        ),
        (
            IDENTIFIER,
            json!(" ".repeat(16)),
            "partnerAccountIdentifier must be longer",
        ),
        (
            IDENTIFIER,
            json!("é".repeat(16)),
            "partnerAccountIdentifier must contain",
        ),
        (
            "description",
            json!("a".repeat(1_001)),
            "description must be shorter",
        ),
        (
            "type",
            json!("private"),
            "type must be one of: Private Transparent",
        ),
    ] {
        let body = with(fund(ACCOUNT, DONOR), path, value);
        stage.ours.post(FUNDS, &body).await.turned_down(400, words);
    }
    assert_eq!(stage.count("funds").await, 0);
}

async fn who_may_not_name_users_opens_no_fund(stage: &mut Stage) {
    provision(&stage.ours, DONOR).await;
    stage
        .change_partner(|partner| {
            partner
                .features
                .retain(|one| *one != Feature::PartnerInflow);
        })
        .await;
    let refused = stage.ours.post(FUNDS, &fund(ACCOUNT, DONOR)).await;
    refused.turned_down(403, "PARTNER_INFLOW");
}
