//! Changing a campaign: field by field, and from status to status.

use futures_util::future::{join, join_all};
use serde_json::{Value, json};
use shared::Code;
use shared::campaign::CampaignStatus;

use crate::stage::{DAY_MS, HOUR_MS, MINUTE_MS, Stage};

on_both_databases! {
    each_field_can_be_changed_alone,
    what_is_null_is_as_if_it_had_never_been_given,
    a_change_of_nothing_changes_nothing,
    what_is_the_servers_cannot_be_changed,
    a_change_loses_nothing_that_is_spent_meanwhile,
    every_move_is_made_or_refused,
    an_ended_campaign_stays_as_it_is,
    a_campaign_past_its_end_has_ended_before_anyone_wrote_it_down,
    a_draft_past_its_end_stays_a_draft_and_cannot_go_live,
    an_end_in_the_past_ends_a_campaign_now,
}

async fn each_field_can_be_changed_alone(stage: &mut Stage) {
    let mut expected = stage.campaign(json!({})).await;
    for (field, value) in [
        ("name", json!("Summer")),
        ("description", json!("Hot.")),
        ("actionTypes", json!(["PURCHASE", "DONATION"])),
        ("multiplier", json!("1.25")),
        ("tiers", json!([{ "minAmount": 10, "multiplier": "2" }])),
        (
            "splits",
            json!([{ "stakeholderTypeCode": "DONOR", "percentage": 100 }]),
        ),
        ("perActionCap", json!(5)),
        ("perUserCap", json!(50)),
        ("budget", json!(500)),
        ("startsAt", json!("2025-05-11T00:00:00.000Z")),
        ("endsAt", json!("2025-05-12T00:00:00.000Z")),
        ("schedule", json!({ "hoursUtc": [9, 10] })),
        ("status", json!("ACTIVE")),
    ] {
        stage.pass_time(1_000);
        let changed = stage.changed(&expected, json!({ field: value })).await;
        expected[field] = value;
        expected["updatedAt"] = json!(stage.now());
        assert_eq!(changed, expected, "{field}");
        assert_eq!(stage.seen(&expected).await, expected, "{field}");
    }
}

async fn what_is_null_is_as_if_it_had_never_been_given(stage: &mut Stage) {
    let plain = stage.campaign(json!({})).await;
    let full = stage
        .campaign(json!({
            "description": "Hot.", "actionTypes": ["PURCHASE"], "multiplier": 2,
            "tiers": [{ "minAmount": 10, "multiplier": 3 }],
            "splits": [{ "stakeholderTypeCode": "DONOR", "percentage": 100 }],
            "perActionCap": 5, "perUserCap": 50, "budget": 500,
            "startsAt": "2025-05-11T00:00:00Z", "endsAt": "2025-05-12T00:00:00Z",
            "schedule": { "hoursUtc": [9] },
        }))
        .await;
    let nulls = json!({
        "description": null, "actionTypes": null, "multiplier": null, "tiers": null, "splits": null,
        "perActionCap": null, "perUserCap": null, "budget": null, "startsAt": null, "endsAt": null, "schedule": null,
    });
    let mut changed = stage.changed(&full, nulls).await;
    assert_eq!(stage.seen(&full).await, changed);
    changed["id"] = plain["id"].clone();
    assert_eq!(changed, plain);
}

async fn a_change_of_nothing_changes_nothing(stage: &mut Stage) {
    let made = stage
        .campaign(json!({ "status": "ACTIVE", "multiplier": "1.50" }))
        .await;
    stage.pass_time(HOUR_MS);
    for change in [
        json!({}),
        json!({ "status": "ACTIVE" }),
        json!({ "name": "Spring", "multiplier": 1.5, "budget": null, "unknown": 1 }),
    ] {
        assert_eq!(stage.changed(&made, change).await, made);
    }
    assert_eq!(stage.told().await.len(), 1);
}

async fn what_is_the_servers_cannot_be_changed(stage: &mut Stage) {
    let made = stage
        .campaign(json!({ "status": "ACTIVE", "budget": 100 }))
        .await;
    assert_eq!(stage.act("one", 40, json!({})).await.status, 200);
    let change = json!({
        "id": "000000000000000000000000", "spent": 0, "createdAt": "2020-01-01T00:00:00Z",
        "updatedAt": "2020-01-01T00:00:00Z", "budget": 90,
    });
    let changed = stage.changed(&made, change).await;
    let mut expected = made.clone();
    expected["spent"] = json!(40);
    expected["budget"] = json!(90);
    assert_eq!(changed, expected);
    assert_eq!(stage.seen(&made).await, expected);
}

async fn a_change_loses_nothing_that_is_spent_meanwhile(stage: &mut Stage) {
    let made = stage.campaign(json!({ "status": "ACTIVE" })).await;
    let stage = &*stage;
    let actions = (0..32).map(|number| async move {
        let done = stage.act(&format!("{number}"), 3, json!({})).await;
        assert_eq!(done.status, 200, "{}", done.text);
    });
    let changes = (0..32).map(|number| {
        let (change, made) = (json!({ "name": format!("No {number}") }), &made);
        async move { drop(stage.changed(made, change).await) }
    });
    join(join_all(actions), join_all(changes)).await;
    assert_eq!(stage.seen(&made).await["spent"], 96);
}

