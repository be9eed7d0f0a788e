//! One effect a key: what was done once is answered again and never done
//! again, and what failed keeps its name until it is done.

use std::collections::{BTreeMap, BTreeSet};

use ledger::{Allocate, Command, Effect, Movement, News, Outcome, Refusal, Seed};
use shared::Code;
use shared::id::ActionId;

#[derive(Default)]
pub(super) struct Keys {
    /// What was done: the request and its outcome.
    done: BTreeMap<String, (String, Outcome)>,
    /// The actions under keys, and why they failed before they were done.
    tried: BTreeMap<String, (ActionId, Vec<Code>)>,
    seeds: BTreeSet<u64>,
}

impl Keys {
    /// Checks the answer to a request whose key was used before; false if it
    /// was not.
    pub(super) fn settle(
        &mut self,
        command: &Command,
        decided: &Result<Movement, Refusal>,
    ) -> bool {
        let (key, request, seed) = identity(command);
        let is_asked_anew = self.seeds.insert(seed.random);
        let Some((first_request, first)) = self.done.get(&key) else {
            return false;
        };
        if *first_request != request {
            let code = decided.as_ref().unwrap_err().code;
            // Whoever spends is looked for first.
            let may_be_unknown = matches!(command, Command::Spend(_)) && code == Code::UserNotFound;
            assert!(
                code == Code::IdempotencyKeyReused || may_be_unknown,
                "{code}: {command:?}"
            );
            return true;
        }
        let movement = decided.as_ref().unwrap();
        assert!(
            movement.effects.is_empty(),
            "a replay moved something: {command:?}"
        );
        let (outcome, is_replay) = without_flag(&movement.outcome);
        assert_eq!(outcome, without_flag(first).0, "{command:?}");
        assert!(
            is_replay != Some(false) || !is_asked_anew,
            "a replay is told as the first: {command:?}"
        );
        true
    }

    /// Takes up the answer to a request under a key that was not used before.
    pub(super) fn note(&mut self, command: &Command, decided: &Result<Movement, Refusal>) {
        let Ok(movement) = decided else { return };
        let (key, request, _) = identity(command);
        if let Command::Reward(_) = command {
            self.note_reward(&key, movement);
        }
        let (outcome, is_replay) = without_flag(&movement.outcome);
        assert!(
            is_replay != Some(true),
            "nothing was done before: {command:?}"
        );
        let is_done = match outcome {
            Outcome::Failed { .. } => false,
            // It is over when it has come, and asked for in vain before.
            Outcome::Expired => !movement.effects.is_empty(),
            Outcome::Allocated
            | Outcome::Rewarded { .. }
            | Outcome::Reversed { .. }
            | Outcome::Spent { .. }
            | Outcome::Fund(_) => true,
        };
        if is_done {
            self.done.insert(key, (request, outcome));
        }
    }

    /// An action that failed has one id for ever; it is told of once a reason.
    fn note_reward(&mut self, key: &str, movement: &Movement) {
        let mut actions = movement.effects.iter().filter_map(|effect| match effect {
            Effect::Action { action, news } => Some((action, *news)),
            _ => None,
        });
        let (action, news) = actions.next().unwrap();
        assert!(actions.next().is_none(), "{key}: two actions");
        let is_known = self.tried.contains_key(key);
        let fresh = || (action.id.clone(), Vec::new());
        let (id, told) = self.tried.entry(key.to_owned()).or_insert_with(fresh);
        let expected = match (is_known, &movement.outcome) {
            (false, _) => News::First,
            (true, Outcome::Failed { code, .. }) if told.contains(code) => News::Nothing,
            (true, _) => News::Changed,
        };
        assert_eq!((news, &action.id), (expected, &*id), "{key}");
        if let Outcome::Failed { code, .. } = movement.outcome
            && news != News::Nothing
        {
            told.push(code);
        }
        assert_eq!(action.failures, *told, "{key}");
    }
}

/// The key of a command, what is asked under it, and its seed.
fn identity(command: &Command) -> (String, String, Seed) {
    match command {
        Command::Allocate(Allocate { seed, .. }) => {
            (format!("allocation {}", seed.random), String::new(), *seed)
        }
        Command::Reward(reward) => (
            format!("reward {:?}", reward.key),
            reward.fingerprint.clone(),
            reward.seed,
        ),
        Command::Reverse(reverse) => {
            let request = format!("{} of {}", reverse.percent, reverse.action_id);
            (format!("reversal {:?}", reverse.key), request, reverse.seed)
        }
        Command::Spend(spend) => {
            let request = format!("{} of {}", spend.amount.0, spend.external_id);
            (format!("spend {}", spend.key), request, spend.seed)
        }
        Command::Expire(expire) => (
            format!("expiry {}", expire.pool_id),
            String::new(),
            expire.seed,
        ),
        Command::Fund(_) => unreachable!("funds have laws of their own"),
    }
}

/// The outcome as of the first time, and whether it is told as a replay, if it
/// is told.
fn without_flag(outcome: &Outcome) -> (Outcome, Option<bool>) {
    let mut outcome = outcome.clone();
    let is_replay = match &mut outcome {
        Outcome::Rewarded { replayed, .. }
        | Outcome::Reversed { replayed, .. }
        | Outcome::Spent { replayed, .. } => Some(std::mem::take(replayed)),
        Outcome::Allocated | Outcome::Failed { .. } | Outcome::Expired | Outcome::Fund(_) => None,
    };
    (outcome, is_replay)
}
