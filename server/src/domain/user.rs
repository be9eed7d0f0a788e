//! Making a user.

use serde_json::{Map, Value, json};
use shared::event::EventType;
use shared::user::{CreateUser, User};
use shared::{Code, FieldError};

use super::replay::{self, Once};
use super::text;
use crate::app::App;
use crate::error::Error;
use crate::store::partner::Partner;
use crate::store::replay::Replay;
use crate::store::{self, event};
use crate::vault;

/// The largest metadata, in bytes of JSON.
const MAX_METADATA_BYTES: usize = 16 * 1024;

/// Adds a user, or gives the first answer again under the same idempotency key.
pub async fn create(
    app: &App,
    partner: &Partner,
    idempotency_key: Option<String>,
    request: CreateUser,
) -> Result<Once<User>, Error> {
    check(&request)?;
    let key = replay::key(idempotency_key, None)?;
    let fingerprint = serde_json::to_vec(&request)
        .map(vault::hash)
        .map_err(Error::internal)?;
    let now = app.context.now();
    let mut tx = app.db.write().await?;
    let commit = event::next_commit(&mut tx, &partner.id).await?;
    if let Some(key) = &key
        && let Some(earlier) = store::replay::find(&mut tx, &partner.id, key, now).await?
    {
        if earlier.fingerprint != fingerprint {
            return Err(replay::reused());
        }
        let answer = serde_json::from_str(&earlier.answer).map_err(Error::internal)?;
        return Ok(Once::again(answer));
    }
    let user = new_user(app, request);
    if !store::user::insert(&mut tx, &partner.id, &user).await? {
        return Err(Error::new(
            Code::UserExists,
            "a user with this externalUserId exists",
        ));
    }
    let data = json!({ "externalUserId": user.external_user_id, "id": user.id });
    let happened = (EventType::UserCreated, data.to_string());
    event::append(
        &mut tx,
        (app.db.dialect(), &app.context),
        (&partner.id, commit),
        happened,
    )
    .await?;
    if let Some(key) = &key {
        let answer = serde_json::to_string(&user).map_err(Error::internal)?;
        store::replay::put(
            &mut tx,
            &partner.id,
            (key, now),
            &Replay {
                fingerprint,
                answer,
            },
        )
        .await?;
    }
    tx.commit().await?;
    Ok(Once::first(user))
}

fn new_user(app: &App, request: CreateUser) -> User {
    let now = app.context.now();
    User {
        id: app.context.object_id(),
        external_user_id: request.external_user_id,
        email: request.email,
        first_name: request.first_name,
        last_name: request.last_name,
        metadata: request.metadata.unwrap_or_default(),
        created_at: now,
        updated_at: now,
    }
}

fn check(request: &CreateUser) -> Result<(), Error> {
    let name = |name: &Option<String>| {
        name.as_deref()
            .map_or(Ok(()), |name| text::printable(name, text::MAX_NAME))
    };
    let checked = [
        (
            "externalUserId",
            text::printable(request.external_user_id.as_str(), text::MAX_USER_ID),
        ),
        (
            "email",
            request.email.as_deref().map_or(Ok(()), text::email),
        ),
        ("firstName", name(&request.first_name)),
        ("lastName", name(&request.last_name)),
        (
            "metadata",
            request.metadata.as_ref().map_or(Ok(()), check_metadata),
        ),
    ];
    let problems: Vec<_> = checked
        .into_iter()
        .filter_map(|(field, checked)| Some(FieldError::new(field, checked.err()?)))
        .collect();
    if problems.is_empty() {
        Ok(())
    } else {
        Err(Error::invalid(problems))
    }
}

fn check_metadata(metadata: &Map<String, Value>) -> text::Checked {
    let bytes = serde_json::to_vec(metadata).map_or(usize::MAX, |text| text.len());
    if bytes <= MAX_METADATA_BYTES {
        return Ok(());
    }
    Err(format!(
        "must be at most {MAX_METADATA_BYTES} bytes of JSON"
    ))
}
