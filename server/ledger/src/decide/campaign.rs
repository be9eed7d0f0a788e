//! What a campaign makes of an action: its multiplier, its caps, its budget and
//! how its tokens are shared.

use std::collections::BTreeMap;

use shared::Code;
use shared::campaign::Campaign;
use shared::decimal::Multiplier;
use shared::id::UserId;
use shared::money::Tokens;

use crate::books::Books;
use crate::command::{Reward, Stakeholder, Stamp};
use crate::price::{Overflow, Weight, price, reaches, shares};

/// The whole of a percentage, in hundredths.
const WHOLE: u32 = 10_000;

/// The campaign that counts for an action: the one it names, which must apply;
/// else one for its type; else one for all types; else none.
pub(super) fn choose<'a>(
    books: &'a Books,
    command: &Reward,
    stamp: Stamp,
) -> Result<Option<&'a Campaign>, Code> {
    let applies = |campaign: &&Campaign| campaign.applies(&command.action_type, stamp.now);
    if let Some(id) = &command.campaign_id {
        let named = books.campaigns.get(id).ok_or(Code::CampaignNotFound)?;
        return Some(named)
            .filter(applies)
            .map(Some)
            .ok_or(Code::CampaignNotActive);
    }
    Ok(books
        .campaigns
        .values()
        .filter(applies)
        .min_by_key(|campaign| {
            (
                campaign.action_types.is_empty(),
                campaign.starts_at,
                &campaign.id,
            )
        }))
}

/// The tokens of each stakeholder, in their order, before the caps of users.
pub(super) fn parts(
    command: &Reward,
    campaign: Option<&Campaign>,
) -> Result<Vec<Tokens>, Overflow> {
    let multiplier = campaign.map_or(Multiplier::ONE, |campaign| multiplier(command, campaign));
    let mut total = price(command.amount, command.currency, command.rate, multiplier)?;
    let mut splits = &[][..];
    if let Some(campaign) = campaign {
        let left = |budget: Tokens| Tokens((budget.0 - campaign.spent.0).max(0));
        let bounds = [campaign.per_action_cap, campaign.budget.map(left)];
        total = bounds.into_iter().flatten().fold(total, Tokens::min);
        splits = &campaign.splits;
    }
    let weights = weights(&command.stakeholders, splits);
    let mut parts = shares(total, &weights);
    // Behind the stakeholders stand the splits for which nobody is present.
    parts.truncate(command.stakeholders.len());
    Ok(parts)
}

/// The highest tier reached takes the place of the campaign's multiplier.
fn multiplier(command: &Reward, campaign: &Campaign) -> Multiplier {
    campaign
        .tiers
        .iter()
        .filter(|tier| {
            reaches(
                command.amount,
                command.currency,
                command.rate,
                tier.min_amount,
            )
        })
        .max_by_key(|tier| tier.min_amount)
        .map_or(campaign.multiplier, |tier| tier.multiplier)
}

fn weights(stakeholders: &[Stakeholder], splits: &[shared::campaign::Split]) -> Vec<Weight> {
    let count = |of: &dyn Fn(&&Stakeholder) -> bool| {
        u32::try_from(stakeholders.iter().filter(of).count()).unwrap_or(u32::MAX)
    };
    if splits.is_empty() {
        let even = Weight {
            numerator: 1,
            denominator: count(&|_| true).max(1),
        };
        return vec![even; stakeholders.len()];
    }
    let among = |type_code: &str| count(&|other| other.type_code == type_code);
    let of_stakeholder = |stakeholder: &Stakeholder| {
        let split = splits
            .iter()
            .find(|split| split.stakeholder_type_code == stakeholder.type_code);
        Weight {
            numerator: split.map_or(0, |split| split.percentage.hundredths()),
            denominator: WHOLE * among(&stakeholder.type_code),
        }
    };
    let absent = splits
        .iter()
        .filter(|split| among(&split.stakeholder_type_code) == 0)
        .map(|split| Weight {
            numerator: split.percentage.hundredths(),
            denominator: WHOLE,
        });
    stakeholders
        .iter()
        .map(of_stakeholder)
        .chain(absent)
        .collect()
}

/// Cuts each part to what its user may still have of the campaign. What is cut
/// is not shared out again.
pub(super) fn cap(books: &Books, campaign: &Campaign, parts: &mut [Tokens], users: &[UserId]) {
    let Some(cap) = campaign.per_user_cap else {
        return;
    };
    let mut had: BTreeMap<&UserId, i64> = BTreeMap::new();
    for (part, user) in parts.iter_mut().zip(users) {
        let so_far = had.entry(user).or_insert_with(|| {
            let key = (campaign.id.clone(), user.clone());
            books.campaign_users.get(&key).map_or(0, |tokens| tokens.0)
        });
        part.0 = part.0.min((cap.0 - *so_far).max(0));
        *so_far += part.0;
    }
}
