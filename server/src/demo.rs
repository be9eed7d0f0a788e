//! The sandbox that `serve --demo` fills: a partner with a portal user, keys and
//! a full pool, and a dozen nonprofits.

use ledger::{Allocate, Command, Pool};
use serde::{Deserialize, Serialize};
use shared::Feature;
use shared::id::{OrganizationId, PartnerId, PoolId};
use shared::money::Tokens;
use shared::organization::OrganizationStatus;
use shared::partner::{PartnerStatus, Tier};
use shared::portal_user::Role;

use crate::app::App;
use crate::domain::key::{KeyMaker, Secrets};
use crate::domain::portal_user::{self, HashError, Person};
use crate::private_file;
use crate::store::ledger::{LedgerError, Order};
use crate::store::organization::Organization;
use crate::store::partner::{Partner, PartnerConfig};
use crate::store::{self, Connection};

const SLUG: &str = "demo";
const EMAIL: &str = "demo@giving.example";
const TOKENS: Tokens = Tokens(1_000_000);

/// Slug, name, EIN, website, place and field of each nonprofit.
const NONPROFITS: &[[&str; 6]] = &[
    [
        "american-red-cross",
        "American Red Cross",
        "530196605",
        "https://www.redcross.org",
        "Washington, DC",
        "Disaster relief",
    ],
    [
        "doctors-without-borders-usa",
        "Doctors Without Borders USA",
        "133433452",
        "https://www.doctorswithoutborders.org",
        "New York, NY",
        "Health",
    ],
    [
        "feeding-america",
        "Feeding America",
        "363673599",
        "https://www.feedingamerica.org",
        "Chicago, IL",
        "Food",
    ],
    [
        "habitat-for-humanity",
        "Habitat for Humanity International",
        "911914868",
        "https://www.habitat.org",
        "Americus, GA",
        "Housing",
    ],
    [
        "st-jude",
        "St. Jude Children's Research Hospital",
        "620646012",
        "https://www.stjude.org",
        "Memphis, TN",
        "Health",
    ],
    [
        "world-wildlife-fund",
        "World Wildlife Fund",
        "521693387",
        "https://www.worldwildlife.org",
        "Washington, DC",
        "Environment",
    ],
    [
        "the-nature-conservancy",
        "The Nature Conservancy",
        "530242652",
        "https://www.nature.org",
        "Arlington, VA",
        "Environment",
    ],
    [
        "unicef-usa",
        "UNICEF USA",
        "131760110",
        "https://www.unicefusa.org",
        "New York, NY",
        "Children",
    ],
    [
        "electronic-frontier-foundation",
        "Electronic Frontier Foundation",
        "043091431",
        "https://www.eff.org",
        "San Francisco, CA",
        "Civil rights",
    ],
    [
        "wikimedia-foundation",
        "Wikimedia Foundation",
        "200049703",
        "https://wikimediafoundation.org",
        "San Francisco, CA",
        "Education",
    ],
    [
        "khan-academy",
        "Khan Academy",
        "261544963",
        "https://www.khanacademy.org",
        "Mountain View, CA",
        "Education",
    ],
    [
        "charity-water",
        "charity: water",
        "223936753",
        "https://www.charitywater.org",
        "New York, NY",
        "Water",
    ],
];

/// What is written for those who try the sandbox.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Credentials {
    pub base_url: String,
    pub environment: String,
    pub partner_id: PartnerId,
    /// With which one signs in to the portal; empty as long as nobody can.
    #[serde(default)]
    pub email: String,
    #[serde(default)]
    pub password: String,
    pub public_key: String,
    pub secret_key: String,
    pub hmac_secret: String,
    pub pool_id: PoolId,
    pub nonprofits: Vec<Nonprofit>,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Credentials({})", self.public_key)
    }
}

/// A nonprofit by its id in each dialect.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Nonprofit {
    pub slug: String,
    pub id: OrganizationId,
    pub organisation_id: String,
    pub endaoment_org_id: String,
}