/// A campaign of ours in this status.
async fn campaign_in(stage: &Stage, status: &str, action_type: String) -> Value {
    let first = if status == "DRAFT" { "DRAFT" } else { "ACTIVE" };
    let made = stage.campaign(json!({ "status": first, "actionTypes": [action_type] }));
    let made = made.await;
    if status == first {
        return made;
    }
    stage.changed(&made, json!({ "status": status })).await
}

async fn every_move_is_made_or_refused(stage: &mut Stage) {
    const MOVES: [(&str, &str); 5] = [
        ("DRAFT", "ACTIVE"),
        ("ACTIVE", "PAUSED"),
        ("PAUSED", "ACTIVE"),
        ("ACTIVE", "ENDED"),
        ("PAUSED", "ENDED"),
    ];
    let statuses = CampaignStatus::ALL.iter().map(|status| status.as_str());
    let pairs = statuses
        .clone()
        .flat_map(|from| statuses.clone().map(move |to| (from, to)));
    for (number, (from, to)) in pairs.enumerate() {
        let campaign = campaign_in(stage, from, format!("TYPE_{number}")).await;
        let response = stage
            .patch_campaign(&campaign, &json!({ "status": to }))
            .await;
        if from == to || MOVES.contains(&(from, to)) || (from, to) == ("DRAFT", "ENDED") {
            assert_eq!(response.status, 200, "{from} {to}: {}", response.text);
            assert_eq!(response.json()["status"], to);
            assert_eq!(stage.seen(&campaign).await, response.json());
        } else {
            match from {
                "ENDED" => drop(response.refused(Code::CampaignNotActive)),
                _ => response.refused_field("status"),
            }
            assert_eq!(stage.seen(&campaign).await, campaign, "{from} {to}");
        }
    }
}

async fn an_ended_campaign_stays_as_it_is(stage: &mut Stage) {
    let made = stage.campaign(json!({ "status": "ACTIVE" })).await;
    let ended = stage.changed(&made, json!({ "status": "ENDED" })).await;
    stage.pass_time(MINUTE_MS);
    for change in [
        json!({ "name": "Summer" }),
        json!({ "status": "ACTIVE" }),
        json!({ "endsAt": "2026-01-01T00:00:00Z" }),
        json!({ "status": "ENDED", "budget": 5 }),
        // Wrong besides: what is final is said first.
        json!({ "budget": -5 }),
    ] {
        let refused = stage.patch_campaign(&made, &change).await;
        let refused = refused.refused(Code::CampaignNotActive);
        assert!(refused.message.contains("ended"), "{}", refused.message);
    }
    // To end it again is no edit.
    assert_eq!(
        stage.changed(&made, json!({ "status": "ENDED" })).await,
        ended
    );
    assert_eq!(stage.seen(&made).await, ended);
}

async fn a_campaign_past_its_end_has_ended_before_anyone_wrote_it_down(stage: &mut Stage) {
    let end = stage.now().plus_ms(HOUR_MS);
    for status in ["ACTIVE", "PAUSED"] {
        let campaign = campaign_in(stage, status, format!("{status}_TYPE")).await;
        stage.changed(&campaign, json!({ "endsAt": end })).await;
        stage.pass_time(end.0 - 1 - stage.now().0);
        assert_eq!(stage.seen(&campaign).await["status"], status);
        stage.pass_time(1);
        let seen = stage.seen(&campaign).await;
        assert_eq!(
            (&seen["status"], &seen["updatedAt"]),
            (&json!("ENDED"), &json!(end))
        );
        let later = json!({ "endsAt": end.plus_ms(DAY_MS) });
        stage
            .patch_campaign(&campaign, &later)
            .await
            .refused(Code::CampaignNotActive);
        stage.pass_time(MINUTE_MS);
        stage.sweep().await;
        assert_eq!(stage.seen(&campaign).await, seen);
        stage.pass_time(-MINUTE_MS - 2 * HOUR_MS);
    }
}

async fn a_draft_past_its_end_stays_a_draft_and_cannot_go_live(stage: &mut Stage) {
    let end = stage.now().plus_ms(HOUR_MS);
    let draft = stage.campaign(json!({ "endsAt": end })).await;
    stage.pass_time(HOUR_MS);
    stage.sweep().await;
    assert_eq!(stage.seen(&draft).await, draft);
    stage
        .patch_campaign(&draft, &json!({ "status": "ACTIVE" }))
        .await
        .refused_field("endsAt");
    let live = json!({ "status": "ACTIVE", "endsAt": end.plus_ms(1) });
    assert_eq!(stage.changed(&draft, live).await["status"], "ACTIVE");
}

async fn an_end_in_the_past_ends_a_campaign_now(stage: &mut Stage) {
    let made = stage.campaign(json!({ "status": "ACTIVE" })).await;
    stage.pass_time(HOUR_MS);
    let past = stage.now().plus_ms(-MINUTE_MS);
    let changed = stage.changed(&made, json!({ "endsAt": past })).await;
    assert_eq!(changed["status"], "ENDED");
    assert_eq!(changed["updatedAt"], json!(stage.now()));
    let made = stage
        .campaign(json!({ "status": "ACTIVE", "endsAt": past }))
        .await;
    assert_eq!(made["status"], "ENDED");
    assert_eq!(stage.seen(&made).await, made);
}
