//! No two ACTIVE campaigns count for the same action at the same time.

use futures_util::future::join_all;
use serde_json::{Value, json};
use server::store::campaign::{CampaignRow, insert};
use shared::Code;
use shared::campaign::Campaign;

use super::{CAMPAIGNS, campaign};
use crate::stage::{HOUR_MS, Stage};

on_both_databases! {
    campaigns_meet_when_they_share_a_type,
    campaigns_meet_when_their_dates_overlap,
    a_conflict_names_the_other_campaign,
    only_active_campaigns_are_in_the_way,
    a_change_can_meet_another_campaign,
    a_campaign_is_never_in_its_own_way,
    another_partners_campaigns_are_in_nobodys_way,
    at_most_500_campaigns_are_active,
    of_sixteen_at_once_one_succeeds,
    of_sixteen_that_go_live_at_once_one_succeeds,
}

const NOON: &str = "2025-05-11T12:00:00Z";
const EVENING: &str = "2025-05-11T18:00:00Z";
const NIGHT: &str = "2025-05-11T23:00:00Z";

/// Two ACTIVE campaigns, one after the other: the second is made, unless they
/// meet. Both are ended then.
async fn assert_meet(stage: &Stage, [first, second]: [Value; 2], meet: bool) {
    let live = |mut fields: Value| {
        fields["status"] = json!("ACTIVE");
        fields
    };
    let told = format!("{first} and {second}");
    let made = stage.campaign(live(first)).await;
    let response = stage.post_campaign(live(second)).await;
    let end = json!({ "status": "ENDED" });
    if meet {
        assert_eq!(response.status, 409, "{told}: {}", response.text);
        response.refused(Code::CampaignConflict);
    } else {
        assert_eq!(response.status, 201, "{told}: {}", response.text);
        stage.changed(&response.json(), end.clone()).await;
    }
    stage.changed(&made, end).await;
}

async fn campaigns_meet_when_they_share_a_type(stage: &mut Stage) {
    for (first, second, meet) in [
        (json!([]), json!([]), true),
        (json!(["A1"]), json!(["A1"]), true),
        (json!(["A1", "B1"]), json!(["C1", "B1"]), true),
        (json!(["A1"]), json!(["B1"]), false),
        (json!(["A1"]), json!(["A11"]), false),
        (json!(["A1"]), json!([]), false),
        (json!([]), json!(["A1"]), false),
    ] {
        let of = |types| json!({ "actionTypes": types });
        assert_meet(stage, [of(first), of(second)], meet).await;
    }
    let at = |hour| json!({ "schedule": { "hoursUtc": [hour] } });
    assert_meet(stage, [at(1), at(2)], true).await;
}

async fn campaigns_meet_when_their_dates_overlap(stage: &mut Stage) {
    let (noon, evening, night) = (Some(NOON), Some(EVENING), Some(NIGHT));
    for (first, second, meet) in [
        // The end is not part of a campaign.
        ([None, noon], [noon, None], false),
        ([noon, None], [None, noon], false),
        ([noon, evening], [evening, night], false),
        ([noon, evening], [noon, night], true),
        ([noon, night], [evening, None], true),
        ([evening, night], [None, None], true),
        ([evening, night], [noon, None], true),
        ([None, evening], [None, noon], true),
    ] {
        let during = |[start, end]: [Option<&str>; 2]| json!({ "startsAt": start, "endsAt": end });
        assert_meet(stage, [during(first), during(second)], meet).await;
    }
}

async fn a_conflict_names_the_other_campaign(stage: &mut Stage) {
    let live = json!({ "status": "ACTIVE", "actionTypes": ["PURCHASE"] });
    let made = stage.campaign(live.clone()).await;
    let told = stage.told().await;
    let refused = stage
        .post_campaign(live)
        .await
        .refused(Code::CampaignConflict);
    assert!(refused.message.contains(made["id"].as_str().unwrap()));
    assert_eq!(stage.count("campaigns").await, 1);
    assert_eq!(stage.told().await, told);
}

async fn only_active_campaigns_are_in_the_way(stage: &mut Stage) {
    let end = stage.now().plus_ms(HOUR_MS);
    let live = json!({ "status": "ACTIVE" });
    let made = stage
        .campaign(json!({ "status": "ACTIVE", "endsAt": end }))
        .await;
    stage.campaign(json!({})).await;
    stage
        .post_campaign(live.clone())
        .await
        .refused(Code::CampaignConflict);
    stage.changed(&made, json!({ "status": "PAUSED" })).await;
    let second = stage.campaign(live.clone()).await;
    // The first cannot come back while the second counts.
    let back = json!({ "status": "ACTIVE" });
    let refused = stage.patch_campaign(&made, &back).await;
    refused.refused(Code::CampaignConflict);
    stage.changed(&second, json!({ "status": "ENDED" })).await;
    stage.changed(&made, back).await;
    stage
        .post_campaign(live.clone())
        .await
        .refused(Code::CampaignConflict);
    // Past its end it is in nobody's way, swept or not.
    stage.pass_time(HOUR_MS);
    stage.campaign(live).await;
}

