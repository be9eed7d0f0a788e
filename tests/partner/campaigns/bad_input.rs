//! Everything that can be wrong with a campaign: each is named, and nothing of
//! it is stored.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use shared::Code;

use super::CAMPAIGNS;
use crate::stage::Stage;

on_both_databases! {
    each_wrong_field_is_named_and_nothing_is_stored,
    each_wrong_change_is_named_and_nothing_is_changed,
    too_many_of_anything_is_refused,
    a_missing_name_is_named,
    all_wrong_fields_are_named_at_once,
    a_budget_is_never_below_what_is_spent,
    wrong_queries_are_named,
}

/// Each field that is named, with the requests that name it.
const WRONG: &str = r#"{
    "name": [{ "name": "" }, { "name": " " }, { "name": 7 }, { "name": null }, { "name": "a\nb" },
        { "name": "a\u0000" }, { "name": ["a"] }],
    "description": [{ "description": 7 }, { "description": "a\u0007" }, { "description": "a\u0000" }],
    "status": [{ "status": "ENDLESS" }, { "status": "active" }, { "status": "" }, { "status": 1 }],
    "actionTypes": [{ "actionTypes": "PURCHASE" }, { "actionTypes": {} }, { "actionTypes": 1 }],
    "actionTypes[0]": [{ "actionTypes": [""] }, { "actionTypes": ["P"] }, { "actionTypes": ["purchase"] },
        { "actionTypes": ["1PURCHASE"] }, { "actionTypes": ["_PURCHASE"] }, { "actionTypes": ["PUR CHASE"] },
        { "actionTypes": ["PÜRCHASE"] }, { "actionTypes": [7] }, { "actionTypes": [null] },
        { "actionTypes": ["ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJKLMNO"] }, { "actionTypes": ["A\u0000"] }],
    "actionTypes[1]": [{ "actionTypes": ["PURCHASE", "PURCHASE"] }, { "actionTypes": ["PURCHASE", "-"] }],
    "multiplier": [{ "multiplier": "-1" }, { "multiplier": -1 }, { "multiplier": "" }, { "multiplier": "1,5" },
        { "multiplier": "1e2" }, { "multiplier": 0.00001 }, { "multiplier": "1.00001" }, { "multiplier": 1000.5 },
        { "multiplier": "1001" }, { "multiplier": true }, { "multiplier": [] }, { "multiplier": "two" }],
    "tiers": [{ "tiers": {} }, { "tiers": "1" }],
    "tiers[0]": [{ "tiers": [7] }],
    "tiers[0].minAmount": [{ "tiers": [{ "multiplier": 1 }] }, { "tiers": [{ "minAmount": -1, "multiplier": 1 }] },
        { "tiers": [{ "minAmount": 1.5, "multiplier": 1 }] }, { "tiers": [{ "minAmount": "1", "multiplier": 1 }] }],
    "tiers[0].multiplier": [{ "tiers": [{ "minAmount": 1 }] }, { "tiers": [{ "minAmount": 1, "multiplier": -1 }] },
        { "tiers": [{ "minAmount": 1, "multiplier": null }] }],
    "tiers[1].minAmount": [
        { "tiers": [{ "minAmount": 5, "multiplier": 1 }, { "minAmount": 5, "multiplier": 2 }] },
        { "tiers": [{ "minAmount": 5, "multiplier": 1 }, { "minAmount": 4, "multiplier": 2 }] }],
    "splits": [{ "splits": {} }, { "splits": "DONOR" },
        { "splits": [{ "stakeholderTypeCode": "DONOR", "percentage": 99.99 }] },
        { "splits": [{ "stakeholderTypeCode": "DONOR", "percentage": 0 }] },
        { "splits": [{ "stakeholderTypeCode": "DONOR", "percentage": 50 },
            { "stakeholderTypeCode": "REFERRER", "percentage": 50.01 }] },
        { "splits": [{ "stakeholderTypeCode": "DONOR", "percentage": 33.33 },
            { "stakeholderTypeCode": "REFERRER", "percentage": 33.33 },
            { "stakeholderTypeCode": "VOLUNTEER", "percentage": 33.33 }] }],
    "splits[0].percentage": [{ "splits": [{ "stakeholderTypeCode": "DONOR" }] },
        { "splits": [{ "stakeholderTypeCode": "DONOR", "percentage": -1 }] },
        { "splits": [{ "stakeholderTypeCode": "DONOR", "percentage": 100.01 }] },
        { "splits": [{ "stakeholderTypeCode": "DONOR", "percentage": "33.333" }] },
        { "splits": [{ "stakeholderTypeCode": "DONOR", "percentage": "all" }] }],
    "splits[0].stakeholderTypeCode": [{ "splits": [{ "percentage": 100 }] },
        { "splits": [{ "stakeholderTypeCode": "donor", "percentage": 100 }] },
        { "splits": [{ "stakeholderTypeCode": "", "percentage": 100 }] },
        { "splits": [{ "stakeholderTypeCode": 7, "percentage": 100 }] }],
    "splits[1].stakeholderTypeCode": [{ "splits": [{ "stakeholderTypeCode": "DONOR", "percentage": 50 },
        { "stakeholderTypeCode": "DONOR", "percentage": 50 }] }],
    "perActionCap": [{ "perActionCap": -1 }, { "perActionCap": 1.5 }, { "perActionCap": 1.0 },
        { "perActionCap": "100" }, { "perActionCap": 9223372036854775808 }, { "perActionCap": true }],
    "perUserCap": [{ "perUserCap": -1 }, { "perUserCap": 1.5 }, { "perUserCap": "100" }, { "perUserCap": [] }],
    "budget": [{ "budget": -1 }, { "budget": 0.5 }, { "budget": "100" }, { "budget": 1e3 },
        { "budget": 18446744073709551616 }],
    "startsAt": [{ "startsAt": "tomorrow" }, { "startsAt": "2025-05-10" }, { "startsAt": "2025-05-10T11:20:00" },
        { "startsAt": 1746876000 }, { "startsAt": "2025-02-30T00:00:00Z" }],
    "endsAt": [{ "endsAt": "tomorrow" }, { "endsAt": 1746876000 }, { "endsAt": "" },
        { "startsAt": "2025-05-10T12:00:00Z", "endsAt": "2025-05-10T12:00:00Z" },
        { "startsAt": "2025-05-10T12:00:00Z", "endsAt": "2025-05-10T13:59:00+02:00" }],
    "schedule": [{ "schedule": "weekends" }, { "schedule": 7 }],
    "schedule.daysOfWeek": [{ "schedule": { "daysOfWeek": [] } }, { "schedule": { "daysOfWeek": 1 } }],
    "schedule.daysOfWeek[0]": [{ "schedule": { "daysOfWeek": [0] } }, { "schedule": { "daysOfWeek": [8] } },
        { "schedule": { "daysOfWeek": [-1] } }, { "schedule": { "daysOfWeek": ["MONDAY"] } },
        { "schedule": { "daysOfWeek": [1.5] } }, { "schedule": { "daysOfWeek": [256] } }],
    "schedule.daysOfWeek[1]": [{ "schedule": { "daysOfWeek": [5, 5] } }],
    "schedule.daysOfWeek[7]": [{ "schedule": { "daysOfWeek": [1, 2, 3, 4, 5, 6, 7, 1] } }],
    "schedule.hoursUtc": [{ "schedule": { "hoursUtc": [] } }, { "schedule": { "hoursUtc": "9-17" } }],
    "schedule.hoursUtc[0]": [{ "schedule": { "hoursUtc": [24] } }, { "schedule": { "hoursUtc": [null] } }],
    "schedule.hoursUtc[2]": [{ "schedule": { "hoursUtc": [0, 23, 0] } }],
    "schedule.hoursUtc[24]": [{ "schedule": { "hoursUtc":
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 23] } }]
}"#;

