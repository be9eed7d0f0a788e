//! `ordered`: events come in the order of their commits, retries included.

use crate::stage::{Message, Reaction, Sink, Stage};

on_both_databases! {
    events_come_in_the_order_of_their_commits,
    what_failed_comes_before_what_is_behind_it,
    what_has_failed_for_good_lets_the_others_pass,
}

fn users(messages: &[Message]) -> Vec<String> {
    let name = |message: &Message| {
        message.json()["data"]["externalUserId"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    messages.iter().map(name).collect()
}

async fn events_come_in_the_order_of_their_commits(stage: &mut Stage) {
    let sink = Sink::open().await;
    stage.users_webhook(&sink, true).await;
    let names: Vec<_> = (0..80).map(|number| format!("user-{number}")).collect();
    for name in &names {
        stage.user(name).await;
    }
    assert_eq!(users(&sink.received(80).await), names);
}

async fn what_failed_comes_before_what_is_behind_it(stage: &mut Stage) {
    let sink = Sink::open().await;
    sink.react(|number, _| {
        Reaction::Answer(if [1, 2, 4].contains(&number) {
            500
        } else {
            200
        })
    });
    stage.users_webhook(&sink, true).await;
    for name in ["a", "b", "c"] {
        stage.user(name).await;
    }
    for tried in [1, 2] {
        let due_at = stage.due_after(tried).await;
        let delivered = "deliveries WHERE status = 'DELIVERED'";
        assert_eq!(stage.count(delivered).await, 1);
        stage.pass_time(due_at - stage.now().0);
    }
    stage.until_deliveries("DELIVERED", 2).await;
    stage.pass_to_next_try(1).await;
    stage.until_deliveries("DELIVERED", 3).await;
    assert_eq!(users(&sink.messages()), ["a", "b", "b", "b", "c", "c"]);
}

async fn what_has_failed_for_good_lets_the_others_pass(stage: &mut Stage) {
    let sink = Sink::open().await;
    sink.react(|_, body| Reaction::Answer(if body.contains("\"a\"") { 500 } else { 200 }));
    stage.users_webhook(&sink, true).await;
    for name in ["a", "b"] {
        stage.user(name).await;
    }
    for tried in 1..10 {
        stage.pass_to_next_try(tried).await;
    }
    stage.until_deliveries("FAILED", 1).await;
    stage.until_deliveries("DELIVERED", 1).await;
    assert_eq!(users(&sink.messages()).last().unwrap(), "b");
}
