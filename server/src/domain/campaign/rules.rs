//! What a campaign may be: pure, so that every wrong field is named at once.

use shared::FieldError;
use shared::campaign::{Campaign, CampaignStatus, Schedule, Split, Tier};
use shared::money::Tokens;

use crate::domain::text;
use crate::error::Error;

const MAX_NAME: usize = 255;
const MAX_DESCRIPTION: usize = 2_000;
const MAX_ACTION_TYPES: usize = 50;
const MAX_TIERS: usize = 20;
const MAX_SPLITS: usize = 20;
/// The whole of a percentage, in hundredths.
const WHOLE: u32 = 10_000;

/// Everything that is wrong with a campaign.
pub(super) fn check(campaign: &Campaign) -> Result<(), Error> {
    let mut problems = Problems::default();
    problems.check("name", text::printable(&campaign.name, MAX_NAME));
    let description = campaign.description.as_deref();
    problems.check("description", description.map_or(Ok(()), check_description));
    problems.check_action_types(&campaign.action_types);
    problems.check_tiers(&campaign.tiers);
    problems.check_splits(&campaign.splits);
    problems.check_bounds(campaign);
    problems.check_schedule(&campaign.schedule);
    Error::refuse_any(problems.0)
}

/// Whether a campaign may go from one status to another, or stay.
pub(super) fn check_move(from: CampaignStatus, to: CampaignStatus) -> Result<(), Error> {
    use CampaignStatus::{Active, Draft, Ended, Paused};
    let next: &[CampaignStatus] = match from {
        Draft | Paused => &[Active, Ended],
        Active => &[Paused, Ended],
        Ended => &[],
    };
    if from == to || next.contains(&to) {
        return Ok(());
    }
    let next: Vec<_> = next.iter().map(|status| status.as_str()).collect();
    let message = format!(
        "cannot go from {from} to {to}, only to {}",
        next.join(" or ")
    );
    Err(Error::field("status", message))
}

/// Whether two campaigns would count for the same actions at the same time:
/// both for every type, or with a type in common. A campaign for every type
/// counts only where none names the type, so those two do not meet. Schedules
/// are not looked at: what meets today would meet again after any change of
/// the hours.
pub(super) fn meet(one: &Campaign, other: &Campaign) -> bool {
    let is_before = |one: &Campaign, other: &Campaign| matches!((one.ends_at, other.starts_at), (Some(end), Some(start)) if end <= start);
    let share_a_type = if one.action_types.is_empty() {
        other.action_types.is_empty()
    } else {
        let mut types = one.action_types.iter();
        types.any(|action_type| other.action_types.contains(action_type))
    };
    share_a_type && !is_before(one, other) && !is_before(other, one)
}

fn check_description(description: &str) -> text::Checked {
    if description.chars().count() > MAX_DESCRIPTION {
        return Err(format!("must have at most {MAX_DESCRIPTION} characters"));
    }
    let is_printed = |c: char| !c.is_control() || matches!(c, '\n' | '\r' | '\t');
    if description.chars().all(is_printed) {
        return Ok(());
    }
    Err("must not contain control characters other than tabs and line breaks".to_owned())
}

/// The fields that are wrong so far.
#[derive(Default)]
struct Problems(Vec<FieldError>);

impl Problems {
    fn add(&mut self, field: impl Into<String>, message: impl Into<String>) {
        self.0.push(FieldError::new(field, message));
    }

    fn check(&mut self, field: impl Into<String>, checked: text::Checked) {
        if let Err(message) = checked {
            self.add(field, message);
        }
    }

    fn check_length(&mut self, field: &str, length: usize, most: usize) {
        if length > most {
            self.add(field, format!("must have at most {most} entries"));
        }
    }

    fn check_action_types(&mut self, types: &[String]) {
        self.check_length("actionTypes", types.len(), MAX_ACTION_TYPES);
        for (index, action_type) in types.iter().enumerate().take(MAX_ACTION_TYPES) {
            let field = format!("actionTypes[{index}]");
            self.check(&field, text::type_code(action_type));
            if types[..index].contains(action_type) {
                self.add(field, "must be given once");
            }
        }
    }

    fn check_tiers(&mut self, tiers: &[Tier]) {
        self.check_length("tiers", tiers.len(), MAX_TIERS);
        let mut before = Tokens(-1);
        for (index, tier) in tiers.iter().enumerate().take(MAX_TIERS) {
            if tier.min_amount.0 < 0 {
                self.add(format!("tiers[{index}].minAmount"), "must be at least 0");
            } else if tier.min_amount <= before {
                let message = "must be more than that of the tier before";
                self.add(format!("tiers[{index}].minAmount"), message);
            }
            before = before.max(tier.min_amount);
        }
    }

    fn check_splits(&mut self, splits: &[Split]) {
        self.check_length("splits", splits.len(), MAX_SPLITS);
        let splits = &splits[..splits.len().min(MAX_SPLITS)];
        for (index, split) in splits.iter().enumerate() {
            let field = format!("splits[{index}].stakeholderTypeCode");
            let code = &split.stakeholder_type_code;
            self.check(&field, text::type_code(code));
            let mut earlier = splits[..index].iter();
            if earlier.any(|other| other.stakeholder_type_code == *code) {
                self.add(field, "must be given once");
            }
        }
        let shares = splits.iter().map(|split| split.percentage.hundredths());
        if !splits.is_empty() && shares.sum::<u32>() != WHOLE {
            self.add("splits", "must have percentages that total exactly 100");
        }
    }

    fn check_bounds(&mut self, campaign: &Campaign) {
        for (field, bound) in [
            ("perActionCap", campaign.per_action_cap),
            ("perUserCap", campaign.per_user_cap),
            ("budget", campaign.budget),
        ] {
            if bound.is_some_and(|tokens| tokens.0 < 0) {
                self.add(field, "must be at least 0");
            }
        }
        if campaign
            .budget
            .is_some_and(|budget| budget >= Tokens(0) && budget < campaign.spent)
        {
            let spent = campaign.spent.0;
            self.add(
                "budget",
                format!("must be at least the {spent} tokens that are spent already"),
            );
        }
        let dates = campaign.starts_at.zip(campaign.ends_at);
        if dates.is_some_and(|(start, end)| end <= start) {
            self.add("endsAt", "must be after startsAt");
        }
    }

    fn check_schedule(&mut self, schedule: &Schedule) {
        for (field, list, (least, most)) in [
            ("schedule.daysOfWeek", &schedule.days_of_week, (1, 7)),
            ("schedule.hoursUtc", &schedule.hours_utc, (0, 23)),
        ] {
            let Some(list) = list else { continue };
            if list.is_empty() {
                self.add(
                    field,
                    "must not be empty; without it there is no restriction",
                );
            }
            // Past the first entries there is something twice.
            for (index, entry) in list.iter().enumerate().take(usize::from(most) + 2) {
                let field = format!("{field}[{index}]");
                if !(least..=most).contains(entry) {
                    self.add(field, format!("must be from {least} to {most}"));
                } else if list[..index].contains(entry) {
                    self.add(field, "must be given once");
                }
            }
        }
    }
}
