//! What was done under a campaign, added up: whole days from what is folded, and
//! the parts of days at both ends from the actions themselves.

use std::collections::{BTreeMap, BTreeSet};

use shared::campaign::{CampaignDay, CampaignType};
use shared::day::Day;
use shared::id::{CampaignId, PartnerId, UserId};
use shared::money::Tokens;
use shared::time::Timestamp;
use sqlx::Error;

use crate::store::Connection;
use crate::store::activity::UserSums;
use crate::store::activity::campaign::{ByType, between, users};
use crate::store::row::Columns as _;
use crate::store::sql::Dialect;

/// The sums of a campaign's actions in a time.
#[derive(Debug, Default)]
pub struct Sums {
    /// Days without an action are not there.
    pub by_day: BTreeMap<Day, CampaignDay>,
    /// Those with the most actions first.
    pub by_action_type: Vec<CampaignType>,
    pub unique_users: i64,
    /// In the campaign's whole life.
    pub spent: Tokens,
}

const DAY_MS: i64 = 86_400_000;

/// Whose campaign, and which.
type Of<'a> = (Dialect, &'a PartnerId, &'a CampaignId);
/// From a moment until before another.
type Time = (Timestamp, Timestamp);

/// Adds up the actions from `from` until before `to` that did not fail, for at
/// most `types` types. The connection sees one state of the database, so that
/// the sums agree with each other.
pub async fn add_up(
    conn: &mut Connection,
    of: Of<'_>,
    (from, to): Time,
    types: usize,
) -> Result<Sums, Error> {
    let first = Day::of(from.plus_ms(DAY_MS - 1));
    let end = Day::of(to);
    let parts = if first <= end {
        [(from, first.start()), (end.start(), to)]
    } else {
        // Both are within one day.
        [(from, to), (to, to)]
    };
    let (mut all, mut others) = between(conn, of, (first, end)).await?;
    for part in parts {
        if part.0 < part.1 {
            let (days, members) = live(conn, of, part).await?;
            for (key, more) in days {
                let sums = all.entry(key).or_default();
                sums.actions += more.actions;
                sums.tokens.0 += more.tokens.0;
            }
            others.extend(members);
        }
    }
    Ok(Sums {
        unique_users: users(conn, of, (first, end), &others).await?,
        spent: spent(conn, of).await?,
        ..sums(all, types)
    })
}

fn sums(all: ByType, types: usize) -> Sums {
    let mut by_day = BTreeMap::<Day, CampaignDay>::new();
    let mut by_type = BTreeMap::<String, UserSums>::new();
    for ((date, action_type), more) in all {
        let day = by_day.entry(date).or_insert(CampaignDay {
            date,
            actions: 0,
            tokens_distributed: Tokens(0),
        });
        day.actions += more.actions;
        day.tokens_distributed.0 += more.tokens.0;
        let sums = by_type.entry(action_type).or_default();
        sums.actions += more.actions;
        sums.tokens.0 += more.tokens.0;
    }
    let by_type = by_type.into_iter();
    let mut by_action_type: Vec<_> = by_type
        .map(|(action_type, sums)| CampaignType {
            action_type,
            actions: sums.actions,
            tokens_distributed: sums.tokens,
        })
        .collect();
    by_action_type.sort_by(|a, b| (b.actions, &a.action_type).cmp(&(a.actions, &b.action_type)));
    by_action_type.truncate(types);
    Sums {
        by_day,
        by_action_type,
        ..Sums::default()
    }
}

/// The actions of a part of a day, and who took part in them.
async fn live(
    conn: &mut Connection,
    (_, partner_id, id): Of<'_>,
    (from, to): Time,
) -> Result<(ByType, BTreeSet<UserId>), Error> {
    let rows = sqlx::query(
        "SELECT action_type, COUNT(*) AS actions, CAST(SUM(tokens) AS BIGINT) AS tokens FROM actions
         WHERE partner_id = $1 AND campaign_id = $2 AND status <> 'FAILED'
             AND created_at >= $3 AND created_at < $4
         GROUP BY action_type",
    )
    .bind(partner_id.as_str())
    .bind(id.as_str())
    .bind(from.0)
    .bind(to.0)
    .fetch_all(&mut *conn)
    .await?;
    let mut days = ByType::new();
    for row in rows {
        let sums = UserSums {
            actions: row.number("actions")?,
            tokens: Tokens(row.number("tokens")?),
        };
        days.insert((Day::of(from), row.text("action_type")?), sums);
    }
    let rows = sqlx::query(
        "SELECT DISTINCT s.user_id FROM actions a
         JOIN stakeholders s ON s.partner_id = a.partner_id AND s.action_id = a.id
         WHERE a.partner_id = $1 AND a.campaign_id = $2 AND a.status <> 'FAILED'
             AND a.created_at >= $3 AND a.created_at < $4 AND s.user_id IS NOT NULL",
    )
    .bind(partner_id.as_str())
    .bind(id.as_str())
    .bind(from.0)
    .bind(to.0)
    .fetch_all(conn)
    .await?;
    let members = rows.iter().map(|row| row.text("user_id"));
    Ok((days, members.collect::<Result<_, _>>()?))
}

async fn spent(conn: &mut Connection, (_, partner_id, id): Of<'_>) -> Result<Tokens, Error> {
    let row = sqlx::query("SELECT spent FROM campaigns WHERE partner_id = $1 AND id = $2")
        .bind(partner_id.as_str())
        .bind(id.as_str())
        .fetch_one(conn)
        .await?;
    Ok(Tokens(row.number("spent")?))
}
