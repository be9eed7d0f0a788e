//! What cannot be meant is refused, and its field is named.

use serde_json::json;
use shared::Code;
use shared::portal_user::Role;

use crate::stage::{PASSWORD, Person, Stage};

on_both_databases! {
    what_is_no_credential_is_named,
    what_is_no_new_password_is_named,
    what_is_no_invitation_is_named,
    what_is_no_key_is_named,
    what_is_no_change_of_a_key_is_named,
    a_grace_is_a_day_at_most,
}

const KEYS: &str = "/v1/partner/keys";

async fn what_is_no_credential_is_named(stage: &mut Stage) {
    let endless = "x".repeat(100 << 10);
    for (email, password, field) in [
        ("", PASSWORD, "email"),
        ("ada", PASSWORD, "email"),
        ("ada@exam ple.org", PASSWORD, "email"),
        ("ada@example.org\u{0}", PASSWORD, "email"),
        (
            &format!("{}@example.org", "a".repeat(300)),
            PASSWORD,
            "email",
        ),
        ("ada@example.org", "", "password"),
        ("ada@example.org", &endless, "password"),
        ("ada@example.org", "a\u{0}b", "password"),
    ] {
        let refused = stage.signing_in(email, password).send().await;
        refused.refused_field(field);
    }
    assert_eq!(stage.count("sign_in_failures").await, 0);
    for (path, field) in [
        ("login", "email"),
        ("refresh", "refreshToken"),
        ("logout", "refreshToken"),
        ("forgot", "email"),
        ("reset", "token"),
    ] {
        let path = format!("/v1/partner/auth/{path}");
        let request = stage.ours.client.request("POST", &path);
        request.json(&json!({})).send().await.refused_field(field);
    }
    // A name outside ASCII is one.
    let unicode = stage.signing_in("ädä@exämple.org", PASSWORD).send().await;
    unicode.refused(Code::InvalidCredentials);
}

async fn what_is_no_new_password_is_named(stage: &mut Stage) {
    let person = stage.person(Role::Viewer).await;
    for wrong in [
        "",
        "short",
        "eleven char",
        &"x".repeat(1_025),
        &"x".repeat(100 << 10),
    ] {
        let body = json!({ "currentPassword": PASSWORD, "newPassword": wrong });
        let change = person.posting("/v1/partner/auth/password", &body);
        change.send().await.refused_field("newPassword");
        let body = json!({ "token": "0", "password": wrong });
        let request = stage.ours.client.request("POST", "/v1/partner/auth/reset");
        let reset = request.json(&body).send().await;
        reset.refused_field("password");
    }
    let body = json!({ "currentPassword": "x".repeat(100 << 10), "newPassword": PASSWORD });
    let change = person.posting("/v1/partner/auth/password", &body);
    change.send().await.refused_field("currentPassword");
}

async fn what_is_no_invitation_is_named(stage: &mut Stage) {
    let person = stage.person(Role::Owner).await;
    for (body, field) in [
        (json!({ "role": "VIEWER" }), "email"),
        (json!({ "email": "ada", "role": "VIEWER" }), "email"),
        (json!({ "email": "ada@example.org" }), "role"),
        (
            json!({ "email": "ada@example.org", "role": "KING" }),
            "role",
        ),
        (
            json!({ "email": "ada@example.org", "role": "VIEWER", "firstName": "a\nb" }),
            "firstName",
        ),
        (
            json!({ "email": "ada@example.org", "role": "VIEWER", "lastName": "x".repeat(101) }),
            "lastName",
        ),
    ] {
        let invite = person.posting("/v1/partner/auth/invite", &body);
        invite.send().await.refused_field(field);
    }
    assert_eq!(stage.count("mails").await, 0);
}

