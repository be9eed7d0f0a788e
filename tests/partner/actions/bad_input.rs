//! What nobody should send: each is refused by its field, and moves nothing.

use serde_json::{Value, json};
use shared::Code;

use crate::stage::{Act, Stage, purchase};

on_both_databases! {
    a_wrong_amount_is_named,
    a_wrong_key_is_named,
    a_wrong_code_is_named,
    a_wrong_stakeholder_is_named,
    wrong_metadata_is_named,
    every_other_wrong_field_is_named,
    every_missing_field_is_named,
    all_that_is_wrong_is_named_at_once,
    what_is_just_allowed_is_done,
    what_is_no_json_is_said_by_its_place,
    a_wrong_reversal_is_named,
    a_cursor_that_is_not_ours_is_refused,
}

const SUBMIT: &str = "/v1/partner/actions/submit";

/// Sends each action, which must be refused by the field named.
async fn refuse(stage: &Stage, field: &str, acts: impl IntoIterator<Item = Act>) {
    let before = stage.row_counts().await;
    for act in acts {
        let refused = stage.submit(&act).await;
        assert_eq!(refused.status, 400, "{act:?}: {}", refused.text);
        refused.refused_field(field);
    }
    assert_eq!(stage.row_counts().await, before);
}

/// An action by one customer, with `value` in a field of that.
fn by_one_whose(field: &str, value: &Value) -> Act {
    let mut person = json!({ "stakeholderTypeCode": "CUSTOMER", "partnerUserId": "ada" });
    person[field] = value.clone();
    purchase("one").with("stakeholders", &json!([person]))
}

fn long(length: usize) -> Value {
    json!("a".repeat(length))
}

async fn a_wrong_amount_is_named(stage: &mut Stage) {
    let wrong = [
        "-1", "-0", "-0.01", "1e3", "1E3", "1e-2", "1.0e1", "1e30", "1e400", "\"10\"", "\"\"",
        "\"NaN\"", "null", "true", "[]", "[10]", "{}", "10.001", "0.001",
    ];
    refuse(
        stage,
        "amount",
        wrong.map(|amount| purchase("one").amount(amount)),
    )
    .await;
    let digits = "9".repeat(31);
    refuse(stage, "amount", [purchase("one").amount(&digits)]).await;
    let decimals = format!("0.{}", "1".repeat(40));
    refuse(stage, "amount", [purchase("one").amount(&decimals)]).await;
    let before = stage.row_counts().await;
    for amount in ["1000000000000000000000000000", "92233720368547758.08"] {
        let refused = stage.submit(&purchase("one").amount(amount)).await;
        let body = refused.refused(Code::AmountTooLarge);
        assert_eq!(body.errors[0].field, "amount");
    }
    assert_eq!(stage.row_counts().await, before);
}

async fn a_wrong_key_is_named(stage: &mut Stage) {
    let wrong = [
        "", "a\n", "a\t", "\u{7f}", "\u{1}", "a\0b", "\0", "ключ", "é", "🌱",
    ];
    let wrong = wrong.map(|key| json!(key)).into_iter();
    let wrong = wrong.chain([long(256), json!(7), json!(null), json!([]), json!({})]);
    let acts = wrong.map(|key| purchase("").with("idempotencyKey", &key));
    refuse(stage, "idempotencyKey", acts).await;
}

async fn a_wrong_code_is_named(stage: &mut Stage) {
    let wrong = [
        "", "P", "purchase", "1A", "_A", "A B", "A-B", "ÉTÉ", "AB\n", "AB\0", " AB", "Ab",
    ];
    let wrong = wrong.map(|code| json!(code)).into_iter();
    let wrong: Vec<_> = wrong
        .chain([
            json!("A".repeat(41)),
            json!(7),
            json!(null),
            json!(["PURCHASE"]),
        ])
        .collect();
    let acts = wrong
        .iter()
        .map(|code| purchase("one").with("actionType", code));
    refuse(stage, "actionType", acts).await;
    let acts = wrong
        .iter()
        .map(|code| by_one_whose("stakeholderTypeCode", code));
    refuse(stage, "stakeholders[0].stakeholderTypeCode", acts).await;
}

