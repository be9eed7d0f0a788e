//! Making, changing and erasing a user.

use serde_json::{Map, Value, json};
use shared::event::EventType;
use shared::id::{ExternalUserId, PartnerId, PercentUserId};
use shared::percent::{CreatePercentUser, PercentUser};
use shared::time::Timestamp;
use shared::user::{CreateUser, UpdateUser, User};
use shared::{Change, Code};

use super::replay::{Attempt, Once};
use super::text;
use crate::app::App;
use crate::error::Error;
use crate::store::event::Subjects;
use crate::store::{self, Connection, erasure, event};

/// Adds a user, or gives the first answer again under the same idempotency key.
pub async fn create(
    app: &App,
    partner_id: &PartnerId,
    idempotency_key: Option<String>,
    request: CreateUser,
) -> Result<Once<User>, Error> {
    let fields = Fields {
        email: request.email.as_ref(),
        first_name: request.first_name.as_ref(),
        last_name: request.last_name.as_ref(),
        metadata: request.metadata.as_ref(),
    };
    let external_id = request.external_user_id.as_str();
    let named = text::printable(external_id, text::MAX_USER_ID);
    text::refuse_any(
        [("externalUserId", named)]
            .into_iter()
            .chain(fields.check()),
    )?;
    let now = app.context.now();
    let attempt = Attempt::new(partner_id, idempotency_key, &request, now)?;
    let mut tx = app.db.write().await?;
    let commit = event::next_commit(&mut tx, partner_id).await?;
    if let Some(earlier) = attempt.earlier(&mut tx).await? {
        return Ok(earlier);
    }
    let user = new_user(app, request, now);
    add(app, &mut tx, (partner_id, commit), &user).await?;
    let id = user.id.clone();
    let made = attempt.keep(&mut tx, id.as_str(), user).await?;
    tx.commit().await?;
    Ok(made)
}

/// Adds a user of whom nothing is known but the id that it is given, which is its
/// name in all dialects.
pub async fn create_nameless(
    app: &App,
    partner_id: &PartnerId,
    idempotency_key: Option<String>,
    request: &CreatePercentUser,
) -> Result<Once<PercentUser>, Error> {
    let now = app.context.now();
    let attempt = Attempt::new(partner_id, idempotency_key, request, now)?;
    let _turn = app.under_way.enter(&attempt)?;
    let mut tx = app.db.write().await?;
    let commit = event::next_commit(&mut tx, partner_id).await?;
    if let Some(earlier) = attempt.earlier(&mut tx).await? {
        return Ok(earlier);
    }
    let named = CreateUser {
        external_user_id: ExternalUserId(app.context.base62_id("user")),
        email: None,
        first_name: None,
        last_name: None,
        metadata: None,
    };
    let user = new_user(app, named, now);
    add(app, &mut tx, (partner_id, commit), &user).await?;
    let user = PercentUser {
        id: PercentUserId(user.external_user_id.0),
        created_at: now,
        deleted_at: None,
    };
    let id = user.id.clone();
    let made = attempt.keep(&mut tx, id.as_str(), user).await?;
    tx.commit().await?;
    Ok(made)
}

/// Puts a user among the partner's, in a commit of its books, and tells of it.
async fn add(
    app: &App,
    conn: &mut Connection,
    (partner_id, commit): (&PartnerId, i64),
    user: &User,
) -> Result<(), Error> {
    if !store::user::insert(conn, partner_id, user).await? {
        return Err(Error::new(
            Code::UserExists,
            "a user with this externalUserId exists",
        ));
    }
    let data = json!({ "externalUserId": user.external_user_id, "id": user.id });
    let subjects = Subjects::of([user.external_user_id.as_str()]);
    let told = event::append(
        conn,
        (app.db.dialect(), &app.context),
        (partner_id, commit),
        (EventType::UserCreated, subjects, data.to_string()),
    );
    Ok(told.await?)
}

