//! A token in the key's place, for who opens a fund.

use serde_json::{Value, json};
use server::config::{PartnerIssuer, Settings};
use server::serve::{Fill, StartError, start};
use shared::portal_user::Role;
use shared::{Feature, partner::PartnerStatus};

use super::scene::{DONOR, FUNDS, fund, provision, with};
use crate::stage::issuer::{Issuer, by_rsa, by_secret};
use crate::stage::{HOUR_MS, Response, Stage};

on_both_databases! {
    a_token_of_the_portal_names_the_partner,
    a_viewer_opens_no_fund,
    a_token_of_the_partners_issuer_names_the_user,
    the_tokens_user_and_the_others_agree,
    a_token_that_is_not_good_is_refused,
    a_token_beside_a_key_is_of_the_same_partner,
    a_suspended_partners_token_is_refused,
    a_token_opens_nothing_else,
    too_many_calls_by_tokens_of_one_user_are_told_to_wait,
    an_issuer_with_an_unsafe_address_does_not_start,
}

const ISSUER: &str = "https://login.example";
const ACCOUNT: &str = "account-identifier-01";

async fn with_issuer(stage: &mut Stage) -> Issuer {
    with_issuer_and(stage, |_| ()).await
}

async fn with_issuer_and(stage: &mut Stage, change: impl FnOnce(&mut Settings)) -> Issuer {
    let issuer = Issuer::open().await;
    let of = |slug: &str, audience: &str| {
        PartnerIssuer::try_from(format!("{slug} {ISSUER} {audience} {}", issuer.url)).unwrap()
    };
    let issuers = vec![of("theirs", "funds-of-theirs"), of("ours", "funds")];
    stage
        .restart(|settings| {
            settings.partner_issuers = issuers;
            change(settings);
        })
        .await;
    issuer
}

fn token(stage: &Stage, change: &Value) -> String {
    let mut claims = json!({
        "iss": ISSUER, "sub": DONOR, "aud": "funds", "exp": stage.now().seconds() + 300,
        // Nothing follows from it here, so it need not be verified.
        "email": "ada@example.org",
    });
    for (name, value) in change.as_object().unwrap() {
        claims[name] = value.clone();
    }
    by_rsa(&json!({ "alg": "RS256", "kid": "rsa" }), &claims)
}

fn unnamed() -> Value {
    with(fund(ACCOUNT, ""), "partnerUserIdentifier", Value::Null)
}

async fn open(stage: &Stage, token: &str, body: &Value) -> Response {
    let request = stage.ours.client.request("POST", FUNDS).json(body);
    request.bearer(token).send().await
}

async fn a_token_of_the_portal_names_the_partner(stage: &mut Stage) {
    provision(&stage.ours, DONOR).await;
    let owner = stage.person(Role::Admin).await;
    open(stage, &owner.access, &unnamed())
        .await
        .turned_down(400, "partnerUserIdentifier is required");
    let opened: Value = open(stage, &owner.access, &fund(ACCOUNT, DONOR))
        .await
        .answer(201);
    assert_eq!(opened["advisor"]["firstName"], "Ada");
    let by_key: Value = stage
        .ours
        .post(FUNDS, &fund(ACCOUNT, DONOR))
        .await
        .answer(200);
    assert_eq!(by_key, opened);
    stage
        .change_partner(|partner| {
            partner
                .features
                .retain(|one| *one != Feature::PartnerInflow);
        })
        .await;
    let refused = open(stage, &owner.access, &fund(ACCOUNT, DONOR)).await;
    refused.turned_down(403, "PARTNER_INFLOW");
}

async fn a_viewer_opens_no_fund(stage: &mut Stage) {
    provision(&stage.ours, DONOR).await;
    let viewer = stage.person(Role::Viewer).await;
    let refused = open(stage, &viewer.access, &fund(ACCOUNT, DONOR)).await;
    refused.turned_down(403, "ADMIN");
}

async fn a_token_of_the_partners_issuer_names_the_user(stage: &mut Stage) {
    let _issuer = with_issuer(stage).await;
    provision(&stage.ours, DONOR).await;
    // The token's user is no user of the body, which takes a feature.
    stage
        .change_partner(|partner| {
            partner
                .features
                .retain(|one| *one != Feature::PartnerInflow);
        })
        .await;
    let opened: Value = open(stage, &token(stage, &json!({})), &unnamed())
        .await
        .answer(201);
    assert_eq!(opened["advisor"]["lastName"], "Lovelace");
    let again: Value = open(stage, &token(stage, &json!({})), &unnamed())
        .await
        .answer(200);
    assert_eq!(again, opened);
    // The same issuer's tokens for another partner name users of that one.
    provision(&stage.theirs, DONOR).await;
    let theirs = token(stage, &json!({ "aud": "funds-of-theirs" }));
    let theirs: Value = open(stage, &theirs, &unnamed()).await.answer(201);
    let path = format!("/v1/funds/{}", theirs["id"].as_str().unwrap());
    assert_eq!(stage.theirs.platform("GET", &path).send().await.status, 200);
    assert_eq!(stage.ours.platform("GET", &path).send().await.status, 404);
}

