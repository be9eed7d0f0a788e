//! The same commands through the server's writer, many at once, so that they
//! share batches; then the whole ledger is audited by the stage.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use ledger::{Command, Outcome};
use server::store::ledger::{LedgerError, Order};
use shared::Code;
use shared::money::Tokens;

use super::commands::Commands;
use crate::stage::{DAY_MS, HOUR_MS, Stage};

on_both_databases! {
    no_batch_of_commands_breaks_the_books,
}

async fn no_batch_of_commands_breaks_the_books(stage: &mut Stage) {
    let end = stage.now().plus_ms(5 * HOUR_MS);
    let ending = stage
        .add_pool(300, |pool| {
            (pool.expires_at, pool.vesting_days) = (Some(end), 7);
        })
        .await;
    let bound = stage
        .add_pool(300, |pool| pool.action_types = vec!["PURCHASE".to_owned()])
        .await;
    let pools = vec![stage.ours.pool_id.clone(), ending, bound];
    let mut commands = Commands::seeded(7, pools.clone());
    let mut done = BTreeMap::new();
    for _ in 0..10 {
        let size = 1 + commands.chance().below(80);
        let batch: Vec<_> = (0..size).map(|_| commands.next()).collect();
        let outcomes = join_all(batch.iter().map(|command| submit(stage, command.clone()))).await;
        for (command, outcome) in batch.iter().zip(outcomes) {
            check(&mut done, command, outcome);
        }
        stage.pass_time(HOUR_MS);
    }
    stage.pass_time(DAY_MS);
    let mut paid = 0;
    for pool in &pools {
        let pool = stage.balance_of_pool(pool).await;
        assert!(pool.balance >= Tokens(0));
        paid += pool.distributed.0;
    }
    let credits = stage
        .sum("amount FROM transactions WHERE type = 'CREDIT'")
        .await;
    assert_eq!(paid, credits);
    assert_eq!(stage.sum("balance FROM wallets").await, credits);
    let completed = stage.count("actions WHERE status = 'COMPLETED'").await;
    assert_eq!(completed, i64::try_from(done.len()).unwrap());
    assert!(
        completed > 10,
        "{completed} actions are too few to mean anything"
    );
}

async fn submit(stage: &Stage, command: Command) -> Result<Outcome, LedgerError> {
    let partner_id = stage.ours.partner.id.clone();
    stage
        .app()
        .ledger
        .submit(Order {
            partner_id,
            command,
        })
        .await
}

/// Whoever asks under a key gets the first answer or is told that it is used.
fn check(
    done: &mut BTreeMap<String, (String, Tokens)>,
    command: &Command,
    outcome: Result<Outcome, LedgerError>,
) {
    let Command::Reward(reward) = command else {
        return;
    };
    let key = format!("{:?}", reward.key);
    match outcome {
        Ok(Outcome::Rewarded {
            action_id, tokens, ..
        }) => {
            let action = (action_id.to_string(), tokens);
            assert_eq!(*done.entry(key).or_insert_with(|| action.clone()), action);
        }
        Ok(Outcome::Failed { .. }) => assert!(!done.contains_key(&key), "{key} was done before"),
        Ok(other) => panic!("a reward is no {other:?}"),
        Err(LedgerError::Refused(refusal)) => {
            let is_reused = refusal.code == Code::IdempotencyKeyReused;
            assert!(is_reused || !done.contains_key(&key), "{key}: {refusal}");
        }
        Err(LedgerError::Batch(error)) => panic!("{error}"),
    }
}
