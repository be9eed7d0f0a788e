//! Where commands are played: pools and campaigns as chance would have them,
//! each rule there or not.

use ledger::{Pool, Refill};
use shared::campaign::{Campaign, CampaignStatus, Schedule, Split, Tier};
use shared::decimal::Multiplier;
use shared::id::{CampaignId, PoolId, PoolRequestId};
use shared::money::{Percent, Tokens};
use shared::time::Timestamp;

use crate::stage::{Chance, DAY_MS, OPENING};

const CAMPAIGNS: usize = 4;
const REQUESTS: usize = 8;

pub(super) const CUSTOMER: &str = "CUSTOMER";
pub(super) const DONOR: &str = "DONOR";
pub(super) const ORGANIZATION: &str = "ORGANIZATION";

#[derive(Clone, Debug)]
pub(super) struct Scene {
    /// How many times as large every number of tokens is: once, or so often
    /// that sums come to the end of counting.
    pub(super) scale: i64,
    pub(super) pools: Vec<Pool>,
    pub(super) campaigns: Vec<Campaign>,
    /// What the partner asked the operator for.
    pub(super) requests: Vec<PoolRequestId>,
}

impl Scene {
    pub(super) fn drawn(chance: &mut Chance) -> Self {
        let scale = chance.pick(&[1, 1, 1, 1, 1, 1, 1, 1 << 50]);
        let pools = 0..chance.pick(&[0, 1, 3, 4, 4, 4, 4, 4, 4, 4]);
        let pools = pools.map(|number| pool(chance, number, scale)).collect();
        let campaign = |number| campaign(chance, number, scale);
        let campaigns = (0..CAMPAIGNS).map(campaign).collect();
        let request = |number| PoolRequestId(format!("request {number}"));
        let requests = (0..REQUESTS).map(request).collect();
        Self {
            scale,
            pools,
            campaigns,
            requests,
        }
    }
}

/// Pools that differ in all that decides which one pays and what comes of it.
fn pool(chance: &mut Chance, number: usize, scale: i64) -> Pool {
    let id = PoolId(format!("pool {number}"));
    let types: [&[&str]; 3] = [&[], &[], &["PURCHASE"]];
    let refill = Refill {
        threshold: Tokens(chance.pick(&[1, 200, 1_000]) * scale),
        amount: Tokens(chance.pick(&[1, 150, 600]) * scale),
        per_day: chance.pick(&[0, 1, 3]),
        allowance: Tokens(chance.pick(&[0, 500, 2_500]) * scale),
        day: 0,
        count: 0,
    };
    Pool {
        is_active: number == 0 || chance.pick(&[true, true, true, false]),
        low_balance_threshold: chance.pick(&[None, Some(Tokens(300 * scale))]),
        vesting_days: chance.pick(&[0, 0, 1, 3]),
        expires_at: chance.pick(&[None, None, Some(day(5)), Some(day(12))]),
        action_types: names(chance.pick(&types)),
        refill: chance.pick(&[true, false]).then_some(refill),
        ..Pool::new(id.clone(), id.to_string(), OPENING)
    }
}

/// Campaigns with every rule. Several may apply at once, which no call lets
/// happen, and of which the ledger chooses one nevertheless.
fn campaign(chance: &mut Chance, number: usize, scale: i64) -> Campaign {
    use CampaignStatus::{Active, Draft, Paused};
    let id = CampaignId(format!("campaign {number}"));
    let types: [&[&str]; 4] = [&[], &["DONATION"], &["PURCHASE"], &["DONATION", "REFERRAL"]];
    let mut bound = |tokens: [i64; 3]| {
        let tokens = chance.pick(&tokens).saturating_mul(scale);
        chance.pick(&[None, None, Some(Tokens(tokens))])
    };
    Campaign {
        per_action_cap: bound([5, 30, 200]),
        per_user_cap: bound([1, 200, 1_000]),
        budget: bound([0, 300, 2_000]),
        name: id.to_string(),
        id,
        description: None,
        status: chance.pick(&[Active, Active, Active, Active, Paused, Draft]),
        action_types: names(chance.pick(&types)),
        multiplier: multiplier(chance),
        tiers: tiers(chance, scale),
        splits: splits(chance),
        spent: Tokens(0),
        starts_at: chance.pick(&[None, Some(day(0)), Some(day(2))]),
        ends_at: chance.pick(&[None, Some(day(8)), Some(day(16))]),
        schedule: Schedule {
            days_of_week: chance
                .pick(&[None, None, Some(&[1, 2, 3, 6, 7][..])])
                .map(Vec::from),
            hours_utc: chance
                .pick(&[None, None, Some(&[0, 11, 12, 13, 17, 23][..])])
                .map(Vec::from),
        },
        created_at: OPENING,
        updated_at: OPENING,
    }
}

fn multiplier(chance: &mut Chance) -> Multiplier {
    let ten_thousandths = [
        0, 5_000, 10_000, 10_000, 15_000, 15_000, 12_345, 100_000, 20_000, 9_999,
    ];
    Multiplier::from_ten_thousandths(chance.pick(&ten_thousandths))
}

fn tiers(chance: &mut Chance, scale: i64) -> Vec<Tier> {
    let heights: [&[i64]; 3] = [&[], &[50], &[0, 49, 500]];
    let heights = chance.pick(&heights).iter();
    heights
        .map(|height| Tier {
            min_amount: Tokens(height * scale),
            multiplier: multiplier(chance),
        })
        .collect()
}

fn splits(chance: &mut Chance) -> Vec<Split> {
    let divisions: [&[(&str, u32)]; 5] = [
        &[],
        &[],
        &[(CUSTOMER, 5_000), (DONOR, 5_000)],
        &[(ORGANIZATION, 3_334), (DONOR, 3_333), (CUSTOMER, 3_333)],
        &[(DONOR, 1), (CUSTOMER, 0), ("REFERRER", 9_999)],
    ];
    let splits = chance.pick(&divisions).iter();
    splits
        .map(|(type_code, hundredths)| Split {
            stakeholder_type_code: (*type_code).to_owned(),
            percentage: Percent::from_hundredths(*hundredths),
        })
        .collect()
}

/// The beginning of the UTC day that is so many days after the opening's.
fn day(days: i64) -> Timestamp {
    Timestamp((OPENING.day() + days) * DAY_MS)
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}
