//! What is delivered, to whom, and how it proves where it comes from.

use serde_json::{Value, json};
use shared::partner::PartnerStatus;
use standardwebhooks::Webhook;

use super::path_of;
use crate::stage::{DAY_MS, Message, Reaction, Sink, Stage, hex, purchase};

on_both_databases! {
    an_event_is_delivered_with_everything_that_proves_it,
    the_libraries_of_standard_webhooks_verify_with_the_secret_as_shown,
    both_secrets_sign_during_the_grace_and_then_the_new_one,
    only_the_types_asked_for_are_delivered,
    what_was_before_a_webhook_is_not_delivered,
    a_webhook_gets_only_its_own_partners_events,
    everything_that_happens_is_delivered_once,
    a_commit_with_more_events_than_are_taken_up_at_a_time_is_delivered_whole,
    a_hanging_neighbour_delays_nobody,
    one_that_hangs_delays_none_of_ninety_nine_others,
    a_suspended_partners_deliveries_are_held,
    what_waits_while_a_webhook_is_off_comes_when_it_is_on,
    a_deleted_webhook_is_told_nothing,
    the_end_of_the_server_loses_nothing,
}

fn signature(secret: &str, message: &Message) -> String {
    use hmac::{Hmac, KeyInit as _, Mac as _};
    let mut mac = <Hmac<sha2::Sha256>>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(format!("{}.{}", message.headers["x-sir-timestamp"], message.body).as_bytes());
    format!("sha256={}", hex(&mac.finalize().into_bytes()))
}

fn secret_of(webhook: &Value) -> &str {
    webhook["secret"].as_str().unwrap()
}

async fn an_event_is_delivered_with_everything_that_proves_it(stage: &mut Stage) {
    let sink = Sink::open().await;
    let body = json!({
        "url": sink.url, "receiveAllEvents": true, "headers": { "Authorization": "Bearer swordfish" },
    });
    let webhook = stage.webhook(&body).await;
    stage.user("ada").await;
    let messages = sink.received(1).await;
    let message = &messages[0];
    assert_eq!(message.head, "POST /hooks?a=b HTTP/1.1");
    let told = &stage.events_of("user.created").await[0];
    let wanted = json!({
        "id": message.headers["webhook-id"], "type": "user.created",
        "createdAt": "2025-05-10T11:20:00.000Z", "data": told.data,
    });
    assert_eq!(message.json(), wanted);
    for (name, value) in [
        ("content-type", "application/json"),
        ("user-agent", "SIRGiving-Webhooks/1.0"),
        ("authorization", "Bearer swordfish"),
        ("x-sir-timestamp", "1746876000"),
        ("webhook-timestamp", "1746876000"),
        ("x-sir-signature", &signature(secret_of(&webhook), message)),
    ] {
        assert_eq!(message.headers[name], value, "{name}");
    }
    stage.until_deliveries("DELIVERED", 1).await;
    let mut delivery = stage.deliveries(&webhook, "").await.remove(0);
    delivery.as_object_mut().unwrap().remove("id").unwrap();
    assert_eq!(
        delivery,
        json!({
            "eventId": message.event_id(), "eventType": "user.created", "status": "DELIVERED", "attempts": 1,
            "lastResponse": { "status": 200, "durationMs": 0, "bodyStart": "ok" }, "nextRetryAt": null,
            "createdAt": "2025-05-10T11:20:00.000Z", "deliveredAt": "2025-05-10T11:20:00.000Z",
        })
    );
}

async fn the_libraries_of_standard_webhooks_verify_with_the_secret_as_shown(stage: &mut Stage) {
    stage.turn_to_the_present();
    let sink = Sink::open().await;
    let webhook = stage.webhook_at(&sink).await;
    stage.user("ada").await;
    let message = sink.received(1).await.remove(0);
    let verifier = Webhook::new(secret_of(&webhook)).unwrap();
    let mut headers = message.header_map();
    verifier.verify(message.body.as_bytes(), &headers).unwrap();
    headers.insert("webhook-id", "evt_other".parse().unwrap());
    assert!(verifier.verify(message.body.as_bytes(), &headers).is_err());
}

