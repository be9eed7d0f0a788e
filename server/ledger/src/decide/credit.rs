//! Tokens that reach a wallet: new credit pays the user's debts first, oldest
//! first, each into the pool it is owed to.

use std::collections::BTreeMap;

use shared::Code;
use shared::id::{ActionId, PoolId, UserId};
use shared::money::Tokens;
use shared::time::Timestamp;
use shared::transaction::TransactionType;

use super::Ids;
use crate::books::{Books, Pool};
use crate::command::Stamp;
use crate::movement::{Account, Effect, Entry, Holder, Part, Refusal, Transaction};

const DAY_MS: i64 = 86_400_000;

/// Credits from one pool for one action.
pub(super) struct Credits<'a> {
    books: &'a Books,
    pool: &'a Pool,
    stamp: Stamp,
    /// What was paid, gained and repaid by the credits so far.
    paid: i64,
    gained: BTreeMap<UserId, i64>,
    repaid: BTreeMap<(UserId, PoolId), i64>,
}

impl<'a> Credits<'a> {
    pub(super) fn new(books: &'a Books, pool: &'a Pool, stamp: Stamp) -> Self {
        Self {
            books,
            pool,
            stamp,
            paid: 0,
            gained: BTreeMap::new(),
            repaid: BTreeMap::new(),
        }
    }

    /// When tokens from this pool can be spent; `None` is at once.
    pub(super) fn vests_at(&self) -> Option<Timestamp> {
        let days = self.pool.vesting_days;
        (days > 0).then(|| self.stamp.now.plus_ms(days.saturating_mul(DAY_MS)))
    }

    /// Pays `amount`, more than zero, to one stakeholder: the credit, what of it
    /// goes to debts, and what is left to vest.
    pub(super) fn pay(
        &mut self,
        (holder, part): (&Holder, &Part),
        amount: Tokens,
        ids: &mut Ids,
    ) -> Result<Vec<Effect>, Refusal> {
        self.count(&holder.id, amount)?;
        let mut effects = vec![Effect::Transaction(Transaction {
            id: ids.next(),
            transaction_type: TransactionType::Credit,
            amount,
            holder: Some(holder.clone()),
            pool_id: Some(self.pool.id.clone()),
            action_id: Some(part.action_id.clone()),
            vests_at: self.vests_at(),
            entries: Entry::pair(
                Account::Pool(self.pool.id.clone()),
                Account::Wallet(holder.id.clone()),
                amount.0,
            )
            .into(),
            created_at: self.stamp.now,
        })];
        let mut left = amount.0;
        for (pool_id, owed) in self.debts(&holder.id) {
            let payment = owed.min(left);
            if payment == 0 {
                break;
            }
            left -= payment;
            let debt = (holder.id.clone(), pool_id.clone());
            *self.repaid.entry(debt).or_default() += payment;
            effects.push(self.repay((holder, &part.action_id), &pool_id, payment, ids));
        }
        if let Some(vests_at) = self.vests_at() {
            effects.push(Effect::Vesting {
                user_id: holder.id.clone(),
                part: part.clone(),
                vests_at,
                amount: Tokens(left),
            });
        }
        Ok(effects)
    }

    /// Nothing that is ever added up may grow beyond counting.
    fn count(&mut self, user: &UserId, amount: Tokens) -> Result<(), Refusal> {
        let earned = self
            .books
            .wallets
            .get(user)
            .map(|wallet| wallet.lifetime_earned.0);
        let gained = self.gained.entry(user.clone()).or_default();
        let sums = [
            (gained, earned.unwrap_or(0)),
            (&mut self.paid, self.pool.distributed.0),
        ];
        for (now, before) in sums {
            *now = now.checked_add(amount.0).ok_or(Code::AmountTooLarge)?;
            before.checked_add(*now).ok_or(Code::AmountTooLarge)?;
        }
        Ok(())
    }

    /// What the user still owes, oldest first.
    fn debts(&self, user: &UserId) -> Vec<(PoolId, i64)> {
        let first = (user.clone(), PoolId(String::new()));
        let mut debts: Vec<_> = self
            .books
            .debts
            .range(first..)
            .take_while(|((of, _), _)| of == user)
            .map(|(key, debt)| {
                let repaid = self.repaid.get(key).copied().unwrap_or(0);
                (debt.since, &key.1, debt.owed.0 - repaid)
            })
            .filter(|(_, _, owed)| *owed > 0)
            .collect();
        debts.sort();
        debts
            .into_iter()
            .map(|(_, pool, owed)| (pool.clone(), owed))
            .collect()
    }

    fn repay(
        &self,
        (holder, action_id): (&Holder, &ActionId),
        pool: &PoolId,
        payment: i64,
        ids: &mut Ids,
    ) -> Effect {
        let tokens = Entry::pair(
            Account::Wallet(holder.id.clone()),
            Account::Pool(pool.clone()),
            payment,
        );
        let claim = Entry::pair(
            Account::Receivable(pool.clone()),
            Account::Debt(holder.id.clone(), pool.clone()),
            payment,
        );
        Effect::Transaction(Transaction {
            id: ids.next(),
            transaction_type: TransactionType::DebtRepayment,
            amount: Tokens(payment),
            holder: Some(holder.clone()),
            pool_id: Some(pool.clone()),
            action_id: Some(action_id.clone()),
            vests_at: None,
            entries: tokens.into_iter().chain(claim).collect(),
            created_at: self.stamp.now,
        })
    }
}
