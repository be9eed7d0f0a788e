//! The database: SQLite or PostgreSQL behind one interface, one SQL text for
//! both. Every statement of the server stands in this room; no HTTP does.

pub mod action;
pub mod activity;
mod address;
pub mod batch;
pub mod caller;
pub mod campaign;
pub mod delivery;
pub mod donation;
pub mod donation_session;
pub mod erasure;
pub mod event;
pub mod failure;
pub mod fund;
pub mod job;
pub mod key;
pub mod ledger;
pub mod link;
pub mod list;
pub mod mail;
mod memory;
mod news;
pub mod organization;
pub mod organization_report;
pub mod partner;
pub mod person;
pub mod pool;
pub mod pool_request;
pub mod portal_user;
pub mod prune;
pub mod rate;
pub mod replay;
mod row;
pub mod session;
pub mod setting;
pub mod sql;
pub mod statistics;
pub mod transaction;
pub mod usage;
pub mod user;
pub mod webhook;
mod write;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use sqlx::any::AnyPoolOptions;
use sqlx::pool::PoolConnection;
use sqlx::{Any, AnyConnection, AnyPool, Connection as _, Executor as _, Transaction};

use self::address::Address;
use self::caller::Caller;
use self::memory::Memory;
use self::news::News;
pub use self::news::Told;
use self::row::Columns as _;
use self::sql::Dialect;
pub use self::write::Write;

/// Connections for reading on SQLite.
const SQLITE_READERS: u32 = 4;
/// Connections of one process on PostgreSQL. Writers wait for each other's books,
/// so they have connections of their own and cannot take the readers'.
const POSTGRES_READERS: u32 = 12;
const POSTGRES_WRITERS: u32 = 8;
/// How long a caller waits for a connection before the answer is 503.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);

/// What every connection to SQLite has.
macro_rules! sqlite_settings {
    () => {
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; \
         PRAGMA busy_timeout = 5000;"
    };
}
/// A page of a list, and the pages of its indexes, stay at hand.
const SQLITE_READER_SETTINGS: &str = concat!(sqlite_settings!(), " PRAGMA cache_size = -16384;");
/// What the one that writes has besides. A batch changes some thousand pages: in
/// a smaller cache, of so many KiB, they would be read again and written more than
/// once; and what a statement could have to undo need not go through a file. With
/// a log of so many pages, many batches share the copying into the database.
const SQLITE_WRITER_SETTINGS: &str = concat!(
    sqlite_settings!(),
    " PRAGMA cache_size = -65536; PRAGMA temp_store = MEMORY; PRAGMA wal_autocheckpoint = 16384;"
);
const POSTGRES_SETTINGS: &str = "SET idle_in_transaction_session_timeout = '10s'; \
    SET lock_timeout = '5s'; SET statement_timeout = '30s';";

/// One connection, in or out of a transaction.
pub type Connection = AnyConnection;

/// The pools of connections to one database.
#[derive(Clone, Debug)]
pub struct Db {
    dialect: Dialect,
    readers: AnyPool,
    /// One connection on SQLite, where writers take turns.
    writers: AnyPool,
    callers: Arc<Memory<Caller>>,
    news: Arc<News>,
}

/// Why the database cannot be used, in one line.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error(
        "the database address must begin with sqlite: or postgres:// (such as sqlite:data/giving.db)"
    )]
    UnknownKind,
    #[error("a sqlite: address must name a file, such as sqlite:data/giving.db")]
    NoFile,
    #[error("the database address cannot be read: {reason}")]
    Malformed { reason: String },
    #[error("the folder {path} for the database cannot be used: {source}")]
    Folder {
        path: String,
        source: std::io::Error,
    },
    #[error(
        "there is no database at {0}: name another with --database or --data-dir, or make it with giving migrate"
    )]
    Missing(String),
    #[error("the database {place} cannot be opened: {} ({hint})", reason(.source))]
    Unreachable {
        place: String,
        source: sqlx::Error,
        hint: &'static str,
    },
    #[error(
        "the database {place} did not answer within {} seconds (is --database right?)",
        ACQUIRE_TIMEOUT.as_secs()
    )]
    Silent { place: String },
    #[error(
        "the database is of a newer schema than this program (it has migration {0}): use a newer giving"
    )]
    NewerSchema(i64),
    #[error("the database cannot be migrated: {0}")]
    Migration(sqlx::migrate::MigrateError),
    #[error(
        "this database belongs to the {stored} environment, and {asked} was asked for: use another database or --environment {stored}"
    )]
    OtherEnvironment { stored: String, asked: &'static str },
}

impl Db {
    /// Opens the database, or makes it, and brings its schema up to date.
    pub async fn open(url: &str) -> Result<Self, OpenError> {
        Self::open_at(&Address::parse(url)?).await
    }

    /// Opens a database that must be there: a mistyped path is an error, not a
    /// new and empty file.
    pub async fn open_existing(url: &str) -> Result<Self, OpenError> {
        let address = Address::parse(url)?;
        match &address {
            Address::Sqlite(path) if !Path::new(path).exists() => {
                Err(OpenError::Missing(address.to_string()))
            }
            _ => Self::open_at(&address).await,
        }
    }

