//! What a partner can have delivered: one delivery once more, a span of time
//! once more, a test.

use serde_json::{Value, json};
use shared::Code;

use super::{WEBHOOKS, path_of};
use crate::stage::{DAY_MS, HOUR_MS, Response, Sink, Stage};

on_both_databases! {
    a_test_comes_to_one_webhook_only,
    a_delivery_is_sent_again_under_the_same_event,
    a_pending_delivery_is_not_begun_again,
    a_webhook_that_is_off_is_not_tried,
    a_span_of_time_is_delivered_again,
    a_replay_of_many_events_is_whole,
    deliveries_are_listed_by_status_and_type,
    anothers_delivery_is_not_found,
    the_same_test_again_is_one_test,
}

async fn send(stage: &Stage, webhook: &Value, rest: &str) -> Response {
    stage
        .ours
        .signed("POST", &format!("{}{rest}", path_of(webhook)))
        .send()
        .await
}

async fn retry(stage: &Stage, webhook: &Value, delivery: &Value) -> Response {
    let id = delivery["id"].as_str().unwrap();
    send(stage, webhook, &format!("/deliveries/{id}/retry")).await
}

async fn a_test_comes_to_one_webhook_only(stage: &mut Stage) {
    let (tried, other) = (Sink::open().await, Sink::open().await);
    let webhook = stage.users_webhook(&tried, false).await;
    stage.webhook_at(&other).await;
    let test: Value = send(stage, &webhook, "/test").await.answer(202);
    let message = tried.received(1).await.remove(0);
    assert_eq!(message.event_type(), "webhook.test");
    assert_eq!(json!(message.event_id()), test["eventId"]);
    assert_eq!(
        message.json()["data"],
        json!({ "webhookId": webhook["id"] })
    );
    stage.user("ada").await;
    assert_eq!(other.received(1).await[0].event_type(), "user.created");
    stage.until_deliveries("DELIVERED", 3).await;
    let shown = stage
        .deliveries(&webhook, "?eventType=webhook.test")
        .await
        .remove(0);
    assert_eq!(shown["id"], test["deliveryId"]);
}

async fn a_delivery_is_sent_again_under_the_same_event(stage: &mut Stage) {
    let sink = Sink::open().await;
    let webhook = stage.users_webhook(&sink, false).await;
    stage.user("ada").await;
    stage.until_deliveries("DELIVERED", 1).await;
    stage.pass_time(HOUR_MS);
    let delivery = stage.deliveries(&webhook, "").await.remove(0);
    let begun: Value = retry(stage, &webhook, &delivery).await.answer(202);
    assert_eq!(
        (&begun["status"], &begun["id"]),
        (&json!("PENDING"), &delivery["id"])
    );
    let messages = sink.received(2).await;
    assert_eq!(messages[0].body, messages[1].body);
    stage.until_deliveries("DELIVERED", 1).await;
    let shown = stage.deliveries(&webhook, "").await.remove(0);
    assert_eq!(shown["attempts"], 2);
    assert_eq!(shown["deliveredAt"], "2025-05-10T12:20:00.000Z");
}

async fn a_pending_delivery_is_not_begun_again(stage: &mut Stage) {
    let sink = Sink::open().await;
    sink.answer(500);
    let webhook = stage.users_webhook(&sink, false).await;
    stage.user("ada").await;
    stage.until_count("deliveries WHERE attempts = 1", 1).await;
    let delivery = stage.deliveries(&webhook, "").await.remove(0);
    retry(stage, &webhook, &delivery)
        .await
        .refused(Code::DeliveryPending);
}

async fn a_webhook_that_is_off_is_not_tried(stage: &mut Stage) {
    let sink = Sink::open().await;
    let webhook = stage.users_webhook(&sink, false).await;
    stage.user("ada").await;
    stage.until_deliveries("DELIVERED", 1).await;
    let delivery = stage.deliveries(&webhook, "").await.remove(0);
    stage
        .changed_webhook(&webhook, json!({ "isActive": false }))
        .await;
    retry(stage, &webhook, &delivery)
        .await
        .refused(Code::WebhookDisabled);
    send(stage, &webhook, "/test")
        .await
        .refused(Code::WebhookDisabled);
}

async fn a_span_of_time_is_delivered_again(stage: &mut Stage) {
    let sink = Sink::open().await;
    let early = stage.now();
    stage.user("early").await;
    stage.create_link().await;
    stage.pass_time(DAY_MS);
    stage.user("late").await;
    let webhook = stage.webhook_at(&sink).await;
    let path = format!("{}/replay", path_of(&webhook));
    let replay = |body: Value| stage.ours.signed_json("POST", &path, &body).send();
    let body = json!({ "from": early, "to": early.plus_ms(1), "eventTypes": ["user.created"] });
    let begun: Value = replay(body).await.answer(202);
    assert_eq!(begun["webhookId"], webhook["id"]);
    let messages = sink.received(1).await;
    assert_eq!(messages[0].json()["data"]["externalUserId"], "early");
    stage.until_deliveries("DELIVERED", 1).await;
    let all = i64::try_from(stage.events().await.len()).unwrap();
    let body = json!({ "from": early, "to": stage.now().plus_ms(1) });
    assert_eq!(replay(body).await.status, 202);
    stage.until_deliveries("DELIVERED", 1 + all).await;
    stage.until_count("webhook_replays", 0).await;
}

