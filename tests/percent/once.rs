//! One effect for one `Idempotency-Key`.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use serde_json::{Value, json};
use server::store::event;
use shared::percent::DonationSessionStatus;

use crate::stage::{DAY_MS, Request, Response, Stage, until};

on_both_databases! {
    the_same_call_under_the_same_key_gets_the_first_answer_again,
    another_call_under_the_same_key_is_refused,
    a_failed_call_leaves_its_key_free,
    a_key_is_remembered_for_twenty_one_days,
    while_the_first_call_is_under_way_a_second_is_told_so,
    many_at_once_under_one_key_open_one_session,
    two_processes_open_one_session_under_one_key,
    each_partner_and_each_dialect_has_keys_of_its_own,
    a_key_must_be_printable,
}

async fn keyed(stage: &Stage, key: &str, fields: Value) -> Request {
    let request = stage.ask_for_session(&fields).await;
    request.header("idempotency-key", key)
}

#[track_caller]
fn refused(response: &Response, code: &str) {
    let body: Value = response.answer(400);
    assert_eq!(body["error"]["code"], code, "{}", response.text);
    assert_eq!(body["error"]["title"], "Bad request");
}

fn id(response: &Response) -> String {
    let body: Value = response.answer(200);
    body["data"]["id"].as_str().unwrap().to_owned()
}

async fn the_same_call_under_the_same_key_gets_the_first_answer_again(stage: &mut Stage) {
    let ask = || keyed(stage, "one", json!({ "metadata": { "order": "1" } }));
    let first = ask().await.send().await;
    assert_eq!(first.header("idempotent-replayed"), None);
    let session = serde_json::from_value(first.json()["data"].clone()).unwrap();
    assert_eq!(stage.give_in(&session, &[]).await.status, 303);
    let now = stage.session(&session).await;
    assert_eq!(now.status, DonationSessionStatus::Completed);
    let again = ask().await.send().await;
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert_eq!(again.json(), first.json());
    assert_eq!(stage.count("donation_sessions").await, 1);
    let user = || {
        let request = stage.ours.percent("POST", "/v1/users");
        request.header("idempotency-key", "two").send()
    };
    assert_eq!(id(&user().await), id(&user().await));
    assert_eq!(stage.count("users").await, 1);
}

async fn another_call_under_the_same_key_is_refused(stage: &mut Stage) {
    let first = keyed(stage, "one", json!({})).await.send().await;
    assert_eq!(first.status, 200);
    let changed = keyed(stage, "one", json!({ "language": "de-DE" })).await;
    refused(&changed.send().await, "idempotency/same_key_different_data");
    let request = stage.ours.percent("POST", "/v1/users");
    let other = request.header("idempotency-key", "one").send().await;
    refused(&other, "idempotency/same_key_different_data");
    assert_eq!(stage.count("donation_sessions").await, 1);
    assert_eq!(stage.count("users").await, 0);
}

async fn a_failed_call_leaves_its_key_free(stage: &mut Stage) {
    for wrong in [
        json!({ "metadata": {} }),
        json!({ "userId": "user_x" }),
        json!({ "organisationId": "x" }),
    ] {
        assert_eq!(keyed(stage, "one", wrong).await.send().await.status, 400);
    }
    let right = keyed(stage, "one", json!({})).await.send().await;
    assert_eq!(right.status, 200, "{}", right.text);
    assert_eq!(right.header("idempotent-replayed"), None);
}

async fn a_key_is_remembered_for_twenty_one_days(stage: &mut Stage) {
    let first = id(&keyed(stage, "one", json!({})).await.send().await);
    stage.pass_time(21 * DAY_MS - 1);
    stage.sweep().await;
    assert_eq!(
        id(&keyed(stage, "one", json!({})).await.send().await),
        first
    );
    stage.pass_time(1);
    assert_ne!(
        id(&keyed(stage, "one", json!({})).await.send().await),
        first
    );
    stage.pass_time(21 * DAY_MS);
    stage.sweep().await;
    assert_eq!(stage.count("replays").await, 0);
}

