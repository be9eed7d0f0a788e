//! What a database says of itself: one environment, one master key.

use super::row::Columns as _;
use super::{Connection, Db, OpenError};
use crate::config::Environment;
use crate::context::Context;
use crate::vault::{Vault, VaultError};

/// The row whose seal only the right master key opens.
const SEAL: &str = "seal";
const ENVIRONMENT: &str = "environment";

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
