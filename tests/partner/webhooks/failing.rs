//! Receivers that fail: each delivery is tried by its schedule, under one id and
//! with one body, until it succeeds or has failed for good.

use std::collections::HashMap;
use std::sync::Mutex;

use serde_json::{Value, json};

use crate::stage::{Chance, DAY_MS, HOUR_MS, MINUTE_MS, Reaction, Sink, Stage, until};

on_both_databases! {
    a_delivery_is_tried_ten_times_and_then_has_failed,
    a_receiver_that_recovers_gets_the_same_again,
    a_receiver_that_fails_at_random_gets_everything,
    retry_after_is_honoured,
    a_redirect_is_a_failure_and_is_not_followed,
    a_connection_that_breaks_is_a_failure,
    a_receiver_that_never_answers_has_failed,
    a_large_answer_is_read_to_a_kibibyte,
    a_receiver_that_is_gone_is_told_no_more,
    five_days_of_failure_disable_a_webhook_until_it_is_set_going,
    health_tells_how_well_webhooks_are_received,
}

/// The times between attempts, without their spread.
const WAITS_MS: [i64; 9] = [
    5_000,
    5 * MINUTE_MS,
    30 * MINUTE_MS,
    2 * HOUR_MS,
    5 * HOUR_MS,
    10 * HOUR_MS,
    14 * HOUR_MS,
    20 * HOUR_MS,
    24 * HOUR_MS,
];

async fn a_delivery_is_tried_ten_times_and_then_has_failed(stage: &mut Stage) {
    let sink = Sink::open().await;
    sink.answer(500);
    let webhook = stage.users_webhook(&sink, false).await;
    stage.user("ada").await;
    for (tried, wait) in (1..).zip(WAITS_MS) {
        sink.received(tried).await;
        let due_at = stage.due_after(tried).await;
        let waits = due_at - stage.now().0;
        assert!((waits - wait).abs() <= wait / 10, "after {tried}: {waits}");
        let shown = stage
            .deliveries(&webhook, "?status=PENDING")
            .await
            .remove(0);
        assert_eq!(shown["attempts"], tried);
        assert_eq!(shown["nextRetryAt"], json!(stage.now().plus_ms(waits)));
        assert_eq!(shown["lastResponse"]["status"], 500);
        // Not a moment too early.
        stage.pass_time(waits - 1);
        assert_eq!(sink.messages().len(), tried);
        stage.pass_time(1);
    }
    let messages = sink.received(10).await;
    stage.until_deliveries("FAILED", 1).await;
    let first = &messages[0];
    for message in &messages {
        assert_eq!(message.body, first.body);
        assert_eq!(message.headers["webhook-id"], first.headers["webhook-id"]);
    }
    let fresh = messages
        .iter()
        .map(|message| &message.headers["x-sir-timestamp"]);
    assert!(
        fresh.is_sorted()
            && messages[8].headers["x-sir-timestamp"] != first.headers["x-sir-timestamp"]
    );
    assert_ne!(
        messages[9].headers["x-sir-signature"],
        first.headers["x-sir-signature"]
    );
    stage.pass_time(30 * DAY_MS - 1);
    stage.user("bob").await;
    sink.received(11).await;
    assert_eq!(sink.of_event(&first.event_id()).len(), 10);
}

async fn a_receiver_that_recovers_gets_the_same_again(stage: &mut Stage) {
    let sink = Sink::open().await;
    sink.react(|number, _| Reaction::Answer(if number < 2 { 503 } else { 204 }));
    let webhook = stage.users_webhook(&sink, false).await;
    stage.user("ada").await;
    stage.pass_to_next_try(1).await;
    assert!(stage.seen_webhook(&webhook).await["failingSince"].is_string());
    stage.pass_to_next_try(2).await;
    sink.received(3).await;
    stage.until_deliveries("DELIVERED", 1).await;
    let shown = stage.deliveries(&webhook, "").await.remove(0);
    assert_eq!(
        (&shown["attempts"], &shown["lastResponse"]["status"]),
        (&json!(3), &json!(204))
    );
    assert_eq!(
        stage.seen_webhook(&webhook).await["failingSince"],
        Value::Null
    );
}

