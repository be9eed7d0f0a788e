//! Changing, rotating and ending keys: what holds at once.

use serde_json::{Value, json};
use shared::Code;
use shared::config::GetConfig;
use shared::id::KeyId;
use shared::key::{DeleteKey, GetKey, ListKeys, RotateKey};
use shared::portal_user::Role;
use shared::user::ListUsers;

use super::keys::{keys_of, made, new_key};
use crate::stage::{HOUR_MS, Keys, MINUTE_MS, Person, Request, Response, Stage};

on_both_databases! {
    what_is_changed_holds_at_once,
    null_takes_a_limit_away,
    a_key_is_switched_off_and_on,
    a_deleted_key_is_gone_for_good,
    an_operators_revocation_is_final,
    rotated_secrets_end_at_once_without_grace,
    rotated_secrets_live_on_for_their_grace,
    a_second_rotation_ends_the_first_ones_grace,
    a_publishable_keys_signing_secret_rotates,
    a_rotation_is_repeated_under_its_key,
}

fn id_of(key: &Value) -> KeyId {
    KeyId(key["id"].as_str().unwrap().to_owned())
}

fn patching(person: &Person, key: &Value, body: &Value) -> Request {
    let path = format!("/v1/partner/keys/{}", id_of(key));
    person.request("PATCH", &path).json(body)
}

async fn rotate(person: &Person, key: &Value, grace_seconds: Option<u32>) -> Value {
    let call = RotateKey {
        id: id_of(key),
        grace_seconds,
    };
    person.ask(&call).await.answer(200)
}

/// A signed call with each half of a key's secrets.
async fn users(stage: &Stage, key: &str, hmac_secret: &str) -> Response {
    let request = stage.ours.client.request("GET", "/v1/partner/users");
    request.signed(key, hmac_secret).send().await
}

async fn works(stage: &Stage, keys: &Keys) {
    for half in [&keys.secret, &keys.public] {
        let answer = users(stage, half, &keys.hmac_secret).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
    }
}

/// Neither half of the secrets is good any more.
async fn is_over(stage: &Stage, old: &Keys, new: &Keys) {
    let refused = users(stage, &old.secret, &new.hmac_secret).await;
    refused.refused(Code::InvalidApiKey);
    let refused = users(stage, &new.secret, &old.hmac_secret).await;
    refused.refused(Code::InvalidSignature);
    let refused = users(stage, &old.public, &old.hmac_secret).await;
    refused.refused(Code::InvalidSignature);
}

async fn what_is_changed_holds_at_once(stage: &mut Stage) {
    let person = stage.person(Role::Admin).await;
    let key = made(&person, &new_key("Shop")).await;
    stage.ours.keys = keys_of(&key);
    stage.ours.call(&ListUsers::default()).await;
    stage.ours.call(&GetConfig {}).await;
    let body = json!({ "name": "Till", "scopes": ["actions:read"] });
    let changed: Value = patching(&person, &key, &body).send().await.answer(200);
    assert_eq!(changed["name"], "Till");
    assert_eq!(changed["scopes"], json!(["actions:read"]));
    for refused in [
        stage.ours.ask(&ListUsers::default()).await,
        stage.ours.ask(&GetConfig {}).await,
    ] {
        refused.refused(Code::InsufficientScope);
    }
    let body = json!({ "scopes": null, "ipAllowlist": ["203.0.113.7"] });
    patching(&person, &key, &body)
        .send()
        .await
        .answer::<Value>(200);
    let refused = stage.ours.ask(&ListUsers::default()).await;
    refused.refused(Code::IpNotAllowed);
    let nothing: Value = patching(&person, &key, &json!({})).send().await.answer(200);
    assert_eq!(nothing["name"], "Till");
    assert_eq!(nothing["ipAllowlist"], json!(["203.0.113.7/32"]));
}

async fn null_takes_a_limit_away(stage: &mut Stage) {
    let person = stage.person(Role::Admin).await;
    let key = made(&person, &new_key("Shop")).await;
    let body = json!({
        "scopes": ["users:read"], "expiresAt": stage.now().plus_ms(HOUR_MS), "ipAllowlist": ["127.0.0.1"],
        "allowedOrigins": ["https://shop.example"],
    });
    patching(&person, &key, &body)
        .send()
        .await
        .answer::<Value>(200);
    let body = json!({
        "scopes": null, "expiresAt": null, "ipAllowlist": null, "allowedOrigins": null,
    });
    let freed: Value = patching(&person, &key, &body).send().await.answer(200);
    assert_eq!(freed["scopes"], Value::Null);
    assert_eq!(freed["expiresAt"], Value::Null);
    assert_eq!(freed["ipAllowlist"], json!([]));
    assert_eq!(freed["allowedOrigins"], json!([]));
}

async fn a_key_is_switched_off_and_on(stage: &mut Stage) {
    let person = stage.person(Role::Admin).await;
    let key = made(&person, &new_key("Shop")).await;
    stage.ours.keys = keys_of(&key);
    stage.ours.call(&ListUsers::default()).await;
    let switch = async |is_active: bool| -> Value {
        let body = json!({ "isActive": is_active });
        patching(&person, &key, &body).send().await.answer(200)
    };
    assert_eq!(switch(false).await["isActive"], false);
    let refused = stage.ours.ask(&ListUsers::default()).await;
    refused.refused(Code::ApiKeyInactive);
    switch(true).await;
    stage.ours.call(&ListUsers::default()).await;
}

