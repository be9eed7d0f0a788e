//! What a key may do, and what its state, its partner and its limits forbid.

use serde_json::json;
use shared::config::GetConfig;
use shared::partner::PartnerStatus;
use shared::token_pool::GetPoolBalance;
use shared::user::ListUsers;
use shared::{Code, Feature, Scope};

use crate::stage::{Request, Stage};

on_both_databases! {
    an_unknown_key_is_refused,
    a_key_of_the_other_environment_is_refused_by_name,
    a_revoked_key_is_refused,
    a_key_ends_when_it_expires,
    a_key_is_good_only_from_its_addresses,
    a_forwarded_address_counts_only_through_a_trusted_proxy,
    a_suspended_partner_is_refused_until_it_is_active_again,
    a_pending_partner_may_use_the_sandbox,
    a_pending_partner_may_not_use_production,
    a_secret_key_never_serves_a_browser,
    a_secret_call_takes_no_publishable_key,
    a_publishable_key_reads_when_it_signs,
    a_scope_that_a_key_lacks_is_named,
    the_scopes_of_a_pair_bound_both_halves,
    a_feature_that_is_off_is_named,
}

const CONFIG: &str = "/v1/partner/config";
const USERS: &str = "/v1/partner/users";

async fn an_unknown_key_is_refused(stage: &mut Stage) {
    let unknown = format!("pk_test_{}", "0".repeat(64));
    let shortened = &stage.ours.keys.public[..71];
    for key in [&unknown, "nonsense", "pk", "sk_test_", shortened, "é"] {
        let request = stage
            .ours
            .widget("GET", CONFIG)
            .header("x-partner-key", key);
        let code = if key == "é" {
            Code::MissingAuthHeaders
        } else {
            Code::InvalidApiKey
        };
        request.send().await.refused(code);
    }
}

async fn a_key_of_the_other_environment_is_refused_by_name(stage: &mut Stage) {
    for key in [&stage.ours.keys.public, &stage.ours.keys.secret] {
        let live = key.replace("_test_", "_live_");
        let request = stage
            .ours
            .widget("GET", CONFIG)
            .header("x-partner-key", &live);
        let refusal = request.send().await.refused(Code::InvalidApiKey);
        assert!(
            refusal.message.contains("production") && refusal.message.contains("sandbox"),
            "{refusal:?}"
        );
    }
}

async fn a_revoked_key_is_refused(stage: &mut Stage) {
    let revoked = stage.limit_key(|key| key.is_active = false).await;
    stage.ours.keys = revoked;
    stage
        .ours
        .ask(&GetConfig {})
        .await
        .refused(Code::ApiKeyInactive);
    stage
        .ours
        .ask(&ListUsers::default())
        .await
        .refused(Code::ApiKeyInactive);
}

async fn a_key_ends_when_it_expires(stage: &mut Stage) {
    let end = stage.now().plus_ms(1_000);
    stage.ours.keys = stage.limit_key(|key| key.expires_at = Some(end)).await;
    stage.pass_time(999);
    stage.ours.call(&GetConfig {}).await;
    stage.pass_time(1);
    stage
        .ours
        .ask(&GetConfig {})
        .await
        .refused(Code::ApiKeyExpired);
}

async fn a_key_is_good_only_from_its_addresses(stage: &mut Stage) {
    let elsewhere = [
        "203.0.113.0/24".parse().unwrap(),
        "2001:db8::/32".parse().unwrap(),
    ];
    stage.ours.keys = stage
        .limit_key(|key| key.ip_allowlist = elsewhere.to_vec())
        .await;
    let refusal = stage
        .ours
        .ask(&GetConfig {})
        .await
        .refused(Code::IpNotAllowed);
    assert!(refusal.message.contains("127.0.0.1"), "{refusal:?}");
    stage
        .ours
        .ask(&ListUsers::default())
        .await
        .refused(Code::IpNotAllowed);

    let here = "127.0.0.0/8".parse().unwrap();
    stage.ours.keys = stage.limit_key(|key| key.ip_allowlist = vec![here]).await;
    stage.ours.call(&GetConfig {}).await;
}

async fn a_forwarded_address_counts_only_through_a_trusted_proxy(stage: &mut Stage) {
    let allowed = "203.0.113.0/24".parse().unwrap();
    stage.ours.keys = stage
        .limit_key(|key| key.ip_allowlist = vec![allowed])
        .await;
    let from = |stage: &Stage, hops: &str| -> Request {
        stage
            .ours
            .widget("GET", CONFIG)
            .header("x-forwarded-for", hops)
    };
    from(stage, "203.0.113.9")
        .send()
        .await
        .refused(Code::IpNotAllowed);

    let proxies = [
        "127.0.0.1/32".parse().unwrap(),
        "10.0.0.0/8".parse().unwrap(),
    ];
    stage
        .restart(|settings| settings.trusted_proxies = proxies.to_vec())
        .await;
    for hops in [
        "203.0.113.9",
        "198.51.100.1, 203.0.113.9",
        "203.0.113.9, 10.1.2.3",
    ] {
        assert_eq!(from(stage, hops).send().await.status, 200, "{hops}");
    }
    for hops in [
        "198.51.100.1",
        "203.0.113.9, 198.51.100.1",
        "203.0.113.9, nonsense",
        "",
    ] {
        from(stage, hops).send().await.refused(Code::IpNotAllowed);
    }
}

