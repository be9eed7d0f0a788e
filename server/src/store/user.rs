//! The people whom partners know.

use shared::id::{ExternalUserId, PartnerId, PercentUserId, UserId};
use shared::money::Tokens;
use shared::time::Timestamp;
use shared::user::{User, UserBalance};
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Error};

use super::Connection;
use super::list::{self, Window};
use super::row::Columns as _;
use super::sql::{Dialect, json};

/// Which users, and which part of the list of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
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

/// Adds a user, and counts it. Answers false, and adds nothing, if the partner
/// has one of that name.
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
    .execute(&mut *conn)
    .await?;
    if done.rows_affected() == 0 {
        return Ok(false);
    }
    sqlx::query("UPDATE books SET users = users + 1 WHERE partner_id = $1")
        .bind(partner_id.as_str())
        .execute(conn)
        .await?;
    Ok(true)
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

/// The user whom the Percent dialect calls so: by the partner's own name for it, if
/// that is one which the dialect gives.
pub async fn find_named(
    conn: &mut Connection,
    partner_id: &PartnerId,
    id: &PercentUserId,
) -> Result<Option<User>, Error> {
    if !id.as_str().starts_with("user_") {
        return Ok(None);
    }
    find(conn, partner_id, &ExternalUserId(id.0.clone())).await
}

/// Finds a user and holds it until the transaction ends.
pub async fn lock(
    conn: &mut Connection,
    dialect: Dialect,
    partner_id: &PartnerId,
    external_id: &ExternalUserId,
) -> Result<Option<User>, Error> {
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

/// Writes what is known of a person.
pub async fn update(
    conn: &mut Connection,
    partner_id: &PartnerId,
    user: &User,
) -> Result<(), Error> {
    sqlx::query(
        "UPDATE users SET email = $1, email_folded = $2, first_name = $3, last_name = $4, metadata = $5,
             updated_at = $6
         WHERE partner_id = $7 AND id = $8",
    )
    .bind(&user.email)
    .bind(user.email.as_deref().map(folded))
    .bind(&user.first_name)
    .bind(&user.last_name)
    .bind(json(&user.metadata)?)
    .bind(user.updated_at.0)
    .bind(partner_id.as_str())
    .bind(user.id.as_str())
    .execute(conn)
    .await?;
    Ok(())
}

/// The user to whom a gift from an address belongs: the oldest who has it.
pub async fn oldest_of_email(
    conn: &mut Connection,
    partner_id: &PartnerId,
    email_folded: &str,
) -> Result<Option<ExternalUserId>, Error> {
    let row = sqlx::query(
        "SELECT external_id FROM users WHERE partner_id = $1 AND email_folded = $2
         ORDER BY created_at, id LIMIT 1",
    )
    .bind(partner_id.as_str())
    .bind(email_folded)
    .fetch_optional(conn)
    .await?;
    row.map(|row| row.text("external_id")).transpose()
}

/// The users of a filter. Each index is entered by conditions that are always
/// there: the one of addresses only where an address is asked for.
macro_rules! users {
    ($before:literal, $by_email:expr, $after:literal) => {
        if $by_email {
            concat!($before, users!(), " AND email_folded = $5", $after)
        } else {
            concat!($before, users!(), " AND CAST($5 AS TEXT) IS NULL", $after)
        }
    };
    () => {
        " FROM users WHERE partner_id = $1 AND created_at >= $2 AND (created_at, id) < ($3, $4)"
    };
}

/// Newest first.
pub async fn list(
    conn: &mut Connection,
    partner_id: &PartnerId,
    filter: &Filter,
    window: &Window,
) -> Result<Vec<User>, Error> {
    let below = window.below(filter.created_to);
    let rows = sqlx::query(users!(
        "SELECT *",
        filter.email.is_some(),
        " ORDER BY created_at DESC, id DESC LIMIT $6 OFFSET $7"
    ))
    .bind(partner_id.as_str())
    .bind(list::start(filter.created_from))
    .bind(below.0)
    .bind(below.1)
    .bind(&filter.email)
    .bind(window.limit)
    .bind(window.offset)
    .fetch_all(conn)
    .await?;
    rows.iter().map(read).collect()
}

/// How many users a list has. All of a partner's are counted already.
pub async fn count(
    conn: &mut Connection,
    partner_id: &PartnerId,
    filter: &Filter,
) -> Result<i64, Error> {
    let row = if *filter == Filter::default() {
        sqlx::query("SELECT users AS total FROM books WHERE partner_id = $1")
            .bind(partner_id.as_str())
            .fetch_one(conn)
            .await?
    } else {
        let end = list::end(filter.created_to);
        sqlx::query(users!(
            "SELECT COUNT(*) AS total",
            filter.email.is_some(),
            ""
        ))
        .bind(partner_id.as_str())
        .bind(list::start(filter.created_from))
        .bind(end.0)
        .bind(end.1)
        .bind(&filter.email)
        .fetch_one(conn)
        .await?
    };
    row.number("total")
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
