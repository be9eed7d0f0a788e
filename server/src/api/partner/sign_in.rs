//! Signing in to the portal, and who may.

use std::sync::Arc;

use shared::NoContent;
use shared::sign_in::{
    ChangePassword, ForgotPassword, GetMe, Invite, Login, Logout, Refresh, ResetPassword,
};

use crate::app::App;
use crate::auth::proof::Anyone;
use crate::auth::{Authorized, Member};
use crate::domain::{link, sign_in};
use crate::router::{Answered, Reply};

pub async fn login(app: Arc<App>, call: Authorized<Login, Anyone>) -> Answered<Login> {
    let signed_in = sign_in::login(&app, call.address, call.call).await?;
    Ok(Reply::new(signed_in))
}

pub async fn refresh(app: Arc<App>, call: Authorized<Refresh, Anyone>) -> Answered<Refresh> {
    Ok(Reply::new(sign_in::refresh(&app, &call.call).await?))
}

pub async fn logout(app: Arc<App>, call: Authorized<Logout, Anyone>) -> Answered<Logout> {
    sign_in::logout(&app, &call.call.refresh_token).await?;
    Ok(Reply::new(NoContent))
}

pub async fn get_me(app: Arc<App>, call: Authorized<GetMe, Member>) -> Answered<GetMe> {
    let Member { user, partner, .. } = &call.caller;
    Ok(Reply::new(sign_in::me(&app, user, partner.as_ref()).await?))
}

pub async fn change_password(
    app: Arc<App>,
    call: Authorized<ChangePassword, Member>,
) -> Answered<ChangePassword> {
    let who = (&call.caller.user, call.caller.session_id.as_ref());
    sign_in::change_password(&app, who, call.address, call.call).await?;
    Ok(Reply::new(NoContent))
}

pub async fn forgot_password(
    app: Arc<App>,
    call: Authorized<ForgotPassword, Anyone>,
) -> Answered<ForgotPassword> {
    link::forgot(&app, call.address, call.call).await?;
    Ok(Reply::new(NoContent))
}

pub async fn reset_password(
    app: Arc<App>,
    call: Authorized<ResetPassword, Anyone>,
) -> Answered<ResetPassword> {
    link::reset(&app, call.call).await?;
    Ok(Reply::new(NoContent))
}

pub async fn invite(app: Arc<App>, call: Authorized<Invite, Member>) -> Answered<Invite> {
    let key = call.idempotency_key();
    let invited = link::invite(&app, &call.caller.partner()?.id, key, call.call);
    Ok(invited.await?.into())
}