fn new_user(app: &App, request: CreateUser, now: Timestamp) -> User {
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

/// Changes what is known of a user, and answers the user as it is then.
pub async fn update(app: &App, partner_id: &PartnerId, request: UpdateUser) -> Result<User, Error> {
    let fields = Fields {
        email: request.email.value(),
        first_name: request.first_name.value(),
        last_name: request.last_name.value(),
        metadata: None,
    };
    text::refuse_any(fields.check())?;
    let mut tx = app.db.write().await?;
    let held = store::user::lock(&mut tx, app.db.dialect(), partner_id, &request.external_id);
    let before = held.await?.ok_or_else(unknown)?;
    let mut after = changed(before.clone(), request);
    text::refuse_any([("metadata", text::metadata(&after.metadata))])?;
    if after != before {
        after.updated_at = app.context.now();
        store::user::update(&mut tx, partner_id, &after).await?;
        tx.commit().await?;
    }
    Ok(after)
}

fn changed(before: User, request: UpdateUser) -> User {
    let metadata = match request.metadata {
        Change::Keep => before.metadata,
        Change::Clear => Map::new(),
        Change::Set(changes) => merged(before.metadata, changes),
    };
    User {
        email: request.email.of(before.email),
        first_name: request.first_name.of(before.first_name),
        last_name: request.last_name.of(before.last_name),
        metadata,
        ..before
    }
}

/// Each key of `changes` takes the place of the one that is there; null removes
/// it.
fn merged(mut metadata: Map<String, Value>, changes: Map<String, Value>) -> Map<String, Value> {
    for (key, value) in changes {
        if value.is_null() {
            metadata.remove(&key);
        } else {
            metadata.insert(key, value);
        }
    }
    metadata
}

/// Erases what is known of a person: of the user, and of the donor of the user's
/// gifts. The user itself, its tokens and its history stay, and so do rewards
/// that are still due.
pub async fn erase(
    app: &App,
    partner_id: &PartnerId,
    external_id: &ExternalUserId,
) -> Result<(), Error> {
    let mut tx = app.db.write().await?;
    event::lock_books(&mut tx, app.db.dialect(), partner_id).await?;
    let user = store::user::find(&mut tx, partner_id, external_id).await?;
    let user = user.ok_or_else(unknown)?;
    let now = app.context.now();
    if let Some(email) = &user.email {
        let held = erasure::hold_jobs(&mut tx, app.db.dialect(), partner_id, (email, now));
        if !held.await? {
            // A reward in hand would write the address down again.
            return Err(Error::overloaded());
        }
        leave_address(&mut tx, partner_id, email).await?;
    }
    erasure::forget_donor(&mut tx, partner_id, &user).await?;
    let erased = User {
        email: None,
        first_name: None,
        last_name: None,
        metadata: Map::new(),
        ..user.clone()
    };
    if erased != user {
        let erased = User {
            updated_at: now,
            ..erased
        };
        store::user::update(&mut tx, partner_id, &erased).await?;
        erasure::rewrite_answers(&mut tx, partner_id, &erased).await?;
    }
    store::person::forget(&mut tx, partner_id, &user.id).await?;
    Ok(tx.commit().await?)
}

/// Lets rewards that are still due find their user without the address.
async fn leave_address(
    conn: &mut Connection,
    partner_id: &PartnerId,
    email: &str,
) -> Result<(), Error> {
    let folded = store::user::folded(email);
    if let Some(owner) = store::user::oldest_of_email(conn, partner_id, &folded).await? {
        erasure::name_donor(conn, partner_id, email, &owner).await?;
    }
    Ok(())
}

/// No user of the partner has the name.
pub fn unknown() -> Error {
    Error::new(
        Code::UserNotFound,
        "no user of yours has this externalUserId",
    )
}

/// What a request says of a person.
#[derive(Clone, Copy)]
struct Fields<'a> {
    email: Option<&'a String>,
    first_name: Option<&'a String>,
    last_name: Option<&'a String>,
    metadata: Option<&'a Map<String, Value>>,
}

impl Fields<'_> {
    fn check(self) -> [(&'static str, text::Checked); 4] {
        let name = |name: Option<&String>| {
            name.map_or(Ok(()), |name| text::printable(name, text::MAX_NAME))
        };
        let email = self.email.map_or(Ok(()), |email| text::email(email));
        [
            ("email", email),
            ("firstName", name(self.first_name)),
            ("lastName", name(self.last_name)),
            ("metadata", self.metadata.map_or(Ok(()), text::metadata)),
        ]
    }
}
