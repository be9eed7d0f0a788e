//! Donation sessions: what each invites to, and the gift that completed it.

use std::collections::BTreeMap;

use shared::id::{
    DonationId, DonationSessionId, ExternalUserId, OrganisationId, OrganizationId, PartnerId,
};
use shared::locale::Locale;
use shared::money::Currency;
use shared::percent::DonationSessionStatus;
use shared::time::Timestamp;
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Error};

use super::Connection;
use super::list::Walk;
use super::row::Columns as _;
use super::sql::json;

/// All that is known of a session.
#[derive(Clone, Debug)]
pub struct SessionRow {
    pub partner_id: PartnerId,
    pub id: DonationSessionId,
    /// What the address of its page ends in.
    pub token: String,
    pub organization_id: OrganizationId,
    /// The same nonprofit, as the dialect names it.
    pub organisation_id: OrganisationId,
    /// Who is rewarded.
    pub user_id: Option<ExternalUserId>,
    pub success_url: Option<String>,
    pub language: Locale,
    pub currency: Option<Currency>,
    pub metadata: Option<BTreeMap<String, String>>,
    /// The gift that completed it.
    pub donation_id: Option<DonationId>,
    pub expires_at: Timestamp,
    pub created_at: Timestamp,
}

impl SessionRow {
    pub fn status(&self, now: Timestamp) -> DonationSessionStatus {
        if self.donation_id.is_some() {
            DonationSessionStatus::Completed
        } else if self.expires_at <= now {
            DonationSessionStatus::Expired
        } else {
            DonationSessionStatus::Open
        }
    }
}

/// Adds a session, and counts it. The caller holds the partner's books.
pub async fn insert(conn: &mut Connection, row: &SessionRow) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO donation_sessions (partner_id, id, token, organization_id, user_id, success_url, language,
             currency, metadata, expires_at, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind(row.partner_id.as_str())
    .bind(row.id.as_str())
    .bind(&row.token)
    .bind(row.organization_id.as_str())
    .bind(row.user_id.as_ref().map(ExternalUserId::as_str))
    .bind(&row.success_url)
    .bind(row.language.as_str())
    .bind(row.currency.map(Currency::as_str))
    .bind(row.metadata.as_ref().map(json).transpose()?)
    .bind(row.expires_at.0)
    .bind(row.created_at.0)
    .execute(&mut *conn)
    .await?;
    sqlx::query("UPDATE books SET donation_sessions = donation_sessions + 1 WHERE partner_id = $1")
        .bind(row.partner_id.as_str())
        .execute(conn)
        .await?;
    Ok(())
}

macro_rules! select {
    ($condition:literal) => {
        concat!(
            "SELECT s.*, o.percent_id AS organisation_id
             FROM donation_sessions s JOIN organizations o ON o.id = s.organization_id ",
            $condition
        )
    };
}

pub async fn find(
    conn: &mut Connection,
    partner_id: &PartnerId,
    id: &DonationSessionId,
) -> Result<Option<SessionRow>, Error> {
    let row = sqlx::query(select!("WHERE s.partner_id = $1 AND s.id = $2"))
        .bind(partner_id.as_str())
        .bind(id.as_str())
        .fetch_optional(conn)
        .await?;
    row.as_ref().map(read).transpose()
}

pub async fn find_by_token(
    conn: &mut Connection,
    token: &str,
) -> Result<Option<SessionRow>, Error> {
    let row = sqlx::query(select!("WHERE s.token = $1"))
        .bind(token)
        .fetch_optional(conn)
        .await?;
    row.as_ref().map(read).transpose()
}

/// Completes a session by a gift. Answers false, and changes nothing, if another
/// completed it or its time is over.
pub async fn complete(
    conn: &mut Connection,
    (partner_id, id): (&PartnerId, &DonationSessionId),
    (donation_id, now): (&DonationId, Timestamp),
) -> Result<bool, Error> {
    let done = sqlx::query(
        "UPDATE donation_sessions SET donation_id = $1
         WHERE partner_id = $2 AND id = $3 AND donation_id IS NULL AND expires_at > $4",
    )
    .bind(donation_id.as_str())
    .bind(partner_id.as_str())
    .bind(id.as_str())
    .bind(now.0)
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// The sessions of a walk, in its order.
pub async fn list(
    conn: &mut Connection,
    partner_id: &PartnerId,
    walk: &Walk,
) -> Result<Vec<SessionRow>, Error> {
    let (condition, order) = walk.sql(("s.created_at", "s.id"), ["$2", "$3"]);
    let sql = AssertSqlSafe(format!(
        "{} WHERE s.partner_id = $1 AND {condition} ORDER BY {order} LIMIT $4",
        select!("")
    ));
    let place = walk.place();
    let rows = sqlx::query(sql)
        .bind(partner_id.as_str())
        .bind(place.0)
        .bind(place.1)
        .bind(walk.limit)
        .fetch_all(conn)
        .await?;
    rows.iter().map(read).collect()
}

/// How many sessions a partner has.
pub async fn count(conn: &mut Connection, partner_id: &PartnerId) -> Result<i64, Error> {
    sqlx::query("SELECT donation_sessions AS total FROM books WHERE partner_id = $1")
        .bind(partner_id.as_str())
        .fetch_one(conn)
        .await?
        .number("total")
}

fn read(row: &AnyRow) -> Result<SessionRow, Error> {
    let currency: Option<String> = row.text_or_null("currency")?;
    Ok(SessionRow {
        partner_id: row.text("partner_id")?,
        id: row.text("id")?,
        token: row.text("token")?,
        organization_id: row.text("organization_id")?,
        organisation_id: row.text("organisation_id")?,
        user_id: row.text_or_null("user_id")?,
        success_url: row.text_or_null("success_url")?,
        language: row.named("language", Locale::named)?,
        currency: match currency {
            Some(_) => Some(row.named("currency", Currency::named)?),
            None => None,
        },
        metadata: row.json_or_null("metadata")?,
        donation_id: row.text_or_null("donation_id")?,
        expires_at: row.time("expires_at")?,
        created_at: row.time("created_at")?,
    })
}
