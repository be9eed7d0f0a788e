//! Webhooks that cannot be: each refusal names its field.

use serde_json::{Value, json};
use shared::Code;

use super::{WEBHOOKS, path_of};
use crate::stage::{Response, Stage};

on_both_databases! {
    addresses_that_lead_inward_or_nowhere_are_refused,
    this_machine_is_refused_where_it_is_not_allowed,
    types_must_be_known_and_there_must_be_one,
    headers_that_are_ours_or_break_out_are_refused,
    a_change_is_checked_like_a_new_webhook,
    a_grace_is_at_most_a_day,
    a_replay_needs_a_span_of_time,
    lists_and_the_feed_name_what_is_wrong,
}

async fn post(stage: &Stage, body: Value) -> Response {
    stage.ours.signed_json("POST", WEBHOOKS, &body).send().await
}

async fn post_url(stage: &Stage, url: &str) -> Response {
    post(stage, json!({ "url": url, "receiveAllEvents": true })).await
}

async fn addresses_that_lead_inward_or_nowhere_are_refused(stage: &mut Stage) {
    for url in [
        "",
        "example.org",
        "http://example.org/",
        "ftp://example.org/",
        "https://ada:secret@example.org/",
        "https://10.0.0.1/",
        "https://0xa.1/",
        "https://[::ffff:10.0.0.1]/",
        "https://[64:ff9b::a00:1]/",
        "https://169.254.169.254/latest/meta-data/",
        "https://[fe80::1%25eth0]/",
        "https://example.org/\u{0000}",
        "https://example.org/\r\nX-Evil: 1",
        &format!("https://example.org/{}", "a".repeat(2_048)),
    ] {
        post_url(stage, url).await.refused_field("url");
    }
    for body in [
        json!({ "receiveAllEvents": true }),
        json!({ "url": 7, "receiveAllEvents": true }),
    ] {
        post(stage, body).await.refused_field("url");
    }
    assert_eq!(stage.count("webhooks").await, 0);
}

async fn this_machine_is_refused_where_it_is_not_allowed(stage: &mut Stage) {
    let local = [
        "http://127.0.0.1:9/",
        "http://localhost:9/",
        "https://[::1]/",
    ];
    for url in local {
        assert_eq!(post_url(stage, url).await.status, 201, "{url}");
    }
    stage
        .restart(|settings| settings.allow_loopback_webhooks = false)
        .await;
    for url in local {
        post_url(stage, url).await.refused_field("url");
    }
}

async fn types_must_be_known_and_there_must_be_one(stage: &mut Stage) {
    let url = "https://example.org/";
    for (body, field) in [
        (json!({ "url": url }), "eventTypes"),
        (json!({ "url": url, "eventTypes": [] }), "eventTypes"),
        (
            json!({ "url": url, "eventTypes": [], "receiveAllEvents": false }),
            "eventTypes",
        ),
        (
            json!({ "url": url, "eventTypes": ["user.created", "user.deleted"] }),
            "eventTypes[1]",
        ),
        (
            json!({ "url": url, "eventTypes": "user.created" }),
            "eventTypes",
        ),
        (
            json!({ "url": url, "receiveAllEvents": "yes" }),
            "receiveAllEvents",
        ),
        (
            json!({ "url": url, "receiveAllEvents": true, "ordered": 1 }),
            "ordered",
        ),
        (
            json!({ "url": url, "receiveAllEvents": true, "description": "" }),
            "description",
        ),
    ] {
        post(stage, body).await.refused_field(field);
    }
}

