//! What campaigns make of an action: what they multiply, how they share, and
//! where they end.

mod which;

use serde_json::{Value, json};
use shared::Code;
use shared::action::ActionStatus;
use shared::donation::RewardStatus;
use shared::money::Tokens;

use super::{active_campaign, tokens_for};
use crate::stage::{HOUR_MS, Response, Stage, purchase};

on_both_databases! {
    a_multiplier_counts_before_rounding,
    nothing_is_earned_under_a_multiplier_of_nothing,
    the_highest_tier_reached_replaces_the_multiplier,
    splits_share_by_type,
    a_split_is_shared_evenly_by_those_of_its_type,
    a_split_with_nobody_present_is_not_distributed,
    a_type_without_a_split_receives_nothing,
    an_action_earns_no_more_than_its_cap,
    a_user_earns_no_more_than_the_cap_of_the_campaigns_life,
    a_users_parts_in_one_action_count_together,
    a_budget_pays_its_last_token,
    caps_budget_and_splits_count_in_their_order,
    a_replay_keeps_the_price_of_the_first,
    what_was_tried_in_vain_is_priced_when_it_is_done,
    a_reversal_gives_back_to_budget_and_cap,
    an_ended_campaign_gets_back_what_was_reversed,
    gifts_are_priced_by_campaigns_too,
}

fn path_of(campaign: &Value) -> String {
    let id = campaign["id"].as_str().unwrap();
    format!("/v1/partner/campaigns/{id}")
}

async fn patch(stage: &Stage, campaign: &Value, change: &Value) -> Response {
    let path = path_of(campaign);
    let request = stage.ours.signed_json("PATCH", &path, change);
    request.send().await
}

async fn spent(stage: &Stage, campaign: &Value) -> i64 {
    let request = stage.ours.signed("GET", &path_of(campaign));
    let seen: Value = request.send().await.answer(200);
    seen["spent"].as_i64().unwrap()
}

/// The tokens of each stakeholder of an action worth an amount.
async fn parts_of(stage: &Stage, key: &str, amount: &str, people: &[(&str, &str)]) -> Vec<i64> {
    let act = purchase(key).amount(amount).by(people);
    let id = stage.rewarded(&act).await.action_id;
    let parts = stage.record(&id).await.stakeholders;
    parts.iter().map(|part| part.tokens_distributed.0).collect()
}

async fn distributed(stage: &Stage) -> i64 {
    stage.pool_balance().await.distributed.0
}

async fn a_multiplier_counts_before_rounding(stage: &mut Stage) {
    active_campaign(stage, json!({ "multiplier": "1.5" })).await;
    for (amount, tokens) in [
        ("49.99", 75),
        ("0.33", 0),
        ("0.34", 1),
        ("10.33", 15),
        ("10.34", 16),
    ] {
        assert_eq!(tokens_for(stage, amount, amount).await, tokens, "{amount}");
    }
}

async fn nothing_is_earned_under_a_multiplier_of_nothing(stage: &mut Stage) {
    let made = active_campaign(stage, json!({ "multiplier": 0 })).await;
    let done = stage.rewarded(&purchase("one")).await;
    assert_eq!(
        (done.status, done.tokens_distributed),
        (ActionStatus::Completed, Tokens(0))
    );
    let record = stage.record(&done.action_id).await;
    assert_eq!(json!(record.campaign.unwrap().id), made["id"]);
}

async fn the_highest_tier_reached_replaces_the_multiplier(stage: &mut Stage) {
    let tiers = json!([
        { "minAmount": 50, "multiplier": "3" },
        { "minAmount": 100, "multiplier": "1.5" },
    ]);
    active_campaign(stage, json!({ "multiplier": 2, "tiers": tiers })).await;
    for (amount, tokens) in [
        ("49.99", 100),
        ("50", 150),
        ("99.99", 300),
        ("100", 150),
        ("200", 300),
    ] {
        assert_eq!(tokens_for(stage, amount, amount).await, tokens, "{amount}");
    }
}

fn seventy_thirty() -> Value {
    json!([
        { "stakeholderTypeCode": "CUSTOMER", "percentage": 70 },
        { "stakeholderTypeCode": "REFERRER", "percentage": 30 },
    ])
}

