//! Lists of actions, each found by the filter that picks the fewest.

use shared::action::{ActionRecord, ListActions};
use shared::id::{ActionId, PartnerId};
use shared::time::Timestamp;
use sqlx::any::AnyArguments;
use sqlx::query::Query;
use sqlx::{Any, AssertSqlSafe, Error};

use super::record;
use crate::store::Connection;
use crate::store::list::{self, Window, given};
use crate::store::row::Columns as _;
use crate::store::sql::Dialect;

/// Which actions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    status: Option<&'static str>,
    action_type: Option<String>,
    user: Option<String>,
    campaign: Option<String>,
    key: Option<String>,
    from: Option<Timestamp>,
    to: Option<Timestamp>,
}

impl From<ListActions> for Filter {
    fn from(asked: ListActions) -> Self {
        Self {
            status: asked.status.map(shared::action::ActionStatus::as_str),
            action_type: asked.action_type,
            user: asked.partner_user_id.map(|id| id.0),
            campaign: asked.campaign_id.map(|id| id.0),
            key: asked.idempotency_key,
            from: asked.from,
            to: asked.to,
        }
    }
}

/// Each action once, also for a user who took part in it twice.
const OF_USER: &str = "s.partner_id = $1 AND s.external_id = $5 AND a.id = s.action_id
    AND s.position = (SELECT MIN(x.position) FROM stakeholders x
        WHERE x.partner_id = $1 AND x.action_id = s.action_id AND x.external_id = $5)";

impl Filter {
    /// A user's actions are found by the stakeholders, which keep their time; all
    /// others by the actions themselves, of which a key names one, and a campaign
    /// some.
    fn tables(&self) -> &'static str {
        match (&self.key, &self.user) {
            (None, Some(_)) => "stakeholders s CROSS JOIN actions a",
            (Some(_), _) | (None, None) => "actions a",
        }
    }

    /// What the list is ordered by.
    fn place(&self) -> (&'static str, &'static str) {
        match (&self.key, &self.user) {
            (None, Some(_)) => ("s.created_at", "s.action_id"),
            (Some(_), _) | (None, None) => ("a.created_at", "a.id"),
        }
    }

    fn conditions(&self) -> String {
        let (time, id) = self.place();
        let of_user = match (&self.key, &self.user) {
            (None, Some(_)) => OF_USER.to_owned(),
            (Some(_), Some(_)) => "a.id IN (SELECT s.action_id FROM stakeholders s
                WHERE s.partner_id = $1 AND s.external_id = $5)"
                .to_owned(),
            (_, None) => given(self.user.as_ref(), "", "$5"),
        };
        let of_key = "a.key_space = 'caller' AND a.idempotency_key = $7";
        [
            "a.partner_id = $1".to_owned(),
            format!("{time} >= $2 AND ({time}, {id}) < ($3, $4)"),
            of_user,
            given(self.campaign.as_ref(), "a.campaign_id = $6", "$6"),
            given(self.key.as_ref(), of_key, "$7"),
            given(self.status.as_ref(), "a.status = $8", "$8"),
            given(self.action_type.as_ref(), "a.action_type = $9", "$9"),
        ]
        .join(" AND ")
    }

    fn bind<'q>(
        &'q self,
        sql: AssertSqlSafe<String>,
        partner_id: &'q PartnerId,
        below: (i64, &'q str),
    ) -> Query<'q, Any, AnyArguments> {
        sqlx::query(sql)
            .bind(partner_id.as_str())
            .bind(list::start(self.from))
            .bind(below.0)
            .bind(below.1)
            .bind(&self.user)
            .bind(&self.campaign)
            .bind(&self.key)
            .bind(self.status)
            .bind(&self.action_type)
    }
}

/// Newest first.
pub async fn list(
    conn: &mut Connection,
    (dialect, partner_id): (Dialect, &PartnerId),
    filter: &Filter,
    window: &Window,
) -> Result<Vec<ActionRecord>, Error> {
    let (time, id) = filter.place();
    let sql = AssertSqlSafe(format!(
        "SELECT a.* FROM {} WHERE {} ORDER BY {time} DESC, {id} DESC LIMIT $10 OFFSET $11",
        filter.tables(),
        filter.conditions(),
    ));
    let rows = filter
        .bind(sql, partner_id, window.below(filter.to))
        .bind(window.limit)
        .bind(window.offset)
        .fetch_all(&mut *conn)
        .await?;
    record::complete(conn, (dialect, partner_id), rows).await
}

/// How many there are; all of them are counted as they are made.
pub async fn count(
    conn: &mut Connection,
    partner_id: &PartnerId,
    filter: &Filter,
) -> Result<i64, Error> {
    let row = if *filter == Filter::default() {
        sqlx::query("SELECT actions AS total FROM books WHERE partner_id = $1")
            .bind(partner_id.as_str())
            .fetch_one(conn)
            .await?
    } else {
        let sql = AssertSqlSafe(format!(
            "SELECT COUNT(*) AS total FROM {} WHERE {}",
            filter.tables(),
            filter.conditions(),
        ));
        let below = list::end(filter.to);
        filter.bind(sql, partner_id, below).fetch_one(conn).await?
    };
    row.number("total")
}

pub async fn find(
    conn: &mut Connection,
    (dialect, partner_id): (Dialect, &PartnerId),
    id: &ActionId,
) -> Result<Option<ActionRecord>, Error> {
    let rows = sqlx::query("SELECT * FROM actions WHERE partner_id = $1 AND id = $2")
        .bind(partner_id.as_str())
        .bind(id.as_str())
        .fetch_all(&mut *conn)
        .await?;
    let mut records = record::complete(conn, (dialect, partner_id), rows).await?;
    Ok(records.pop())
}
