//! What every test begins with: a running server, two partners with everything
//! of their own, and a clock that only the test moves.

mod action;
mod chance;
mod client;
mod database;
mod gift;
pub(crate) mod issuer;
mod look;
mod patience;
mod person;
mod program;
mod response;
mod session;
mod sink;
mod tenant;

use std::net::SocketAddr;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use server::app::App;
use server::config::{Environment, Settings};
use server::context::Context;
use server::serve::{Fill, Running, start};
use server::store::ledger::verify::audit;
use shared::time::Timestamp;
use tokio::runtime;

pub(crate) use self::action::{Act, purchase};
pub(crate) use self::chance::Chance;
pub(crate) use self::client::{Client, Keys, Request, hex};
pub(crate) use self::database::{Database, Kind, MASTER_KEY};
pub(crate) use self::gift::{card_form, gift_with};
pub(crate) use self::patience::{patiently, until};
pub(crate) use self::person::{PASSWORD, Person};
pub(crate) use self::program::{Ended, Giving, Serving};
pub(crate) use self::response::Response;
pub(crate) use self::sink::{Message, Reaction, Sink};
pub(crate) use self::tenant::Tenant;

/// Where the clock stands when a test begins: 2025-05-10T11:20:00Z.
pub(crate) const OPENING: Timestamp = Timestamp(1_746_876_000_000);
pub(crate) const MINUTE_MS: i64 = 60_000;
pub(crate) const HOUR_MS: i64 = 60 * MINUTE_MS;
pub(crate) const DAY_MS: i64 = 24 * HOUR_MS;

/// An active nonprofit, in the directory of every stage.
pub(crate) const NONPROFIT: &str = "river-trust";

/// Makes two tests of each function named: its path ends in `::sqlite` and in
/// `::postgres`. A function that is not named is reported as never used.
macro_rules! on_both_databases {
    ($( $name:ident ),+ $(,)?) => { $(
        mod $name {
            #[test]
            fn sqlite() {
                $crate::stage::play($crate::stage::Kind::Sqlite, async |stage: &mut $crate::stage::Stage| {
                    super::$name(stage).await;
                });
            }

            #[test]
            fn postgres() {
                $crate::stage::play($crate::stage::Kind::Postgres, async |stage: &mut $crate::stage::Stage| {
                    super::$name(stage).await;
                });
            }
        }
    )+ };
}

/// A running server and who calls it.
pub(crate) struct Stage {
    /// Active, with every feature, a key pair and 10,000 tokens in its pool.
    pub(crate) ours: Tenant,
    /// Another such partner, which must never be seen from the first.
    pub(crate) theirs: Tenant,
    now_ms: Arc<AtomicI64>,
    database: Database,
    running: Option<Running>,
}

/// Plays one test on a fresh stage, then audits the ledger and clears away.
pub(crate) fn play(kind: Kind, test: impl AsyncFnOnce(&mut Stage)) {
    let runtime = runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let mut stage = runtime.block_on(Box::pin(Stage::open(kind)));
    let played = catch_unwind(AssertUnwindSafe(|| {
        runtime.block_on(Box::pin(async {
            test(&mut stage).await;
            stage.audit().await;
        }));
    }));
    runtime.block_on(stage.close());
    if let Err(panic) = played {
        resume_unwind(panic);
    }
}

impl Stage {
    async fn open(kind: Kind) -> Self {
        let database = Database::fresh(kind).await;
        let now_ms = Arc::new(AtomicI64::new(OPENING.0));
        let settings = settings(&database);
        let running = start(settings, Context::by_hand(now_ms.clone()), Fill::Nothing)
            .await
            .unwrap();
        tenant::fill_directory(&running.app).await;
        let client = |running: &Running| Client::new(&running.app.base_url, now_ms.clone());
        Self {
            ours: Tenant::make(&running.app, client(&running), "ours").await,
            theirs: Tenant::make(&running.app, client(&running), "theirs").await,
            now_ms,
            database,
            running: Some(running),
        }
    }

    /// The running server's inside, for what has no call.
    pub(crate) fn app(&self) -> &App {
        &self.running.as_ref().unwrap().app
    }

    /// Where the running server shows its metrics, if it does.
    pub(crate) fn metrics_address(&self) -> Option<SocketAddr> {
        self.running.as_ref().unwrap().metrics_address
    }