async fn a_wrong_stakeholder_is_named(stage: &mut Stage) {
    let people =
        |count: usize| -> Vec<String> { (0..count).map(|n| format!("user {n}")).collect() };
    let by = |names: &[String]| {
        let people: Vec<_> = names
            .iter()
            .map(|name| ("CUSTOMER", name.as_str()))
            .collect();
        purchase("one").by(&people)
    };
    refuse(
        stage,
        "stakeholders",
        [by(&[]), by(&people(21)), by(&people(1_000))],
    )
    .await;
    let wrong = [json!(null), json!("ada"), json!({}), json!(7)];
    let acts = wrong.map(|value| purchase("one").with("stakeholders", &value));
    refuse(stage, "stakeholders", acts).await;
    let wrong = [json!(null), json!("ada"), json!(7)];
    let acts = wrong.map(|value| purchase("one").with("stakeholders", &json!([value])));
    refuse(stage, "stakeholders[0]", acts).await;
    let texts = ["", " ", "a\nb", "a\0b", "\u{1b}[0m"].map(|text| json!(text));
    let wrong = || texts.clone().into_iter().chain([json!(7), json!([])]);
    let ids = wrong().chain([long(129), json!(null)]);
    let acts = ids.map(|id| by_one_whose("partnerUserId", &id));
    refuse(stage, "stakeholders[0].partnerUserId", acts).await;
    for field in ["userFirstName", "userLastName"] {
        let acts = wrong()
            .chain([long(101)])
            .map(|name| by_one_whose(field, &name));
        refuse(stage, &format!("stakeholders[0].{field}"), acts).await;
    }
    let emails = ["ada", "@b", "a@", "a b@c", "a@b@c"].map(|email| json!(email));
    let acts = wrong()
        .chain(emails)
        .map(|email| by_one_whose("userEmail", &email));
    refuse(stage, "stakeholders[0].userEmail", acts).await;
    let twice = [
        ("CUSTOMER", "ada"),
        ("REFERRER", "ada"),
        ("CUSTOMER", "eve"),
        ("CUSTOMER", "ada"),
    ];
    let acts = [purchase("one").by(&twice)];
    refuse(stage, "stakeholders[3].partnerUserId", acts).await;
}

async fn wrong_metadata_is_named(stage: &mut Stage) {
    let with = |metadata: Value| purchase("one").with("metadata", &metadata);
    let large = json!({ "a": "x".repeat(16 * 1024 - 7) });
    let many: Value = (0..2_000)
        .map(|n| (format!("name {n}"), json!(1)))
        .collect::<serde_json::Map<_, _>>()
        .into();
    refuse(
        stage,
        "metadata",
        [
            with(large),
            with(many),
            with(json!([])),
            with(json!("text")),
            with(json!(7)),
        ],
    )
    .await;
    let deep = with(json!({ "a": [1, { "b": "\0" }] }));
    refuse(stage, "metadata.a[1].b", [deep]).await;
    refuse(stage, "metadata.ab", [with(json!({ "a\0b": 1 }))]).await;
}

async fn every_other_wrong_field_is_named(stage: &mut Stage) {
    let wrong = [json!(7), json!([]), json!("USD\0")];
    let acts = wrong.map(|code| purchase("one").with("currency", &code));
    refuse(stage, "currency", acts).await;
    let wrong = [json!("true"), json!(1), json!([])];
    let acts = wrong.map(|flag| purchase("one").with("autoCreateUsers", &flag));
    refuse(stage, "autoCreateUsers", acts).await;
    let wrong = [json!(""), json!(7), json!("é"), json!("\0"), long(129)];
    let acts = wrong.map(|id| purchase("one").with("campaignId", &id));
    refuse(stage, "campaignId", acts).await;
    let twice = purchase("one").text().replacen('{', "{\"amount\":1,", 1);
    let refused = stage.ours.posting(SUBMIT, twice).send().await;
    refused.refused_field("amount");
}

async fn every_missing_field_is_named(stage: &mut Stage) {
    for field in ["idempotencyKey", "actionType", "amount", "stakeholders"] {
        refuse(stage, field, [purchase("one").without(field)]).await;
    }
    let person = json!([{ "partnerUserId": "ada" }]);
    let act = purchase("one").with("stakeholders", &person);
    refuse(stage, "stakeholders[0].stakeholderTypeCode", [act]).await;
    let person = json!([{ "stakeholderTypeCode": "CUSTOMER" }]);
    let act = purchase("one").with("stakeholders", &person);
    refuse(stage, "stakeholders[0].partnerUserId", [act]).await;
    let path = "/v1/partner/actions/submit";
    let refused = stage.ours.signed("POST", path).send().await;
    refused.refused_field("idempotencyKey");
}

async fn all_that_is_wrong_is_named_at_once(stage: &mut Stage) {
    let people = [("customer", "ada"), ("REFERRER", "")];
    let act = purchase("").action_type("x").amount("1.234").by(&people);
    let body = stage.submit(&act).await.refused(Code::ValidationError);
    let fields: Vec<_> = body
        .errors
        .iter()
        .map(|error| error.field.as_str())
        .collect();
    let expected = [
        "idempotencyKey",
        "actionType",
        "stakeholders[0].stakeholderTypeCode",
        "stakeholders[1].partnerUserId",
        "amount",
    ];
    assert_eq!(fields, expected);
}

