//! The people of the portal, each known by one e-mail address.

use shared::id::{PartnerId, PortalUserId};
use shared::portal_user::Role;
use shared::time::Timestamp;
use sqlx::Error;
use sqlx::any::AnyRow;

use super::Connection;
use super::row::Columns as _;
use super::user::folded;
use crate::config::Hidden;

#[derive(Clone, Debug)]
pub struct PortalUser {
    pub id: PortalUserId,
    /// None until the user has made a partner.
    pub partner_id: Option<PartnerId>,
    pub email: String,
    pub password_hash: Hidden,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub role: Role,
    pub created_at: Timestamp,
}

/// Adds a portal user. Answers false, and adds nothing, if somebody has the
/// address.
pub async fn insert(conn: &mut Connection, user: &PortalUser) -> Result<bool, Error> {
    let done = sqlx::query(
        "INSERT INTO portal_users (id, partner_id, email, email_folded, password_hash, first_name, last_name,
             role, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         ON CONFLICT (email_folded) DO NOTHING",
    )
    .bind(user.id.as_str())
    .bind(user.partner_id.as_ref().map(PartnerId::as_str))
    .bind(&user.email)
    .bind(folded(&user.email))
    .bind(user.password_hash.expose())
    .bind(&user.first_name)
    .bind(&user.last_name)
    .bind(user.role.as_str())
    .bind(user.created_at.0)
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// The portal user of an address, in whatever case it is written.
pub async fn find_by_email(
    conn: &mut Connection,
    email: &str,
) -> Result<Option<PortalUser>, Error> {
    let row = sqlx::query("SELECT * FROM portal_users WHERE email_folded = $1")
        .bind(folded(email))
        .fetch_optional(conn)
        .await?;
    row.as_ref().map(read).transpose()
}

fn read(row: &AnyRow) -> Result<PortalUser, Error> {
    Ok(PortalUser {
        id: row.text("id")?,
        partner_id: row.text_or_null("partner_id")?,
        email: row.text("email")?,
        password_hash: Hidden::new(row.text::<String>("password_hash")?),
        first_name: row.text_or_null("first_name")?,
        last_name: row.text_or_null("last_name")?,
        role: row.named("role", Role::named)?,
        created_at: row.time("created_at")?,
    })
}
