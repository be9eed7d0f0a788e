//! What the calls are made in: a database with partners, each with a key and a
//! pool that does not run dry, and a server on it.

use std::path::Path;
use std::sync::Arc;

use ledger::{Allocate, Command, Pool};
use server::config::{Environment, Settings};
use server::context::Context;
use server::domain::key::KeyMaker;
use server::serve::open;
use server::store::ledger::{Ledger, Order};
use server::store::partner::{Partner, PartnerConfig};
use server::store::{Db, key, partner, pool};
use server::vault::Vault;
use shared::Feature;
use shared::id::PoolId;
use shared::money::Tokens;
use shared::partner::{PartnerStatus, Tier};

use super::process::Server;
use super::signer::Signer;

const TOKENS: Tokens = Tokens(1_000_000_000_000);

/// Who calls, and from which pool it is paid.
#[derive(Clone)]
pub(super) struct Tenant {
    pub(super) signer: Signer,
    pub(super) pool_id: PoolId,
}

/// A server, its database, and who calls it.
pub(super) struct World {
    pub(super) url: String,
    pub(super) server: Server,
    pub(super) tenants: Arc<[Tenant]>,
}

impl World {
    /// Fills the database at `url` with partners, and starts a server on it that
    /// keeps its files in `folder`.
    pub(super) async fn make(url: String, folder: &Path, partners: usize) -> Self {
        let tenants = fill(&url, folder, partners).await;
        let folder = folder.to_str().expect("a plain path");
        let limit = u32::MAX.to_string();
        let server = Server::start(
            &["serve", "--listen", "127.0.0.1:0"],
            &[
                ("GIVING_DATABASE", &url),
                ("GIVING_DATA_DIR", folder),
                ("GIVING_RATE_LIMIT_STANDARD", &limit),
                ("GIVING_ALLOW_LOOPBACK_WEBHOOKS", "true"),
            ],
        );
        Self {
            url,
            server,
            tenants,
        }
    }
}

impl World {
    /// The first partner alone.
    pub(super) fn first(&self) -> Arc<[Tenant]> {
        Arc::new([self.tenants[0].clone()])
    }
}

async fn fill(url: &str, folder: &Path, partners: usize) -> Arc<[Tenant]> {
    let flags = serde_json::json!({ "database": url, "data_dir": folder });
    let settings = Settings::read(&flags).expect("settings");
    let context = Context::system();
    let (db, vault) = open(&settings, &context).await.expect("a database");
    let (ledger, writers) = Ledger::start(db.clone(), &context, Environment::Sandbox);
    let mut tenants = Vec::with_capacity(partners);
    for number in 0..partners {
        let maker = Maker {
            db: &db,
            vault: &vault,
            ledger: &ledger,
            context: &context,
        };
        tenants.push(maker.make(number).await);
    }
    drop(ledger);
    for writer in writers {
        writer.await.expect("the writer ends well");
    }
    db.close().await;
    tenants.into()
}

struct Maker<'a> {
    db: &'a Db,
    vault: &'a Vault,
    ledger: &'a Ledger,
    context: &'a Context,
}

impl Maker<'_> {
    async fn make(&self, number: usize) -> Tenant {
        let now = self.context.now();
        let partner = Partner {
            id: self.context.object_id(),
            name: format!("Partner {number}"),
            slug: format!("partner-{number}"),
            status: PartnerStatus::Active,
            tier: Tier::Standard,
            features: Feature::ALL.to_vec(),
            config: PartnerConfig::default(),
            created_at: now,
        };
        let maker = KeyMaker {
            context: self.context,
            vault: self.vault,
            environment: Environment::Sandbox,
        };
        let (key, secrets) = maker.pair(&partner.id, "Bench");
        let pool = Pool::new(self.context.object_id(), "Bench".to_owned(), now);
        let mut tx = self.db.write().await.expect("a transaction");
        partner::insert(&mut tx, &partner).await.expect("a partner");
        key::insert(&mut tx, &key).await.expect("a key");
        let inserted = pool::insert(&mut tx, &partner.id, &pool).await;
        inserted.expect("a pool");
        tx.commit().await.expect("a commit");
        let command = Command::Allocate(Allocate {
            seed: self.context.seed(),
            request_id: None,
            pool_id: pool.id.clone(),
            amount: TOKENS,
        });
        let partner_id = partner.id;
        let order = Order {
            partner_id,
            command,
        };
        self.ledger.submit(order).await.expect("a full pool");
        Tenant {
            signer: Signer::new(secrets.secret_key, &secrets.hmac_secret),
            pool_id: pool.id,
        }
    }
}
