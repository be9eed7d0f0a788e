//! Making keys, and seeing them.

use serde_json::{Value, json};
use shared::key::{CreateKey, GetKey, GetPartnerInfo, KeyEnvironment, KeyType, ListKeys};
use shared::organization::FindOrganizations;
use shared::partner::PartnerStatus;
use shared::portal_user::Role;
use shared::sign_in::GetMe;
use shared::user::ListUsers;
use shared::{Code, Scope};

use crate::stage::{HOUR_MS, Keys, MINUTE_MS, Person, Stage};

on_both_databases! {
    a_new_pair_is_shown_once_and_calls,
    a_publishable_key_has_no_secret_half,
    a_key_is_bounded_as_it_was_asked_for,
    the_other_environments_key_is_asked_for_elsewhere,
    the_other_environments_host_is_named,
    a_user_without_a_partner_is_given_one,
    of_two_first_keys_at_once_one_makes_the_partner,
    an_idempotency_key_makes_one_key_and_keeps_its_secrets_sealed,
    keys_are_listed_newest_first,
    a_partner_has_a_hundred_keys_at_most,
    the_last_use_is_kept_without_a_write_a_call,
    two_partners_keys_are_apart,
}

pub(super) fn new_key(name: &str) -> CreateKey {
    CreateKey {
        name: name.to_owned(),
        environment: KeyEnvironment::Sandbox,
        key_type: KeyType::Secret,
        scopes: None,
        expires_at: None,
        ip_allowlist: None,
        allowed_origins: None,
    }
}

/// Lets our partner call with a key that was shown.
pub(super) fn keys_of(made: &Value) -> Keys {
    let text = |name: &str| made[name].as_str().unwrap_or_default().to_owned();
    Keys {
        public: text("publicKey"),
        secret: text("secretKey"),
        hmac_secret: text("hmacSecret"),
    }
}

pub(super) async fn made(person: &Person, call: &CreateKey) -> Value {
    person.ask(call).await.answer(201)
}

async fn a_new_pair_is_shown_once_and_calls(stage: &mut Stage) {
    let person = stage.person(Role::Admin).await;
    let pair = made(&person, &new_key("Shop")).await;
    let keys = keys_of(&pair);
    assert!(keys.public.starts_with("pk_test_") && keys.public.len() == 72);
    assert!(keys.secret.starts_with("sk_test_") && keys.secret.len() == 72);
    assert_eq!(keys.hmac_secret.len(), 64);
    let mut seen = pair.clone();
    for secret in ["secretKey", "hmacSecret"] {
        seen.as_object_mut().unwrap().remove(secret);
    }
    assert_eq!(
        seen,
        json!({
            "id": pair["id"], "partnerId": stage.ours.partner.id, "name": "Shop", "environment": "sandbox",
            "keyType": "secret", "publicKey": keys.public, "secretKeyLast4": &keys.secret[68..],
            "scopes": null, "ipAllowlist": [], "allowedOrigins": [], "isActive": true, "expiresAt": null,
            "previousSecretsExpireAt": null, "lastUsedAt": null, "createdAt": stage.now(),
        })
    );
    let id = pair["id"].as_str().unwrap().to_owned().into();
    let again = person.call(&GetKey { id }).await;
    assert_eq!(serde_json::to_value(again).unwrap(), seen);
    let list = person.ask(&ListKeys::default()).await.text;
    assert!(!list.contains(&keys.secret) && !list.contains(&keys.hmac_secret));
    stage.ours.keys = keys;
    stage.ours.call(&ListUsers::default()).await;
}

async fn a_publishable_key_has_no_secret_half(stage: &mut Stage) {
    let person = stage.person(Role::Admin).await;
    let call = CreateKey {
        key_type: KeyType::Publishable,
        ..new_key("Widget")
    };
    let key = made(&person, &call).await;
    assert_eq!(key["secretKey"], Value::Null);
    assert_eq!(key["secretKeyLast4"], Value::Null);
    assert_eq!(key["keyType"], "publishable");
    let keys = keys_of(&key);
    let request = stage.ours.client.request("GET", "/v1/partner/users");
    let signed = request.signed(&keys.public, &keys.hmac_secret);
    assert_eq!(signed.send().await.status, 200);
}

