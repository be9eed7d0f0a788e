//! `giving keys`: with which keys a partner calls.

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand};
use ipnet::IpNet;
use serde::Serialize;
use shared::Scope;
use shared::id::{KeyId, PartnerId};
use shared::time::Timestamp;

use super::output::{self, Shape};
use super::{CommandError, Flags, partners};
use crate::config::Environment;
use crate::context::Context;
use crate::domain::key::KeyMaker;
use crate::domain::text;
use crate::serve;
use crate::store;
use crate::store::key::Key;

/// The most keys that are listed.
const MOST: i64 = 10_000;
/// The longest name, in characters.
const MAX_NAME: usize = 200;

#[derive(Debug, Args)]
pub(super) struct Keys {
    #[command(subcommand)]
    action: Action,
    #[command(flatten)]
    shape: Shape,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Make a key and show its secrets, once
    Create(Create),
    /// Show a partner's keys, oldest first
    List {
        /// The partner's slug
        #[arg(long, value_name = "SLUG")]
        partner: String,
    },
    /// End a key for good
    Revoke {
        /// key_… or pk_…
        #[arg(value_name = "KEY_ID_OR_PUBLIC_KEY")]
        key: String,
    },
}

#[derive(Debug, Args)]
struct Create {
    /// The partner's slug
    #[arg(long, value_name = "SLUG")]
    partner: String,
    #[arg(long, value_parser = name)]
    name: String,
    /// Make a publishable key alone, rather than a pair with a secret key
    #[arg(long)]
    publishable: bool,
    /// What the key may do, separated by commas [default: everything]
    #[arg(long, value_delimiter = ',', value_parser = scope(), hide_possible_values = true)]
    scopes: Option<Vec<Scope>>,
    /// When the key ends, such as 2027-01-31T00:00:00Z
    #[arg(long, value_name = "RFC3339", value_parser = moment)]
    expires_at: Option<Timestamp>,
    /// A network or address from which the key may be used [default: any]
    #[arg(long, value_name = "CIDR", value_parser = text::network)]
    allow_ip: Vec<IpNet>,
    /// An origin on whose pages the key may be used [default: any]
    #[arg(long, value_name = "ORIGIN", value_parser = text::origin)]
    allow_origin: Vec<String>,
}

/// Why a key was not made or revoked.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    #[error("--expires-at must lie in the future; now it is {now}")]
    Expired { now: Timestamp },
    #[error("no key has this id or public key (giving keys list shows them)")]
    Unknown,
}

/// A key as the API shows it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown {
    id: KeyId,
    partner_id: PartnerId,
    name: String,
    environment: Environment,
    key_type: KeyType,
    public_key: String,
    secret_key_last4: Option<String>,
    /// Null is every scope.
    scopes: Option<Vec<Scope>>,
    ip_allowlist: Vec<IpNet>,
    allowed_origins: Vec<String>,
    is_active: bool,
    expires_at: Option<Timestamp>,
    created_at: Timestamp,
}

#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
enum KeyType {
    Secret,
    Publishable,
}

/// A new key with what is shown of it only now.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Made {
    #[serde(flatten)]
    shown: Shown,
    secret_key: Option<String>,
    hmac_secret: String,
}

impl Shown {
    fn new(key: Key, environment: Environment) -> Self {
        Self {
            id: key.id,
            partner_id: key.partner_id,
            name: key.name,
            environment,
            key_type: match key.secret_hash {
                Some(_) => KeyType::Secret,
                None => KeyType::Publishable,
            },
            public_key: key.public_key,
            secret_key_last4: key.secret_last4,
            scopes: key.scopes,
            ip_allowlist: key.ip_allowlist,
            allowed_origins: key.allowed_origins,
            is_active: key.is_active,
            expires_at: key.expires_at,
            created_at: key.created_at,
        }
    }

    fn row(self) -> Vec<String> {
        let state = if self.is_active { "active" } else { "revoked" };
        let expires = self
            .expires_at
            .map_or("-".to_owned(), |end| end.to_string());
        vec![
            self.id.to_string(),
            state.to_owned(),
            expires,
            self.secret_key_last4.unwrap_or_else(|| "-".to_owned()),
            self.public_key,
            self.name,
        ]
    }
}