/// Three of ten attempts fail, each in one of four ways, by a seed.
async fn a_receiver_that_fails_at_random_gets_everything(stage: &mut Stage) {
    let sink = Sink::open().await;
    let chance = Mutex::new(Chance::seeded(7));
    sink.react(move |_, _| {
        let mut chance = chance.lock().unwrap();
        match (chance.below(10), chance.below(4)) {
            (3.., _) => Reaction::Answer(200),
            (_, 0) => Reaction::Reset,
            (_, 1) => Reaction::AnswerWith(429, "retry-after: 2".to_owned()),
            (_, 2) => Reaction::AnswerWith(301, "location: http://10.0.0.1/".to_owned()),
            (_, _) => Reaction::Answer(500),
        }
    });
    stage.users_webhook(&sink, false).await;
    for number in 0..60 {
        stage.user(&format!("user-{number}")).await;
    }
    let failed = "deliveries WHERE attempts > 0 AND status = 'PENDING'";
    until("60 deliveries", async || {
        // Time passes when all that was due has been tried.
        let due = format!(
            "deliveries WHERE status = 'PENDING' AND (due_at <= {} OR attempts = 0)",
            stage.now().0
        );
        if stage.count(failed).await > 0 && stage.count(&due).await == 0 {
            stage.pass_time(MINUTE_MS);
        }
        stage.count("deliveries WHERE status = 'DELIVERED'").await >= 60
    })
    .await;
    let mut succeeded: HashMap<String, usize> = HashMap::new();
    for message in sink
        .messages()
        .iter()
        .filter(|message| message.reaction == 200)
    {
        *succeeded.entry(message.event_id()).or_default() += 1;
    }
    assert_eq!(succeeded.len(), 60);
    assert!(succeeded.values().all(|times| *times == 1), "{succeeded:?}");
}

async fn retry_after_is_honoured(stage: &mut Stage) {
    let sink = Sink::open().await;
    let date = "retry-after: Sat, 10 May 2025 11:30:00 GMT";
    sink.react(move |_, body| {
        if body.contains("\"ada\"") {
            Reaction::AnswerWith(429, "retry-after: 120".to_owned())
        } else {
            Reaction::AnswerWith(503, date.to_owned())
        }
    });
    stage.users_webhook(&sink, false).await;
    for (user, wait) in [("ada", 120_000), ("bob", 600_000)] {
        stage.user(user).await;
        let due_at = stage.due_after(1).await;
        assert_eq!(due_at - stage.now().0, wait);
        let mut tx = stage.app().db.write().await.unwrap();
        sqlx::query("DELETE FROM deliveries")
            .execute(&mut *tx)
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }
}

async fn a_redirect_is_a_failure_and_is_not_followed(stage: &mut Stage) {
    let (sink, other) = (Sink::open().await, Sink::open().await);
    for (status, location) in [
        (301, "http://10.0.0.1/"),
        (307, other.url.as_str()),
        (308, "/hooks"),
    ] {
        let header = format!("location: {location}");
        sink.react(move |_, _| Reaction::AnswerWith(status, header.clone()));
        let webhook = stage.users_webhook(&sink, false).await;
        stage.user(&format!("user-{status}")).await;
        stage.due_after(1).await;
        let shown = stage.deliveries(&webhook, "").await.remove(0);
        assert_eq!(shown["lastResponse"]["status"], status);
        let path = super::path_of(&webhook);
        assert_eq!(stage.ours.signed("DELETE", &path).send().await.status, 204);
        let mut tx = stage.app().db.write().await.unwrap();
        sqlx::query("DELETE FROM deliveries")
            .execute(&mut *tx)
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }
    assert_eq!((sink.messages().len(), other.messages().len()), (3, 0));
}

async fn a_connection_that_breaks_is_a_failure(stage: &mut Stage) {
    let sink = Sink::open().await;
    sink.react(|number, _| {
        if number == 0 {
            Reaction::Reset
        } else {
            Reaction::Answer(200)
        }
    });
    let webhook = stage.users_webhook(&sink, false).await;
    stage.user("ada").await;
    stage.pass_to_next_try(1).await;
    let shown = stage.deliveries(&webhook, "").await.remove(0);
    if shown["attempts"] == 1 {
        assert_eq!(shown["lastResponse"]["status"], Value::Null);
        assert_ne!(shown["lastResponse"]["bodyStart"], "");
    }
    stage.until_deliveries("DELIVERED", 1).await;
}

