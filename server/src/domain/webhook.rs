//! Where a partner is told of events: making, changing and deleting webhooks.
//! Their secrets are sealed at rest and shown once.

pub mod again;
mod check;
pub mod health;
pub mod parcel;

use shared::event::EventType;
use shared::id::{PartnerId, WebhookId};
use shared::time::Timestamp;
use shared::webhook::{
    CreateWebhook, Headers, MAX_GRACE_SECONDS, RotateWebhookSecret, UpdateWebhook, Webhook,
    WebhookWithSecret,
};
use shared::{Change, Code, FieldError};

pub use self::again::KEPT_MS;
use super::replay::{Attempt, Once};
use crate::app::App;
use crate::error::Error;
use crate::store::webhook::WebhookRow;
use crate::store::{self, Connection, event};

/// The most webhooks of a partner.
const MAX_WEBHOOKS: i64 = 10;

/// Adds a webhook, or gives the first answer again under the same idempotency
/// key.
pub async fn create(
    app: &App,
    partner_id: &PartnerId,
    idempotency_key: Option<String>,
    request: CreateWebhook,
) -> Result<Once<WebhookWithSecret>, Error> {
    let now = app.context.now();
    let attempt = Attempt::new(partner_id, idempotency_key, &request, now)?;
    let secret = new_secret(app);
    let headers = request.headers.clone().unwrap_or_default();
    let public = new_webhook(app, request, now);
    Error::refuse_any(check::all(app, &public, &headers))?;
    let row = WebhookRow {
        partner_id: partner_id.clone(),
        headers_sealed: seal_headers(app, &public.id, &headers)?,
        secret_sealed: seal(app, &public.id, Sealed::Secret, &secret),
        previous_secret_sealed: None,
        public,
    };
    let mut tx = app.db.write().await?;
    event::lock_books(&mut tx, app.db.dialect(), partner_id).await?;
    if let Some(earlier) = attempt.earlier_secret(&mut tx, &app.vault).await? {
        return Ok(earlier);
    }
    if store::webhook::count(&mut tx, partner_id).await? >= MAX_WEBHOOKS {
        return Err(Error::new(
            Code::WebhookLimitReached,
            format!("at most {MAX_WEBHOOKS} webhooks can be registered; delete one first"),
        ));
    }
    store::webhook::insert(&mut tx, &row).await?;
    let webhook = row.public;
    let answer = WebhookWithSecret { webhook, secret };
    let id = answer.webhook.id.to_string();
    let made = attempt.keep_secret(&mut tx, app, (&id, answer)).await?;
    tx.commit().await?;
    Ok(made)
}

fn new_webhook(app: &App, request: CreateWebhook, now: Timestamp) -> Webhook {
    Webhook {
        id: app.context.object_id(),
        url: request.url,
        event_types: each_once(request.event_types.unwrap_or_default()),
        receive_all_events: request.receive_all_events.unwrap_or(false),
        description: request.description,
        headers: names(request.headers.as_ref()),
        ordered: request.ordered.unwrap_or(false),
        is_active: true,
        failing_since: None,
        disabled_at: None,
        previous_secret_expires_at: None,
        created_at: now,
        updated_at: now,
    }
}

fn new_secret(app: &App) -> String {
    format!("whsec_{}", app.context.random_hex::<32>())
}

fn names(headers: Option<&Headers>) -> Vec<String> {
    headers.map_or_else(Vec::new, |headers| headers.keys().cloned().collect())
}

fn each_once(mut types: Vec<EventType>) -> Vec<EventType> {
    types.sort_unstable();
    types.dedup();
    types
}

/// Changes a webhook, and answers it as it is then.
pub async fn update(
    app: &App,
    partner_id: &PartnerId,
    request: UpdateWebhook,
) -> Result<Webhook, Error> {
    check_present(&request)?;
    let mut tx = app.db.write().await?;
    event::lock_books(&mut tx, app.db.dialect(), partner_id).await?;
    let row = find_row(&mut tx, partner_id, &request.id).await?;
    let is_active = request.is_active.value().copied();
    let headers = request.headers.value().cloned();
    let before = row.public.clone();
    let (mut row, is_new) = (changed(app, row, request)?, headers.is_some());
    let checked = headers.unwrap_or_default();
    Error::refuse_any(check::all(app, &row.public, &checked))?;
    if row.public == before && !is_new {
        return Ok(before);
    }
    row.public.updated_at = app.context.now();
    store::webhook::update(&mut tx, &row, is_active).await?;
    tx.tell(partner_id);
    tx.commit().await?;
    Ok(row.public)
}

fn check_present(request: &UpdateWebhook) -> Result<(), Error> {
    let is_null = [
        ("url", request.url == Change::Clear),
        (
            "receiveAllEvents",
            request.receive_all_events == Change::Clear,
        ),
        ("ordered", request.ordered == Change::Clear),
        ("isActive", request.is_active == Change::Clear),
    ];
    let nulls = is_null.into_iter().filter(|(_, is_null)| *is_null);
    Error::refuse_any(nulls.map(|(field, _)| FieldError::new(field, "must not be null")))
}

