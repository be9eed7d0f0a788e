//! Rewards that cannot be paid yet: they wait, and the gift stands.

use serde_json::json;
use shared::donation::{DonationStatus, RewardStatus};
use shared::id::DonationId;
use shared::money::Tokens;
use shared::partner::PartnerStatus;

use crate::stage::{DAY_MS, HOUR_MS, Stage};

on_both_databases! {
    an_empty_pool_keeps_the_reward_waiting_until_it_is_filled,
    a_pool_that_has_ended_pays_nothing,
    a_pool_for_other_actions_pays_nothing,
    of_two_pools_the_one_that_ends_first_pays,
    one_pool_pays_or_none,
    a_reward_that_waited_ninety_days_fails_once,
    a_reward_is_tried_again_within_the_hour,
    a_suspended_partners_rewards_wait_for_its_return,
    the_price_is_that_of_the_moment_of_payment,
    a_pool_that_runs_low_is_told_once,
}

const ADA: Option<&str> = Some("ada@example.org");

/// Pays for a gift that no pool can reward: 20,000 tokens.
async fn pay_too_much(stage: &Stage) -> DonationId {
    let link = stage.create_link_with(json!({ "amount": 2_000_000 })).await;
    stage.pay(&link.partner_donation_id, ADA).await;
    stage.tried(&link.partner_donation_id).await;
    link.partner_donation_id
}

async fn assert_waits(stage: &Stage, id: &DonationId) {
    let gift = stage.status(id).await;
    assert_eq!(gift.status, DonationStatus::Completed);
    assert_eq!(gift.reward_status, RewardStatus::Pending);
    assert_eq!(gift.tokens_awarded, Tokens(0));
}

async fn an_empty_pool_keeps_the_reward_waiting_until_it_is_filled(stage: &mut Stage) {
    let id = pay_too_much(stage).await;
    assert_waits(stage, &id).await;
    assert_eq!(stage.count("actions").await, 0);
    stage.allocate(&stage.ours.pool_id, 10_000).await;
    let gift = stage.settled(&id).await;
    assert_eq!(
        (gift.reward_status, gift.tokens_awarded),
        (RewardStatus::Awarded, Tokens(20_000))
    );
    assert_eq!(stage.pool_balance().await.balance, Tokens(0));
    assert_eq!(stage.events_of("token_pool.depleted").await.len(), 1);
    assert!(stage.events_of("action.failed").await.is_empty());
}

async fn a_pool_that_has_ended_pays_nothing(stage: &mut Stage) {
    let end = stage.now().plus_ms(HOUR_MS);
    stage
        .add_pool(50_000, |pool| pool.expires_at = Some(end))
        .await;
    stage.pass_time(HOUR_MS);
    let id = pay_too_much(stage).await;
    assert_waits(stage, &id).await;
}

async fn a_pool_for_other_actions_pays_nothing(stage: &mut Stage) {
    stage
        .add_pool(50_000, |pool| {
            pool.action_types = vec!["PURCHASE".to_owned()];
        })
        .await;
    stage.add_pool(50_000, |pool| pool.is_active = false).await;
    let id = pay_too_much(stage).await;
    assert_waits(stage, &id).await;
    stage
        .add_pool(50_000, |pool| {
            pool.action_types = vec!["DONATION".to_owned()];
        })
        .await;
    assert_eq!(stage.settled(&id).await.tokens_awarded, Tokens(20_000));
}

async fn of_two_pools_the_one_that_ends_first_pays(stage: &mut Stage) {
    let (soon, later) = (stage.now().plus_ms(HOUR_MS), stage.now().plus_ms(DAY_MS));
    let late = stage
        .add_pool(100, |pool| pool.expires_at = Some(later))
        .await;
    let early = stage
        .add_pool(30, |pool| pool.expires_at = Some(soon))
        .await;
    for (pool_id, left) in [(&early, 5), (&late, 75), (&late, 50)] {
        let id = stage.create_link().await.partner_donation_id;
        stage.pay(&id, ADA).await;
        stage.settled(&id).await;
        assert_eq!(stage.balance_of_pool(pool_id).await.balance, Tokens(left));
    }
    assert_eq!(stage.pool_balance().await.balance, Tokens(10_000));
}

