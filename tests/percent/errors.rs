//! Each refusal in the words that Percent's clients know.

use serde_json::{Map, Value, json};

use crate::stage::{Response, Stage};

on_both_databases! {
    a_body_that_is_no_json_is_a_bad_request,
    a_wrong_field_is_named_among_the_reasons,
    an_unknown_nonprofit_is_said_in_its_own_words,
    metadata_has_from_one_to_twenty_keys_of_so_many_characters,
    metadata_is_an_object_of_texts,
    a_user_must_be_the_partners_own,
    what_is_not_there_is_not_found,
    a_page_size_has_its_bounds,
    too_many_calls_are_told_when_to_come_back,
    what_is_not_foreseen_stays_in_the_envelope,
}

const BAD_REQUEST: &str =
    "Something is wrong with your request, please check any parameters and try again";
const INVALID: &str = "One or more of the inputs were invalid";
const METADATA: &str = "Metadata can only contain from 1 up to 20 keys, with key names up to 50 \
                        characters long and values up to 500 characters long";

/// The envelope of a refusal: its status, code, title and message; answers its
/// reasons.
#[track_caller]
fn refused(response: &Response, status: u16, words: (&str, &str, &str)) -> Vec<String> {
    let body: Value = response.answer(status);
    let error = &body["error"];
    assert_eq!(body["object"], "error");
    assert_eq!(error["code"], words.0, "{}", response.text);
    assert_eq!(error["title"], words.1, "{}", response.text);
    assert_eq!(error["message"], words.2, "{}", response.text);
    assert_eq!(error["id"].as_str(), response.header("x-request-id"));
    let reasons = error.get("reasons").cloned().unwrap_or_else(|| json!([]));
    serde_json::from_value(reasons).unwrap()
}

async fn open(stage: &Stage, fields: Value) -> Response {
    stage.ask_for_session(&fields).await.send().await
}

async fn a_body_that_is_no_json_is_a_bad_request(stage: &mut Stage) {
    for (body, place) in [("{", "line 1"), ("{}}", "line 1"), ("\n{\"a\":}", "line 2")] {
        let request = stage.ours.percent("POST", "/v1/donation-sessions");
        let answer = request.body("application/json", body).send().await;
        let words = ("bad_request", "Bad request", BAD_REQUEST);
        let reasons = refused(&answer, 400, words);
        assert!(reasons[0].contains(place), "{reasons:?}");
    }
}

async fn a_wrong_field_is_named_among_the_reasons(stage: &mut Stage) {
    for (fields, named) in [
        (json!({ "organisationId": null }), "organisationId "),
        (json!({ "organisationId": 1 }), "organisationId "),
        (
            json!({ "successUrl": "/thanks" }),
            "successUrl must be an https:// address",
        ),
        (
            json!({ "successUrl": "javascript:alert(1)" }),
            "successUrl must be",
        ),
        (
            json!({ "successUrl": "http://example.org" }),
            "successUrl must be",
        ),
        (
            json!({ "successUrl": "https://example.org/a b" }),
            "successUrl must not contain",
        ),
        (
            json!({ "successUrl": "https://example.org/\r\nx" }),
            "successUrl must not contain",
        ),
        (
            json!({ "language": "ar-SA" }),
            "language must be one of: en-US en-GB",
        ),
        (
            json!({ "language": "en-gb" }),
            "language must be one of: en-US en-GB",
        ),
        (
            json!({ "currency": "XXX" }),
            "currency must be one of: USD EUR",
        ),
        (
            json!({ "currency": "GBP " }),
            "currency must be one of: USD EUR",
        ),
        (json!({ "userId": 42 }), "userId "),
        (
            json!({ "successUrl": "https://a.org/\u{0}" }),
            "successUrl must not contain",
        ),
    ] {
        let answer = open(stage, fields).await;
        let reasons = refused(&answer, 400, ("bad_request", "Bad request", INVALID));
        assert!(reasons[0].starts_with(named), "{named}: {reasons:?}");
    }
    let both = open(stage, json!({ "successUrl": "x", "currency": "x" })).await;
    let reasons = refused(&both, 400, ("bad_request", "Bad request", INVALID));
    assert_eq!(reasons.len(), 2, "{reasons:?}");
    let request = stage.ours.percent("POST", "/v1/donation-sessions");
    let nothing = request.send().await;
    let reasons = refused(&nothing, 400, ("bad_request", "Bad request", INVALID));
    assert_eq!(reasons, ["organisationId is required"]);
    assert_eq!(stage.count("donation_sessions").await, 0);
}

