//! What a partner sees of itself at a glance: sums of days, and who earned most.

mod health;
mod usage;

use std::collections::BTreeMap;

use shared::dashboard::{
    Activity, ActivitySummary, Earner, GetTopEarners, MAX_DAYS, Summary, TopEarners, TrendDay,
    Trends, UsersSummary,
};
use shared::day::Day;
use shared::id::PartnerId;
use shared::page::MAX_LIMIT;

pub use self::health::integration_health;
pub use self::usage::api_usage;
use crate::app::App;
use crate::error::Error;
use crate::store::activity::{self, DaySums};
use crate::store::pool;

const WEEK: u32 = 7;
const MONTH: u32 = 30;
/// The days of a trend, and of a list of the best, when the caller does not say.
const DEFAULT_DAYS: u32 = 30;
const DEFAULT_EARNERS: u32 = 10;
const DEFAULT_ACTIONS: u32 = 20;

/// So many days as the caller asks for, or else `default`.
pub fn days(asked: Option<u32>, default: u32) -> Result<u32, Error> {
    within("days", asked.unwrap_or(default), MAX_DAYS)
}

/// So many actions as the caller asks for.
pub fn actions(asked: Option<u32>) -> Result<u32, Error> {
    within("limit", asked.unwrap_or(DEFAULT_ACTIONS), MAX_LIMIT)
}

fn within(field: &str, number: u32, most: u32) -> Result<u32, Error> {
    if (1..=most).contains(&number) {
        return Ok(number);
    }
    Err(Error::field(field, format!("must be from 1 to {most}")))
}

/// The first of so many days, of which today is the last.
pub(super) fn first_of(today: Day, days: u32) -> Day {
    today.plus_days(1 - i64::from(days))
}

/// The partner in numbers.
pub async fn summary(app: &App, partner_id: &PartnerId) -> Result<Summary, Error> {
    let today = Day::of(app.context.now());
    let month = first_of(today, MONTH);
    let mut conn = app.db.snapshot().await?;
    let by = (app.db.dialect(), partner_id);
    let days = activity::days(&mut conn, by, month).await?;
    let failed = activity::failed(&mut conn, partner_id, month).await?;
    let (total, new_30_days) = activity::users(&mut conn, partner_id, month.start()).await?;
    let pools = pool::sums(&mut conn, partner_id).await?;
    let since = |from| add_up(&days, &failed, from);
    let last_30_days = since(month);
    Ok(Summary {
        pools,
        activity: ActivitySummary {
            today: since(today),
            last_7_days: since(first_of(today, WEEK)),
            last_30_days,
        },
        users: UsersSummary {
            total,
            new_30_days,
            active_30_days: days.values().map(|day| day.last_users).sum(),
        },
    })
}

fn add_up(days: &BTreeMap<Day, DaySums>, failed: &BTreeMap<Day, i64>, from: Day) -> Activity {
    let mut all = Activity {
        failed: failed.range(from..).map(|(_, number)| number).sum(),
        ..Activity::default()
    };
    for (_, day) in days.range(from..) {
        all.actions += day.actions;
        all.tokens_distributed.0 += day.tokens.0;
        all.tokens_reversed.0 += day.reversed.0;
    }
    all
}

/// What was done on each of the last days.
pub async fn trends(
    app: &App,
    partner_id: &PartnerId,
    asked: Option<u32>,
) -> Result<Trends, Error> {
    let asked = days(asked, DEFAULT_DAYS)?;
    let today = Day::of(app.context.now());
    let first = first_of(today, asked);
    let mut conn = app.db.snapshot().await?;
    let sums = activity::days(&mut conn, (app.db.dialect(), partner_id), first).await?;
    let day = |number| {
        let sums = sums.get(&Day(number)).copied().unwrap_or_default();
        TrendDay {
            date: Day(number),
            actions: sums.actions,
            tokens_distributed: sums.tokens,
            tokens_reversed: sums.reversed,
            active_users: sums.users,
        }
    };
    Ok(Trends {
        data: (first.0..=today.0).map(day).collect(),
    })
}

/// Who earned most in the last days.
pub async fn top_earners(
    app: &App,
    partner_id: &PartnerId,
    asked: &GetTopEarners,
) -> Result<TopEarners, Error> {
    let days = days(asked.days, DEFAULT_DAYS)?;
    let limit = within("limit", asked.limit.unwrap_or(DEFAULT_EARNERS), MAX_LIMIT)?;
    let first = first_of(Day::of(app.context.now()), days);
    let mut conn = app.db.snapshot().await?;
    let by = (app.db.dialect(), partner_id);
    let earners = activity::top_earners(&mut conn, by, first, limit.into()).await?;
    let earner = |(external_user_id, sums): (_, activity::UserSums)| Earner {
        external_user_id,
        tokens_earned: sums.tokens,
        actions: sums.actions,
    };
    Ok(TopEarners {
        data: earners.into_iter().map(earner).collect(),
    })
}
