//! The pure ledger: thousands of commands, every law after each.

use std::collections::{BTreeMap, BTreeSet};

use ledger::{
    Account, Books, Command, Effect, Environment, Key, Movement, Outcome, Pool, Refusal, Stamp,
    decide,
};
use shared::Code;
use shared::id::PoolId;
use shared::money::Tokens;
use shared::time::Timestamp;

use super::commands::Commands;

const SEEDS: u64 = 100;
const COMMANDS: usize = 400;

/// Pools that differ in all that decides which one pays.
fn pools() -> Vec<Pool> {
    let pool = |id: &str, expires_at: Option<i64>, action_types: &[&str], vesting_days| Pool {
        low_balance_threshold: Some(Tokens(500)),
        vesting_days,
        expires_at: expires_at.map(Timestamp),
        action_types: action_types.iter().map(|name| (*name).to_owned()).collect(),
        ..Pool::new(PoolId(id.to_owned()), id.to_owned(), Timestamp(0))
    };
    vec![
        pool("for ever", None, &[], 0),
        pool("ends", Some(200), &[], 7),
        pool("purchases", None, &["PURCHASE"], 0),
    ]
}

/// The books, and what they must agree with: every entry ever posted.
#[derive(Default)]
struct World {
    books: Books,
    accounts: BTreeMap<Account, i128>,
    /// The one outcome of each key that was done.
    done: BTreeMap<Key, (String, Outcome)>,
    transactions: BTreeSet<String>,
}

impl World {
    fn play(&mut self, command: &Command, now: Timestamp) {
        let stamp = Stamp {
            now,
            environment: Environment::Sandbox,
        };
        let decided = decide(&self.books, command, stamp);
        let again = decide(&self.books, command, stamp);
        assert_eq!(
            format!("{decided:?}"),
            format!("{again:?}"),
            "the same question, another answer"
        );
        self.check_key(command, &decided);
        let Ok(movement) = decided else { return };
        self.post(&movement);
        self.books.apply(&movement);
        self.check_balances();
    }

    /// One effect a key: the first, and for ever.
    fn check_key(&mut self, command: &Command, decided: &Result<Movement, Refusal>) {
        let Command::Reward(reward) = command else {
            return;
        };
        let Some((fingerprint, first)) = self.done.get(&reward.key) else {
            if let Ok(Movement {
                outcome: outcome @ Outcome::Rewarded { replayed, .. },
                ..
            }) = decided
            {
                assert!(!replayed);
                self.done.insert(
                    reward.key.clone(),
                    (reward.fingerprint.clone(), outcome.clone()),
                );
            }
            return;
        };
        if *fingerprint == reward.fingerprint {
            let movement = decided.as_ref().unwrap();
            assert!(movement.effects.is_empty(), "a replay moved something");
            assert_eq!(as_replay(first), movement.outcome);
        } else {
            assert_eq!(
                decided.as_ref().unwrap_err().code,
                Code::IdempotencyKeyReused
            );
        }
    }

    fn post(&mut self, movement: &Movement) {
        let mut credited = 0;
        for effect in &movement.effects {
            let Effect::Transaction(transaction) = effect else {
                continue;
            };
            let entries = &transaction.entries;
            assert_eq!(
                entries
                    .iter()
                    .map(|entry| i128::from(entry.amount))
                    .sum::<i128>(),
                0
            );
            assert!(transaction.amount.0 > 0);
            assert!(
                self.transactions.insert(transaction.id.to_string()),
                "a transaction came twice"
            );
            if transaction.action_id.is_some() {
                credited += transaction.amount.0;
            }
            for entry in entries {
                *self.accounts.entry(entry.account.clone()).or_default() +=
                    i128::from(entry.amount);
            }
        }
        if let Outcome::Rewarded {
            tokens,
            replayed: false,
            ..
        } = &movement.outcome
        {
            assert_eq!(credited, tokens.0, "an action and its credits differ");
        }
    }

    fn check_balances(&self) {
        let posted = |account: Account| self.accounts.get(&account).copied().unwrap_or(0);
        for pool in self.books.pools.values() {
            assert!(pool.balance.0 >= 0, "{pool:?}");
            assert_eq!(
                i128::from(pool.balance.0),
                posted(Account::Pool(pool.id.clone()))
            );
            assert_eq!(
                pool.balance.0,
                pool.allocated.0 - pool.distributed.0 + pool.reversed.0
            );
        }
        for (id, wallet) in &self.books.wallets {
            assert!(wallet.balance.0 >= 0, "{wallet:?}");
            assert_eq!(
                i128::from(wallet.balance.0),
                posted(Account::Wallet(id.clone()))
            );
            assert_eq!(wallet.balance, wallet.lifetime_earned);
        }
        assert_eq!(self.accounts.values().sum::<i128>(), 0);
    }
}

fn as_replay(first: &Outcome) -> Outcome {
    let mut replay = first.clone();
    if let Outcome::Rewarded { replayed, .. } = &mut replay {
        *replayed = true;
    }
    replay
}

#[test]
fn no_sequence_of_commands_breaks_the_books() {
    for seed in 0..SEEDS {
        let mut world = World::default();
        let ids = pools().iter().map(|pool| pool.id.clone()).collect();
        world.books.pools = pools()
            .into_iter()
            .map(|pool| (pool.id.clone(), pool))
            .collect();
        let mut commands = Commands::seeded(seed, ids);
        for moment in 0..COMMANDS {
            let command = commands.next();
            world.play(&command, Timestamp(i64::try_from(moment).unwrap()));
        }
        assert!(!world.done.is_empty(), "seed {seed} rewarded nothing");
    }
}
