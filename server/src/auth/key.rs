//! The key that a caller presents, and whether it may be used.

use std::net::IpAddr;
use std::sync::Arc;

use axum::http::HeaderMap;
use shared::time::Timestamp;
use shared::{Code, Dialect};

use crate::app::App;
use crate::config::{Environment, Hidden};
use crate::error::Error;
use crate::store::caller::Caller;
use crate::store::key::{Key, Presented};
use crate::vault;

/// Which half of a pair was presented.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Half {
    Publishable,
    Secret,
}

/// The value of `X-Partner-Key`, of the right form.
#[derive(Debug)]
pub struct PresentedKey {
    pub half: Half,
    text: Hidden,
}

impl PresentedKey {
    /// A key of the right form, from a header or a page's address.
    pub fn parse(text: &str) -> Option<Self> {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        if !text.bytes().all(is_plain) {
            return None;
        }
        let half = match text.get(..3) {
            Some("pk_") => Half::Publishable,
            Some("sk_") => Half::Secret,
            _ => return None,
        };
        Some(Self {
            half,
            text: Hidden::new(text),
        })
    }

    /// Whose key it is.
    pub async fn find(&self, app: &App) -> Result<Arc<Caller>, Error> {
        self.check_environment(app.settings.environment)?;
        let text = self.text.expose();
        let found = match self.half {
            Half::Publishable => app.db.caller(Presented::Public(text)).await?,
            Half::Secret => {
                let hash = vault::hash(text);
                let found = app.db.caller(Presented::SecretHash(&hash)).await?;
                let now = app.context.now();
                found.filter(|caller| caller.key.has_secret(&hash, now))
            }
        };
        found.ok_or_else(unknown)
    }

    fn check_environment(&self, served: Environment) -> Result<(), Error> {
        let other = served.other();
        if self.text.expose()[3..].starts_with(other.key_mark()) {
            return Err(Error::new(
                Code::InvalidApiKey,
                format!(
                    "this is a {} key, and this server serves {}",
                    other.as_str(),
                    served.as_str()
                ),
            ));
        }
        Ok(())
    }
}

pub fn check_state(key: &Key, now: Timestamp) -> Result<(), Error> {
    if !key.is_active {
        return Err(Error::new(Code::ApiKeyInactive, "this key was revoked"));
    }
    if key.expires_at.is_some_and(|end| end <= now) {
        return Err(Error::new(Code::ApiKeyExpired, "this key has expired"));
    }
    Ok(())
}

pub(super) fn check_address(key: &Key, address: IpAddr) -> Result<(), Error> {
    if key.ip_allowlist.is_empty()
        || key
            .ip_allowlist
            .iter()
            .any(|network| network.contains(&address))
    {
        return Ok(());
    }
    Err(Error::new(
        Code::IpNotAllowed,
        format!("this key may not be used from {address}"),
    ))
}

/// The key that a call carries, in the manner of its dialect.
pub(super) fn of_header(headers: &HeaderMap, dialect: Dialect) -> Result<&str, Error> {
    let text = only_header(headers, dialect.key_header())?;
    Ok(match dialect {
        Dialect::Sir | Dialect::Endaoment => text,
        Dialect::Percent => without_scheme(text),
    })
}

/// Many HTTP clients send no `Authorization` without a scheme.
pub(crate) fn without_scheme(text: &str) -> &str {
    match text.split_at_checked("Bearer ".len()) {
        Some((scheme, key)) if scheme.eq_ignore_ascii_case("Bearer ") => key,
        _ => text,
    }
}

/// The value of a header that must be there exactly once.
pub(super) fn only_header<'a>(headers: &'a HeaderMap, name: &str) -> Result<&'a str, Error> {
    let mut values = headers.get_all(name).iter();
    let text = match (values.next(), values.next()) {
        (Some(value), None) => value.to_str().ok().filter(|text| !text.is_empty()),
        _ => None,
    };
    text.ok_or_else(|| {
        Error::new(
            Code::MissingAuthHeaders,
            format!("the header {name} must be sent, once"),
        )
    })
}

pub(super) fn unknown() -> Error {
    Error::new(Code::InvalidApiKey, "this API key is not known here")
}
