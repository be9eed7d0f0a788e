//! Webhooks are made, shown, changed and deleted; their secrets are seen once.

use futures_util::future::join_all;
use serde_json::{Value, json};
use shared::Code;

use super::{WEBHOOKS, path_of};
use crate::stage::{HOUR_MS, Response, Stage};

on_both_databases! {
    a_new_webhook_shows_its_secret_once,
    secrets_and_headers_are_sealed_at_rest,
    each_field_can_be_changed,
    the_same_request_again_answers_the_same_secret,
    there_are_at_most_ten,
    a_deleted_webhook_is_gone_and_leaves_room,
    a_publishable_key_reads_webhooks_and_makes_none,
}

fn body() -> Value {
    json!({
        "url": "https://example.org/hooks", "eventTypes": ["user.created", "action.failed", "user.created"],
        "description": "Ours", "headers": { "Authorization": "Bearer swordfish", "X-Shop": "7" },
    })
}

async fn a_new_webhook_shows_its_secret_once(stage: &mut Stage) {
    let mut made = stage.webhook(&body()).await;
    let secret = made.as_object_mut().unwrap().remove("secret").unwrap();
    let hex = secret.as_str().unwrap().strip_prefix("whsec_").unwrap();
    assert!(hex.len() == 64 && hex.bytes().all(|byte| b"0123456789abcdef".contains(&byte)));
    assert_eq!(stage.seen_webhook(&made).await, made);
    let page: Value = stage.ours.signed("GET", WEBHOOKS).send().await.answer(200);
    assert_eq!(page["data"], json!([made]));
    assert_eq!(page["pagination"]["total"], 1);
    made.as_object_mut().unwrap().remove("id").unwrap();
    assert_eq!(
        made,
        json!({
            "url": "https://example.org/hooks", "eventTypes": ["action.failed", "user.created"],
            "receiveAllEvents": false, "description": "Ours", "headers": ["Authorization", "X-Shop"],
            "ordered": false, "isActive": true, "failingSince": null, "disabledAt": null,
            "previousSecretExpiresAt": null,
            "createdAt": "2025-05-10T11:20:00.000Z", "updatedAt": "2025-05-10T11:20:00.000Z",
        })
    );
}

async fn secrets_and_headers_are_sealed_at_rest(stage: &mut Stage) {
    let request = stage.ours.signed_json("POST", WEBHOOKS, &body());
    let made = request.header("idempotency-key", "try 1").send().await;
    let secret = made.answer::<Value>(201)["secret"]
        .as_str()
        .unwrap()
        .to_owned();
    for (table, columns) in [
        (
            "webhooks",
            "secret_sealed || headers_sealed || header_names",
        ),
        ("replays", "answer"),
    ] {
        for plain in [secret.as_str(), &secret[6..], "swordfish"] {
            let condition = format!("{columns} LIKE '%{plain}%'");
            assert_eq!(stage.count(&format!("{table} WHERE {condition}")).await, 0);
        }
    }
}

async fn each_field_can_be_changed(stage: &mut Stage) {
    let made = stage.webhook(&body()).await;
    let (id, created_at) = (made["id"].clone(), made["createdAt"].clone());
    assert_eq!(
        stage.changed_webhook(&made, json!({})).await["updatedAt"],
        created_at
    );
    stage.pass_time(HOUR_MS);
    let changed = stage
        .changed_webhook(
            &made,
            json!({
                "url": "https://example.com/", "eventTypes": [], "receiveAllEvents": true, "description": null,
                "headers": { "X-New": "1" }, "ordered": true, "isActive": false,
            }),
        )
        .await;
    assert_eq!(
        changed,
        json!({
            "id": id, "url": "https://example.com/", "eventTypes": [], "receiveAllEvents": true,
            "description": null, "headers": ["X-New"], "ordered": true, "isActive": false,
            "failingSince": null, "disabledAt": null, "previousSecretExpiresAt": null,
            "createdAt": created_at, "updatedAt": "2025-05-10T12:20:00.000Z",
        })
    );
    assert_eq!(stage.seen_webhook(&made).await, changed);
    let changed = stage
        .changed_webhook(&made, json!({ "headers": null }))
        .await;
    assert_eq!(changed["headers"], json!([]));
}

async fn the_same_request_again_answers_the_same_secret(stage: &mut Stage) {
    let send = |path: String, body: Value| {
        let request = stage.ours.signed_json("POST", &path, &body);
        request.header("idempotency-key", "try 1").send()
    };
    let first = send(WEBHOOKS.to_owned(), body()).await;
    let again = send(WEBHOOKS.to_owned(), body()).await;
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert_eq!((again.status, &again.text), (201, &first.text));
    assert_eq!(stage.count("webhooks").await, 1);
    let other = json!({ "url": "https://example.org/", "receiveAllEvents": true });
    send(WEBHOOKS.to_owned(), other)
        .await
        .refused(Code::IdempotencyKeyReused);

    let path = format!("{}/rotate-secret", path_of(&first.json()));
    let rotate = || {
        let request = stage.ours.signed("POST", &path);
        request.header("idempotency-key", "try 2").send()
    };
    let rotated: Response = rotate().await;
    let secret = rotated.answer::<Value>(200)["secret"].clone();
    assert_ne!(secret, first.json()["secret"]);
    assert_eq!(rotate().await.json()["secret"], secret);
}

async fn there_are_at_most_ten(stage: &mut Stage) {
    let body = body();
    let made = join_all((0..12).map(|_| {
        let request = stage.ours.signed_json("POST", WEBHOOKS, &body);
        request.send()
    }));
    let refused: Vec<_> = made
        .await
        .into_iter()
        .filter(|made| made.status != 201)
        .collect();
    assert_eq!(refused.len(), 2);
    for refused in refused {
        refused.refused(Code::WebhookLimitReached);
    }
    let theirs = stage.theirs.signed_json("POST", WEBHOOKS, &body);
    assert_eq!(theirs.send().await.status, 201);
}

async fn a_deleted_webhook_is_gone_and_leaves_room(stage: &mut Stage) {
    let mut made = Vec::new();
    for _ in 0..10 {
        made.push(stage.webhook(&body()).await);
    }
    let path = path_of(&made[3]);
    let deleted = stage.ours.signed("DELETE", &path).send().await;
    assert_eq!((deleted.status, deleted.text.as_str()), (204, ""));
    for (method, rest) in [
        ("GET", ""),
        ("DELETE", ""),
        ("PATCH", ""),
        ("POST", "/rotate-secret"),
        ("POST", "/test"),
        ("GET", "/deliveries"),
    ] {
        let request = stage.ours.signed(method, &format!("{path}{rest}"));
        request.send().await.refused(Code::WebhookNotFound);
    }
    stage.webhook(&body()).await;
}

async fn a_publishable_key_reads_webhooks_and_makes_none(stage: &mut Stage) {
    let made = stage.webhook(&body()).await;
    let (keys, client) = (&stage.ours.keys, &stage.ours.client);
    let send = |method, path: &str| {
        let request = client.request(method, path);
        request.signed(&keys.public, &keys.hmac_secret).send()
    };
    for path in [WEBHOOKS, &path_of(&made), "/v1/partner/events"] {
        assert_eq!(send("GET", path).await.status, 200, "{path}");
    }
    for (method, path) in [("POST", WEBHOOKS), ("DELETE", &path_of(&made))] {
        send(method, path).await.refused(Code::SecretKeyRequired);
    }
}
