//! `giving partners` and `giving keys`: who may call.

use serde_json::{Value, json};
use shared::Code;
use shared::config::GetConfig;

use crate::stage::{Giving, Stage, gift_with};

on_both_databases! {
    a_new_partner_waits_for_approval,
    a_partner_may_be_approved_as_it_is_made,
    a_slug_is_taken_once,
    every_partner_is_listed_oldest_first,
    an_unknown_partner_is_said,
    a_suspended_partner_is_refused_until_it_is_approved,
    a_tier_sets_the_requests_an_hour,
    a_feature_that_is_taken_away_is_refused,
    a_key_is_shown_with_its_secrets_once,
    people_read_what_programs_parse,
}

fn partners(stage: &Stage, arguments: &[&str]) -> Value {
    let arguments = [&["partners", "--json"], arguments].concat();
    Giving::on(stage, &arguments).run().json()
}

async fn a_new_partner_waits_for_approval(stage: &mut Stage) {
    let made = partners(stage, &["create", "--name", "Élan", "--slug", "elan"]);
    assert_eq!(made["name"], "Élan");
    assert_eq!(made["status"], "PENDING_APPROVAL");
    assert_eq!(made["tier"], "STANDARD");
    assert_eq!(made["enabledFeatures"], json!(["DONATIONS", "ACTIONS"]));
    let approved = partners(stage, &["approve", "elan"]);
    assert_eq!(approved["status"], "ACTIVE");
    assert_eq!(approved["id"], made["id"]);
}

async fn a_partner_may_be_approved_as_it_is_made(stage: &mut Stage) {
    let create = ["create", "--name", "Elan", "--slug", "elan", "--approve"];
    assert_eq!(partners(stage, &create)["status"], "ACTIVE");
}

async fn a_slug_is_taken_once(stage: &mut Stage) {
    let create = ["partners", "create", "--name", "Again", "--slug", "ours"];
    Giving::on(stage, &create).run().failed(&["ours"]);
    assert_eq!(stage.count("partners").await, 2);
}

async fn every_partner_is_listed_oldest_first(stage: &mut Stage) {
    partners(stage, &["create", "--name", "Elan", "--slug", "elan"]);
    let listed = partners(stage, &["list"]);
    let listed = listed.as_array().unwrap();
    let slugs: Vec<_> = listed.iter().map(|partner| &partner["slug"]).collect();
    assert_eq!(slugs.len(), 3);
    assert_eq!(slugs.last().unwrap().as_str(), Some("elan"));
}

async fn an_unknown_partner_is_said(stage: &mut Stage) {
    for arguments in [
        &["partners", "approve", "nobody"][..],
        &["partners", "suspend", "nobody"],
        &["partners", "tier", "nobody", "STANDARD"],
        &["partners", "features", "nobody"],
        &["keys", "list", "--partner", "nobody"],
        &["keys", "create", "--partner", "nobody", "--name", "Test"],
    ] {
        let ended = Giving::on(stage, arguments).run();
        ended.failed(&["nobody", "giving partners list"]);
    }
}

async fn a_suspended_partner_is_refused_until_it_is_approved(stage: &mut Stage) {
    stage.ours.call(&GetConfig {}).await;
    assert_eq!(partners(stage, &["suspend", "ours"])["status"], "SUSPENDED");
    stage.look_for_changed_callers().await;
    let refused = stage.ours.ask(&GetConfig {}).await;
    refused.refused(Code::PartnerNotActive);
    assert_eq!(stage.theirs.ask(&GetConfig {}).await.status, 200);
    partners(stage, &["approve", "ours"]);
    stage.look_for_changed_callers().await;
    assert_eq!(stage.ours.ask(&GetConfig {}).await.status, 200);
}

async fn a_tier_sets_the_requests_an_hour(stage: &mut Stage) {
    let changed = partners(stage, &["tier", "ours", "ENTERPRISE"]);
    assert_eq!(changed["tier"], "ENTERPRISE");
    let answer = stage.ours.signed("GET", "/v1/partner/users").send().await;
    assert_eq!(answer.number("x-ratelimit-limit"), 25_000);
}

async fn a_feature_that_is_taken_away_is_refused(stage: &mut Stage) {
    let gift = gift_with(&json!({}));
    assert_eq!(stage.ours.ask(&gift).await.status, 201);
    let changed = partners(stage, &["features", "ours", "--disable", "DONATIONS"]);
    let features = changed["enabledFeatures"].as_array().unwrap();
    assert!(!features.contains(&json!("DONATIONS")), "{features:?}");
    stage.look_for_changed_callers().await;
    let refused = stage.ours.ask(&gift).await;
    refused.refused(Code::FeatureNotEnabled);
    partners(stage, &["features", "ours", "--enable", "DONATIONS"]);
    stage.look_for_changed_callers().await;
    assert_eq!(stage.ours.ask(&gift).await.status, 201);
    let both = ["partners", "features", "ours", "--enable", "ACTIONS"];
    let both = [&both[..], &["--disable", "ACTIONS"]].concat();
    Giving::on(stage, &both).run().failed(&["ACTIONS", "both"]);
}

async fn a_key_is_shown_with_its_secrets_once(stage: &mut Stage) {
    let create = [
        "keys",
        "create",
        "--json",
        "--partner",
        "ours",
        "--name",
        "Mine",
    ];
    let made: Value = Giving::on(stage, &create).run().json();
    let secret = made["secretKey"].as_str().unwrap();
    assert!(secret.starts_with("sk_test_"), "{secret}");
    let list = ["keys", "list", "--json", "--partner", "ours"];
    let listed = Giving::on(stage, &list).run().succeeded();
    assert!(listed.contains(made["publicKey"].as_str().unwrap()));
    for hidden in [secret, made["hmacSecret"].as_str().unwrap()] {
        assert!(!listed.contains(hidden), "{listed}");
    }
    let revoke = ["keys", "revoke", made["id"].as_str().unwrap()];
    let revoked = Giving::on(stage, &revoke).run().succeeded();
    assert!(revoked.contains("is revoked: Mine"), "{revoked}");
    let unknown = ["keys", "revoke", "key_unknown"];
    Giving::on(stage, &unknown)
        .run()
        .failed(&["giving keys list"]);
}

async fn people_read_what_programs_parse(stage: &mut Stage) {
    let table = Giving::on(stage, &["partners", "list"]).run().succeeded();
    assert!(table.starts_with("SLUG"), "{table}");
    assert!(table.contains("Partner ours"), "{table}");
    let create = ["keys", "create", "--partner", "ours", "--name", "Mine"];
    let made = Giving::on(stage, &create).run().succeeded();
    for text in ["pk_test_", "sk_test_", "not shown again"] {
        assert!(made.contains(text), "{made}");
    }
    let keys = ["keys", "list", "--partner", "ours"];
    let table = Giving::on(stage, &keys).run().succeeded();
    assert!(
        table.contains("active") && table.contains("Mine"),
        "{table}"
    );
}