async fn headers_that_are_ours_or_break_out_are_refused(stage: &mut Stage) {
    for (name, value) in [
        ("X-SIR-Signature", "1"),
        ("webhook-id", "1"),
        ("Host", "example.org"),
        ("content-TYPE", "text/plain"),
        ("User-Agent", "1"),
        ("Transfer-Encoding", "chunked"),
        ("X A", "1"),
        ("X-A\r\nX-B", "1"),
        ("X-A", "1\r\nX-B: 2"),
        ("X-A", "1\n2"),
        ("X-A", ""),
        ("X-A", "é"),
    ] {
        let body = json!({
            "url": "https://example.org/", "receiveAllEvents": true, "headers": { name: value },
        });
        post(stage, body)
            .await
            .refused_field(&format!("headers.{name}"));
    }
    let many: serde_json::Map<_, _> = (0..11).map(|n| (format!("X-{n}"), json!("1"))).collect();
    let body = json!({ "url": "https://example.org/", "receiveAllEvents": true, "headers": many });
    post(stage, body).await.refused_field("headers");
}

async fn a_change_is_checked_like_a_new_webhook(stage: &mut Stage) {
    let made = stage
        .webhook(&json!({ "url": "https://example.org/", "eventTypes": ["user.created"] }))
        .await;
    for (body, field) in [
        (json!({ "url": "https://10.0.0.1/" }), "url"),
        (json!({ "url": null }), "url"),
        (json!({ "eventTypes": [] }), "eventTypes"),
        (json!({ "eventTypes": null }), "eventTypes"),
        (json!({ "isActive": null }), "isActive"),
        (json!({ "isActive": "no" }), "isActive"),
        (json!({ "headers": { "Host": "1" } }), "headers.Host"),
    ] {
        let request = stage.ours.signed_json("PATCH", &path_of(&made), &body);
        request.send().await.refused_field(field);
    }
}

async fn a_grace_is_at_most_a_day(stage: &mut Stage) {
    let made = stage
        .webhook(&json!({ "url": "https://example.org/", "receiveAllEvents": true }))
        .await;
    let path = format!("{}/rotate-secret", path_of(&made));
    for wrong in [json!(86_401), json!(-1), json!("1"), json!(1.5)] {
        let request = stage
            .ours
            .signed_json("POST", &path, &json!({ "graceSeconds": wrong }));
        request.send().await.refused_field("graceSeconds");
    }
}

async fn a_replay_needs_a_span_of_time(stage: &mut Stage) {
    let made = stage
        .webhook(&json!({ "url": "https://example.org/", "receiveAllEvents": true }))
        .await;
    let path = format!("{}/replay", path_of(&made));
    let time = "2025-05-10T11:20:00Z";
    for (body, field) in [
        (json!({ "to": time }), "from"),
        (json!({ "from": time }), "to"),
        (json!({ "from": time, "to": time }), "to"),
        (json!({ "from": "yesterday", "to": time }), "from"),
        (
            json!({ "from": "2025-05-09T00:00:00Z", "to": time, "eventTypes": ["x"] }),
            "eventTypes[0]",
        ),
    ] {
        stage
            .ours
            .signed_json("POST", &path, &body)
            .send()
            .await
            .refused_field(field);
    }
}

async fn lists_and_the_feed_name_what_is_wrong(stage: &mut Stage) {
    let made = stage
        .webhook(&json!({ "url": "https://example.org/", "receiveAllEvents": true }))
        .await;
    let path = path_of(&made);
    for (query, field) in [
        ("/deliveries?status=LOST", "status"),
        ("/deliveries?eventType=x", "eventType"),
        ("/deliveries?limit=0", "limit"),
        ("/deliveries?cursor=x", "cursor"),
    ] {
        let request = stage.ours.signed("GET", &format!("{path}{query}"));
        request.send().await.refused_field(field);
    }
    for (query, field) in [
        ("?after=x", "after"),
        ("?after=-1-0", "after"),
        ("?types=user.created,x", "types"),
        ("?wait=26", "wait"),
        ("?limit=101", "limit"),
        ("?limit=0", "limit"),
    ] {
        let request = stage
            .ours
            .signed("GET", &format!("/v1/partner/events{query}"));
        request.send().await.refused_field(field);
    }
    let retry = format!("{path}/deliveries/000000000000000000000000/retry");
    stage
        .ours
        .signed("POST", &retry)
        .send()
        .await
        .refused(Code::DeliveryNotFound);
}
