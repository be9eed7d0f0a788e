//! The checks speak in their order: when everything is wrong, the first one
//! does, and when that is mended, the next.

use shared::Code;
use shared::partner::PartnerStatus;

use crate::stage::{Request, Stage};

on_both_databases! {
    the_checks_of_a_signed_call_come_in_their_order,
    the_checks_of_a_widget_call_come_in_their_order,
    a_large_body_is_refused_before_the_timestamp_is_looked_at,
    a_large_body_is_refused_only_for_who_may_send_from_there,
}

async fn the_checks_of_a_signed_call_come_in_their_order(stage: &mut Stage) {
    let elsewhere = vec!["203.0.113.0/24".parse().unwrap()];
    let nothing_right = stage.limit_key(|key| {
        (key.is_active, key.ip_allowlist, key.scopes) = (false, elsewhere.clone(), Some(vec![]));
    });
    let revoked = nothing_right.await;
    let elsewhere =
        stage.limit_key(|key| (key.ip_allowlist, key.scopes) = (elsewhere, Some(vec![])));
    let elsewhere = elsewhere.await;
    let scopeless = stage.limit_key(|key| key.scopes = Some(vec![])).await;
    let good = stage.ours.keys.clone();
    stage
        .restart(|settings| settings.rate_limit_standard = 0)
        .await;
    stage
        .change_partner(|partner| partner.status = PartnerStatus::Suspended)
        .await;

    let now = stage.now().seconds();
    let (now, past) = (now.to_string(), (now - 301).to_string());
    let client = stage.ours.client.clone();
    let bad_body = || {
        client
            .request("POST", "/v1/partner/users")
            .body("text/plain", "{")
    };
    let bare = bad_body()
        .header("x-signature", "00")
        .header("x-timestamp", "then");
    let signed = |timestamp, key, secret| bad_body().signed_at(timestamp, key, secret);

    expect(bare.clone(), Code::MissingAuthHeaders).await;
    expect(
        bare.clone().header("x-partner-key", "sk_test_0"),
        Code::InvalidApiKey,
    )
    .await;
    expect(
        bare.clone().header("x-partner-key", &revoked.secret),
        Code::ApiKeyInactive,
    )
    .await;
    expect(
        bare.clone().header("x-partner-key", &elsewhere.secret),
        Code::IpNotAllowed,
    )
    .await;
    expect(
        bare.clone().header("x-partner-key", &scopeless.public),
        Code::InvalidTimestamp,
    )
    .await;
    expect(
        signed(&past, &scopeless.public, ""),
        Code::TimestampOutOfRange,
    )
    .await;
    expect(signed(&now, &scopeless.public, ""), Code::InvalidSignature).await;
    expect(
        signed(&now, &scopeless.public, &scopeless.hmac_secret),
        Code::PartnerNotActive,
    )
    .await;
    stage
        .change_partner(|partner| partner.status = PartnerStatus::Active)
        .await;
    expect(
        signed(&now, &scopeless.public, &scopeless.hmac_secret),
        Code::SecretKeyRequired,
    )
    .await;
    expect(
        signed(&now, &scopeless.secret, &scopeless.hmac_secret),
        Code::InsufficientScope,
    )
    .await;
    expect(
        signed(&now, &good.secret, &good.hmac_secret),
        Code::RateLimited,
    )
    .await;
    stage.restart(|_| {}).await;
    let last = stage
        .ours
        .client
        .request("POST", "/v1/partner/users")
        .body("text/plain", "{");
    expect(
        last.signed(&good.secret, &good.hmac_secret),
        Code::UnsupportedMediaType,
    )
    .await;
}

async fn the_checks_of_a_widget_call_come_in_their_order(stage: &mut Stage) {
    let elsewhere = vec!["203.0.113.0/24".parse().unwrap()];
    let origins = vec!["https://example.org".to_owned()];
    let revoked =
        stage.limit_key(|key| (key.is_active, key.ip_allowlist) = (false, elsewhere.clone()));
    let revoked = revoked.await.public;
    let elsewhere = stage
        .limit_key(|key| key.ip_allowlist = elsewhere)
        .await
        .public;
    let scopeless = stage.limit_key(|key| {
        (key.scopes, key.allowed_origins) = (Some(vec![]), origins.clone());
    });
    let scopeless = scopeless.await;
    let strict = stage
        .limit_key(|key| key.allowed_origins = origins)
        .await
        .public;
    stage
        .restart(|settings| settings.rate_limit_widget_address = 0)
        .await;
    stage
        .change_partner(|partner| {
            (partner.status, partner.features) = (PartnerStatus::Suspended, vec![]);
        })
        .await;

    let client = stage.ours.client.clone();
    let request = client.request("POST", "/v1/partner/donations/create-link");
    let request = request
        .body("text/plain", "{")
        .header("origin", "https://example.com");
    let with = |key: &str| request.clone().header("x-partner-key", key);

    expect(request.clone(), Code::MissingAuthHeaders).await;
    expect(with("pk_live_0"), Code::InvalidApiKey).await;
    expect(with(&revoked), Code::ApiKeyInactive).await;
    expect(with(&elsewhere), Code::IpNotAllowed).await;
    expect(with(&scopeless.secret), Code::PartnerNotActive).await;
    stage
        .change_partner(|partner| partner.status = PartnerStatus::Active)
        .await;
    expect(with(&scopeless.secret), Code::PublishableKeyRequired).await;
    expect(with(&scopeless.public), Code::InsufficientScope).await;
    expect(with(&strict), Code::OriginNotAllowed).await;
    let at_home = with(&strict).header("origin", "https://example.org");
    expect(at_home.clone(), Code::FeatureNotEnabled).await;
    stage
        .change_partner(|partner| partner.features = shared::Feature::ALL.to_vec())
        .await;
    expect(at_home, Code::RateLimited).await;
    stage.restart(|_| {}).await;
    let last = stage
        .ours
        .client
        .request("POST", "/v1/partner/donations/create-link");
    let last = last
        .body("text/plain", "{")
        .header("x-partner-key", &strict);
    expect(last, Code::UnsupportedMediaType).await;
}

async fn a_large_body_is_refused_before_the_timestamp_is_looked_at(stage: &mut Stage) {
    let request = stage.ours.signed("POST", "/v1/partner/users");
    let large = request
        .header("x-timestamp", "then")
        .body("application/json", too_large());
    expect(large, Code::PayloadTooLarge).await;
}

async fn a_large_body_is_refused_only_for_who_may_send_from_there(stage: &mut Stage) {
    let elsewhere = "203.0.113.0/24".parse().unwrap();
    stage.ours.keys = stage
        .limit_key(|key| key.ip_allowlist = vec![elsewhere])
        .await;
    let request = stage.ours.signed("POST", "/v1/partner/users");
    expect(
        request.body("application/json", too_large()),
        Code::IpNotAllowed,
    )
    .await;
}

fn too_large() -> String {
    " ".repeat((1 << 20) + 1)
}

async fn expect(request: Request, code: Code) {
    request.send().await.refused(code);
}
