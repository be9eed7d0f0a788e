//! Sign-ins: each with the hash of its newest refresh token, the only one that
//! is good. A sign-in that has ended has no row.

use shared::id::{PortalUserId, SessionId};
use shared::time::Timestamp;
use sqlx::Error;

use super::Connection;
use super::failure::WINDOW_MS;
use super::portal_user::{self, PortalUser};
use super::row::Columns as _;

#[derive(Clone, Debug)]
pub struct Session {
    pub id: SessionId,
    pub user_id: PortalUserId,
    pub token_hash: String,
    pub expires_at: Timestamp,
    pub created_at: Timestamp,
}

/// What became of a refresh token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Turned {
    /// It was the newest, and another has taken its place.
    Renewed(PortalUserId),
    /// Its sign-in goes on with another token: this one was used before.
    Used,
    /// There is no such sign-in, or no more.
    Ended,
}

pub async fn insert(conn: &mut Connection, session: &Session) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO sessions (id, user_id, token_hash, expires_at, created_at) VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(session.id.as_str())
    .bind(session.user_id.as_str())
    .bind(&session.token_hash)
    .bind(session.expires_at.0)
    .bind(session.created_at.0)
    .execute(conn)
    .await?;
    Ok(())
}

/// Puts a token in the place of the newest; of two who come with it, one does.
pub async fn turn(
    conn: &mut Connection,
    (id, before, after): (&SessionId, &str, &str),
    (now, expires_at): (Timestamp, Timestamp),
) -> Result<Turned, Error> {
    let renewed = sqlx::query(
        "UPDATE sessions SET token_hash = $1, expires_at = $2
         WHERE id = $3 AND token_hash = $4 AND expires_at > $5 RETURNING user_id",
    )
    .bind(after)
    .bind(expires_at.0)
    .bind(id.as_str())
    .bind(before)
    .bind(now.0)
    .fetch_optional(&mut *conn)
    .await?;
    if let Some(row) = renewed {
        return Ok(Turned::Renewed(row.text("user_id")?));
    }
    let row = sqlx::query("SELECT token_hash FROM sessions WHERE id = $1 AND expires_at > $2")
        .bind(id.as_str())
        .bind(now.0)
        .fetch_optional(conn)
        .await?;
    Ok(row.map_or(Turned::Ended, |_| Turned::Used))
}

/// Ends a sign-in.
pub async fn end(conn: &mut Connection, id: &SessionId) -> Result<(), Error> {
    sqlx::query("DELETE FROM sessions WHERE id = $1")
        .bind(id.as_str())
        .execute(conn)
        .await?;
    Ok(())
}

/// Ends every sign-in of a user but the one named, if one is.
pub async fn end_others(
    conn: &mut Connection,
    user_id: &PortalUserId,
    except: Option<&SessionId>,
) -> Result<(), Error> {
    sqlx::query(
        "DELETE FROM sessions
         WHERE user_id = $1 AND (CAST($2 AS TEXT) IS NULL OR id <> CAST($2 AS TEXT))",
    )
    .bind(user_id.as_str())
    .bind(except.map(SessionId::as_str))
    .execute(conn)
    .await?;
    Ok(())
}

/// The user of a sign-in that goes on.
pub async fn user(
    conn: &mut Connection,
    id: &SessionId,
    now: Timestamp,
) -> Result<Option<PortalUser>, Error> {
    let row = sqlx::query(
        "SELECT u.* FROM sessions s JOIN portal_users u ON u.id = s.user_id
         WHERE s.id = $1 AND s.expires_at > $2",
    )
    .bind(id.as_str())
    .bind(now.0)
    .fetch_optional(conn)
    .await?;
    row.as_ref().map(portal_user::read).transpose()
}

/// Whether anything of signing in is good for nothing any more: a sign-in, what
/// was tried in vain, a link.
pub async fn has_old_sign_ins(conn: &mut Connection, now: Timestamp) -> Result<bool, Error> {
    let row = sqlx::query(
        "SELECT 1 FROM sessions WHERE expires_at <= $1
         UNION ALL SELECT 1 FROM sign_in_failures WHERE since <= $2
         UNION ALL SELECT 1 FROM password_links WHERE expires_at <= $1
         UNION ALL SELECT 1 FROM invitations WHERE expires_at <= $1
         LIMIT 1",
    )
    .bind(now.0)
    .bind(now.plus_ms(-WINDOW_MS).0)
    .fetch_optional(conn)
    .await?;
    Ok(row.is_some())
}

/// Forgets sign-ins that nobody can take up any more, at most `limit`.
pub async fn prune(conn: &mut Connection, now: Timestamp, limit: i64) -> Result<u64, Error> {
    let done = sqlx::query(
        "DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE expires_at <= $1 LIMIT $2)",
    )
    .bind(now.0)
    .bind(limit)
    .execute(conn)
    .await?;
    Ok(done.rows_affected())
}
