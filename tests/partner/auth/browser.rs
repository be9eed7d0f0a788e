//! Browsers: the origins a key may be used from, and the headers without which
//! a page cannot read an answer.

use serde_json::json;
use shared::Code;

use crate::stage::{Response, Stage};

on_both_databases! {
    an_allowed_origin_passes_and_another_does_not,
    a_key_without_origins_serves_every_page,
    the_servers_own_pages_are_always_allowed,
    a_call_without_an_origin_passes,
    a_signed_call_does_not_mind_its_origin,
    a_page_may_read_every_answer_of_a_widget_call,
    a_page_may_ask_before_it_calls,
    a_signed_call_is_not_for_pages,
}

const CONFIG: &str = "/v1/partner/config";
const CREATE_LINK: &str = "/v1/partner/donations/create-link";

async fn allow_only_example_org(stage: &mut Stage) {
    let origins = vec!["https://example.org".to_owned()];
    stage.ours.keys = stage.limit_key(|key| key.allowed_origins = origins).await;
}

async fn config_from(stage: &Stage, origin: &str) -> Response {
    stage
        .ours
        .widget("GET", CONFIG)
        .header("origin", origin)
        .send()
        .await
}

async fn an_allowed_origin_passes_and_another_does_not(stage: &mut Stage) {
    allow_only_example_org(stage).await;
    assert_eq!(config_from(stage, "https://example.org").await.status, 200);
    for origin in [
        "https://example.com",
        "http://example.org",
        "https://example.org:8443",
        "https://example.org.evil.test",
        "https://sub.example.org",
        "null",
    ] {
        config_from(stage, origin)
            .await
            .refused(Code::OriginNotAllowed);
    }
}

async fn a_key_without_origins_serves_every_page(stage: &mut Stage) {
    assert_eq!(
        config_from(stage, "https://anywhere.test").await.status,
        200
    );
}

async fn the_servers_own_pages_are_always_allowed(stage: &mut Stage) {
    allow_only_example_org(stage).await;
    let own = stage.app().origin().to_owned();
    assert_eq!(config_from(stage, &own).await.status, 200);
}

async fn a_call_without_an_origin_passes(stage: &mut Stage) {
    allow_only_example_org(stage).await;
    assert_eq!(stage.ours.widget("GET", CONFIG).send().await.status, 200);
}

async fn a_signed_call_does_not_mind_its_origin(stage: &mut Stage) {
    allow_only_example_org(stage).await;
    let request = stage.ours.signed("GET", "/v1/partner/users");
    let response = request.header("origin", "https://example.com").send().await;
    assert_eq!(response.status, 200);
}

async fn a_page_may_read_every_answer_of_a_widget_call(stage: &mut Stage) {
    let answered = config_from(stage, "https://example.org").await;
    let refused = stage
        .ours
        .widget("POST", CREATE_LINK)
        .json(&json!({}))
        .send()
        .await;
    refused.refused(Code::ValidationError);
    let unknown = stage
        .ours
        .widget("GET", CONFIG)
        .without("x-partner-key")
        .send()
        .await;
    unknown.refused(Code::MissingAuthHeaders);
    for response in [answered, refused, unknown] {
        assert_eq!(response.header("access-control-allow-origin"), Some("*"));
        let exposed = response.header("access-control-expose-headers").unwrap();
        for name in [
            "ETag",
            "Retry-After",
            "X-Request-Id",
            "X-RateLimit-Limit",
            "X-RateLimit-Remaining",
            "X-RateLimit-Reset",
            "Idempotent-Replayed",
        ] {
            assert!(exposed.contains(name), "{name} is not in {exposed}");
        }
    }
}

async fn a_page_may_ask_before_it_calls(stage: &mut Stage) {
    for path in [CONFIG, CREATE_LINK, "/v1/partner/donations/status/don_0"] {
        let preflight = stage.ours.client.request("OPTIONS", path);
        let preflight = preflight
            .header("origin", "https://anywhere.test")
            .header("access-control-request-method", "POST");
        let response = preflight.send().await;
        assert_eq!(response.status, 204);
        assert_eq!(response.header("access-control-allow-origin"), Some("*"));
        assert_eq!(
            response.header("access-control-allow-methods"),
            Some("GET, POST")
        );
        let allowed = response.header("access-control-allow-headers").unwrap();
        assert_eq!(
            allowed,
            "X-Partner-Key, Content-Type, Idempotency-Key, If-None-Match"
        );
    }
}

async fn a_signed_call_is_not_for_pages(stage: &mut Stage) {
    let preflight = stage
        .ours
        .client
        .request("OPTIONS", "/v1/partner/users")
        .send()
        .await;
    preflight.refused(Code::MethodNotAllowed);
    let request = stage.ours.signed("GET", "/v1/partner/users");
    let answered = request.header("origin", "https://example.org").send().await;
    for response in [preflight, answered] {
        assert_eq!(response.header("access-control-allow-origin"), None);
        assert_eq!(response.header("access-control-expose-headers"), None);
    }
}
