//! `GET …/campaigns/active`: the campaign that would count for an action now.

use serde_json::{Value, json};
use shared::Code;
use shared::campaign::GetActiveCampaign;

use super::CAMPAIGNS;
use crate::stage::{DAY_MS, HOUR_MS, Stage};

on_both_databases! {
    without_a_campaign_there_is_no_active_one,
    a_campaign_that_names_the_type_comes_first,
    of_all_that_apply_the_first_to_start_is_found,
    a_campaign_applies_within_its_dates,
    a_campaign_applies_within_its_hours_and_days,
    only_an_active_campaign_applies,
    another_partners_campaign_does_not_apply,
}

/// The name of the campaign that is found; none for none.
async fn active(stage: &Stage, action_type: &str) -> Option<String> {
    let path = format!("{CAMPAIGNS}/active?actionType={action_type}");
    let response = stage.ours.signed("GET", &path).send().await;
    if response.status == 404 {
        response.refused(Code::NoActiveCampaign);
        return None;
    }
    let found: Value = response.answer(200);
    assert_eq!(stage.seen(&found).await, found);
    Some(found["name"].as_str().unwrap().to_owned())
}

async fn without_a_campaign_there_is_no_active_one(stage: &mut Stage) {
    let none = stage.ours.ask(&GetActiveCampaign::default()).await;
    none.refused(Code::NoActiveCampaign);
    assert_eq!(active(stage, "PURCHASE").await, None);
}

async fn a_campaign_that_names_the_type_comes_first(stage: &mut Stage) {
    stage
        .campaign(json!({ "name": "all", "status": "ACTIVE", "startsAt": "2025-01-01T00:00:00Z" }))
        .await;
    let purchase = json!({
        "name": "purchases", "status": "ACTIVE", "actionTypes": ["REFERRAL", "PURCHASE"],
        "startsAt": "2025-05-01T00:00:00Z",
    });
    stage.campaign(purchase).await;
    assert_eq!(
        active(stage, "PURCHASE").await.as_deref(),
        Some("purchases")
    );
    assert_eq!(
        active(stage, "REFERRAL").await.as_deref(),
        Some("purchases")
    );
    assert_eq!(active(stage, "DONATION").await.as_deref(), Some("all"));
    assert_eq!(active(stage, "").await.as_deref(), Some("all"));
}

async fn of_all_that_apply_the_first_to_start_is_found(stage: &mut Stage) {
    for (name, start) in [
        ("middle", json!("2025-05-02T00:00:00Z")),
        ("early", json!("2025-05-01T00:00:00Z")),
        ("future", json!("2025-05-11T00:00:00Z")),
    ] {
        let types = [name.to_uppercase()];
        let fields =
            json!({ "name": name, "status": "ACTIVE", "actionTypes": types, "startsAt": start });
        stage.campaign(fields).await;
    }
    assert_eq!(active(stage, "").await.as_deref(), Some("early"));
    // One without a start has always been there.
    let always = json!({ "name": "always", "status": "ACTIVE", "actionTypes": ["ALWAYS"] });
    stage.campaign(always).await;
    assert_eq!(active(stage, "").await.as_deref(), Some("always"));
}

async fn a_campaign_applies_within_its_dates(stage: &mut Stage) {
    let (start, end) = (
        stage.now().plus_ms(HOUR_MS),
        stage.now().plus_ms(2 * HOUR_MS),
    );
    stage
        .campaign(json!({ "status": "ACTIVE", "startsAt": start, "endsAt": end }))
        .await;
    for (passing, is_open) in [
        (HOUR_MS - 1, false),
        (1, true),
        (HOUR_MS - 1, true),
        (1, false),
    ] {
        stage.pass_time(passing);
        assert_eq!(
            active(stage, "PURCHASE").await.is_some(),
            is_open,
            "{}",
            stage.now()
        );
    }
}

async fn a_campaign_applies_within_its_hours_and_days(stage: &mut Stage) {
    // It is Saturday, 11:20 UTC.
    stage
        .campaign(json!({ "name": "all", "status": "ACTIVE" }))
        .await;
    let weekend = json!({
        "name": "weekend", "status": "ACTIVE", "actionTypes": ["PURCHASE"],
        "schedule": { "daysOfWeek": [6, 7], "hoursUtc": [10, 11] },
    });
    stage.campaign(weekend).await;
    // Where the one that names the type is closed, the one for all counts.
    for (passing, expected) in [
        (0, "weekend"),
        (HOUR_MS, "all"),
        (DAY_MS - HOUR_MS, "weekend"),
        (DAY_MS, "all"),
        (5 * DAY_MS - 2 * HOUR_MS, "all"),
        (HOUR_MS, "weekend"),
    ] {
        stage.pass_time(passing);
        assert_eq!(
            active(stage, "PURCHASE").await.as_deref(),
            Some(expected),
            "{}",
            stage.now()
        );
    }
}

async fn only_an_active_campaign_applies(stage: &mut Stage) {
    let made = stage.campaign(json!({})).await;
    for (status, is_open) in [
        ("DRAFT", false),
        ("ACTIVE", true),
        ("PAUSED", false),
        ("ENDED", false),
    ] {
        stage.changed(&made, json!({ "status": status })).await;
        assert_eq!(
            active(stage, "PURCHASE").await.is_some(),
            is_open,
            "{status}"
        );
    }
}

async fn another_partners_campaign_does_not_apply(stage: &mut Stage) {
    let body = super::campaign(json!({ "status": "ACTIVE" }));
    let theirs = stage.theirs.signed_json("POST", CAMPAIGNS, &body);
    assert_eq!(theirs.send().await.status, 201);
    assert_eq!(active(stage, "").await, None);
}
