//! Everything that was ever done, added up in 128 bits from entries and records
//! alone: what the books say must agree with it.

mod agreement;

use std::collections::{BTreeMap, BTreeSet};

use ledger::{Account, Action, ActionStatus, Effect, NewUser, Part, Pool, Refill, Transaction};
use shared::id::{
    ActionId, CampaignId, ExternalUserId, PoolId, PoolRequestId, TransactionId, UserId,
};
use shared::money::Tokens;
use shared::time::Timestamp;
use shared::transaction::TransactionType;

use super::on_paper::rounded;

#[derive(Default)]
pub(super) struct Journal {
    pub(super) users: BTreeMap<ExternalUserId, UserId>,
    /// Who had an e-mail address first, folded to lower case.
    pub(super) addresses: BTreeMap<String, ExternalUserId>,
    /// What the entries of each account add up to.
    accounts: BTreeMap<Account, i128>,
    /// Since when it is in debt.
    in_debt_since: BTreeMap<Account, Timestamp>,
    transactions: BTreeSet<TransactionId>,
    /// What the amounts of transactions add up to.
    of_pools: BTreeMap<PoolId, Amounts>,
    of_users: BTreeMap<UserId, Amounts>,
    credits: BTreeMap<TransactionId, (UserId, Tokens)>,
    actions: BTreeMap<ActionId, Action>,
    campaigns: BTreeMap<CampaignId, BTreeMap<UserId, i128>>,
    pub(super) vestings: BTreeMap<Part, Vesting>,
    /// What each pool may still refill itself with, and how often it did on
    /// which day.
    allowances: BTreeMap<PoolId, i128>,
    refills: BTreeMap<(PoolId, i64), i64>,
    granted: BTreeSet<PoolRequestId>,
}

/// By type, with the number of all.
#[derive(Default)]
struct Amounts {
    by_type: BTreeMap<TransactionType, i128>,
    count: i64,
}

/// What is left of a credit until it can be spent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Vesting {
    pub(super) user_id: UserId,
    pub(super) vests_at: Timestamp,
    pub(super) amount: Tokens,
}

impl Vesting {
    /// What an effect says of the part of an action.
    pub(super) fn of(effect: &Effect) -> Option<(Part, Self)> {
        let Effect::Vesting {
            user_id,
            part,
            vests_at,
            amount,
        } = effect
        else {
            return None;
        };
        let vesting = Self {
            user_id: user_id.clone(),
            vests_at: *vests_at,
            amount: *amount,
        };
        Some((part.clone(), vesting))
    }
}

impl Amounts {
    fn add(&mut self, transaction: &Transaction) {
        let sum = self.by_type.entry(transaction.transaction_type);
        *sum.or_default() += i128::from(transaction.amount.0);
        self.count += 1;
    }

    fn of(&self, transaction_type: TransactionType) -> i128 {
        self.by_type.get(&transaction_type).copied().unwrap_or(0)
    }
}

impl Journal {
    /// A journal with nothing in it yet.
    pub(super) fn of(pools: &[Pool]) -> Self {
        let refills = pools
            .iter()
            .filter_map(|pool| Some((pool, pool.refill.as_ref()?)));
        let allowance =
            |(pool, refill): (&Pool, &Refill)| (pool.id.clone(), i128::from(refill.allowance.0));
        Self {
            allowances: refills.map(allowance).collect(),
            ..Self::default()
        }
    }

    pub(super) fn post(&mut self, effect: &Effect) {
        match effect {
            Effect::User(user) => self.post_user(user),
            Effect::Transaction(transaction) => self.post_transaction(transaction),
            Effect::Action { action, .. } => self.post_action(action),
            Effect::Vesting { .. } => self.vestings.extend(Vesting::of(effect)),
            Effect::Refilled {
                pool_id,
                amount,
                day,
            } => {
                *self.allowances.get_mut(pool_id).unwrap() -= i128::from(amount.0);
                *self.refills.entry((pool_id.clone(), *day)).or_default() += 1;
            }
            Effect::Granted(id) => {
                assert!(self.granted.insert(id.clone()), "{id} is granted twice");
            }
            Effect::Reversal(_)
            | Effect::Counted { .. }
            | Effect::Spent(_)
            | Effect::Expired(_)
            | Effect::Warned { .. }
            | Effect::Depleted(_)
            | Effect::Fund(_) => {}
        }
    }

