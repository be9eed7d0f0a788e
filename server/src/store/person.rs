//! The people among the users whose names and addresses are known: those of the
//! Endaoment dialect. The address is shown nowhere.

use shared::endaoment::user::PostalAddress;
use shared::id::{ExternalUserId, PartnerId, PersonId, UserId};
use shared::time::Timestamp;
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Error};

use super::Connection;
use super::row::Columns as _;
use super::sql::{Dialect, json};
use super::user::folded;

/// A user as the Endaoment dialect knows it.
#[derive(Clone, Debug)]
pub struct Person {
    pub user_id: UserId,
    pub external_id: ExternalUserId,
    /// None until the user is provisioned for the first time.
    pub id: Option<PersonId>,
    pub email: Option<String>,
    /// Whether name and address are known.
    pub is_provisioned: bool,
}

/// Name and address of a person, as they are put down.
#[derive(Clone, Debug)]
pub struct Identity<'a> {
    pub id: &'a PersonId,
    pub email: &'a str,
    pub first_name: &'a str,
    pub last_name: &'a str,
    pub address: &'a PostalAddress,
    pub at: Timestamp,
}

/// By the partner's own name for the user.
pub async fn find(
    conn: &mut Connection,
    partner_id: &PartnerId,
    external_id: &str,
) -> Result<Option<Person>, Error> {
    let row = sqlx::query("SELECT * FROM users WHERE partner_id = $1 AND external_id = $2")
        .bind(partner_id.as_str())
        .bind(external_id)
        .fetch_optional(conn)
        .await?;
    row.as_ref().map(read).transpose()
}

/// Finds a user by the partner's own name and holds it until the transaction ends.
pub async fn lock(
    conn: &mut Connection,
    dialect: Dialect,
    partner_id: &PartnerId,
    external_id: &ExternalUserId,
) -> Result<Option<Person>, Error> {
    let row = sqlx::query(AssertSqlSafe(format!(
        "SELECT * FROM users WHERE partner_id = $1 AND external_id = $2 {}",
        dialect.lock()
    )))
    .bind(partner_id.as_str())
    .bind(external_id.as_str())
    .fetch_optional(conn)
    .await?;
    row.as_ref().map(read).transpose()
}

/// By the id that the Endaoment dialect gave it.
pub async fn find_by_id(
    conn: &mut Connection,
    partner_id: &PartnerId,
    id: &str,
) -> Result<Option<Person>, Error> {
    let row = sqlx::query("SELECT * FROM users WHERE partner_id = $1 AND endaoment_id = $2")
        .bind(partner_id.as_str())
        .bind(id)
        .fetch_optional(conn)
        .await?;
    row.as_ref().map(read).transpose()
}

/// Whether an address is that of another provisioned user.
pub async fn is_taken(
    conn: &mut Connection,
    partner_id: &PartnerId,
    (email, user_id): (&str, Option<&UserId>),
) -> Result<bool, Error> {
    let row = sqlx::query(
        "SELECT 1 FROM users WHERE partner_id = $1 AND email_folded = $2 AND provisioned_at IS NOT NULL
             AND (CAST($3 AS TEXT) IS NULL OR id <> $3) LIMIT 1",
    )
    .bind(partner_id.as_str())
    .bind(folded(email))
    .bind(user_id.map(UserId::as_str))
    .fetch_optional(conn)
    .await?;
    Ok(row.is_some())
}

/// Puts down who a user is.
pub async fn provision(
    conn: &mut Connection,
    (partner_id, user_id): (&PartnerId, &UserId),
    identity: &Identity<'_>,
) -> Result<(), Error> {
    sqlx::query(
        "UPDATE users SET endaoment_id = $1, email = $2, email_folded = $3, first_name = $4, last_name = $5,
             address = $6, provisioned_at = COALESCE(provisioned_at, $7), updated_at = $7
         WHERE partner_id = $8 AND id = $9",
    )
    .bind(identity.id.as_str())
    .bind(identity.email)
    .bind(folded(identity.email))
    .bind(identity.first_name)
    .bind(identity.last_name)
    .bind(json(identity.address)?)
    .bind(identity.at.0)
    .bind(partner_id.as_str())
    .bind(user_id.as_str())
    .execute(conn)
    .await?;
    Ok(())
}

/// Forgets who a user is: the id stays, the address goes.
pub async fn forget(
    conn: &mut Connection,
    partner_id: &PartnerId,
    user_id: &UserId,
) -> Result<(), Error> {
    sqlx::query(
        "UPDATE users SET address = NULL, provisioned_at = NULL
         WHERE partner_id = $1 AND id = $2 AND provisioned_at IS NOT NULL",
    )
    .bind(partner_id.as_str())
    .bind(user_id.as_str())
    .execute(conn)
    .await?;
    Ok(())
}

fn read(row: &AnyRow) -> Result<Person, Error> {
    Ok(Person {
        user_id: row.text("id")?,
        external_id: row.text("external_id")?,
        id: row.text_or_null("endaoment_id")?,
        email: row.text_or_null("email")?,
        is_provisioned: row.number_or_null("provisioned_at")?.is_some(),
    })
}
