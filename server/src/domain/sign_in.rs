//! Signing in to the portal, staying signed in, and signing out.

mod failures;

use std::net::IpAddr;

use shared::Code;
use shared::id::{PartnerId, PortalUserId, SessionId};
use shared::partner::PartnerInfo;
use shared::sign_in::{ChangePassword, Login, Me, MyUser, Refresh, Secret, SignedIn};

pub(super) use self::failures::{Purpose, Tries};
use super::{password, text, token};
use crate::app::App;
use crate::config::Hidden;
use crate::error::Error;
use crate::store::partner::Partner;
use crate::store::portal_user::PortalUser;
use crate::store::session::{Session, Turned};
use crate::store::{self, Connection};

/// How long one stays signed in without coming back.
const IDLE_MS: i64 = 30 * 24 * 3_600_000;

/// Signs somebody in. An unknown address and a wrong password are one refusal,
/// after the same work.
pub async fn login(app: &App, address: IpAddr, call: Login) -> Result<SignedIn, Error> {
    text::refuse_any([
        ("email", text::email(&call.email)),
        ("password", password::check(&call.password.0)),
    ])?;
    let tries = Tries::count(app, Purpose::SignIn, (&call.email, address)).await?;
    let found = {
        let mut conn = app.db.read().await?;
        store::portal_user::find_by_email(&mut conn, &call.email).await?
    };
    let hash = found.as_ref().and_then(|user| user.password_hash.clone());
    let given = Hidden::new(call.password.0);
    let fits = app.passwords.verify(given, hash).await?;
    let Some(user) = found.filter(|_| fits) else {
        return Err(wrong());
    };
    let session_id: SessionId = app.context.object_id();
    let (refresh_token, token_hash) = token::new_refresh(app, &session_id);
    let now = app.context.now();
    let session = Session {
        id: session_id,
        user_id: user.id.clone(),
        token_hash,
        expires_at: now.plus_ms(IDLE_MS),
        created_at: now,
    };
    let mut tx = app.db.write().await?;
    tries.give_back(&mut tx).await?;
    store::session::insert(&mut tx, &session).await?;
    tx.commit().await?;
    signed_in(app, &user, (&session.id, refresh_token)).await
}

fn wrong() -> Error {
    Error::new(
        Code::InvalidCredentials,
        "the e-mail address or the password is wrong",
    )
}

/// The next pair of tokens. A token that was used before ends its sign-in: one of
/// the two who had it is not the user.
pub async fn refresh(app: &App, call: &Refresh) -> Result<SignedIn, Error> {
    let Some((id, before)) = token::read_refresh(&call.refresh_token) else {
        return Err(ended());
    };
    let now = app.context.now();
    let (refresh_token, after) = token::new_refresh(app, &id);
    let mut tx = app.db.write().await?;
    let hashes = (&id, before.as_str(), after.as_str());
    let times = (now, now.plus_ms(IDLE_MS));
    let turned = store::session::turn(&mut tx, hashes, times).await?;
    let user_id = match turned {
        Turned::Renewed(user_id) => user_id,
        Turned::Ended => return Err(ended()),
        Turned::Used => {
            store::session::end(&mut tx, &id).await?;
            tx.commit().await?;
            return Err(Error::new(
                Code::InvalidToken,
                "this refresh token was used before, so its sign-in was ended; sign in again",
            ));
        }
    };
    tx.commit().await?;
    let user = store::portal_user::find(&mut *app.db.read().await?, &user_id).await?;
    let user = user.ok_or_else(ended)?;
    signed_in(app, &user, (&id, refresh_token)).await
}

fn ended() -> Error {
    Error::new(
        Code::InvalidToken,
        "this refresh token is not good, or no more; sign in again",
    )
}

/// Ends the sign-in of a refresh token, also by one that was used before.
pub async fn logout(app: &App, token: &Secret) -> Result<(), Error> {
    let Some((id, _)) = token::read_refresh(token) else {
        return Ok(());
    };
    let mut tx = app.db.write().await?;
    store::session::end(&mut tx, &id).await?;
    Ok(tx.commit().await?)
}

