//! The people whom partners know.

use shared::id::{ExternalUserId, PartnerId, UserId};
use shared::money::Tokens;
use shared::time::Timestamp;
use shared::user::{User, UserBalance};
use sqlx::Error;
use sqlx::any::AnyRow;

use super::Connection;
use super::list::Window;
use super::row::Columns as _;
use super::sql::json;

/// Which users, and which part of the list of them.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Folded to lower case.
    pub email: Option<String>,
    pub created_from: Option<Timestamp>,
    pub created_to: Option<Timestamp>,
}

/// An e-mail address as addresses are compared.
pub fn folded(email: &str) -> String {
    email.to_lowercase()
}

/// Adds a user. Answers false, and adds nothing, if the partner has one of
/// that name.
pub async fn insert(
    conn: &mut Connection,
    partner_id: &PartnerId,
    user: &User,
) -> Result<bool, Error> {
    let done = sqlx::query(
        "INSERT INTO users (partner_id, id, external_id, email, email_folded, first_name, last_name,
             metadata, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
         ON CONFLICT (partner_id, external_id) DO NOTHING",
    )
    .bind(partner_id.as_str())
    .bind(user.id.as_str())
    .bind(user.external_user_id.as_str())
    .bind(&user.email)
    .bind(user.email.as_deref().map(folded))
    .bind(&user.first_name)
    .bind(&user.last_name)
    .bind(json(&user.metadata)?)
    .bind(user.created_at.0)
    .bind(user.updated_at.0)
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub async fn find(
    conn: &mut Connection,
    partner_id: &PartnerId,
    external_id: &ExternalUserId,
) -> Result<Option<User>, Error> {
    let row = sqlx::query("SELECT * FROM users WHERE partner_id = $1 AND external_id = $2")
        .bind(partner_id.as_str())
        .bind(external_id.as_str())
        .fetch_optional(conn)
        .await?;
    row.as_ref().map(read).transpose()
}

/// Newest first.
pub async fn list(
    conn: &mut Connection,
    partner_id: &PartnerId,
    filter: &Filter,
    window: &Window,
) -> Result<Vec<User>, Error> {
    let after = window.after.as_ref();
    let rows = sqlx::query(
        "SELECT * FROM users
         WHERE partner_id = $1
           AND (CAST($2 AS TEXT) IS NULL OR email_folded = $2)
           AND (CAST($3 AS BIGINT) IS NULL OR created_at >= $3)
           AND (CAST($4 AS BIGINT) IS NULL OR created_at < $4)
           AND (CAST($5 AS BIGINT) IS NULL OR (created_at, id) < ($5, $6))
         ORDER BY created_at DESC, id DESC LIMIT $7 OFFSET $8",
    )
    .bind(partner_id.as_str())
    .bind(&filter.email)
    .bind(filter.created_from.map(|time| time.0))
    .bind(filter.created_to.map(|time| time.0))
    .bind(after.map(|(time, _)| time.0))
    .bind(after.map(|(_, id)| id.as_str()))
    .bind(window.limit)
    .bind(window.offset)
    .fetch_all(conn)
    .await?;
    rows.iter().map(read).collect()
}

pub async fn count(
    conn: &mut Connection,
    partner_id: &PartnerId,
    filter: &Filter,
) -> Result<i64, Error> {
    sqlx::query(
        "SELECT COUNT(*) AS total FROM users
         WHERE partner_id = $1
           AND (CAST($2 AS TEXT) IS NULL OR email_folded = $2)
           AND (CAST($3 AS BIGINT) IS NULL OR created_at >= $3)
           AND (CAST($4 AS BIGINT) IS NULL OR created_at < $4)",
    )
    .bind(partner_id.as_str())
    .bind(&filter.email)
    .bind(filter.created_from.map(|time| time.0))
    .bind(filter.created_to.map(|time| time.0))
    .fetch_one(conn)
    .await?
    .number("total")
}

/// What a user holds at `now`: a credit that vests later is not yet available.
pub async fn balance(
    conn: &mut Connection,
    partner_id: &PartnerId,
    external_id: &ExternalUserId,
    now: Timestamp,
) -> Result<Option<UserBalance>, Error> {
    let row = sqlx::query(
        "SELECT COALESCE(w.balance, 0) AS balance, COALESCE(w.debt, 0) AS debt,
             COALESCE(w.lifetime_earned, 0) AS earned, COALESCE(w.lifetime_reversed, 0) AS reversed,
             (SELECT CAST(COALESCE(SUM(t.amount), 0) AS BIGINT) FROM vestings t
              WHERE t.partner_id = u.partner_id AND t.user_id = u.id AND t.vests_at > $3) AS vesting
         FROM users u LEFT JOIN wallets w ON w.partner_id = u.partner_id AND w.user_id = u.id
         WHERE u.partner_id = $1 AND u.external_id = $2",
    )
    .bind(partner_id.as_str())
    .bind(external_id.as_str())
    .bind(now.0)
    .fetch_optional(conn)
    .await?;
    row.map(|row| {
        let (balance, vesting) = (row.number("balance")?, row.number("vesting")?);
        Ok(UserBalance {
            external_user_id: external_id.clone(),
            balance: Tokens(balance),
            available: Tokens(balance - vesting),
            vesting: Tokens(vesting),
            debt: Tokens(row.number("debt")?),
            lifetime_earned: Tokens(row.number("earned")?),
            lifetime_reversed: Tokens(row.number("reversed")?),
            currency: "SIR".to_owned(),
        })
    })
    .transpose()
}

fn read(row: &AnyRow) -> Result<User, Error> {
    Ok(User {
        id: UserId(row.text("id")?),
        external_user_id: row.text("external_id")?,
        email: row.text_or_null("email")?,
        first_name: row.text_or_null("first_name")?,
        last_name: row.text_or_null("last_name")?,
        metadata: row.json("metadata")?,
        created_at: row.time("created_at")?,
        updated_at: row.time("updated_at")?,
    })
}
