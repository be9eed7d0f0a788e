//! The directory of nonprofits, shared by all partners.

use shared::id::{OrganizationId, PartnerId};
use shared::money::{Currency, Minor};
use shared::organization::{MAX_FOUND, OrganizationStatus, Raised};
use sqlx::Error;
use sqlx::any::AnyRow;

use super::Connection;
use super::row::Columns as _;

/// The setting that counts the changes of the directory.
const REVISION: &str = "directory_revision";

#[derive(Clone, Debug)]
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
    .bind(organization.name.to_lowercase())
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

/// Those whose name, slug or EIN holds `query`, the closest first: an equal
/// EIN or slug, then a name that begins with it, then the rest by name.
pub async fn search(conn: &mut Connection, query: &str) -> Result<Vec<Organization>, Error> {
    let folded = query.to_lowercase();
    let literal = folded
        .replace('\\', "\\\\")
        .replace('%', "\\%")
        .replace('_', "\\_");
    let rows = sqlx::query(
        "SELECT * FROM organizations
         WHERE name_folded LIKE $1 ESCAPE '\\' OR slug LIKE $1 ESCAPE '\\' OR ein = $2
         ORDER BY CASE WHEN ein = $2 OR slug = $3 THEN 0 WHEN name_folded LIKE $4 ESCAPE '\\' THEN 1 ELSE 2 END,
             name, id
         LIMIT $5",
    )
    .bind(format!("%{literal}%"))
    .bind(query.replace('-', ""))
    .bind(&folded)
    .bind(format!("{literal}%"))
    .bind(i64::from(MAX_FOUND))
    .fetch_all(conn)
    .await?;
    rows.iter().map(read).collect()
}

/// The completed gifts through one partner, by currency, without tips.
pub async fn raised(
    conn: &mut Connection,
    partner_id: &PartnerId,
    id: &OrganizationId,
) -> Result<Vec<Raised>, Error> {
    let rows = sqlx::query(
        "SELECT currency, CAST(COALESCE(SUM(amount), 0) AS BIGINT) AS amount, COUNT(*) AS gifts
         FROM donations WHERE partner_id = $1 AND organization_id = $2 AND status = 'COMPLETED'
         GROUP BY currency ORDER BY currency",
    )
    .bind(partner_id.as_str())
    .bind(id.as_str())
    .fetch_all(conn)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(Raised {
                currency: row.named("currency", Currency::named)?,
                amount: Minor(row.number("amount")?),
                count: row.number("gifts")?,
            })
        })
        .collect()
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
