//! The people of the portal, each known by one e-mail address, or by an outside
//! issuer and its name for them.

use shared::id::{PartnerId, PortalUserId};
use shared::portal_user::Role;
use shared::time::Timestamp;
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Error};

use super::Connection;
use super::row::Columns as _;
use super::sql::Dialect;
use super::user::folded;
use crate::config::Hidden;

#[derive(Clone, Debug)]
pub struct PortalUser {
    pub id: PortalUserId,
    /// None until the user has made a partner.
    pub partner_id: Option<PartnerId>,
    /// What one signs in with; of a user of an outside issuer, only for show.
    pub email: Option<String>,
    /// None for a user of an outside issuer.
    pub password_hash: Option<Hidden>,
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
    .bind(user.email.as_deref().map(folded))
    .bind(user.password_hash.as_ref().map(Hidden::expose))
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

pub async fn find(conn: &mut Connection, id: &PortalUserId) -> Result<Option<PortalUser>, Error> {
    let row = sqlx::query("SELECT * FROM portal_users WHERE id = $1")
        .bind(id.as_str())
        .fetch_optional(conn)
        .await?;
    row.as_ref().map(read).transpose()
}

/// The user whom an outside issuer names so.
pub async fn find_by_subject(
    conn: &mut Connection,
    (issuer, subject): (&str, &str),
) -> Result<Option<PortalUser>, Error> {
    let row = sqlx::query("SELECT * FROM portal_users WHERE issuer = $1 AND subject = $2")
        .bind(issuer)
        .bind(subject)
        .fetch_optional(conn)
        .await?;
    row.as_ref().map(read).transpose()
}

/// Adds a user of an outside issuer, or gives the one who is there the address.
/// The address is for show: nobody is found by it.
pub async fn put_subject(
    conn: &mut Connection,
    (issuer, subject): (&str, &str),
    user: &PortalUser,
) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO portal_users (id, email, issuer, subject, role, created_at)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (issuer, subject) DO UPDATE SET email = excluded.email",
    )
    .bind(user.id.as_str())
    .bind(&user.email)
    .bind(issuer)
    .bind(subject)
    .bind(user.role.as_str())
    .bind(user.created_at.0)
    .execute(conn)
    .await?;
    Ok(())
}

pub async fn set_password(
    conn: &mut Connection,
    id: &PortalUserId,
    hash: &Hidden,
) -> Result<(), Error> {
    sqlx::query("UPDATE portal_users SET password_hash = $2 WHERE id = $1")
        .bind(id.as_str())
        .bind(hash.expose())
        .execute(conn)
        .await?;
    Ok(())
}

/// The user, held against other writers until the transaction ends.
pub async fn lock(
    conn: &mut Connection,
    dialect: Dialect,
    id: &PortalUserId,
) -> Result<Option<PortalUser>, Error> {
    let sql = "SELECT * FROM portal_users WHERE id = $1";
    let row = sqlx::query(AssertSqlSafe(format!("{sql} {}", dialect.lock())))
        .bind(id.as_str())
        .fetch_optional(conn)
        .await?;
    row.as_ref().map(read).transpose()
}

pub async fn give_partner(
    conn: &mut Connection,
    id: &PortalUserId,
    partner_id: &PartnerId,
) -> Result<(), Error> {
    sqlx::query("UPDATE portal_users SET partner_id = $2 WHERE id = $1")
        .bind(id.as_str())
        .bind(partner_id.as_str())
        .execute(conn)
        .await?;
    Ok(())
}

pub(super) fn read(row: &AnyRow) -> Result<PortalUser, Error> {
    Ok(PortalUser {
        id: row.text("id")?,
        partner_id: row.text_or_null("partner_id")?,
        email: row.text_or_null("email")?,
        password_hash: row
            .text_or_null::<String>("password_hash")?
            .map(Hidden::new),
        first_name: row.text_or_null("first_name")?,
        last_name: row.text_or_null("last_name")?,
        role: row.named("role", Role::named)?,
        created_at: row.time("created_at")?,
    })
}
