//! `GET /v1/partner/dashboard/api-usage`: the calls that were made.

use futures_util::future::join_all;
use serde_json::{Value, json};
use shared::Code;
use shared::config::GetConfig;
use shared::user::ListUsers;

use crate::stage::{DAY_MS, Giving, HOUR_MS, Stage};

on_both_databases! {
    calls_are_counted_by_endpoint,
    a_call_that_nobody_has_proven_to_make_counts_for_nobody,
    a_call_over_the_limit_is_an_error,
    one_day_and_two_are_shown_by_the_hour,
    more_days_are_shown_by_the_day,
    a_shutdown_loses_nothing,
    a_kill_loses_nothing_that_was_written_down,
    what_another_process_counted_is_shown,
    nothing_is_lost_or_doubled_while_it_is_written_down,
    old_counts_are_removed,
}

async fn calls_are_counted_by_endpoint(stage: &mut Stage) {
    stage.ours.call(&ListUsers::default()).await;
    stage.ours.call(&ListUsers::default()).await;
    for user in ["ada", "eve"] {
        let path = format!("/v1/partner/users/{user}");
        let missing = stage.ours.signed("GET", &path).send().await;
        missing.refused(Code::UserNotFound);
    }
    let refused = stage.ours.signed("GET", "/v1/partner/users?limit=0");
    refused.send().await.refused_field("limit");
    stage.ours.call(&GetConfig {}).await;
    let of = |path: &str, requests: i64, errors: i64| {
        json!({
            "method": "GET", "path": path, "requests": requests, "errors": errors,
            "p50Ms": 0.25, "p95Ms": 0.25, "p99Ms": 0.25,
        })
    };
    let used = stage.dashboard("api-usage").await;
    let expected = json!([
        of("/v1/partner/users", 3, 1),
        of("/v1/partner/users/{externalId}", 2, 2),
        of("/v1/partner/config", 1, 0),
    ]);
    assert_eq!(used["byEndpoint"], expected);
    // The time of these tests stands still while a call is answered.
    assert_eq!((&used["requests"], &used["errors"]), (&json!(6), &json!(3)));
    assert_eq!(used["p99Ms"], 0.25);
    let again = stage.dashboard("api-usage").await;
    assert_eq!(again["requests"], 7);
    assert_eq!(stage.theirs_used().await["byEndpoint"], json!([]));
}

impl Stage {
    async fn theirs_used(&self) -> Value {
        let path = "/v1/partner/dashboard/api-usage";
        self.theirs.signed("GET", path).send().await.answer(200)
    }
}

async fn a_call_that_nobody_has_proven_to_make_counts_for_nobody(stage: &mut Stage) {
    let unsigned = stage.ours.client.request("GET", "/v1/partner/users");
    let unsigned = unsigned.header("x-partner-key", &stage.ours.keys.public);
    unsigned.send().await.refused(Code::MissingAuthHeaders);
    let forged = stage.ours.signed("GET", "/v1/partner/users");
    let forged = forged.header("x-signature", &"0".repeat(64));
    forged.send().await.refused(Code::InvalidSignature);
    let used = stage.dashboard("api-usage").await;
    assert_eq!(used["requests"], 0);
    assert_eq!(used["p50Ms"], json!(null));
}

async fn a_call_over_the_limit_is_an_error(stage: &mut Stage) {
    stage
        .restart(|settings| settings.rate_limit_standard = 1)
        .await;
    stage.ours.call(&ListUsers::default()).await;
    let refused = stage.ours.ask(&ListUsers::default()).await;
    refused.refused(Code::RateLimited);
    stage.restart(|_| {}).await;
    let used = stage.dashboard("api-usage").await;
    assert_eq!((&used["requests"], &used["errors"]), (&json!(2), &json!(1)));
}

/// The spans of a report that have a request, each with how many.
fn busy(used: &Value) -> Vec<(String, i64)> {
    let spans = used["byTime"].as_array().unwrap().iter();
    let read = |span: &Value| {
        let start = span["start"].as_str().unwrap().to_owned();
        (start, span["requests"].as_i64().unwrap())
    };
    spans
        .map(read)
        .filter(|(_, requests)| *requests > 0)
        .collect()
}

fn spans(used: &Value) -> usize {
    used["byTime"].as_array().unwrap().len()
}

async fn one_day_and_two_are_shown_by_the_hour(stage: &mut Stage) {
    stage.ours.call(&ListUsers::default()).await;
    stage.pass_time(2 * HOUR_MS);
    stage.ours.call(&ListUsers::default()).await;
    stage.ours.call(&ListUsers::default()).await;
    let used = stage.dashboard("api-usage").await;
    let at = |time: &str, requests| (time.to_owned(), requests);
    let expected = [
        at("2025-05-10T11:00:00.000Z", 1),
        at("2025-05-10T13:00:00.000Z", 2),
    ];
    assert_eq!(busy(&used), expected);
    assert_eq!(spans(&used), 14);
    // The next day, 11:20.
    stage.pass_time(22 * HOUR_MS);
    let used = stage.dashboard("api-usage?days=1").await;
    assert_eq!((busy(&used).len(), spans(&used)), (0, 12));
    let used = stage.dashboard("api-usage?days=2").await;
    assert_eq!((busy(&used).len(), spans(&used)), (3, 36));
}

