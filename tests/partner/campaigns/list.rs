//! Finding campaigns among others.

use serde_json::json;
use shared::campaign::{CampaignStatus, ListCampaigns};

use super::CAMPAIGNS;
use crate::stage::{HOUR_MS, MINUTE_MS, Stage};

on_both_databases! {
    campaigns_are_listed_newest_first,
    campaigns_are_found_by_status_as_the_clock_has_it,
    campaigns_are_found_by_type,
    campaigns_are_found_by_the_time_they_were_made,
}

/// The names of the campaigns that a query finds, which must be as many as it
/// counts.
async fn found(stage: &Stage, query: &str) -> Vec<String> {
    let request = stage.ours.signed("GET", &format!("{CAMPAIGNS}?{query}"));
    let page = request.send().await.answer::<serde_json::Value>(200);
    let names: Vec<_> = page["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|campaign| campaign["name"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(page["pagination"]["total"], names.len());
    names
}

async fn campaigns_are_listed_newest_first(stage: &mut Stage) {
    let mut made = Vec::new();
    for number in 0..5 {
        made.push(
            stage
                .campaign(json!({ "name": format!("No {number}") }))
                .await,
        );
        stage.pass_time(1);
    }
    assert_eq!(
        found(stage, "").await,
        ["No 4", "No 3", "No 2", "No 1", "No 0"]
    );
    let first = stage
        .ours
        .call(&ListCampaigns {
            limit: Some(3),
            ..ListCampaigns::default()
        })
        .await;
    assert_eq!(first.pagination.total_pages, Some(2));
    let second = stage
        .ours
        .call(&ListCampaigns {
            cursor: first.pagination.next_cursor,
            ..ListCampaigns::default()
        })
        .await;
    let seen: Vec<_> = first.data.iter().chain(&second.data).collect();
    made.reverse();
    assert_eq!(json!(seen), json!(made));
}

async fn campaigns_are_found_by_status_as_the_clock_has_it(stage: &mut Stage) {
    let end = stage.now().plus_ms(HOUR_MS);
    for (name, first, then) in [
        ("draft", "DRAFT", "DRAFT"),
        ("short", "ACTIVE", "ACTIVE"),
        ("paused", "ACTIVE", "PAUSED"),
        ("ended", "ACTIVE", "ENDED"),
    ] {
        let types = [name.to_uppercase()];
        let fields = json!({ "name": name, "status": first, "actionTypes": types, "endsAt": end });
        let made = stage.campaign(fields).await;
        stage.changed(&made, json!({ "status": then })).await;
        stage.pass_time(1);
    }
    stage
        .campaign(json!({ "name": "long", "status": "ACTIVE" }))
        .await;
    assert_eq!(found(stage, "status=DRAFT").await, ["draft"]);
    assert_eq!(found(stage, "status=ACTIVE").await, ["long", "short"]);
    assert_eq!(found(stage, "status=PAUSED").await, ["paused"]);
    assert_eq!(found(stage, "status=ENDED").await, ["ended"]);
    stage.pass_time(HOUR_MS);
    assert_eq!(found(stage, "status=DRAFT").await, ["draft"]);
    assert_eq!(found(stage, "status=ACTIVE").await, ["long"]);
    assert_eq!(found(stage, "status=PAUSED").await.len(), 0);
    let ended = stage
        .ours
        .call(&ListCampaigns {
            status: Some(CampaignStatus::Ended),
            ..ListCampaigns::default()
        })
        .await;
    assert_eq!(ended.data.len(), 3);
    for campaign in ended.data {
        assert_eq!(campaign.status, CampaignStatus::Ended);
    }
}

async fn campaigns_are_found_by_type(stage: &mut Stage) {
    for (name, types) in [
        ("one", json!(["PURCHASE"])),
        ("two", json!(["A_B", "PURCHASE"])),
        ("longer", json!(["PURCHASES"])),
        ("other", json!(["AXB"])),
        ("all", json!([])),
    ] {
        stage
            .campaign(json!({ "name": name, "actionTypes": types }))
            .await;
        stage.pass_time(1);
    }
    assert_eq!(
        found(stage, "actionType=PURCHASE").await,
        ["all", "two", "one"]
    );
    assert_eq!(found(stage, "actionType=A_B").await, ["all", "two"]);
    assert_eq!(found(stage, "actionType=REFERRAL").await, ["all"]);
    assert_eq!(found(stage, "actionType=").await.len(), 5);
    assert_eq!(found(stage, "actionType=AXB&status=ACTIVE").await.len(), 0);
}

async fn campaigns_are_found_by_the_time_they_were_made(stage: &mut Stage) {
    for name in ["first", "second", "third"] {
        stage.campaign(json!({ "name": name })).await;
        stage.pass_time(MINUTE_MS);
    }
    let between = "createdFrom=2025-05-10T11:21:00Z&createdTo=2025-05-10T11:22:00Z";
    assert_eq!(found(stage, between).await, ["second"]);
    assert_eq!(
        found(stage, "createdFrom=2025-05-10T11:21:00.001Z").await,
        ["third"]
    );
}
