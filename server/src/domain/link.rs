//! One-time links by mail: to set a password anew, and to take up an invitation.

use std::net::IpAddr;

use shared::id::PartnerId;
use shared::sign_in::{ForgotPassword, Invitation, Invite, ResetPassword};
use shared::{Code, FieldError};

use super::replay::{Attempt, Once};
use super::sign_in::{Purpose, Tries, set_password};
use super::{password, text};
use crate::app::App;
use crate::config::Hidden;
use crate::error::Error;
use crate::store::mail::{Mail, MailKind};
use crate::store::portal_user::PortalUser;
use crate::store::{self, Connection, event};
use crate::vault;

/// How long a link for a new password is good.
pub const RESET_MS: i64 = 3_600_000;
/// How long an invitation is good.
pub const INVITATION_MS: i64 = 7 * 24 * 3_600_000;

/// What a link is for.
#[derive(Clone, Debug)]
pub enum Purposed {
    NewPassword,
    /// An invitation by the partner of this name, to this address.
    Invitation {
        partner: String,
        email: String,
    },
}

/// Asks for a link for a new password. Whether there is such an account is found
/// out when the mail is written, so that here nobody can tell.
pub async fn forgot(app: &App, address: IpAddr, call: ForgotPassword) -> Result<(), Error> {
    text::refuse_any([("email", text::email(&call.email))])?;
    Tries::count(app, Purpose::NewPassword, (&call.email, address)).await?;
    let now = app.context.now();
    let mail = Mail {
        id: app.context.object_id(),
        kind: MailKind::Reset,
        partner_id: None,
        subject_id: call.email,
        attempts: 0,
        give_up_at: now.plus_ms(RESET_MS),
    };
    let mut tx = app.db.write().await?;
    store::mail::put(&mut tx, &mail, now).await?;
    tx.commit().await?;
    app.mail_due.notify_one();
    Ok(())
}

/// Invites somebody to a partner's portal. An address that signs in to another
/// partner's is told so by its mail, and by nothing else.
pub async fn invite(
    app: &App,
    partner_id: &PartnerId,
    idempotency_key: Option<String>,
    call: Invite,
) -> Result<Once<Invitation>, Error> {
    check_invite(&call)?;
    let now = app.context.now();
    let attempt = Attempt::new(partner_id, idempotency_key, &call, now)?;
    let mut tx = app.db.write().await?;
    event::lock_books(&mut tx, app.db.dialect(), partner_id).await?;
    if let Some(earlier) = attempt.earlier(&mut tx).await? {
        return Ok(earlier);
    }
    let known = store::portal_user::find_by_email(&mut tx, &call.email).await?;
    if known.is_some_and(|user| user.partner_id.as_ref() == Some(partner_id)) {
        return Err(Error::new(
            Code::UserExists,
            "somebody with this e-mail address signs in here already",
        ));
    }
    let row = store::link::Invitation {
        partner_id: partner_id.clone(),
        id: app.context.object_id(),
        email: call.email,
        role: call.role,
        first_name: call.first_name,
        last_name: call.last_name,
        expires_at: now.plus_ms(INVITATION_MS),
        created_at: now,
    };
    store::link::put_invitation(&mut tx, &row).await?;
    let mail = Mail {
        id: app.context.object_id(),
        kind: MailKind::Invitation,
        partner_id: Some(partner_id.clone()),
        subject_id: row.id.to_string(),
        attempts: 0,
        give_up_at: row.expires_at,
    };
    store::mail::put(&mut tx, &mail, now).await?;
    let id = row.id.clone();
    let answer = Invitation {
        id: row.id,
        email: row.email,
        role: row.role,
        expires_at: row.expires_at,
    };
    let invited = attempt.keep(&mut tx, id.as_str(), answer).await?;
    tx.commit().await?;
    app.mail_due.notify_one();
    Ok(invited)
}

fn check_invite(call: &Invite) -> Result<(), Error> {
    let mut problems = Vec::new();
    let names = [
        ("firstName", &call.first_name),
        ("lastName", &call.last_name),
    ];
    let email = [("email", text::email(&call.email))];
    let names = names.into_iter().filter_map(|(field, name)| {
        let name = name.as_ref()?;
        Some((field, text::printable(name, text::MAX_NAME)))
    });
    for (field, checked) in email.into_iter().chain(names) {
        problems.extend(checked.err().map(|problem| FieldError::new(field, problem)));
    }
    Error::refuse_any(problems)
}

/// What a link is for, as long as it is good.
pub async fn find(app: &App, token: &str) -> Result<Option<Purposed>, Error> {
    let (hash, now) = (vault::hash(token), app.context.now());
    let mut conn = app.db.read().await?;
    if let Some(_user) = store::link::find_password_link(&mut conn, &hash, now).await? {
        return Ok(Some(Purposed::NewPassword));
    }
    let Some(invitation) = store::link::find_invited(&mut conn, &hash, now).await? else {
        return Ok(None);
    };
    let partner = store::partner::find(&mut conn, &invitation.partner_id).await?;
    Ok(partner.map(|partner| Purposed::Invitation {
        partner: partner.name,
        email: invitation.email,
    }))
}

/// Sets a password by a one-time link, which is used up. Whoever takes up an
/// invitation by it can sign in from then on.
pub async fn reset(app: &App, call: ResetPassword) -> Result<(), Error> {
    text::refuse_any([("password", password::check_new(&call.password.0))])?;
    // A slow hash is not made for a link that is not good.
    if find(app, &call.token.0).await?.is_none() {
        return Err(used());
    }
    let new = Hidden::new(call.password.0);
    let hash = app.passwords.hash(&app.context, new).await?;
    let mut tx = app.db.write().await?;
    use_up(app, &mut tx, (&vault::hash(&call.token.0), hash)).await?;
    Ok(tx.commit().await?)
}

async fn use_up(
    app: &App,
    conn: &mut Connection,
    (token_hash, password_hash): (&str, Hidden),
) -> Result<(), Error> {
    let now = app.context.now();
    if let Some(id) = store::link::take_password_link(conn, token_hash, now).await? {
        return set_password(conn, (&id, None), &password_hash).await;
    }
    let invitation = store::link::take_invitation(conn, token_hash, now).await?;
    let invitation = invitation.ok_or_else(used)?;
    let user = PortalUser {
        id: app.context.object_id(),
        partner_id: Some(invitation.partner_id),
        email: Some(invitation.email),
        password_hash: Some(password_hash),
        first_name: invitation.first_name,
        last_name: invitation.last_name,
        role: invitation.role,
        created_at: now,
    };
    if store::portal_user::insert(conn, &user).await? {
        Ok(())
    } else {
        // Somebody has taken the address since the mail was written.
        Err(used())
    }
}

/// The refusal of a link that was used, has expired, or never was.
pub fn used() -> Error {
    Error::new(
        Code::InvalidToken,
        "this link was used already or has expired; ask for a new one",
    )
}