async fn both_secrets_sign_during_the_grace_and_then_the_new_one(stage: &mut Stage) {
    stage.turn_to_the_present();
    let sink = Sink::open().await;
    let webhook = stage.webhook_at(&sink).await;
    let path = format!("{}/rotate-secret", path_of(&webhook));
    let grace = json!({ "graceSeconds": 86_400 });
    let rotated: Value = stage
        .ours
        .signed_json("POST", &path, &grace)
        .send()
        .await
        .answer(200);
    let end = json!(stage.now().plus_ms(DAY_MS));
    assert_eq!(rotated["previousSecretExpiresAt"], end);
    let (old, new) = (secret_of(&webhook), secret_of(&rotated));
    stage.user("ada").await;
    let message = sink.received(1).await.remove(0);
    let wanted = format!("{},{}", signature(new, &message), signature(old, &message));
    assert_eq!(message.headers["x-sir-signature"], wanted);
    for secret in [old, new] {
        let verifier = Webhook::new(secret).unwrap();
        verifier
            .verify(message.body.as_bytes(), &message.header_map())
            .unwrap();
    }
    stage.pass_time(DAY_MS);
    stage.user("bob").await;
    let message = sink.received(2).await.remove(1);
    assert_eq!(message.headers["x-sir-signature"], signature(new, &message));
    assert!(!message.headers["webhook-signature"].contains(' '));
}

async fn only_the_types_asked_for_are_delivered(stage: &mut Stage) {
    let (all, some) = (Sink::open().await, Sink::open().await);
    stage.webhook_at(&all).await;
    stage
        .webhook(&json!({ "url": some.url, "eventTypes": ["donation.created"] }))
        .await;
    stage.user("ada").await;
    stage.create_link().await;
    all.received(2).await;
    assert_eq!(some.received(1).await[0].event_type(), "donation.created");
    stage.until_deliveries("DELIVERED", 3).await;
    assert_eq!(some.messages().len(), 1);
}

async fn what_was_before_a_webhook_is_not_delivered(stage: &mut Stage) {
    stage.user("before").await;
    let sink = Sink::open().await;
    stage.webhook_at(&sink).await;
    stage.user("after").await;
    let messages = sink.received(1).await;
    assert_eq!(messages[0].json()["data"]["externalUserId"], "after");
    stage.until_deliveries("DELIVERED", 1).await;
    assert_eq!(stage.count("deliveries").await, 1);
}

async fn a_webhook_gets_only_its_own_partners_events(stage: &mut Stage) {
    let sink = Sink::open().await;
    stage.webhook_at(&sink).await;
    let body = json!({ "externalUserId": "theirs" });
    let theirs = stage.theirs.signed_json("POST", "/v1/partner/users", &body);
    assert_eq!(theirs.send().await.status, 201);
    stage.user("ours").await;
    assert_eq!(
        sink.received(1).await[0].json()["data"]["externalUserId"],
        "ours"
    );
    stage.until_deliveries("DELIVERED", 1).await;
    assert_eq!(stage.count("deliveries").await, 1);
}

async fn everything_that_happens_is_delivered_once(stage: &mut Stage) {
    let sink = Sink::open().await;
    stage.webhook_at(&sink).await;
    let before = stage.events().await.len();
    for number in 0..40 {
        stage.user(&format!("user-{number}")).await;
    }
    let id = stage.create_link().await.partner_donation_id;
    stage.pay(&id, Some("ada@example.org")).await;
    stage.settled(&id).await;
    let told = stage.events().await.len() - before;
    stage
        .until_deliveries("DELIVERED", i64::try_from(told).unwrap())
        .await;
    let mut ids: Vec<_> = sink.messages().iter().map(Message::event_id).collect();
    ids.sort();
    ids.dedup();
    assert_eq!((ids.len(), sink.messages().len()), (told, told));
}

async fn a_commit_with_more_events_than_are_taken_up_at_a_time_is_delivered_whole(
    stage: &mut Stage,
) {
    let (sink, in_order) = (Sink::open().await, Sink::open().await);
    let types = ["user.created", "transaction.completed", "action.completed"];
    for (sink, ordered) in [(&sink, false), (&in_order, true)] {
        let body = json!({ "url": sink.url, "eventTypes": types, "ordered": ordered });
        stage.webhook(&body).await;
    }
    let action = |number| {
        let act = purchase(&format!("key-{number}")).amount("1");
        act.of(&format!("user-{number}"))
    };
    let actions: Vec<_> = (0..100).map(action).collect();
    assert_eq!(stage.bulk(&actions).await.status, 200);
    // Each with a new user and a transaction.
    for sink in [&sink, &in_order] {
        assert_eq!(sink.received(300).await.len(), 300);
    }
    stage.until_deliveries("DELIVERED", 600).await;
}

async fn a_hanging_neighbour_delays_nobody(stage: &mut Stage) {
    let hanging = Sink::open().await;
    hanging.react(|_, _| Reaction::Hang);
    stage.webhook_at(&hanging).await;
    let mut healthy = Vec::new();
    for _ in 0..9 {
        let sink = Sink::open().await;
        stage.webhook_at(&sink).await;
        healthy.push(sink);
    }
    for number in 0..20 {
        stage.user(&format!("user-{number}")).await;
    }
    for sink in &healthy {
        assert_eq!(sink.received(20).await.len(), 20);
    }
    // It still hangs: nothing of it has come to an end.
    let ended = "deliveries WHERE status = 'PENDING' AND attempts > 0";
    assert_eq!(stage.count(ended).await, 0);
    assert!(!hanging.messages().is_empty());
}

