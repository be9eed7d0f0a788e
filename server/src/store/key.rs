//! API keys: a publishable half, a secret half kept as a hash, and the HMAC
//! secret, sealed.

use ipnet::IpNet;
use shared::Scope;
use shared::id::{KeyId, PartnerId};
use shared::time::Timestamp;
use sqlx::Error;
use sqlx::any::AnyRow;

use super::partner::{self, Partner};
use super::row::Columns as _;
use super::sql::json;
use super::{Connection, Write};

/// The columns of a key, named apart from those of its partner.
macro_rules! columns {
    () => {
        "k.partner_id, k.id AS key_id, k.name AS key_name, k.public_key, k.secret_hash, k.secret_last4,
         k.hmac_secret_sealed, k.scopes, k.is_active, k.expires_at, k.ip_allowlist, k.allowed_origins,
         k.created_at AS key_created_at"
    };
}

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
    /// `None` is every scope.
    pub scopes: Option<Vec<Scope>>,
    pub is_active: bool,
    pub expires_at: Option<Timestamp>,
    /// Empty is every address.
    pub ip_allowlist: Vec<IpNet>,
    /// Empty is every origin.
    pub allowed_origins: Vec<String>,
    pub created_at: Timestamp,
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
            " FROM keys k JOIN partners p ON p.id = k.partner_id WHERE k.secret_hash = $1"
        ),
    };
    let query = sqlx::query(sql).bind(presented.text());
    let row = query.fetch_optional(conn).await?;
    row.map(|row| Ok((read(&row)?, partner::read(&row)?)))
        .transpose()
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
    sqlx::query("UPDATE keys SET is_active = 0 WHERE id = $1 OR public_key = $1")
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

fn read(row: &AnyRow) -> Result<Key, Error> {
    Ok(Key {
        partner_id: row.text("partner_id")?,
        id: row.text("key_id")?,
        name: row.text("key_name")?,
        public_key: row.text("public_key")?,
        secret_hash: row.text_or_null("secret_hash")?,
        secret_last4: row.text_or_null("secret_last4")?,
        hmac_secret_sealed: row.text("hmac_secret_sealed")?,
        scopes: row.json_or_null("scopes")?,
        is_active: row.flag("is_active")?,
        expires_at: row.time_or_null("expires_at")?,
        ip_allowlist: row.json("ip_allowlist")?,
        allowed_origins: row.json("allowed_origins")?,
        created_at: row.time("key_created_at")?,
    })
}
