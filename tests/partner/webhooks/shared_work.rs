//! Several processes on one database share the work, and take over from one that
//! was killed.

use std::collections::BTreeSet;

use serde_json::json;

use crate::stage::{Chance, Client, Giving, Message, Serving, Sink, Stage};

on_both_databases! {
    what_was_acknowledged_before_a_kill_is_delivered_after_it,
    two_processes_deliver_everything_once,
    a_process_takes_over_from_one_that_stopped,
}

const KILLS: u64 = 20;
const USERS: usize = 8;

fn serve(stage: &Stage) -> Serving {
    Giving::on(stage, &["serve", "--listen", "127.0.0.1:0"])
        .set("GIVING_ALLOW_LOOPBACK_WEBHOOKS", "true")
        .set("GIVING_RATE_LIMIT_STANDARD", "1000000")
        .serve()
}

fn ids(messages: &[Message]) -> BTreeSet<String> {
    messages.iter().map(Message::event_id).collect()
}

async fn what_was_acknowledged_before_a_kill_is_delivered_after_it(stage: &mut Stage) {
    let sink = Sink::open().await;
    stage.users_webhook(&sink, false).await;
    stage.stop().await;
    // The program's clock is the system's.
    stage.turn_to_the_present();
    for seed in 0..KILLS {
        let giving = serve(stage);
        stage.call_at(&giving.base_url);
        let mut chance = Chance::seeded(seed);
        for number in 0..=chance.below(USERS) {
            stage.user(&format!("user-{seed}-{number}")).await;
        }
        if chance.below(2) == 0 {
            // Killed while it delivers.
            let before = sink.messages().len();
            sink.received(before.max(1)).await;
        }
        drop(giving);
    }
    stage.restart(|_| {}).await;
    stage.pass_leases().await;
    let told: BTreeSet<String> = stage.event_ids("user.created").await.into_iter().collect();
    sink.until(|messages| ids(messages).is_superset(&told))
        .await;
    assert_eq!(ids(&sink.messages()), told);
}

/// Makes a user through a server, which is an event.
async fn user_at(stage: &Stage, client: &Client, name: &str) {
    let request = client.request("POST", "/v1/partner/users");
    let request = request.json(&json!({ "externalUserId": name }));
    let keys = &stage.ours.keys;
    let made = request.signed(&keys.secret, &keys.hmac_secret).send().await;
    assert_eq!(made.status, 201);
}

async fn two_processes_deliver_everything_once(stage: &mut Stage) {
    let another = stage.start_another().await;
    let clients = [stage.ours.client.clone(), stage.client_of(&another)];
    let mut sinks = Vec::new();
    for _ in 0..5 {
        let sink = Sink::open().await;
        stage.users_webhook(&sink, false).await;
        sinks.push(sink);
    }
    for number in 0..40 {
        let client = &clients[number % 2];
        user_at(stage, client, &format!("user-{number}")).await;
    }
    stage.until_deliveries("DELIVERED", 200).await;
    for sink in &sinks {
        assert_eq!(
            (ids(&sink.messages()).len(), sink.messages().len()),
            (40, 40)
        );
    }
    another.stop().await;
}

async fn a_process_takes_over_from_one_that_stopped(stage: &mut Stage) {
    let sink = Sink::open().await;
    stage.users_webhook(&sink, true).await;
    let another = stage.start_another().await;
    let client = stage.client_of(&another);
    user_at(stage, &client, "a").await;
    sink.received(1).await;
    stage.stop().await;
    user_at(stage, &client, "b").await;
    sink.received(2).await;
    another.stop().await;
    stage.restart(|_| {}).await;
    stage.user("c").await;
    sink.received(3).await;
}
