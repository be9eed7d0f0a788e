//! Keys as their partner's people manage them: making, changing, rotating and
//! ending them.

use shared::id::{KeyId, PartnerId};
use shared::key::{
    CreateKey, Key, KeyType, KeyWithSecrets, MAX_GRACE_SECONDS, RotateKey, UpdateKey,
};
use shared::sign_in::Secret;
use shared::time::Timestamp;
use shared::{Change, Code};

use super::bounds::Bounds;
use super::{KeyMaker, Secrets};
use crate::app::App;
use crate::domain::partner;
use crate::domain::replay::{Attempt, Once};
use crate::error::Error;
use crate::store::key::{Key as KeyRow, Previous, Seen};
use crate::store::portal_user::PortalUser;
use crate::store::{self, event};

/// The most keys of a partner that were not ended.
const MAX_KEYS: i64 = 100;

/// Makes a key, and for a user without a partner that too, or gives the first
/// answer again under the same idempotency key.
pub async fn create(
    app: &App,
    user: &PortalUser,
    idempotency_key: Option<String>,
    call: CreateKey,
) -> Result<Once<KeyWithSecrets>, Error> {
    let now = app.context.now();
    let bounds = Bounds::of_new(&call, now)?;
    check_environment(app, &call)?;
    let mut tx = app.db.write().await?;
    let partner_id = partner::of_user(app, &mut tx, user).await?;
    event::lock_books(&mut tx, app.db.dialect(), &partner_id).await?;
    let attempt = Attempt::new(&partner_id, idempotency_key, &call, now)?;
    if let Some(earlier) = attempt.earlier_secret(&mut tx, &app.vault).await? {
        return Ok(earlier);
    }
    if store::key::count(&mut tx, &partner_id).await? >= MAX_KEYS {
        return Err(Error::new(
            Code::KeyLimitReached,
            format!("at most {MAX_KEYS} keys can be there; delete one first"),
        ));
    }
    let (row, secret_key, hmac_secret) = match call.key_type {
        KeyType::Secret => {
            let (row, secrets) = maker(app).pair(&partner_id, &call.name);
            (row, Some(Secret(secrets.secret_key)), secrets.hmac_secret)
        }
        KeyType::Publishable => {
            let (row, hmac_secret) = maker(app).publishable(&partner_id, &call.name);
            (row, None, hmac_secret.expose().to_owned())
        }
    };
    let row = bounds.on(row);
    store::key::insert(&mut tx, &row).await?;
    let answer = KeyWithSecrets {
        key: shown(app, Seen::new(row)),
        secret_key,
        hmac_secret: Secret(hmac_secret),
    };
    let id = answer.key.id.to_string();
    let made = attempt.keep_secret(&mut tx, app, (&id, answer)).await?;
    tx.commit().await?;
    Ok(made)
}

fn maker(app: &App) -> KeyMaker<'_> {
    KeyMaker {
        context: &app.context,
        vault: &app.vault,
        environment: app.settings.environment,
    }
}

/// A server makes keys of its own environment only.
fn check_environment(app: &App, call: &CreateKey) -> Result<(), Error> {
    let served = app.settings.environment;
    if call.environment == served.into() {
        return Ok(());
    }
    let (served, asked, here) = (served.as_str(), call.environment, &app.base_url);
    let there = match &app.settings.other_environment_url {
        Some(url) => format!("ask {}", url.origin().ascii_serialization()),
        None => format!("ask the server of your {asked} environment"),
    };
    let message = format!("{here} serves {served}; for a key of {asked}, {there}");
    Err(Error::new(Code::EnvironmentNotServed, message))
}

/// A key as its partner sees it.
pub fn shown(app: &App, seen: Seen) -> Key {
    let Seen { key, last_used_at } = seen;
    let now = app.context.now();
    let previous = key.previous.filter(|previous| previous.until > now);
    Key {
        id: key.id,
        partner_id: key.partner_id,
        name: key.name,
        environment: app.settings.environment.into(),
        key_type: match key.secret_hash {
            Some(_) => KeyType::Secret,
            None => KeyType::Publishable,
        },
        public_key: key.public_key,
        secret_key_last4: key.secret_last4,
        scopes: key.scopes,
        ip_allowlist: key.ip_allowlist.iter().map(ToString::to_string).collect(),
        allowed_origins: key.allowed_origins,
        is_active: key.is_active,
        expires_at: key.expires_at,
        previous_secrets_expire_at: previous.map(|previous| previous.until),
        last_used_at,
        created_at: key.created_at,
    }
}

/// The key of this id.
pub async fn find(app: &App, partner_id: &PartnerId, id: &KeyId) -> Result<Key, Error> {
    let mut conn = app.db.read().await?;
    let seen = store::key::find_seen(&mut conn, partner_id, id).await?;
    Ok(shown(app, seen.ok_or_else(unknown)?))
}