fn wrong() -> BTreeMap<String, Vec<Value>> {
    serde_json::from_str(WRONG).unwrap()
}

async fn each_wrong_field_is_named_and_nothing_is_stored(stage: &mut Stage) {
    for (field, requests) in wrong() {
        for request in requests {
            let response = stage.post_campaign(request.clone()).await;
            assert_eq!(response.status, 400, "{request}: {}", response.text);
            response.refused_field(&field);
        }
    }
    for status in ["PAUSED", "ENDED"] {
        let response = stage.post_campaign(json!({ "status": status })).await;
        response.refused_field("status");
    }
    assert_eq!(stage.count("campaigns").await, 0);
    assert_eq!(stage.told().await, []);
}

async fn each_wrong_change_is_named_and_nothing_is_changed(stage: &mut Stage) {
    let made = stage.campaign(json!({ "status": "ACTIVE" })).await;
    for (field, changes) in wrong() {
        for change in changes {
            let response = stage.patch_campaign(&made, &change).await;
            assert_eq!(response.status, 400, "{change}: {}", response.text);
            response.refused_field(&field);
        }
    }
    stage
        .patch_campaign(&made, &json!({ "status": null }))
        .await
        .refused_field("status");
    for dates in [
        json!({ "startsAt": "2025-05-12T00:00:00Z" }),
        json!({ "endsAt": "2025-05-10T00:00:00Z", "startsAt": "2025-05-11T00:00:00Z" }),
    ] {
        let bounded = stage
            .campaign(json!({ "actionTypes": ["OTHER"], "endsAt": "2025-05-11T12:00:00Z" }))
            .await;
        let response = stage.patch_campaign(&bounded, &dates).await;
        response.refused_field("endsAt");
    }
    assert_eq!(stage.seen(&made).await, made);
}

