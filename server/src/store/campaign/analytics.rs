//! What was done under a campaign, added up.

use std::collections::BTreeMap;

use shared::campaign::{CampaignDay, CampaignType};
use shared::day::Day;
use shared::id::{CampaignId, PartnerId};
use shared::money::Tokens;
use shared::time::Timestamp;
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Error};

use crate::store::Connection;
use crate::store::row::Columns as _;

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

/// Adds up the actions from `from` until before `to` that did not fail, for at
/// most `types` types. All is one statement, so that the sums are of one state
/// of the database and agree with each other.
pub async fn add_up(
    conn: &mut Connection,
    (partner_id, id): (&PartnerId, &CampaignId),
    (from, to): (Timestamp, Timestamp),
    types: i64,
) -> Result<Sums, Error> {
    const COUNTED: &str = "a.partner_id = $1 AND a.campaign_id = $2 AND a.status <> 'FAILED' \
         AND a.created_at >= $3 AND a.created_at < $4";
    let rows = sqlx::query(AssertSqlSafe(format!(
        "SELECT 'day' AS kind, a.created_at / 86400000 AS day, '' AS action_type,
             COUNT(*) AS number, CAST(SUM(a.tokens) AS BIGINT) AS tokens
         FROM actions a WHERE {COUNTED} GROUP BY a.created_at / 86400000
         UNION ALL
         SELECT * FROM (
             SELECT 'type' AS kind, CAST(0 AS BIGINT) AS day, a.action_type AS action_type,
                 COUNT(*) AS number, CAST(SUM(a.tokens) AS BIGINT) AS tokens
             FROM actions a WHERE {COUNTED} GROUP BY a.action_type
             ORDER BY number DESC, action_type LIMIT $5) t
         UNION ALL
         SELECT 'users', 0, '', COUNT(DISTINCT s.user_id), 0
         FROM actions a
         JOIN stakeholders s ON s.partner_id = a.partner_id AND s.action_id = a.id
         WHERE {COUNTED}
         UNION ALL
         SELECT 'spent', 0, '', 0, spent FROM campaigns WHERE partner_id = $1 AND id = $2"
    )))
    .bind(partner_id.as_str())
    .bind(id.as_str())
    .bind(from.0)
    .bind(to.0)
    .bind(types)
    .fetch_all(conn)
    .await?;
    let mut sums = Sums::default();
    for row in rows {
        sums.take(&row)?;
    }
    // A union keeps no order.
    sums.by_action_type
        .sort_by(|a, b| (b.actions, &a.action_type).cmp(&(a.actions, &b.action_type)));
    Ok(sums)
}

impl Sums {
    fn take(&mut self, row: &AnyRow) -> Result<(), Error> {
        let (number, tokens) = (row.number("number")?, Tokens(row.number("tokens")?));
        match row.text::<String>("kind")?.as_str() {
            "day" => {
                let day = CampaignDay {
                    date: Day(row.number("day")?),
                    actions: number,
                    tokens_distributed: tokens,
                };
                self.by_day.insert(day.date, day);
            }
            "type" => self.by_action_type.push(CampaignType {
                action_type: row.text("action_type")?,
                actions: number,
                tokens_distributed: tokens,
            }),
            "users" => self.unique_users = number,
            _ => self.spent = tokens,
        }
        Ok(())
    }
}
