//! The real program, killed at random moments amid actions: what was answered
//! stays done, and what was not can be asked for again.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::AtomicI64;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use server::context::Context;
use shared::action::SubmittedAction;
use shared::money::Tokens;

use crate::stage::{Act, Chance, Client, Giving, Keys, Stage, purchase};

on_both_databases! {
    what_was_answered_before_a_kill_is_replayed_after_it,
}

const KILLS: usize = 6;
/// New actions of each round, which asks for all earlier ones as well.
const NEW: usize = 12;
const ACTIONS: usize = KILLS * NEW;

async fn what_was_answered_before_a_kill_is_replayed_after_it(stage: &mut Stage) {
    stage.stop().await;
    let keys = stage.ours.keys.clone();
    let acts: Vec<_> = (0..ACTIONS)
        .map(|number| purchase(&format!("key {number}")))
        .collect();
    let mut answered = BTreeMap::new();
    let mut chance = Chance::seeded(1);
    for round in 1..=KILLS {
        let serve = ["serve", "--listen", "127.0.0.1:0"];
        let giving = Giving::on(stage, &serve).serve();
        let now = Arc::new(AtomicI64::new(Context::system().now().0));
        let client = Client::new(&giving.base_url, now);
        let asked: Vec<_> = acts[..round * NEW].iter().rev().collect();
        let count = 1 + chance.below(NEW);
        for answer in submit_until(&client, &keys, &asked, count).await {
            let key = answer.idempotency_key.clone();
            let first = answered.entry(key).or_insert_with(|| answer.clone());
            assert_eq!(*first, answer);
        }
        drop(giving);
    }
    stage.restart(|_| {}).await;
    for act in &acts {
        let answer = stage.rewarded(act).await;
        let first = answered.get(&answer.idempotency_key);
        assert!(first.is_none_or(|first| *first == answer), "{answer:?}");
    }
    let count = i64::try_from(ACTIONS).unwrap();
    assert_eq!(stage.count("actions").await, count);
    assert_eq!(
        stage.count("transactions WHERE type = 'CREDIT'").await,
        count
    );
    assert_eq!(stage.events_of("action.completed").await.len(), ACTIONS);
    assert_eq!(stage.events_of("user.created").await.len(), 1);
    assert_eq!(stage.balance("ada").await.balance, Tokens(10 * count));
}

/// Submits all actions at once, and returns when `count` of them were answered,
/// with these.
async fn submit_until(
    client: &Client,
    keys: &Keys,
    acts: &[&Act],
    count: usize,
) -> Vec<SubmittedAction> {
    let submit = |act: &&Act| {
        let request = client.request("POST", "/v1/partner/actions/submit");
        let request = request.body("application/json", act.text());
        request.signed(&keys.secret, &keys.hmac_secret).send()
    };
    let mut answers: FuturesUnordered<_> = acts.iter().map(submit).collect();
    let mut answered = Vec::new();
    while answered.len() < count {
        answered.push(answers.next().await.unwrap().answer(200));
    }
    answered
}
