//! What a campaign has brought about, day by day and type by type.

use shared::campaign::{Average, Campaign, CampaignAnalytics, CampaignDay, GetCampaignAnalytics};
use shared::day::Day;
use shared::id::PartnerId;
use shared::money::Tokens;
use shared::time::Timestamp;

use super::find;
use crate::app::App;
use crate::error::Error;
use crate::store::campaign::analytics::{Sums, add_up};

/// The most days of one report.
const MAX_DAYS: i64 = 366;
/// The most types of actions in one report.
const MAX_TYPES: usize = 100;

/// The report of a campaign in the time asked for.
pub async fn report(
    app: &App,
    partner_id: &PartnerId,
    request: &GetCampaignAnalytics,
) -> Result<CampaignAnalytics, Error> {
    let campaign = find(app, partner_id, &request.id).await?;
    let time = time(&campaign, (request.from, request.to), app.context.now())?;
    let mut conn = app.db.snapshot().await?;
    let of = (app.db.dialect(), partner_id, &campaign.id);
    let sums = add_up(&mut conn, of, time, MAX_TYPES).await?;
    Ok(write(campaign, time, sums))
}

/// From when until before when, with what was left out filled in.
fn time(
    campaign: &Campaign,
    (from, to): (Option<Timestamp>, Option<Timestamp>),
    now: Timestamp,
) -> Result<(Timestamp, Timestamp), Error> {
    let end = to.unwrap_or_else(|| Day::of(now).plus_days(1).start());
    let last = last_day(end);
    let start = from.unwrap_or_else(|| {
        let made = Day::of(campaign.created_at).min(last);
        made.max(last.plus_days(1 - MAX_DAYS)).start()
    });
    if start >= end {
        return Err(match to {
            Some(_) => Error::field("to", "must be after from"),
            None => Error::field("from", "must not be after today; or send to as well"),
        });
    }
    if last.0 - Day::of(start).0 >= MAX_DAYS {
        let message = format!("must be at most {MAX_DAYS} days before to");
        return Err(Error::field("from", message));
    }
    Ok((start, end))
}

/// The day in which a time lies whose end is exclusive.
fn last_day(end: Timestamp) -> Day {
    Day::of(end.plus_ms(-1))
}

fn write(
    campaign: Campaign,
    (from, to): (Timestamp, Timestamp),
    mut sums: Sums,
) -> CampaignAnalytics {
    let days = Day::of(from).0..=last_day(to).0;
    let by_day: Vec<_> = days
        .map(|day| {
            sums.by_day.remove(&Day(day)).unwrap_or(CampaignDay {
                date: Day(day),
                actions: 0,
                tokens_distributed: Tokens(0),
            })
        })
        .collect();
    let actions = by_day.iter().map(|day| day.actions).sum();
    let tokens = Tokens(by_day.iter().map(|day| day.tokens_distributed.0).sum());
    CampaignAnalytics {
        campaign_id: campaign.id,
        actions,
        tokens_distributed: tokens,
        unique_users: sums.unique_users,
        average_tokens: Average::of(tokens, actions),
        budget: campaign.budget,
        spent: sums.spent,
        remaining: campaign
            .budget
            .map(|budget| Tokens((budget.0 - sums.spent.0).max(0))),
        by_day,
        by_action_type: sums.by_action_type,
    }
}
