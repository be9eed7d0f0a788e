//! `PATCH /v1/partner/users/{externalId}`

use futures_util::future::join_all;
use serde_json::{Value, json};
use shared::Code;
use shared::user::{GetUser, ListUsers, User};

use crate::stage::{MINUTE_MS, Response, Stage};

on_both_databases! {
    what_is_not_named_stays,
    null_removes_a_field,
    metadata_is_merged_key_by_key,
    metadata_that_is_merged_is_bounded,
    a_change_of_nothing_leaves_the_time,
    a_changed_user_is_found_by_its_new_address,
    each_wrong_field_is_named_and_nothing_is_changed,
    the_path_says_who_is_changed,
    an_unknown_user_is_not_changed,
    another_partners_user_is_not_changed,
    a_publishable_key_changes_nobody,
    two_who_change_one_user_at_once_both_do,
}

const ADA: &str = "/v1/partner/users/ada";

async fn make_ada(stage: &Stage) -> Value {
    let body = json!({
        "externalUserId": "ada", "email": "ada@example.org", "firstName": "Ada", "lastName": "Lovelace",
        "metadata": { "level": 3, "tags": ["a"] },
    });
    let made = stage.ours.signed_json("POST", "/v1/partner/users", &body);
    made.send().await.answer(201)
}

async fn change(stage: &Stage, body: &Value) -> Response {
    stage.ours.signed_json("PATCH", ADA, body).send().await
}

async fn find(stage: &Stage) -> User {
    let external_id = "ada".to_owned().into();
    stage.ours.call(&GetUser { external_id }).await
}

async fn what_is_not_named_stays(stage: &mut Stage) {
    let mut expected = make_ada(stage).await;
    stage.pass_time(MINUTE_MS);
    let changed = change(stage, &json!({ "lastName": "King" })).await;
    expected["lastName"] = json!("King");
    expected["updatedAt"] = json!("2025-05-10T11:21:00.000Z");
    assert_eq!(changed.answer::<Value>(200), expected);
    assert_eq!(find(stage).await, changed.answer(200));
}

async fn null_removes_a_field(stage: &mut Stage) {
    let mut expected = make_ada(stage).await;
    let nothing = json!({ "email": null, "firstName": null, "lastName": null, "metadata": null });
    let changed: Value = change(stage, &nothing).await.answer(200);
    for field in ["email", "firstName", "lastName"] {
        expected[field] = json!(null);
    }
    expected["metadata"] = json!({});
    assert_eq!(changed, expected);
}

async fn metadata_is_merged_key_by_key(stage: &mut Stage) {
    make_ada(stage).await;
    for (changes, merged) in [
        (
            json!({ "club": "x" }),
            json!({ "level": 3, "tags": ["a"], "club": "x" }),
        ),
        (
            json!({ "level": null, "unknown": null, "tags": { "b": null } }),
            json!({ "tags": { "b": null }, "club": "x" }),
        ),
        (
            json!({ "tags": { "c": 1 } }),
            json!({ "tags": { "c": 1 }, "club": "x" }),
        ),
        (json!({ "tags": null, "club": null }), json!({})),
    ] {
        let changed: Value = change(stage, &json!({ "metadata": changes }))
            .await
            .answer(200);
        assert_eq!(changed["metadata"], merged);
    }
}

async fn metadata_that_is_merged_is_bounded(stage: &mut Stage) {
    make_ada(stage).await;
    let half = |name: &str| json!({ "metadata": { name: "x".repeat(9 * 1024) } });
    assert_eq!(change(stage, &half("a")).await.status, 200);
    change(stage, &half("b")).await.refused_field("metadata");
    assert_eq!(find(stage).await.metadata.get("b"), None);
    // What takes the place of as much fits.
    let instead = json!({ "metadata": { "a": null, "b": "x".repeat(16 * 1024 - 64) } });
    assert_eq!(change(stage, &instead).await.status, 200);
}

async fn a_change_of_nothing_leaves_the_time(stage: &mut Stage) {
    let made = make_ada(stage).await;
    stage.pass_time(MINUTE_MS);
    for same in [
        json!({}),
        json!({ "email": "ada@example.org", "metadata": { "level": 3, "other": null } }),
    ] {
        assert_eq!(change(stage, &same).await.answer::<Value>(200), made);
    }
}

async fn a_changed_user_is_found_by_its_new_address(stage: &mut Stage) {
    make_ada(stage).await;
    change(stage, &json!({ "email": "Countess@Example.org" })).await;
    for (email, count) in [("countess@example.ORG", 1), ("ada@example.org", 0)] {
        let email = Some(email.to_owned());
        let list = ListUsers {
            email,
            ..ListUsers::default()
        };
        assert_eq!(
            stage.ours.call(&list).await.pagination.total,
            Some(count),
            "{count}"
        );
    }
}

async fn each_wrong_field_is_named_and_nothing_is_changed(stage: &mut Stage) {
    let made: User = serde_json::from_value(make_ada(stage).await).unwrap();
    for (field, value) in [
        ("email", json!("")),
        ("email", json!("ada")),
        ("email", json!(7)),
        ("firstName", json!("")),
        ("firstName", json!("a".repeat(101))),
        ("lastName", json!("a\nb")),
        ("lastName", json!("\0")),
        ("metadata", json!([])),
        ("metadata", json!("text")),
        ("metadata", json!({ "a": "x".repeat(16 * 1024) })),
    ] {
        let mut body = json!({ "firstName": "Augusta" });
        body[field] = value;
        change(stage, &body).await.refused_field(field);
    }
    let two = json!({ "email": "x", "lastName": "" });
    assert_eq!(
        change(stage, &two)
            .await
            .refused(Code::ValidationError)
            .errors
            .len(),
        2
    );
    assert_eq!(find(stage).await, made);
}

async fn the_path_says_who_is_changed(stage: &mut Stage) {
    make_ada(stage).await;
    let body = json!({ "externalId": "eve", "externalUserId": "eve", "id": "x", "firstName": "A" });
    let changed: User = change(stage, &body).await.answer(200);
    assert_eq!(changed.external_user_id.as_str(), "ada");
    assert_eq!(stage.count("users").await, 1);
}

async fn an_unknown_user_is_not_changed(stage: &mut Stage) {
    let body = json!({ "firstName": "Ada" });
    change(stage, &body).await.refused(Code::UserNotFound);
    assert_eq!(stage.count("users").await, 0);
}

async fn another_partners_user_is_not_changed(stage: &mut Stage) {
    let made: User = serde_json::from_value(make_ada(stage).await).unwrap();
    let body = json!({ "firstName": "Eve" });
    let theirs = stage.theirs.signed_json("PATCH", ADA, &body).send().await;
    theirs.refused(Code::UserNotFound);
    assert_eq!(find(stage).await, made);
}

async fn a_publishable_key_changes_nobody(stage: &mut Stage) {
    make_ada(stage).await;
    let keys = &stage.ours.keys;
    for method in ["PATCH", "DELETE"] {
        let request = stage.ours.client.request(method, ADA);
        let signed = request.signed(&keys.public, &keys.hmac_secret);
        signed.send().await.refused(Code::SecretKeyRequired);
    }
}

async fn two_who_change_one_user_at_once_both_do(stage: &mut Stage) {
    make_ada(stage).await;
    let bodies: Vec<_> = (0..16)
        .map(|number| json!({ "metadata": { format!("key {number}"): number } }))
        .collect();
    for changed in join_all(bodies.iter().map(|body| change(stage, body))).await {
        assert_eq!(changed.status, 200);
    }
    assert_eq!(find(stage).await.metadata.len(), 18);
}