/// The refusal of a key that is not there, or another partner's.
pub fn unknown() -> Error {
    Error::new(Code::KeyNotFound, "no key has this id")
}

/// Changes a key, and answers it as it is then.
pub async fn update(app: &App, partner_id: &PartnerId, call: UpdateKey) -> Result<Key, Error> {
    let bounds = Bounds::of_change(&call, app.context.now())?;
    let mut tx = app.db.write().await?;
    let key = (partner_id, &call.id);
    let row = store::key::lock(&mut tx, app.db.dialect(), key).await?;
    let row = row.ok_or_else(unknown)?;
    let changed = KeyRow {
        name: call.name.of(None).unwrap_or(row.name.clone()),
        is_active: call.is_active.of(None).unwrap_or(row.is_active),
        expires_at: call.expires_at.of(row.expires_at),
        scopes: call.scopes.of(row.scopes.clone()),
        ip_allowlist: kept_or(&call.ip_allowlist, bounds.ip_allowlist, &row.ip_allowlist),
        allowed_origins: kept_or(
            &call.allowed_origins,
            bounds.allowed_origins,
            &row.allowed_origins,
        ),
        ..row
    };
    store::key::update(&mut tx, &changed).await?;
    tx.commit().await?;
    find(app, partner_id, &call.id).await
}

/// The list after a change: none of it is left where it was cleared.
fn kept_or<T: Clone>(change: &Change<Vec<String>>, new: Vec<T>, before: &[T]) -> Vec<T> {
    match change {
        Change::Keep => before.to_vec(),
        Change::Clear | Change::Set(_) => new,
    }
}

/// Gives a key new secrets; those before are good beside them for a while.
pub async fn rotate(
    app: &App,
    partner_id: &PartnerId,
    idempotency_key: Option<String>,
    call: RotateKey,
) -> Result<Once<KeyWithSecrets>, Error> {
    let grace_seconds = call.grace_seconds.unwrap_or(0);
    if grace_seconds > MAX_GRACE_SECONDS {
        let message = format!("must be from 0 to {MAX_GRACE_SECONDS} seconds");
        return Err(Error::field("graceSeconds", message));
    }
    let now = app.context.now();
    let attempt = Attempt::new(partner_id, idempotency_key, &call, now)?;
    let mut tx = app.db.write().await?;
    event::lock_books(&mut tx, app.db.dialect(), partner_id).await?;
    if let Some(earlier) = attempt.earlier_secret(&mut tx, &app.vault).await? {
        return Ok(earlier);
    }
    let key = (partner_id, &call.id);
    let before = store::key::lock(&mut tx, app.db.dialect(), key).await?;
    let before = before.ok_or_else(unknown)?;
    let until = now.plus_ms(i64::from(grace_seconds) * 1_000);
    let (after, secrets) = with_new_secrets(app, before, until);
    store::key::update(&mut tx, &after).await?;
    let seen = store::key::find_seen(&mut tx, partner_id, &call.id).await?;
    let answer = KeyWithSecrets {
        secret_key: after.secret_hash.map(|_| Secret(secrets.secret_key)),
        hmac_secret: Secret(secrets.hmac_secret),
        key: shown(app, seen.ok_or_else(unknown)?),
    };
    let rotated = attempt
        .keep_secret(&mut tx, app, (call.id.as_str(), answer))
        .await?;
    tx.commit().await?;
    Ok(rotated)
}

/// The key under its id and public half, with the secrets of a new one.
fn with_new_secrets(app: &App, before: KeyRow, until: Timestamp) -> (KeyRow, Secrets) {
    let (new, secrets) = maker(app).pair(&before.partner_id, &before.name);
    let is_pair = before.secret_hash.is_some();
    let id = before.id.as_str();
    let after = KeyRow {
        hmac_secret_sealed: app.vault.seal(&app.context, id, &secrets.hmac_secret),
        secret_hash: new.secret_hash.filter(|_| is_pair),
        secret_last4: new.secret_last4.filter(|_| is_pair),
        previous: (until > app.context.now()).then_some(Previous {
            secret_hash: before.secret_hash,
            hmac_secret_sealed: before.hmac_secret_sealed,
            until,
        }),
        ..before
    };
    (after, secrets)
}

/// Ends a key for good.
pub async fn delete(app: &App, partner_id: &PartnerId, id: &KeyId) -> Result<(), Error> {
    let mut tx = app.db.write().await?;
    let row = store::key::lock(&mut tx, app.db.dialect(), (partner_id, id)).await?;
    let ended = KeyRow {
        is_active: false,
        is_revoked: true,
        previous: None,
        ..row.ok_or_else(unknown)?
    };
    store::key::update(&mut tx, &ended).await?;
    Ok(tx.commit().await?)
}
