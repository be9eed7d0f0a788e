//! Gifts, newest first.

use shared::donation::DonationStatus;
use shared::id::PartnerId;
use shared::time::Timestamp;
use sqlx::any::AnyArguments;
use sqlx::query::Query;
use sqlx::{Any, AssertSqlSafe, Error};

use super::{DonationRow, SHOWN, read};
use crate::store::Connection;
use crate::store::list::{self, Window, given};
use crate::store::row::Columns as _;
use crate::store::user::folded;

/// Which gifts.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub status: Option<DonationStatus>,
    pub nonprofit_slug: Option<String>,
    pub from: Option<Timestamp>,
    pub to: Option<Timestamp>,
    /// Folded to lower case.
    pub email: Option<String>,
}

impl Filter {
    /// Those of a span of time, and of an address in whatever case.
    pub fn of((from, to): (Option<Timestamp>, Option<Timestamp>), email: Option<&str>) -> Self {
        Self {
            from,
            to,
            email: email.map(folded),
            ..Self::default()
        }
    }

    /// A pending link past its time, which is `$5`, counts as expired, whether or
    /// not the sweeper has passed.
    fn conditions(&self) -> String {
        const STATUS: &str = "CASE WHEN d.status = 'PENDING' AND d.expires_at <= CAST($5 AS BIGINT)
            THEN 'EXPIRED' ELSE d.status END = $6";
        [
            "d.partner_id = $1 AND d.created_at >= $2 AND (d.created_at, d.id) < ($3, $4)"
                .to_owned(),
            given(self.status.as_ref(), STATUS, "$5 || $6"),
            given(self.nonprofit_slug.as_ref(), "o.slug = $7", "$7"),
            given(self.email.as_ref(), "d.donor_email_folded = $8", "$8"),
        ]
        .join(" AND ")
    }

    fn bind<'q>(
        &'q self,
        sql: AssertSqlSafe<String>,
        (partner_id, now): (&'q PartnerId, Timestamp),
        below: (i64, &'q str),
    ) -> Query<'q, Any, AnyArguments> {
        sqlx::query(sql)
            .bind(partner_id.as_str())
            .bind(list::start(self.from))
            .bind(below.0)
            .bind(below.1)
            .bind(now.0.to_string())
            .bind(self.status.map(DonationStatus::as_str))
            .bind(&self.nonprofit_slug)
            .bind(&self.email)
    }
}

pub async fn list(
    conn: &mut Connection,
    of: (&PartnerId, Timestamp),
    (filter, window): (&Filter, &Window),
) -> Result<Vec<DonationRow>, Error> {
    let sql = AssertSqlSafe(format!(
        "{SHOWN} WHERE {} ORDER BY d.created_at DESC, d.id DESC LIMIT $9 OFFSET $10",
        filter.conditions(),
    ));
    let rows = filter
        .bind(sql, of, window.below(filter.to))
        .bind(window.limit)
        .bind(window.offset)
        .fetch_all(conn)
        .await?;
    let judged = |row| Ok(read(row)?.judged(of.1));
    rows.iter().map(judged).collect()
}

/// How many gifts a list has.
pub async fn count(
    conn: &mut Connection,
    of: (&PartnerId, Timestamp),
    filter: &Filter,
) -> Result<i64, Error> {
    let sql = AssertSqlSafe(format!(
        "SELECT COUNT(*) AS total FROM donations d JOIN organizations o ON o.id = d.organization_id WHERE {}",
        filter.conditions(),
    ));
    let below = list::end(filter.to);
    filter
        .bind(sql, of, below)
        .fetch_one(conn)
        .await?
        .number("total")
}
