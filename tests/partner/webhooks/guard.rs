//! Nothing is delivered inward, whatever a name stands for at the moment.

use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use crate::stage::{Sink, Stage};

on_both_databases! {
    a_name_that_turns_inward_is_refused_at_the_second_attempt,
    one_inward_address_among_others_is_enough,
    plain_http_goes_to_this_machine_only,
    a_name_without_an_address_is_a_failure,
    an_allowed_address_is_judged_anew_when_it_no_longer_is,
}

/// Has every name of the stage's server stand for the addresses, the last of
/// them from then on.
fn resolve(stage: &Stage, answers: &[&[&str]]) {
    let answers: Vec<Vec<IpAddr>> = answers
        .iter()
        .map(|answer| {
            answer
                .iter()
                .map(|address| address.parse().unwrap())
                .collect()
        })
        .collect();
    let asked = AtomicUsize::new(0);
    stage.app().courier.look_up_by(Box::new(move |_| {
        let number = asked.fetch_add(1, Ordering::SeqCst);
        answers[number.min(answers.len() - 1)].clone()
    }));
}

/// A webhook at a name, which leads to the sink if the name leads here.
async fn named(stage: &Stage, sink: &Sink, name: &str) -> Value {
    let url = sink.url.replace("127.0.0.1", name);
    let body = json!({ "url": url, "eventTypes": ["user.created"] });
    stage.webhook(&body).await
}

async fn tried(stage: &Stage, webhook: &Value, attempts: i64) -> Value {
    let tried = format!("deliveries WHERE status = 'PENDING' AND attempts = {attempts}");
    stage.until_count(&tried, 1).await;
    stage.deliveries(webhook, "?status=PENDING").await.remove(0)
}

async fn a_name_that_turns_inward_is_refused_at_the_second_attempt(stage: &mut Stage) {
    let sink = Sink::open().await;
    resolve(stage, &[&["127.0.0.1"], &["10.0.0.1"]]);
    sink.answer(500);
    let webhook = named(stage, &sink, "hooks.localhost").await;
    stage.user("ada").await;
    assert_eq!(
        tried(stage, &webhook, 1).await["lastResponse"]["status"],
        500
    );
    stage.pass_time(10_000);
    let second = tried(stage, &webhook, 2).await;
    assert_eq!(second["lastResponse"]["status"], Value::Null);
    let why = second["lastResponse"]["bodyStart"].as_str().unwrap();
    assert!(why.contains("private"), "{why}");
    assert_eq!(sink.messages().len(), 1);
}

async fn one_inward_address_among_others_is_enough(stage: &mut Stage) {
    let sink = Sink::open().await;
    resolve(stage, &[&["127.0.0.1", "fd00:ec2::254"]]);
    let webhook = named(stage, &sink, "hooks.localhost").await;
    stage.user("ada").await;
    assert_eq!(
        tried(stage, &webhook, 1).await["lastResponse"]["status"],
        Value::Null
    );
    assert!(sink.messages().is_empty());
}

async fn plain_http_goes_to_this_machine_only(stage: &mut Stage) {
    let sink = Sink::open().await;
    resolve(stage, &[&["1.1.1.1"]]);
    let webhook = named(stage, &sink, "hooks.localhost").await;
    stage.user("ada").await;
    assert_eq!(
        tried(stage, &webhook, 1).await["lastResponse"]["status"],
        Value::Null
    );
}

async fn a_name_without_an_address_is_a_failure(stage: &mut Stage) {
    let sink = Sink::open().await;
    resolve(stage, &[&[]]);
    let webhook = named(stage, &sink, "hooks.localhost").await;
    stage.user("ada").await;
    let first = tried(stage, &webhook, 1).await;
    assert_eq!(
        first["lastResponse"]["bodyStart"],
        "the name has no address"
    );
}

/// What was allowed when it was registered need not be allowed any more.
async fn an_allowed_address_is_judged_anew_when_it_no_longer_is(stage: &mut Stage) {
    let sink = Sink::open().await;
    let webhook = stage.users_webhook(&sink, false).await;
    stage
        .restart(|settings| settings.allow_loopback_webhooks = false)
        .await;
    stage.user("ada").await;
    assert_eq!(
        tried(stage, &webhook, 1).await["lastResponse"]["status"],
        Value::Null
    );
    assert!(sink.messages().is_empty());
}
