//! Grant submissions: the transfer and all its grants, or nothing.

use serde_json::{Value, json};
use server::domain::endaoment::grant::{self, Submitted};
use server::store::organization;
use shared::Code;

use super::scene::{CASH, DONOR, GRANTS, cash, grants, key, nonprofit, open_fund, with};
use crate::stage::{MINUTE_MS, Stage};

on_both_databases! {
    a_submission_books_the_transfer_and_its_grants,
    what_is_not_granted_stays_in_the_fund,
    a_replay_answers_the_same_and_moves_nothing,
    a_replay_is_answered_when_the_nonprofit_takes_nothing_any_more,
    a_changed_body_under_the_key_is_refused,
    a_transfer_comes_once,
    another_partners_fund_is_none,
    an_unknown_destination_is_not_found,
    a_hundred_grants_are_the_most,
    bad_input_is_named,
    a_bad_transfer_is_named,
    a_transfer_that_is_yet_to_come_by_the_ledgers_clock_is_named,
    a_bad_grant_is_named,
}

async fn a_submission_books_the_transfer_and_its_grants(stage: &mut Stage) {
    let fund = open_fund(&stage.ours, DONOR).await;
    let to = nonprofit(stage).await;
    let body = grants(stage, &fund, (100, &[60, 40])).await;
    let body = with(
        body,
        "grants.0.specialInstructions",
        json!("For the library\nand its roof"),
    );
    let body = with(body, "grants.0.hideMyInfoFromOrg", json!(true));
    let padded = json!(" source-account-0001 ");
    let body = with(
        body,
        "inboundCustodianTransfer.sourcePartnerAccountIdentifier",
        padded,
    );
    let made: Value = stage.ours.post(GRANTS, &body).await.answer(201);
    let grant = |place: usize| &made["grants"][place]["asyncGrantTransferId"];
    assert_ne!(grant(0), grant(1));
    assert_eq!(
        made,
        json!({
            "id": made["id"], "partnerId": made["partnerId"], "originFundId": fund["id"],
            "inboundCustodianTransfer": {
                "amountMicroDollars": "100", "partnerFundingTransferId": "transfer 100",
                "sourcePartnerAccountIdentifier": "source-account-0001",
                "destinationPartnerAccountIdentifier": "custodian-account-01",
                "settledAtUtc": stage.now(), "status": "ReportedSettled",
            },
            "grants": [
                {
                    "asyncGrantTransferId": grant(0), "amountMicroDollars": "60", "destinationOrgId": to,
                    "specialInstructions": "For the library\nand its roof", "hideMyInfoFromOrg": true,
                },
                {
                    "asyncGrantTransferId": grant(1), "amountMicroDollars": "40", "destinationOrgId": to,
                    "specialInstructions": null, "hideMyInfoFromOrg": false,
                },
            ],
        })
    );
    assert_eq!(made["partnerId"].as_str().unwrap().len(), 36);
    assert_eq!(
        stage.ours.fund_balance(fund["id"].as_str().unwrap()).await,
        "0"
    );
    assert_eq!(stage.count("entries WHERE unit = 'MICRO_USD'").await, 6);
}

async fn what_is_not_granted_stays_in_the_fund(stage: &mut Stage) {
    let fund = open_fund(&stage.ours, DONOR).await;
    let id = fund["id"].as_str().unwrap();
    assert_eq!(stage.ours.post(CASH, &cash(&fund, 1_000)).await.status, 201);
    let body = grants(stage, &fund, (100, &[30, 30])).await;
    assert_eq!(stage.ours.post(GRANTS, &body).await.status, 201);
    assert_eq!(stage.ours.fund_balance(id).await, "1040");
    // A fund's own money is not granted: the transfer covers its grants.
    let body = grants(stage, &fund, (50, &[51])).await;
    stage
        .ours
        .post(GRANTS, &body)
        .await
        .turned_down(400, "must not add up to more than the transfer of 50");
    assert_eq!(stage.ours.fund_balance(id).await, "1040");
}

async fn a_replay_answers_the_same_and_moves_nothing(stage: &mut Stage) {
    let fund = open_fund(&stage.ours, DONOR).await;
    let body = grants(stage, &fund, (100, &[60, 30])).await;
    let first = stage.ours.post(GRANTS, &body).await;
    assert_eq!(first.header("idempotent-replayed"), None);
    stage.pass_time(MINUTE_MS);
    let again = stage.ours.post(GRANTS, &body).await;
    assert_eq!((again.status, &again.text), (201, &first.text));
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert_eq!(
        stage.ours.fund_balance(fund["id"].as_str().unwrap()).await,
        "10"
    );
}