async fn a_change_can_meet_another_campaign(stage: &mut Stage) {
    let first = stage
        .campaign(json!({ "status": "ACTIVE", "actionTypes": ["A1"], "endsAt": NOON }))
        .await;
    let second = stage
        .campaign(json!({ "status": "ACTIVE", "actionTypes": ["A1"], "startsAt": NOON }))
        .await;
    let third = stage
        .campaign(json!({ "status": "ACTIVE", "actionTypes": ["B1"] }))
        .await;
    for (campaign, change) in [
        (&first, json!({ "endsAt": EVENING })),
        (&first, json!({ "endsAt": null })),
        (&second, json!({ "startsAt": null })),
        (&third, json!({ "actionTypes": ["B1", "A1"] })),
    ] {
        let refused = stage.patch_campaign(campaign, &change).await;
        refused.refused(Code::CampaignConflict);
        assert_eq!(stage.seen(campaign).await, *campaign);
    }
    // Moved together they meet no more.
    stage.changed(&second, json!({ "startsAt": EVENING })).await;
    stage.changed(&first, json!({ "endsAt": EVENING })).await;
    stage.changed(&third, json!({ "actionTypes": [] })).await;
}

async fn a_campaign_is_never_in_its_own_way(stage: &mut Stage) {
    let made = stage.campaign(json!({ "status": "ACTIVE" })).await;
    let change = json!({ "name": "Summer", "multiplier": 3, "actionTypes": ["A1"] });
    stage.changed(&made, change).await;
}

async fn another_partners_campaigns_are_in_nobodys_way(stage: &mut Stage) {
    let live = json!({ "status": "ACTIVE" });
    stage.campaign(live.clone()).await;
    let theirs = stage.theirs.signed_json("POST", CAMPAIGNS, &campaign(live));
    assert_eq!(theirs.send().await.status, 201);
}

async fn at_most_500_campaigns_are_active(stage: &mut Stage) {
    let live = json!({ "status": "ACTIVE", "actionTypes": ["LAST"] });
    let first = stage.campaign(live).await;
    let public: Campaign = serde_json::from_value(first.clone()).unwrap();
    let app = stage.app();
    let mut tx = app.db.write().await.unwrap();
    for number in 1..500 {
        let row = CampaignRow {
            partner_id: stage.ours.partner.id.clone(),
            public: Campaign {
                id: app.context.object_id(),
                action_types: vec![format!("TYPE_{number}")],
                ..public.clone()
            },
            start_told: true,
        };
        insert(&mut tx, &row).await.unwrap();
    }
    tx.commit().await.unwrap();
    let one_more = json!({ "status": "ACTIVE", "actionTypes": ["MORE"] });
    let refused = stage.post_campaign(one_more.clone()).await;
    refused.refused_field("status");
    // Those that are may be changed, and one that is paused makes room.
    stage.changed(&first, json!({ "name": "Summer" })).await;
    stage.changed(&first, json!({ "status": "PAUSED" })).await;
    stage.campaign(one_more).await;
    let back = json!({ "status": "ACTIVE" });
    let refused = stage.patch_campaign(&first, &back).await;
    refused.refused_field("status");
}

async fn of_sixteen_at_once_one_succeeds(stage: &mut Stage) {
    let live = json!({ "status": "ACTIVE", "actionTypes": ["PURCHASE"] });
    let answers = join_all((0..16).map(|_| stage.post_campaign(live.clone()))).await;
    let (made, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|one| one.status == 201);
    assert_eq!(made.len(), 1);
    for refused in refused {
        refused.refused(Code::CampaignConflict);
    }
    assert_eq!(stage.count("campaigns").await, 1);
    assert_eq!(stage.told().await.len(), 1);
}

async fn of_sixteen_that_go_live_at_once_one_succeeds(stage: &mut Stage) {
    let drafts = join_all((0..16).map(|_| stage.campaign(json!({})))).await;
    let live = json!({ "status": "ACTIVE" });
    let answers = join_all(
        drafts
            .iter()
            .map(|draft| stage.patch_campaign(draft, &live)),
    )
    .await;
    let (made, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|one| one.status == 200);
    assert_eq!(made.len(), 1);
    for refused in refused {
        refused.refused(Code::CampaignConflict);
    }
    assert_eq!(stage.count("campaigns WHERE status = 'ACTIVE'").await, 1);
    assert_eq!(stage.told().await.len(), 1);
}