    async fn open_at(address: &Address) -> Result<Self, OpenError> {
        sqlx::any::install_default_drivers();
        let db = match address {
            Address::Sqlite(path) => {
                make_folder(Path::new(path))?;
                Self {
                    dialect: Dialect::Sqlite,
                    writers: connect(address, 1, SQLITE_WRITER_SETTINGS).await?,
                    readers: connect(address, SQLITE_READERS, SQLITE_READER_SETTINGS).await?,
                    callers: Arc::default(),
                    news: Arc::default(),
                }
            }
            Address::Postgres(_) => Self {
                dialect: Dialect::Postgres,
                writers: connect(address, POSTGRES_WRITERS, POSTGRES_SETTINGS).await?,
                readers: connect(address, POSTGRES_READERS, POSTGRES_SETTINGS).await?,
                callers: Arc::default(),
                news: Arc::default(),
            },
        };
        let turn = match address {
            // SQLite's migrations take turns by a lock on the folder; PostgreSQL
            // has one of its own.
            Address::Sqlite(path) => Some(lock_folder(PathBuf::from(path)).await?),
            Address::Postgres(_) => None,
        };
        db.migrate().await?;
        drop(turn);
        Ok(db)
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

    /// Who is told of what this process commits.
    pub fn news(&self) -> &News {
        &self.news
    }

    /// A connection for reading.
    pub async fn read(&self) -> Result<PoolConnection<Any>, sqlx::Error> {
        self.readers.acquire().await
    }

    /// A transaction for writing.
    pub async fn write(&self) -> Result<Write, sqlx::Error> {
        let tx = match self.dialect {
            Dialect::Sqlite => self.writers.begin_with("BEGIN IMMEDIATE").await?,
            Dialect::Postgres => self.writers.begin().await?,
        };
        Ok(Write::new(tx, self.callers.clone(), self.news.clone()))
    }

    /// A transaction for reading that sees one state of the whole database,
    /// however long it takes.
    pub async fn snapshot(&self) -> Result<Transaction<'static, Any>, sqlx::Error> {
        match self.dialect {
            Dialect::Sqlite => self.readers.begin().await,
            Dialect::Postgres => {
                let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
                let mut tx = self.readers.begin_with(begin).await?;
                tx.execute("SET LOCAL statement_timeout = 0").await?;
                Ok(tx)
            }
        }
    }

    /// The number of the newest migration that the database has.
    pub async fn schema(&self) -> Result<i64, sqlx::Error> {
        sqlx::query("SELECT MAX(version) AS version FROM _sqlx_migrations")
            .fetch_one(&mut *self.read().await?)
            .await?
            .number("version")
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

fn make_folder(file: &Path) -> Result<(), OpenError> {
    file.parent().map_or(Ok(()), |folder| {
        std::fs::create_dir_all(folder).map_err(|source| OpenError::Folder {
            path: folder.display().to_string(),
            source,
        })
    })
}

/// What the database or the system said, without the driver's words around it.
fn reason(error: &sqlx::Error) -> String {
    match error {
        sqlx::Error::Database(error) => error.message().to_owned(),
        sqlx::Error::Io(error) => error.to_string(),
        other => other.to_string(),
    }
}

/// Waits until nobody else migrates a database in the folder. The lock ends with
/// the file that is answered.
async fn lock_folder(file: PathBuf) -> Result<File, OpenError> {
    let folder = match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    };
    let path = folder.display().to_string();
    let locked = tokio::task::spawn_blocking(move || {
        let folder = File::open(folder)?;
        folder.lock()?;
        Ok(folder)
    });
    let locked = locked.await.map_err(std::io::Error::other);
    locked
        .and_then(|locked| locked)
        .map_err(|source| OpenError::Folder { path, source })
}

/// A pool whose first connection has been made. That one is made outside the
/// pool, which would hide why it fails behind a time-out.
async fn connect(
    address: &Address,
    connections: u32,
    settings: &'static str,
) -> Result<AnyPool, OpenError> {
    let url = address.url();
    let unreachable = |source| OpenError::Unreachable {
        place: address.to_string(),
        source,
        hint: match address {
            Address::Sqlite(_) => "is it giving's, and may you write it and its folder?",
            Address::Postgres(_) => "is PostgreSQL running there, and is --database right?",
        },
    };
    let probe = async {
        let mut connection = Connection::connect(&url).await?;
        connection.execute(settings).await?;
        connection.close().await
    };
    match tokio::time::timeout(ACQUIRE_TIMEOUT, probe).await {
        Ok(done) => done.map_err(unreachable)?,
        Err(_) => {
            return Err(OpenError::Silent {
                place: address.to_string(),
            });
        }
    }
    AnyPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .after_connect(move |connection, _| {
            Box::pin(async move { connection.execute(settings).await.map(|_| ()) })
        })
        .connect_lazy(&url)
        .map_err(unreachable)
}
