//! What campaigns make of an action: the one that counts, its price, and who
//! gets which part of it.

use ledger::Reward;
use shared::Code;
use shared::campaign::{Campaign, CampaignStatus};
use shared::decimal::Multiplier;
use shared::id::UserId;
use shared::time::Timestamp;

use super::super::on_paper::{evenly, hundredths, rounded, shares, whole};
use super::Before;
use crate::stage::{DAY_MS, HOUR_MS};

/// 1970-01-05 was a Monday.
const A_MONDAY: i64 = 4;
/// How many digits behind the point a rate has, and a multiplier.
const RATE: usize = 6;
const MULTIPLIER: usize = 4;

impl Before<'_> {
    /// The campaign that counts: of those that fit, one that names the type.
    pub(super) fn campaign(&self, command: &Reward) -> Result<Option<&Campaign>, Code> {
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

    /// What each stakeholder gets.
    pub(super) fn parts(
        &self,
        command: &Reward,
        campaign: Option<&Campaign>,
        users: &[UserId],
    ) -> Result<Vec<i64>, Code> {
        let Some(campaign) = campaign else {
            let price = price(command, Multiplier::ONE)?;
            return Ok(shares(price, &evenly(command.stakeholders.len())));
        };
        let mut total = price(command, multiplier(command, campaign))?;
        if let Some(cap) = campaign.per_action_cap {
            total = total.min(cap.0);
        }
        if let Some(budget) = campaign.budget {
            total = total.min(budget.0 - campaign.spent.0);
        }
        let mut parts = shares(total, &fractions(command, campaign));
        // The parts of those who are absent.
        parts.truncate(command.stakeholders.len());
        self.cap(campaign, &mut parts, users);
        Ok(parts)
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

/// Of the tiers that are reached, the highest counts in place of the campaign's
/// own multiplier.
fn multiplier(command: &Reward, campaign: &Campaign) -> Multiplier {
    let factors = [command.amount.0, command.rate.millionths()];
    let worth = whole(&factors, decimals(command) + RATE);
    let tiers = campaign.tiers.iter();
    let reached = tiers.filter(|tier| i128::from(tier.min_amount.0) <= worth);
    let highest = reached.max_by_key(|tier| tier.min_amount);
    highest.map_or(campaign.multiplier, |tier| tier.multiplier)
}

fn price(command: &Reward, multiplier: Multiplier) -> Result<i64, Code> {
    let (amount, rate) = (command.amount.0, command.rate.millionths());
    let factors = [amount, rate, multiplier.ten_thousandths()];
    let price = rounded(&factors, decimals(command) + RATE + MULTIPLIER);
    i64::try_from(price).map_err(|_| Code::AmountTooLarge)
}

fn decimals(command: &Reward) -> usize {
    usize::try_from(command.currency.decimals()).unwrap()
}

/// The fractions of the stakeholders; behind them those of who is absent.
fn fractions(command: &Reward, campaign: &Campaign) -> Vec<i128> {
    let stakeholders = &command.stakeholders;
    if campaign.splits.is_empty() {
        return evenly(stakeholders.len());
    }
    let present = |type_code: &str| {
        let present = stakeholders.iter().filter(|one| one.type_code == type_code);
        present.count()
    };
    let mut fractions = Vec::new();
    for stakeholder in stakeholders {
        let type_code = &stakeholder.type_code;
        let mut splits = campaign.splits.iter();
        let split = splits.find(|split| split.stakeholder_type_code == *type_code);
        let percent = split.map_or(0, |split| split.percentage.hundredths());
        fractions.push(hundredths(percent, present(type_code)));
    }
    for split in &campaign.splits {
        if present(&split.stakeholder_type_code) == 0 {
            fractions.push(hundredths(split.percentage.hundredths(), 1));
        }
    }
    fractions
}
