//! What was done, by whom and when: sums and the days they are of.

use serde_json::{Value, json};
use shared::Code;
use shared::dashboard::GetRecentActivity;

use crate::stage::{DAY_MS, HOUR_MS, Stage, purchase};

on_both_databases! {
    a_partner_who_did_nothing_has_a_summary,
    the_pools_of_a_summary_are_all_of_them,
    an_action_counts_today_this_week_and_this_month,
    a_reversal_counts_on_its_own_day,
    an_action_that_failed_is_not_counted_among_the_others,
    an_action_that_was_retried_counts_when_it_was_rewarded,
    users_are_new_and_active,
    days_without_an_action_are_in_a_trend,
    an_action_without_tokens_makes_its_user_active,
    who_earned_most_comes_first,
    what_was_earned_before_does_not_count,
    the_newest_actions_are_shown,
    a_campaigns_analytics_are_the_campaigns,
    nothing_of_another_partner_is_counted,
}

async fn a_partner_who_did_nothing_has_a_summary(stage: &mut Stage) {
    stage.begin_without_a_pool().await;
    let nothing = json!({ "actions": 0, "failed": 0, "tokensDistributed": 0, "tokensReversed": 0 });
    let expected = json!({
        "pools": { "count": 0, "balance": 0, "allocated": 0, "distributed": 0, "reversed": 0 },
        "activity": { "today": nothing, "last7Days": nothing, "last30Days": nothing },
        "users": { "total": 0, "new30Days": 0, "active30Days": 0 },
    });
    assert_eq!(stage.dashboard("summary").await, expected);
    let earners = stage.dashboard("top-earners").await;
    assert_eq!(earners, json!({ "data": [] }));
    let recent = stage.dashboard("recent-activity").await;
    assert_eq!(recent, json!({ "data": [] }));
}

async fn the_pools_of_a_summary_are_all_of_them(stage: &mut Stage) {
    stage.add_pool(500, |pool| pool.is_active = false).await;
    let done = stage.rewarded(&purchase("one").amount("40")).await;
    stage.reversed(&done.action_id, "50", "refund").await;
    let expected = json!({
        "count": 2, "balance": 10_480, "allocated": 10_500, "distributed": 40, "reversed": 20,
    });
    assert_eq!(stage.dashboard("summary").await["pools"], expected);
}

/// The actions of a summary's times.
async fn actions(stage: &Stage) -> [i64; 3] {
    let activity = stage.dashboard("summary").await["activity"].clone();
    ["today", "last7Days", "last30Days"].map(|time| activity[time]["actions"].as_i64().unwrap())
}

async fn an_action_counts_today_this_week_and_this_month(stage: &mut Stage) {
    stage.rewarded(&purchase("one")).await;
    assert_eq!(actions(stage).await, [1, 1, 1]);
    stage.fold().await;
    // It is 11:20; the day ends in less than 13 hours.
    stage.pass_time(13 * HOUR_MS);
    assert_eq!(actions(stage).await, [0, 1, 1]);
    stage.rewarded(&purchase("two")).await;
    assert_eq!(actions(stage).await, [1, 2, 2]);
    stage.pass_time(6 * DAY_MS);
    assert_eq!(actions(stage).await, [0, 1, 2]);
    stage.pass_time(23 * DAY_MS);
    assert_eq!(actions(stage).await, [0, 0, 1]);
    stage.pass_time(DAY_MS);
    assert_eq!(actions(stage).await, [0, 0, 0]);
}

async fn a_reversal_counts_on_its_own_day(stage: &mut Stage) {
    let done = stage.rewarded(&purchase("one").amount("40")).await;
    stage.pass_time(DAY_MS);
    stage.reversed(&done.action_id, "25", "refund").await;
    let expected = json!({ "data": [
        { "date": "2025-05-10", "actions": 1, "tokensDistributed": 40, "tokensReversed": 0, "activeUsers": 1 },
        { "date": "2025-05-11", "actions": 0, "tokensDistributed": 0, "tokensReversed": 10, "activeUsers": 0 },
    ] });
    assert_eq!(stage.dashboard("trends?days=2").await, expected);
    stage.fold().await;
    assert_eq!(stage.dashboard("trends?days=2").await, expected);
    let month = stage.dashboard("summary").await["activity"]["last30Days"].clone();
    let counted = (&month["tokensDistributed"], &month["tokensReversed"]);
    assert_eq!(counted, (&json!(40), &json!(10)));
}

