//! `ordered`: events of one user come in the order of their commits, retries
//! included, and those of others wait for nothing.

use std::collections::HashMap;
use std::sync::Mutex;

use serde_json::{Value, json};

use super::path_of;
use crate::stage::{Chance, MINUTE_MS, Message, Reaction, Sink, Stage, purchase, until};

on_both_databases! {
    events_of_one_user_come_in_the_order_of_their_commits,
    whoever_fails_half_the_time_keeps_the_order_of_each_user,
    what_failed_holds_up_its_own_users_and_nobody_else,
    what_has_failed_for_good_lets_the_others_pass,
    everything_about_one_gift_comes_in_order,
    a_test_and_a_retry_do_not_wait_for_others,
    what_waits_in_line_is_taken_over_by_the_next_process,
    a_webhook_that_becomes_ordered_is_so_from_then_on,
}

/// A webhook that is told of actions, in order.
async fn actions_webhook(stage: &Stage, sink: &Sink) -> Value {
    let body = json!({ "url": sink.url, "eventTypes": ["action.completed"], "ordered": true });
    stage.webhook(&body).await
}

/// Submits an action of these users under a key.
async fn act(stage: &Stage, key: &str, users: &[&str]) {
    let people: Vec<_> = users.iter().map(|user| ("CUSTOMER", *user)).collect();
    let act = purchase(key).amount("1").by(&people);
    assert_eq!(stage.submit(&act).await.status, 200);
}

/// The keys of the actions that were told, in the order in which they came.
fn keys(messages: &[Message]) -> Vec<String> {
    let key = |message: &Message| message.json()["data"]["idempotencyKey"].clone();
    let keys = messages.iter().map(key);
    keys.map(|key| key.as_str().unwrap().to_owned()).collect()
}

fn fails_for(key: &'static str) -> impl Fn(usize, &str) -> Reaction {
    let sample = format!("\"{key}\"");
    move |_, body| Reaction::Answer(if body.contains(&sample) { 500 } else { 200 })
}

async fn events_of_one_user_come_in_the_order_of_their_commits(stage: &mut Stage) {
    let sink = Sink::open().await;
    actions_webhook(stage, &sink).await;
    for number in 0..60 {
        let user = ["ada", "bob", "cyd"][number % 3];
        act(stage, &format!("{user}-{number:02}"), &[user]).await;
    }
    let came = keys(&sink.received(60).await);
    for user in ["ada", "bob", "cyd"] {
        let of_user: Vec<_> = came.iter().filter(|key| key.starts_with(user)).collect();
        assert_eq!(of_user.len(), 20);
        assert!(of_user.is_sorted(), "{of_user:?}");
    }
}

/// Actions of one or two of five users, by a seed.
async fn whoever_fails_half_the_time_keeps_the_order_of_each_user(stage: &mut Stage) {
    const USERS: [&str; 5] = ["a", "b", "c", "d", "e"];
    let sink = Sink::open().await;
    let chance = Mutex::new(Chance::seeded(3));
    sink.react(move |_, _| match chance.lock().unwrap().below(2) {
        0 => Reaction::Answer(500),
        _ => Reaction::Answer(200),
    });
    actions_webhook(stage, &sink).await;
    let mut chance = Chance::seeded(5);
    let mut users_of = HashMap::new();
    for number in 0..40 {
        let key = format!("{number:02}");
        let users = [USERS[chance.below(5)], USERS[chance.below(5)]];
        let users = if users[0] == users[1] {
            &users[..1]
        } else {
            &users
        };
        act(stage, &key, users).await;
        users_of.insert(key, users.to_vec());
    }
    until("40 deliveries", async || {
        let now = stage.now().0;
        let failed = "deliveries WHERE status = 'PENDING' AND tries > 0";
        let due = format!("{failed} AND due_at <= {now}");
        if stage.count(failed).await > 0 && stage.count(&due).await == 0 {
            stage.pass_time(MINUTE_MS);
        }
        stage.count("deliveries WHERE status = 'DELIVERED'").await == 40
    })
    .await;
    let came = keys(&sink.messages());
    assert!(came.len() > 50, "few have failed: {came:?}");
    for user in USERS {
        let is_of_user = |key: &&String| users_of[*key].contains(&user);
        let of_user: Vec<_> = came.iter().filter(is_of_user).collect();
        assert!(of_user.is_sorted(), "{user}: {of_user:?}");
    }
}

async fn what_failed_holds_up_its_own_users_and_nobody_else(stage: &mut Stage) {
    let sink = Sink::open().await;
    sink.react(fails_for("a-1"));
    actions_webhook(stage, &sink).await;
    for (key, users) in [
        ("a-1", &["a"][..]),
        ("b-1", &["b"]),
        ("a-c-2", &["c", "a"]),
        ("c-3", &["c"]),
        ("b-2", &["b"]),
    ] {
        act(stage, key, users).await;
    }
    stage.until_deliveries("DELIVERED", 2).await;
    let due_at = stage.due_after(1).await;
    let mut came = keys(&sink.messages());
    came.sort();
    assert_eq!(came, ["a-1", "b-1", "b-2"]);
    sink.answer(200);
    stage.pass_time(due_at - stage.now().0);
    stage.until_deliveries("DELIVERED", 5).await;
    assert_eq!(keys(&sink.messages())[3..], ["a-1", "a-c-2", "c-3"]);
}

