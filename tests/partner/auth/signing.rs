//! Signatures, as an independent implementation makes them.

use serde_json::json;
use shared::Code;
use shared::user::{CreateUser, GetUser, ListUsers};

use crate::stage::Stage;

on_both_databases! {
    a_signed_call_passes,
    a_query_is_signed_as_it_is_sent,
    a_path_is_signed_as_it_is_sent,
    a_signature_in_capitals_passes,
    a_timestamp_within_five_minutes_either_way_passes,
    a_timestamp_further_off_is_refused_with_the_servers_time,
    a_timestamp_that_is_none_is_refused,
    each_header_must_be_there_once,
    anything_changed_after_signing_is_refused,
    a_refused_signature_shows_what_the_server_signed,
    a_production_server_shows_nothing,
    a_signature_of_another_key_is_refused,
}

const USERS: &str = "/v1/partner/users";

async fn a_signed_call_passes(stage: &mut Stage) {
    let page = stage.ours.call(&ListUsers::default()).await;
    assert_eq!(page.pagination.total, Some(0));
}

async fn a_query_is_signed_as_it_is_sent(stage: &mut Stage) {
    let odd = format!("{USERS}?limit=1&email=%61%40b&&page=1");
    assert_eq!(stage.ours.signed("GET", &odd).send().await.status, 200);
}

async fn a_path_is_signed_as_it_is_sent(stage: &mut Stage) {
    let name = "Zoë / 100% + ?#é";
    let body = json!({ "externalUserId": name });
    let made: shared::user::User = stage
        .ours
        .signed_json("POST", USERS, &body)
        .send()
        .await
        .answer(201);
    let found = stage
        .ours
        .call(&GetUser {
            external_id: name.to_owned().into(),
        })
        .await;
    assert_eq!(found, made);
}

async fn a_signature_in_capitals_passes(stage: &mut Stage) {
    let request = stage.ours.signed("GET", USERS);
    let capitals = request.header_value("x-signature").to_uppercase();
    let response = request.header("x-signature", &capitals).send().await;
    assert_eq!(response.status, 200);
}

async fn a_timestamp_within_five_minutes_either_way_passes(stage: &mut Stage) {
    for skew in [-300, 0, 300] {
        assert_eq!(list_at(stage, skew).await.status, 200, "{skew}");
    }
}

async fn a_timestamp_further_off_is_refused_with_the_servers_time(stage: &mut Stage) {
    for skew in [-301, 301, -1_000_000_000] {
        let refusal = list_at(stage, skew)
            .await
            .refused(Code::TimestampOutOfRange);
        let servers_time = stage.now().seconds().to_string();
        assert!(refusal.message.contains(&servers_time), "{refusal:?}");
    }
}

async fn list_at(stage: &Stage, skew: i64) -> crate::stage::Response {
    let timestamp = (stage.now().seconds() + skew).to_string();
    let keys = &stage.ours.keys;
    let request = stage.ours.client.request("GET", USERS);
    request
        .signed_at(&timestamp, &keys.secret, &keys.hmac_secret)
        .send()
        .await
}

async fn a_timestamp_that_is_none_is_refused(stage: &mut Stage) {
    for timestamp in [
        "now",
        "-1746876000",
        "+1746876000",
        "1746876000.0",
        "0x1",
        "174687600000",
        "17468 76000",
    ] {
        let keys = &stage.ours.keys;
        let request = stage.ours.client.request("GET", USERS);
        let request = request.signed_at(timestamp, &keys.secret, &keys.hmac_secret);
        request.send().await.refused(Code::InvalidTimestamp);
    }
}

async fn each_header_must_be_there_once(stage: &mut Stage) {
    let request = stage.ours.signed("GET", USERS);
    for name in ["x-partner-key", "x-timestamp", "x-signature"] {
        let value = request.header_value(name).to_owned();
        for wrong in [
            request.clone().without(name),
            request.clone().header(name, ""),
            request.clone().another_header(name, &value),
        ] {
            let refusal = wrong.send().await.refused(Code::MissingAuthHeaders);
            assert!(refusal.message.contains(name), "{refusal:?}");
        }
    }
}

async fn anything_changed_after_signing_is_refused(stage: &mut Stage) {
    let (ours, body) = (&stage.ours, json!({ "externalUserId": "ada" }));
    let signed = ours.signed_json("POST", USERS, &body);
    let signature = signed.header_value("x-signature").to_owned();
    let later = (stage.now().seconds() + 1).to_string();
    let replaced = |method, path, body| {
        ours.signed_json(method, path, body)
            .header("x-signature", &signature)
    };
    let with_a_space = signed.clone().body("application/json", format!("{body} "));
    for changed in [
        replaced("POST", USERS, &json!({ "externalUserId": "eve" })),
        replaced("POST", "/v1/partner/users?a=b", &body),
        with_a_space,
        signed.clone().header("x-timestamp", &later),
        signed.clone().header("x-signature", &signature[..62]),
        signed.clone().header("x-signature", "not hex"),
    ] {
        changed.send().await.refused(Code::InvalidSignature);
    }
    assert_eq!(signed.send().await.status, 201);
}

async fn a_refused_signature_shows_what_the_server_signed(stage: &mut Stage) {
    let request = stage.ours.signed("GET", "/v1/partner/users?page=1");
    let refusal = request
        .header("x-signature", &"0".repeat(64))
        .send()
        .await
        .refused(Code::InvalidSignature);
    let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    let signed = format!("1746876000GET/v1/partner/users?page=1{empty}");
    assert!(refusal.message.contains(&signed), "{refusal:?}");
    assert!(!refusal.message.contains(&stage.ours.keys.hmac_secret));
}

async fn a_production_server_shows_nothing(stage: &mut Stage) {
    stage.turn_to_production().await;
    let request = stage.ours.signed("GET", USERS);
    let refusal = request
        .header("x-signature", "00")
        .send()
        .await
        .refused(Code::InvalidSignature);
    assert!(!refusal.message.contains("GET"), "{refusal:?}");
}

async fn a_signature_of_another_key_is_refused(stage: &mut Stage) {
    let call = CreateUser {
        external_user_id: "ada".to_owned().into(),
        email: None,
        first_name: None,
        last_name: None,
        metadata: None,
    };
    let request = stage.ours.prepare(&call);
    let theirs = request.signed(&stage.ours.keys.secret, &stage.theirs.keys.hmac_secret);
    theirs.send().await.refused(Code::InvalidSignature);
}