/// What failed and what did not, today.
async fn today(stage: &Stage) -> (i64, i64) {
    let today = stage.dashboard("summary").await["activity"]["today"].clone();
    let number = |name: &str| today[name].as_i64().unwrap();
    (number("actions"), number("failed"))
}

async fn an_action_that_failed_is_not_counted_among_the_others(stage: &mut Stage) {
    let unpaid = purchase("one").amount("20000");
    stage.recorded(&unpaid, Code::InsufficientPool).await;
    assert_eq!(today(stage).await, (0, 1));
    stage.fold().await;
    assert_eq!(today(stage).await, (0, 1));
    stage.rewarded(&purchase("one")).await;
    assert_eq!(today(stage).await, (1, 0));
}

async fn an_action_that_was_retried_counts_when_it_was_rewarded(stage: &mut Stage) {
    let unpaid = purchase("one").amount("20000");
    stage.recorded(&unpaid, Code::InsufficientPool).await;
    stage.pass_time(DAY_MS);
    stage.allocate(&stage.ours.pool_id, 20_000).await;
    stage.rewarded(&unpaid).await;
    let expected = json!({ "data": [
        { "date": "2025-05-10", "actions": 0, "tokensDistributed": 0, "tokensReversed": 0, "activeUsers": 0 },
        { "date": "2025-05-11", "actions": 1, "tokensDistributed": 20_000, "tokensReversed": 0, "activeUsers": 1 },
    ] });
    assert_eq!(stage.dashboard("trends?days=2").await, expected);
}

async fn users_are_new_and_active(stage: &mut Stage) {
    stage.rewarded(&purchase("one").of("ada")).await;
    let body = json!({ "externalUserId": "eve" });
    let made = stage.ours.signed_json("POST", "/v1/partner/users", &body);
    assert_eq!(made.send().await.status, 201);
    let users = async || stage.dashboard("summary").await["users"].clone();
    let counted = |total: i64, new: i64, active: i64| json!({ "total": total, "new30Days": new, "active30Days": active });
    assert_eq!(users().await, counted(2, 2, 1));
    stage.fold().await;
    stage.pass_time(10 * DAY_MS);
    stage.rewarded(&purchase("two").of("ada")).await;
    stage.rewarded(&purchase("three").of("bob")).await;
    assert_eq!(users().await, counted(3, 3, 2));
    stage.fold().await;
    stage.pass_time(20 * DAY_MS);
    assert_eq!(users().await, counted(3, 1, 2));
    stage.pass_time(10 * DAY_MS);
    assert_eq!(users().await, counted(3, 0, 0));
}

async fn days_without_an_action_are_in_a_trend(stage: &mut Stage) {
    let days = stage.dashboard("trends").await["data"].clone();
    let days = days.as_array().unwrap();
    assert_eq!(days.len(), 30);
    assert_eq!(days[0]["date"], "2025-04-11");
    assert_eq!(days[29]["date"], "2025-05-10");
    assert!(days.iter().all(|day| day["actions"] == 0));
}

async fn an_action_without_tokens_makes_its_user_active(stage: &mut Stage) {
    stage.rewarded(&purchase("one").amount("0")).await;
    let day = stage.dashboard("trends?days=1").await["data"][0].clone();
    let counted = (&day["actions"], &day["activeUsers"]);
    assert_eq!(counted, (&json!(1), &json!(1)));
    let earners = stage.dashboard("top-earners").await;
    assert_eq!(earners, json!({ "data": [] }));
}

/// The best earners, each with what they earned and by how many actions.
async fn earners(stage: &Stage, query: &str) -> Vec<(String, i64, i64)> {
    let data = stage.dashboard(&format!("top-earners?{query}")).await["data"].clone();
    let read = |earner: &Value| {
        let number = |name: &str| earner[name].as_i64().unwrap();
        let name = earner["externalUserId"].as_str().unwrap().to_owned();
        (name, number("tokensEarned"), number("actions"))
    };
    data.as_array().unwrap().iter().map(read).collect()
}