/// Ten partners with ten webhooks each, one of which never answers.
async fn one_that_hangs_delays_none_of_ninety_nine_others(stage: &mut Stage) {
    const USERS: usize = 5;
    let hanging = Sink::open().await;
    hanging.react(|_, _| Reaction::Hang);
    let (mut partners, mut healthy) = (Vec::new(), Vec::new());
    for number in 0..10 {
        let partner = stage.one_more_partner(&format!("partner-{number}")).await;
        for place in 0..10 {
            let sink = Sink::open().await;
            let is_hanging = (number, place) == (0, 0);
            let url = if is_hanging { &hanging.url } else { &sink.url };
            let body = json!({ "url": url, "eventTypes": ["user.created"] });
            let made = partner.signed_json("POST", super::WEBHOOKS, &body);
            assert_eq!(made.send().await.status, 201);
            if !is_hanging {
                healthy.push(sink);
            }
        }
        partners.push(partner);
    }
    for (partner, user) in partners
        .iter()
        .flat_map(|one| (0..USERS).map(move |user| (one, user)))
    {
        let body = json!({ "externalUserId": format!("user-{user}") });
        let made = partner.signed_json("POST", "/v1/partner/users", &body);
        assert_eq!(made.send().await.status, 201);
    }
    assert_eq!(healthy.len(), 99);
    for sink in &healthy {
        assert_eq!(sink.received(USERS).await.len(), USERS);
    }
    stage.until_deliveries("DELIVERED", 99 * 5).await;
    // It still hangs: nothing of it has come to an end.
    let ended = "deliveries WHERE status = 'PENDING' AND attempts > 0";
    assert_eq!(stage.count(ended).await, 0);
    assert!(!hanging.messages().is_empty());
}

async fn a_suspended_partners_deliveries_are_held(stage: &mut Stage) {
    let sink = Sink::open().await;
    stage.webhook_at(&sink).await;
    let id = stage.create_link().await.partner_donation_id;
    sink.received(1).await;
    stage.until_deliveries("DELIVERED", 1).await;
    stage
        .change_partner(|partner| partner.status = PartnerStatus::Suspended)
        .await;
    stage.pay(&id, None).await;
    let other = Sink::open().await;
    let body = json!({ "url": other.url, "receiveAllEvents": true });
    let theirs = stage.theirs.signed_json("POST", super::WEBHOOKS, &body);
    assert_eq!(theirs.send().await.status, 201);
    let body = json!({ "externalUserId": "theirs" });
    stage
        .theirs
        .signed_json("POST", "/v1/partner/users", &body)
        .send()
        .await;
    other.received(1).await;
    assert_eq!(sink.messages().len(), 1);
    stage
        .change_partner(|partner| partner.status = PartnerStatus::Active)
        .await;
    assert_eq!(sink.received(2).await[1].event_type(), "donation.completed");
}

async fn what_waits_while_a_webhook_is_off_comes_when_it_is_on(stage: &mut Stage) {
    let sink = Sink::open().await;
    let webhook = stage.webhook_at(&sink).await;
    stage
        .changed_webhook(&webhook, json!({ "isActive": false }))
        .await;
    stage.user("ada").await;
    let other = Sink::open().await;
    stage.webhook_at(&other).await;
    stage.user("bob").await;
    other.received(1).await;
    assert!(sink.messages().is_empty());
    stage
        .changed_webhook(&webhook, json!({ "isActive": true }))
        .await;
    assert_eq!(sink.received(2).await.len(), 2);
}

async fn a_deleted_webhook_is_told_nothing(stage: &mut Stage) {
    let (gone, other) = (Sink::open().await, Sink::open().await);
    let webhook = stage.webhook_at(&gone).await;
    stage.webhook_at(&other).await;
    stage.user("ada").await;
    gone.received(1).await;
    assert_eq!(
        stage
            .ours
            .signed("DELETE", &path_of(&webhook))
            .send()
            .await
            .status,
        204
    );
    stage.user("bob").await;
    other.received(2).await;
    stage.user("cyd").await;
    other.received(3).await;
    assert_eq!(gone.messages().len(), 1);
}

async fn the_end_of_the_server_loses_nothing(stage: &mut Stage) {
    let sink = Sink::open().await;
    stage.webhook_at(&sink).await;
    for number in 0..30 {
        stage.user(&format!("user-{number}")).await;
    }
    stage.restart(|_| {}).await;
    let all = |messages: &[Message]| {
        let mut ids: Vec<_> = messages.iter().map(Message::event_id).collect();
        ids.sort();
        ids.dedup();
        ids.len() == 30
    };
    sink.until(all).await;
    stage.until_deliveries("DELIVERED", 30).await;
}
