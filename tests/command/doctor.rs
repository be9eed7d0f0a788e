//! `giving doctor`: what is wrong, and how to put it right.

use serde_json::{Value, json};
use shared::Scope;

use crate::stage::{Ended, Giving, HOUR_MS, Keys, Stage};

on_both_databases! {
    a_partner_that_is_ready_passes_every_check,
    a_server_that_is_not_there_is_said,
    what_is_wrong_with_a_key_is_told_apart,
    a_clock_that_is_off_is_said,
    a_key_that_may_not_reward_is_said,
    a_pool_that_cannot_pay_is_said,
    a_webhook_that_was_disabled_is_said,
}

/// The doctor, with these keys, asked for JSON.
fn examine(stage: &Stage, keys: &Keys) -> Ended {
    let file = json!({
        "baseUrl": stage.app().base_url, "publicKey": keys.public,
        "secretKey": keys.secret, "hmacSecret": keys.hmac_secret,
    });
    std::fs::write(stage.directory().join("keys.json"), file.to_string()).unwrap();
    Giving::on(stage, &["doctor", "--json", "--credentials", "keys.json"]).run()
}

/// The one check that fails; those before it are well.
#[track_caller]
fn failing(ended: &Ended) -> (String, String) {
    assert_eq!(ended.code, Some(1), "{ended:?}");
    let report: Value = serde_json::from_str(&ended.output).unwrap();
    assert_eq!(report["status"], "FAILING");
    let checks = report["checks"].as_array().unwrap();
    let failing: Vec<&Value> = checks
        .iter()
        .filter(|check| check["status"] == "FAILING")
        .collect();
    let [check] = failing.as_slice() else {
        panic!("{report:#}");
    };
    assert!(!check["fix"].as_str().unwrap().is_empty());
    let text = |name: &str| check[name].as_str().unwrap().to_owned();
    (text("name"), text("message"))
}

async fn a_partner_that_is_ready_passes_every_check(stage: &mut Stage) {
    stage.turn_to_the_present();
    let before = stage.row_counts().await;
    let ended = examine(stage, &stage.ours.keys);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let report: Value = ended.json();
    assert_eq!(report["status"], "HEALTHY", "{report:#}");
    let checks = report["checks"].as_array().unwrap();
    let names: Vec<_> = checks
        .iter()
        .map(|check| check["name"].as_str().unwrap())
        .collect();
    let first = [
        "credentials",
        "server",
        "publishable key",
        "secret key",
        "timestamp",
        "signature",
        "scopes",
    ];
    assert_eq!(names[..7], first);
    let told = ["key", "pool", "webhooks", "recent errors", "clock"];
    assert_eq!(names[7..], told);
    let plain = ["doctor", "--credentials", "keys.json"];
    let shown = Giving::on(stage, &plain).run().succeeded();
    assert!(shown.contains("ok    pool"), "{shown}");
    assert!(!shown.contains(&stage.ours.keys.hmac_secret));
    assert!(!shown.contains(&stage.ours.keys.secret));
    // It looks, and changes nothing.
    assert_eq!(stage.row_counts().await, before);
}

async fn a_server_that_is_not_there_is_said(stage: &mut Stage) {
    let file = json!({
        "baseUrl": "http://127.0.0.1:1", "publicKey": "pk_test_0", "secretKey": "sk_test_0", "hmacSecret": "0",
    });
    std::fs::write(stage.directory().join("keys.json"), file.to_string()).unwrap();
    let ended = Giving::on(stage, &["doctor", "--json", "--credentials", "keys.json"]).run();
    assert_eq!(failing(&ended).0, "server");
    let ended = Giving::on(stage, &["doctor", "--json", "--credentials", "none.json"]).run();
    assert_eq!(failing(&ended).0, "credentials");
    let widget_only = json!({ "publicKey": "pk_test_0", "hmacSecret": "0" });
    std::fs::write(stage.directory().join("keys.json"), widget_only.to_string()).unwrap();
    let ended = Giving::on(stage, &["doctor", "--json", "--credentials", "keys.json"]).run();
    assert_eq!(failing(&ended).0, "credentials");
}

async fn what_is_wrong_with_a_key_is_told_apart(stage: &mut Stage) {
    stage.turn_to_the_present();
    let mut keys = Keys {
        hmac_secret: stage.theirs.keys.hmac_secret.clone(),
        ..stage.ours.keys.clone()
    };
    let (name, message) = failing(&examine(stage, &keys));
    assert_eq!(name, "signature");
    assert!(message.starts_with("INVALID_SIGNATURE"), "{message}");
    keys.secret = format!("sk_test_{}", "0".repeat(64));
    assert_eq!(failing(&examine(stage, &keys)).0, "secret key");
    let mut keys = stage.ours.keys.clone();
    keys.public = format!("pk_test_{}", "0".repeat(64));
    assert_eq!(failing(&examine(stage, &keys)).0, "publishable key");
}

async fn a_clock_that_is_off_is_said(stage: &mut Stage) {
    stage.turn_to_the_present();
    stage.pass_time(HOUR_MS);
    let (name, message) = failing(&examine(stage, &stage.ours.keys));
    assert_eq!(name, "timestamp");
    assert!(message.starts_with("TIMESTAMP_OUT_OF_RANGE"), "{message}");
}

async fn a_key_that_may_not_reward_is_said(stage: &mut Stage) {
    stage.turn_to_the_present();
    let keys = stage
        .limit_key(|key| key.scopes = Some(vec![Scope::UsersRead, Scope::ConfigRead]))
        .await;
    let (name, message) = failing(&examine(stage, &keys));
    assert_eq!(name, "scopes");
    assert!(
        message.contains("actions:write") && !message.contains("users:read"),
        "{message}"
    );
}

async fn a_pool_that_cannot_pay_is_said(stage: &mut Stage) {
    stage.turn_to_the_present();
    stage.begin_without_a_pool().await;
    let (name, message) = failing(&examine(stage, &stage.ours.keys));
    assert_eq!(name, "pool");
    assert!(message.starts_with("There is no token pool"), "{message}");
    stage.add_pool(0, |_| {}).await;
    let (name, message) = failing(&examine(stage, &stage.ours.keys));
    assert_eq!(name, "pool");
    assert!(message.starts_with("No token pool is active"), "{message}");
}

async fn a_webhook_that_was_disabled_is_said(stage: &mut Stage) {
    stage.turn_to_the_present();
    let body = json!({ "url": "https://example.org/hooks", "receiveAllEvents": true });
    let made = stage
        .ours
        .signed_json("POST", "/v1/partner/webhooks", &body)
        .send()
        .await;
    assert_eq!(made.status, 201);
    assert_eq!(examine(stage, &stage.ours.keys).code, Some(0));
    stage
        .change_rows("UPDATE webhooks SET is_active = 0, disabled_at = 1, failing_since = 1")
        .await;
    let (name, message) = failing(&examine(stage, &stage.ours.keys));
    assert_eq!(name, "webhooks");
    assert!(message.contains("was disabled"), "{message}");
}