/// Waits for the deadline itself, as the server does.
async fn a_receiver_that_never_answers_has_failed(stage: &mut Stage) {
    let sink = Sink::open().await;
    sink.react(|_, _| Reaction::Hang);
    let webhook = stage.users_webhook(&sink, false).await;
    stage.user("ada").await;
    stage.due_after(1).await;
    let shown = stage.deliveries(&webhook, "").await.remove(0);
    assert_eq!(shown["lastResponse"]["status"], Value::Null);
    let why = shown["lastResponse"]["bodyStart"].as_str().unwrap();
    assert_eq!(why, "no answer within 15 seconds");
    assert!(stage.seen_webhook(&webhook).await["failingSince"].is_string());
}

async fn a_large_answer_is_read_to_a_kibibyte(stage: &mut Stage) {
    let sink = Sink::open().await;
    sink.react(|_, _| Reaction::Flood(1 << 30));
    let webhook = stage.users_webhook(&sink, false).await;
    stage.user("ada").await;
    stage.until_deliveries("DELIVERED", 1).await;
    let shown = stage.deliveries(&webhook, "").await.remove(0);
    assert_eq!(shown["lastResponse"]["bodyStart"], "x".repeat(1_024));
}

async fn a_receiver_that_is_gone_is_told_no_more(stage: &mut Stage) {
    let sink = Sink::open().await;
    sink.answer(410);
    let webhook = stage.users_webhook(&sink, false).await;
    stage.user("ada").await;
    stage.due_after(1).await;
    let seen = stage.seen_webhook(&webhook).await;
    assert_eq!(seen["isActive"], false);
    assert_eq!(seen["disabledAt"], "2025-05-10T11:20:00.000Z");
    stage.user("bob").await;
    stage.pass_time(DAY_MS);
    sink.answer(200);
    stage
        .changed_webhook(&webhook, json!({ "isActive": true }))
        .await;
    stage.until_deliveries("DELIVERED", 2).await;
    assert_eq!(sink.messages().len(), 3);
}

async fn five_days_of_failure_disable_a_webhook_until_it_is_set_going(stage: &mut Stage) {
    let sink = Sink::open().await;
    sink.answer(500);
    let webhook = stage.users_webhook(&sink, false).await;
    for day in 0..5 {
        let seen = stage.seen_webhook(&webhook).await;
        assert_eq!(seen["isActive"], true, "day {day}");
        stage.user(&format!("user-{day}")).await;
        stage.until_count("deliveries WHERE attempts = 0", 0).await;
        stage
            .until_count("deliveries WHERE attempts > 0", day + 1)
            .await;
        stage.pass_time(DAY_MS);
    }
    stage.until_count("webhooks WHERE is_active = 0", 1).await;
    let seen = stage.seen_webhook(&webhook).await;
    assert_eq!(seen["failingSince"], "2025-05-10T11:20:00.000Z");
    assert_eq!(seen["disabledAt"], "2025-05-15T11:20:00.000Z");
    sink.answer(200);
    stage.user("late").await;
    let set_going = stage
        .changed_webhook(&webhook, json!({ "isActive": true }))
        .await;
    assert_eq!(
        (&set_going["failingSince"], &set_going["disabledAt"]),
        (&Value::Null, &Value::Null)
    );
    sink.until(|messages| {
        messages
            .iter()
            .any(|message| message.body.contains("\"late\""))
    })
    .await;
}

async fn health_tells_how_well_webhooks_are_received(stage: &mut Stage) {
    let (good, bad) = (Sink::open().await, Sink::open().await);
    bad.answer(500);
    let good_hook = stage.users_webhook(&good, false).await;
    let bad_hook = stage.users_webhook(&bad, false).await;
    stage.user("ada").await;
    stage.until_deliveries("DELIVERED", 1).await;
    stage.due_after(1).await;
    let path = "/v1/partner/dashboard/webhooks/health";
    let health: Value = stage.ours.signed("GET", path).send().await.answer(200);
    let of = |webhook: &Value| {
        let all = health["data"].as_array().unwrap();
        all.iter()
            .find(|one| one["webhookId"] == webhook["id"])
            .unwrap()
            .clone()
    };
    assert_eq!(
        of(&good_hook),
        json!({
            "webhookId": good_hook["id"], "url": good.url, "isActive": true, "successRate": 1.0, "p50Ms": 0,
            "p95Ms": 0, "pending": 0, "failingSince": null, "disabledAt": null,
        })
    );
    let bad = of(&bad_hook);
    assert_eq!(
        (&bad["successRate"], &bad["pending"]),
        (&json!(0.0), &json!(1))
    );
    assert_eq!(bad["failingSince"], "2025-05-10T11:20:00.000Z");
}