impl Keys {
    pub(super) async fn run(self, flags: &Flags) -> Result<(), CommandError> {
        match self.action {
            Action::Create(create) => {
                let made = create.make(flags).await?;
                made.print(self.shape)
            }
            Action::List { partner } => list(flags, &partner, self.shape).await,
            Action::Revoke { key } => revoke(flags, &key, self.shape).await,
        }
    }
}

impl Create {
    async fn make(self, flags: &Flags) -> Result<Made, CommandError> {
        let context = Context::system();
        let now = context.now();
        if self.expires_at.is_some_and(|end| end <= now) {
            return Err(KeysError::Expired { now }.into());
        }
        let settings = flags.settings()?;
        // Looked up before the master key is, which in sandbox makes a new one.
        let partner = partners::find(&flags.database().await?, &self.partner).await?;
        let (db, vault) = serve::open(&settings, &context).await?;
        let maker = KeyMaker {
            context: &context,
            vault: &vault,
            environment: settings.environment,
        };
        let (key, secret_key, hmac_secret) = if self.publishable {
            let (key, hmac_secret) = maker.publishable(&partner.id, &self.name);
            (key, None, hmac_secret.expose().to_owned())
        } else {
            let (key, secrets) = maker.pair(&partner.id, &self.name);
            (key, Some(secrets.secret_key), secrets.hmac_secret)
        };
        let key = Key {
            scopes: self.scopes,
            expires_at: self.expires_at,
            ip_allowlist: self.allow_ip,
            allowed_origins: self.allow_origin,
            ..key
        };
        let mut tx = db.write().await?;
        store::key::insert(&mut tx, &key).await?;
        tx.commit().await?;
        db.close().await;
        Ok(Made {
            shown: Shown::new(key, settings.environment),
            secret_key,
            hmac_secret,
        })
    }
}

impl Made {
    fn print(self, shape: Shape) -> Result<(), CommandError> {
        if shape.json {
            return output::json(&self);
        }
        let Shown { id, public_key, .. } = self.shown;
        let mut fields = vec![("id", id.to_string()), ("public key", public_key)];
        fields.extend(self.secret_key.map(|key| ("secret key", key)));
        fields.push(("HMAC secret", self.hmac_secret));
        output::fields(&fields)?;
        output::line("Keep the secrets now: they are not shown again.")
    }
}

async fn list(flags: &Flags, slug: &str, shape: Shape) -> Result<(), CommandError> {
    let environment = flags.settings()?.environment;
    let db = flags.database().await?;
    let partner = partners::find(&db, slug).await?;
    let keys = store::key::list(&mut *db.read().await?, &partner.id, MOST).await?;
    db.close().await;
    let shown = keys.into_iter().map(|key| Shown::new(key, environment));
    if shape.json {
        return output::json(&shown.collect::<Vec<_>>());
    }
    output::table(
        &["ID", "STATE", "EXPIRES", "SECRET", "PUBLIC KEY", "NAME"],
        shown.map(Shown::row).collect(),
    )
}

async fn revoke(flags: &Flags, id_or_key: &str, shape: Shape) -> Result<(), CommandError> {
    let environment = flags.settings()?.environment;
    let db = flags.database().await?;
    let mut tx = db.write().await?;
    let revoked = store::key::revoke(&mut tx, id_or_key).await?;
    tx.commit().await?;
    db.close().await;
    let key = Shown::new(revoked.ok_or(KeysError::Unknown)?, environment);
    if shape.json {
        return output::json(&key);
    }
    output::line(&format!("{} is revoked: {}", key.id, key.name))
}

fn name(text: &str) -> Result<String, String> {
    text::printable(text, MAX_NAME).map(|()| text.to_owned())
}

fn scope() -> impl TypedValueParser<Value = Scope> {
    PossibleValuesParser::new(Scope::ALL.iter().map(|scope| scope.as_str()))
        .try_map(|text| Scope::named(&text).ok_or("unknown scope"))
}

pub(super) fn moment(text: &str) -> Result<Timestamp, &'static str> {
    Timestamp::parse(text).ok_or("must be a time such as 2027-01-31T00:00:00Z")
}