    pub(crate) fn kind(&self) -> Kind {
        self.database.kind()
    }

    pub(crate) fn database_url(&self) -> &str {
        self.database.url()
    }

    /// Where the server keeps its files.
    pub(crate) fn directory(&self) -> &Path {
        self.database.directory()
    }

    /// The settings of the running server, before a test changes any.
    pub(crate) fn settings(&self) -> Settings {
        settings(&self.database)
    }

    pub(crate) fn now(&self) -> Timestamp {
        Timestamp(self.now_ms.load(Ordering::SeqCst))
    }

    /// Moves the clock, and lets the workers see what is due by then.
    pub(crate) fn pass_time(&self, ms: i64) {
        self.now_ms.fetch_add(ms, Ordering::SeqCst);
        self.app().reward_due.notify_one();
        self.app().db.news().tell_all();
    }

    /// Moves the clock to where the system's stands, for programs and libraries
    /// that read that one.
    pub(crate) fn turn_to_the_present(&self) {
        self.now_ms
            .store(Context::system().now().0, Ordering::SeqCst);
    }

    /// Lets the sweeper pass once, now.
    pub(crate) async fn sweep(&self) {
        server::worker::sweep::pass(self.app()).await.unwrap();
    }

    /// Lets the server see, now, what another process changed of who may call.
    pub(crate) async fn look_for_changed_callers(&self) {
        let looked = self.app().db.look_for_changed_callers();
        looked.await.unwrap();
    }

    /// Stops the server and starts it again on the same database, with settings
    /// that `change` has changed.
    pub(crate) async fn restart(&mut self, change: impl FnOnce(&mut Settings)) {
        self.stop().await;
        let mut settings = self.settings();
        change(&mut settings);
        let context = Context::by_hand(self.now_ms.clone());
        let running = start(settings, context, Fill::Nothing).await.unwrap();
        self.call_at(&running.app.base_url);
        self.running = Some(running);
    }

    /// Starts another server beside the one that runs, on the same database and
    /// by the same clock.
    pub(crate) async fn start_another(&self) -> Running {
        let context = Context::by_hand(self.now_ms.clone());
        start(self.settings(), context, Fill::Nothing)
            .await
            .unwrap()
    }

    /// A client of another server.
    pub(crate) fn client_of(&self, running: &Running) -> Client {
        Client::new(&running.app.base_url, self.now_ms.clone())
    }

    /// A client of what listens at another address.
    pub(crate) fn client_at(&self, base_url: &str) -> Client {
        Client::new(base_url, self.now_ms.clone())
    }

    /// Lets everyone call a server at another address.
    pub(crate) fn call_at(&mut self, base_url: &str) {
        for tenant in [&mut self.ours, &mut self.theirs] {
            tenant.client = Client::new(base_url, self.now_ms.clone());
        }
    }

    /// Makes this a production server, and gives our partner keys for it.
    pub(crate) async fn turn_to_production(&mut self) {
        let mut tx = self.app().db.write().await.unwrap();
        sqlx::query("UPDATE settings SET value = 'production' WHERE id = 'environment'")
            .execute(&mut *tx)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        self.restart(|settings| settings.environment = Environment::Production)
            .await;
        self.ours.keys = self.limit_key(|_| {}).await;
    }

    pub(crate) async fn stop(&mut self) {
        if let Some(running) = self.running.take() {
            running.stop().await;
        }
    }

    async fn audit(&self) {
        let Some(running) = &self.running else { return };
        let mut snapshot = running.app.db.snapshot().await.unwrap();
        let audit = audit(&mut snapshot).await.unwrap();
        assert_eq!(
            audit.differences,
            Vec::<String>::new(),
            "the ledger does not add up"
        );
    }

    async fn close(mut self) {
        self.stop().await;
        self.database.remove().await;
    }
}

/// The settings of a stage: the defaults, on a port of its own.
fn settings(database: &Database) -> Settings {
    Settings::read(&serde_json::json!({
        "listen": "127.0.0.1:0",
        "database": database.url(),
        "data_dir": database.directory(),
        "master_key": MASTER_KEY,
        "allow_loopback_webhooks": true,
    }))
    .unwrap()
}
