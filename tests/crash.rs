//! The real program, killed at random moments: what was paid stays paid, and
//! is rewarded once.

use futures_util::StreamExt as _;
use futures_util::future::join_all;
use futures_util::stream::FuturesUnordered;
use shared::donation::{DonationStatus, RewardStatus};
use shared::id::DonationId;
use shared::money::Tokens;

use crate::stage::{Chance, Giving, Serving, Stage, card_form};

on_both_databases! {
    what_was_paid_before_a_kill_is_rewarded_once_after_it,
}

const KILLS: u64 = 10;
const GIFTS: usize = 12;

/// Starts the program on the stage's database.
fn serve(stage: &Stage) -> Serving {
    Giving::on(stage, &["serve", "--listen", "127.0.0.1:0"])
        .set("GIVING_RATE_LIMIT_WIDGET_ADDRESS", "1000000")
        .serve()
}

async fn what_was_paid_before_a_kill_is_rewarded_once_after_it(stage: &mut Stage) {
    stage.stop().await;
    let mut acknowledged = Vec::new();
    for seed in 0..KILLS {
        let giving = serve(stage);
        stage.call_at(&giving.base_url);
        acknowledged.extend(pay_until(stage, 1 + Chance::seeded(seed).below(GIFTS)).await);
        drop(giving);
    }
    stage.restart(|_| {}).await;
    stage.pass_leases().await;
    for id in &acknowledged {
        assert_eq!(
            stage.status(id).await.status,
            DonationStatus::Completed,
            "a payment was lost"
        );
    }
    let completed = stage.donations("COMPLETED").await;
    assert!(completed.len() >= acknowledged.len());
    for id in &completed {
        let gift = stage.settled(id).await;
        assert_eq!(
            (gift.reward_status, gift.tokens_awarded),
            (RewardStatus::Awarded, Tokens(25))
        );
    }
    let gifts = i64::try_from(completed.len()).unwrap();
    assert_eq!(stage.count("actions").await, gifts);
    assert_eq!(
        stage.count("transactions WHERE type = 'CREDIT'").await,
        gifts
    );
    assert_eq!(
        stage.events_of("donation.completed").await.len(),
        completed.len()
    );
    assert_eq!(
        stage.events_of("action.completed").await.len(),
        completed.len()
    );
    assert_eq!(stage.count("jobs").await, 0);
}

/// Sends all payments at once, and returns when `count` of them were answered,
/// with these.
async fn pay_until(stage: &Stage, count: usize) -> Vec<DonationId> {
    let links = join_all((0..GIFTS).map(|_| stage.create_link())).await;
    let mut payments: FuturesUnordered<_> = links
        .iter()
        .map(|link| async {
            let (_, token) = link.donation_link.rsplit_once('/').unwrap();
            let request = stage
                .ours
                .client
                .request("POST", &format!("/checkout/{token}"));
            let form = request.body("application/x-www-form-urlencoded", card_form(&[]));
            assert_eq!(form.send().await.status, 303);
            link.partner_donation_id.clone()
        })
        .collect();
    let mut answered = Vec::new();
    while answered.len() < count {
        answered.push(payments.next().await.unwrap());
    }
    answered
}
