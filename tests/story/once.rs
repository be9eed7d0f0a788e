//! However often a payment is told, it counts once.

use futures_util::future::join_all;
use serde_json::json;
use shared::donation::{DonationStatus, RewardStatus};
use shared::money::Tokens;

use crate::stage::Stage;

on_both_databases! {
    a_payment_told_twice_is_rewarded_once,
    a_payment_told_sixty_four_times_at_once_is_rewarded_once,
    many_gifts_at_once_are_each_rewarded_once,
    a_worker_that_passes_again_rewards_nothing_more,
    the_last_tokens_go_to_one_of_two_gifts,
}

async fn a_payment_told_twice_is_rewarded_once(stage: &mut Stage) {
    let id = stage.create_link().await.partner_donation_id;
    stage.pay(&id, Some("ada@example.org")).await;
    let settled = stage.settled(&id).await;
    stage.pay(&id, Some("eve@example.org")).await;
    assert_eq!(stage.settled(&id).await, settled);
    assert_rewarded_once(stage, 1).await;
}

async fn a_payment_told_sixty_four_times_at_once_is_rewarded_once(stage: &mut Stage) {
    let id = stage.create_link().await.partner_donation_id;
    join_all((0..64).map(|_| stage.pay(&id, Some("ada@example.org")))).await;
    assert_eq!(stage.settled(&id).await.tokens_awarded, Tokens(25));
    assert_rewarded_once(stage, 1).await;
}

async fn many_gifts_at_once_are_each_rewarded_once(stage: &mut Stage) {
    let links = join_all((0..40).map(|_| stage.create_link())).await;
    join_all(
        links
            .iter()
            .map(|link| stage.pay(&link.partner_donation_id, Some("ada@example.org"))),
    )
    .await;
    for link in &links {
        let gift = stage.settled(&link.partner_donation_id).await;
        assert_eq!(gift.reward_status, RewardStatus::Awarded);
    }
    assert_rewarded_once(stage, 40).await;
    assert_eq!(stage.count("users").await, 1);
}

async fn a_worker_that_passes_again_rewards_nothing_more(stage: &mut Stage) {
    let id = stage.create_link().await.partner_donation_id;
    stage.pay(&id, Some("ada@example.org")).await;
    stage.settled(&id).await;
    stage.pass_time(120_000);
    for _ in 0..3 {
        assert_eq!(server::worker::reward::pass(stage.app()).await.unwrap(), 0);
    }
    assert_rewarded_once(stage, 1).await;
}

async fn the_last_tokens_go_to_one_of_two_gifts(stage: &mut Stage) {
    let all = stage
        .create_link_with(json!({ "amount": 996_000, "partnerUserId": "first" }))
        .await;
    stage.pay(&all.partner_donation_id, None).await;
    assert_eq!(
        stage.settled(&all.partner_donation_id).await.tokens_awarded,
        Tokens(9_960)
    );

    // 40 tokens are left for two gifts of 25.
    let links = join_all((0..2).map(|_| stage.create_link())).await;
    let [one, other] = [0, 1].map(|index: usize| &links[index].partner_donation_id);
    tokio::join!(stage.pay(one, Some("a@b")), stage.pay(other, Some("c@d")));
    stage.tried(one).await;
    stage.tried(other).await;
    let mut awarded =
        [stage.status(one).await, stage.status(other).await].map(|gift| gift.tokens_awarded);
    awarded.sort();
    assert_eq!(awarded, [Tokens(0), Tokens(25)]);
    assert_eq!(stage.pool_balance().await.balance, Tokens(15));
    for id in [one, other] {
        assert_eq!(stage.status(id).await.status, DonationStatus::Completed);
    }
}

async fn assert_rewarded_once(stage: &Stage, gifts: i64) {
    assert_eq!(stage.count("actions").await, gifts);
    assert_eq!(
        stage.count("transactions WHERE type = 'CREDIT'").await,
        gifts
    );
    assert_eq!(stage.count("jobs").await, 0);
    let expected = usize::try_from(gifts).unwrap();
    assert_eq!(stage.events_of("donation.completed").await.len(), expected);
    assert_eq!(stage.events_of("action.completed").await.len(), expected);
    assert_eq!(
        stage.pool_balance().await.balance,
        Tokens(10_000 - 25 * gifts)
    );
}