async fn what_has_failed_for_good_lets_the_others_pass(stage: &mut Stage) {
    let sink = Sink::open().await;
    sink.react(fails_for("one"));
    actions_webhook(stage, &sink).await;
    for key in ["one", "two"] {
        act(stage, key, &["ada"]).await;
    }
    for tried in 1..10 {
        stage.pass_to_next_try(tried).await;
    }
    stage.until_deliveries("FAILED", 1).await;
    stage.until_deliveries("DELIVERED", 1).await;
    let came = keys(&sink.messages());
    assert_eq!(came[..10], ["one"; 10]);
    assert_eq!(came[10..], ["two"]);
}

/// Its donor is nobody's user until the reward.
async fn everything_about_one_gift_comes_in_order(stage: &mut Stage) {
    let sink = Sink::open().await;
    sink.react(|number, _| Reaction::Answer(if number == 0 { 500 } else { 200 }));
    let types = ["donation.created", "donation.completed", "action.completed"];
    stage
        .webhook(&json!({ "url": sink.url, "eventTypes": types, "ordered": true }))
        .await;
    let id = stage.create_link().await.partner_donation_id;
    stage.pay(&id, Some("ada@example.org")).await;
    stage.settled(&id).await;
    stage.pass_to_next_try(1).await;
    stage.until_deliveries("DELIVERED", 3).await;
    let came: Vec<_> = sink.messages().iter().map(Message::event_type).collect();
    assert_eq!(came[0], types[0]);
    assert_eq!(came[1..], types);
}

async fn a_test_and_a_retry_do_not_wait_for_others(stage: &mut Stage) {
    let sink = Sink::open().await;
    let webhook = actions_webhook(stage, &sink).await;
    act(stage, "done", &["bob"]).await;
    stage.until_deliveries("DELIVERED", 1).await;
    let done = stage.deliveries(&webhook, "").await.remove(0);
    sink.react(fails_for("stuck"));
    act(stage, "stuck", &["ada"]).await;
    act(stage, "waits", &["ada"]).await;
    stage.due_after(1).await;
    let test = format!("{}/test", path_of(&webhook));
    let again = format!(
        "{}/deliveries/{}/retry",
        path_of(&webhook),
        done["id"].as_str().unwrap()
    );
    for path in [test, again] {
        let asked = stage.ours.signed("POST", &path).send().await;
        assert_eq!(asked.status, 202);
    }
    stage.until_deliveries("DELIVERED", 2).await;
    let pending = "deliveries WHERE status = 'PENDING'";
    assert_eq!(stage.count(pending).await, 2);
    let came = sink.messages();
    let tests = came.iter().filter(|one| one.event_type() == "webhook.test");
    assert_eq!(tests.count(), 1);
    let again = came.iter().filter(|one| one.body.contains("\"done\""));
    assert_eq!(again.count(), 2);
}

async fn what_waits_in_line_is_taken_over_by_the_next_process(stage: &mut Stage) {
    let sink = Sink::open().await;
    sink.answer(500);
    actions_webhook(stage, &sink).await;
    for key in ["a-1", "a-2", "a-3"] {
        act(stage, key, &["ada"]).await;
    }
    let due_at = stage.due_after(1).await;
    stage.until_count("deliveries", 3).await;
    stage.restart(|_| {}).await;
    sink.answer(200);
    act(stage, "b-1", &["bob"]).await;
    stage.until_deliveries("DELIVERED", 1).await;
    assert_eq!(keys(&sink.messages()), ["a-1", "b-1"]);
    stage.pass_time(due_at - stage.now().0);
    stage.until_deliveries("DELIVERED", 4).await;
    assert_eq!(keys(&sink.messages()), ["a-1", "b-1", "a-1", "a-2", "a-3"]);
}

async fn a_webhook_that_becomes_ordered_is_so_from_then_on(stage: &mut Stage) {
    let sink = Sink::open().await;
    sink.react(fails_for("a-1"));
    let webhook = actions_webhook(stage, &sink).await;
    stage
        .changed_webhook(&webhook, json!({ "ordered": false }))
        .await;
    act(stage, "a-1", &["ada"]).await;
    act(stage, "a-2", &["ada"]).await;
    stage.until_deliveries("DELIVERED", 1).await;
    stage.due_after(1).await;
    stage
        .changed_webhook(&webhook, json!({ "ordered": true }))
        .await;
    act(stage, "a-3", &["ada"]).await;
    act(stage, "b-1", &["bob"]).await;
    stage.until_deliveries("DELIVERED", 2).await;
    sink.answer(200);
    stage.pass_to_next_try(1).await;
    stage.until_deliveries("DELIVERED", 4).await;
    let came = keys(&sink.messages());
    assert_eq!(came[2..], ["b-1", "a-1", "a-3"]);
}
