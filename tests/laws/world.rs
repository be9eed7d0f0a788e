//! The books of a partner, and every law they must keep: each command is
//! foreseen, done and added up.

use std::collections::{BTreeMap, BTreeSet};

use ledger::{
    Account, Books, Command, Effect, Environment, Movement, OnRefusal, Outcome, Refusal, Stamp,
    Transaction, decide,
};
use shared::Code;
use shared::id::{PoolId, TransactionId};
use shared::money::Tokens;
use shared::time::Timestamp;
use shared::transaction::TransactionType;

use super::foresight::{Before, Foreseen};
use super::journal::Journal;
use super::keys::Keys;
use super::scene::Scene;
use crate::stage::OPENING;

pub(super) struct World {
    pub(super) books: Books,
    journal: Journal,
    keys: Keys,
    now: Timestamp,
    /// What has happened so far, by names.
    pub(super) seen: BTreeSet<&'static str>,
}

impl World {
    pub(super) fn of(scene: &Scene) -> Self {
        let pools = scene.pools.iter().cloned();
        let campaigns = scene.campaigns.iter().cloned();
        let books = Books {
            pools: pools.map(|pool| (pool.id.clone(), pool)).collect(),
            campaigns: campaigns
                .map(|campaign| (campaign.id.clone(), campaign))
                .collect(),
            pending_requests: scene.requests.iter().cloned().collect(),
            ..Books::default()
        };
        Self {
            books,
            journal: Journal::of(&scene.pools),
            keys: Keys::default(),
            now: OPENING,
            seen: BTreeSet::new(),
        }
    }

    pub(super) fn now(&self) -> Timestamp {
        self.now
    }

    /// Lets time pass. What has vested by then is no longer counted whenever
    /// books are loaded.
    pub(super) fn pass_time(&mut self, ms: i64) {
        self.now = self.now.plus_ms(ms);
        self.journal.vest(self.now);
        let vesting = self.journal.vesting();
        for (id, wallet) in &mut self.books.wallets {
            wallet.vesting = Tokens(vesting.get(id).copied().unwrap_or(0));
        }
    }

    pub(super) fn stamp(&self) -> Stamp {
        Stamp {
            now: self.now,
            environment: Environment::Sandbox,
        }
    }

    /// Does a command, and checks it against every law.
    pub(super) fn play(&mut self, command: &Command) -> Result<Outcome, Refusal> {
        let decided = decide(&self.books, command, self.stamp());
        if self.keys.settle(command, &decided) {
            self.seen.insert("a key used again");
        } else {
            let before = Before {
                books: &self.books,
                journal: &self.journal,
                now: self.now,
            };
            check_foreseen(command, &decided, before.foresee(command));
            self.keys.note(command, &decided);
        }
        match decided {
            Ok(movement) => {
                self.apply(command, &movement);
                Ok(movement.outcome)
            }
            Err(refusal) => {
                self.seen.insert(refusal.code.as_str());
                Err(refusal)
            }
        }
    }

    fn apply(&mut self, command: &Command, movement: &Movement) {
        self.check_warnings(command, movement);
        for effect in &movement.effects {
            self.journal.post(effect);
            self.seen.extend(sight(effect));
        }
        self.books.apply(movement);
        if !movement.effects.is_empty() {
            self.journal.agree(&self.books);
        }
        self.check_outcome(movement);
    }

    /// A pool warns when its balance falls below its threshold, not again until
    /// it was filled, and when nothing is left. One that has ended says nothing.
    fn check_warnings(&self, command: &Command, movement: &Movement) {
        let mut changes = BTreeMap::<&PoolId, i64>::new();
        let entries = transactions(movement).flat_map(|transaction| &transaction.entries);
        for entry in entries {
            if let Account::Pool(id) = &entry.account {
                *changes.entry(id).or_default() += entry.amount;
            }
        }
        let (mut warned, mut depleted) = (Vec::new(), Vec::new());
        for (id, change) in changes {
            let pool = &self.books.pools[id];
            let after = Tokens(pool.balance.0 + change);
            let is_low = pool
                .low_balance_threshold
                .is_some_and(|threshold| after < threshold);
            if is_low != pool.low_balance_told {
                warned.push((id, is_low));
            }
            if after == Tokens(0) && pool.balance > Tokens(0) {
                depleted.push(id);
            }
        }
        if let Command::Expire(_) = command {
            (warned, depleted) = (Vec::new(), Vec::new());
        }
        let effects = movement.effects.iter();
        let told = effects.clone().filter_map(|effect| match effect {
            Effect::Warned { pool_id, told } => Some((pool_id, *told)),
            _ => None,
        });
        assert_eq!(told.collect::<Vec<_>>(), warned, "{command:?}");
        let told = effects.filter_map(|effect| match effect {
            Effect::Depleted(pool_id) => Some(pool_id),
            _ => None,
        });
        assert_eq!(told.collect::<Vec<_>>(), depleted, "{command:?}");
    }