async fn a_replay_of_many_events_is_whole(stage: &mut Stage) {
    let mut tx = stage.app().db.write().await.unwrap();
    // More than are taken up in one step.
    let rows = (0..600).map(|number| {
        format!(
            "('{}', 0, {number}, 'evt_{number}', 'user.created', '{{}}', {})",
            stage.ours.partner.id,
            stage.now().0
        )
    });
    let sql = format!(
        "INSERT INTO events (partner_id, commit_number, position, id, type, data, created_at) VALUES {}",
        rows.collect::<Vec<_>>().join(", ")
    );
    sqlx::query(sqlx::AssertSqlSafe(sql))
        .execute(&mut *tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let sink = Sink::open().await;
    let webhook = stage.users_webhook(&sink, false).await;
    let body = json!({ "from": stage.now(), "to": stage.now().plus_ms(1) });
    let path = format!("{}/replay", path_of(&webhook));
    assert_eq!(
        stage
            .ours
            .signed_json("POST", &path, &body)
            .send()
            .await
            .status,
        202
    );
    stage.until_deliveries("DELIVERED", 600).await;
    let mut ids: Vec<_> = sink
        .messages()
        .iter()
        .map(crate::stage::Message::event_id)
        .collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 600);
}

async fn deliveries_are_listed_by_status_and_type(stage: &mut Stage) {
    let sink = Sink::open().await;
    let webhook = stage.webhook_at(&sink).await;
    stage.user("ada").await;
    stage.until_deliveries("DELIVERED", 1).await;
    sink.answer(500);
    stage.create_link().await;
    stage
        .until_count("deliveries WHERE status = 'PENDING' AND attempts = 1", 1)
        .await;
    for (query, types) in [
        ("", vec!["donation.created", "user.created"]),
        ("?status=PENDING", vec!["donation.created"]),
        ("?status=DELIVERED", vec!["user.created"]),
        ("?status=FAILED", vec![]),
        ("?eventType=user.created", vec!["user.created"]),
        ("?eventType=user.created&status=PENDING", vec![]),
    ] {
        let found = stage.deliveries(&webhook, query).await;
        let mut found: Vec<_> = found
            .iter()
            .map(|one| one["eventType"].as_str().unwrap())
            .collect();
        found.sort_unstable();
        assert_eq!(found, types, "{query}");
    }
    // They are kept for thirty days.
    stage.pass_time(30 * DAY_MS + 1);
    assert!(
        stage
            .deliveries(&webhook, "?status=DELIVERED")
            .await
            .is_empty()
    );
}

async fn anothers_delivery_is_not_found(stage: &mut Stage) {
    let sink = Sink::open().await;
    let (one, other) = (
        stage.users_webhook(&sink, false).await,
        stage
            .webhook(&json!({
                "url": sink.url, "eventTypes": ["campaign.ended"],
            }))
            .await,
    );
    stage.user("ada").await;
    stage.until_deliveries("DELIVERED", 1).await;
    let delivery = stage.deliveries(&one, "").await.remove(0);
    retry(stage, &other, &delivery)
        .await
        .refused(Code::DeliveryNotFound);
    let id = delivery["id"].as_str().unwrap();
    let path = format!("{}/deliveries/{id}/retry", path_of(&one));
    let theirs = stage.theirs.signed("POST", &path).send().await;
    theirs.refused(Code::WebhookNotFound);
    let body = json!({ "url": sink.url, "receiveAllEvents": true });
    let theirs: Value = stage
        .theirs
        .signed_json("POST", WEBHOOKS, &body)
        .send()
        .await
        .answer(201);
    let path = format!("{}/deliveries/{id}/retry", path_of(&theirs));
    stage
        .theirs
        .signed("POST", &path)
        .send()
        .await
        .refused(Code::DeliveryNotFound);
}

async fn the_same_test_again_is_one_test(stage: &mut Stage) {
    let sink = Sink::open().await;
    let webhook = stage.users_webhook(&sink, false).await;
    let path = format!("{}/test", path_of(&webhook));
    let test = || {
        stage
            .ours
            .signed("POST", &path)
            .header("idempotency-key", "try 1")
            .send()
    };
    let first = test().await;
    let again = test().await;
    assert_eq!((again.status, &again.text), (202, &first.text));
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    stage.until_deliveries("DELIVERED", 1).await;
    assert_eq!(stage.count("deliveries").await, 1);
}