fn changed(app: &App, row: WebhookRow, change: UpdateWebhook) -> Result<WebhookRow, Error> {
    let before = row.public;
    let (header_names, headers_sealed) = match &change.headers {
        Change::Keep => (before.headers, row.headers_sealed),
        Change::Clear => (Vec::new(), None),
        Change::Set(headers) => (
            names(Some(headers)),
            seal_headers(app, &before.id, headers)?,
        ),
    };
    let is_active = change.is_active.of(Some(before.is_active)).unwrap_or(false);
    let is_set_going = change.is_active == Change::Set(true);
    let types = change.event_types.of(Some(before.event_types));
    let public = Webhook {
        url: change.url.of(None).unwrap_or(before.url),
        event_types: each_once(types.unwrap_or_default()),
        receive_all_events: change
            .receive_all_events
            .of(Some(before.receive_all_events))
            .unwrap_or(false),
        description: change.description.of(before.description),
        headers: header_names,
        ordered: change.ordered.of(Some(before.ordered)).unwrap_or(false),
        is_active,
        failing_since: before.failing_since.filter(|_| !is_set_going),
        disabled_at: before.disabled_at.filter(|_| !is_set_going),
        ..before
    };
    Ok(WebhookRow {
        public,
        headers_sealed,
        ..row
    })
}

/// Gives a webhook a new secret; the one before signs beside it for a while.
pub async fn rotate_secret(
    app: &App,
    partner_id: &PartnerId,
    idempotency_key: Option<String>,
    request: RotateWebhookSecret,
) -> Result<Once<WebhookWithSecret>, Error> {
    let grace_seconds = request.grace_seconds.unwrap_or(0);
    if grace_seconds > MAX_GRACE_SECONDS {
        let message = format!("must be from 0 to {MAX_GRACE_SECONDS} seconds");
        return Err(Error::field("graceSeconds", message));
    }
    let now = app.context.now();
    let attempt = Attempt::new(partner_id, idempotency_key, &request, now)?;
    let mut tx = app.db.write().await?;
    event::lock_books(&mut tx, app.db.dialect(), partner_id).await?;
    let mut row = find_row(&mut tx, partner_id, &request.id).await?;
    if let Some(earlier) = attempt.earlier_secret(&mut tx, &app.vault).await? {
        return Ok(earlier);
    }
    let secret = new_secret(app);
    let before = open(app, &request.id, Sealed::Secret, &row.secret_sealed)?;
    let is_kept = grace_seconds > 0;
    row.previous_secret_sealed =
        is_kept.then(|| seal(app, &request.id, Sealed::PreviousSecret, &before));
    row.secret_sealed = seal(app, &request.id, Sealed::Secret, &secret);
    let end = now.plus_ms(i64::from(grace_seconds) * 1_000);
    row.public.previous_secret_expires_at = is_kept.then_some(end);
    row.public.updated_at = now;
    store::webhook::update(&mut tx, &row, None).await?;
    tx.tell(partner_id);
    let webhook = row.public;
    let answer = WebhookWithSecret { webhook, secret };
    let id = answer.webhook.id.to_string();
    let made = attempt.keep_secret(&mut tx, app, (&id, answer)).await?;
    tx.commit().await?;
    Ok(made)
}

/// Deletes a webhook; what is still to be delivered to it is not.
pub async fn delete(app: &App, partner_id: &PartnerId, id: &WebhookId) -> Result<(), Error> {
    let mut tx = app.db.write().await?;
    if !store::webhook::delete(&mut tx, partner_id, id, app.context.now()).await? {
        return Err(unknown());
    }
    tx.tell(partner_id);
    Ok(tx.commit().await?)
}

/// The webhook of this id.
pub async fn find(app: &App, partner_id: &PartnerId, id: &WebhookId) -> Result<Webhook, Error> {
    let mut conn = app.db.read().await?;
    Ok(find_row(&mut conn, partner_id, id).await?.public)
}

async fn find_row(
    conn: &mut Connection,
    partner_id: &PartnerId,
    id: &WebhookId,
) -> Result<WebhookRow, Error> {
    let found = store::webhook::find(conn, partner_id, id).await?;
    found.ok_or_else(unknown)
}

fn unknown() -> Error {
    Error::new(Code::WebhookNotFound, "no webhook has this id")
}

/// Which of a webhook's secrets a seal holds.
#[derive(Clone, Copy, Debug)]
enum Sealed {
    Secret,
    PreviousSecret,
    Headers,
}

impl Sealed {
    fn name(self, id: &str) -> String {
        let kind = match self {
            Self::Secret => "secret",
            Self::PreviousSecret => "previous secret",
            Self::Headers => "headers",
        };
        format!("webhook {id} {kind}")
    }
}

fn seal(app: &App, id: &WebhookId, kind: Sealed, secret: &str) -> String {
    app.vault
        .seal(&app.context, &kind.name(id.as_str()), secret)
}

fn open(app: &App, id: &WebhookId, kind: Sealed, sealed: &str) -> Result<String, Error> {
    let opened = app.vault.open_seal(&kind.name(id.as_str()), sealed);
    let opened = opened.map_err(Error::internal)?;
    Ok(opened.expose().to_owned())
}

fn seal_headers(app: &App, id: &WebhookId, headers: &Headers) -> Result<Option<String>, Error> {
    if headers.is_empty() {
        return Ok(None);
    }
    let text = serde_json::to_string(headers).map_err(Error::internal)?;
    Ok(Some(seal(app, id, Sealed::Headers, &text)))
}
