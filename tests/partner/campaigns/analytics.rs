//! `GET …/campaigns/{id}/analytics`: what a campaign has brought about.

use serde_json::{Value, json};

use super::path_of;
use crate::stage::{DAY_MS, HOUR_MS, OPENING, Stage};

on_both_databases! {
    a_campaign_without_actions_has_brought_about_nothing,
    actions_are_added_up_by_day_and_type,
    tokens_are_counted_as_distributed_and_spent_as_kept,
    only_the_actions_of_the_time_asked_for_count,
    what_failed_or_is_of_another_does_not_count,
    a_report_has_up_to_366_days,
    of_a_long_campaign_the_last_year_is_shown,
    the_hundred_busiest_types_are_shown,
}

async fn report(stage: &Stage, campaign: &Value, query: &str) -> Value {
    let path = format!("{}/analytics?{query}", path_of(campaign));
    stage.ours.signed("GET", &path).send().await.answer(200)
}

/// An action as the ledger keeps it, with whom it rewarded.
struct Done<'a> {
    campaign: &'a Value,
    action_type: &'a str,
    /// After the opening.
    at_ms: i64,
    status: &'a str,
    /// Each user and the tokens.
    shares: &'a [(&'a str, i64)],
}

impl<'a> Done<'a> {
    fn of(campaign: &'a Value, at_ms: i64, shares: &'a [(&'a str, i64)]) -> Self {
        Self {
            campaign,
            action_type: "PURCHASE",
            at_ms,
            status: "COMPLETED",
            shares,
        }
    }

    /// Puts the rows of the action into the database. They have no entries, so
    /// the test must stop the server before it is audited.
    async fn put(self, stage: &Stage) {
        let (partner, app) = (stage.ours.partner.id.as_str(), stage.app());
        let (id, at): (String, _) = (app.context.object_id(), OPENING.0 + self.at_ms);
        let mut tx = app.db.write().await.unwrap();
        sqlx::query(
            "INSERT INTO actions (partner_id, id, key_space, idempotency_key, fingerprint, action_type, amount_minor,
                 currency, status, tokens, campaign_id, created_at)
             VALUES ($1, $2, 'partner', $2, '', $3, 0, 'USD', $4, $5, $6, $7)",
        )
        .bind(partner)
        .bind(&id)
        .bind(self.action_type)
        .bind(self.status)
        .bind(self.shares.iter().map(|(_, tokens)| tokens).sum::<i64>())
        .bind(self.campaign["id"].as_str())
        .bind(at)
        .execute(&mut *tx)
        .await
        .unwrap();
        for (position, (user, tokens)) in (0_i64..).zip(self.shares) {
            let user = Some(*user).filter(|user| *user != "unknown");
            sqlx::query(
                "INSERT INTO stakeholders (partner_id, action_id, position, type_code, external_id, user_id, tokens,
                     reversed, created_at)
                 VALUES ($1, $2, $3, 'CUSTOMER', '', $4, $5, 0, $6)",
            )
            .bind(partner)
            .bind(&id)
            .bind(position)
            .bind(user)
            .bind(tokens)
            .bind(at)
            .execute(&mut *tx)
            .await
            .unwrap();
        }
        tx.commit().await.unwrap();
    }
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
    let made = stage.campaign(json!({})).await;
    Done::of(&made, 0, &[("a", 10), ("b", 5)]).put(stage).await;
    Done::of(&made, HOUR_MS, &[("a", 1)]).put(stage).await;
    let referral = Done {
        action_type: "REFERRAL",
        ..Done::of(&made, 2 * DAY_MS, &[("c", 0), ("unknown", 0), ("d", 9)])
    };
    referral.put(stage).await;
    stage.pass_time(2 * DAY_MS);
    let path = format!("{}/analytics", path_of(&made));
    let response = stage.ours.signed("GET", &path).send().await;
    // Two decimals, and no more of a fraction than is sent.
    assert!(
        response.text.contains("\"averageTokens\":8.33,"),
        "{}",
        response.text
    );
    let expected = json!({
        "campaignId": made["id"], "actions": 3, "tokensDistributed": 25, "uniqueUsers": 4, "averageTokens": 8.33,
        "budget": null, "spent": 0, "remaining": null,
        "byDay": [
            { "date": "2025-05-10", "actions": 2, "tokensDistributed": 16 },
            { "date": "2025-05-11", "actions": 0, "tokensDistributed": 0 },
            { "date": "2025-05-12", "actions": 1, "tokensDistributed": 9 },
        ],
        "byActionType": [
            { "actionType": "PURCHASE", "actions": 2, "tokensDistributed": 16 },
            { "actionType": "REFERRAL", "actions": 1, "tokensDistributed": 9 },
        ],
    });
    assert_eq!(response.answer::<Value>(200), expected);
    stage.stop().await;
}

