//! What was done under campaigns, folded by day as everything else is. The day is
//! that on which an action was tried first, as in the list of actions.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use shared::day::Day;
use shared::id::{CampaignId, PartnerId, UserId};
use shared::money::Tokens;
use sqlx::{AssertSqlSafe, Error};

use super::step::SPAN;
use super::{UserSums, folded};
use crate::store::row::Columns as _;
use crate::store::sql::Column::{Number, Text};
use crate::store::sql::{Dialect, Rows, Table, json as json_text};
use crate::store::{Connection, event};

pub(super) const CAMPAIGN_DAYS: Table = Table {
    name: "campaign_days",
    columns: &[
        Text("partner_id"),
        Text("campaign_id"),
        Number("day"),
        Text("action_type"),
        Number("actions"),
        Number("tokens"),
    ],
    conflict: "ON CONFLICT (partner_id, campaign_id, day, action_type) DO UPDATE SET \
        actions = campaign_days.actions + excluded.actions, tokens = campaign_days.tokens + excluded.tokens",
};

pub(super) const MEMBERS: Table = Table {
    name: "campaign_user_days",
    columns: &[
        Text("partner_id"),
        Text("campaign_id"),
        Text("user_id"),
        Number("day"),
    ],
    conflict: "ON CONFLICT (partner_id, campaign_id, user_id, day) DO NOTHING",
};

/// What was done on a day by actions of one type.
pub type ByType = BTreeMap<(Day, String), UserSums>;

/// A span of commits, and the one campaign that is asked for.
type Asked<'a> = ((&'a PartnerId, i64, i64), Option<&'a CampaignId>);

/// What a span of commits adds to the sums of campaigns.
#[derive(Clone, Debug, Default)]
pub(super) struct CampaignStep {
    days: BTreeMap<CampaignId, ByType>,
    members: BTreeSet<(CampaignId, UserId, Day)>,
}

impl CampaignStep {
    /// The events of the commits after one and up to another, of one campaign or
    /// of all.
    pub(super) async fn of(
        conn: &mut Connection,
        dialect: Dialect,
        asked: Asked<'_>,
    ) -> Result<Self, Error> {
        let mut step = Self::default();
        let ((partner_id, after, last), _) = asked;
        if after < last && has_campaigns(conn, partner_id).await? {
            step.add_days(conn, dialect, asked).await?;
        }
        if !step.days.is_empty() {
            step.add_members(conn, dialect, asked).await?;
        }
        Ok(step)
    }

    async fn add_days(
        &mut self,
        conn: &mut Connection,
        dialect: Dialect,
        asked: Asked<'_>,
    ) -> Result<(), Error> {
        let sql = format!(
            "SELECT a.campaign_id, a.created_at / 86400000 AS day, a.action_type, COUNT(*) AS actions,
                 CAST(SUM(a.tokens) AS BIGINT) AS tokens
             FROM {}
             GROUP BY a.campaign_id, a.created_at / 86400000, a.action_type",
            done(dialect, "")
        );
        for row in fetch(conn, sql, asked).await? {
            let days = self.days.entry(row.text("campaign_id")?).or_default();
            let key = (Day(row.number("day")?), row.text("action_type")?);
            let sums = UserSums {
                actions: row.number("actions")?,
                tokens: Tokens(row.number("tokens")?),
            };
            days.insert(key, sums);
        }
        Ok(())
    }

    async fn add_members(
        &mut self,
        conn: &mut Connection,
        dialect: Dialect,
        asked: Asked<'_>,
    ) -> Result<(), Error> {
        let of_action = "s.partner_id = a.partner_id AND s.action_id = a.id";
        let people = dialect.each(("stakeholders", "s"), of_action);
        let sql = format!(
            "SELECT DISTINCT a.campaign_id, s.user_id, a.created_at / 86400000 AS day
             FROM {} AND s.user_id IS NOT NULL",
            done(dialect, &people)
        );
        for row in fetch(conn, sql, asked).await? {
            let day = Day(row.number("day")?);
            let member = (row.text("campaign_id")?, row.text("user_id")?, day);
            self.members.insert(member);
        }
        Ok(())
    }

    pub(super) fn push(
        &self,
        days: &mut Rows,
        members: &mut Rows,
        partner_id: &PartnerId,
    ) -> Result<(), Error> {
        for (campaign_id, by_type) in &self.days {
            for ((day, action_type), sums) in by_type {
                days.push([
                    partner_id.as_str().into(),
                    campaign_id.as_str().into(),
                    day.0.into(),
                    action_type.as_str().into(),
                    sums.actions.into(),
                    sums.tokens.0.into(),
                ])?;
            }
        }
        for (campaign_id, user_id, day) in &self.members {
            members.push([
                partner_id.as_str().into(),
                campaign_id.as_str().into(),
                user_id.as_str().into(),
                day.0.into(),
            ])?;
        }
        Ok(())
    }
}

