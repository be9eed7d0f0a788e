//! What search keeps in memory, as it is read from the database.

use shared::organization::OrganizationStatus;
use sqlx::Error;
use sqlx::any::AnyRow;

use super::{Organization, REVISION, read};
use crate::store::Connection;
use crate::store::row::Columns as _;
use crate::store::sql::{Cells, Dialect};

/// An organization as search knows it.
#[derive(Clone, Debug)]
pub struct Named {
    pub number: u32,
    /// The number of its last change.
    pub revision: i64,
    pub country: String,
    pub status: OrganizationStatus,
    /// The words of its name and, after a tab, further words of its slug.
    pub folded: String,
}

/// The number of the newest change of the directory.
pub async fn revision(conn: &mut Connection) -> Result<i64, Error> {
    sqlx::query("SELECT CAST(value AS BIGINT) AS revision FROM settings WHERE id = $1")
        .bind(REVISION)
        .fetch_one(conn)
        .await?
        .number("revision")
}

/// Those that have changed since a revision, by their last change.
pub async fn changed_since(
    conn: &mut Connection,
    revision: i64,
    limit: i64,
) -> Result<Vec<Named>, Error> {
    let rows = sqlx::query(
        "SELECT number, revision, country, status, name_folded FROM organizations
         WHERE revision > $1 ORDER BY revision LIMIT $2",
    )
    .bind(revision)
    .bind(limit)
    .fetch_all(conn)
    .await?;
    let named = |row: &AnyRow| {
        Ok(Named {
            number: number_of(row)?,
            revision: row.number("revision")?,
            country: row.text("country")?,
            status: row.named("status", OrganizationStatus::named)?,
            folded: row.text("name_folded")?,
        })
    };
    rows.iter().map(named).collect()
}

/// The numbers of those with just this EIN or this slug, in a country or anywhere,
/// of a status or any.
pub async fn numbers_of(
    conn: &mut Connection,
    (ein, slug): (&str, &str),
    (country, status): (Option<&str>, Option<OrganizationStatus>),
) -> Result<Vec<u32>, Error> {
    let rows = sqlx::query(
        "SELECT number FROM organizations
         WHERE ein = $1 AND (CAST($3 AS TEXT) IS NULL OR country = $3)
             AND (CAST($4 AS TEXT) IS NULL OR status = $4)
         UNION SELECT number FROM organizations
         WHERE slug = $2 AND (CAST($3 AS TEXT) IS NULL OR country = $3)
             AND (CAST($4 AS TEXT) IS NULL OR status = $4) ORDER BY number",
    )
    .bind(ein)
    .bind(slug)
    .bind(country)
    .bind(status.map(OrganizationStatus::as_str))
    .fetch_all(conn)
    .await?;
    rows.iter().map(number_of).collect()
}

/// The organizations with these numbers, in their order.
pub async fn of_numbers(
    conn: &mut Connection,
    dialect: Dialect,
    numbers: &[u32],
) -> Result<Vec<Organization>, Error> {
    let mut cells = Cells::default();
    for number in numbers {
        cells.push([i64::from(*number).into()])?;
    }
    let condition = "t.number = CAST(v.value ->> 0 AS BIGINT)";
    let rows = sqlx::query(dialect.lookup("t.*", "organizations", condition))
        .bind(cells.json()?)
        .fetch_all(conn)
        .await?;
    let mut found = Vec::with_capacity(rows.len());
    for row in &rows {
        found.push((number_of(row)?, read(row)?));
    }
    found.sort_by_key(|(number, _)| numbers.iter().position(|other| other == number));
    Ok(found.into_iter().map(|(_, found)| found).collect())
}

pub(super) fn number_of(row: &AnyRow) -> Result<u32, Error> {
    u32::try_from(row.number("number")?).map_err(|error| Error::Decode(Box::new(error)))
}