fn named(earners: &[(&str, i64, i64)]) -> Vec<(String, i64, i64)> {
    let owned =
        |(name, tokens, actions): &(&str, i64, i64)| ((*name).to_owned(), *tokens, *actions);
    earners.iter().map(owned).collect()
}

async fn who_earned_most_comes_first(stage: &mut Stage) {
    for (key, user, amount) in [("1", "ada", "10"), ("2", "bob", "30"), ("3", "eve", "20")] {
        stage.rewarded(&purchase(key).of(user).amount(amount)).await;
    }
    let all = named(&[("bob", 30, 1), ("eve", 20, 1), ("ada", 10, 1)]);
    assert_eq!(earners(stage, "").await, all);
    stage.fold().await;
    assert_eq!(earners(stage, "").await, all);
    assert_eq!(earners(stage, "limit=2").await, all[..2]);
    // From below the two that are asked for, past both.
    stage.rewarded(&purchase("4").of("ada").amount("25")).await;
    let best = named(&[("ada", 35, 2), ("bob", 30, 1)]);
    assert_eq!(earners(stage, "limit=2").await, best);
    // One action, though under two types.
    let twice = purchase("5").by(&[("CUSTOMER", "kim"), ("REFERRER", "kim")]);
    stage.rewarded(&twice.amount("40")).await;
    let best = named(&[("kim", 40, 1)]);
    assert_eq!(earners(stage, "limit=1").await, best);
    stage.fold().await;
    assert_eq!(earners(stage, "limit=1").await, best);
}

async fn what_was_earned_before_does_not_count(stage: &mut Stage) {
    stage.rewarded(&purchase("1").of("ada").amount("50")).await;
    stage.fold().await;
    stage.pass_time(5 * DAY_MS);
    stage.rewarded(&purchase("2").of("ada").amount("10")).await;
    stage.rewarded(&purchase("3").of("bob").amount("20")).await;
    let recent = named(&[("bob", 20, 1), ("ada", 10, 1)]);
    assert_eq!(earners(stage, "days=5").await, recent);
    stage.fold().await;
    assert_eq!(earners(stage, "days=5").await, recent);
    let all = named(&[("ada", 60, 2), ("bob", 20, 1)]);
    assert_eq!(earners(stage, "days=6").await, all);
}

async fn the_newest_actions_are_shown(stage: &mut Stage) {
    let unpaid = purchase("1").amount("20000");
    let failed = stage.recorded(&unpaid, Code::InsufficientPool).await;
    stage.pass_time(1);
    let done = stage.rewarded(&purchase("2")).await;
    let shown = async |limit| stage.ours.call(&GetRecentActivity { limit }).await.data;
    let [newest, before] = [&done.action_id, &failed].map(|id| stage.record(id));
    let (newest, before) = (newest.await, before.await);
    assert_eq!(shown(None).await, [newest.clone(), before]);
    assert_eq!(shown(Some(1)).await, [newest]);
}

async fn a_campaigns_analytics_are_the_campaigns(stage: &mut Stage) {
    let body = json!({ "name": "Spring", "status": "ACTIVE", "multiplier": 2 });
    let made = stage
        .ours
        .signed_json("POST", "/v1/partner/campaigns", &body);
    let made: Value = made.send().await.answer(201);
    stage.rewarded(&purchase("one")).await;
    let path = format!("campaigns/{}/analytics", made["id"].as_str().unwrap());
    let query = "?from=2025-05-09&to=2025-05-12";
    let seen = stage.dashboard(&format!("{path}{query}")).await;
    let of_campaign = stage
        .ours
        .signed("GET", &format!("/v1/partner/{path}{query}"));
    assert_eq!(seen, of_campaign.send().await.answer::<Value>(200));
    assert_eq!(seen["tokensDistributed"], 20);
    let wrong = format!("/v1/partner/dashboard/{path}?from=yesterday");
    let refused = stage.ours.signed("GET", &wrong).send().await;
    refused.refused_field("from");
}

async fn nothing_of_another_partner_is_counted(stage: &mut Stage) {
    stage.theirs.submitting(&purchase("one")).send().await;
    for folds in [false, true] {
        if folds {
            stage.fold().await;
        }
        assert_eq!(actions(stage).await, [0, 0, 0]);
        assert_eq!(earners(stage, "").await, []);
        assert_eq!(stage.dashboard("summary").await["users"]["active30Days"], 0);
    }
}
