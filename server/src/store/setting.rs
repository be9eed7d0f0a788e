//! What a database says of itself: one environment, one master key, and which
//! edition of keys and partners it holds.

use super::row::Columns as _;
use super::{Connection, Db, OpenError};
use crate::config::Environment;
use crate::context::Context;
use crate::vault::{Vault, VaultError};

/// The row whose seal only the right master key opens.
const SEAL: &str = "seal";
const ENVIRONMENT: &str = "environment";
/// How often keys or partners were changed.
const EDITION: &str = "callers_edition";

/// Why this server may not use this database.
#[derive(Debug, thiserror::Error)]
pub enum ClaimError {
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error(transparent)]
    Vault(#[from] VaultError),
    #[error("the database cannot be read: {0}")]
    Database(#[from] sqlx::Error),
}

/// Makes a new database one of this environment and master key, or refuses one
/// that is of another.
pub async fn claim(
    db: &Db,
    environment: Environment,
    vault: &Vault,
    context: &Context,
) -> Result<(), ClaimError> {
    let mut tx = db.write().await?;
    let seal = vault.seal(context, SEAL, SEAL);
    let stored = find_or_put(&mut tx, ENVIRONMENT, environment.as_str()).await?;
    let sealed = find_or_put(&mut tx, SEAL, &seal).await?;
    tx.commit().await?;
    check_stored(stored, environment)?;
    vault.open_seal(SEAL, &sealed)?;
    Ok(())
}

/// Refuses a database of another environment. One that no server has used yet
/// is of none.
pub async fn check_environment(db: &Db, environment: Environment) -> Result<(), ClaimError> {
    let row = sqlx::query("SELECT value FROM settings WHERE id = $1")
        .bind(ENVIRONMENT)
        .fetch_optional(&mut *db.read().await?)
        .await?;
    match row.map(|row| row.text::<String>("value")).transpose()? {
        Some(stored) => check_stored(stored, environment),
        None => Ok(()),
    }
}

fn check_stored(stored: String, environment: Environment) -> Result<(), ClaimError> {
    if stored == environment.as_str() {
        return Ok(());
    }
    Err(OpenError::OtherEnvironment {
        stored,
        asked: environment.as_str(),
    }
    .into())
}

/// The number that every change of keys or partners raises.
pub(super) async fn edition(conn: &mut Connection) -> Result<i64, sqlx::Error> {
    let row = sqlx::query("SELECT CAST(value AS BIGINT) AS edition FROM settings WHERE id = $1")
        .bind(EDITION)
        .fetch_optional(conn)
        .await?;
    row.map_or(Ok(0), |row| row.number("edition"))
}

pub(super) async fn raise_edition(conn: &mut Connection) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO settings (id, value) VALUES ($1, '1') ON CONFLICT (id) DO UPDATE
         SET value = CAST(CAST(settings.value AS BIGINT) + 1 AS TEXT)",
    )
    .bind(EDITION)
    .execute(conn)
    .await
    .map(|_| ())
}

async fn find_or_put(conn: &mut Connection, id: &str, value: &str) -> Result<String, sqlx::Error> {
    sqlx::query("INSERT INTO settings (id, value) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING")
        .bind(id)
        .bind(value)
        .execute(&mut *conn)
        .await?;
    sqlx::query("SELECT value FROM settings WHERE id = $1")
        .bind(id)
        .fetch_one(conn)
        .await?
        .text("value")
}