async fn tokens_are_counted_as_distributed_and_spent_as_kept(stage: &mut Stage) {
    let made = stage.campaign(json!({ "budget": 50 })).await;
    let reversed = Done {
        status: "REVERSED",
        ..Done::of(&made, 0, &[("a", 20)])
    };
    reversed.put(stage).await;
    Done::of(&made, 0, &[("b", 10)]).put(stage).await;
    stage.put_spent(&made, 10).await;
    let seen = report(stage, &made, "").await;
    assert_eq!(
        (&seen["actions"], &seen["tokensDistributed"]),
        (&json!(2), &json!(30))
    );
    assert_eq!(
        (&seen["spent"], &seen["remaining"]),
        (&json!(10), &json!(40))
    );
    assert_eq!(seen["averageTokens"], 15.0);
    stage.stop().await;
}

async fn only_the_actions_of_the_time_asked_for_count(stage: &mut Stage) {
    let made = stage.campaign(json!({})).await;
    for hour in 0..72 {
        Done::of(&made, hour * HOUR_MS, &[("a", 1)])
            .put(stage)
            .await;
    }
    stage.pass_time(3 * DAY_MS);
    for (query, actions, days) in [
        ("", 72, 4),
        ("from=2025-05-11", 59, 3),
        ("to=2025-05-11", 13, 1),
        ("from=2025-05-11&to=2025-05-12", 24, 1),
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
    ] {
        let seen = report(stage, &made, query).await;
        assert_eq!(seen["actions"], actions, "{query}");
        assert_eq!(seen["byDay"].as_array().unwrap().len(), days, "{query}");
        let by_day: i64 = seen["byDay"]
            .as_array()
            .unwrap()
            .iter()
            .map(|day| day["actions"].as_i64().unwrap())
            .sum();
        assert_eq!(by_day, actions, "{query}");
    }
    stage.stop().await;
}

async fn what_failed_or_is_of_another_does_not_count(stage: &mut Stage) {
    let made = stage.campaign(json!({})).await;
    let other = stage.campaign(json!({})).await;
    let failed = Done {
        status: "FAILED",
        ..Done::of(&made, 0, &[("a", 0)])
    };
    failed.put(stage).await;
    Done::of(&other, 0, &[("b", 7)]).put(stage).await;
    let partial = Done {
        status: "PARTIALLY_REVERSED",
        ..Done::of(&made, 0, &[("c", 8)])
    };
    partial.put(stage).await;
    let seen = report(stage, &made, "").await;
    assert_eq!(seen["actions"], 1);
    assert_eq!(seen["uniqueUsers"], 1);
    assert_eq!(seen["tokensDistributed"], 8);
    stage.stop().await;
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
    let made = stage.campaign(json!({})).await;
    Done::of(&made, 0, &[("a", 1)]).put(stage).await;
    stage.pass_time(500 * DAY_MS);
    Done::of(&made, 500 * DAY_MS, &[("a", 2)]).put(stage).await;
    let seen = report(stage, &made, "").await;
    let days = seen["byDay"].as_array().unwrap();
    assert_eq!((days.len(), &seen["tokensDistributed"]), (366, &json!(2)));
    assert_eq!(days[365]["actions"], 1);
    stage.stop().await;
}

async fn the_hundred_busiest_types_are_shown(stage: &mut Stage) {
    let made = stage.campaign(json!({})).await;
    for number in 0..102 {
        let action_type = format!("TYPE_{number:03}");
        let times = if number == 101 { 2 } else { 1 };
        for _ in 0..times {
            let done = Done {
                action_type: &action_type,
                ..Done::of(&made, 0, &[("a", 1)])
            };
            done.put(stage).await;
        }
    }
    let seen = report(stage, &made, "").await;
    let types = seen["byActionType"].as_array().unwrap();
    assert_eq!((types.len(), &seen["actions"]), (100, &json!(103)));
    assert_eq!(types[0]["actionType"], "TYPE_101");
    assert_eq!(types[99]["actionType"], "TYPE_098");
    stage.stop().await;
}
