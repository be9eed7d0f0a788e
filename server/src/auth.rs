//! Who may make a call. [`admit`] goes through the checks of contract §1.2 in
//! their order; what comes out, [`Authorized`], is the only way to a handler.

mod address;
pub(crate) mod body;
pub mod issuer;
pub mod key;
pub mod limit;
pub mod member;
pub mod platform;
pub mod proof;
pub mod signature;

use std::net::IpAddr;
use std::sync::Arc;

use axum::body::Body;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;
use shared::partner::PartnerStatus;
use shared::{Auth, Call, Code, Dialect, Feature, Scope};

use self::body::{MAX_BODY, parse, read_body};
use self::key::{Half, PresentedKey};
use self::limit::{Charge, Quota, Uncharged};
pub use self::member::Member;
pub use self::platform::Platform;
use self::proof::{Admitted, Asked, Proven};
use crate::app::App;
use crate::config::Environment;
use crate::domain::order::Bounds;
use crate::error::Error;
use crate::request::Pair;
pub use crate::store::caller::Caller;
use crate::store::key::Key;
use crate::store::partner::Partner;

/// A call that passed every check, and who makes it: by its key, unless the call
/// says otherwise.
#[derive(Debug)]
pub struct Authorized<C, By = Arc<Caller>> {
    pub call: C,
    pub caller: By,
    pub headers: HeaderMap,
    /// Where the call comes from.
    pub address: IpAddr,
    /// What this call was charged, should it turn out to be free; only who has a
    /// key is charged.
    pub charge: Option<Charge>,
}

impl<C, By> Authorized<C, By> {
    /// The header by which a repeated call has one effect.
    pub fn idempotency_key(&self) -> Option<String> {
        let value = self.headers.get("idempotency-key")?;
        Some(value.to_str().unwrap_or_default().to_owned())
    }
}

impl Caller {
    /// What bounds the links that the caller makes.
    pub fn bounds(&self, environment: Environment) -> Bounds<'_> {
        Bounds {
            partner: &self.partner,
            allowed_origins: &self.key.allowed_origins,
            environment,
        }
    }
}

/// A refusal, with the quota if the caller is known by then.
#[derive(Debug)]
pub struct Denied {
    pub error: Error,
    pub quota: Option<Quota>,
    /// Who it was, if that was proven.
    pub caller: Option<Arc<Caller>>,
}

impl From<Error> for Denied {
    fn from(error: Error) -> Self {
        Self {
            error,
            quota: None,
            caller: None,
        }
    }
}

/// Goes through every check in its order; only then is the body parsed, and
/// there is an [`Authorized`] call.
pub async fn admit<C: Call + DeserializeOwned, By: Proven>(
    app: &App,
    mut parts: Parts,
    path: Vec<Pair>,
    body: Body,
) -> Result<Authorized<C, By>, Denied> {
    for name in ["x-partner-key", "x-api-key", "authorization"] {
        if let Some(secret) = parts.headers.get_mut(name) {
            secret.set_sensitive(true);
        }
    }
    let address = address::client(&parts, &app.settings.trusted_proxies);
    let needs = Needs {
        auth: C::AUTH,
        scope: C::SCOPE,
        feature: C::FEATURE,
    };
    let asked = Asked {
        parts: &parts,
        address,
        needs,
    };
    let Admitted {
        caller,
        charge,
        body,
    } = By::prove(app, asked, body).await?;
    let call = parse::<C>(&parts, path, &body).map_err(|error| Denied {
        error,
        quota: charge.as_ref().map(|charge| charge.quota),
        caller: caller.key(),
    })?;
    Ok(Authorized {
        call,
        caller,
        headers: parts.headers,
        address,
        charge,
    })
}

/// Where a page is asked for from.
pub(crate) fn client_address(app: &App, parts: &Parts) -> IpAddr {
    address::client(parts, &app.settings.trusted_proxies)
}

/// What a call asks of its caller.
#[derive(Clone, Copy, Debug)]
pub struct Needs {
    auth: Auth,
    scope: Option<Scope>,
    feature: Option<Feature>,
}

