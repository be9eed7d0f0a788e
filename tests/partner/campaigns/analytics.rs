//! `GET …/campaigns/{id}/analytics`: what a campaign has brought about.

use serde_json::{Value, json};
use shared::Code;

use super::path_of;
use crate::stage::{DAY_MS, HOUR_MS, Stage};

on_both_databases! {
    a_campaign_without_actions_has_brought_about_nothing,
    actions_are_added_up_by_day_and_type,
    tokens_are_counted_as_distributed_and_spent_as_kept,
    only_the_actions_of_the_time_asked_for_count,
    what_failed_or_is_of_another_does_not_count,
    a_user_who_earned_nothing_took_part,
    a_report_has_up_to_366_days,
    of_a_long_campaign_the_last_year_is_shown,
    the_hundred_busiest_types_are_shown,
}

async fn report(stage: &Stage, campaign: &Value, query: &str) -> Value {
    let path = format!("{}/analytics?{query}", path_of(campaign));
    let seen: Value = stage.ours.signed("GET", &path).send().await.answer(200);
    // It is the same whether it was added up before or not.
    stage.fold().await;
    let again: Value = stage.ours.signed("GET", &path).send().await.answer(200);
    assert_eq!(again, seen);
    seen
}

/// Submits an action that must be done; answers its id.
async fn done(stage: &Stage, key: &str, amount: i64, fields: Value) -> String {
    let done: Value = stage.act(key, amount, fields).await.answer(200);
    done["actionId"].as_str().unwrap().to_owned()
}

/// The stakeholders of an action, one for each name.
fn by(users: &[&str]) -> Value {
    let stakeholders: Vec<_> = users
        .iter()
        .map(|user| json!({ "stakeholderTypeCode": "CUSTOMER", "partnerUserId": user }))
        .collect();
    json!({ "stakeholders": stakeholders })
}

async fn a_campaign_without_actions_has_brought_about_nothing(stage: &mut Stage) {
    let made = stage.campaign(json!({ "budget": 100 })).await;
    stage.pass_time(DAY_MS);
    let expected = json!({
        "campaignId": made["id"], "actions": 0, "tokensDistributed": 0, "uniqueUsers": 0, "averageTokens": 0.0,
        "budget": 100, "spent": 0, "remaining": 100,
        "byDay": [
            { "date": "2025-05-10", "actions": 0, "tokensDistributed": 0 },
            { "date": "2025-05-11", "actions": 0, "tokensDistributed": 0 },
        ],
        "byActionType": [],
    });
    assert_eq!(report(stage, &made, "").await, expected);
    let made = stage.campaign(json!({})).await;
    let seen = report(stage, &made, "").await;
    assert_eq!(
        (&seen["budget"], &seen["remaining"]),
        (&json!(null), &json!(null))
    );
    let before = report(stage, &made, "to=2024-01-02").await;
    assert_eq!(
        before["byDay"],
        json!([{ "date": "2024-01-01", "actions": 0, "tokensDistributed": 0 }])
    );
}

async fn actions_are_added_up_by_day_and_type(stage: &mut Stage) {
    let made = stage
        .campaign(json!({ "status": "ACTIVE", "multiplier": 2, "perActionCap": 18 }))
        .await;
    done(stage, "one", 7, by(&["ada", "eve"])).await;
    stage.pass_time(HOUR_MS);
    done(stage, "two", 1, by(&["ada"])).await;
    stage.pass_time(2 * DAY_MS);
    let mut referral = by(&["bob", "kim"]);
    referral["actionType"] = json!("REFERRAL");
    done(stage, "three", 100, referral).await;
    let path = format!("{}/analytics", path_of(&made));
    let response = stage.ours.signed("GET", &path).send().await;
    // Two decimals, and no more of a fraction than is sent.
    let text = &response.text;
    assert!(text.contains("\"averageTokens\":11.33,"), "{text}");
    let expected = json!({
        "campaignId": made["id"], "actions": 3, "tokensDistributed": 34, "uniqueUsers": 4, "averageTokens": 11.33,
        "budget": null, "spent": 34, "remaining": null,
        "byDay": [
            { "date": "2025-05-10", "actions": 2, "tokensDistributed": 16 },
            { "date": "2025-05-11", "actions": 0, "tokensDistributed": 0 },
            { "date": "2025-05-12", "actions": 1, "tokensDistributed": 18 },
        ],
        "byActionType": [
            { "actionType": "PURCHASE", "actions": 2, "tokensDistributed": 16 },
            { "actionType": "REFERRAL", "actions": 1, "tokensDistributed": 18 },
        ],
    });
    assert_eq!(response.answer::<Value>(200), expected);
}

async fn tokens_are_counted_as_distributed_and_spent_as_kept(stage: &mut Stage) {
    let made = stage
        .campaign(json!({ "status": "ACTIVE", "budget": 50 }))
        .await;
    let first = done(stage, "one", 20, by(&["ada"])).await;
    let second = done(stage, "two", 10, by(&["eve"])).await;
    for (action, percent) in [(first, 100), (second, 50)] {
        let path = format!("/v1/partner/actions/{action}/reverse");
        let body = json!({ "reversalPercentage": percent, "refundIdempotencyKey": action });
        let reversed = stage.ours.signed_json("POST", &path, &body).send().await;
        assert_eq!(reversed.status, 200, "{}", reversed.text);
    }
    let seen = report(stage, &made, "").await;
    let counted = (
        &seen["actions"],
        &seen["tokensDistributed"],
        &seen["uniqueUsers"],
    );
    assert_eq!(counted, (&json!(2), &json!(30), &json!(2)));
    assert_eq!(seen["averageTokens"], 15.0);
    assert_eq!(
        (&seen["spent"], &seen["remaining"]),
        (&json!(5), &json!(45))
    );
}