async fn a_deleted_key_is_gone_for_good(stage: &mut Stage) {
    let person = stage.person(Role::Admin).await;
    let key = made(&person, &new_key("Shop")).await;
    let id = id_of(&key);
    stage.ours.keys = keys_of(&key);
    stage.ours.call(&ListUsers::default()).await;
    stage.ours.call(&GetConfig {}).await;
    let deleted = person.ask(&DeleteKey { id: id.clone() }).await;
    assert_eq!((deleted.status, deleted.text.as_str()), (204, ""));
    for refused in [
        stage.ours.ask(&ListUsers::default()).await,
        stage.ours.ask(&GetConfig {}).await,
    ] {
        refused.refused(Code::ApiKeyInactive);
    }
    let again = DeleteKey { id: id.clone() };
    person.ask(&again).await.refused(Code::KeyNotFound);
    let seen = GetKey { id: id.clone() };
    person.ask(&seen).await.refused(Code::KeyNotFound);
    let on = patching(&person, &key, &json!({ "isActive": true }));
    on.send().await.refused(Code::KeyNotFound);
    let call = RotateKey {
        id,
        grace_seconds: None,
    };
    person.ask(&call).await.refused(Code::KeyNotFound);
    let list = person.call(&ListKeys::default()).await;
    assert_eq!(list.data.len(), 1);
}

async fn an_operators_revocation_is_final(stage: &mut Stage) {
    let person = stage.person(Role::Admin).await;
    let key = made(&person, &new_key("Shop")).await;
    let mut tx = stage.app().db.write().await.unwrap();
    let id = id_of(&key);
    server::store::key::revoke(&mut tx, id.as_str())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let on = patching(&person, &key, &json!({ "isActive": true }));
    on.send().await.refused(Code::KeyNotFound);
}

async fn rotated_secrets_end_at_once_without_grace(stage: &mut Stage) {
    let person = stage.person(Role::Admin).await;
    let key = made(&person, &new_key("Shop")).await;
    let old = keys_of(&key);
    works(stage, &old).await;
    let rotated = rotate(&person, &key, None).await;
    let new = keys_of(&rotated);
    assert_eq!(new.public, old.public);
    assert_eq!(rotated["id"], key["id"]);
    assert_eq!(rotated["secretKeyLast4"], &new.secret[68..]);
    assert_eq!(rotated["previousSecretsExpireAt"], Value::Null);
    works(stage, &new).await;
    is_over(stage, &old, &new).await;
}

async fn rotated_secrets_live_on_for_their_grace(stage: &mut Stage) {
    let person = stage.person(Role::Admin).await;
    let key = made(&person, &new_key("Shop")).await;
    let old = keys_of(&key);
    let rotated = rotate(&person, &key, Some(60)).await;
    let new = keys_of(&rotated);
    let end = json!(stage.now().plus_ms(MINUTE_MS));
    assert_eq!(rotated["previousSecretsExpireAt"], end);
    works(stage, &old).await;
    works(stage, &new).await;
    stage.pass_time(MINUTE_MS - 1);
    works(stage, &old).await;
    stage.pass_time(1);
    is_over(stage, &old, &new).await;
    works(stage, &new).await;
    let seen = person.call(&GetKey { id: id_of(&key) }).await;
    assert_eq!(seen.previous_secrets_expire_at, None);
}

async fn a_second_rotation_ends_the_first_ones_grace(stage: &mut Stage) {
    let person = stage.person(Role::Admin).await;
    let key = made(&person, &new_key("Shop")).await;
    let first = keys_of(&key);
    let second = keys_of(&rotate(&person, &key, Some(3_600)).await);
    works(stage, &first).await;
    let third = keys_of(&rotate(&person, &key, Some(3_600)).await);
    works(stage, &second).await;
    works(stage, &third).await;
    is_over(stage, &first, &third).await;
}

async fn a_publishable_keys_signing_secret_rotates(stage: &mut Stage) {
    let person = stage.person(Role::Admin).await;
    let call = shared::key::CreateKey {
        key_type: shared::key::KeyType::Publishable,
        ..new_key("Widget")
    };
    let key = made(&person, &call).await;
    let old = keys_of(&key);
    let rotated = rotate(&person, &key, None).await;
    assert_eq!(rotated["secretKey"], Value::Null);
    assert_eq!(rotated["keyType"], "publishable");
    let new = keys_of(&rotated);
    let good = users(stage, &new.public, &new.hmac_secret).await;
    assert_eq!(good.status, 200);
    let refused = users(stage, &new.public, &old.hmac_secret).await;
    refused.refused(Code::InvalidSignature);
}

async fn a_rotation_is_repeated_under_its_key(stage: &mut Stage) {
    let person = stage.person(Role::Admin).await;
    let key = made(&person, &new_key("Shop")).await;
    let send = async |grace_seconds| {
        let call = RotateKey {
            id: id_of(&key),
            grace_seconds,
        };
        let request = person.prepare(&call);
        request.header("idempotency-key", "once").send().await
    };
    let (first, again) = (send(None).await, send(None).await);
    assert_eq!(first.text, again.text);
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    send(Some(1)).await.refused(Code::IdempotencyKeyReused);
    let keys = keys_of(&first.json());
    works(stage, &keys).await;
    let found = format!("replays WHERE answer LIKE '%{}%'", keys.secret);
    assert_eq!(stage.count(&found).await, 0);
}