async fn what_is_just_allowed_is_done(stage: &mut Stage) {
    let names: Vec<_> = (0..20)
        .map(|n| format!("{}{n:02}", "🌱".repeat(126)))
        .collect();
    let people: Vec<_> = names
        .iter()
        .map(|name| ("CUSTOMER", name.as_str()))
        .collect();
    let key = format!("{} ~", "k".repeat(253));
    let act = purchase(&key)
        .action_type(&format!("A{}", "_9".repeat(19)))
        .amount("0.01")
        .by(&people)
        .with("metadata", &json!({ "a": "x".repeat(16 * 1024 - 8) }))
        .with("unknown", &json!({ "is": "ignored" }));
    let done = stage.rewarded(&act).await;
    assert_eq!(done.idempotency_key, key);
    let record = stage.record(&done.action_id).await;
    assert_eq!(record.stakeholders[19].partner_user_id.as_str(), names[19]);
    for (key, code) in [("shortest", "AB"), (" ", "A0")] {
        stage.rewarded(&purchase(key).action_type(code)).await;
    }
}

async fn what_is_no_json_is_said_by_its_place(stage: &mut Stage) {
    let before = stage.row_counts().await;
    let text = purchase("one").amount("7777").text();
    for amount in [
        "NaN", "Infinity", "+1", ".5", "5.", "0x10", "010", "1_000", "1,5", "'1'", "",
    ] {
        let body = text.replace("7777", amount);
        let refused = stage.ours.posting(SUBMIT, body).send().await;
        let message = refused.refused(Code::InvalidJson).message;
        assert!(message.contains("line 1, column"), "{amount}: {message}");
    }
    let deep = format!("{{\"a\":{}{}}}", "[".repeat(500), "]".repeat(500));
    let deep = purchase("one").spelt("metadata", &deep).text();
    let lone = text.replace("ada", "\\ud800");
    for body in [
        &text[..text.len() - 1],
        "[",
        "\u{feff}{}",
        &deep,
        &lone,
        "{}{}",
    ] {
        let refused = stage.ours.posting(SUBMIT, body.to_owned()).send().await;
        refused.refused(Code::InvalidJson);
    }
    for body in ["[]", "7", "null", "\"text\""] {
        let refused = stage.ours.posting(SUBMIT, body.to_owned()).send().await;
        refused.refused(Code::ValidationError);
    }
    assert_eq!(stage.row_counts().await, before);
}

async fn a_wrong_reversal_is_named(stage: &mut Stage) {
    let id = stage.rewarded(&purchase("one")).await.action_id;
    let before = stage.row_counts().await;
    for percentage in [
        "0", "0.00", "-1", "-0", "100.01", "101", "1000", "33.333", "0.001", "1e1", "1E-1",
        "\"50\"", "null", "true", "[]", "1e400",
    ] {
        let refused = stage.reverse(&id, percentage, "refund").await;
        assert_eq!(refused.status, 400, "{percentage}: {}", refused.text);
        refused.refused_field("reversalPercentage");
    }
    for key in ["", "a\n", "a\0b", "é", &"k".repeat(256)] {
        let refused = stage.reverse(&id, "50", key).await;
        refused.refused_field("refundIdempotencyKey");
    }
    let path = format!("/v1/partner/actions/{id}/reverse");
    let full =
        json!({ "reversalPercentage": 50, "reason": "why", "refundIdempotencyKey": "refund" });
    for (field, value) in [
        ("refundIdempotencyKey", json!(null)),
        ("refundIdempotencyKey", json!(7)),
        ("reason", json!("a\nb")),
        ("reason", json!("\0")),
        ("reason", json!(7)),
        ("reason", long(501)),
    ] {
        let mut body = full.clone();
        body[field] = value;
        let refused = stage.ours.signed_json("POST", &path, &body).send().await;
        refused.refused_field(field);
    }
    for field in ["reversalPercentage", "refundIdempotencyKey"] {
        let mut body = full.clone();
        body.as_object_mut().unwrap().remove(field);
        let refused = stage.ours.signed_json("POST", &path, &body).send().await;
        refused.refused_field(field);
    }
    assert_eq!(stage.row_counts().await, before);
}

async fn a_cursor_that_is_not_ours_is_refused(stage: &mut Stage) {
    stage.bulk_done(&[purchase("one"), purchase("two")]).await;
    let path = "/v1/partner/actions?limit=1";
    let first = stage.ours.signed("GET", path).send().await.json();
    let cursor = first["pagination"]["nextCursor"].as_str().unwrap();
    let longer = format!("{cursor}0");
    let other = cursor.replace('-', "_");
    for wrong in [
        "x",
        "-",
        "0",
        "1-",
        "-1-000000000000000000000000",
        "%00",
        "%F0%9F%98%80",
        &longer,
        &other,
    ] {
        let request = stage.ours.signed("GET", &format!("{path}&cursor={wrong}"));
        request.send().await.refused_field("cursor");
    }
    let request = stage
        .ours
        .signed("GET", &format!("{path}&page=1&cursor={cursor}"));
    request.send().await.refused_field("cursor");
}
