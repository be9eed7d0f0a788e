//! Tokens that reach wallets: whose, from which pool, and what of them goes to
//! debts.

use std::collections::BTreeMap;

use ledger::{Account, Debt, Part, Pool, Recipient, Reward, UnknownUsers};
use shared::Code;
use shared::id::{PoolId, UserId};
use shared::transaction::TransactionType;

use super::super::journal::Vesting;
use super::{Before, Foreseen, Move, Tokens, countable};
use crate::stage::DAY_MS;

impl Before<'_> {
    pub(super) fn reward(&self, command: &Reward) -> Result<Foreseen, Code> {
        let users = self.receivers(command).ok_or(Code::UserNotFound)?;
        let campaign = self.campaign(command)?;
        let parts = self.parts(command, campaign, &users)?;
        let total = parts.iter().sum();
        let (pool, refills) = self.pool(command, total)?;
        countable(pool.allocated, refills.iter().sum())?;
        countable(pool.distributed, total)?;
        if let Some(campaign) = campaign {
            countable(campaign.spent, total)?;
        }
        let refills = refills
            .iter()
            .map(|amount| Move::allocation(&pool.id, *amount));
        let mut foreseen = Foreseen::from(refills.collect::<Vec<_>>());
        let failed = self.books.actions.get(&command.key);
        let action_id = failed.map_or_else(|| command.seed.id(0), |action| action.id.clone());
        let mut debts = self.debts();
        let mut earned = BTreeMap::new();
        for (position, (user_id, amount)) in users.iter().zip(parts).enumerate() {
            if amount == 0 {
                continue;
            }
            let earned = earned
                .entry(user_id)
                .or_insert_with(|| self.earned(user_id));
            countable(*earned, amount)?;
            earned.0 += amount;
            let action_id = action_id.clone();
            let part = Part {
                action_id,
                position,
            };
            self.credit((user_id, part, amount), pool, &mut debts, &mut foreseen);
        }
        Ok(foreseen)
    }

    /// The users who receive. Those to be made have the ids behind the action's,
    /// in their order.
    fn receivers(&self, command: &Reward) -> Option<Vec<UserId>> {
        let mut made = BTreeMap::<_, UserId>::new();
        let receiver = |recipient: &Recipient| {
            let name = match recipient {
                Recipient::Named(name) => name,
                Recipient::Address { email, otherwise } => {
                    self.journal.addresses.get(email).unwrap_or(otherwise)
                }
            };
            if let Some(id) = self.journal.users.get(name) {
                return Some(id.clone());
            }
            let place = 1 + u64::try_from(made.len()).unwrap();
            let id = made
                .entry(name.clone())
                .or_insert_with(|| command.seed.id(place));
            (command.unknown_users == UnknownUsers::Make).then(|| id.clone())
        };
        let stakeholders = command.stakeholders.iter();
        stakeholders
            .map(|stakeholder| &stakeholder.recipient)
            .map(receiver)
            .collect()
    }

    /// The pool that pays, after its refills: of those that can, the one that
    /// ends first.
    fn pool(&self, command: &Reward, total: i64) -> Result<(&Pool, Vec<i64>), Code> {
        if self.books.pools.is_empty() {
            return Err(Code::NoSandboxPool);
        }
        let serves = |pool: &&Pool| {
            let types = &pool.action_types;
            pool.is_active
                && pool.expires_at.is_none_or(|end| end > self.now)
                && (types.is_empty() || types.contains(&command.action_type))
        };
        let mut serving: Vec<_> = self.books.pools.values().filter(serves).collect();
        if serving.is_empty() {
            return Err(Code::NoActivePool);
        }
        serving.sort_by_key(|pool| (pool.expires_at.map_or(i64::MAX, |end| end.0), &pool.id));
        let refilled = serving
            .into_iter()
            .map(|pool| (pool, self.refills(pool, total)));
        let mut paying = refilled.filter(|(pool, refills)| {
            let refilled: i128 = refills.iter().copied().map(i128::from).sum();
            i128::from(pool.balance.0) + refilled >= i128::from(total)
        });
        paying.next().ok_or(Code::InsufficientPool)
    }

    /// A pool refills itself while it would be left below its threshold, as
    /// long as its day and its allowance let it.
    fn refills(&self, pool: &Pool, total: i64) -> Vec<i64> {
        let mut refills = Vec::new();
        let Some(rule) = pool.refill.as_ref().filter(|_| total > 0) else {
            return refills;
        };
        let is_another_day = rule.day != self.now.day();
        let mut today = if is_another_day { 0 } else { rule.count };
        let mut allowance = rule.allowance.0;
        let mut left = i128::from(pool.balance.0) - i128::from(total);
        while left < i128::from(rule.threshold.0) && today < rule.per_day && allowance > 0 {
            let amount = rule.amount.0.min(allowance);
            refills.push(amount);
            today += 1;
            allowance -= amount;
            left += i128::from(amount);
        }
        refills
    }

    fn earned(&self, user_id: &UserId) -> Tokens {
        let wallet = self.books.wallets.get(user_id);
        wallet.map_or(Tokens(0), |wallet| wallet.lifetime_earned)
    }

    /// What is owed by whom to which pool, oldest first.
    fn debts(&self) -> Vec<(UserId, PoolId, i64)> {
        let mut debts: Vec<_> = self.books.debts.iter().collect();
        debts.sort_by_key(|((_, pool_id), debt)| (debt.since, pool_id));
        let owed = |((user_id, pool_id), debt): (&(UserId, PoolId), &Debt)| {
            (user_id.clone(), pool_id.clone(), debt.owed.0)
        };
        debts.into_iter().map(owed).collect()
    }

    /// A credit, what of it pays debts, and what is left to vest.
    fn credit(
        &self,
        (user_id, part, amount): (&UserId, Part, i64),
        pool: &Pool,
        debts: &mut [(UserId, PoolId, i64)],
        foreseen: &mut Foreseen,
    ) {
        let wallet = || Account::Wallet(user_id.clone());
        let pair = (Account::Pool(pool.id.clone()), wallet(), amount);
        let credit = Move::new(TransactionType::Credit, amount, &[pair]);
        foreseen
            .moves
            .push(credit.of_user(user_id).of_pool(&pool.id));
        let mut left = amount;
        for (_, pool_id, owed) in debts.iter_mut().filter(|(debtor, ..)| debtor == user_id) {
            let payment = left.min(*owed);
            if payment == 0 {
                continue;
            }
            (left, *owed) = (left - payment, *owed - payment);
            let tokens = (wallet(), Account::Pool(pool_id.clone()), payment);
            let debt = Account::Debt(user_id.clone(), pool_id.clone());
            let claim = (Account::Receivable(pool_id.clone()), debt, payment);
            let repaid = Move::new(TransactionType::DebtRepayment, payment, &[tokens, claim]);
            foreseen
                .moves
                .push(repaid.of_user(user_id).of_pool(pool_id));
        }
        if pool.vesting_days > 0 {
            let vesting = Vesting {
                user_id: user_id.clone(),
                vests_at: self.now.plus_ms(pool.vesting_days * DAY_MS),
                amount: Tokens(left),
            };
            foreseen.vestings.insert(part, vesting);
        }
    }
}
