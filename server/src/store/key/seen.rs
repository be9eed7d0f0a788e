//! Keys as their partner sees them: those that were not ended for good, with
//! when each was last used.

use shared::id::{KeyId, PartnerId};
use shared::time::Timestamp;
use sqlx::Error;
use sqlx::any::AnyRow;

use super::{Key, read};
use crate::store::Connection;
use crate::store::list::Window;
use crate::store::row::Columns as _;
use crate::store::sql::{Column, Dialect, Rows, Table};

#[derive(Clone, Debug)]
pub struct Seen {
    pub key: Key,
    pub last_used_at: Option<Timestamp>,
}

impl Seen {
    /// A key that nobody has used yet.
    pub fn new(key: Key) -> Self {
        Self {
            key,
            last_used_at: None,
        }
    }
}

const USES: Table = Table {
    name: "key_uses",
    columns: &[
        Column::Text("partner_id"),
        Column::Text("key_id"),
        Column::Number("last_used_at"),
    ],
    conflict: "ON CONFLICT (partner_id, key_id) DO UPDATE SET last_used_at = excluded.last_used_at
        WHERE excluded.last_used_at > key_uses.last_used_at",
};

/// Writes when keys were last used; an earlier time changes nothing.
pub async fn note_uses(
    conn: &mut Connection,
    dialect: Dialect,
    uses: &[(PartnerId, KeyId, Timestamp)],
) -> Result<(), Error> {
    let mut rows = Rows::of(&USES);
    for (partner_id, key_id, time) in uses {
        rows.push([
            partner_id.as_str().into(),
            key_id.as_str().into(),
            time.0.into(),
        ])?;
    }
    rows.write_some(conn, dialect).await.map(|_| ())
}

/// A page of a partner's keys, the newest first.
pub async fn list_seen(
    conn: &mut Connection,
    partner_id: &PartnerId,
    window: &Window,
) -> Result<Vec<Seen>, Error> {
    let (time, id) = window.below(None);
    let rows = sqlx::query(concat!(
        "SELECT u.last_used_at, ",
        columns!(),
        " FROM keys k LEFT JOIN key_uses u ON u.partner_id = k.partner_id AND u.key_id = k.id
         WHERE k.partner_id = $1 AND k.is_revoked = 0 AND (k.created_at, k.id) < ($2, $3)
         ORDER BY k.created_at DESC, k.id DESC LIMIT $4 OFFSET $5"
    ))
    .bind(partner_id.as_str())
    .bind(time)
    .bind(id)
    .bind(window.limit)
    .bind(window.offset)
    .fetch_all(conn)
    .await?;
    rows.iter().map(read_seen).collect()
}

/// How many keys of a partner were not ended for good.
pub async fn count(conn: &mut Connection, partner_id: &PartnerId) -> Result<i64, Error> {
    sqlx::query("SELECT COUNT(*) AS count FROM keys WHERE partner_id = $1 AND is_revoked = 0")
        .bind(partner_id.as_str())
        .fetch_one(conn)
        .await?
        .number("count")
}

pub async fn find_seen(
    conn: &mut Connection,
    partner_id: &PartnerId,
    id: &KeyId,
) -> Result<Option<Seen>, Error> {
    let row = sqlx::query(concat!(
        "SELECT u.last_used_at, ",
        columns!(),
        " FROM keys k LEFT JOIN key_uses u ON u.partner_id = k.partner_id AND u.key_id = k.id
         WHERE k.partner_id = $1 AND k.id = $2 AND k.is_revoked = 0"
    ))
    .bind(partner_id.as_str())
    .bind(id.as_str())
    .fetch_optional(conn)
    .await?;
    row.as_ref().map(read_seen).transpose()
}

/// The publishable half of the oldest key that can be used.
pub async fn first_public_key(
    conn: &mut Connection,
    partner_id: &PartnerId,
    now: Timestamp,
) -> Result<Option<String>, Error> {
    let row = sqlx::query(
        "SELECT public_key FROM keys
         WHERE partner_id = $1 AND is_active = 1 AND (expires_at IS NULL OR expires_at > $2)
         ORDER BY created_at, id LIMIT 1",
    )
    .bind(partner_id.as_str())
    .bind(now.0)
    .fetch_optional(conn)
    .await?;
    row.map(|row| row.text("public_key")).transpose()
}

fn read_seen(row: &AnyRow) -> Result<Seen, Error> {
    Ok(Seen {
        key: read(row)?,
        last_used_at: row.time_or_null("last_used_at")?,
    })
}