    fn post_user(&mut self, user: &NewUser) {
        let before = self.users.insert(user.external_id.clone(), user.id.clone());
        assert_eq!(before, None, "made twice: {user:?}");
        if let Some(email) = &user.profile.email {
            let first = self.addresses.entry(email.to_lowercase());
            first.or_insert_with(|| user.external_id.clone());
        }
    }

    fn post_transaction(&mut self, transaction: &Transaction) {
        let amounts = transaction.entries.iter();
        let sum: i128 = amounts.map(|entry| i128::from(entry.amount)).sum();
        assert_eq!(sum, 0, "entries do not add up: {transaction:?}");
        assert!(transaction.amount > Tokens(0), "{transaction:?}");
        let is_new = self.transactions.insert(transaction.id.clone());
        assert!(is_new, "came twice: {transaction:?}");
        for entry in &transaction.entries {
            let sum = self.accounts.entry(entry.account.clone()).or_default();
            if *sum == 0 && entry.amount < 0 {
                let since = transaction.created_at;
                self.in_debt_since.insert(entry.account.clone(), since);
            }
            *sum += i128::from(entry.amount);
        }
        if let Some(id) = &transaction.pool_id {
            self.of_pools
                .entry(id.clone())
                .or_default()
                .add(transaction);
        }
        if let Some(holder) = &transaction.holder {
            let amounts = self.of_users.entry(holder.id.clone()).or_default();
            amounts.add(transaction);
            if transaction.transaction_type == TransactionType::Credit {
                let credit = (holder.id.clone(), transaction.amount);
                self.credits.insert(transaction.id.clone(), credit);
            }
        }
    }

    /// Takes up what an action has brought by now, in place of what it had.
    fn post_action(&mut self, action: &Action) {
        self.check_action(action);
        let before = self.actions.insert(action.id.clone(), action.clone());
        for (version, sign) in before.iter().zip([-1]).chain([(action, 1)]) {
            let Some(campaign_id) = &version.campaign_id else {
                continue;
            };
            let users = self.campaigns.entry(campaign_id.clone()).or_default();
            for participant in &version.participants {
                if let Some(user_id) = &participant.user_id {
                    let tokens = i128::from(participant.tokens.0 - participant.reversed.0);
                    *users.entry(user_id.clone()).or_default() += sign * tokens;
                }
            }
        }
    }

    fn check_action(&self, action: &Action) {
        let (mut tokens, mut reversed) = (0, 0);
        let hundredths = i64::from(action.percent_reversed.hundredths());
        for participant in &action.participants {
            tokens += i128::from(participant.tokens.0);
            reversed += i128::from(participant.reversed.0);
            let share = rounded(&[participant.tokens.0, hundredths], 4);
            assert_eq!(i128::from(participant.reversed.0), share, "{action:?}");
            let credit = participant.transaction_id.as_ref();
            let credit = credit.map(|id| self.credits[id].clone());
            let tokens = Some(participant.tokens).filter(|tokens| tokens.0 > 0);
            assert_eq!(
                credit,
                participant.user_id.clone().zip(tokens),
                "{action:?}"
            );
        }
        assert_eq!(tokens, i128::from(action.tokens.0), "{action:?}");
        assert_eq!(reversed, i128::from(action.tokens_reversed.0), "{action:?}");
        assert!(reversed <= tokens, "{action:?}");
        let is_right = match action.status {
            ActionStatus::Failed(_) => tokens == 0 && hundredths == 0,
            ActionStatus::Completed => hundredths == 0,
            ActionStatus::PartiallyReversed => 0 < hundredths && hundredths < 10_000,
            ActionStatus::Reversed => hundredths == 10_000 && reversed == tokens,
        };
        assert!(is_right, "{action:?}");
    }

    /// Lets go of what can be spent from now on.
    pub(super) fn vest(&mut self, now: Timestamp) {
        self.vestings.retain(|_, vesting| vesting.vests_at > now);
    }

    /// What each user cannot spend yet.
    pub(super) fn vesting(&self) -> BTreeMap<&UserId, i64> {
        let mut sums = BTreeMap::new();
        for vesting in self.vestings.values() {
            *sums.entry(&vesting.user_id).or_default() += vesting.amount.0;
        }
        sums
    }
}