async fn the_tokens_user_and_the_others_agree(stage: &mut Stage) {
    let _issuer = with_issuer(stage).await;
    provision(&stage.ours, DONOR).await;
    provision(&stage.ours, "another-donor-0001").await;
    let good = token(stage, &json!({}));
    let other = open(stage, &good, &fund(ACCOUNT, "another-donor-0001")).await;
    other.turned_down(400, "must name the same user");
    let unknown = token(stage, &json!({ "sub": "nobody-at-all-0001" }));
    open(stage, &unknown, &unnamed())
        .await
        .turned_down(404, "names no user of yours");
    assert_eq!(open(stage, &good, &fund(ACCOUNT, DONOR)).await.status, 201);
}

async fn a_token_that_is_not_good_is_refused(stage: &mut Stage) {
    let _issuer = with_issuer(stage).await;
    provision(&stage.ours, DONOR).await;
    let claims =
        json!({ "iss": ISSUER, "sub": DONOR, "aud": "funds", "exp": stage.now().seconds() + 300 });
    for token in [
        token(stage, &json!({ "aud": "another" })),
        token(stage, &json!({ "iss": "https://another.example" })),
        token(stage, &json!({ "exp": stage.now().seconds() })),
        token(stage, &json!({ "sub": "" })),
        by_rsa(&json!({ "alg": "RS256", "kid": "unknown" }), &claims),
        by_secret(b"secret", &json!({ "alg": "HS256", "kid": "rsa" }), &claims),
        "a.b.c".to_owned(),
    ] {
        let refused = open(stage, &token, &unnamed()).await;
        refused.turned_down(401, "token");
    }
    let request = stage.ours.client.request("POST", FUNDS).json(&unnamed());
    let raw = request.header("authorization", &stage.ours.keys.secret);
    raw.send().await.turned_down(401, "Authorization");
    assert_eq!(stage.count("funds").await, 0);
}

async fn a_token_beside_a_key_is_of_the_same_partner(stage: &mut Stage) {
    let _issuer = with_issuer(stage).await;
    provision(&stage.ours, DONOR).await;
    provision(&stage.theirs, DONOR).await;
    let request = stage.ours.platform("POST", FUNDS).json(&unnamed());
    let theirs = token(stage, &json!({ "aud": "funds-of-theirs" }));
    let refused = request.clone().bearer(&theirs).send().await;
    assert_eq!(refused.status, 401, "{}", refused.text);
    let both = request.bearer(&token(stage, &json!({}))).send().await;
    assert_eq!(both.status, 201, "{}", both.text);
    assert!(both.header("x-ratelimit-remaining").is_some());
}

async fn a_suspended_partners_token_is_refused(stage: &mut Stage) {
    let _issuer = with_issuer(stage).await;
    provision(&stage.ours, DONOR).await;
    stage
        .change_partner(|partner| partner.status = PartnerStatus::Suspended)
        .await;
    let refused = open(stage, &token(stage, &json!({})), &unnamed()).await;
    refused.turned_down(403, "suspended");
}

async fn a_token_opens_nothing_else(stage: &mut Stage) {
    let _issuer = with_issuer(stage).await;
    provision(&stage.ours, DONOR).await;
    let request = stage
        .ours
        .client
        .request("GET", "/v2/orgs/search?searchTerm=river");
    let refused = request.bearer(&token(stage, &json!({}))).send().await;
    refused.turned_down(401, "x-api-key");
    let request = stage.ours.client.request("GET", "/v1/partner/auth/me");
    let refused = request.bearer(&token(stage, &json!({}))).send().await;
    refused.refused(shared::Code::InvalidToken);
}

async fn too_many_calls_by_tokens_of_one_user_are_told_to_wait(stage: &mut Stage) {
    let limit = |settings: &mut Settings| settings.rate_limit_widget_address = 2;
    let _issuer = with_issuer_and(stage, limit).await;
    provision(&stage.ours, DONOR).await;
    provision(&stage.ours, "another-donor-0001").await;
    for status in [201, 200] {
        let opened = open(stage, &token(stage, &json!({})), &unnamed()).await;
        assert_eq!(opened.status, status, "{}", opened.text);
    }
    let refused = open(stage, &token(stage, &json!({})), &unnamed()).await;
    refused.turned_down(429, "more than 2 requests this hour");
    assert_eq!(refused.number("retry-after"), 2400);
    // Another user and the partner's own server are counted apart.
    let other = token(stage, &json!({ "sub": "another-donor-0001" }));
    let account = json!("account-identifier-02");
    let others = with(unnamed(), "partnerAccountIdentifier", account);
    assert_eq!(open(stage, &other, &others).await.status, 201);
    let by_key = stage.ours.post(FUNDS, &fund(ACCOUNT, DONOR)).await;
    assert_eq!(by_key.status, 200, "{}", by_key.text);
    stage.pass_time(HOUR_MS);
    let opened = open(stage, &token(stage, &json!({})), &unnamed()).await;
    assert_eq!(opened.status, 200, "{}", opened.text);
}

async fn an_issuer_with_an_unsafe_address_does_not_start(stage: &mut Stage) {
    let text = format!("ours {ISSUER} funds http://login.example/keys");
    let mut settings = stage.settings();
    settings.partner_issuers = vec![PartnerIssuer::try_from(text).unwrap()];
    let started = start(settings, stage.app().context.clone(), Fill::Nothing).await;
    assert!(matches!(started, Err(StartError::Issuer(_))));
    for wrong in ["", "ours", "ours https://login.example funds", "ours a b c"] {
        assert!(
            PartnerIssuer::try_from(wrong.to_owned()).is_err(),
            "{wrong}"
        );
    }
}