/// The checks of a widget's call, for a page that carries the publishable key
/// in its address.
pub async fn admit_page(
    app: &App,
    parts: &Parts,
    key: &str,
    (scope, feature): (Scope, Feature),
) -> Result<Arc<Caller>, Denied> {
    let address = address::client(parts, &app.settings.trusted_proxies);
    let identified = match PresentedKey::parse(key) {
        Some(presented) => identify(app, presented, address).await,
        None => Err(key::unknown()),
    };
    let now = app.context.now();
    let (caller, half) =
        identified.map_err(|error| app.limiter.count_failure(address, now, error))?;
    let needs = Needs {
        auth: Auth::Publishable,
        scope: Some(scope),
        feature: Some(feature),
    };
    permit(app, (&caller, half), needs, (&parts.headers, address)).await?;
    app.key_uses.note(&caller.key, now);
    Ok(caller)
}

/// Counts a page that is shown to whoever asks for it, by the address.
pub fn admit_visitor(app: &App, parts: &Parts) -> Result<(), Error> {
    let address = client_address(app, parts);
    let limit = app.settings.rate_limit_page_address;
    app.limiter.count_page(address, limit, app.context.now())
}

/// Counts a gift that is begun on the page of a session, by the address.
pub fn admit_gift(app: &App, parts: &Parts) -> Result<(), Error> {
    let address = client_address(app, parts);
    let limit = app.settings.rate_limit_widget_address;
    app.limiter.count_gift(address, limit, app.context.now())
}

/// partner state → key type → scope → origin → feature → limit.
async fn permit(
    app: &App,
    (caller, half): (&Caller, Half),
    needs: Needs,
    (headers, address): (&HeaderMap, IpAddr),
) -> Result<Charge, Denied> {
    let needs = Needs {
        auth: by_half(needs.auth, half),
        ..needs
    };
    check_partner(&caller.partner, app.settings.environment)?;
    check_key_type(needs.auth, half)?;
    if let Some(scope) = needs.scope {
        check_scope(&caller.key, half, (scope, needs.auth))?;
    }
    check_origin(app, headers, &caller.key, needs.auth)?;
    check_feature(&caller.partner, needs.feature)?;
    let now = app.context.now();
    let charged = app
        .limiter
        .charge(caller, (needs.auth, address), &app.settings, now);
    charged.await.map_err(|Uncharged { error, quota }| Denied {
        error,
        quota,
        caller: None,
    })
}

/// key known → key state → address.
async fn identify(
    app: &App,
    presented: PresentedKey,
    address: IpAddr,
) -> Result<(Arc<Caller>, Half), Error> {
    let caller = presented.find(app).await?;
    key::check_state(&caller.key, app.context.now())?;
    key::check_address(&caller.key, address)?;
    Ok((caller, presented.half))
}

/// headers → key known → key state → address → timestamp → signature.
async fn authenticate(
    app: &App,
    parts: &Parts,
    auth: Auth,
    (address, body): (IpAddr, Body),
) -> Result<(Arc<Caller>, Half, Vec<u8>), Error> {
    let key = key::of_header(&parts.headers, auth.dialect())?;
    let signed = if auth.is_signed() {
        Some(signature::Headers::read(&parts.headers)?)
    } else {
        None
    };
    let presented = PresentedKey::parse(key).ok_or_else(key::unknown)?;
    if auth.dialect() == Dialect::Endaoment && presented.half == Half::Publishable {
        return Err(key::unknown());
    }
    let (caller, half) = identify(app, presented, address).await?;
    let body = read_body(body, MAX_BODY).await?;
    if let Some(signed) = signed {
        let now = app.context.now();
        if let (Half::Secret, Some(ahead_s)) = (half, signed.ahead_s(now)) {
            app.usage.see_clock(&caller, ahead_s, now);
        }
        let timestamp = signed.check_time(now)?;
        let secrets = caller.hmac_secrets(&app.vault, now);
        let secrets = secrets.map_err(Error::internal)?;
        let path_and_query = parts.uri.path_and_query().map_or("/", |path| path.as_str());
        let payload = signature::payload(timestamp, parts.method.as_str(), path_and_query, &body);
        signed.check_signature(&secrets, &payload, app.settings.environment)?;
    }
    Ok((caller, half, body))
}

