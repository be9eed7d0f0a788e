//! A partner with everything of its own, put straight into the database.

use ledger::{Allocate, Command, Pool};
use serde::Serialize;
use serde::de::DeserializeOwned;
use server::app::App;
use server::domain::key::KeyMaker;
use server::store::key::Key;
use server::store::ledger::Order;
use server::store::organization::Organization;
use server::store::partner::{Partner, PartnerConfig};
use server::store::{key, organization, partner, pool};
use shared::id::PoolId;
use shared::money::Tokens;
use shared::organization::OrganizationStatus;
use shared::partner::{PartnerStatus, Tier};
use shared::{Call, Feature};

use super::{Client, Keys, NONPROFIT, Request, Response, Stage};

/// The tokens in the pool of a new tenant.
const TOKENS: Tokens = Tokens(10_000);

/// A partner, its key pair, its pool, and a client that speaks for it.
pub(crate) struct Tenant {
    pub(crate) partner: Partner,
    pub(crate) keys: Keys,
    pub(crate) pool_id: PoolId,
    pub(crate) client: Client,
    /// The access token of its owner, once somebody has signed in.
    pub(crate) owner: String,
}

impl Tenant {
    pub(super) async fn make(app: &App, client: Client, slug: &str) -> Self {
        let partner = new_partner(app, slug);
        let (key, keys) = new_keys(app, &partner);
        let pool = empty_pool(app);
        let mut tx = app.db.write().await.unwrap();
        partner::insert(&mut tx, &partner).await.unwrap();
        key::insert(&mut tx, &key).await.unwrap();
        pool::insert(&mut tx, &partner.id, &pool).await.unwrap();
        tx.commit().await.unwrap();
        allocate(app, &partner, &pool.id, TOKENS).await;
        Self {
            partner,
            keys,
            pool_id: pool.id,
            client,
            owner: String::new(),
        }
    }

    /// Makes a call and answers how it went.
    pub(crate) async fn ask<C: Call + Serialize>(&self, call: &C) -> Response {
        self.prepare(call).send().await
    }

    /// Makes a call that must succeed.
    pub(crate) async fn call<C: Call + Serialize>(&self, call: &C) -> C::Answer
    where
        C::Answer: DeserializeOwned,
    {
        self.ask(call).await.answer(C::STATUS)
    }

    pub(crate) fn prepare<C: Call + Serialize>(&self, call: &C) -> Request {
        self.client.prepare(&self.keys, call)
    }

    /// A widget's request, with the publishable key alone.
    pub(crate) fn widget(&self, method: &str, path: &str) -> Request {
        let request = self.client.request(method, path);
        request.header("x-partner-key", &self.keys.public)
    }

    /// A request signed by the secret key, without a body.
    pub(crate) fn signed(&self, method: &str, path: &str) -> Request {
        let request = self.client.request(method, path);
        request.signed(&self.keys.secret, &self.keys.hmac_secret)
    }

    /// A request signed by the secret key, with a body.
    pub(crate) fn signed_json(
        &self,
        method: &str,
        path: &str,
        body: &serde_json::Value,
    ) -> Request {
        let request = self.client.request(method, path).json(body);
        request.signed(&self.keys.secret, &self.keys.hmac_secret)
    }
}

