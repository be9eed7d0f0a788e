//! Everything that can be wrong with a request for a link: each is named, and
//! nothing of it is stored.

use serde_json::{Map, Value, json};

use crate::stage::{NONPROFIT, Request, Stage};

on_both_databases! {
    each_wrong_field_is_named_and_nothing_is_stored,
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
fn wrong_values() -> Vec<(&'static str, Vec<Value>)> {
    let too_long = |length: usize| json!("a".repeat(length));
    let no_page = || {
        let mut pages: Vec<Value> = [
            "javascript:alert(1)",
            "JaVaScRiPt:alert(1)",
            " javascript:alert(1)",
            "data:text/html,<script>alert(1)</script>",
            "file:///etc/passwd",
            "http://example.org/",
            "//example.org/",
            "/thanks",
            "example.org",
            "https://",
            "https://user:secret@example.org/",
            "http://127.0.0.1.example.org/",
            "",
            "https://example.org/\0",
        ]
        .map(Value::from)
        .to_vec();
        pages.extend([
            json!(7),
            json!({}),
            json!(format!("https://example.org/{}", "a".repeat(2048))),
        ]);
        pages
    };
    let name = || {
        let mut names = ["", " ", "A\nB", "A\0", "\u{7f}"].map(Value::from).to_vec();
        names.extend([too_long(101), json!(7), json!(["Ada"])]);
        names
    };
    let slugs = [
        "",
        "../etc/passwd",
        "..",
        "a/b",
        "River Trust",
        "RIVER-TRUST",
        "river_trust",
        "river-trust\0",
        "é",
    ];
    let addresses = [
        "",
        "ada",
        "@",
        "ada@",
        "@example.org",
        "ada@example org",
        "a@b@c",
        "ada@example.org\n",
        "\0@b",
    ];
    vec![
        (
            "nonprofitSlug",
            [
                &slugs.map(Value::from)[..],
                &[json!(7), json!(null), too_long(129)],
            ]
            .concat(),
        ),
        (
            "amount",
            vec![
                json!(null),
                json!("2500"),
                json!(""),
                json!(25.5),
                json!(2500.0),
                json!(-1),
                json!(0),
                json!(99),
                json!(100_000_000),
                json!(i64::MAX),
                json!(i64::MIN),
                json!(u64::MAX),
                json!(1e300),
                json!(true),
                json!([2500]),
                json!({ "minor": 2500 }),
            ],
        ),
        ("currency", vec![json!(840), json!(["USD"]), json!("USD\0")]),
        (
            "frequency",
            vec![
                json!("weekly"),
                json!("ONCE"),
                json!(""),
                json!(1),
                json!({}),
            ],
        ),
        (
            "provider",
            vec![json!("paypal"), json!("Stripe"), json!(""), json!(1)],
        ),
        (
            "donorEmail",
            [
                &addresses.map(Value::from)[..],
                &[json!(7), json!(format!("{}@b", "a".repeat(253)))],
            ]
            .concat(),
        ),
        ("firstName", name()),
        ("lastName", name()),
        (
            "tipAmount",
            vec![
                json!(-1),
                json!(2501),
                json!(1.5),
                json!("100"),
                json!(u64::MAX),
                json!([]),
            ],
        ),
        (
            "tipPercent",
            vec![
                json!(-1),
                json!(-0.01),
                json!(100.01),
                json!(101),
                json!(33.333),
                json!("10"),
                json!(true),
                json!([]),
            ],
        ),
        (
            "referralCode",
            vec![json!(""), too_long(129), json!("a\tb"), json!(7)],
        ),
        (
            "partnerUserId",
            vec![
                json!(""),
                too_long(129),
                json!("a\nb"),
                json!("a\0"),
                json!(42),
            ],
        ),
        ("successUrl", no_page()),
        ("cancelUrl", no_page()),
        (
            "metadata",
            vec![
                json!([]),
                json!("text"),
                json!(7),
                names(21),
                json!({ "": "x" }),
                json!({ "a".repeat(51): "x" }),
            ],
        ),
        (
            "metadata.a",
            vec![
                json!(7),
                json!(null),
                json!({}),
                json!(true),
                too_long(501),
                json!("x\0"),
            ],
        ),
        (
            "idempotencyKey",
            vec![
                json!(""),
                too_long(256),
                json!("é"),
                json!("a\nb"),
                json!("a\0"),
                json!(7),
            ],
        ),
        (
            "locale",
            vec![
                json!(""),
                json!("e"),
                json!("en_US"),
                json!("english"),
                json!("en-"),
                json!("en-US\0"),
                json!(7),
            ],
        ),
    ]
}

fn names(count: usize) -> Value {
    let names: Map<_, _> = (0..count)
        .map(|number| (format!("name{number}"), json!("x")))
        .collect();
    names.into()
}

async fn each_wrong_field_is_named_and_nothing_is_stored(stage: &mut Stage) {
    // There are more wrong values than a widget may send in an hour.
    stage
        .restart(|settings| settings.rate_limit_widget_address = 1_000)
        .await;
    for (field, values) in wrong_values() {
        for value in values {
            let fields = match field.split_once('.') {
                Some((outer, inner)) => json!({ outer: { inner: value } }),
                None => json!({ field: value }),
            };
            let response = create_link(stage).json(&gift(&fields)).send().await;
            assert_eq!(response.status, 400, "{fields}: {}", response.text);
            response.refused_field(field);
        }
    }
    assert_eq!(stage.count("donations").await, 0);
    assert!(stage.events_of("donation.created").await.is_empty());
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