async fn only_the_actions_of_the_time_asked_for_count(stage: &mut Stage) {
    let made = stage.campaign(json!({ "status": "ACTIVE" })).await;
    for hour in 0..30 {
        done(stage, &format!("{hour}"), 1, json!({})).await;
        stage.pass_time(HOUR_MS);
    }
    for (query, actions, days) in [
        ("", 30, 2),
        ("from=2025-05-11", 17, 1),
        ("to=2025-05-11", 13, 1),
        ("from=2025-05-11&to=2025-05-12", 17, 1),
        // The first is taken in, the last is not.
        ("from=2025-05-10T11:20:00Z&to=2025-05-10T12:20:00Z", 1, 1),
        (
            "from=2025-05-10T11:20:00.001Z&to=2025-05-10T12:20:00.001Z",
            1,
            1,
        ),
        (
            "from=2025-05-10T23:20:00Z&to=2025-05-11T00:20:00.001Z",
            2,
            2,
        ),
        (
            "from=2025-05-11T00:00:00%2B02:00&to=2025-05-11T00:00:00Z",
            2,
            1,
        ),
        ("from=2025-05-01&to=2025-05-05", 0, 4),
        ("to=2025-05-20", 30, 10),
    ] {
        let seen = report(stage, &made, query).await;
        let by_day = seen["byDay"].as_array().unwrap();
        let sum = |name: &str| {
            by_day
                .iter()
                .map(|day| day[name].as_i64().unwrap())
                .sum::<i64>()
        };
        assert_eq!((sum("actions"), by_day.len()), (actions, days), "{query}");
        assert_eq!(sum("tokensDistributed"), actions, "{query}");
        assert_eq!(seen["actions"], actions, "{query}");
        assert_eq!(seen["tokensDistributed"], actions, "{query}");
        assert_eq!(seen["spent"], 30, "{query}");
    }
}

async fn what_failed_or_is_of_another_does_not_count(stage: &mut Stage) {
    let made = stage
        .campaign(json!({ "status": "ACTIVE", "actionTypes": ["PURCHASE"] }))
        .await;
    stage.campaign(json!({ "status": "ACTIVE" })).await;
    let failed = stage.act("one", 20_000, by(&["ada"])).await;
    failed.refused(Code::InsufficientPool);
    let mut unknown = by(&["nobody"]);
    unknown["autoCreateUsers"] = json!(false);
    unknown["campaignId"] = made["id"].clone();
    let failed = stage.act("two", 5, unknown).await;
    failed.refused(Code::UserNotFound);
    let mut other = by(&["eve"]);
    other["actionType"] = json!("REFERRAL");
    done(stage, "three", 7, other).await;
    done(stage, "four", 8, by(&["kim"])).await;
    let seen = report(stage, &made, "").await;
    let counted = (
        &seen["actions"],
        &seen["tokensDistributed"],
        &seen["uniqueUsers"],
    );
    assert_eq!(counted, (&json!(1), &json!(8), &json!(1)));
}

async fn a_user_who_earned_nothing_took_part(stage: &mut Stage) {
    let splits = json!([{ "stakeholderTypeCode": "REFERRER", "percentage": 100 }]);
    let made = stage
        .campaign(json!({ "status": "ACTIVE", "splits": splits }))
        .await;
    done(stage, "one", 5, by(&["ada", "eve"])).await;
    done(stage, "two", 5, by(&["ada"])).await;
    let seen = report(stage, &made, "").await;
    let counted = (
        &seen["actions"],
        &seen["tokensDistributed"],
        &seen["uniqueUsers"],
    );
    assert_eq!(counted, (&json!(2), &json!(0), &json!(2)));
    assert_eq!(seen["averageTokens"], 0.0);
}

async fn a_report_has_up_to_366_days(stage: &mut Stage) {
    let made = stage.campaign(json!({})).await;
    let seen = report(stage, &made, "from=2024-01-01&to=2025-01-01").await;
    let days = seen["byDay"].as_array().unwrap();
    assert_eq!(days.len(), 366);
    assert_eq!(days[59]["date"], "2024-02-29");
    assert_eq!(days[365]["date"], "2024-12-31");
}

async fn of_a_long_campaign_the_last_year_is_shown(stage: &mut Stage) {
    let made = stage.campaign(json!({ "status": "ACTIVE" })).await;
    done(stage, "one", 1, json!({})).await;
    stage.pass_time(500 * DAY_MS);
    done(stage, "two", 2, json!({})).await;
    let seen = report(stage, &made, "").await;
    let days = seen["byDay"].as_array().unwrap();
    assert_eq!((days.len(), &seen["tokensDistributed"]), (366, &json!(2)));
    assert_eq!(
        (&days[365]["actions"], &seen["spent"]),
        (&json!(1), &json!(3))
    );
}

async fn the_hundred_busiest_types_are_shown(stage: &mut Stage) {
    let made = stage.campaign(json!({ "status": "ACTIVE" })).await;
    for number in 0..103 {
        let action_type = format!("TYPE_{:03}", number % 102);
        let fields = json!({ "actionType": action_type });
        done(stage, &format!("{number}"), 1, fields).await;
    }
    let seen = report(stage, &made, "").await;
    let types = seen["byActionType"].as_array().unwrap();
    assert_eq!((types.len(), &seen["actions"]), (100, &json!(103)));
    assert_eq!(
        (&types[0]["actionType"], &types[0]["actions"]),
        (&json!("TYPE_000"), &json!(2))
    );
    assert_eq!(types[99]["actionType"], "TYPE_099");
}