async fn more_days_are_shown_by_the_day(stage: &mut Stage) {
    stage.ours.call(&ListUsers::default()).await;
    stage.pass_time(2 * DAY_MS);
    stage.ours.call(&ListUsers::default()).await;
    let at = |time: &str, requests| (time.to_owned(), requests);
    let expected = [
        at("2025-05-10T00:00:00.000Z", 1),
        at("2025-05-12T00:00:00.000Z", 1),
    ];
    let used = stage.dashboard("api-usage?days=3").await;
    assert_eq!((busy(&used), spans(&used)), (expected.to_vec(), 3));
    stage.restart(|_| {}).await;
    let used = stage.dashboard("api-usage?days=90").await;
    let expected = [expected[0].clone(), at("2025-05-12T00:00:00.000Z", 2)];
    assert_eq!((busy(&used), spans(&used)), (expected.to_vec(), 90));
}

async fn a_shutdown_loses_nothing(stage: &mut Stage) {
    for round in 1..=3 {
        for _ in 0..5 {
            stage.ours.call(&ListUsers::default()).await;
        }
        stage.restart(|_| {}).await;
        let count = format!("usage WHERE span = 'hour' AND requests = {}", round * 5);
        assert_eq!(stage.count(&count).await, 1);
    }
}

async fn a_kill_loses_nothing_that_was_written_down(stage: &mut Stage) {
    stage.turn_to_the_present();
    let giving = Giving::on(stage, &["serve", "--listen", "127.0.0.1:0"]).serve();
    let ours = stage.ours.client.clone();
    stage.call_at(&giving.base_url);
    for _ in 0..20 {
        stage.ours.call(&ListUsers::default()).await;
    }
    let written = "usage WHERE span = 'day' AND path = '/v1/partner/users' AND requests = 20";
    stage.until_count(written, 1).await;
    drop(giving);
    stage.ours.client = ours;
    // The hour, and so the day, may have changed meanwhile.
    let used = stage.dashboard("api-usage?days=2").await;
    assert_eq!(used["requests"], 20);
}

async fn what_another_process_counted_is_shown(stage: &mut Stage) {
    let another = stage.start_another().await;
    let client = stage.client_of(&another);
    for client in [&stage.ours.client, &client, &client] {
        let asked = client.prepare(&stage.ours.keys, &ListUsers::default());
        assert_eq!(asked.send().await.status, 200);
    }
    another.stop().await;
    let used = stage.dashboard("api-usage").await;
    assert_eq!(used["requests"], 3);
    assert_eq!(used["byEndpoint"].as_array().unwrap().len(), 1);
}

async fn nothing_is_lost_or_doubled_while_it_is_written_down(stage: &mut Stage) {
    let (usage, db) = (stage.app().usage.clone(), stage.app().db.clone());
    let mut made = 0;
    for _ in 0..20 {
        let call = ListUsers::default();
        let calls = (0..5).map(|_| stage.ours.call(&call));
        join_all(calls).await;
        made += 5;
        let (written, used) = tokio::join!(usage.flush(&db), stage.dashboard("api-usage"));
        written.unwrap();
        assert_eq!(used["requests"], made);
        made += 1;
    }
}

async fn old_counts_are_removed(stage: &mut Stage) {
    stage.ours.call(&ListUsers::default()).await;
    stage.rewarded(&crate::stage::purchase("one")).await;
    stage.fold().await;
    stage.restart(|_| {}).await;
    let counts = async |stage: &Stage| {
        let prune = server::worker::prune::pass(stage.app());
        prune.await.unwrap();
        [
            stage.count("usage WHERE span = 'hour'").await,
            stage.count("usage WHERE span = 'day'").await,
            stage.count("user_days").await,
            stage.count("rate_hours").await,
        ]
    };
    assert_eq!(counts(stage).await, [2, 2, 1, 1]);
    stage.pass_time(3 * DAY_MS);
    assert_eq!(counts(stage).await, [2, 2, 1, 0]);
    stage.pass_time(DAY_MS);
    assert_eq!(counts(stage).await, [0, 2, 1, 0]);
    stage.pass_time(87 * DAY_MS);
    assert_eq!(counts(stage).await, [0, 2, 1, 0]);
    stage.pass_time(DAY_MS);
    assert_eq!(counts(stage).await, [0, 0, 0, 0]);
}
