//! Lists of transactions, each read by the index that meets the fewest.

use shared::id::{ActionId, ExternalUserId, PartnerId, PoolId};
use shared::time::Timestamp;
use shared::transaction::{ListTransactions, Transaction, TransactionType};
use sqlx::any::AnyArguments;
use sqlx::query::Query;
use sqlx::{Any, AssertSqlSafe, Error};

use super::SHOWN;
use crate::store::Connection;
use crate::store::list::{self, Window, given};
use crate::store::row::Columns as _;
use crate::store::sql::Dialect;

/// Which transactions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    transaction_type: Option<TransactionType>,
    external_user_id: Option<ExternalUserId>,
    action_id: Option<ActionId>,
    pool_id: Option<PoolId>,
    from: Option<Timestamp>,
    to: Option<Timestamp>,
}

impl From<ListTransactions> for Filter {
    fn from(asked: ListTransactions) -> Self {
        Self {
            transaction_type: asked.transaction_type,
            external_user_id: asked.external_user_id,
            action_id: asked.action_id,
            pool_id: asked.pool_id,
            from: asked.from,
            to: asked.to,
        }
    }
}

/// By which index the transactions of a filter are read: by the one that meets
/// the fewest. Left to choose, a database may walk from the newest until enough
/// are found, which can be past a million others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Action,
    User,
    Type,
    Pool,
    Newest,
}

impl Filter {
    fn way(&self) -> Way {
        // Credits are the bulk and have no index of their own.
        let is_rare = |kind| kind != TransactionType::Credit;
        if self.action_id.is_some() {
            Way::Action
        } else if self.external_user_id.is_some() {
            Way::User
        } else if self.transaction_type.is_some_and(is_rare) {
            Way::Type
        } else if self.pool_id.is_some() {
            Way::Pool
        } else {
            Way::Newest
        }
    }

    /// The moment of a transaction. Those of an action are not kept in the order
    /// of time, so there it is written as no index knows it.
    fn moment(&self) -> &'static str {
        match self.way() {
            Way::Action => "(t.created_at + 0)",
            Way::User | Way::Type | Way::Pool | Way::Newest => "t.created_at",
        }
    }

    /// What the chosen have in common. Each column is written bare only on its
    /// own way, and so that no index knows it on the others.
    fn conditions(&self) -> String {
        let (way, moment) = (self.way(), self.moment());
        let user = match way {
            Way::User => "t.user_id",
            _ => "t.user_id || ''",
        };
        let of_type = match way {
            Way::Type => "t.type = $7 AND t.type <> 'CREDIT'",
            _ => "t.type = $7",
        };
        let of_pool = match way {
            Way::Pool => "t.pool_id = $8",
            _ => "t.pool_id || '' = $8",
        };
        let of_user = format!(
            "{user} = (SELECT u.id FROM users u WHERE u.partner_id = $1 AND u.external_id = $6)"
        );
        [
            "t.partner_id = $1".to_owned(),
            format!("{moment} >= $2 AND ({moment}, t.id) < ($3, $4)"),
            given(self.action_id.as_ref(), "t.action_id = $5", "$5"),
            given(self.external_user_id.as_ref(), &of_user, "$6"),
            given(self.transaction_type.as_ref(), of_type, "$7"),
            given(self.pool_id.as_ref(), of_pool, "$8"),
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
            .bind(self.action_id.as_ref().map(ActionId::as_str))
            .bind(self.external_user_id.as_ref().map(ExternalUserId::as_str))
            .bind(self.transaction_type.map(TransactionType::as_str))
            .bind(self.pool_id.as_ref().map(PoolId::as_str))
    }
}

/// Newest first, with their entries.
pub async fn list(
    conn: &mut Connection,
    dialect: Dialect,
    partner_id: &PartnerId,
    (filter, window): (&Filter, &Window),
) -> Result<Vec<Transaction>, Error> {
    let sql = AssertSqlSafe(format!(
        "{SHOWN} WHERE {} ORDER BY {} DESC, t.id DESC LIMIT $9 OFFSET $10",
        filter.conditions(),
        filter.moment(),
    ));
    let below = window.below(filter.to);
    let rows = filter
        .bind(sql, partner_id, below)
        .bind(window.limit)
        .bind(window.offset)
        .fetch_all(&mut *conn)
        .await?;
    let read: Result<_, _> = rows.iter().map(super::read).collect();
    super::with_entries(conn, dialect, partner_id, read?).await
}

/// How many transactions a list has. All of a partner's are counted already.
pub async fn count(
    conn: &mut Connection,
    partner_id: &PartnerId,
    filter: &Filter,
) -> Result<i64, Error> {
    let row = if *filter == Filter::default() {
        sqlx::query("SELECT transactions AS total FROM books WHERE partner_id = $1")
            .bind(partner_id.as_str())
            .fetch_one(conn)
            .await?
    } else {
        let sql = AssertSqlSafe(format!(
            "SELECT COUNT(*) AS total FROM transactions t WHERE {}",
            filter.conditions()
        ));
        let below = list::end(filter.to);
        filter.bind(sql, partner_id, below).fetch_one(conn).await?
    };
    row.number("total")
}
