//! An outside issuer of tokens, such as the giving app: whom it names, by keys
//! that it publishes (JWKS). They are fetched when a token names one that is not
//! known, which a flood of such tokens cannot make happen often.

use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use jsonwebtoken::dangerous::insecure_decode_claims;
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, JwkSet, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey, Header, decode};
use serde::Deserialize;
use shared::time::Timestamp;
use tokio::sync::Mutex;
use url::{Host, Url};

use crate::config::Settings;
use crate::domain::{text, token};
use crate::error::Error;
use crate::outbound::{Outbound, OutboundError, Outgoing};

/// How long the keys may take to come.
const FETCH_TIMEOUT: Duration = Duration::from_secs(5);
/// How soon after a fetch there may be another one.
const FETCH_AGAIN_MS: i64 = 30_000;
/// How long keys are good without being looked at again.
const KEYS_GOOD_MS: i64 = 3_600_000;
/// How far the issuer's clock may be ahead of ours.
const CLOCK_SKEW_SECONDS: u32 = 60;
/// The longest name of a user, in bytes.
const MAX_SUBJECT: usize = 255;

/// Why an issuer cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum IssuerError {
    #[error("jwt_issuer, jwt_audience and jwt_jwks_url must be set together, or none of them")]
    Incomplete,
    #[error("{setting}: the keys must be at an https:// address, or http:// to this machine")]
    Address { setting: &'static str },
    #[error(transparent)]
    Outbound(#[from] OutboundError),
}

#[derive(Debug)]
pub struct Issuer {
    name: String,
    audience: String,
    address: Url,
    outbound: Outbound,
    known: RwLock<Known>,
    /// Held by who fetches.
    fetching: Mutex<()>,
}

/// The issuer's keys, and when they were asked for and got.
#[derive(Debug, Default)]
struct Known {
    keys: Vec<Jwk>,
    asked_at: Option<Timestamp>,
    got_at: Option<Timestamp>,
}

/// A user by the issuer's name, and the address that the token tells, if it does.
#[derive(Clone, Debug)]
pub struct Subject {
    pub issuer: String,
    pub name: String,
    pub email: Option<String>,
    is_email_verified: bool,
}

impl Subject {
    /// Refuses an address that the issuer does not vouch for.
    pub fn check_email(&self) -> Result<(), Error> {
        match &self.email {
            Some(email) if !self.is_email_verified || text::email(email).is_err() => {
                Err(token::invalid())
            }
            _ => Ok(()),
        }
    }
}

/// What a token says. Times may have fractions of seconds.
#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: Audience,
    exp: f64,
    nbf: Option<f64>,
    email: Option<String>,
    #[serde(default)]
    email_verified: bool,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

impl Audience {
    fn contains(&self, name: &str) -> bool {
        match self {
            Self::One(one) => one == name,
            Self::Many(many) => many.iter().any(|one| one == name),
        }
    }
}

impl Issuer {
    /// The issuer of the settings, if one is set.
    pub fn configured(settings: &Settings) -> Result<Option<Self>, IssuerError> {
        let parts = (
            settings.jwt_issuer.clone(),
            settings.jwt_audience.clone(),
            settings.jwt_jwks_url.clone(),
        );
        let (name, audience, address) = match parts {
            (None, None, None) => return Ok(None),
            (Some(name), Some(audience), Some(address)) => (name, audience, address),
            _ => return Err(IssuerError::Incomplete),
        };
        Self::new((name, audience), address, "jwt_jwks_url").map(Some)
    }

    /// Those whose tokens name users of one partner, each with the partner's slug.
    pub fn of_partners(settings: &Settings) -> Result<Vec<(String, Self)>, IssuerError> {
        let configured = settings.partner_issuers.iter();
        configured
            .map(|one| {
                let names = (one.issuer.clone(), one.audience.clone());
                let issuer = Self::new(names, one.jwks_url.clone(), "partner_issuers")?;
                Ok((one.slug.clone(), issuer))
            })
            .collect()
    }

    fn new(
        (name, audience): (String, String),
        address: Url,
        setting: &'static str,
    ) -> Result<Self, IssuerError> {
        if !is_safe(&address) {
            return Err(IssuerError::Address { setting });
        }
        Ok(Self {
            name,
            audience,
            address,
            outbound: Outbound::new()?,
            known: RwLock::default(),
            fetching: Mutex::default(),
        })
    }

    /// Whether a token says that it is the issuer's, be it true or not.
    pub fn is_claimed_by(&self, token: &str) -> bool {
        #[derive(Deserialize)]
        struct Claimed {
            iss: String,
        }
        insecure_decode_claims::<Claimed>(token).is_ok_and(|claimed| claimed.iss == self.name)
    }

    /// Whom a token names, if it is the issuer's, for us, and good now.
    pub async fn read(
        &self,
        token: &str,
        header: &Header,
        now: Timestamp,
    ) -> Result<Subject, Error> {
        let kid = header.kid.as_deref().ok_or_else(token::invalid)?;
        let key = self.key(kid, now).await?.ok_or_else(token::invalid)?;
        if !is_of(header.alg, &key) {
            return Err(token::invalid());
        }
        let opened = DecodingKey::from_jwk(&key).map_err(|_| token::invalid())?;
        let validation = token::signature_only(header.alg);
        let decoded = decode::<Claims>(token, &opened, &validation);
        self.judge(decoded.map_err(|_| token::invalid())?.claims, now)
    }

    fn judge(&self, claims: Claims, now: Timestamp) -> Result<Subject, Error> {
        let now = u32::try_from(now.seconds()).unwrap_or(u32::MAX);
        let is_ours = claims.iss == self.name && claims.aud.contains(&self.audience);
        let is_named = (1..=MAX_SUBJECT).contains(&claims.sub.len()) && !claims.sub.contains('\0');
        if !is_ours || !is_named {
            return Err(token::invalid());
        }
        let soon = f64::from(now.saturating_add(CLOCK_SKEW_SECONDS));
        if claims.nbf.is_some_and(|begin| begin > soon) {
            return Err(token::invalid());
        }
        // Also of an end that is no number.
        if claims.exp.is_nan() || claims.exp <= f64::from(now) {
            return Err(token::expired());
        }
        Ok(Subject {
            issuer: claims.iss,
            name: claims.sub,
            email: claims.email,
            is_email_verified: claims.email_verified,
        })
    }

    /// The key of this name. One that is not known, or known for long, is looked
    /// for at the issuer's; while that does not answer, what is known is good.
    async fn key(&self, kid: &str, now: Timestamp) -> Result<Option<Jwk>, Error> {
        let (found, is_fresh) = self.known_key(kid, now);
        if (found.is_some() && is_fresh) || !self.may_fetch(now) {
            return Ok(found);
        }
        let _turn = self.fetching.lock().await;
        // Who had the turn before may have fetched it.
        if !self.may_fetch(now) {
            return Ok(self.known_key(kid, now).0);
        }
        self.write(|known| known.asked_at = Some(now));
        match self.fetch().await {
            Ok(keys) => self.write(|known| {
                known.keys = keys;
                known.got_at = Some(now);
            }),
            Err(error) if found.is_some() => error.log("issuer"),
            Err(error) => {
                error.log("issuer");
                return Err(Error::overloaded());
            }
        }
        Ok(self.known_key(kid, now).0)
    }

    fn known_key(&self, kid: &str, now: Timestamp) -> (Option<Jwk>, bool) {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let mut keys = known.keys.iter();
        let found = keys.find(|key| key.common.key_id.as_deref() == Some(kid));
        let is_fresh = known
            .got_at
            .is_some_and(|time| now.0 - time.0 < KEYS_GOOD_MS);
        (found.cloned(), is_fresh)
    }

    fn may_fetch(&self, now: Timestamp) -> bool {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known
            .asked_at
            .is_none_or(|time| now.0 - time.0 >= FETCH_AGAIN_MS)
    }

    fn write(&self, change: impl FnOnce(&mut Known)) {
        change(&mut self.known.write().unwrap_or_else(PoisonError::into_inner));
    }

    async fn fetch(&self) -> Result<Vec<Jwk>, Error> {
        let outgoing = Outgoing::new("GET", self.address.as_str()).map_err(Error::internal)?;
        let sent = tokio::time::timeout(FETCH_TIMEOUT, self.outbound.send(outgoing)).await;
        let answer = sent.map_err(Error::internal)?.map_err(Error::internal)?;
        if !answer.status.is_success() {
            let status = answer.status;
            return Err(Error::internal(format!(
                "the issuer's keys: status {status}"
            )));
        }
        let published: JwkSet = serde_json::from_slice(&answer.body).map_err(Error::internal)?;
        Ok(published.keys)
    }
}

/// Whether a token of the algorithm may be signed by the key: the key says for
/// what it is, the token never does.
fn is_of(algorithm: Algorithm, key: &Jwk) -> bool {
    use Algorithm::{ES256, ES384, EdDSA, PS256, PS384, PS512, RS256, RS384, RS512};
    let is_for_signing = matches!(
        key.common.public_key_use,
        None | Some(PublicKeyUse::Signature)
    );
    let named = key.common.key_algorithm.map(|named| named.to_string());
    let is_named = named.is_none_or(|named| named == format!("{algorithm:?}"));
    let fits = match &key.algorithm {
        AlgorithmParameters::RSA(_) => {
            matches!(algorithm, RS256 | RS384 | RS512 | PS256 | PS384 | PS512)
        }
        AlgorithmParameters::EllipticCurve(curve) => match curve.curve {
            EllipticCurve::P256 => algorithm == ES256,
            EllipticCurve::P384 => algorithm == ES384,
            _ => false,
        },
        AlgorithmParameters::OctetKeyPair(_) => algorithm == EdDSA,
        _ => false,
    };
    is_for_signing && is_named && fits
}

/// Nobody on the way can put other keys in the place of the issuer's.
fn is_safe(address: &Url) -> bool {
    let is_here = match address.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    address.scheme() == "https" || (address.scheme() == "http" && is_here)
}
