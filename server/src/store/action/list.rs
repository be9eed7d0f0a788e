//! Lists of actions, each found by the filter that picks the fewest.

use shared::action::{ActionRecord, ListActions};
use shared::id::{ActionId, PartnerId};
use shared::time::Timestamp;
use sqlx::any::{AnyArguments, AnyRow};
use sqlx::query::Query;
use sqlx::{Any, AssertSqlSafe, Error};

use super::record;
use crate::store::Connection;
use crate::store::list::Window;
use crate::store::row::Columns as _;
use crate::store::sql::Dialect;

/// Which actions.
#[derive(Clone, Debug, Default)]
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

/// Rows by themselves, and the condition that finds them by an index.
struct Source {
    tables: &'static str,
    condition: &'static str,
    /// What the list is ordered by.
    place: &'static str,
}

const ANY_USER: &str = "(CAST($4 AS TEXT) IS NULL OR a.id IN (
    SELECT s.action_id FROM stakeholders s WHERE s.partner_id = $1 AND s.external_id = $4))";
const ANY_CAMPAIGN: &str = "(CAST($5 AS TEXT) IS NULL OR a.campaign_id = $5)";
const ANY_KEY: &str = "(CAST($6 AS TEXT) IS NULL OR a.idempotency_key = $6)";
const OF_KEY: &str = "a.key_space = 'caller' AND a.idempotency_key = $6";
const OF_CAMPAIGN: &str = "a.campaign_id = $5";
/// Each action once, also for a user who took part in it twice.
const OF_USER: &str = "s.partner_id = $1 AND s.external_id = $4 AND a.id = s.action_id
    AND s.position = (SELECT MIN(x.position) FROM stakeholders x
        WHERE x.partner_id = $1 AND x.action_id = s.action_id AND x.external_id = $4)";

impl Filter {
    /// The place to look: the key names one action, a user has few, a campaign
    /// more; without any of them, all are walked from the newest.
    fn source(&self) -> Source {
        let plain = |condition| Source {
            tables: "actions a",
            condition,
            place: "a.created_at, a.id",
        };
        match self {
            Self { key: Some(_), .. } => plain(OF_KEY),
            Self { user: Some(_), .. } => Source {
                tables: "stakeholders s CROSS JOIN actions a",
                condition: OF_USER,
                place: "s.created_at, s.action_id",
            },
            Self {
                campaign: Some(_), ..
            } => plain(OF_CAMPAIGN),
            Self { .. } => plain("1 = 1"),
        }
    }

    fn is_empty(&self) -> bool {
        matches!(
            self,
            Self {
                status: None,
                action_type: None,
                user: None,
                campaign: None,
                key: None,
                from: None,
                to: None
            }
        )
    }

    fn select(&self, columns: &str, rest: &str) -> AssertSqlSafe<String> {
        let Source {
            tables, condition, ..
        } = self.source();
        AssertSqlSafe(format!(
            "SELECT {columns} FROM {tables}
             WHERE a.partner_id = $1 AND {condition} AND {ANY_USER} AND {ANY_CAMPAIGN} AND {ANY_KEY}
               AND (CAST($2 AS TEXT) IS NULL OR a.status = $2)
               AND (CAST($3 AS TEXT) IS NULL OR a.action_type = $3)
               AND (CAST($7 AS BIGINT) IS NULL OR a.created_at >= $7)
               AND (CAST($8 AS BIGINT) IS NULL OR a.created_at < $8)
               {rest}"
        ))
    }

    fn bind<'q>(
        &'q self,
        sql: AssertSqlSafe<String>,
        partner_id: &'q PartnerId,
    ) -> Query<'q, Any, AnyArguments> {
        sqlx::query(sql)
            .bind(partner_id.as_str())
            .bind(self.status)
            .bind(&self.action_type)
            .bind(&self.user)
            .bind(&self.campaign)
            .bind(&self.key)
            .bind(self.from.map(|time| time.0))
            .bind(self.to.map(|time| time.0))
    }
}

/// Newest first.
pub async fn list(
    conn: &mut Connection,
    (dialect, partner_id): (Dialect, &PartnerId),
    filter: &Filter,
    window: &Window,
) -> Result<Vec<ActionRecord>, Error> {
    let place = filter.source().place;
    let (time, id) = place.split_once(", ").unwrap_or((place, place));
    let sql = filter.select(
        "a.*",
        &format!(
            "AND (CAST($9 AS BIGINT) IS NULL OR ({time}, {id}) < ($9, $10))
             ORDER BY {time} DESC, {id} DESC LIMIT $11 OFFSET $12"
        ),
    );
    let after = window.after.as_ref();
    let rows = filter
        .bind(sql, partner_id)
        .bind(after.map(|(time, _)| time.0))
        .bind(after.map(|(_, id)| id.as_str()))
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
    let row: AnyRow = if filter.is_empty() {
        sqlx::query("SELECT actions AS total FROM books WHERE partner_id = $1")
            .bind(partner_id.as_str())
            .fetch_one(conn)
            .await?
    } else {
        let sql = filter.select("COUNT(*) AS total", "");
        filter.bind(sql, partner_id).fetch_one(conn).await?
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