/// The actions of campaigns that were rewarded in a span of commits.
fn done(dialect: Dialect, more: &str) -> String {
    let of_event = format!(
        "a.partner_id = e.partner_id AND a.id = {}",
        dialect.member("e.data", "actionId")
    );
    let actions = dialect.each(("actions", "a"), &of_event);
    format!(
        "events e {actions} {more} WHERE {SPAN} AND e.type = 'action.completed'
         AND a.campaign_id IS NOT NULL AND (CAST($4 AS TEXT) IS NULL OR a.campaign_id = $4)"
    )
}

async fn fetch(
    conn: &mut Connection,
    sql: String,
    ((partner_id, after, last), campaign_id): Asked<'_>,
) -> Result<Vec<sqlx::any::AnyRow>, Error> {
    sqlx::query(AssertSqlSafe(sql))
        .bind(partner_id.as_str())
        .bind(after)
        .bind(last)
        .bind(campaign_id.map(CampaignId::as_str))
        .fetch_all(conn)
        .await
}

async fn has_campaigns(conn: &mut Connection, partner_id: &PartnerId) -> Result<bool, Error> {
    let row = sqlx::query("SELECT 1 FROM campaigns WHERE partner_id = $1 LIMIT 1")
        .bind(partner_id.as_str())
        .fetch_optional(conn)
        .await?;
    Ok(row.is_some())
}

/// What was done under a campaign from a day until before another, and by whom
/// as far as that is not folded.
pub(in crate::store) async fn between(
    conn: &mut Connection,
    (dialect, partner_id, id): (Dialect, &PartnerId, &CampaignId),
    (from, to): (Day, Day),
) -> Result<(ByType, BTreeSet<UserId>), Error> {
    let after = folded(conn, partner_id).await?;
    let last = event::last_commit(conn, partner_id).await?;
    let asked = ((partner_id, after, last), Some(id));
    let step = CampaignStep::of(conn, dialect, asked).await?;
    let rows = sqlx::query(
        "SELECT day, action_type, actions, tokens FROM campaign_days
         WHERE partner_id = $1 AND campaign_id = $2 AND day >= $3 AND day < $4",
    )
    .bind(partner_id.as_str())
    .bind(id.as_str())
    .bind(from.0)
    .bind(to.0)
    .fetch_all(conn)
    .await?;
    let mut days = ByType::new();
    for row in rows {
        let key = (Day(row.number("day")?), row.text("action_type")?);
        let sums = UserSums {
            actions: row.number("actions")?,
            tokens: Tokens(row.number("tokens")?),
        };
        days.insert(key, sums);
    }
    for (key, more) in step.days.into_values().flatten() {
        if (from..to).contains(&key.0) {
            let sums = days.entry(key).or_default();
            sums.actions += more.actions;
            sums.tokens.0 += more.tokens.0;
        }
    }
    let members = step.members.into_iter();
    let members = members.filter(|(.., day)| (from..to).contains(day));
    Ok((days, members.map(|(_, user_id, _)| user_id).collect()))
}

/// How many users took part from a day until before another: those who are
/// folded, and the `others`, each once.
pub(in crate::store) async fn users(
    conn: &mut Connection,
    (dialect, partner_id, id): (Dialect, &PartnerId, &CampaignId),
    (from, to): (Day, Day),
    others: &BTreeSet<UserId>,
) -> Result<i64, Error> {
    let row = sqlx::query(
        "SELECT COUNT(*) AS number FROM (SELECT user_id FROM campaign_user_days
             WHERE partner_id = $1 AND campaign_id = $2 AND day >= $3 AND day < $4 GROUP BY user_id) u",
    )
    .bind(partner_id.as_str())
    .bind(id.as_str())
    .bind(from.0)
    .bind(to.0)
    .fetch_one(&mut *conn)
    .await?;
    let known = row.number("number")?;
    if others.is_empty() {
        return Ok(known);
    }
    let key = |user_id| json!([partner_id, id, user_id, from.0, to.0]);
    let keys: Vec<Value> = others.iter().map(key).collect();
    let rows = sqlx::query(AssertSqlSafe(format!(
        "SELECT (SELECT COUNT(*) FROM campaign_user_days d WHERE d.partner_id = v.value ->> 0
             AND d.campaign_id = v.value ->> 1 AND d.user_id = v.value ->> 2
             AND d.day >= CAST(v.value ->> 3 AS BIGINT) AND d.day < CAST(v.value ->> 4 AS BIGINT)) AS days
         FROM {}",
        dialect.rows()
    )))
    .bind(json_text(&keys)?)
    .fetch_all(conn)
    .await?;
    let mut new = 0;
    for row in rows {
        new += i64::from(row.number("days")? == 0);
    }
    Ok(known + new)
}