async fn while_the_first_call_is_under_way_a_second_is_told_so(stage: &mut Stage) {
    let partner_id = stage.ours.partner.id.clone();
    // What an hour's limit needs to be written is written by then.
    stage.open_session(json!({})).await;
    let first = keyed(stage, "one", json!({})).await;
    let second = keyed(stage, "one", json!({})).await;
    let changed = keyed(stage, "one", json!({ "currency": "EUR" })).await;
    // Somebody else has the books, so that the first cannot end.
    let mut held = stage.app().db.write().await.unwrap();
    event::next_commit(&mut held, &partner_id).await.unwrap();
    let under_way = &stage.app().under_way;
    let (first, ()) = tokio::join!(first.send(), async {
        until("the first is under way", async || under_way.count() == 1).await;
        for request in [second, changed] {
            refused(
                &request.send().await,
                "idempotency/original_call_in_progress",
            );
        }
        held.commit().await.unwrap();
    });
    let again = keyed(stage, "one", json!({})).await.send().await;
    assert_eq!(id(&again), id(&first));
    assert_eq!(under_way.count(), 0);
}

async fn many_at_once_under_one_key_open_one_session(stage: &mut Stage) {
    let mut requests = Vec::new();
    for _ in 0..32 {
        requests.push(keyed(stage, "one", json!({})).await);
    }
    let answers = join_all(requests.into_iter().map(Request::send)).await;
    let mut ids = BTreeSet::new();
    for answer in &answers {
        if answer.status == 200 {
            ids.insert(id(answer));
        } else {
            refused(answer, "idempotency/original_call_in_progress");
        }
    }
    assert_eq!(ids.len(), 1);
    assert_eq!(stage.count("donation_sessions").await, 1);
}

async fn two_processes_open_one_session_under_one_key(stage: &mut Stage) {
    let other = stage.start_another().await;
    let client = stage.client_of(&other);
    let body = json!({ "organisationId": stage.organisation("river-trust").await });
    let there = client
        .request("POST", "/v1/donation-sessions")
        .header("authorization", &stage.ours.keys.secret)
        .header("idempotency-key", "one")
        .json(&body);
    let here = keyed(stage, "one", json!({})).await;
    let (there, here) = tokio::join!(there.send(), here.send());
    assert_eq!(id(&there), id(&here));
    assert_eq!(stage.count("donation_sessions").await, 1);
    other.stop().await;
}

async fn each_partner_and_each_dialect_has_keys_of_its_own(stage: &mut Stage) {
    assert_eq!(
        keyed(stage, "one", json!({})).await.send().await.status,
        200
    );
    let body = json!({ "organisationId": stage.organisation("river-trust").await });
    let request = stage
        .theirs
        .percent("POST", "/v1/donation-sessions")
        .json(&body);
    let theirs = request.header("idempotency-key", "one").send().await;
    assert_eq!(
        (theirs.status, theirs.header("idempotent-replayed")),
        (200, None)
    );
    let user = json!({ "externalUserId": "ada" });
    let request = stage.ours.signed_json("POST", "/v1/partner/users", &user);
    let made = request.header("idempotency-key", "one").send().await;
    assert_eq!(made.status, 201, "{}", made.text);
}

async fn a_key_must_be_printable(stage: &mut Stage) {
    for key in ["", &"k".repeat(256), "über"] {
        let refused = keyed(stage, key, json!({})).await.send().await;
        let body: Value = refused.answer(400);
        assert_eq!(body["error"]["code"], "bad_request");
        let reason = body["error"]["reasons"][0].as_str().unwrap();
        assert!(
            reason.starts_with("Idempotency-Key must have 1 to 255"),
            "{reason}"
        );
    }
    assert_eq!(
        keyed(stage, &"k".repeat(255), json!({}))
            .await
            .send()
            .await
            .status,
        200
    );
}
