//! The directory of nonprofits, shared by all partners.

pub mod import;
mod names;
pub mod words;

use shared::id::{OrganizationId, PartnerId};
use shared::money::{Currency, Minor};
use shared::organization::{OrganizationStatus, Raised};
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Error};

pub use self::import::{Change, Progress};
pub use self::names::{Named, changed_since, numbers_of, of_numbers, revision};
use super::Connection;
use super::row::Columns as _;
use super::sql::{Cells, Dialect};

/// The setting that counts the changes of the directory.
const REVISION: &str = "directory_revision";

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organization {
    pub id: OrganizationId,
    /// `organisation_…`, the id in the Percent dialect.
    pub percent_id: String,
    /// A UUID, the id in the Endaoment dialect.
    pub endaoment_id: String,
    pub slug: String,
    pub name: String,
    pub ein: Option<String>,
    pub logo: Option<String>,
    pub status: OrganizationStatus,
    pub description: Option<String>,
    pub website: Option<String>,
    pub location: Option<String>,
    pub category: Option<String>,
    pub city: Option<String>,
    /// As addresses there have it, such as `CA`.
    pub state: Option<String>,
    /// ISO 3166-1, two letters: whose register it is in.
    pub country: String,
}

pub async fn insert(conn: &mut Connection, organization: &Organization) -> Result<(), Error> {
    let number = take_numbers(conn, 1).await?;
    sqlx::query(
        "INSERT INTO organizations (id, percent_id, endaoment_id, slug, name, ein, logo, status,
             description, website, location, category, name_folded, city, state, country,
             number, revision)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $17)",
    )
    .bind(organization.id.as_str())
    .bind(&organization.percent_id)
    .bind(&organization.endaoment_id)
    .bind(&organization.slug)
    .bind(&organization.name)
    .bind(&organization.ein)
    .bind(&organization.logo)
    .bind(organization.status.as_str())
    .bind(&organization.description)
    .bind(&organization.website)
    .bind(&organization.location)
    .bind(&organization.category)
    .bind(words::folded(&organization.name, &organization.slug))
    .bind(&organization.city)
    .bind(&organization.state)
    .bind(&organization.country)
    .bind(number)
    .execute(conn)
    .await?;
    Ok(())
}

/// The first of so many numbers that no other change of the directory has. Until
/// the transaction ends, nobody else takes any: they are seen in their order.
async fn take_numbers(conn: &mut Connection, count: i64) -> Result<i64, Error> {
    let row = sqlx::query(
        "UPDATE settings SET value = CAST(CAST(value AS BIGINT) + $1 AS TEXT) WHERE id = $2
         RETURNING CAST(value AS BIGINT) AS last",
    )
    .bind(count)
    .bind(REVISION)
    .fetch_one(conn)
    .await?;
    Ok(row.number("last")? - count + 1)
}

pub async fn find(conn: &mut Connection, slug: &str) -> Result<Option<Organization>, Error> {
    find_where(conn, "SELECT * FROM organizations WHERE slug = $1", slug).await
}

/// By the nine digits of an EIN.
pub async fn find_by_ein(conn: &mut Connection, ein: &str) -> Result<Option<Organization>, Error> {
    find_where(conn, "SELECT * FROM organizations WHERE ein = $1", ein).await
}

/// By the UUID that it has in the Endaoment dialect.
pub async fn find_by_endaoment_id(
    conn: &mut Connection,
    id: &str,
) -> Result<Option<Organization>, Error> {
    let sql = "SELECT * FROM organizations WHERE endaoment_id = $1";
    find_where(conn, sql, id).await
}

/// By the `organisation_…` that it has in the Percent dialect.
pub async fn find_by_percent_id(
    conn: &mut Connection,
    id: &str,
) -> Result<Option<Organization>, Error> {
    let sql = "SELECT * FROM organizations WHERE percent_id = $1";
    find_where(conn, sql, id).await
}

async fn find_where(
    conn: &mut Connection,
    sql: &'static str,
    value: &str,
) -> Result<Option<Organization>, Error> {
    let row = sqlx::query(sql).bind(value).fetch_optional(conn).await?;
    row.as_ref().map(read).transpose()
}

/// The completed gifts through one partner to each of these, by currency, without
/// tips.
pub async fn raised(
    conn: &mut Connection,
    (dialect, partner_id): (Dialect, &PartnerId),
    organizations: &[Organization],
) -> Result<Vec<(OrganizationId, Raised)>, Error> {
    let mut cells = Cells::default();
    for organization in organizations {
        cells.push([partner_id.as_str().into(), organization.id.as_str().into()])?;
    }
    let condition = "t.partner_id = v.value ->> 0 AND t.organization_id = v.value ->> 1
         AND t.status = 'COMPLETED'";
    let columns = "t.organization_id, t.currency, t.amount";
    let gifts = dialect.lookup(columns, "donations", condition).0;
    let sql = format!(
        "SELECT organization_id, currency, CAST(COALESCE(SUM(amount), 0) AS BIGINT) AS amount,
             COUNT(*) AS gifts
         FROM ({gifts}) gifts GROUP BY organization_id, currency
         ORDER BY organization_id, currency"
    );
    let rows = sqlx::query(AssertSqlSafe(sql))
        .bind(cells.json()?)
        .fetch_all(conn)
        .await?;
    let raised = |row: &AnyRow| {
        let raised = Raised {
            currency: row.named("currency", Currency::named)?,
            amount: Minor(row.number("amount")?),
            count: row.number("gifts")?,
        };
        Ok((row.text("organization_id")?, raised))
    };
    rows.iter().map(raised).collect()
}

fn read(row: &AnyRow) -> Result<Organization, Error> {
    Ok(Organization {
        id: row.text("id")?,
        percent_id: row.text("percent_id")?,
        endaoment_id: row.text("endaoment_id")?,
        slug: row.text("slug")?,
        name: row.text("name")?,
        ein: row.text_or_null("ein")?,
        logo: row.text_or_null("logo")?,
        status: row.named("status", OrganizationStatus::named)?,
        description: row.text_or_null("description")?,
        website: row.text_or_null("website")?,
        location: row.text_or_null("location")?,
        category: row.text_or_null("category")?,
        city: row.text_or_null("city")?,
        state: row.text_or_null("state")?,
        country: row.text("country")?,
    })
}
