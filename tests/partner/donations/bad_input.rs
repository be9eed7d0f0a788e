//! Everything that can be wrong with a request for a link: each is named, and
//! nothing of it is stored.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use shared::Code;

use crate::stage::{NONPROFIT, Request, Stage};

on_both_databases! {
    each_wrong_field_is_named_and_nothing_is_stored,
    a_text_may_have_its_longest_length_and_no_more,
    metadata_has_at_most_twenty_short_names,
    a_missing_field_is_named,
    all_wrong_fields_are_named_at_once,
    a_number_beyond_all_counting_is_refused,
    a_text_of_half_a_mebibyte_is_refused,
}

fn create_link(stage: &Stage) -> Request {
    stage
        .ours
        .widget("POST", "/v1/partner/donations/create-link")
}

/// A good request but for the fields given.
fn gift(fields: &Value) -> Value {
    let mut gift = json!({ "nonprofitSlug": NONPROFIT, "amount": 2500 });
    gift.as_object_mut()
        .unwrap()
        .extend(fields.as_object().unwrap().clone());
    gift
}

/// Each field with the values that it must not have.
const WRONG: &str = r#"{
    "nonprofitSlug": [7, null, "", "..", "../etc/passwd", "a/b", "River Trust", "RIVER-TRUST", "river_trust", "é",
        "river-trust\u0000"],
    "amount": [null, "2500", "", 25.5, 2500.0, -1, 0, 99, 100000000, 9223372036854775807, -9223372036854775808,
        18446744073709551615, 1e300, true, [2500], { "minor": 2500 }],
    "currency": [840, ["USD"], "USD\u0000"],
    "frequency": ["weekly", "ONCE", "", 1, {}],
    "provider": ["paypal", "Stripe", "", 1],
    "donorEmail": [7, "", "ada", "@", "ada@", "@example.org", "ada@example org", "a@b@c", "ada@example.org\n",
        "\u0000@b"],
    "firstName": [7, ["Ada"], "", " ", "A\nB", "A\u0000", "\u007f"],
    "lastName": [7, ["Lovelace"], "", " ", "A\nB", "A\u0000", "\u007f"],
    "tipAmount": [-1, 2501, 1.5, "100", 18446744073709551615, []],
    "tipPercent": [-1, -0.01, 100.01, 101, 33.333, "10", true, []],
    "referralCode": [7, "", "a\tb"],
    "partnerUserId": [42, "", "a\nb", "a\u0000"],
    "successUrl": [7, {}, "", "javascript:alert(1)", "JaVaScRiPt:alert(1)", " javascript:alert(1)",
        "data:text/html,<script>alert(1)</script>", "file:///etc/passwd", "http://example.org/", "//example.org/",
        "/thanks", "example.org", "https://", "https://user:secret@example.org/", "http://127.0.0.1.example.org/",
        "https://example.org/\u0000"],
    "cancelUrl": [7, {}, "", "javascript:alert(1)", "JaVaScRiPt:alert(1)", " javascript:alert(1)",
        "data:text/html,<script>alert(1)</script>", "file:///etc/passwd", "http://example.org/", "//example.org/",
        "/thanks", "example.org", "https://", "https://user:secret@example.org/", "http://127.0.0.1.example.org/",
        "https://example.org/\u0000"],
    "metadata": [7, [], "text", { "": "x" }],
    "metadata.a": [7, null, {}, true, "x\u0000"],
    "idempotencyKey": [7, "", "é", "a\nb", "a\u0000"],
    "locale": [7, "", "e", "en_US", "english", "en-", "en-US\u0000"]
}"#;

/// Each text with the length that it must not have.
const TOO_LONG: &[(&str, usize)] = &[
    ("nonprofitSlug", 129),
    ("donorEmail", 255),
    ("firstName", 101),
    ("lastName", 101),
    ("referralCode", 129),
    ("partnerUserId", 129),
    ("successUrl", 2_049),
    ("cancelUrl", 2_049),
    ("metadata.a", 501),
    ("idempotencyKey", 256),
    ("locale", 36),
];

/// A text of so many bytes that nothing but its length is wrong with.
fn filled(field: &str, length: usize) -> Value {
    let begin = match field {
        "donorEmail" => "a@b",
        "successUrl" | "cancelUrl" => "https://example.org/",
        "locale" => "en-",
        _ => "",
    };
    let fill = if field == "locale" { "abcd-" } else { "a" };
    let text: String = begin
        .chars()
        .chain(fill.chars().cycle())
        .take(length)
        .collect();
    text.into()
}