async fn an_unknown_nonprofit_is_said_in_its_own_words(stage: &mut Stage) {
    let closed = stage.organisation("closed-house").await;
    let unknown = "organisation_00000000000000000000000000000";
    for id in [
        closed.as_str(),
        unknown,
        "river-trust",
        "",
        "organisation_💧",
    ] {
        let answer = open(stage, json!({ "organisationId": id })).await;
        let reasons = refused(
            &answer,
            400,
            (
                "donation_session/organisation_not_found",
                "Bad request",
                "Organisation not found",
            ),
        );
        assert!(
            reasons[0].starts_with("organisationId must be"),
            "{reasons:?}"
        );
    }
    assert_eq!(stage.count("donation_sessions").await, 0);
}

async fn metadata_has_from_one_to_twenty_keys_of_so_many_characters(stage: &mut Stage) {
    let many: Map<String, Value> = (0..21).map(|n| (format!("key{n}"), json!("x"))).collect();
    let long_name = "k".repeat(51);
    let words = ("donation_session/invalid_metadata", "Bad request", METADATA);
    for (metadata, reason) in [
        (json!({}), "metadata must have 1 to 20 keys, and has 0"),
        (
            Value::Object(many),
            "metadata must have 1 to 20 keys, and has 21",
        ),
        (
            json!({ long_name: "x" }),
            "metadata must have names of 1 to 50 characters",
        ),
        (
            json!({ "": "x" }),
            "metadata must have names of 1 to 50 characters",
        ),
        (
            json!({ "note": "x".repeat(501) }),
            "metadata.note must have at most 500 characters",
        ),
    ] {
        let answer = open(stage, json!({ "metadata": metadata })).await;
        let reasons = refused(&answer, 400, words);
        assert!(reasons[0].starts_with(reason), "{reasons:?}");
    }
    assert_eq!(stage.count("donation_sessions").await, 0);
}

async fn metadata_is_an_object_of_texts(stage: &mut Stage) {
    for metadata in [
        json!([]),
        json!("x"),
        json!({ "a": 1 }),
        json!({ "a": null }),
        json!(1),
    ] {
        let answer = open(stage, json!({ "metadata": metadata })).await;
        let reasons = refused(&answer, 400, ("bad_request", "Bad request", INVALID));
        assert!(reasons[0].starts_with("metadata"), "{reasons:?}");
    }
    assert_eq!(
        stage
            .open_session(json!({ "metadata": null }))
            .await
            .metadata,
        None
    );
}

async fn a_user_must_be_the_partners_own(stage: &mut Stage) {
    let body = json!({ "externalUserId": "ada" });
    let made = stage.ours.signed_json("POST", "/v1/partner/users", &body);
    assert_eq!(made.send().await.status, 201);
    let theirs: Value = stage
        .theirs
        .percent("POST", "/v1/users")
        .send()
        .await
        .answer(200);
    let theirs = theirs["data"]["id"].as_str().unwrap();
    // One of a name that this dialect does not give is unknown to it.
    for id in [
        theirs,
        "user_00000000000000000000000000000",
        "ada",
        "",
        "user_",
    ] {
        let answer = open(stage, json!({ "userId": id })).await;
        let reasons = refused(&answer, 400, ("bad_request", "Bad request", INVALID));
        assert!(
            reasons[0].starts_with("userId must be the id of a user of yours"),
            "{id}"
        );
    }
}

