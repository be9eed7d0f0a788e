//! Settings: by flag, by `GIVING_*` variable, or by `giving.toml`, in that order.

mod variables;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use figment::Figment;
use figment::error::Kind;
use figment::providers::{Format as _, Serialized, Toml};
use ipnet::IpNet;
use ledger::Rate;
use serde::{Deserialize, Serialize};
use shared::key::KeyEnvironment;
use shared::money::Currency;
use url::Url;

use self::variables::Variables;
use crate::outbound::address::Reach;

/// The file that is read where the command is run.
const FILE: &str = "giving.toml";

/// Everything that can be set. Each field is a flag, a variable
/// (`GIVING_DATA_DIR`) and a line of `giving.toml` (`data_dir = "…"`).
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Where `serve` listens.
    pub listen: SocketAddr,
    /// `sqlite:PATH` or `postgres://…`; without it SQLite in the data directory.
    pub database: Option<Hidden>,
    pub environment: Environment,
    /// Where the sandbox keeps its database, master key and demo credentials.
    pub data_dir: PathBuf,
    /// The address under which donors reach the server; without it, `listen`.
    pub base_url: Option<Url>,
    /// 64 hex digits that seal the secrets at rest; required in production.
    pub master_key: Option<Hidden>,
    /// The networks whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// Tokens for one major unit of a currency, such as `EUR=1.1`; USD is 1
    /// unless it is set.
    pub reward_rates: Vec<RewardRate>,
    /// Requests an hour a key, by tier.
    pub rate_limit_standard: u32,
    pub rate_limit_professional: u32,
    pub rate_limit_enterprise: u32,
    /// Widget requests an hour for each key and client address; as many gifts are
    /// begun from an address on the pages of sessions, and calls made by a token in
    /// a key's place.
    pub rate_limit_widget_address: u32,
    /// Pages an hour for each client address, whoever asks: a rough guard.
    pub rate_limit_page_address: u32,
    /// Where the operator's Prometheus asks; nowhere unless it is set.
    pub metrics_listen: Option<SocketAddr>,
    /// Whether webhooks may lead to this machine; in sandbox only.
    pub allow_loopback_webhooks: bool,
    /// An outside issuer whose users may sign in to the portal: what its tokens
    /// say as `iss`, what they must say as `aud`, and where its keys are. All
    /// three, or none.
    pub jwt_issuer: Option<String>,
    pub jwt_audience: Option<String>,
    pub jwt_jwks_url: Option<Url>,
    /// Issuers whose tokens name users of one partner, in the Endaoment dialect: the
    /// partner's slug, then `iss`, `aud` and the address of the keys, with spaces
    /// between.
    pub partner_issuers: Vec<PartnerIssuer>,
    /// Where the other environment is served, for who asks here for its keys.
    pub other_environment_url: Option<Url>,
}

/// The names of the settings, so that other `GIVING_*` variables are left alone.
const NAMES: &[&str] = &[
    "listen",
    "database",
    "environment",
    "data_dir",
    "base_url",
    "master_key",
    "trusted_proxies",
    "reward_rates",
    "rate_limit_standard",
    "rate_limit_professional",
    "rate_limit_enterprise",
    "rate_limit_widget_address",
    "rate_limit_page_address",
    "metrics_listen",
    "allow_loopback_webhooks",
    "jwt_issuer",
    "jwt_audience",
    "jwt_jwks_url",
    "partner_issuers",
    "other_environment_url",
];

/// What a currency is worth in tokens.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(try_from = "String")]
pub struct RewardRate {
    currency: Currency,
    rate: Rate,
}

impl TryFrom<String> for RewardRate {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let read = || {
            let (currency, rate) = text.split_once('=')?;
            Some(Self {
                currency: Currency::named(currency.trim())?,
                rate: Rate::parse(rate.trim())?,
            })
        };
        read().ok_or_else(|| {
            format!("{text:?} must be a currency and its tokens, such as EUR=1.1, with at most six decimals")
        })
    }
}

/// An issuer whose tokens name users of one partner.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "String")]
pub struct PartnerIssuer {
    pub slug: String,
    pub issuer: String,
    pub audience: String,
    pub jwks_url: Url,
}

impl TryFrom<String> for PartnerIssuer {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let parts: Vec<&str> = text.split_whitespace().collect();
        let read = || match parts.as_slice() {
            [slug, issuer, audience, jwks_url] => Some(Self {
                slug: (*slug).to_owned(),
                issuer: (*issuer).to_owned(),
                audience: (*audience).to_owned(),
                jwks_url: jwks_url.parse().ok()?,
            }),
            _ => None,
        };
        read().ok_or_else(|| {
            format!("{text:?} must be a partner's slug, iss, aud and the address of the keys, with spaces between")
        })
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Environment {
    Sandbox,
    Production,
}

impl Environment {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sandbox => "sandbox",
            Self::Production => "production",
        }
    }

    /// What stands in every key of the environment: `pk_test_…`, `sk_live_…`.
    pub const fn key_mark(self) -> &'static str {
        match self {
            Self::Sandbox => "test",
            Self::Production => "live",
        }
    }

    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Sandbox => Self::Production,
            Self::Production => Self::Sandbox,
        }
    }
}

