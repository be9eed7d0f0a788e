//! Users, who are the same in all dialects.

use serde_json::{Value, json};
use shared::percent::{CreatePercentUser, GetPercentUser};
use shared::user::GetUser;

use crate::stage::Stage;

on_both_databases! {
    a_user_is_made_and_read,
    a_user_is_the_same_in_the_other_dialect,
    a_user_that_is_made_is_told_of,
    a_user_who_was_erased_stays_and_so_does_the_answer_under_its_key,
}

async fn a_user_is_made_and_read(stage: &mut Stage) {
    let made: Value = stage
        .ours
        .percent("POST", "/v1/users")
        .send()
        .await
        .answer(200);
    let data = made["data"].as_object().unwrap();
    assert_eq!((data.len(), &made["object"]), (3, &json!("user")));
    assert_eq!(data["createdAt"], "2025-05-10T11:20:00.000Z");
    assert_eq!(data["deletedAt"], Value::Null);
    let id = data["id"].as_str().unwrap();
    assert_eq!(id.strip_prefix("user_").unwrap().len(), 29);
    let read = stage.ours.percent("GET", &format!("/v1/users/{id}"));
    assert_eq!(read.send().await.json(), made);
    // As the vendor's clients send it: a content type, and no body.
    let request = stage.ours.percent("POST", "/v1/users");
    let again = request
        .header("content-type", "application/json")
        .send()
        .await;
    assert_ne!(again.answer::<Value>(200)["data"]["id"], data["id"]);
    assert_eq!(stage.count("users").await, 2);
}

async fn a_user_is_the_same_in_the_other_dialect(stage: &mut Stage) {
    let made = stage.ours.call(&CreatePercentUser {}).await.data;
    let external_id = shared::id::ExternalUserId(made.id.0.clone());
    let seen = stage
        .ours
        .call(&GetUser {
            external_id: external_id.clone(),
        })
        .await;
    assert_eq!(seen.external_user_id, external_id);
    assert_eq!(seen.email, None);
    let body = json!({ "externalUserId": "user_42" });
    let request = stage.ours.signed_json("POST", "/v1/partner/users", &body);
    assert_eq!(request.send().await.status, 201);
    let other = stage
        .ours
        .call(&GetPercentUser {
            id: "user_42".to_owned().into(),
        })
        .await;
    assert_eq!(other.data.id.as_str(), "user_42");
    let theirs = stage.theirs.ask(&GetPercentUser { id: made.id }).await;
    assert_eq!(theirs.status, 404);
}

async fn a_user_that_is_made_is_told_of(stage: &mut Stage) {
    let made = stage.ours.call(&CreatePercentUser {}).await.data;
    let told = stage.events_of("user.created").await;
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].data["externalUserId"], json!(made.id));
}

async fn a_user_who_was_erased_stays_and_so_does_the_answer_under_its_key(stage: &mut Stage) {
    let ask = || {
        let request = stage.ours.percent("POST", "/v1/users");
        request.header("idempotency-key", "one").send()
    };
    let made: Value = ask().await.answer(200);
    let id = made["data"]["id"].as_str().unwrap();
    let session = stage
        .open_session(json!({ "userId": id, "metadata": { "name": "Ada Lovelace" } }))
        .await;
    let path = format!("/v1/partner/users/{id}");
    assert_eq!(stage.ours.signed("DELETE", &path).send().await.status, 204);
    assert_eq!(ask().await.json(), made);
    let read = stage.ours.percent("GET", &format!("/v1/users/{id}"));
    assert_eq!(read.send().await.json(), made);
    assert_eq!(stage.session(&session).await.metadata, None);
}