async fn one_pool_pays_or_none(stage: &mut Stage) {
    stage.add_pool(15_000, |_| {}).await;
    // 25,000 tokens lie in two pools, and neither has 20,000.
    let id = pay_too_much(stage).await;
    assert_waits(stage, &id).await;
}

async fn a_reward_that_waited_ninety_days_fails_once(stage: &mut Stage) {
    let id = pay_too_much(stage).await;
    stage.pass_time(90 * DAY_MS - HOUR_MS);
    stage.tried(&id).await;
    assert_waits(stage, &id).await;
    stage.pass_time(HOUR_MS);
    let gift = stage.settled(&id).await;
    assert_eq!(
        (gift.status, gift.reward_status),
        (DonationStatus::Completed, RewardStatus::Failed)
    );
    let failed = stage.events_of("action.failed").await;
    assert_eq!(failed.len(), 1);
    assert_eq!(failed[0].data["error"]["code"], "INSUFFICIENT_POOL");
    assert_eq!(failed[0].data["partnerDonationId"], json!(id));
    // Nothing is left to try.
    stage.allocate(&stage.ours.pool_id, 50_000).await;
    assert_eq!(stage.count("jobs").await, 0);
    assert_eq!(stage.status(&id).await.reward_status, RewardStatus::Failed);
}

async fn a_reward_is_tried_again_within_the_hour(stage: &mut Stage) {
    let id = pay_too_much(stage).await;
    for _ in 0..30 {
        let due = stage.due_of(&id).await;
        let wait = due.0 - stage.now().0;
        assert!((1..=HOUR_MS).contains(&wait), "tried again after {wait} ms");
        stage.pass_time(wait);
        stage.tried(&id).await;
    }
    assert_waits(stage, &id).await;
}

async fn a_suspended_partners_rewards_wait_for_its_return(stage: &mut Stage) {
    let id = stage.create_link().await.partner_donation_id;
    stage
        .change_partner(|partner| partner.status = PartnerStatus::Suspended)
        .await;
    stage.pay(&id, ADA).await;
    stage.tried(&id).await;
    assert_eq!(stage.count("donations WHERE status = 'COMPLETED'").await, 1);
    assert_eq!(stage.count("actions").await, 0);
    stage
        .change_partner(|partner| partner.status = PartnerStatus::Active)
        .await;
    assert_waits(stage, &id).await;
    stage.pass_time(HOUR_MS);
    assert_eq!(stage.settled(&id).await.tokens_awarded, Tokens(25));
}

async fn the_price_is_that_of_the_moment_of_payment(stage: &mut Stage) {
    let id = pay_too_much(stage).await;
    let mut tx = stage.app().db.write().await.unwrap();
    let sql = "UPDATE donations SET reward_rate = 2000000";
    sqlx::query(sql).execute(&mut *tx).await.unwrap();
    tx.commit().await.unwrap();
    stage.allocate(&stage.ours.pool_id, 50_000).await;
    assert_eq!(stage.settled(&id).await.tokens_awarded, Tokens(40_000));
}

async fn a_pool_that_runs_low_is_told_once(stage: &mut Stage) {
    let end = stage.now().plus_ms(DAY_MS);
    let threshold = Some(Tokens(60));
    let pool_id = stage
        .add_pool(100, |pool| {
            (pool.expires_at, pool.low_balance_threshold) = (Some(end), threshold);
        })
        .await;
    for told in [0, 1, 1] {
        let id = stage.create_link().await.partner_donation_id;
        stage.pay(&id, ADA).await;
        stage.settled(&id).await;
        assert_eq!(stage.events_of("token_pool.low_balance").await.len(), told);
    }
    stage.allocate(&pool_id, 50).await;
    let id = stage.create_link().await.partner_donation_id;
    stage.pay(&id, ADA).await;
    stage.settled(&id).await;
    assert_eq!(stage.events_of("token_pool.low_balance").await.len(), 2);
}
