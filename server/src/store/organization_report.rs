//! What partners missed in the directory.

use shared::endaoment::organization::{OrganizationReport, ReportStatus};
use shared::id::PartnerId;
use sqlx::Error;

use super::Connection;
use super::row::Columns as _;

/// What a partner tells of the nonprofit that it misses.
#[derive(Clone, Debug)]
pub struct Missing {
    /// Nine digits.
    pub ein: String,
    pub name: String,
    pub website: Option<String>,
    pub address: Option<String>,
    pub contact_email: Option<String>,
    pub notes: Option<String>,
}

/// Adds a report. Answers false, and adds nothing, if the partner has reported the
/// same before.
pub async fn insert(
    conn: &mut Connection,
    partner_id: &PartnerId,
    (report, missing): (&OrganizationReport, &Missing),
) -> Result<bool, Error> {
    let done = sqlx::query(
        "INSERT INTO organization_reports (partner_id, id, ein, name, website, address, contact_email, notes,
             created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         ON CONFLICT (partner_id, ein) DO NOTHING",
    )
    .bind(partner_id.as_str())
    .bind(report.id.as_str())
    .bind(&missing.ein)
    .bind(&missing.name)
    .bind(&missing.website)
    .bind(&missing.address)
    .bind(&missing.contact_email)
    .bind(&missing.notes)
    .bind(report.created_at_utc.0)
    .execute(conn)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// The report of an EIN.
pub async fn find(
    conn: &mut Connection,
    partner_id: &PartnerId,
    ein: &str,
) -> Result<Option<OrganizationReport>, Error> {
    let row = sqlx::query(
        "SELECT id, created_at FROM organization_reports WHERE partner_id = $1 AND ein = $2",
    )
    .bind(partner_id.as_str())
    .bind(ein)
    .fetch_optional(conn)
    .await?;
    row.map(|row| {
        Ok(OrganizationReport {
            id: row.text("id")?,
            status: ReportStatus::Submitted,
            created_at_utc: row.time("created_at")?,
        })
    })
    .transpose()
}
