//! `GET /v1/partner/dashboard/integration-health`: what is wrong, and what to do.

use serde_json::{Value, json};
use shared::Code;
use sqlx::AssertSqlSafe;

use crate::stage::{DAY_MS, HOUR_MS, Sink, Stage};

on_both_databases! {
    an_integration_in_which_nothing_is_wrong_is_healthy,
    a_key_that_will_soon_expire_is_told,
    without_a_pool_that_can_pay_it_fails,
    a_pool_that_runs_low_is_told,
    a_webhook_that_fails_is_told,
    many_refused_calls_are_told,
    a_few_refused_calls_are_no_reason_to_worry,
    a_clock_that_is_off_is_told,
}

/// The whole's status, and a check without its message.
async fn check(stage: &Stage, name: &str) -> (String, String, Option<String>) {
    let health = stage.dashboard("integration-health").await;
    let checks = health["checks"].as_array().unwrap();
    let check = checks.iter().find(|check| check["name"] == name).unwrap();
    let text = |value: &Value| value.as_str().map(str::to_owned);
    assert!(!text(&check["message"]).unwrap().is_empty());
    (
        text(&health["status"]).unwrap(),
        text(&check["status"]).unwrap(),
        text(&check["fix"]),
    )
}

/// A check that has found something, and made the whole as bad as itself.
#[track_caller]
fn told((whole, status, fix): (String, String, Option<String>), expected: &str, word: &str) {
    assert_eq!((whole.as_str(), status.as_str()), (expected, expected));
    let fix = fix.unwrap();
    assert!(fix.contains(word), "{fix}");
}

async fn is_healthy(stage: &Stage, name: &str) {
    let (_, status, fix) = check(stage, name).await;
    assert_eq!((status.as_str(), fix), ("HEALTHY", None));
}

async fn an_integration_in_which_nothing_is_wrong_is_healthy(stage: &mut Stage) {
    // It has no campaign, and needs none.
    let health = stage.dashboard("integration-health").await;
    assert_eq!(health["status"], "HEALTHY");
    let checks = health["checks"].as_array().unwrap();
    let names: Vec<_> = checks.iter().map(|check| check["name"].clone()).collect();
    assert_eq!(
        json!(names),
        json!(["key", "pool", "webhooks", "recent_errors", "clock"])
    );
    for check in checks {
        assert_eq!(check["status"], "HEALTHY");
        assert_eq!(check["fix"], json!(null));
    }
}

async fn a_key_that_will_soon_expire_is_told(stage: &mut Stage) {
    let end = stage.now().plus_ms(20 * DAY_MS);
    stage.ours.keys = stage.limit_key(|key| key.expires_at = Some(end)).await;
    is_healthy(stage, "key").await;
    stage.pass_time(7 * DAY_MS);
    told(check(stage, "key").await, "DEGRADED", "new key");
}

async fn without_a_pool_that_can_pay_it_fails(stage: &mut Stage) {
    stage.begin_without_a_pool().await;
    told(check(stage, "pool").await, "FAILING", "operator");
    let pool_id = stage.add_pool(0, |_| {}).await;
    told(check(stage, "pool").await, "FAILING", "token-pools/request");
    stage.allocate(&pool_id, 1).await;
    is_healthy(stage, "pool").await;
}

async fn a_pool_that_runs_low_is_told(stage: &mut Stage) {
    let threshold = Some(shared::money::Tokens(100));
    stage
        .add_pool(99, |pool| pool.low_balance_threshold = threshold)
        .await;
    told(
        check(stage, "pool").await,
        "DEGRADED",
        "token-pools/request",
    );
}

/// Changes all webhooks behind the server's back.
async fn set_webhooks(stage: &Stage, change: &str) {
    let mut tx = stage.app().db.write().await.unwrap();
    let sql = AssertSqlSafe(format!("UPDATE webhooks SET {change}"));
    sqlx::query(sql).execute(&mut *tx).await.unwrap();
    tx.commit().await.unwrap();
}

async fn a_webhook_that_fails_is_told(stage: &mut Stage) {
    let sink = Sink::open().await;
    let hook = json!({ "url": sink.url, "eventTypes": ["campaign.ended"] });
    let made = stage
        .ours
        .signed_json("POST", "/v1/partner/webhooks", &hook);
    let made: Value = made.send().await.answer(201);
    is_healthy(stage, "webhooks").await;
    set_webhooks(stage, "failing_since = 1746876000000").await;
    let path = format!("{}/deliveries", made["id"].as_str().unwrap());
    told(check(stage, "webhooks").await, "DEGRADED", &path);
    set_webhooks(stage, "is_active = 0, disabled_at = 1746876000000").await;
    told(check(stage, "webhooks").await, "FAILING", "isActive");
    set_webhooks(stage, "failing_since = NULL, disabled_at = NULL").await;
    // One that the partner itself has stopped is no fault.
    is_healthy(stage, "webhooks").await;
}

async fn refuse(stage: &Stage) {
    let path = "/v1/partner/users/nobody";
    let refused = stage.ours.signed("GET", path).send().await;
    refused.refused(Code::UserNotFound);
}

async fn many_refused_calls_are_told(stage: &mut Stage) {
    for _ in 0..10 {
        refuse(stage).await;
    }
    let path = "GET /v1/partner/users/{externalId}";
    told(check(stage, "recent_errors").await, "FAILING", path);
    for _ in 0..12 {
        stage.dashboard("summary").await;
    }
    told(check(stage, "recent_errors").await, "DEGRADED", path);
    stage.pass_time(DAY_MS + HOUR_MS);
    is_healthy(stage, "recent_errors").await;
}

async fn a_few_refused_calls_are_no_reason_to_worry(stage: &mut Stage) {
    for _ in 0..9 {
        refuse(stage).await;
    }
    is_healthy(stage, "recent_errors").await;
}

/// A call that is signed so many seconds after the present.
async fn sign_ahead(stage: &Stage, seconds: i64) -> u16 {
    let timestamp = (stage.now().seconds() + seconds).to_string();
    let request = stage.ours.client.request("GET", "/v1/partner/users");
    let keys = &stage.ours.keys;
    let request = request.signed_at(&timestamp, &keys.secret, &keys.hmac_secret);
    request.send().await.status
}

async fn a_clock_that_is_off_is_told(stage: &mut Stage) {
    is_healthy(stage, "clock").await;
    assert_eq!(sign_ahead(stage, -29).await, 200);
    is_healthy(stage, "clock").await;
    assert_eq!(sign_ahead(stage, -200).await, 200);
    told(check(stage, "clock").await, "DEGRADED", "NTP");
    // As well where it is written down.
    stage.restart(|_| {}).await;
    told(check(stage, "clock").await, "DEGRADED", "NTP");
    assert_eq!(sign_ahead(stage, 400).await, 401);
    told(check(stage, "clock").await, "FAILING", "NTP");
    stage.restart(|_| {}).await;
    told(check(stage, "clock").await, "FAILING", "NTP");
    stage.pass_time(HOUR_MS + 1);
    is_healthy(stage, "clock").await;
    stage.restart(|_| {}).await;
    is_healthy(stage, "clock").await;
    // Without the secret anybody could say so.
    let timestamp = (stage.now().seconds() + 1_000).to_string();
    let request = stage.ours.client.request("GET", "/v1/partner/users");
    let request = request.signed_at(&timestamp, &stage.ours.keys.public, "none");
    request.send().await.refused(Code::TimestampOutOfRange);
    is_healthy(stage, "clock").await;
}
