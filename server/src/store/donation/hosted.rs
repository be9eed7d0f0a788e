//! Gifts of donation sessions as the Percent dialect shows them: only what was paid.

use std::collections::BTreeMap;

use shared::donation::DonationStatus;
use shared::id::{ExternalUserId, PartnerId, PercentDonationId, PercentUserId};
use shared::money::{Currency, Minor};
use shared::percent::{Hosted, PercentDonation, PercentDonationStatus};
use shared::time::Timestamp;
use sqlx::any::{AnyArguments, AnyRow};
use sqlx::query::Query;
use sqlx::{Any, AssertSqlSafe, Error};

use crate::store::Connection;
use crate::store::list::{self, Walk};
use crate::store::row::Columns as _;

/// Which gifts.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub user_id: Option<String>,
    pub organisation_id: Option<String>,
    pub status: Option<PercentDonationStatus>,
    pub from: Option<Timestamp>,
    pub to: Option<Timestamp>,
}

const FROM: &str = "FROM donations d JOIN organizations o ON o.id = d.organization_id
     WHERE d.partner_id = $1 AND d.percent_id IS NOT NULL AND d.status IN ('COMPLETED', 'REFUNDED')";

const COLUMNS: &str = "SELECT d.*, o.percent_id AS organisation_id";

impl Filter {
    /// All conditions; those of a member that is absent still name its parameter, so
    /// that every statement takes the same ones.
    fn conditions(&self) -> String {
        [
            "d.paid_at >= $2 AND d.paid_at < $3".to_owned(),
            list::given(self.user_id.as_ref(), "d.external_user_id = $4", "$4"),
            list::given(self.organisation_id.as_ref(), "o.percent_id = $5", "$5"),
            list::given(
                self.status.as_ref(),
                "CASE WHEN d.status = 'REFUNDED' THEN 'CANCELLED' ELSE 'ACTIVE' END = $6",
                "$6",
            ),
        ]
        .join(" AND ")
    }

    fn bind<'q>(
        &'q self,
        sql: AssertSqlSafe<String>,
        partner_id: &'q PartnerId,
    ) -> Query<'q, Any, AnyArguments> {
        sqlx::query(sql)
            .bind(partner_id.as_str())
            .bind(list::start(self.from))
            .bind(list::end(self.to).0)
            .bind(&self.user_id)
            .bind(&self.organisation_id)
            .bind(self.status.map(PercentDonationStatus::as_str))
    }
}

/// The paid gift of a session under its id.
pub async fn find(
    conn: &mut Connection,
    partner_id: &PartnerId,
    id: &PercentDonationId,
) -> Result<Option<PercentDonation>, Error> {
    let sql = AssertSqlSafe(format!("{COLUMNS} {FROM} AND d.percent_id = $2"));
    let row = sqlx::query(sql)
        .bind(partner_id.as_str())
        .bind(id.as_str())
        .fetch_optional(conn)
        .await?;
    row.as_ref().map(read).transpose()
}

/// The gifts of a walk, in its order.
pub async fn list(
    conn: &mut Connection,
    partner_id: &PartnerId,
    (filter, walk): (&Filter, &Walk),
) -> Result<Vec<PercentDonation>, Error> {
    let (condition, order) = walk.sql(("d.paid_at", "d.percent_id"), ["$7", "$8"]);
    let sql = AssertSqlSafe(format!(
        "{COLUMNS} {FROM} AND {} AND {condition} ORDER BY {order} LIMIT $9",
        filter.conditions(),
    ));
    let place = walk.place();
    let rows = filter
        .bind(sql, partner_id)
        .bind(place.0)
        .bind(place.1)
        .bind(walk.limit)
        .fetch_all(conn)
        .await?;
    rows.iter().map(read).collect()
}

/// How many gifts a list has.
pub async fn count(
    conn: &mut Connection,
    partner_id: &PartnerId,
    filter: &Filter,
) -> Result<i64, Error> {
    let sql = AssertSqlSafe(format!(
        "SELECT COUNT(*) AS total {FROM} AND {}",
        filter.conditions()
    ));
    let row = filter.bind(sql, partner_id).fetch_one(conn).await?;
    row.number("total")
}

fn read(row: &AnyRow) -> Result<PercentDonation, Error> {
    let metadata: BTreeMap<String, String> = row.json("metadata")?;
    let user_id: Option<ExternalUserId> = row.text_or_null("external_user_id")?;
    Ok(PercentDonation {
        id: row.text("percent_id")?,
        user_id: user_id.map(|id| PercentUserId(id.0)),
        organisation_id: row.text("organisation_id")?,
        amount: Minor(row.number("amount")?),
        currency_code: row.named("currency", Currency::named)?,
        created_at: row.time("paid_at")?,
        status: match row.named("status", DonationStatus::named)? {
            DonationStatus::Refunded => PercentDonationStatus::Cancelled,
            DonationStatus::Pending
            | DonationStatus::Completed
            | DonationStatus::Failed
            | DonationStatus::Expired => PercentDonationStatus::Active,
        },
        first_name: row.text_or_null("first_name")?,
        last_name: row.text_or_null("last_name")?,
        email: row.text_or_null("donor_email")?,
        consented_to_be_contacted: None,
        anonymous: None,
        metadata: Some(metadata).filter(|metadata| !metadata.is_empty()),
        kind: "hosted".to_owned(),
        hosted: Hosted {
            session_id: row.text("session_id")?,
        },
    })
}
