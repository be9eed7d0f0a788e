//! The PostgreSQL to measure on, and what `pgbench` does there with the same
//! rows, one transaction an action.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use server::store::Db;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};

use super::process::{Cpu, parent};

/// The superuser's address of a PostgreSQL, as `cargo xtask bench actions` sets
/// it; `pgbench` is then on the search path.
const VARIABLE: &str = "GIVING_BENCH_POSTGRES";
const CLIENTS: &str = "32";
const ROWS: &str = include_str!("actions/rows.sql");
const SCRIPT: &str = include_str!("actions/pgbench.sql");

/// A running PostgreSQL.
pub(super) struct Postgres {
    superuser: String,
    /// The process whose children do the work.
    postmaster: Option<u32>,
}

impl Postgres {
    /// The one that the environment names.
    pub(super) async fn find() -> Option<Self> {
        let superuser = std::env::var(VARIABLE).ok()?;
        let mut connection = PgConnection::connect(&superuser)
            .await
            .expect("PostgreSQL answers");
        let backend: i32 = sqlx::query_scalar("SELECT pg_backend_pid()")
            .fetch_one(&mut connection)
            .await
            .expect("a process");
        Some(Self {
            superuser,
            postmaster: u32::try_from(backend).ok().and_then(parent),
        })
    }

    /// The address of a new database.
    pub(super) async fn create(&self, name: &str) -> String {
        let mut connection = self.connect().await;
        let sql = format!("CREATE DATABASE {name}");
        connection
            .execute(AssertSqlSafe(sql))
            .await
            .expect("a database");
        let (server, _) = self.superuser.rsplit_once('/').expect("a database's name");
        format!("{server}/{name}")
    }

    /// Looks at the tables of a database, as its own housekeeping does within a
    /// minute: plans made while they were empty do not fit what they hold.
    pub(super) async fn analyze(url: &str) {
        let mut connection = PgConnection::connect(url).await.expect("a connection");
        connection.execute("ANALYZE").await.expect("statistics");
    }

    pub(super) fn cpu(&self) -> Cpu {
        self.postmaster.map(Cpu::of_children).unwrap_or_default()
    }

    /// Where its log ends.
    pub(super) async fn end_of_log(&self) -> String {
        let mut connection = self.connect().await;
        sqlx::query_scalar("SELECT CAST(pg_current_wal_flush_lsn() AS TEXT)")
            .fetch_one(&mut connection)
            .await
            .expect("a place")
    }

    /// The commits in its log from a place on; none where it cannot read its log.
    pub(super) async fn commits_since(&self, place: &str) -> Option<i64> {
        let mut connection = self.connect().await;
        connection
            .execute("CREATE EXTENSION IF NOT EXISTS pg_walinspect")
            .await
            .ok()?;
        let end = self.end_of_log().await;
        let commits = sqlx::query_scalar(
            "SELECT COUNT(*) FROM pg_get_wal_records_info(CAST($1 AS pg_lsn), CAST($2 AS pg_lsn))
             WHERE resource_manager = 'Transaction' AND record_type LIKE 'COMMIT%'",
        );
        let commits = commits.bind(place).bind(end).fetch_one(&mut connection);
        Some(commits.await.expect("a count"))
    }

    async fn connect(&self) -> PgConnection {
        PgConnection::connect(&self.superuser)
            .await
            .expect("PostgreSQL answers")
    }
}

/// A database with what the script of `pgbench` changes.
pub(super) struct Pgbench {
    url: String,
}

impl Pgbench {
    /// None where there is no such program.
    pub(super) async fn make(postgres: &Postgres) -> Option<Self> {
        Command::new("pgbench").arg("--version").output().ok()?;
        let url = postgres.create("giving_pgbench").await;
        // The server's own schema.
        Db::open(&url).await.expect("a schema").close().await;
        let mut connection = PgConnection::connect(&url).await.expect("a connection");
        connection.execute(ROWS).await.expect("rows");
        Some(Self { url })
    }

    /// Transactions a second.
    pub(super) fn run(&self, folder: &Path, time: Duration) -> f64 {
        let script = folder.join("pgbench.sql");
        std::fs::write(&script, SCRIPT).expect("a file");
        let output = Command::new("pgbench")
            .args(["--no-vacuum", "--protocol=prepared", "--jobs=2"])
            .args(["--client", CLIENTS, "--time", &time.as_secs().to_string()])
            .arg("--file")
            .arg(script)
            .arg(&self.url)
            .output()
            .expect("pgbench runs");
        let text = String::from_utf8_lossy(&output.stdout);
        let rate = text.lines().find_map(|line| line.strip_prefix("tps = "));
        let rate = rate.and_then(|rest| rest.split(' ').next()?.parse().ok());
        rate.unwrap_or_else(|| panic!("{text}{}", String::from_utf8_lossy(&output.stderr)))
    }
}