/// Bounds of a key that are none, and their fields.
fn bounds(now: shared::time::Timestamp) -> Vec<(serde_json::Value, &'static str)> {
    let networks = vec!["10.0.0.0/8"; 101];
    vec![
        (json!({ "name": "" }), "name"),
        (json!({ "name": "x".repeat(201) }), "name"),
        (json!({ "name": "a\nb" }), "name"),
        (json!({ "scopes": [] }), "scopes"),
        (json!({ "scopes": ["users:read", "all"] }), "scopes[1]"),
        (json!({ "expiresAt": now }), "expiresAt"),
        (json!({ "expiresAt": "2020-01-01T00:00:00Z" }), "expiresAt"),
        (json!({ "expiresAt": "tomorrow" }), "expiresAt"),
        (json!({ "ipAllowlist": ["anywhere"] }), "ipAllowlist[0]"),
        (
            json!({ "ipAllowlist": ["10.0.0.0/8", "10.0.0.0/33"] }),
            "ipAllowlist[1]",
        ),
        (json!({ "ipAllowlist": [""] }), "ipAllowlist[0]"),
        (json!({ "ipAllowlist": networks }), "ipAllowlist"),
        (
            json!({ "allowedOrigins": ["https://a.example/path"] }),
            "allowedOrigins[0]",
        ),
        (
            json!({ "allowedOrigins": ["https://a.example", "*"] }),
            "allowedOrigins[1]",
        ),
        (
            json!({ "allowedOrigins": ["a.example"] }),
            "allowedOrigins[0]",
        ),
    ]
}

async fn what_is_no_key_is_named(stage: &mut Stage) {
    let person = stage.person(Role::Admin).await;
    let whole = json!({ "name": "Shop", "environment": "sandbox", "keyType": "secret" });
    for field in ["name", "environment", "keyType"] {
        let mut body = whole.clone();
        body.as_object_mut().unwrap().remove(field);
        person
            .posting(KEYS, &body)
            .send()
            .await
            .refused_field(field);
        body[field] = json!("nonsense\n");
        person
            .posting(KEYS, &body)
            .send()
            .await
            .refused_field(field);
    }
    for (wrong, field) in bounds(stage.now()) {
        let mut body = whole.clone();
        let members = body.as_object_mut().unwrap();
        members.extend(wrong.as_object().unwrap().clone());
        person
            .posting(KEYS, &body)
            .send()
            .await
            .refused_field(field);
    }
    let body = json!({
        "name": "", "environment": "sandbox", "keyType": "secret", "ipAllowlist": ["x"], "scopes": [],
    });
    let all = person.posting(KEYS, &body).send().await;
    let refusal = all.refused(Code::ValidationError);
    assert_eq!(refusal.errors.len(), 3, "everything at once");
    assert_eq!(stage.count("keys").await, 2);
}

async fn what_is_no_change_of_a_key_is_named(stage: &mut Stage) {
    let person = stage.person(Role::Admin).await;
    let key = super::keys::made(&person, &super::keys::new_key("Shop")).await;
    let path = format!("{KEYS}/{}", key["id"].as_str().unwrap());
    let refuse = async |person: &Person, body: &serde_json::Value, field: &str| {
        let request = person.request("PATCH", &path).json(body);
        request.send().await.refused_field(field);
    };
    for (wrong, field) in bounds(stage.now()) {
        refuse(&person, &wrong, field).await;
    }
    for field in ["name", "isActive"] {
        refuse(&person, &json!({ field: null }), field).await;
    }
    refuse(&person, &json!({ "isActive": "yes" }), "isActive").await;
}

async fn a_grace_is_a_day_at_most(stage: &mut Stage) {
    let person = stage.person(Role::Admin).await;
    let key = super::keys::made(&person, &super::keys::new_key("Shop")).await;
    let path = format!("{KEYS}/{}/rotate", key["id"].as_str().unwrap());
    for wrong in [json!(86_401), json!(-1), json!("1"), json!(1.5)] {
        let body = json!({ "graceSeconds": wrong });
        let rotate = person.posting(&path, &body);
        rotate.send().await.refused_field("graceSeconds");
    }
    let body = json!({ "graceSeconds": 86_400 });
    let rotate = person.posting(&path, &body).send().await;
    assert_eq!(rotate.status, 200);
}