async fn splits_share_by_type(stage: &mut Stage) {
    active_campaign(stage, json!({ "splits": seventy_thirty() })).await;
    let people = [("REFERRER", "eve"), ("CUSTOMER", "ada")];
    assert_eq!(parts_of(stage, "one", "100", &people).await, [30, 70]);
    // 22.5 and 52.5: what is left goes to the earlier of equal remainders.
    assert_eq!(parts_of(stage, "two", "75", &people).await, [23, 52]);
    assert_eq!(parts_of(stage, "three", "1", &people).await, [0, 1]);
    assert_eq!(distributed(stage).await, 176);
}

async fn a_split_is_shared_evenly_by_those_of_its_type(stage: &mut Stage) {
    active_campaign(stage, json!({ "splits": seventy_thirty() })).await;
    let people = [
        ("CUSTOMER", "ada"),
        ("REFERRER", "eve"),
        ("CUSTOMER", "bob"),
    ];
    assert_eq!(parts_of(stage, "one", "100", &people).await, [35, 30, 35]);
    assert_eq!(parts_of(stage, "two", "10", &people).await, [4, 3, 3]);
}

async fn a_split_with_nobody_present_is_not_distributed(stage: &mut Stage) {
    let made = active_campaign(stage, json!({ "splits": seventy_thirty() })).await;
    assert_eq!(
        parts_of(stage, "one", "100", &[("CUSTOMER", "ada")]).await,
        [70]
    );
    assert_eq!(
        parts_of(stage, "two", "100", &[("REFERRER", "eve")]).await,
        [30]
    );
    assert_eq!(
        (distributed(stage).await, spent(stage, &made).await),
        (100, 100)
    );
}

async fn a_type_without_a_split_receives_nothing(stage: &mut Stage) {
    active_campaign(stage, json!({ "splits": seventy_thirty() })).await;
    let people = [
        ("VOLUNTEER", "kim"),
        ("CUSTOMER", "ada"),
        ("REFERRER", "eve"),
    ];
    let act = purchase("one").amount("100").by(&people);
    let done = stage.rewarded(&act).await;
    assert_eq!(
        (done.tokens_distributed, done.transaction_ids.len()),
        (Tokens(100), 2)
    );
    assert_eq!(stage.balance("kim").await.lifetime_earned, Tokens(0));
    // Nor is anything paid if there is nobody else.
    assert_eq!(parts_of(stage, "two", "100", &people[..1]).await, [0]);
}

async fn an_action_earns_no_more_than_its_cap(stage: &mut Stage) {
    let made = active_campaign(stage, json!({ "multiplier": 2, "perActionCap": 30 })).await;
    for (amount, tokens) in [("14", 28), ("15", 30), ("16", 30), ("5000", 30)] {
        assert_eq!(tokens_for(stage, amount, amount).await, tokens);
    }
    assert_eq!(
        (distributed(stage).await, spent(stage, &made).await),
        (118, 118)
    );
}

async fn a_user_earns_no_more_than_the_cap_of_the_campaigns_life(stage: &mut Stage) {
    let made = active_campaign(stage, json!({ "perUserCap": 50 })).await;
    for (key, tokens) in [("one", 40), ("two", 10), ("three", 0)] {
        assert_eq!(tokens_for(stage, key, "40").await, tokens);
    }
    // What is cut is not shared out again, and not charged.
    let people = [("CUSTOMER", "ada"), ("CUSTOMER", "eve")];
    assert_eq!(parts_of(stage, "four", "40", &people).await, [0, 20]);
    stage.pass_time(300 * 24 * HOUR_MS);
    assert_eq!(tokens_for(stage, "five", "40").await, 0);
    assert_eq!(
        (distributed(stage).await, spent(stage, &made).await),
        (70, 70)
    );
}

async fn a_users_parts_in_one_action_count_together(stage: &mut Stage) {
    active_campaign(stage, json!({ "perUserCap": 50 })).await;
    let people = [("CUSTOMER", "ada"), ("REFERRER", "ada"), ("DONOR", "eve")];
    assert_eq!(parts_of(stage, "one", "90", &people).await, [30, 20, 30]);
}

async fn a_budget_pays_its_last_token(stage: &mut Stage) {
    let made = active_campaign(stage, json!({ "budget": 100 })).await;
    for (key, tokens) in [("one", 60), ("two", 40), ("three", 0)] {
        let done = stage.rewarded(&purchase(key).amount("60")).await;
        assert_eq!(
            (done.status, done.tokens_distributed),
            (ActionStatus::Completed, Tokens(tokens))
        );
    }
    assert_eq!(
        (distributed(stage).await, spent(stage, &made).await),
        (100, 100)
    );
    let more = patch(stage, &made, &json!({ "budget": 130 })).await;
    assert_eq!(more.status, 200);
    assert_eq!(tokens_for(stage, "four", "60").await, 30);
}

