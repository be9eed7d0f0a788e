//! API keys: a publishable half, a secret half kept as a hash, and the HMAC
//! secret, sealed.

use ipnet::IpNet;
use shared::Scope;
use shared::id::{KeyId, PartnerId};
use shared::time::Timestamp;
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Error};

pub use self::seen::{Seen, count, find_seen, first_public_key, list_seen, note_uses};
use super::partner::{self, Partner};
use super::row::Columns as _;
use super::sql::{Dialect, json};
use super::{Connection, Write};

/// The columns of a key, named apart from those of its partner.
macro_rules! columns {
    () => {
        "k.partner_id, k.id AS key_id, k.name AS key_name, k.public_key, k.secret_hash, k.secret_last4,
         k.hmac_secret_sealed, k.previous_secret_hash, k.previous_hmac_secret_sealed, k.previous_until,
         k.scopes, k.is_active, k.is_revoked, k.expires_at, k.ip_allowlist, k.allowed_origins,
         k.created_at AS key_created_at"
    };
}

mod seen;

#[derive(Clone, Debug)]
pub struct Key {
    pub partner_id: PartnerId,
    pub id: KeyId,
    pub name: String,
    pub public_key: String,
    /// Of the secret half; none for a publishable key alone.
    pub secret_hash: Option<String>,
    pub secret_last4: Option<String>,
    pub hmac_secret_sealed: String,
    /// The secrets before these, which are still good for a while.
    pub previous: Option<Previous>,
    /// `None` is every scope.
    pub scopes: Option<Vec<Scope>>,
    pub is_active: bool,
    /// Ended for good: its partner sees it no more.
    pub is_revoked: bool,
    pub expires_at: Option<Timestamp>,
    /// Empty is every address.
    pub ip_allowlist: Vec<IpNet>,
    /// Empty is every origin.
    pub allowed_origins: Vec<String>,
    pub created_at: Timestamp,
}

/// The secrets that a rotation has replaced.
#[derive(Clone, Debug)]
pub struct Previous {
    pub secret_hash: Option<String>,
    pub hmac_secret_sealed: String,
    pub until: Timestamp,
}

impl Key {
    /// Whether this is the hash of a secret that is good.
    pub fn has_secret(&self, hash: &str, now: Timestamp) -> bool {
        let is_previous = |previous: &Previous| {
            previous.secret_hash.as_deref() == Some(hash) && previous.until > now
        };
        self.secret_hash.as_deref() == Some(hash) || self.previous.as_ref().is_some_and(is_previous)
    }
}

/// How a caller names a key.
#[derive(Clone, Copy, Debug)]
pub enum Presented<'a> {
    Public(&'a str),
    SecretHash(&'a str),
}

impl<'a> Presented<'a> {
    pub(super) fn text(self) -> &'a str {
        match self {
            Self::Public(key) => key,
            Self::SecretHash(hash) => hash,
        }
    }
}

pub async fn insert(tx: &mut Write, key: &Key) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO keys (partner_id, id, name, public_key, secret_hash, secret_last4, hmac_secret_sealed,
             scopes, is_active, expires_at, ip_allowlist, allowed_origins, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
    )
    .bind(key.partner_id.as_str())
    .bind(key.id.as_str())
    .bind(&key.name)
    .bind(&key.public_key)
    .bind(&key.secret_hash)
    .bind(&key.secret_last4)
    .bind(&key.hmac_secret_sealed)
    .bind(key.scopes.as_deref().map(json).transpose()?)
    .bind(i64::from(key.is_active))
    .bind(key.expires_at.map(|time| time.0))
    .bind(json(&key.ip_allowlist)?)
    .bind(json(&key.allowed_origins)?)
    .bind(key.created_at.0)
    .execute(tx.changing_callers())
    .await?;
    Ok(())
}

/// The key and its partner.
pub(super) async fn find(
    conn: &mut Connection,
    presented: Presented<'_>,
) -> Result<Option<(Key, Partner)>, Error> {
    let sql = match presented {
        Presented::Public(_) => concat!(
            "SELECT p.*, ",
            columns!(),
            " FROM keys k JOIN partners p ON p.id = k.partner_id WHERE k.public_key = $1"
        ),
        Presented::SecretHash(_) => concat!(
            "SELECT p.*, ",
            columns!(),
            " FROM keys k JOIN partners p ON p.id = k.partner_id
             WHERE k.secret_hash = $1 OR k.previous_secret_hash = $1"
        ),
    };
    let query = sqlx::query(sql).bind(presented.text());
    let row = query.fetch_optional(conn).await?;
    row.map(|row| Ok((read(&row)?, partner::read(&row)?)))
        .transpose()
}

