//! The body of a call: its size, its type, its JSON.

use serde_json::json;
use shared::Code;

use crate::stage::{Request, Stage};

on_both_databases! {
    a_body_of_one_mebibyte_is_read_and_a_byte_more_is_not,
    a_body_must_call_itself_json,
    a_body_that_is_json_by_another_name_passes,
    a_post_without_a_body_counts_as_an_empty_object,
    broken_json_is_refused_by_line_and_column,
    json_that_is_no_object_is_refused,
    unknown_fields_are_ignored,
    a_field_given_twice_is_refused,
    bytes_that_are_no_text_are_refused,
}

fn create_link(stage: &Stage) -> Request {
    stage
        .ours
        .widget("POST", "/v1/partner/donations/create-link")
}

async fn a_body_of_one_mebibyte_is_read_and_a_byte_more_is_not(stage: &mut Stage) {
    let gift = r#"{"nonprofitSlug":"river-trust","amount":2500}"#;
    let padded_to = |size: usize| format!("{gift}{}", " ".repeat(size - gift.len()));
    let full = create_link(stage).body("application/json", padded_to(1 << 20));
    assert_eq!(full.send().await.status, 201);
    let over = create_link(stage).body("application/json", padded_to((1 << 20) + 1));
    over.send().await.refused(Code::PayloadTooLarge);
}

async fn a_body_must_call_itself_json(stage: &mut Stage) {
    for content_type in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/jsonp",
        "json",
        "",
    ] {
        let request = create_link(stage).body(content_type, "{}");
        request.send().await.refused(Code::UnsupportedMediaType);
    }
    let unnamed = create_link(stage).body("", "{}").without("content-type");
    unnamed.send().await.refused(Code::UnsupportedMediaType);
}

async fn a_body_that_is_json_by_another_name_passes(stage: &mut Stage) {
    let gift = r#"{"nonprofitSlug":"river-trust","amount":2500}"#;
    for content_type in [
        "application/json; charset=utf-8",
        "Application/JSON",
        "application/vnd.api+json",
    ] {
        let request = create_link(stage).body(content_type, gift);
        assert_eq!(request.send().await.status, 201, "{content_type}");
    }
}

async fn a_post_without_a_body_counts_as_an_empty_object(stage: &mut Stage) {
    create_link(stage)
        .send()
        .await
        .refused_field("nonprofitSlug");
}

async fn broken_json_is_refused_by_line_and_column(stage: &mut Stage) {
    for (body, place) in [
        ("{\n  \"amount\": }", "line 2, column 13"),
        ("{", "line 1, column 1"),
        ("{\"amount\":1}}", "line 1, column 13"),
        ("nonsense", "line 1, column 2"),
        ("{\"amount\":01}", "line 1, column 12"),
        ("{'amount':1}", "line 1, column 2"),
    ] {
        let request = create_link(stage).body("application/json", body);
        let refusal = request.send().await.refused(Code::InvalidJson);
        assert!(refusal.message.contains(place), "{body}: {refusal:?}");
    }
}

async fn json_that_is_no_object_is_refused(stage: &mut Stage) {
    for body in ["[]", "1", "null", "\"text\"", "true"] {
        let request = create_link(stage).body("application/json", body);
        request.send().await.refused_field("body");
    }
}

async fn unknown_fields_are_ignored(stage: &mut Stage) {
    let gift = json!({ "nonprofitSlug": "river-trust", "amount": 2500, "colour": { "deep": [1] } });
    assert_eq!(create_link(stage).json(&gift).send().await.status, 201);
}

async fn a_field_given_twice_is_refused(stage: &mut Stage) {
    let gift = r#"{"nonprofitSlug":"river-trust","amount":2500,"amount":100}"#;
    let request = create_link(stage).body("application/json", gift);
    request.send().await.refused_field("amount");
}

async fn bytes_that_are_no_text_are_refused(stage: &mut Stage) {
    let mut gift = br#"{"nonprofitSlug":"river-trust","amount":2500,"firstName":"x"}"#.to_vec();
    *gift.iter_mut().rev().nth(2).unwrap() = 0xff;
    let request = create_link(stage).body("application/json", gift);
    let response = request.send().await;
    assert_eq!(response.status, 400, "{}", response.text);
}
