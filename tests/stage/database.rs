//! A fresh database for each test: a copy of one that was migrated once.

use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};

use server::store::Db;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};
use tempfile::TempDir;
use tokio::sync::OnceCell;

/// What seals the secrets of every test.
pub(crate) const MASTER_KEY: &str =
    "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
/// The superuser's address of the PostgreSQL to test on.
const POSTGRES: &str = "GIVING_TEST_POSTGRES";

static SQLITE_TEMPLATE: OnceCell<Vec<u8>> = OnceCell::const_new();
static POSTGRES_TEMPLATE: OnceCell<String> = OnceCell::const_new();
static NUMBER: AtomicU32 = AtomicU32::new(1);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Sqlite,
    Postgres,
}

/// A database of one test, and a directory for its server's files.
pub(crate) struct Database {
    kind: Kind,
    url: String,
    directory: TempDir,
}

impl Database {
    /// One with the schema and nothing in it.
    pub(crate) async fn fresh(kind: Kind) -> Self {
        let database = Self::address(kind);
        match kind {
            Kind::Sqlite => {
                let template = SQLITE_TEMPLATE.get_or_init(migrate_sqlite).await;
                std::fs::write(database.directory().join("giving.db"), template).unwrap();
            }
            Kind::Postgres => {
                let template = POSTGRES_TEMPLATE.get_or_init(migrate_postgres).await;
                let name = database.name();
                administer(format!("CREATE DATABASE {name} TEMPLATE {template}")).await;
            }
        }
        database
    }

    /// One that does not even have a schema.
    pub(crate) async fn empty(kind: Kind) -> Self {
        let database = Self::address(kind);
        if kind == Kind::Postgres {
            administer(format!("CREATE DATABASE {}", database.name())).await;
        }
        database
    }

    fn address(kind: Kind) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let url = match kind {
            Kind::Sqlite => format!("sqlite:{}", directory.path().join("giving.db").display()),
            Kind::Postgres => postgres_url(&new_name()),
        };
        Self {
            kind,
            url,
            directory,
        }
    }

    pub(crate) fn kind(&self) -> Kind {
        self.kind
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    pub(crate) fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// The name within its PostgreSQL.
    fn name(&self) -> &str {
        self.url.rsplit('/').next().unwrap()
    }

    pub(crate) async fn remove(self) {
        if self.kind == Kind::Postgres {
            administer(format!("DROP DATABASE {} WITH (FORCE)", self.name())).await;
        }
    }
}

async fn migrate_sqlite() -> Vec<u8> {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("template.db");
    let db = Db::open(&format!("sqlite:{}", file.display()))
        .await
        .unwrap();
    db.close().await;
    std::fs::read(file).unwrap()
}

async fn migrate_postgres() -> String {
    let name = new_name();
    administer(format!("CREATE DATABASE {name}")).await;
    let db = Db::open(&postgres_url(&name)).await.unwrap();
    db.close().await;
    name
}

fn new_name() -> String {
    let number = NUMBER.fetch_add(1, Ordering::SeqCst);
    format!("giving_test_{}_{number}", std::process::id())
}

fn postgres_url(name: &str) -> String {
    let superuser = superuser();
    let (server, _) = superuser.rsplit_once('/').unwrap();
    format!("{server}/{name}")
}

#[expect(
    clippy::disallowed_methods,
    reason = "no setting of the server, but of its tests"
)]
fn superuser() -> String {
    std::env::var(POSTGRES)
        .unwrap_or_else(|_| panic!("run `cargo xtask test`, or set {POSTGRES} to postgres://…"))
}

async fn administer(sql: String) {
    let mut connection = PgConnection::connect(&superuser()).await.unwrap();
    connection.execute(AssertSqlSafe(sql)).await.unwrap();
    connection.close().await.unwrap();
}