impl Stage {
    /// Changes what an operator can change of our partner.
    pub(crate) async fn change_partner(&mut self, change: impl FnOnce(&mut Partner)) {
        change(&mut self.ours.partner);
        let mut tx = self.app().db.write().await.unwrap();
        partner::update(&mut tx, &self.ours.partner).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// One more partner with everything of its own.
    pub(crate) async fn one_more_partner(&self, slug: &str) -> Tenant {
        Tenant::make(self.app(), self.ours.client.clone(), slug).await
    }

    /// Puts a new partner, which has no pool yet, in the place of ours.
    pub(crate) async fn begin_without_a_pool(&mut self) {
        let partner = new_partner(self.app(), "beginning");
        let (key, keys) = new_keys(self.app(), &partner);
        let mut tx = self.app().db.write().await.unwrap();
        partner::insert(&mut tx, &partner).await.unwrap();
        key::insert(&mut tx, &key).await.unwrap();
        tx.commit().await.unwrap();
        (self.ours.partner, self.ours.keys) = (partner, keys);
    }

    /// A new key pair of our partner, limited as `limit` says.
    pub(crate) async fn limit_key(&self, limit: impl FnOnce(&mut Key)) -> Keys {
        let (mut key, keys) = new_keys(self.app(), &self.ours.partner);
        limit(&mut key);
        let mut tx = self.app().db.write().await.unwrap();
        key::insert(&mut tx, &key).await.unwrap();
        tx.commit().await.unwrap();
        keys
    }

    /// Gives our partner another pool, as `shape` says, and tokens in it.
    pub(crate) async fn add_pool(&self, tokens: i64, shape: impl FnOnce(&mut Pool)) -> PoolId {
        let mut pool = empty_pool(self.app());
        shape(&mut pool);
        let mut tx = self.app().db.write().await.unwrap();
        pool::insert(&mut tx, &self.ours.partner.id, &pool)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        if tokens > 0 {
            self.allocate(&pool.id, tokens).await;
        }
        pool.id
    }

    /// Puts tokens into a pool of ours, as an operator does.
    pub(crate) async fn allocate(&self, pool_id: &PoolId, tokens: i64) {
        allocate(self.app(), &self.ours.partner, pool_id, Tokens(tokens)).await;
        self.app().reward_due.notify_one();
    }
}

fn new_partner(app: &App, slug: &str) -> Partner {
    Partner {
        id: app.context.object_id(),
        name: format!("Partner {slug}"),
        slug: slug.to_owned(),
        status: PartnerStatus::Active,
        tier: Tier::Standard,
        features: Feature::ALL.to_vec(),
        config: PartnerConfig::default(),
        created_at: app.context.now(),
    }
}

fn new_keys(app: &App, partner: &Partner) -> (Key, Keys) {
    let maker = KeyMaker {
        context: &app.context,
        vault: &app.vault,
        environment: app.settings.environment,
    };
    let (key, secrets) = maker.pair(&partner.id, "Test");
    let keys = Keys {
        public: secrets.public_key,
        secret: secrets.secret_key,
        hmac_secret: secrets.hmac_secret,
    };
    (key, keys)
}

fn empty_pool(app: &App) -> Pool {
    Pool::new(
        app.context.object_id(),
        "Rewards".to_owned(),
        app.context.now(),
    )
}

async fn allocate(app: &App, partner: &Partner, pool_id: &PoolId, amount: Tokens) {
    let command = Command::Allocate(Allocate {
        seed: app.context.seed(),
        request_id: None,
        pool_id: pool_id.clone(),
        amount,
    });
    let partner_id = partner.id.clone();
    let order = Order {
        partner_id,
        command,
    };
    app.ledger.submit(order).await.unwrap();
}

/// Two nonprofits that take gifts, and one that takes none any more.
pub(super) async fn fill_directory(app: &App) {
    use OrganizationStatus::{Active, Inactive};
    let mut tx = app.db.write().await.unwrap();
    for (slug, name, ein, status) in [
        (NONPROFIT, "River Trust", "530196605", Active),
        ("city-library", "City Library", "133433452", Active),
        ("closed-house", "Closed House", "363673599", Inactive),
    ] {
        let found = nonprofit(app, (slug, name, status));
        let found = Organization {
            ein: Some(ein.to_owned()),
            ..found
        };
        organization::insert(&mut tx, &found).await.unwrap();
    }
    tx.commit().await.unwrap();
}

fn nonprofit(app: &App, (slug, name, status): (&str, &str, OrganizationStatus)) -> Organization {
    Organization {
        id: app.context.object_id(),
        percent_id: format!("organisation_{}", app.context.random_base62(29)),
        endaoment_id: app.context.uuid(),
        slug: slug.to_owned(),
        name: name.to_owned(),
        ein: None,
        logo: None,
        status,
        description: None,
        website: None,
        location: Some("Springfield".to_owned()),
        category: None,
        city: None,
        state: None,
        country: "US".to_owned(),
    }
}

impl Stage {
    /// Adds a nonprofit that takes no gifts any more.
    pub(crate) async fn add_closed(&self, slug: &str, name: &str) {
        let closed = nonprofit(self.app(), (slug, name, OrganizationStatus::Inactive));
        let mut tx = self.app().db.write().await.unwrap();
        organization::insert(&mut tx, &closed).await.unwrap();
        tx.commit().await.unwrap();
    }
}
