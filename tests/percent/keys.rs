//! Which key may do what, and how it is sent.

use serde_json::{Value, json};
use shared::{Feature, Scope};

use crate::stage::{Response, Stage};

on_both_databases! {
    the_key_stands_in_the_header_as_it_is_or_behind_bearer,
    a_publishable_key_may_only_look_for_nonprofits,
    a_browser_may_look_for_nonprofits,
    a_key_is_held_to_its_scopes,
    a_partner_without_the_feature_opens_no_session,
    who_does_not_say_who_it_is_is_not_let_in,
}

const FORBIDDEN: &str = "Access is denied due to missing scope permissions";

#[track_caller]
fn forbidden(response: &Response) {
    let body: Value = response.answer(403);
    let error = &body["error"];
    assert_eq!(error["code"], "forbidden", "{}", response.text);
    assert_eq!(
        (&error["title"], &error["message"]),
        (&json!("Forbidden"), &json!(FORBIDDEN))
    );
}

async fn the_key_stands_in_the_header_as_it_is_or_behind_bearer(stage: &mut Stage) {
    let secret = stage.ours.keys.secret.clone();
    let with = |value: String| {
        let request = stage.ours.client.request("GET", "/v1/donation-sessions");
        request.header("authorization", &value).send()
    };
    for good in [
        secret.clone(),
        format!("Bearer {secret}"),
        format!("bearer {secret}"),
    ] {
        assert_eq!(with(good).await.status, 200);
    }
    for bad in [
        format!("Basic {secret}"),
        format!("Bearer  {secret}"),
        "Bearer ".to_owned(),
    ] {
        assert_eq!(with(bad).await.status, 401);
    }
}

async fn a_publishable_key_may_only_look_for_nonprofits(stage: &mut Stage) {
    let public = stage.ours.keys.public.clone();
    let organisation = stage.organisation("river-trust").await;
    let ask = |method: &str, path: &str| {
        let request = stage.ours.client.request(method, path);
        request.header("authorization", &public).send()
    };
    for path in [
        "/v1/organisations?query=river",
        &format!("/v1/organisations/{organisation}"),
    ] {
        assert_eq!(ask("GET", path).await.status, 200, "{path}");
    }
    for (method, path) in [
        ("POST", "/v1/donation-sessions"),
        ("GET", "/v1/donation-sessions"),
        ("GET", "/v1/donation-sessions/x"),
        ("POST", "/v1/users"),
        ("GET", "/v1/users/x"),
        ("GET", "/v1/donations"),
        ("GET", "/v1/donations/x"),
    ] {
        forbidden(&ask(method, path).await);
    }
}

async fn a_browser_may_look_for_nonprofits(stage: &mut Stage) {
    let preflight = |path: &str| stage.ours.client.request("OPTIONS", path).send();
    for path in ["/v1/organisations", "/v1/organisations/organisation_x"] {
        let allowed = preflight(path).await;
        assert_eq!(allowed.status, 204, "{path}");
        assert_eq!(allowed.header("access-control-allow-origin"), Some("*"));
        let headers = allowed.header("access-control-allow-headers").unwrap();
        assert!(headers.contains("Authorization"), "{headers}");
    }
    let foreign = "https://shop.example";
    let keys = stage
        .limit_key(|key| key.allowed_origins = vec!["https://example.org".to_owned()])
        .await;
    let from = |origin: &str, key: &str| {
        let request = stage
            .ours
            .client
            .request("GET", "/v1/organisations?query=river");
        request
            .header("authorization", key)
            .header("origin", origin)
            .send()
    };
    let found = from("https://example.org", &keys.public).await;
    assert_eq!(found.status, 200, "{}", found.text);
    assert_eq!(found.header("access-control-allow-origin"), Some("*"));
    let refused = from(foreign, &keys.public).await;
    forbidden(&refused);
    // A page of another origin may read why.
    assert_eq!(refused.header("access-control-allow-origin"), Some("*"));
    // Calls with the secret key are no browser's.
    assert_eq!(preflight("/v1/donation-sessions").await.status, 405);
    let list = stage.ours.percent("GET", "/v1/donation-sessions");
    let list = list.header("origin", foreign).send().await;
    assert_eq!(list.header("access-control-allow-origin"), None);
}

async fn a_key_is_held_to_its_scopes(stage: &mut Stage) {
    stage.ours.keys = stage
        .limit_key(|key| key.scopes = Some(vec![Scope::SessionsRead, Scope::OrganizationsRead]))
        .await;
    let ask = |method: &str, path: &str| stage.ours.percent(method, path).send();
    assert_eq!(ask("GET", "/v1/donation-sessions").await.status, 200);
    for (method, path) in [
        ("POST", "/v1/donation-sessions"),
        ("POST", "/v1/users"),
        ("GET", "/v1/users/user_x"),
        ("GET", "/v1/donations"),
    ] {
        forbidden(&ask(method, path).await);
    }
}

async fn a_partner_without_the_feature_opens_no_session(stage: &mut Stage) {
    let session = stage.open_session(json!({})).await;
    stage
        .change_partner(|partner| partner.features.retain(|one| *one != Feature::Donations))
        .await;
    forbidden(&stage.ask_for_session(&json!({})).await.send().await);
    assert_eq!(stage.session(&session).await, session);
    assert_eq!(stage.choose_in(&session, &[]).await.status, 403);
}

async fn who_does_not_say_who_it_is_is_not_let_in(stage: &mut Stage) {
    let request = stage.ours.client.request("GET", "/v1/donation-sessions");
    let nobody = request.clone().send().await;
    assert_eq!(nobody.status, 401);
    assert_eq!(nobody.json()["error"]["code"], "unauthorized");
    assert_eq!(nobody.json()["object"], "error");
    let signed = request.signed(&stage.ours.keys.secret, &stage.ours.keys.hmac_secret);
    assert_eq!(signed.send().await.status, 401);
}