/// Sets another password for who knows the present one, and ends every other
/// sign-in of the user.
pub async fn change_password(
    app: &App,
    (user, session_id): (&PortalUser, Option<&SessionId>),
    address: IpAddr,
    call: ChangePassword,
) -> Result<(), Error> {
    text::refuse_any([
        ("currentPassword", password::check(&call.current_password.0)),
        ("newPassword", password::check_new(&call.new_password.0)),
    ])?;
    let account = user.email.as_deref().unwrap_or(user.id.as_str());
    let tries = Tries::count(app, Purpose::SignIn, (account, address)).await?;
    let present = Hidden::new(call.current_password.0);
    let hash = user.password_hash.clone();
    if !app.passwords.verify(present, hash).await? {
        return Err(Error::new(
            Code::InvalidCredentials,
            "the current password is wrong",
        ));
    }
    let new = Hidden::new(call.new_password.0);
    let hash = app.passwords.hash(&app.context, new).await?;
    let mut tx = app.db.write().await?;
    tries.give_back(&mut tx).await?;
    set_password(&mut tx, (&user.id, session_id), &hash).await?;
    Ok(tx.commit().await?)
}

/// Sets a password; ends the user's other sign-ins, and every link that could set
/// another one.
pub(super) async fn set_password(
    conn: &mut Connection,
    (user_id, session_id): (&PortalUserId, Option<&SessionId>),
    hash: &Hidden,
) -> Result<(), Error> {
    store::portal_user::set_password(conn, user_id, hash).await?;
    store::session::end_others(conn, user_id, session_id).await?;
    store::link::end_password_links(conn, user_id).await?;
    Ok(())
}

async fn signed_in(
    app: &App,
    user: &PortalUser,
    (session_id, refresh_token): (&SessionId, Secret),
) -> Result<SignedIn, Error> {
    let mut conn = app.db.read().await?;
    let partner = partner_of(&mut conn, user.partner_id.as_ref()).await?;
    Ok(SignedIn {
        access_token: token::issue(app, session_id)?,
        refresh_token,
        token_type: "Bearer".to_owned(),
        expires_in: token::ACCESS_SECONDS,
        publishable_key: publishable_key(app, &mut conn, user.partner_id.as_ref()).await?,
        partner: partner.as_ref().map(info),
    })
}

/// Who is signed in, as they see themselves.
pub async fn me(app: &App, user: &PortalUser, partner: Option<&Partner>) -> Result<Me, Error> {
    let mut conn = app.db.read().await?;
    Ok(Me {
        publishable_key: publishable_key(app, &mut conn, user.partner_id.as_ref()).await?,
        partner: partner.map(info),
        user: MyUser {
            id: user.id.clone(),
            email: user.email.clone(),
            first_name: user.first_name.clone(),
            last_name: user.last_name.clone(),
            role: user.role,
        },
    })
}

/// The partner of a user, if there is one.
pub async fn partner_of(
    conn: &mut Connection,
    id: Option<&PartnerId>,
) -> Result<Option<Partner>, Error> {
    match id {
        Some(id) => Ok(store::partner::find(conn, id).await?),
        None => Ok(None),
    }
}

async fn publishable_key(
    app: &App,
    conn: &mut Connection,
    partner_id: Option<&PartnerId>,
) -> Result<Option<String>, Error> {
    match partner_id {
        Some(id) => Ok(store::key::first_public_key(conn, id, app.context.now()).await?),
        None => Ok(None),
    }
}

/// A partner, as its own people see it.
pub fn info(partner: &Partner) -> PartnerInfo {
    PartnerInfo {
        id: partner.id.clone(),
        name: partner.name.clone(),
        slug: partner.slug.clone(),
        status: partner.status,
        tier: partner.tier,
        enabled_features: partner.features.clone(),
        created_at: partner.created_at,
    }
}