async fn a_suspended_partner_is_refused_until_it_is_active_again(stage: &mut Stage) {
    stage
        .change_partner(|partner| partner.status = PartnerStatus::Suspended)
        .await;
    stage
        .ours
        .ask(&GetConfig {})
        .await
        .refused(Code::PartnerNotActive);
    stage
        .ours
        .ask(&ListUsers::default())
        .await
        .refused(Code::PartnerNotActive);
    stage
        .change_partner(|partner| partner.status = PartnerStatus::Active)
        .await;
    stage.ours.call(&GetConfig {}).await;
}

async fn a_pending_partner_may_use_the_sandbox(stage: &mut Stage) {
    stage
        .change_partner(|partner| partner.status = PartnerStatus::PendingApproval)
        .await;
    let config = stage.ours.call(&GetConfig {}).await;
    assert!(!config.is_active);
}

async fn a_pending_partner_may_not_use_production(stage: &mut Stage) {
    stage.turn_to_production().await;
    stage.ours.call(&GetConfig {}).await;
    stage
        .change_partner(|partner| partner.status = PartnerStatus::PendingApproval)
        .await;
    stage
        .ours
        .ask(&GetConfig {})
        .await
        .refused(Code::PartnerNotActive);
}

async fn a_secret_key_never_serves_a_browser(stage: &mut Stage) {
    let secret = stage.ours.keys.secret.clone();
    let request = stage
        .ours
        .widget("GET", CONFIG)
        .header("x-partner-key", &secret);
    request.send().await.refused(Code::PublishableKeyRequired);
    stage
        .ours
        .signed("GET", CONFIG)
        .send()
        .await
        .refused(Code::PublishableKeyRequired);
}

async fn a_secret_call_takes_no_publishable_key(stage: &mut Stage) {
    let keys = &stage.ours.keys;
    let request = stage.ours.client.request("POST", USERS);
    let request = request.json(&json!({ "externalUserId": "ada" }));
    let signed = request.signed(&keys.public, &keys.hmac_secret);
    signed.send().await.refused(Code::SecretKeyRequired);
}

async fn a_publishable_key_reads_when_it_signs(stage: &mut Stage) {
    let (keys, client) = (&stage.ours.keys, &stage.ours.client);
    let balance = format!("/v1/partner/token-pools/{}/balance", stage.ours.pool_id);
    for path in [USERS, &balance] {
        let unsigned = stage.ours.widget("GET", path).send().await;
        unsigned.refused(Code::MissingAuthHeaders);
        let signed = client
            .request("GET", path)
            .signed(&keys.public, &keys.hmac_secret);
        assert_eq!(signed.send().await.status, 200, "{path}");
    }
}

async fn a_scope_that_a_key_lacks_is_named(stage: &mut Stage) {
    let all_but_one = Scope::ALL
        .iter()
        .copied()
        .filter(|scope| *scope != Scope::UsersRead);
    stage.ours.keys = stage
        .limit_key(|key| key.scopes = Some(all_but_one.collect()))
        .await;
    let refusal = stage
        .ours
        .ask(&ListUsers::default())
        .await
        .refused(Code::InsufficientScope);
    assert!(refusal.message.contains("users:read"), "{refusal:?}");
    let id = stage.ours.pool_id.clone();
    stage.ours.call(&GetPoolBalance { id }).await;
}

async fn the_scopes_of_a_pair_bound_both_halves(stage: &mut Stage) {
    let scopes = vec![Scope::UsersRead];
    stage.ours.keys = stage.limit_key(|key| key.scopes = Some(scopes)).await;
    stage
        .ours
        .ask(&GetConfig {})
        .await
        .refused(Code::InsufficientScope);
    stage.ours.call(&ListUsers::default()).await;
}

async fn a_feature_that_is_off_is_named(stage: &mut Stage) {
    stage
        .change_partner(|partner| partner.features = vec![Feature::Actions])
        .await;
    let request = stage
        .ours
        .widget("POST", "/v1/partner/donations/create-link");
    let refusal = request
        .json(&json!({}))
        .send()
        .await
        .refused(Code::FeatureNotEnabled);
    assert!(refusal.message.contains("DONATIONS"), "{refusal:?}");
}
