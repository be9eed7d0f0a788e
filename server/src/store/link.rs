//! One-time links: to set a password anew, or to take up an invitation. Only the
//! hashes of their tokens are kept, and what was used has no row.

use shared::id::{InvitationId, PartnerId, PortalUserId};
use shared::portal_user::Role;
use shared::time::Timestamp;
use sqlx::Error;
use sqlx::any::AnyRow;

use super::Connection;
use super::row::Columns as _;
use super::user::folded;

#[derive(Clone, Debug)]
pub struct Invitation {
    pub partner_id: PartnerId,
    pub id: InvitationId,
    pub email: String,
    pub role: Role,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub expires_at: Timestamp,
    pub created_at: Timestamp,
}

/// Adds a link by which a user can set a password.
pub async fn insert_password_link(
    conn: &mut Connection,
    token_hash: &str,
    (user_id, expires_at): (&PortalUserId, Timestamp),
) -> Result<(), Error> {
    sqlx::query("INSERT INTO password_links (token_hash, user_id, expires_at) VALUES ($1, $2, $3)")
        .bind(token_hash)
        .bind(user_id.as_str())
        .bind(expires_at.0)
        .execute(conn)
        .await?;
    Ok(())
}

/// Whose password a link sets, as long as it is good.
pub async fn find_password_link(
    conn: &mut Connection,
    token_hash: &str,
    now: Timestamp,
) -> Result<Option<PortalUserId>, Error> {
    let row =
        sqlx::query("SELECT user_id FROM password_links WHERE token_hash = $1 AND expires_at > $2")
            .bind(token_hash)
            .bind(now.0)
            .fetch_optional(conn)
            .await?;
    row.map(|row| row.text("user_id")).transpose()
}

/// Uses a link up, if it is good; of two who come with it, one does.
pub async fn take_password_link(
    conn: &mut Connection,
    token_hash: &str,
    now: Timestamp,
) -> Result<Option<PortalUserId>, Error> {
    let row = sqlx::query(
        "DELETE FROM password_links WHERE token_hash = $1 AND expires_at > $2 RETURNING user_id",
    )
    .bind(token_hash)
    .bind(now.0)
    .fetch_optional(conn)
    .await?;
    row.map(|row| row.text("user_id")).transpose()
}

/// Ends every link that sets a user's password.
pub async fn end_password_links(
    conn: &mut Connection,
    user_id: &PortalUserId,
) -> Result<(), Error> {
    sqlx::query("DELETE FROM password_links WHERE user_id = $1")
        .bind(user_id.as_str())
        .execute(conn)
        .await?;
    Ok(())
}

/// Adds an invitation, in the place of one to the same address by the same
/// partner.
pub async fn put_invitation(conn: &mut Connection, invitation: &Invitation) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO invitations (partner_id, id, email, email_folded, role, first_name, last_name, token_hash,
             expires_at, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, NULL, $8, $9)
         ON CONFLICT (partner_id, email_folded) DO UPDATE SET
             id = excluded.id, email = excluded.email, role = excluded.role, first_name = excluded.first_name,
             last_name = excluded.last_name, token_hash = NULL, expires_at = excluded.expires_at,
             created_at = excluded.created_at",
    )
    .bind(invitation.partner_id.as_str())
    .bind(invitation.id.as_str())
    .bind(&invitation.email)
    .bind(folded(&invitation.email))
    .bind(invitation.role.as_str())
    .bind(&invitation.first_name)
    .bind(&invitation.last_name)
    .bind(invitation.expires_at.0)
    .bind(invitation.created_at.0)
    .execute(conn)
    .await?;
    Ok(())
}

pub async fn find_invitation(
    conn: &mut Connection,
    partner_id: &PartnerId,
    id: &InvitationId,
) -> Result<Option<Invitation>, Error> {
    let row = sqlx::query("SELECT * FROM invitations WHERE partner_id = $1 AND id = $2")
        .bind(partner_id.as_str())
        .bind(id.as_str())
        .fetch_optional(conn)
        .await?;
    row.as_ref().map(read).transpose()
}

/// Gives an invitation the token of its mail; the one before it is good no more.
pub async fn set_invitation_token(
    conn: &mut Connection,
    invitation: &Invitation,
    token_hash: &str,
) -> Result<(), Error> {
    sqlx::query("UPDATE invitations SET token_hash = $3 WHERE partner_id = $1 AND id = $2")
        .bind(invitation.partner_id.as_str())
        .bind(invitation.id.as_str())
        .bind(token_hash)
        .execute(conn)
        .await?;
    Ok(())
}

/// The invitation of a token, as long as it is good.
pub async fn find_invited(
    conn: &mut Connection,
    token_hash: &str,
    now: Timestamp,
) -> Result<Option<Invitation>, Error> {
    let row = sqlx::query("SELECT * FROM invitations WHERE token_hash = $1 AND expires_at > $2")
        .bind(token_hash)
        .bind(now.0)
        .fetch_optional(conn)
        .await?;
    row.as_ref().map(read).transpose()
}

/// Uses an invitation up, if it is good; of two who come with it, one does.
pub async fn take_invitation(
    conn: &mut Connection,
    token_hash: &str,
    now: Timestamp,
) -> Result<Option<Invitation>, Error> {
    let row = sqlx::query(
        "DELETE FROM invitations WHERE token_hash = $1 AND expires_at > $2 RETURNING *",
    )
    .bind(token_hash)
    .bind(now.0)
    .fetch_optional(conn)
    .await?;
    row.as_ref().map(read).transpose()
}

/// Forgets links that are good no more, at most `limit` of each kind.
pub async fn prune(conn: &mut Connection, now: Timestamp, limit: i64) -> Result<u64, Error> {
    let links = sqlx::query(
        "DELETE FROM password_links WHERE token_hash IN (
             SELECT token_hash FROM password_links WHERE expires_at <= $1 LIMIT $2)",
    )
    .bind(now.0)
    .bind(limit)
    .execute(&mut *conn)
    .await?;
    let invitations = sqlx::query(
        "DELETE FROM invitations WHERE (partner_id, id) IN (
             SELECT partner_id, id FROM invitations WHERE expires_at <= $1 LIMIT $2)",
    )
    .bind(now.0)
    .bind(limit)
    .execute(conn)
    .await?;
    Ok(links.rows_affected().max(invitations.rows_affected()))
}

fn read(row: &AnyRow) -> Result<Invitation, Error> {
    Ok(Invitation {
        partner_id: row.text("partner_id")?,
        id: row.text("id")?,
        email: row.text("email")?,
        role: row.named("role", Role::named)?,
        first_name: row.text_or_null("first_name")?,
        last_name: row.text_or_null("last_name")?,
        expires_at: row.time("expires_at")?,
        created_at: row.time("created_at")?,
    })
}
