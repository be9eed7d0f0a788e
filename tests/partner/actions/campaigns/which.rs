//! Which campaign counts for an action, if any.

use serde_json::{Value, json};
use shared::Code;
use shared::money::Tokens;

use super::patch;
use crate::partner::actions::{active_campaign, tokens_for};
use crate::stage::{HOUR_MS, Stage, purchase};

on_both_databases! {
    a_campaign_counts_from_its_start_to_its_end,
    a_campaign_counts_on_its_days_and_hours,
    a_specific_campaign_counts_before_a_general_one,
    a_named_campaign_counts_before_a_specific_one,
    a_named_campaign_must_apply,
    only_an_active_campaign_counts,
    another_partners_campaign_is_not_found,
}

async fn a_campaign_counts_from_its_start_to_its_end(stage: &mut Stage) {
    let (start, end) = (
        stage.now().plus_ms(HOUR_MS),
        stage.now().plus_ms(2 * HOUR_MS),
    );
    let fields = json!({ "multiplier": 2, "startsAt": start, "endsAt": end });
    active_campaign(stage, fields).await;
    let mut seen = Vec::new();
    for (key, ms) in [
        ("a", 0),
        ("b", HOUR_MS - 1),
        ("c", 1),
        ("d", HOUR_MS - 1),
        ("e", 1),
    ] {
        stage.pass_time(ms);
        seen.push(tokens_for(stage, key, "10").await);
    }
    assert_eq!(seen, [10, 10, 20, 20, 10]);
}

async fn a_campaign_counts_on_its_days_and_hours(stage: &mut Stage) {
    // It is Saturday, 11:20 UTC.
    let schedule = json!({ "daysOfWeek": [6, 7], "hoursUtc": [11, 13] });
    active_campaign(stage, json!({ "multiplier": 2, "schedule": schedule })).await;
    let mut seen = Vec::new();
    for (key, hours) in [("a", 0), ("b", 1), ("c", 1), ("d", 22), ("e", 24)] {
        stage.pass_time(hours * HOUR_MS);
        seen.push(tokens_for(stage, key, "10").await);
    }
    assert_eq!(seen, [20, 10, 20, 20, 10]);
}

async fn a_specific_campaign_counts_before_a_general_one(stage: &mut Stage) {
    active_campaign(stage, json!({ "multiplier": 2 })).await;
    let types = json!(["PURCHASE", "VOLUNTEER"]);
    let specific = json!({ "multiplier": 3, "actionTypes": types });
    let specific = active_campaign(stage, specific).await;
    let tokens = async |key, action_type| {
        let done = stage
            .rewarded(&purchase(key).action_type(action_type))
            .await;
        done.tokens_distributed.0
    };
    assert_eq!(tokens("one", "PURCHASE").await, 30);
    assert_eq!(tokens("two", "VOLUNTEER").await, 30);
    assert_eq!(tokens("three", "REFERRAL").await, 20);
    let paused = patch(stage, &specific, &json!({ "status": "PAUSED" })).await;
    assert_eq!(paused.status, 200);
    assert_eq!(tokens("four", "PURCHASE").await, 20);
}

async fn a_named_campaign_counts_before_a_specific_one(stage: &mut Stage) {
    let general = active_campaign(stage, json!({ "multiplier": 2 })).await;
    let specific = json!({ "multiplier": 3, "actionTypes": ["PURCHASE"] });
    active_campaign(stage, specific).await;
    let act = purchase("one").under(general["id"].as_str().unwrap());
    assert_eq!(stage.rewarded(&act).await.tokens_distributed, Tokens(20));
}

async fn a_named_campaign_must_apply(stage: &mut Stage) {
    let soon = stage.now().plus_ms(HOUR_MS);
    let mut acts = Vec::new();
    for (action_type, mut fields) in [
        ("PURCHASE", json!({ "status": "DRAFT" })),
        ("PURCHASE", json!({ "startsAt": soon })),
        ("REFERRAL", json!({ "schedule": { "hoursUtc": [12] } })),
        ("ADVOCACY", json!({ "actionTypes": ["VOLUNTEER"] })),
    ] {
        if fields["actionTypes"].is_null() {
            fields["actionTypes"] = json!([action_type]);
        }
        let made = active_campaign(stage, fields).await;
        let id = made["id"].as_str().unwrap();
        let act = purchase(id).action_type(action_type).under(id);
        stage.recorded(&act, Code::CampaignNotActive).await;
        acts.push(act);
    }
    // At 12:20 two of them do.
    stage.pass_time(HOUR_MS);
    for (place, act) in acts.iter().enumerate() {
        if matches!(place, 1 | 2) {
            stage.rewarded(act).await;
        } else {
            stage.recorded(act, Code::CampaignNotActive).await;
        }
    }
}

async fn only_an_active_campaign_counts(stage: &mut Stage) {
    let made = active_campaign(stage, json!({ "multiplier": 2, "status": "DRAFT" })).await;
    let id = made["id"].as_str().unwrap().to_owned();
    let named = |key: &str| purchase(key).under(&id);
    assert_eq!(tokens_for(stage, "draft", "10").await, 10);
    stage.recorded(&named("a"), Code::CampaignNotActive).await;
    for (status, tokens) in [
        ("ACTIVE", 20),
        ("PAUSED", 10),
        ("ACTIVE", 20),
        ("ENDED", 10),
    ] {
        let changed = patch(stage, &made, &json!({ "status": status })).await;
        assert_eq!(changed.status, 200, "{}", changed.text);
        stage.pass_time(1);
        let key = stage.now().0.to_string();
        assert_eq!(tokens_for(stage, &key, "10").await, tokens, "{status}");
        if tokens == 10 {
            stage.recorded(&named("b"), Code::CampaignNotActive).await;
        }
    }
}

async fn another_partners_campaign_is_not_found(stage: &mut Stage) {
    let body = json!({ "name": "Theirs", "status": "ACTIVE", "multiplier": 9 });
    let path = "/v1/partner/campaigns";
    let made = stage.theirs.signed_json("POST", path, &body).send().await;
    let made: Value = made.answer(201);
    let act = purchase("one").under(made["id"].as_str().unwrap());
    stage.recorded(&act, Code::CampaignNotFound).await;
    assert_eq!(tokens_for(stage, "two", "10").await, 10);
}