async fn a_key_is_bounded_as_it_was_asked_for(stage: &mut Stage) {
    let person = stage.person(Role::Admin).await;
    let call = CreateKey {
        scopes: Some(vec![Scope::UsersRead, Scope::ConfigRead, Scope::UsersRead]),
        expires_at: Some(stage.now().plus_ms(HOUR_MS)),
        ip_allowlist: Some(vec!["127.0.0.0/8".to_owned(), "2001:db8::1".to_owned()]),
        allowed_origins: Some(vec!["https://Shop.example:443".to_owned()]),
        ..new_key("Bounded")
    };
    let key = made(&person, &call).await;
    assert_eq!(key["scopes"], json!(["users:read", "config:read"]));
    assert_eq!(
        key["ipAllowlist"],
        json!(["127.0.0.0/8", "2001:db8::1/128"])
    );
    assert_eq!(key["allowedOrigins"], json!(["https://shop.example"]));
    stage.ours.keys = keys_of(&key);
    stage.ours.call(&ListUsers::default()).await;
    let query = FindOrganizations {
        query: "river".to_owned(),
    };
    stage
        .ours
        .ask(&query)
        .await
        .refused(Code::InsufficientScope);
    let config = stage.ours.widget("GET", "/v1/partner/config");
    let elsewhere = config.header("origin", "https://other.example");
    elsewhere.send().await.refused(Code::OriginNotAllowed);
    stage.pass_time(HOUR_MS);
    let expired = stage.ours.ask(&ListUsers::default()).await;
    expired.refused(Code::ApiKeyExpired);
    let elsewhere = CreateKey {
        ip_allowlist: Some(vec!["203.0.113.0/24".to_owned()]),
        ..new_key("Elsewhere")
    };
    let person = stage.sign_in(&person.email).await;
    stage.ours.keys = keys_of(&made(&person, &elsewhere).await);
    let refused = stage.ours.ask(&ListUsers::default()).await;
    refused.refused(Code::IpNotAllowed);
}

async fn the_other_environments_key_is_asked_for_elsewhere(stage: &mut Stage) {
    let person = stage.person(Role::Admin).await;
    let call = CreateKey {
        environment: KeyEnvironment::Production,
        ..new_key("Live")
    };
    let refusal = person.ask(&call).await.refused(Code::EnvironmentNotServed);
    let here = &stage.app().base_url;
    for word in [here.as_str(), "sandbox", "production"] {
        assert!(refusal.message.contains(word), "{}", refusal.message);
    }
    assert_eq!(stage.count("keys").await, 2);
}

async fn the_other_environments_host_is_named(stage: &mut Stage) {
    let there = "https://live.example.org".parse().ok();
    stage
        .restart(|settings| settings.other_environment_url = there)
        .await;
    let person = stage.person(Role::Admin).await;
    let call = CreateKey {
        environment: KeyEnvironment::Production,
        ..new_key("Live")
    };
    let refusal = person.ask(&call).await.refused(Code::EnvironmentNotServed);
    assert!(refusal.message.ends_with("ask https://live.example.org"));
}

async fn a_user_without_a_partner_is_given_one(stage: &mut Stage) {
    let person = stage.newcomer().await;
    let first = made(&person, &new_key("First")).await;
    let info = person.call(&GetPartnerInfo {}).await;
    assert_eq!(info.status, PartnerStatus::PendingApproval);
    assert_eq!(info.name, "Ada");
    assert_eq!(first["partnerId"], info.id.as_str());
    let me = person.call(&GetMe {}).await;
    assert_eq!(me.publishable_key.as_deref(), first["publicKey"].as_str());
    let second = made(&person, &new_key("Second")).await;
    assert_eq!(second["partnerId"], info.id.as_str());
    // A partner that waits may use the sandbox.
    stage.ours.keys = keys_of(&first);
    stage.ours.call(&ListUsers::default()).await;
}

async fn of_two_first_keys_at_once_one_makes_the_partner(stage: &mut Stage) {
    let person = stage.newcomer().await;
    let (one, other) = (new_key("One"), new_key("Other"));
    let both = [made(&person, &one), made(&person, &other)];
    let both = futures_util::future::join_all(both).await;
    assert_eq!(both[0]["partnerId"], both[1]["partnerId"]);
    assert_eq!(stage.count("partners").await, 3);
}