impl From<Environment> for KeyEnvironment {
    fn from(environment: Environment) -> Self {
        match environment {
            Environment::Sandbox => Self::Sandbox,
            Environment::Production => Self::Production,
        }
    }
}

impl From<Environment> for ledger::Environment {
    fn from(environment: Environment) -> Self {
        match environment {
            Environment::Sandbox => Self::Sandbox,
            Environment::Production => Self::Production,
        }
    }
}

/// A secret that no `Debug` output shows.
#[derive(Clone, Deserialize)]
#[serde(transparent)]
pub struct Hidden(String);

impl Hidden {
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Hidden {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[hidden]")
    }
}

/// A setting that cannot be read, in one line that names it and not its value,
/// which may be a secret.
#[derive(Debug, thiserror::Error)]
pub enum BrokenSettings {
    #[error("{FILE} cannot be read: {0}")]
    File(std::io::Error),
    #[error("{FILE} is not TOML: {0}")]
    Syntax(String),
    #[error("{FILE} has the unknown key {name:?}; the keys are {}", NAMES.join(", "))]
    UnknownKey { name: String },
    #[error("{setting} {wrong}")]
    Value { setting: String, wrong: String },
}

impl From<figment::Error> for BrokenSettings {
    fn from(error: figment::Error) -> Self {
        let wrong = match &error.kind {
            Kind::UnknownField(name, _) => return Self::UnknownKey { name: name.clone() },
            Kind::UnknownVariant(_, names) => format!("must be one of {}", names.join(", ")),
            Kind::InvalidType(_, wanted) | Kind::InvalidValue(_, wanted) => {
                format!("must be {}", in_words(wanted))
            }
            Kind::Message(message) => format!("is malformed: {message}"),
            other => format!("is malformed: {other}"),
        };
        let setting = match (&error.metadata, &error.profile) {
            (Some(from), Some(profile)) if from.source.is_none() => {
                from.interpolate(profile, &error.path)
            }
            _ => format!("{} in {FILE}", error.path.join(".")),
        };
        Self::Value { setting, wrong }
    }
}

/// The parser's name for a type, for people.
fn in_words(wanted: &str) -> &str {
    match wanted {
        "u32" => "a whole number",
        "a boolean" => "true or false",
        "a sequence" => "a list",
        other => other,
    }
}

impl Settings {
    /// Reads the settings; `flags` is whatever the command line set.
    pub fn read(flags: &impl Serialize) -> Result<Self, BrokenSettings> {
        let defaults = serde_json::json!({
            "listen": "127.0.0.1:8080",
            "environment": "sandbox",
            "data_dir": "data",
            "trusted_proxies": [],
            "reward_rates": [],
            "partner_issuers": [],
            "rate_limit_standard": 1_000,
            "rate_limit_professional": 5_000,
            "rate_limit_enterprise": 25_000,
            "rate_limit_widget_address": 300,
            "rate_limit_page_address": 20_000,
            "allow_loopback_webhooks": false,
        });
        let mut settings = Figment::from(Serialized::defaults(defaults));
        if Path::new(FILE).exists() {
            let text = std::fs::read_to_string(FILE).map_err(BrokenSettings::File)?;
            check_syntax(&text)?;
            settings = settings.merge(Toml::file_exact(FILE));
        }
        let settings = settings
            .merge(Variables { names: NAMES })
            .merge(Serialized::defaults(flags));
        Ok(settings.extract()?)
    }

    /// The database, wherever it was or was not set.
    pub fn database_url(&self) -> String {
        self.database.as_ref().map_or_else(
            || format!("sqlite:{}", self.data_dir.join("giving.db").display()),
            |address| address.expose().to_owned(),
        )
    }

    /// How far webhooks may lead.
    pub fn webhook_reach(&self) -> Reach {
        match self.environment {
            Environment::Sandbox if self.allow_loopback_webhooks => Reach::InternetAndLoopback,
            Environment::Sandbox | Environment::Production => Reach::Internet,
        }
    }

    /// Tokens for one major unit of a currency; none for those without a rate.
    pub fn reward_rate(&self, currency: Currency) -> Option<Rate> {
        let set = self.reward_rates.iter().rev();
        let mut set = set.filter(|known| known.currency == currency);
        set.next()
            .map(|known| known.rate)
            .or_else(|| (currency == Currency::Usd).then_some(Rate::ONE))
    }

    /// Where the sandbox puts its mail.
    pub fn outbox(&self) -> PathBuf {
        self.data_dir.join("outbox")
    }

    pub fn credentials_file(&self) -> PathBuf {
        credentials_file(&self.data_dir)
    }
}

/// Refuses what is no TOML, in one line. The parser's own words quote the line
/// that is wrong, which may hold a password.
fn check_syntax(text: &str) -> Result<(), BrokenSettings> {
    let Err(error) = Toml::from_str::<figment::value::Dict>(text) else {
        return Ok(());
    };
    let line = error.span().map(|span| {
        let before = text.get(..span.start).unwrap_or(text);
        before.matches('\n').count() + 1
    });
    let message = error.message().replace('\n', ", ");
    Err(BrokenSettings::Syntax(match line {
        Some(line) => format!("line {line}: {message}"),
        None => message,
    }))
}

/// Where the demo's keys are written and `giving call` finds them.
pub fn credentials_file(data_dir: &Path) -> PathBuf {
    data_dir.join("demo-credentials.json")
}