async fn caps_budget_and_splits_count_in_their_order(stage: &mut Stage) {
    let splits = json!([
        { "stakeholderTypeCode": "CUSTOMER", "percentage": "60" },
        { "stakeholderTypeCode": "REFERRER", "percentage": 40 },
    ]);
    let fields = json!({ "perActionCap": 80, "budget": 90, "perUserCap": 45, "splits": splits });
    let made = active_campaign(stage, fields).await;
    let people = [("CUSTOMER", "ada"), ("REFERRER", "eve")];
    // 100 are cut to 80; 48 and 32 of them; 48 to 45.
    assert_eq!(parts_of(stage, "one", "100", &people).await, [45, 32]);
    assert_eq!(spent(stage, &made).await, 77);
    // 13 are left: 8 and 5 of them; ada has all that she can.
    assert_eq!(parts_of(stage, "two", "100", &people).await, [0, 5]);
    assert_eq!(
        (distributed(stage).await, spent(stage, &made).await),
        (82, 82)
    );
}

async fn a_replay_keeps_the_price_of_the_first(stage: &mut Stage) {
    let made = active_campaign(stage, json!({ "multiplier": 2 })).await;
    assert_eq!(tokens_for(stage, "one", "10").await, 20);
    patch(stage, &made, &json!({ "multiplier": 3 })).await;
    assert_eq!(tokens_for(stage, "one", "10").await, 20);
    patch(stage, &made, &json!({ "status": "ENDED" })).await;
    assert_eq!(tokens_for(stage, "one", "10").await, 20);
    assert_eq!(spent(stage, &made).await, 20);
}

async fn what_was_tried_in_vain_is_priced_when_it_is_done(stage: &mut Stage) {
    let act = purchase("one").by_the_known_only();
    let id = stage.recorded(&act, Code::UserNotFound).await;
    let made = active_campaign(stage, json!({ "multiplier": 2 })).await;
    stage.rewarded(&purchase("makes ada").amount("0")).await;
    let done = stage.rewarded(&act).await;
    assert_eq!((done.action_id, done.tokens_distributed), (id, Tokens(20)));
    assert_eq!(spent(stage, &made).await, 20);
}

async fn a_reversal_gives_back_to_budget_and_cap(stage: &mut Stage) {
    let made = active_campaign(stage, json!({ "budget": 60, "perUserCap": 50 })).await;
    let id = stage
        .rewarded(&purchase("one").amount("50"))
        .await
        .action_id;
    assert_eq!(tokens_for(stage, "two", "50").await, 0);
    // Also of tokens that are gone: the debt is the user's.
    assert_eq!(stage.spend("ada", 45, "spent").await.status, 200);
    stage.reversed(&id, "40", "refund").await;
    assert_eq!(spent(stage, &made).await, 30);
    assert_eq!(tokens_for(stage, "three", "50").await, 20);
    assert_eq!(spent(stage, &made).await, 50);
    let eve = stage
        .rewarded(&purchase("four").amount("50").of("eve"))
        .await;
    assert_eq!(eve.tokens_distributed, Tokens(10));
}

async fn an_ended_campaign_gets_back_what_was_reversed(stage: &mut Stage) {
    let made = active_campaign(stage, json!({ "multiplier": 2 })).await;
    let id = stage.rewarded(&purchase("one")).await.action_id;
    patch(stage, &made, &json!({ "status": "ENDED" })).await;
    stage.reversed(&id, "75", "refund").await;
    assert_eq!(spent(stage, &made).await, 5);
}

async fn gifts_are_priced_by_campaigns_too(stage: &mut Stage) {
    let splits = json!([{ "stakeholderTypeCode": "DONOR", "percentage": 100 }]);
    let fields = json!({ "multiplier": "1.5", "actionTypes": ["DONATION"], "splits": splits });
    let made = active_campaign(stage, fields).await;
    let gift = stage.create_link().await.partner_donation_id;
    stage.pay(&gift, Some("ada@example.org")).await;
    let seen = stage.settled(&gift).await;
    assert_eq!(
        (seen.reward_status, seen.tokens_awarded),
        (RewardStatus::Awarded, Tokens(38))
    );
    assert_eq!(spent(stage, &made).await, 38);
}
