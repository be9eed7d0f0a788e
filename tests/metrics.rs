//! `/metrics`: what an operator's Prometheus reads, where only this machine asks.

use std::net::SocketAddr;

use server::context::Context;
use server::serve::{Fill, StartError, start};
use shared::user::ListUsers;

use crate::stage::{Client, Response, Sink, Stage, purchase};

on_both_databases! {
    nobody_is_shown_metrics_who_was_not_asked_to,
    answers_are_counted_by_route_and_status,
    writers_and_deliveries_and_waits_are_shown,
    metrics_are_shown_on_this_machine_only,
}

async fn with_metrics(stage: &mut Stage) -> Client {
    let address: SocketAddr = "127.0.0.1:0".parse().unwrap();
    stage
        .restart(|settings| settings.metrics_listen = Some(address))
        .await;
    let address = stage.metrics_address().unwrap();
    stage.client_at(&format!("http://{address}"))
}

async fn shown(client: &Client) -> Response {
    let response = client.request("GET", "/metrics").send().await;
    assert_eq!(response.status, 200);
    response
}

/// The value behind a name with its labels.
#[track_caller]
fn value(response: &Response, name: &str) -> u64 {
    let mut lines = response.text.lines();
    let value = lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    let value = value.unwrap_or_else(|| panic!("no {name} in {}", response.text));
    value.parse().unwrap()
}

async fn nobody_is_shown_metrics_who_was_not_asked_to(stage: &mut Stage) {
    assert_eq!(stage.metrics_address(), None);
    let request = stage.ours.client.request("GET", "/metrics");
    assert_eq!(request.send().await.status, 404);
    let client = with_metrics(stage).await;
    let request = stage.ours.client.request("GET", "/metrics");
    assert_eq!(request.send().await.status, 404);
    let shown = shown(&client).await;
    let kind = shown.header("content-type").unwrap();
    assert!(kind.starts_with("text/plain; version=0.0.4"), "{kind}");
    let elsewhere = client.request("GET", "/v1/partner/users").send().await;
    assert_eq!(elsewhere.status, 404);
}

async fn answers_are_counted_by_route_and_status(stage: &mut Stage) {
    let client = with_metrics(stage).await;
    stage.ours.call(&ListUsers::default()).await;
    stage.ours.call(&ListUsers::default()).await;
    for path in ["/v1/partner/users/a", "/v1/partner/users/b", "/nowhere"] {
        assert_eq!(stage.ours.signed("GET", path).send().await.status, 404);
    }
    let odd = stage.ours.client.request("BREW", "/v1/partner/users");
    assert_eq!(odd.send().await.status, 405);
    let shown = shown(&client).await;
    let of = |method: &str, path: &str, status: u16| {
        let name = "giving_requests_total";
        let labels = format!(r#"method="{method}",path="{path}",status="{status}""#);
        value(&shown, &format!("{name}{{{labels}}}"))
    };
    assert_eq!(of("GET", "/v1/partner/users", 200), 2);
    assert_eq!(of("GET", "/v1/partner/users/{externalId}", 404), 2);
    assert_eq!(of("GET", "none", 404), 1);
    assert_eq!(of("other", "/v1/partner/users", 405), 1);
    let labels = r#"method="GET",path="/v1/partner/users""#;
    let count = format!("giving_request_seconds_count{{{labels}}}");
    assert_eq!(value(&shown, &count), 2);
    let bucket = format!(r#"giving_request_seconds_bucket{{{labels},le="0.0005"}}"#);
    assert_eq!(value(&shown, &bucket), 2);
    // Whoever reads it learns of nobody's keys.
    assert!(!shown.text.contains(&stage.ours.keys.public));
}

async fn writers_and_deliveries_and_waits_are_shown(stage: &mut Stage) {
    let client = with_metrics(stage).await;
    let sink = Sink::open().await;
    let hook = serde_json::json!({ "url": sink.url, "eventTypes": ["action.completed"] });
    let made = stage
        .ours
        .signed_json("POST", "/v1/partner/webhooks", &hook);
    assert_eq!(made.send().await.status, 201);
    stage.rewarded(&purchase("one")).await;
    stage.rewarded(&purchase("two")).await;
    stage
        .until_count("deliveries WHERE status = 'DELIVERED'", 2)
        .await;
    let shown = shown(&client).await;
    assert_eq!(value(&shown, "giving_writer_commands_total"), 2);
    assert_eq!(value(&shown, "giving_writer_batches_total"), 2);
    assert_eq!(value(&shown, "giving_writer_queued"), 0);
    let delivered = r#"giving_delivery_attempts_total{outcome="delivered"}"#;
    assert_eq!(value(&shown, delivered), 2);
    assert_eq!(value(&shown, r#"giving_waits_open{for="donation"}"#), 0);
    let version = env!("CARGO_PKG_VERSION");
    let build = format!(r#"giving_build_info{{version="{version}",environment="sandbox"}}"#);
    assert_eq!(value(&shown, &build), 1);
}

async fn metrics_are_shown_on_this_machine_only(stage: &mut Stage) {
    let mut settings = stage.settings();
    settings.metrics_listen = Some("0.0.0.0:0".parse().unwrap());
    let refused = start(settings, Context::system(), Fill::Nothing).await;
    let refused = refused.unwrap_err();
    assert!(
        matches!(refused, StartError::MetricsAddress(_)),
        "{refused}"
    );
}
