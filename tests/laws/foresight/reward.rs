//! Tokens that reach wallets: who gets how many, from which pool, under which
//! campaign, and what of it goes to debts.

use std::collections::BTreeMap;

use ledger::{Account, Debt, Part, Pool, Recipient, Reward, UnknownUsers};
use shared::Code;
use shared::campaign::{Campaign, CampaignStatus};
use shared::decimal::Multiplier;
use shared::id::{PoolId, UserId};
use shared::time::Timestamp;
use shared::transaction::TransactionType;

use super::super::journal::Vesting;
use super::super::on_paper::{evenly, hundredths, rounded, shares, whole};
use super::{Before, Foreseen, Move, Tokens, countable};
use crate::stage::{DAY_MS, HOUR_MS};

/// 1970-01-05 was a Monday.
const A_MONDAY: i64 = 4;

impl Before<'_> {
    pub(super) fn reward(&self, command: &Reward) -> Result<Foreseen, Code> {
        let users = self.receivers(command).ok_or(Code::UserNotFound)?;
        let campaign = self.campaign(command)?;
        let mut parts = parts(command, campaign)?;
        if let Some(campaign) = campaign {
            self.cap(campaign, &mut parts, &users);
        }
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
        let action_id = self
            .books
            .actions
            .get(&command.key)
            .map(|action| action.id.clone());
        let action_id = action_id.unwrap_or_else(|| command.seed.id(0));
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

    /// The campaign that counts: of those that fit, one that names the type.
    fn campaign(&self, command: &Reward) -> Result<Option<&Campaign>, Code> {
        let fits = |campaign: &&Campaign| fits(campaign, &command.action_type, self.now);
        let campaigns = &self.books.campaigns;
        if let Some(id) = &command.campaign_id {
            let named = campaigns.get(id).ok_or(Code::CampaignNotFound)?;
            return Some(named)
                .filter(fits)
                .map(Some)
                .ok_or(Code::CampaignNotActive);
        }
        let mut fitting: Vec<_> = campaigns.values().filter(fits).collect();
        fitting.sort_by_key(|campaign| (campaign.action_types.is_empty(), campaign.starts_at));
        Ok(fitting.first().copied())
    }

    /// Cuts parts to what users may still have of a campaign.
    fn cap(&self, campaign: &Campaign, parts: &mut [i64], users: &[UserId]) {
        let Some(cap) = campaign.per_user_cap else {
            return;
        };
        for place in 0..parts.len() {
            let key = (campaign.id.clone(), users[place].clone());
            let had = self
                .books
                .campaign_users
                .get(&key)
                .map_or(0, |tokens| tokens.0);
            let now = (0..place).filter(|earlier| users[*earlier] == users[place]);
            let now: i64 = now.map(|earlier| parts[earlier]).sum();
            parts[place] = parts[place].min(cap.0 - had - now);
            assert!(parts[place] >= 0, "more than the cap of {campaign:?}");
        }
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

/// Whether a campaign counts for such an action at such a time.
fn fits(campaign: &Campaign, action_type: &str, now: Timestamp) -> bool {
    let lists = |list: &Option<Vec<u8>>, value: i64| {
        let mut list = list.iter().flatten().copied().map(i64::from).peekable();
        list.peek().is_none() || list.any(|listed| listed == value)
    };
    let weekday = (now.day() - A_MONDAY).rem_euclid(7) + 1;
    let hour = (now.0 - now.day() * DAY_MS) / HOUR_MS;
    let types = &campaign.action_types;
    campaign.status == CampaignStatus::Active
        && campaign.starts_at.is_none_or(|start| start <= now)
        && campaign.ends_at.is_none_or(|end| end > now)
        && lists(&campaign.schedule.days_of_week, weekday)
        && lists(&campaign.schedule.hours_utc, hour)
        && (types.is_empty() || types.iter().any(|fitting| fitting == action_type))
}

/// What the stakeholders get, before the caps of users.
fn parts(command: &Reward, campaign: Option<&Campaign>) -> Result<Vec<i64>, Code> {
    let decimals = usize::try_from(command.currency.decimals()).unwrap();
    let [amount, rate] = [command.amount.0, command.rate.millionths()];
    let worth = whole(&[amount, rate], decimals + 6);
    let tiers = campaign.iter().flat_map(|campaign| &campaign.tiers);
    let reached = tiers.filter(|tier| i128::from(tier.min_amount.0) <= worth);
    let highest = reached.max_by_key(|tier| tier.min_amount);
    let multiplier = highest.map(|tier| tier.multiplier);
    let multiplier = multiplier.or(campaign.map(|campaign| campaign.multiplier));
    let multiplier = multiplier.unwrap_or(Multiplier::ONE).ten_thousandths();
    let price = rounded(&[amount, rate, multiplier], decimals + 6 + 4);
    let mut total = i64::try_from(price).map_err(|_| Code::AmountTooLarge)?;
    if let Some(cap) = campaign.and_then(|campaign| campaign.per_action_cap) {
        total = total.min(cap.0);
    }
    if let Some((campaign, budget)) =
        campaign.and_then(|campaign| campaign.budget.map(|budget| (campaign, budget)))
    {
        total = total.min(budget.0 - campaign.spent.0);
    }
    let fractions = fractions(command, campaign);
    let mut parts = if fractions.is_empty() {
        Vec::new()
    } else {
        shares(total, &fractions)
    };
    // The parts of those who are absent.
    parts.truncate(command.stakeholders.len());
    Ok(parts)
}

/// The fractions of the stakeholders; behind them those of who is absent.
fn fractions(command: &Reward, campaign: Option<&Campaign>) -> Vec<i128> {
    let types = command
        .stakeholders
        .iter()
        .map(|stakeholder| &stakeholder.type_code);
    let present = |type_code: &String| {
        types
            .clone()
            .filter(|present| *present == type_code)
            .count()
    };
    let splits = campaign.map_or(&[][..], |campaign| &campaign.splits);
    if splits.is_empty() {
        let count = command.stakeholders.len();
        return vec![evenly(count.max(1)); count];
    }
    let of_type = |type_code: &String| {
        let split = splits
            .iter()
            .find(|split| split.stakeholder_type_code == *type_code);
        split.map_or(0, |split| {
            hundredths(split.percentage.hundredths(), present(type_code))
        })
    };
    let absent = splits
        .iter()
        .filter(|split| present(&split.stakeholder_type_code) == 0);
    let absent = absent.map(|split| hundredths(split.percentage.hundredths(), 1));
    types.clone().map(of_type).chain(absent).collect()
}