fn names(count: usize) -> Value {
    let names: Map<_, _> = (0..count)
        .map(|number| (format!("name{number}"), json!("x")))
        .collect();
    names.into()
}

async fn each_wrong_field_is_named_and_nothing_is_stored(stage: &mut Stage) {
    let wrong: BTreeMap<String, Vec<Value>> = serde_json::from_str(WRONG).unwrap();
    for (field, values) in wrong {
        for value in values {
            assert_refused(stage, &field, &value).await;
        }
    }
    assert_eq!(stage.count("donations").await, 0);
    assert!(stage.events_of("donation.created").await.is_empty());
}

async fn a_text_may_have_its_longest_length_and_no_more(stage: &mut Stage) {
    for (field, length) in TOO_LONG {
        assert_refused(stage, field, &filled(field, *length)).await;
        let longest = with(field, &filled(field, length - 1));
        let response = create_link(stage).json(&longest).send().await;
        if *field == "nonprofitSlug" {
            response.refused(Code::OrganizationNotFound);
        } else {
            assert_eq!(response.status, 201, "{field}: {}", response.text);
        }
    }
}

async fn metadata_has_at_most_twenty_short_names(stage: &mut Stage) {
    assert_refused(stage, "metadata", &names(21)).await;
    assert_refused(stage, "metadata", &json!({ "a".repeat(51): "x" })).await;
    for good in [names(20), json!({ "a".repeat(50): "x" }), json!({})] {
        let response = create_link(stage)
            .json(&with("metadata", &good))
            .send()
            .await;
        assert_eq!(response.status, 201, "{}", response.text);
    }
}

async fn assert_refused(stage: &Stage, field: &str, value: &Value) {
    let gift = with(field, value);
    let response = create_link(stage).json(&gift).send().await;
    assert_eq!(response.status, 400, "{gift}: {}", response.text);
    response.refused_field(field);
}

/// A good request but for one field, which may be a member of another.
fn with(field: &str, value: &Value) -> Value {
    gift(&match field.split_once('.') {
        Some((outer, inner)) => json!({ outer: { inner: value } }),
        None => json!({ field: value }),
    })
}

async fn a_missing_field_is_named(stage: &mut Stage) {
    for field in ["nonprofitSlug", "amount"] {
        let mut gift = gift(&json!({}));
        gift.as_object_mut().unwrap().remove(field);
        create_link(stage)
            .json(&gift)
            .send()
            .await
            .refused_field(field);
    }
    assert_eq!(stage.count("donations").await, 0);
}

async fn all_wrong_fields_are_named_at_once(stage: &mut Stage) {
    let wrong = json!({
        "nonprofitSlug": "../x", "amount": 1, "donorEmail": "x", "firstName": "", "tipAmount": -1,
        "successUrl": "javascript:alert(1)", "currency": "USD", "locale": "?", "metadata": { "": "x" },
    });
    let response = create_link(stage).json(&wrong).send().await;
    for field in wrong
        .as_object()
        .unwrap()
        .keys()
        .filter(|field| *field != "currency")
    {
        response.refused_field(field);
    }
    let with_currency = gift(&json!({ "currency": "XXX", "firstName": "" }));
    let response = create_link(stage).json(&with_currency).send().await;
    response.refused_field("currency");
    response.refused_field("firstName");
}

async fn a_number_beyond_all_counting_is_refused(stage: &mut Stage) {
    for amount in ["1e400", "-1e400", &"9".repeat(400), "0.1e-400"] {
        let body = format!(r#"{{"nonprofitSlug":"{NONPROFIT}","amount":{amount}}}"#);
        let response = create_link(stage)
            .body("application/json", body)
            .send()
            .await;
        assert_eq!(response.status, 400, "{amount}: {}", response.text);
    }
    assert_eq!(stage.count("donations").await, 0);
}

async fn a_text_of_half_a_mebibyte_is_refused(stage: &mut Stage) {
    let endless = "a".repeat(1 << 19);
    for field in [
        "nonprofitSlug",
        "donorEmail",
        "firstName",
        "successUrl",
        "idempotencyKey",
        "currency",
    ] {
        let response = create_link(stage)
            .json(&gift(&json!({ field: endless })))
            .send()
            .await;
        assert_eq!(response.status, 400, "{field}");
        assert!(response.text.len() < 2_000, "{field} is sent back");
    }
    assert_eq!(stage.count("donations").await, 0);
}