/// A pending partner may use the sandbox; a suspended one nothing.
fn check_partner(partner: &Partner, environment: Environment) -> Result<(), Error> {
    match (partner.status, environment) {
        (PartnerStatus::Active, _) | (PartnerStatus::PendingApproval, Environment::Sandbox) => {
            Ok(())
        }
        (PartnerStatus::PendingApproval, Environment::Production) => Err(Error::new(
            Code::PartnerNotActive,
            "this partner is not approved yet; until then, use the sandbox",
        )),
        (PartnerStatus::Suspended, _) => Err(Error::new(
            Code::PartnerNotActive,
            "this partner is suspended",
        )),
    }
}

/// What may be asked with either half is a widget's call with the publishable one.
fn by_half(auth: Auth, half: Half) -> Auth {
    match (auth, half) {
        (Auth::PercentKey, Half::Publishable) => Auth::Publishable,
        (Auth::PercentKey, Half::Secret) => Auth::PercentSecret,
        _ => auth,
    }
}

fn check_key_type(auth: Auth, half: Half) -> Result<(), Error> {
    match (auth, half) {
        (Auth::Publishable, Half::Secret) => Err(Error::new(
            Code::PublishableKeyRequired,
            "this call takes the publishable key (pk_…) only: a secret key must never reach a browser",
        )),
        (
            Auth::SignedSecret
            | Auth::SecretOrPortal(_)
            | Auth::EndaomentKey
            | Auth::EndaomentKeyOrToken
            | Auth::PercentSecret,
            Half::Publishable,
        ) => Err(Error::new(
            Code::SecretKeyRequired,
            "this call takes the secret key (sk_…) only",
        )),
        _ => Ok(()),
    }
}

fn check_scope(key: &Key, half: Half, (scope, auth): (Scope, Auth)) -> Result<(), Error> {
    let by_half = match (half, auth) {
        (Half::Secret, _) => true,
        (Half::Publishable, Auth::Publishable) => scope.in_browser(),
        (Half::Publishable, Auth::Signed | Auth::SignedSecret) => scope.for_signed_publishable(),
        (
            Half::Publishable,
            Auth::Portal(_)
            | Auth::SecretOrPortal(_)
            | Auth::Open
            | Auth::EndaomentKey
            | Auth::EndaomentKeyOrToken
            | Auth::PercentSecret
            | Auth::PercentKey,
        ) => false,
    };
    let by_key = key
        .scopes
        .as_ref()
        .is_none_or(|scopes| scopes.contains(&scope));
    if by_half && by_key {
        return Ok(());
    }
    Err(Error::new(
        Code::InsufficientScope,
        format!("this key lacks the scope {scope}"),
    ))
}

/// A browser says where its page is from; a call without `Origin` passes.
fn check_origin(app: &App, headers: &HeaderMap, key: &Key, auth: Auth) -> Result<(), Error> {
    let Some(origin) = headers.get("origin") else {
        return Ok(());
    };
    let origin = origin.to_str().unwrap_or_default();
    let is_checked = auth == Auth::Publishable && !key.allowed_origins.is_empty();
    if is_checked
        && origin != app.origin()
        && !key.allowed_origins.iter().any(|allowed| allowed == origin)
    {
        return Err(Error::new(
            Code::OriginNotAllowed,
            "this key may not be used on pages of this origin",
        ));
    }
    Ok(())
}

pub(crate) fn check_feature(partner: &Partner, feature: Option<Feature>) -> Result<(), Error> {
    match feature {
        Some(feature) if !partner.features.contains(&feature) => Err(Error::new(
            Code::FeatureNotEnabled,
            format!("the feature {feature} is not enabled for this partner"),
        )),
        _ => Ok(()),
    }
}
