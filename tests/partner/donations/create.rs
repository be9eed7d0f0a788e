//! A link that is made as it was asked for.

use std::collections::BTreeSet;

use serde_json::json;
use server::config::Environment;
use server::domain::donation;
use shared::Code;

use crate::stage::{Stage, gift_with};

on_both_databases! {
    a_link_leads_to_the_checkout,
    a_new_link_is_told_once,
    every_field_is_kept,
    the_other_spelling_of_every_org_is_taken,
    no_two_links_are_alike,
    an_unknown_nonprofit_is_not_found,
    a_nonprofit_that_takes_no_gifts_is_not_found,
    a_page_to_go_back_to_lies_within_the_keys_origins,
    a_production_server_without_a_provider_says_so,
}

async fn a_link_leads_to_the_checkout(stage: &mut Stage) {
    let link = stage.create_link().await;
    let token = link
        .donation_link
        .strip_prefix(&format!("{}/checkout/", stage.app().base_url));
    assert!(token.unwrap().len() >= 22, "{link:?}");
    // 128 random bits take at least 22 characters.
    assert!(link.partner_donation_id.as_str().len() >= 22, "{link:?}");
    assert!(
        !link
            .donation_link
            .contains(link.partner_donation_id.as_str())
    );
}

async fn a_new_link_is_told_once(stage: &mut Stage) {
    let link = stage.create_link().await;
    let told = stage.events_of("donation.created").await;
    let status = stage.status(&link.partner_donation_id).await;
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].data, serde_json::to_value(status).unwrap());
}

async fn every_field_is_kept(stage: &mut Stage) {
    let link = stage
        .create_link_with(json!({
            "amount": 5000, "currency": "eur", "frequency": "monthly", "provider": "stripe",
            "donorEmail": "ada@example.org", "firstName": "Ada", "lastName": "Lovelace",
            "tipAmount": 250, "referralCode": "spring", "partnerUserId": "user 42",
            "successUrl": "https://example.org/thanks?a=b#c", "cancelUrl": "http://localhost:3000/",
            "metadata": { "campaign": "spring", "emoji": "🌱" }, "locale": "de-AT",
        }))
        .await;
    let row = donation::find(
        stage.app(),
        &stage.ours.partner.id,
        &link.partner_donation_id,
    );
    let row = row.await.unwrap().unwrap();
    assert_eq!(row.donor.email.as_deref(), Some("ada@example.org"));
    assert_eq!(row.donor.first_name.as_deref(), Some("Ada"));
    assert_eq!(row.donor.last_name.as_deref(), Some("Lovelace"));
    assert_eq!(row.referral_code.as_deref(), Some("spring"));
    assert_eq!(row.external_user_id.unwrap().as_str(), "user 42");
    assert_eq!(
        row.success_url.as_deref(),
        Some("https://example.org/thanks?a=b#c")
    );
    assert_eq!(row.cancel_url.as_deref(), Some("http://localhost:3000/"));
    assert_eq!(row.metadata["emoji"], "🌱");
    assert_eq!(row.locale.as_deref(), Some("de-AT"));
    let status = serde_json::to_value(row.public).unwrap();
    for (field, value) in [
        ("amount", json!(5000)),
        ("tipAmount", json!(250)),
        ("currency", json!("EUR")),
        ("frequency", json!("monthly")),
        ("provider", json!("stripe")),
    ] {
        assert_eq!(status[field], value);
    }
}

async fn the_other_spelling_of_every_org_is_taken(stage: &mut Stage) {
    let path = "/v1/partner/donations/create-link";
    let gift = json!({ "nonprofitSlug": "river-trust", "amount": 2500, "provider": "every_org" });
    let made = stage.ours.widget("POST", path).json(&gift).send().await;
    let link: shared::donation::DonationLink = made.answer(201);
    let status = stage.status(&link.partner_donation_id).await;
    assert_eq!(status.provider.as_str(), "every.org");
}

async fn no_two_links_are_alike(stage: &mut Stage) {
    let mut seen = BTreeSet::new();
    for _ in 0..10 {
        let link = stage.create_link().await;
        assert!(seen.insert(link.donation_link));
        assert!(seen.insert(link.partner_donation_id.to_string()));
    }
}

async fn an_unknown_nonprofit_is_not_found(stage: &mut Stage) {
    let gift = gift_with(&json!({ "nonprofitSlug": "nobody" }));
    stage
        .ours
        .ask(&gift)
        .await
        .refused(Code::OrganizationNotFound);
    assert_eq!(stage.count("donations").await, 0);
}

async fn a_nonprofit_that_takes_no_gifts_is_not_found(stage: &mut Stage) {
    let gift = gift_with(&json!({ "nonprofitSlug": "closed-house" }));
    stage
        .ours
        .ask(&gift)
        .await
        .refused(Code::OrganizationNotFound);
    assert_eq!(stage.count("donations").await, 0);
}

async fn a_page_to_go_back_to_lies_within_the_keys_origins(stage: &mut Stage) {
    let origins = vec!["https://example.org".to_owned()];
    stage.ours.keys = stage.limit_key(|key| key.allowed_origins = origins).await;
    for field in ["successUrl", "cancelUrl"] {
        let inside = gift_with(&json!({ field: "https://example.org/thanks" }));
        stage.ours.call(&inside).await;
        let outside = gift_with(&json!({ field: "https://example.com/thanks" }));
        stage.ours.ask(&outside).await.refused_field(field);
    }
}

async fn a_production_server_without_a_provider_says_so(stage: &mut Stage) {
    stage.turn_to_production().await;
    assert_eq!(stage.app().settings.environment, Environment::Production);
    stage
        .ours
        .ask(&gift_with(&json!({})))
        .await
        .refused(Code::ProviderNotConfigured);
    let local = gift_with(&json!({ "successUrl": "http://localhost/" }));
    stage.ours.ask(&local).await.refused_field("successUrl");
    assert_eq!(stage.count("donations").await, 0);
}
