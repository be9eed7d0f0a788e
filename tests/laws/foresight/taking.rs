//! Tokens that leave wallets: reversed or spent.

use std::collections::BTreeMap;

use ledger::{Account, ActionStatus, Part, Reverse, Spend};
use shared::Code;
use shared::id::UserId;
use shared::transaction::TransactionType;

use super::super::journal::Vesting;
use super::super::on_paper::rounded;
use super::{Before, Foreseen, Move, Tokens, countable};

impl Before<'_> {
    pub(super) fn spend(&self, command: &Spend) -> Result<Foreseen, Code> {
        let user_id = self.journal.users.get(&command.external_id);
        let user_id = user_id.ok_or(Code::UserNotFound)?;
        if command.amount <= Tokens(0) {
            return Err(Code::ValidationError);
        }
        let amount = command.amount.0;
        if self.available(user_id) < amount {
            return Err(Code::InsufficientBalance);
        }
        let pair = (
            Account::Wallet(user_id.clone()),
            Account::Marketplace,
            amount,
        );
        let spent = Move::new(TransactionType::Spend, amount, &[pair]);
        Ok(vec![spent.of_user(user_id)].into())
    }

    /// What a user can spend: all that does not vest later.
    fn available(&self, user_id: &UserId) -> i64 {
        let balance = self
            .books
            .wallets
            .get(user_id)
            .map_or(0, |wallet| wallet.balance.0);
        let vesting = self.journal.vestings.values();
        let vesting = vesting.filter(|vesting| vesting.user_id == *user_id);
        balance - vesting.map(|vesting| vesting.amount.0).sum::<i64>()
    }

    pub(super) fn reverse(&self, command: &Reverse) -> Result<Foreseen, Code> {
        let mut actions = self.books.actions.values();
        let action = actions.find(|action| action.id == command.action_id);
        let action = action.ok_or(Code::ActionNotFound)?;
        if matches!(action.status, ActionStatus::Failed(_)) {
            return Err(Code::InvalidActionState);
        }
        if command.percent.hundredths() == 0 {
            return Err(Code::ValidationError);
        }
        let hundredths = command.percent.hundredths() + action.percent_reversed.hundredths();
        if hundredths > 10_000 {
            return Err(Code::AlreadyReversed);
        }
        let mut foreseen = Foreseen::default();
        let mut available = BTreeMap::new();
        for (position, participant) in action.participants.iter().enumerate() {
            let factors = [participant.tokens.0, hundredths.into()];
            let target = i64::try_from(rounded(&factors, 4)).unwrap();
            let amount = target - participant.reversed.0;
            if amount == 0 {
                continue;
            }
            let (user_id, pool_id) = (participant.user_id.as_ref(), action.pool_id.as_ref());
            let (user_id, pool_id) = user_id.zip(pool_id).unwrap();
            countable(self.books.wallets[user_id].lifetime_reversed, amount)?;
            let action_id = action.id.clone();
            let part = Part {
                action_id,
                position,
            };
            let vesting = self.journal.vestings.get(&part);
            let from_vesting = vesting.map_or(0, |vesting| vesting.amount.0.min(amount));
            if let Some(vesting) = vesting.filter(|_| from_vesting > 0) {
                let amount = Tokens(vesting.amount.0 - from_vesting);
                let left = Vesting {
                    amount,
                    ..vesting.clone()
                };
                foreseen.vestings.insert(part, left);
            }
            let available = available
                .entry(user_id)
                .or_insert_with(|| self.available(user_id));
            let from_available = (amount - from_vesting).min(*available);
            *available -= from_available;
            let recovered = from_vesting + from_available;
            let tokens = (
                Account::Wallet(user_id.clone()),
                Account::Pool(pool_id.clone()),
                recovered,
            );
            let debt = Account::Debt(user_id.clone(), pool_id.clone());
            let claim = (
                debt,
                Account::Receivable(pool_id.clone()),
                amount - recovered,
            );
            let reversed = Move::new(TransactionType::Reversal, amount, &[tokens, claim]);
            foreseen
                .moves
                .push(reversed.of_user(user_id).of_pool(pool_id));
        }
        Ok(foreseen)
    }
}
