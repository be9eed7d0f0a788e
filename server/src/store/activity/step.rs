//! What a span of commits adds to the sums, found by their events. The worker
//! writes it into the tables; who reads adds it to what stands there.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use shared::day::Day;
use shared::id::{PartnerId, UserId};
use shared::money::Tokens;
use sqlx::Error;

use super::{DaySums, UserSums, folded, over_commits};
use crate::store::row::Columns as _;
use crate::store::sql::{Dialect, json as json_text};
use crate::store::{Connection, event};
use sqlx::AssertSqlSafe;

/// What is added to the sums of days, and of users by day.
#[derive(Clone, Debug, Default)]
pub struct Step {
    /// Users who took part before are taken from the day that was their last.
    pub(super) days: BTreeMap<Day, DaySums>,
    pub(super) users: BTreeMap<UserId, BTreeMap<Day, UserSums>>,
}

pub(super) const SPAN: &str =
    "e.partner_id = $1 AND e.commit_number > $2 AND e.commit_number <= $3";

impl Step {
    /// All that is not folded yet.
    pub(super) async fn to_the_end(
        conn: &mut Connection,
        (dialect, partner_id): (Dialect, &PartnerId),
    ) -> Result<Self, Error> {
        let after = folded(conn, partner_id).await?;
        let last = event::last_commit(conn, partner_id).await?;
        Self::of(conn, dialect, (partner_id, after, last)).await
    }

    /// The events of the commits after one and up to another; the tables stand
    /// at the first of the two.
    pub(super) async fn of(
        conn: &mut Connection,
        dialect: Dialect,
        span: (&PartnerId, i64, i64),
    ) -> Result<Self, Error> {
        let (_, after, last) = span;
        let mut step = Self::default();
        if after < last {
            step.add_days(conn, dialect, span).await?;
        }
        if step.days.values().any(|sums| sums.actions > 0) {
            step.add_users(conn, dialect, span).await?;
            step.count_users(conn, (dialect, span.0)).await?;
        }
        Ok(step)
    }

    /// What each user did from a day on.
    pub(super) fn users_since(&self, from: Day) -> BTreeMap<UserId, UserSums> {
        let mut users = BTreeMap::<UserId, UserSums>::new();
        for (id, days) in &self.users {
            for sums in days.range(from..).map(|(_, sums)| sums) {
                let user = users.entry(id.clone()).or_default();
                user.actions += sums.actions;
                user.tokens.0 += sums.tokens.0;
            }
        }
        users
    }

    async fn add_days(
        &mut self,
        conn: &mut Connection,
        dialect: Dialect,
        span: (&PartnerId, i64, i64),
    ) -> Result<(), Error> {
        let tokens = dialect.member("e.data", "tokensDistributed");
        let reversed = dialect.member("e.data", "reversal.tokensReversed");
        let sum = |of: &str, what: &str| {
            format!(
                "CAST(SUM(CASE e.type WHEN '{of}' THEN CAST({what} AS BIGINT) ELSE 0 END) AS BIGINT)"
            )
        };
        let sql = format!(
            "SELECT e.created_at / 86400000 AS day, {} AS actions, {} AS tokens, {} AS reversed
             FROM events e WHERE {SPAN} AND e.type IN ('action.completed', 'action.reversed')
             GROUP BY e.created_at / 86400000",
            sum("action.completed", "1"),
            sum("action.completed", &tokens),
            sum("action.reversed", &reversed),
        );
        for row in over_commits(conn, sql, span).await? {
            let sums = DaySums {
                actions: row.number("actions")?,
                tokens: Tokens(row.number("tokens")?),
                reversed: Tokens(row.number("reversed")?),
                ..DaySums::default()
            };
            self.days.insert(Day(row.number("day")?), sums);
        }
        Ok(())
    }

    async fn add_users(
        &mut self,
        conn: &mut Connection,
        dialect: Dialect,
        span: (&PartnerId, i64, i64),
    ) -> Result<(), Error> {
        let of_action = format!(
            "t.partner_id = e.partner_id AND t.action_id = {}",
            dialect.member("e.data", "actionId")
        );
        let sql = format!(
            "SELECT e.created_at / 86400000 AS day, t.user_id, COUNT(DISTINCT t.action_id) AS actions,
                 CAST(SUM(t.tokens) AS BIGINT) AS tokens
             FROM events e {} WHERE {SPAN} AND e.type = 'action.completed' AND t.user_id IS NOT NULL
             GROUP BY e.created_at / 86400000, t.user_id",
            dialect.each(("stakeholders", "t"), &of_action),
        );
        for row in over_commits(conn, sql, span).await? {
            let sums = UserSums {
                actions: row.number("actions")?,
                tokens: Tokens(row.number("tokens")?),
            };
            let days = self.users.entry(row.text("user_id")?).or_default();
            days.insert(Day(row.number("day")?), sums);
        }
        Ok(())
    }

    /// Counts the users of each day once, also those of whom the tables know.
    async fn count_users(
        &mut self,
        conn: &mut Connection,
        (dialect, partner_id): (Dialect, &PartnerId),
    ) -> Result<(), Error> {
        let key = |id, day: &Day| json!([partner_id, id, day.0]);
        let users = self.users.iter();
        let keys: Vec<Value> = users
            .flat_map(|(id, days)| days.keys().map(move |day| key(id, day)))
            .collect();
        let of_user = "d.partner_id = v.value ->> 0 AND d.user_id = v.value ->> 1";
        let rows = sqlx::query(AssertSqlSafe(format!(
            "SELECT v.value ->> 1 AS user_id, CAST(v.value ->> 2 AS BIGINT) AS day,
                 (SELECT MAX(d.day) FROM user_days d WHERE {of_user}) AS last_day,
                 (SELECT COUNT(*) FROM user_days d
                     WHERE {of_user} AND d.day = CAST(v.value ->> 2 AS BIGINT)) AS known
             FROM {} ORDER BY 1, 2",
            dialect.rows()
        )))
        .bind(json_text(&keys)?)
        .fetch_all(conn)
        .await?;
        let mut last_days = BTreeMap::<UserId, Day>::new();
        for row in rows {
            let (id, day) = (row.text("user_id")?, Day(row.number("day")?));
            if row.number("known")? == 0 {
                self.days.entry(day).or_default().users += 1;
            }
            let before = row.number_or_null("last_day")?.map(Day);
            let before = last_days.insert(id, day).max(before);
            self.see_last_day(before, day);
        }
        Ok(())
    }

    /// A user whose last day is known to have been `before` took part on `day`.
    fn see_last_day(&mut self, before: Option<Day>, day: Day) {
        if before.is_some_and(|before| before >= day) {
            return;
        }
        if let Some(before) = before {
            self.days.entry(before).or_default().last_users -= 1;
        }
        self.days.entry(day).or_default().last_users += 1;
    }
}