    /// What is told is what was done.
    fn check_outcome(&self, movement: &Movement) {
        if movement.effects.is_empty() {
            return;
        }
        let (mut ids, mut amount, mut owed) = (Vec::<TransactionId>::new(), 0, 0);
        for transaction in transactions(movement) {
            if let TransactionType::Credit | TransactionType::Reversal | TransactionType::Spend =
                transaction.transaction_type
            {
                ids.push(transaction.id.clone());
                amount += transaction.amount.0;
            }
            let entries = transaction.entries.iter();
            let claims = entries.filter(|entry| matches!(entry.account, Account::Receivable(_)));
            owed += claims.map(|entry| entry.amount).sum::<i64>();
        }
        match &movement.outcome {
            Outcome::Rewarded {
                tokens,
                transaction_ids,
                ..
            } => {
                assert_eq!((tokens.0, transaction_ids), (amount, &ids));
            }
            Outcome::Reversed { reversal, .. } => {
                assert_eq!((reversal.tokens.0, reversal.debt.0), (amount, owed));
                assert_eq!(reversal.transaction_ids, ids);
                let action = &self.books.actions[&self.books.action_keys[&reversal.action_id]];
                assert_eq!(
                    reversal.remaining.0,
                    action.tokens.0 - action.tokens_reversed.0
                );
                assert_eq!(reversal.status, action.status);
            }
            Outcome::Spent { spent, .. } => {
                assert_eq!(
                    (spent.amount.0, vec![spent.transaction_id.clone()]),
                    (amount, ids)
                );
            }
            Outcome::Allocated | Outcome::Failed { .. } | Outcome::Expired | Outcome::Fund(_) => {
                assert_eq!((amount, owed), (0, 0));
            }
        }
    }
}

/// What an effect shows to have happened.
fn sight(effect: &Effect) -> Option<&'static str> {
    match effect {
        Effect::Transaction(transaction) => Some(transaction.transaction_type.as_str()),
        Effect::Refilled { .. } => Some("a refill"),
        Effect::Depleted(_) => Some("nothing left in a pool"),
        Effect::Warned { told: true, .. } => Some("a pool gone low"),
        Effect::Warned { told: false, .. } => Some("a pool filled up"),
        Effect::Vesting { .. } => Some("a credit that vests"),
        Effect::Granted(_) => Some("a request granted"),
        Effect::Reversal(reversal) if reversal.debt > Tokens(0) => Some("a debt"),
        Effect::Counted { .. } => Some("a campaign that counts"),
        Effect::Action { .. }
        | Effect::Reversal(_)
        | Effect::Expired(_)
        | Effect::Spent(_)
        | Effect::User(_)
        | Effect::Fund(_) => None,
    }
}

fn transactions(movement: &Movement) -> impl Iterator<Item = &Transaction> {
    movement.effects.iter().filter_map(|effect| match effect {
        Effect::Transaction(transaction) => Some(transaction),
        _ => None,
    })
}

/// What was decided is what was foreseen.
fn check_foreseen(
    command: &Command,
    decided: &Result<Movement, Refusal>,
    foreseen: Result<Foreseen, Code>,
) {
    let is_recorded = |code| match command {
        Command::Reward(reward) => {
            code != Code::AmountTooLarge && reward.on_refusal == OnRefusal::Record
        }
        _ => false,
    };
    match (decided, foreseen) {
        (Ok(movement), Ok(foreseen)) => {
            assert_eq!(Foreseen::from(movement), foreseen, "{command:?}");
        }
        (Ok(movement), Err(foreseen)) => {
            assert!(is_recorded(foreseen), "{foreseen}: {movement:?}");
            assert!(
                matches!(movement.outcome, Outcome::Failed { code, .. } if code == foreseen),
                "{movement:?}"
            );
            assert!(
                matches!(movement.effects[..], [Effect::Action { .. }]),
                "{movement:?}"
            );
        }
        (Err(refusal), foreseen) => {
            let code = foreseen.expect_err("nothing was to be refused");
            assert!(
                refusal.code == code && !is_recorded(code),
                "{refusal}, not {code}: {command:?}"
            );
        }
    }
}