async fn a_replay_is_answered_when_the_nonprofit_takes_nothing_any_more(stage: &mut Stage) {
    let fund = open_fund(&stage.ours, DONOR).await;
    let body = grants(stage, &fund, (100, &[60])).await;
    let first = stage.ours.post(GRANTS, &body).await;
    let mut tx = stage.app().db.write().await.unwrap();
    sqlx::query("UPDATE organizations SET status = 'INACTIVE' WHERE slug = 'river-trust'")
        .execute(&mut *tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    assert_eq!(stage.ours.post(GRANTS, &body).await.text, first.text);
    let other = grants(stage, &fund, (101, &[60])).await;
    stage
        .ours
        .post(GRANTS, &other)
        .await
        .turned_down(404, "grants[0].destinationOrgId");
}

async fn a_changed_body_under_the_key_is_refused(stage: &mut Stage) {
    let fund = open_fund(&stage.ours, DONOR).await;
    let body = grants(stage, &fund, (100, &[60])).await;
    assert_eq!(stage.ours.post(GRANTS, &body).await.status, 201);
    for (path, value) in [
        ("grants.0.amountMicroDollars", json!("61")),
        ("grants.0.hideMyInfoFromOrg", json!(true)),
        ("inboundCustodianTransfer.amountMicroDollars", json!("101")),
        (
            "inboundCustodianTransfer.partnerFundingTransferId",
            json!("another"),
        ),
        (
            "inboundCustodianTransfer.settledAtUtc",
            json!("2025-05-10T00:00:00Z"),
        ),
        ("originFundId", json!(key(3))),
    ] {
        let refused = stage
            .ours
            .post(GRANTS, &with(body.clone(), path, value))
            .await;
        refused.turned_down(409, "idempotency key");
    }
    assert_eq!(
        stage.ours.fund_balance(fund["id"].as_str().unwrap()).await,
        "40"
    );
}

async fn a_transfer_comes_once(stage: &mut Stage) {
    let fund = open_fund(&stage.ours, DONOR).await;
    let body = grants(stage, &fund, (100, &[60])).await;
    assert_eq!(stage.ours.post(GRANTS, &body).await.status, 201);
    let other = with(body, "idempotencyKey", json!(key(7)));
    stage
        .ours
        .post(GRANTS, &other)
        .await
        .turned_down(409, "partnerFundingTransferId");
    let theirs = open_fund(&stage.theirs, DONOR).await;
    let other = grants(stage, &theirs, (100, &[60])).await;
    assert_eq!(stage.theirs.post(GRANTS, &other).await.status, 201);
}

async fn another_partners_fund_is_none(stage: &mut Stage) {
    let theirs = open_fund(&stage.theirs, DONOR).await;
    let body = grants(stage, &theirs, (100, &[60])).await;
    stage
        .ours
        .post(GRANTS, &body)
        .await
        .turned_down(404, "no fund of yours");
    assert_eq!(
        stage
            .theirs
            .fund_balance(theirs["id"].as_str().unwrap())
            .await,
        "0"
    );
}

async fn an_unknown_destination_is_not_found(stage: &mut Stage) {
    let fund = open_fund(&stage.ours, DONOR).await;
    let body = grants(stage, &fund, (100, &[30, 30])).await;
    let unknown = with(body.clone(), "grants.1.destinationOrgId", json!(key(0)));
    stage
        .ours
        .post(GRANTS, &unknown)
        .await
        .turned_down(404, "grants[1].destinationOrgId");
    let mut conn = stage.app().db.read().await.unwrap();
    let closed = organization::find(&mut conn, "closed-house").await.unwrap();
    drop(conn);
    let closed = json!(closed.unwrap().endaoment_id);
    let closed = with(body.clone(), "grants.0.destinationOrgId", closed);
    stage
        .ours
        .post(GRANTS, &closed)
        .await
        .turned_down(404, "grants[0].destinationOrgId");
    let subproject = with(body, "grants.0.destinationOrgId", Value::Null);
    let subproject = with(
        subproject,
        "grants.0.destinationSubprojectId",
        json!(key(0)),
    );
    stage
        .ours
        .post(GRANTS, &subproject)
        .await
        .turned_down(404, "there are none here");
    assert_eq!(stage.count("grants").await, 0);
}

async fn a_hundred_grants_are_the_most(stage: &mut Stage) {
    let fund = open_fund(&stage.ours, DONOR).await;
    let body = grants(stage, &fund, (101, &[1; 101])).await;
    stage
        .ours
        .post(GRANTS, &body)
        .await
        .turned_down(400, "no more than 100 grants");
    let body = grants(stage, &fund, (101, &[1; 100])).await;
    let made: Value = stage.ours.post(GRANTS, &body).await.answer(201);
    assert_eq!(made["grants"].as_array().unwrap().len(), 100);
    let again: Value = stage.ours.post(GRANTS, &body).await.answer(201);
    assert_eq!(again, made);
    assert_eq!(
        stage.ours.fund_balance(fund["id"].as_str().unwrap()).await,
        "1"
    );
}

/// Checks that each change of a submission is refused, in words that name it.
async fn check_refused(stage: &Stage, changes: &[(&str, Value, &str)]) {
    let fund = open_fund(&stage.ours, DONOR).await;
    let body = grants(stage, &fund, (100, &[60])).await;
    for (path, value, words) in changes {
        let body = with(body.clone(), path, value.clone());
        stage.ours.post(GRANTS, &body).await.turned_down(400, words);
    }
    assert_eq!(stage.count("grant_submissions").await, 0);
}

async fn bad_input_is_named(stage: &mut Stage) {
    let changes = [
        (
            "idempotencyKey",
            json!("1"),
            "idempotencyKey must be a UUID",
        ),
        ("originFundId", json!("1"), "originFundId must be a UUID"),
        ("grants", json!([]), "grants must contain at least 1 grant"),
        ("grants", Value::Null, "grants is required"),
        (
            TRANSFER,
            Value::Null,
            "inboundCustodianTransfer is required",
        ),
    ];
    check_refused(stage, &changes).await;
}

const TRANSFER: &str = "inboundCustodianTransfer";

async fn a_bad_transfer_is_named(stage: &mut Stage) {
    let future = json!(stage.now().plus_ms(1));
    let changes = [
        (
            "settledAtUtc",
            future,
            "settledAtUtc must not be in the future",
        ),
        ("settledAtUtc", json!("soon"), "settledAtUtc must be a time"),
        (
            "amountMicroDollars",
            json!("0"),
            "amountMicroDollars must be greater than 0",
        ),
        (
            "amountMicroDollars",
            json!(100),
            "inboundCustodianTransfer.amountMicroDollars",
        ),
        ("amountMicroDollars", json!("59"), "must not add up to more"),
        (
            "partnerFundingTransferId",
            json!(""),
            "partnerFundingTransferId",
        ),
        (
            "sourcePartnerAccountIdentifier",
            json!("a".repeat(15)),
            "longer than",
        ),
        (
            "sourcePartnerAccountIdentifier",
            json!("a".repeat(65)),
            "shorter than",
        ),
        (
            "destinationPartnerAccountIdentifier",
            json!(" ".repeat(16)),
            "longer than",
        ),
        (
            "destinationPartnerAccountIdentifier",
            json!("ü".repeat(16)),
            "ASCII",
        ),
    ];
    let paths = changes
        .each_ref()
        .map(|(name, _, _)| format!("{TRANSFER}.{name}"));
    let changes: Vec<_> = changes
        .into_iter()
        .zip(&paths)
        .map(|((_, value, words), path)| (path.as_str(), value, words))
        .collect();
    check_refused(stage, &changes).await;
}

async fn a_bad_grant_is_named(stage: &mut Stage) {
    let digits = "grants[0].amountMicroDollars must be a string of digits";
    let changes = [
        ("grants.0.amountMicroDollars", json!("1e3"), digits),
        ("grants.0.amountMicroDollars", json!("9".repeat(20)), digits),
        (
            "grants.0.amountMicroDollars",
            json!("0"),
            "grants[0].amountMicroDollars must be greater",
        ),
        (
            "grants.0.destinationOrgId",
            Value::Null,
            "grants[0].destinationOrgId is required",
        ),
        (
            "grants.0.destinationOrgId",
            json!("1"),
            "grants[0].destinationOrgId must be a UUID",
        ),
        (
            "grants.0.destinationSubprojectId",
            json!(key(1)),
            "must be left out beside",
        ),
        (
            "grants.0.specialInstructions",
            json!("a".repeat(1_001)),
            "grants[0].specialInstructions",
        ),
    ];
    check_refused(stage, &changes).await;
}

async fn a_transfer_that_is_yet_to_come_by_the_ledgers_clock_is_named(stage: &mut Stage) {
    const FIELD: &str = "inboundCustodianTransfer.settledAtUtc";
    let fund = open_fund(&stage.ours, DONOR).await;
    let body = grants(stage, &fund, (100, &[60])).await;
    let settled = stage.now().plus_ms(1);
    let body = with(body, FIELD, json!(settled));
    let request = serde_json::from_str(&body.to_string()).unwrap();
    // It is read by a clock that is ahead.
    let submitted = Submitted::read(request, settled).unwrap();
    let made = grant::make(stage.app(), &stage.ours.partner.id, submitted).await;
    let refused = made.unwrap_err();
    assert_eq!(refused.code, Code::ValidationError);
    assert_eq!(refused.errors[0].field, FIELD);
}
