//! The database: SQLite or PostgreSQL behind one interface, one SQL text for
//! both. Every statement of the server stands in this room; no HTTP does.

pub mod batch;
pub mod donation;
pub mod event;
pub mod job;
pub mod key;
pub mod ledger;
pub mod organization;
pub mod partner;
pub mod pool;
pub mod replay;
mod row;
pub mod setting;
pub mod sql;
pub mod user;

use std::path::Path;
use std::time::Duration;

use sqlx::any::AnyPoolOptions;
use sqlx::pool::PoolConnection;
use sqlx::{Any, AnyConnection, AnyPool, Executor as _, Transaction};

use self::sql::Dialect;

/// Connections for reading on SQLite.
const SQLITE_READERS: u32 = 4;
/// Connections of one process on PostgreSQL.
const POSTGRES_CONNECTIONS: u32 = 16;
/// How long a caller waits for a connection before the answer is 503.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);

const SQLITE_SETTINGS: &str = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
    PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 5000;";
const POSTGRES_SETTINGS: &str = "SET idle_in_transaction_session_timeout = '10s'; \
    SET lock_timeout = '5s'; SET statement_timeout = '30s';";

/// One connection, in or out of a transaction.
pub type Connection = AnyConnection;

/// The pools of connections to one database.
#[derive(Clone, Debug)]
pub struct Db {
    dialect: Dialect,
    readers: AnyPool,
    /// One connection on SQLite, where writers take turns; the readers' own
    /// pool on PostgreSQL.
    writers: AnyPool,
}

/// Why the database cannot be used, in one line.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("the database address must begin with sqlite: or postgres:// (it begins with {0:?})")]
    UnknownKind(String),
    #[error("the folder {path} for the database cannot be made: {source}")]
    Folder {
        path: String,
        source: std::io::Error,
    },
    #[error("the database cannot be opened: {0}")]
    Unreachable(sqlx::Error),
    #[error(
        "the database is of a newer schema than this program (it has migration {0}): use a newer giving"
    )]
    NewerSchema(i64),
    #[error("the database cannot be migrated: {0}")]
    Migration(sqlx::migrate::MigrateError),
    #[error(
        "this database belongs to the {stored} environment, and the server runs as {asked}: use another database or --environment {stored}"
    )]
    OtherEnvironment { stored: String, asked: &'static str },
}

impl Db {
    /// Opens the database and brings its schema up to date.
    pub async fn open(url: &str) -> Result<Self, OpenError> {
        sqlx::any::install_default_drivers();
        let db = match url.split_once(':') {
            Some(("sqlite", path)) => Self::open_sqlite(path.trim_start_matches("//")).await?,
            Some(("postgres" | "postgresql", _)) => Self::open_postgres(url).await?,
            _ => return Err(OpenError::UnknownKind(url.chars().take(12).collect())),
        };
        db.migrate().await?;
        Ok(db)
    }

    async fn open_sqlite(path: &str) -> Result<Self, OpenError> {
        let file = path.split('?').next().unwrap_or(path);
        if let Some(folder) = Path::new(file).parent() {
            std::fs::create_dir_all(folder).map_err(|source| OpenError::Folder {
                path: folder.display().to_string(),
                source,
            })?;
        }
        let url = format!("sqlite://{file}?mode=rwc");
        Ok(Self {
            dialect: Dialect::Sqlite,
            writers: connect(&url, 1, SQLITE_SETTINGS).await?,
            readers: connect(&url, SQLITE_READERS, SQLITE_SETTINGS).await?,
        })
    }

    async fn open_postgres(url: &str) -> Result<Self, OpenError> {
        let pool = connect(url, POSTGRES_CONNECTIONS, POSTGRES_SETTINGS).await?;
        Ok(Self {
            dialect: Dialect::Postgres,
            writers: pool.clone(),
            readers: pool,
        })
    }

    async fn migrate(&self) -> Result<(), OpenError> {
        sqlx::migrate!()
            .run(&self.writers)
            .await
            .map_err(|error| match error {
                sqlx::migrate::MigrateError::VersionMissing(version) => {
                    OpenError::NewerSchema(version)
                }
                other => OpenError::Migration(other),
            })
    }

    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// A connection for reading.
    pub async fn read(&self) -> Result<PoolConnection<Any>, sqlx::Error> {
        self.readers.acquire().await
    }

    /// A transaction for writing. Nothing but SQL may be awaited before its
    /// commit; dropped, it is rolled back.
    pub async fn write(&self) -> Result<Transaction<'static, Any>, sqlx::Error> {
        match self.dialect {
            Dialect::Sqlite => self.writers.begin_with("BEGIN IMMEDIATE").await,
            Dialect::Postgres => self.writers.begin().await,
        }
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<(), sqlx::Error> {
        sqlx::query("SELECT 1")
            .execute(&mut *self.read().await?)
            .await
            .map(|_| ())
    }

    pub async fn close(&self) {
        self.readers.close().await;
        self.writers.close().await;
    }
}

async fn connect(
    url: &str,
    connections: u32,
    settings: &'static str,
) -> Result<AnyPool, OpenError> {
    AnyPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .after_connect(move |connection, _| {
            Box::pin(async move { connection.execute(settings).await.map(|_| ()) })
        })
        .connect(url)
        .await
        .map_err(OpenError::Unreachable)
}