async fn too_many_of_anything_is_refused(stage: &mut Stage) {
    let codes = |count| {
        (0..count)
            .map(|number| format!("TYPE_{number}"))
            .collect::<Vec<_>>()
    };
    let tiers: Vec<_> = (0..21)
        .map(|number| json!({ "minAmount": number, "multiplier": 1 }))
        .collect();
    let splits: Vec<_> = codes(21)
        .iter()
        .map(|code| json!({ "stakeholderTypeCode": code, "percentage": 4 }))
        .collect();
    for (field, value) in [
        ("name", json!("a".repeat(256))),
        ("description", json!("a".repeat(2_001))),
        ("actionTypes", json!(codes(51))),
        ("actionTypes", json!(codes(5_000))),
        ("tiers", json!(tiers)),
        ("splits", json!(splits)),
    ] {
        let response = stage.post_campaign(json!({ field: value })).await;
        response.refused_field(field);
    }
    let days = json!({ "schedule": { "daysOfWeek": vec![1; 10_000] } });
    let response = stage.post_campaign(days).await;
    response.refused_field("schedule.daysOfWeek[1]");
    assert!(response.text.len() < 2_000);
    assert_eq!(stage.count("campaigns").await, 0);
}

async fn a_missing_name_is_named(stage: &mut Stage) {
    for body in [json!({}), json!({ "status": "ACTIVE" })] {
        let request = stage.ours.signed_json("POST", CAMPAIGNS, &body);
        request.send().await.refused_field("name");
    }
    let list = stage.ours.signed_json("POST", CAMPAIGNS, &json!([]));
    list.send().await.refused(Code::ValidationError);
}

async fn all_wrong_fields_are_named_at_once(stage: &mut Stage) {
    let response = stage
        .post_campaign(json!({
            "name": "", "description": "a\u{7}", "actionTypes": ["p"], "budget": -1,
            "tiers": [{ "minAmount": -1, "multiplier": 1 }],
            "splits": [{ "stakeholderTypeCode": "DONOR", "percentage": 1 }],
            "startsAt": "2025-05-11T00:00:00Z", "endsAt": "2025-05-10T00:00:00Z",
            "schedule": { "hoursUtc": [24] },
        }))
        .await;
    for field in [
        "name",
        "description",
        "actionTypes[0]",
        "budget",
        "tiers[0].minAmount",
        "splits",
        "endsAt",
        "schedule.hoursUtc[0]",
    ] {
        response.refused_field(field);
    }
    // What serde says of a number is said in our words.
    let response = stage.post_campaign(json!({ "budget": 1.5 })).await;
    assert!(response.text.contains("a whole number of tokens"));
}

async fn a_budget_is_never_below_what_is_spent(stage: &mut Stage) {
    let made = stage
        .campaign(json!({ "status": "ACTIVE", "budget": 100 }))
        .await;
    assert_eq!(stage.act("one", 60, json!({})).await.status, 200);
    for budget in [0, 59] {
        let response = stage
            .patch_campaign(&made, &json!({ "budget": budget }))
            .await;
        response.refused_field("budget");
        assert!(response.text.contains("60"), "{}", response.text);
    }
    for budget in [json!(60), json!(null), json!(61)] {
        let changed = stage.changed(&made, json!({ "budget": budget })).await;
        assert_eq!(
            (&changed["budget"], &changed["spent"]),
            (&budget, &json!(60))
        );
    }
}

async fn wrong_queries_are_named(stage: &mut Stage) {
    let made = stage.campaign(json!({})).await;
    let path = super::path_of(&made);
    for (path, field) in [
        ("?status=LIVE", "status"),
        ("?status=active", "status"),
        ("?actionType=purchase", "actionType"),
        ("?actionType=%22", "actionType"),
        ("?createdFrom=yesterday", "createdFrom"),
        ("?createdTo=2025-05-10", "createdTo"),
        ("?limit=101", "limit"),
        ("?cursor=x", "cursor"),
        ("/active?actionType=p", "actionType"),
        ("/active?actionType=A%00", "actionType"),
    ] {
        let request = stage.ours.signed("GET", &format!("{CAMPAIGNS}{path}"));
        request.send().await.refused_field(field);
    }
    for (query, field) in [
        ("from=yesterday", "from"),
        ("to=2025-13-01", "to"),
        ("from=2025-05-10&to=2025-05-10", "to"),
        ("from=2025-05-11&to=2025-05-10", "to"),
        ("from=2025-05-12", "from"),
        ("from=2024-05-09&to=2025-05-11", "from"),
        (
            "from=2024-05-10T23:59:59.999Z&to=2025-05-11T00:00:00.001Z",
            "from",
        ),
        ("from=-009999-01-01T00:00:00Z", "from"),
    ] {
        let request = stage
            .ours
            .signed("GET", &format!("{path}/analytics?{query}"));
        request.send().await.refused_field(field);
    }
}