/// Why the demo cannot be filled in.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    #[error(
        "the database is in use by other partners: --demo needs an empty one, or the one it filled before"
    )]
    NotEmpty,
    #[error("{path} cannot be written: {source}")]
    Credentials {
        path: String,
        source: std::io::Error,
    },
    #[error(
        "{path} does not belong to this database: put the right file back, or remove the database and start again"
    )]
    Stale { path: String },
    #[error("the demo cannot be stored: {0}")]
    Store(#[from] sqlx::Error),
    #[error("the demo's pool cannot be filled: {0}")]
    Pool(#[from] LedgerError),
    #[error("the demo's portal user cannot be made: {0}")]
    Owner(#[from] HashError),
}

/// Fills an empty sandbox, or finds what was filled before; answers the demo's
/// publishable key.
pub async fn fill(app: &App) -> Result<String, DemoError> {
    let partners = store::partner::list(&mut *app.db.read().await?, 2).await?;
    let (partner, credentials) = match partners.as_slice() {
        [] => make(app).await?,
        [first, ..] if first.slug == SLUG => (first.clone(), read_credentials(app, first)?),
        _ => return Err(DemoError::NotEmpty),
    };
    let credentials = add_owner(app, &partner, credentials).await?;
    fill_pool(app, &partner, &credentials.pool_id).await?;
    if credentials.base_url != app.base_url {
        let moved = Credentials {
            base_url: app.base_url.clone(),
            ..credentials.clone()
        };
        write_credentials(app, &moved)?;
    }
    Ok(credentials.public_key)
}

async fn make(app: &App) -> Result<(Partner, Credentials), DemoError> {
    let now = app.context.now();
    let partner = Partner {
        id: app.context.object_id(),
        name: "Demo Partner".to_owned(),
        slug: SLUG.to_owned(),
        status: PartnerStatus::Active,
        tier: Tier::Standard,
        features: Feature::ALL.to_vec(),
        config: PartnerConfig::default(),
        created_at: now,
    };
    let maker = KeyMaker {
        context: &app.context,
        vault: &app.vault,
        environment: app.settings.environment,
    };
    let (
        key,
        Secrets {
            public_key,
            secret_key,
            hmac_secret,
        },
    ) = maker.pair(&partner.id, "Demo");
    let pool = Pool {
        low_balance_threshold: Some(Tokens(10_000)),
        ..Pool::new(app.context.object_id(), "Demo".to_owned(), now)
    };
    let mut tx = app.db.write().await?;
    store::partner::insert(&mut tx, &partner).await?;
    store::key::insert(&mut tx, &key).await?;
    store::pool::insert(&mut tx, &partner.id, &pool).await?;
    let nonprofits = insert_nonprofits(app, &mut tx).await?;
    let credentials = Credentials {
        base_url: app.base_url.clone(),
        environment: app.settings.environment.as_str().to_owned(),
        partner_id: partner.id.clone(),
        email: String::new(),
        password: String::new(),
        public_key,
        secret_key,
        hmac_secret,
        pool_id: pool.id,
        nonprofits,
    };
    // The secrets are shown only here, so they are written before the rows that
    // need them can be seen.
    write_credentials(app, &credentials)?;
    tx.commit().await?;
    Ok((partner, credentials))
}

async fn insert_nonprofits(app: &App, conn: &mut Connection) -> Result<Vec<Nonprofit>, DemoError> {
    let mut nonprofits = Vec::new();
    for [slug, name, ein, website, location, category] in NONPROFITS {
        let organization = Organization {
            id: app.context.object_id(),
            percent_id: format!("organisation_{}", app.context.random_base62(29)),
            endaoment_id: app.context.uuid(),
            slug: (*slug).to_owned(),
            name: (*name).to_owned(),
            ein: Some((*ein).to_owned()),
            logo: None,
            status: OrganizationStatus::Active,
            description: None,
            website: Some((*website).to_owned()),
            location: Some((*location).to_owned()),
            category: Some((*category).to_owned()),
            city: location.split(", ").next().map(str::to_owned),
            state: location.split(", ").nth(1).map(str::to_owned),
            country: "US".to_owned(),
        };
        store::organization::insert(conn, &organization).await?;
        nonprofits.push(Nonprofit {
            slug: organization.slug,
            id: organization.id,
            organisation_id: organization.percent_id,
            endaoment_org_id: organization.endaoment_id,
        });
    }
    Ok(nonprofits)
}

/// Makes the demo's portal user, unless that was done before.
async fn add_owner(
    app: &App,
    partner: &Partner,
    credentials: Credentials,
) -> Result<Credentials, DemoError> {
    let found = store::portal_user::find_by_email(&mut *app.db.read().await?, EMAIL).await?;
    if found.is_some() {
        return Ok(credentials);
    }
    let person = Person {
        email: EMAIL.to_owned(),
        first_name: Some("Demo".to_owned()),
        last_name: None,
        role: Role::Owner,
    };
    let (owner, password) = portal_user::make(&app.context, Some(partner.id.clone()), person)?;
    let credentials = Credentials {
        email: EMAIL.to_owned(),
        password: password.expose().to_owned(),
        ..credentials
    };
    let mut tx = app.db.write().await?;
    store::portal_user::insert(&mut tx, &owner).await?;
    write_credentials(app, &credentials)?;
    tx.commit().await?;
    Ok(credentials)
}

/// Allocates the demo's tokens, unless that was done before.
async fn fill_pool(app: &App, partner: &Partner, pool_id: &PoolId) -> Result<(), DemoError> {
    let pool = store::pool::find(&mut *app.db.read().await?, &partner.id, pool_id).await?;
    if pool.is_none_or(|pool| pool.allocated.0 > 0) {
        return Ok(());
    }
    let command = Command::Allocate(Allocate {
        seed: app.context.seed(),
        pool_id: pool_id.clone(),
        amount: TOKENS,
        request_id: None,
    });
    app.ledger
        .submit(Order {
            partner_id: partner.id.clone(),
            command,
        })
        .await?;
    Ok(())
}

fn read_credentials(app: &App, partner: &Partner) -> Result<Credentials, DemoError> {
    let path = app.settings.credentials_file();
    let read = std::fs::read(&path).ok();
    read.and_then(|text| serde_json::from_slice(&text).ok())
        .filter(|credentials: &Credentials| credentials.partner_id == partner.id)
        .ok_or_else(|| DemoError::Stale {
            path: path.display().to_string(),
        })
}

fn write_credentials(app: &App, credentials: &Credentials) -> Result<(), DemoError> {
    let path = app.settings.credentials_file();
    let text = serde_json::to_vec_pretty(credentials).map_err(std::io::Error::from);
    text.and_then(|text| private_file::replace(&path, &text))
        .map_err(|source| DemoError::Credentials {
            path: path.display().to_string(),
            source,
        })
}
