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
    /// Failed actions, and why they failed last.
    failed: BTreeMap<String, (ActionId, Code)>,
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
            | Outcome::Spent { .. } => true,
        };
        if is_done {
            self.done.insert(key, (request, outcome));
        }
    }

    /// An action that failed has one id for ever; it is told of once a reason.
    fn note_reward(&mut self, key: &str, movement: &Movement) {
        let earlier = self.failed.remove(key);
        let mut actions = movement.effects.iter().filter_map(|effect| match effect {
            Effect::Action { action, news } => Some((action, *news)),
            _ => None,
        });
        let (action, news) = actions.next().unwrap();
        assert!(actions.next().is_none(), "{key}: two actions");
        let failure = match movement.outcome {
            Outcome::Failed { code, .. } => Some(code),
            _ => None,
        };
        let expected = match &earlier {
            None => News::First,
            Some((_, code)) if Some(*code) == failure => News::Nothing,
            Some(_) => News::Changed,
        };
        assert_eq!(news, expected, "{key}");
        if let Some((id, _)) = earlier {
            assert_eq!(action.id, id, "{key}");
        }
        if let Some(code) = failure {
            self.failed
                .insert(key.to_owned(), (action.id.clone(), code));
        }
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
        Outcome::Allocated | Outcome::Failed { .. } | Outcome::Expired => None,
    };
    (outcome, is_replay)
}