/// A key that was not ended for good, held against other writers until the
/// transaction ends.
pub async fn lock(
    conn: &mut Connection,
    dialect: Dialect,
    (partner_id, id): (&PartnerId, &KeyId),
) -> Result<Option<Key>, Error> {
    let sql = concat!(
        "SELECT ",
        columns!(),
        " FROM keys k WHERE k.partner_id = $1 AND k.id = $2 AND k.is_revoked = 0 "
    );
    let row = sqlx::query(AssertSqlSafe(format!("{sql} {}", dialect.lock())))
        .bind(partner_id.as_str())
        .bind(id.as_str())
        .fetch_optional(conn)
        .await?;
    row.as_ref().map(read).transpose()
}

/// Writes what can change of a key.
pub async fn update(tx: &mut Write, key: &Key) -> Result<(), Error> {
    let previous = key.previous.as_ref();
    sqlx::query(
        "UPDATE keys SET name = $3, secret_hash = $4, secret_last4 = $5, hmac_secret_sealed = $6,
             previous_secret_hash = $7, previous_hmac_secret_sealed = $8, previous_until = $9, scopes = $10,
             is_active = $11, is_revoked = $12, expires_at = $13, ip_allowlist = $14, allowed_origins = $15
         WHERE partner_id = $1 AND id = $2",
    )
    .bind(key.partner_id.as_str())
    .bind(key.id.as_str())
    .bind(&key.name)
    .bind(&key.secret_hash)
    .bind(&key.secret_last4)
    .bind(&key.hmac_secret_sealed)
    .bind(previous.and_then(|previous| previous.secret_hash.as_deref()))
    .bind(previous.map(|previous| previous.hmac_secret_sealed.as_str()))
    .bind(previous.map(|previous| previous.until.0))
    .bind(key.scopes.as_deref().map(json).transpose()?)
    .bind(i64::from(key.is_active))
    .bind(i64::from(key.is_revoked))
    .bind(key.expires_at.map(|time| time.0))
    .bind(json(&key.ip_allowlist)?)
    .bind(json(&key.allowed_origins)?)
    .execute(tx.changing_callers())
    .await?;
    Ok(())
}

/// Every key of a partner, oldest first, at most `limit`.
pub async fn list(
    conn: &mut Connection,
    partner_id: &PartnerId,
    limit: i64,
) -> Result<Vec<Key>, Error> {
    let rows = sqlx::query(concat!(
        "SELECT ",
        columns!(),
        " FROM keys k WHERE partner_id = $1 ORDER BY created_at, id LIMIT $2"
    ))
    .bind(partner_id.as_str())
    .bind(limit)
    .fetch_all(conn)
    .await?;
    rows.iter().map(read).collect()
}

/// Ends a key for good and answers it, if there is such a key.
pub async fn revoke(tx: &mut Write, public_key_or_id: &str) -> Result<Option<Key>, Error> {
    sqlx::query("UPDATE keys SET is_active = 0, is_revoked = 1 WHERE id = $1 OR public_key = $1")
        .bind(public_key_or_id)
        .execute(tx.changing_callers())
        .await?;
    let row = sqlx::query(concat!(
        "SELECT ",
        columns!(),
        " FROM keys k WHERE k.id = $1 OR k.public_key = $1"
    ))
    .bind(public_key_or_id)
    .fetch_optional(&mut **tx)
    .await?;
    row.as_ref().map(read).transpose()
}

pub(super) fn read(row: &AnyRow) -> Result<Key, Error> {
    let previous = match (
        row.text_or_null("previous_hmac_secret_sealed")?,
        row.time_or_null("previous_until")?,
    ) {
        (Some(hmac_secret_sealed), Some(until)) => Some(Previous {
            secret_hash: row.text_or_null("previous_secret_hash")?,
            hmac_secret_sealed,
            until,
        }),
        _ => None,
    };
    Ok(Key {
        partner_id: row.text("partner_id")?,
        id: row.text("key_id")?,
        name: row.text("key_name")?,
        public_key: row.text("public_key")?,
        secret_hash: row.text_or_null("secret_hash")?,
        secret_last4: row.text_or_null("secret_last4")?,
        hmac_secret_sealed: row.text("hmac_secret_sealed")?,
        previous,
        scopes: row.json_or_null("scopes")?,
        is_active: row.flag("is_active")?,
        is_revoked: row.flag("is_revoked")?,
        expires_at: row.time_or_null("expires_at")?,
        ip_allowlist: row.json("ip_allowlist")?,
        allowed_origins: row.json("allowed_origins")?,
        created_at: row.time("key_created_at")?,
    })
}