async fn an_idempotency_key_makes_one_key_and_keeps_its_secrets_sealed(stage: &mut Stage) {
    let person = stage.newcomer().await;
    let send = async |call: &CreateKey| {
        let request = person.prepare(call);
        request.header("idempotency-key", "once").send().await
    };
    let first = send(&new_key("Shop")).await;
    let again = send(&new_key("Shop")).await;
    assert_eq!((first.status, again.status), (201, 201));
    assert_eq!(first.text, again.text);
    assert_eq!(first.header("idempotent-replayed"), None);
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    let other = send(&new_key("Other")).await;
    other.refused(Code::IdempotencyKeyReused);
    let keys = keys_of(&first.json());
    for secret in [&keys.secret, &keys.hmac_secret, &keys.public] {
        let found = format!("replays WHERE answer LIKE '%{secret}%'");
        assert_eq!(stage.count(&found).await, 0);
    }
    assert_eq!(stage.count("replays").await, 1);
    let refused = person.prepare(&new_key("Shop"));
    let refused = refused.header("idempotency-key", "é");
    refused.send().await.refused_field("Idempotency-Key");
}

async fn keys_are_listed_newest_first(stage: &mut Stage) {
    let person = stage.person(Role::Admin).await;
    for name in ["First", "Second", "Third"] {
        stage.pass_time(MINUTE_MS);
        person.call(&new_key(name)).await;
    }
    let list = |page, cursor| ListKeys {
        page,
        limit: Some(2),
        cursor,
    };
    let first = person.call(&list(Some(1), None)).await;
    let names: Vec<_> = first.data.iter().map(|key| key.name.as_str()).collect();
    assert_eq!(names, ["Third", "Second"]);
    assert_eq!(first.pagination.total, Some(4));
    let rest = list(None, first.pagination.next_cursor);
    let rest = person.call(&rest).await;
    let names: Vec<_> = rest.data.iter().map(|key| key.name.as_str()).collect();
    assert_eq!(names, ["First", "Test"]);
    assert_eq!(rest.pagination.next_cursor, None);
}

async fn a_partner_has_a_hundred_keys_at_most(stage: &mut Stage) {
    let person = stage.person(Role::Admin).await;
    for _ in 0..99 {
        stage.limit_key(|_| {}).await;
    }
    let full = person.ask(&new_key("One more")).await;
    full.refused(Code::KeyLimitReached);
    let list = person.call(&ListKeys::default()).await;
    let id = list.data[0].id.clone();
    let deleted = person.ask(&shared::key::DeleteKey { id }).await;
    assert_eq!(deleted.status, 204);
    person.call(&new_key("One more")).await;
}

async fn the_last_use_is_kept_without_a_write_a_call(stage: &mut Stage) {
    let person = stage.person(Role::Viewer).await;
    let last_use = async || {
        server::worker::key_uses::pass(stage.app()).await.unwrap();
        let list = person.call(&ListKeys::default()).await;
        list.data[0].last_used_at
    };
    assert_eq!(last_use().await, None);
    let begin = stage.now();
    stage.ours.call(&ListUsers::default()).await;
    assert_eq!(last_use().await, Some(begin));
    stage.pass_time(MINUTE_MS - 1);
    stage.ours.call(&ListUsers::default()).await;
    assert_eq!(last_use().await, Some(begin));
    stage.pass_time(1);
    stage.ours.call(&ListUsers::default()).await;
    assert_eq!(last_use().await, Some(stage.now()));
    // A call that is refused is no use.
    let before = stage.now();
    stage.pass_time(5 * MINUTE_MS);
    let refused = stage.ours.signed("GET", "/v1/partner/users");
    let refused = refused.header("x-signature", "0").send().await;
    refused.refused(Code::InvalidSignature);
    assert_eq!(last_use().await, Some(before));
}

async fn two_partners_keys_are_apart(stage: &mut Stage) {
    stage.sign_in_owners().await;
    let path = "/v1/partner/keys";
    let request = stage.ours.client.request("GET", path);
    let theirs = request.bearer(&stage.theirs.owner).send().await;
    assert!(theirs.text.contains(&stage.theirs.keys.public));
    assert!(!theirs.text.contains(&stage.ours.keys.public));
}