async fn what_is_not_there_is_not_found(stage: &mut Stage) {
    for (path, message) in [
        (
            "/v1/donation-sessions/x",
            "no donation session of yours has this id",
        ),
        ("/v1/users/user_x", "no user of yours has this id"),
        ("/v1/organisations/x", "no nonprofit has this id"),
        ("/v1/donations/x", "no donation has this id"),
        ("/v1/nothing", "there is nothing at this path"),
    ] {
        let answer = stage.ours.percent("GET", path).send().await;
        let reasons = refused(&answer, 404, ("not_found", "Resource not found", message));
        assert!(reasons.is_empty(), "{reasons:?}");
    }
    let bearer = format!("bearer {}", stage.ours.keys.secret);
    let request = stage.ours.percent("GET", "/v1/nothing");
    let answer = request.header("authorization", &bearer).send().await;
    assert_eq!(answer.json()["error"]["code"], "not_found");
}

async fn a_page_size_has_its_bounds(stage: &mut Stage) {
    for path in [
        "/v1/donation-sessions",
        "/v1/donations",
        "/v1/organisations",
    ] {
        for (size, reason) in [
            ("-1", "pageSize must be from 0 to 100"),
            ("101", "pageSize must be from 0 to 100"),
            ("many", "pageSize must be a whole number"),
            ("99999999999999999999", "pageSize must be a whole number"),
        ] {
            let request = stage
                .ours
                .percent("GET", &format!("{path}?pageSize={size}"));
            let answer = request.send().await;
            let reasons = refused(&answer, 400, ("bad_request", "Bad request", INVALID));
            assert_eq!(reasons, [reason], "{path}");
        }
    }
    for (query, reason) in [
        (
            "donation-sessions?direction=UP",
            "direction must be one of: DESC ASC",
        ),
        (
            "donations?status=PAID",
            "status must be one of: ACTIVE REQUESTED_PAYMENT",
        ),
        ("donations?startDate=yesterday", "startDate must be a time"),
        ("organisations?page=0", "page must be at least 1"),
        (
            "organisations?countryCode=XX",
            "countryCode must be the three letters",
        ),
    ] {
        let answer = stage
            .ours
            .percent("GET", &format!("/v1/{query}"))
            .send()
            .await;
        let reasons = refused(&answer, 400, ("bad_request", "Bad request", INVALID));
        assert!(reasons[0].starts_with(reason), "{reasons:?}");
    }
}

async fn too_many_calls_are_told_when_to_come_back(stage: &mut Stage) {
    stage
        .restart(|settings| settings.rate_limit_standard = 2)
        .await;
    let ask = || stage.ours.percent("GET", "/v1/donation-sessions");
    for _ in 0..2 {
        assert_eq!(ask().send().await.status, 200);
    }
    let answer = ask().send().await;
    assert_eq!(answer.status, 429, "{}", answer.text);
    assert_eq!(answer.json()["error"]["code"], "rate_exceeded");
    assert!(answer.number("retry-after") > 0);
}

async fn what_is_not_foreseen_stays_in_the_envelope(stage: &mut Stage) {
    let wrong_method = stage.ours.percent("DELETE", "/v1/donation-sessions");
    let answer = wrong_method.send().await;
    assert_eq!(answer.json()["error"]["code"], "method_not_allowed");
    let request = stage.ours.percent("POST", "/v1/donation-sessions");
    let answer = request.body("text/plain", "{}").send().await;
    assert_eq!(answer.json()["error"]["code"], "unsupported_media_type");
    let request = stage.ours.percent("POST", "/v1/donation-sessions");
    let large = vec![b' '; (1 << 20) + 1];
    let answer = request.body("application/json", large).send().await;
    assert_eq!(answer.status, 413);
    assert_eq!(answer.json()["error"]["code"], "payload_too_large");
}
