//! `giving listen` and `giving trigger`: events on a developer's laptop.

use std::thread;

use serde_json::{Value, json};
use standardwebhooks::Webhook;

use crate::stage::{Giving, Sink, Stage};

on_both_databases! {
    events_are_printed_and_handed_on_as_they_happen,
    a_sample_of_each_type_can_be_made,
    what_cannot_be_made_is_refused_in_words,
}

/// The program, with our keys for the stage's server.
fn giving(stage: &Stage, arguments: &[&str]) -> Giving {
    stage.turn_to_the_present();
    let keys = &stage.ours.keys;
    let credentials = json!({
        "baseUrl": stage.app().base_url, "publicKey": keys.public, "secretKey": keys.secret,
        "hmacSecret": keys.hmac_secret,
    });
    let file = stage.directory().join("credentials.json");
    std::fs::write(&file, credentials.to_string()).unwrap();
    let file = file.to_str().unwrap();
    Giving::new(
        stage.directory(),
        &[arguments, &["--credentials", file]].concat(),
    )
}

async fn events_are_printed_and_handed_on_as_they_happen(stage: &mut Stage) {
    let sink = Sink::open().await;
    stage.user("before").await;
    let arguments = [
        "listen",
        "--forward-to",
        &sink.url,
        "--events",
        "user.created,campaign.ended",
        "--count",
        "2",
    ];
    let listening = giving(stage, &arguments);
    let listening = thread::spawn(|| listening.run());
    stage.until_somebody_waits().await;
    stage.create_link().await;
    stage.user("ada").await;
    sink.received(1).await;
    stage.user("bob").await;
    let messages = sink.received(2).await;
    let output = listening.join().unwrap().succeeded();
    let lines: Vec<_> = output.lines().collect();
    assert_eq!(lines[1..], [messages[0].body.as_str(), &messages[1].body]);
    assert_eq!(messages[1].json()["data"]["externalUserId"], "bob");
    let (_, secret) = lines[0].rsplit_once(' ').unwrap();
    let verifier = Webhook::new(secret).unwrap();
    let headers = messages[0].header_map();
    verifier
        .verify(messages[0].body.as_bytes(), &headers)
        .unwrap();
}

async fn a_sample_of_each_type_can_be_made(stage: &mut Stage) {
    let sink = Sink::open().await;
    stage.webhook_at(&sink).await;
    for name in [
        "user.created",
        "action.completed",
        "action.failed",
        "action.reversed",
        "transaction.completed",
        "campaign.started",
        "campaign.paused",
        "campaign.ended",
        "donation.created",
        "donation.completed",
        "webhook.test",
    ] {
        let before = stage.events_of(name).await.len();
        let made: Value = giving(stage, &["trigger", name]).run().json();
        assert!(made.is_object(), "{name}: {made}");
        assert_eq!(stage.events_of(name).await.len(), before + 1, "{name}");
    }
}

async fn what_cannot_be_made_is_refused_in_words(stage: &mut Stage) {
    giving(stage, &["trigger", "webhook.test"])
        .run()
        .failed(&["no webhook"]);
    for (name, how) in [
        ("token_pool.allocated", "giving pools allocate"),
        ("token_pool.low_balance", "low-balance threshold"),
        ("token_pool.depleted", "use up a pool"),
        ("donation.failed", "outside provider"),
        ("donation.expired", "the time of a link"),
        ("donation.refunded", "gives it back"),
    ] {
        let ended = giving(stage, &["trigger", name]).run();
        ended.failed(&[name, how]);
    }
    let ended = giving(stage, &["trigger", "user.vanished"]).run();
    assert_eq!(ended.code, Some(2));
    assert!(ended.error.contains("user.created"), "{}", ended.error);
}
