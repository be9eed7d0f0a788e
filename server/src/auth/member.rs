//! Somebody who is signed in to the portal: by a token of ours, or of the outside
//! issuer.

use axum::http::HeaderMap;
use shared::Code;
use shared::id::SessionId;
use shared::partner::PartnerStatus;
use shared::portal_user::Role;

use super::issuer::Subject;
use crate::app::App;
use crate::domain::{sign_in, token};
use crate::error::Error;
use crate::store;
use crate::store::partner::Partner;
use crate::store::portal_user::PortalUser;

/// A user, and the partner as it is now: a role that was taken away, or a sign-in
/// that has ended, counts at once.
#[derive(Clone, Debug)]
pub struct Member {
    pub user: PortalUser,
    /// None until the user's first key is made.
    pub partner: Option<Partner>,
    /// Of a token of ours.
    pub session_id: Option<SessionId>,
}

impl Member {
    /// Whose `Authorization: Bearer …` this is.
    pub(super) async fn find(app: &App, headers: &HeaderMap) -> Result<Self, Error> {
        let token = bearer(headers)?;
        let header = jsonwebtoken::decode_header(token).map_err(|_| token::invalid())?;
        // Ours are of one algorithm, and no outside issuer's is.
        let (user, session_id) = if header.alg == token::ALGORITHM {
            let session_id = token::read(app, token)?;
            let mut conn = app.db.read().await?;
            let user = store::session::user(&mut conn, &session_id, app.context.now()).await?;
            (user.ok_or_else(token::invalid)?, Some(session_id))
        } else {
            let issuer = app.issuer.as_ref().ok_or_else(token::invalid)?;
            let subject = issuer.read(token, &header, app.context.now()).await?;
            subject.check_email()?;
            (find_or_make(app, subject).await?, None)
        };
        let mut conn = app.db.read().await?;
        let partner = sign_in::partner_of(&mut conn, user.partner_id.as_ref()).await?;
        Ok(Self {
            user,
            partner,
            session_id,
        })
    }

    /// Whether the user may make a call that takes this role. What viewers may do
    /// changes nothing of their partner's; the rest a suspended one may not.
    pub(super) fn check_role(&self, needed: Role) -> Result<(), Error> {
        if !self.user.role.includes(needed) {
            let role = self.user.role;
            let message = format!("this takes the role {needed}, and yours is {role}");
            return Err(Error::new(Code::InsufficientRole, message));
        }
        let is_suspended = self
            .partner
            .as_ref()
            .is_some_and(|partner| partner.status == PartnerStatus::Suspended);
        if is_suspended && needed != Role::Viewer {
            return Err(Error::new(
                Code::PartnerNotActive,
                "this partner is suspended: its portal can be read, and nothing changed",
            ));
        }
        Ok(())
    }

    /// The partner, for what needs one.
    pub fn partner(&self) -> Result<&Partner, Error> {
        self.partner.as_ref().ok_or_else(|| {
            Error::new(
                Code::PartnerNotFound,
                "there is no partner yet: it comes about with your first key",
            )
        })
    }
}

/// The token, which must be there exactly once.
pub(super) fn bearer(headers: &HeaderMap) -> Result<&str, Error> {
    let mut values = headers.get_all("authorization").iter();
    let text = match (values.next(), values.next()) {
        (Some(value), None) => value.to_str().ok(),
        _ => None,
    };
    let token = text
        .and_then(|text| text.split_once(' '))
        .filter(|(scheme, token)| scheme.eq_ignore_ascii_case("bearer") && !token.is_empty());
    let (_, token) = token.ok_or_else(|| {
        Error::new(
            Code::MissingToken,
            "the header Authorization must be sent, once, as: Bearer …",
        )
    })?;
    Ok(token.trim())
}

/// The user whom the outside issuer names so. An address that the issuer vouches
/// for is for show: it links nobody to an account that is there.
async fn find_or_make(app: &App, subject: Subject) -> Result<PortalUser, Error> {
    let name = (subject.issuer.as_str(), subject.name.as_str());
    let found = {
        let mut conn = app.db.read().await?;
        store::portal_user::find_by_subject(&mut conn, name).await?
    };
    if let Some(user) = found
        && user.email == subject.email
    {
        return Ok(user);
    }
    let user = PortalUser {
        id: app.context.object_id(),
        partner_id: None,
        email: subject.email,
        password_hash: None,
        first_name: None,
        last_name: None,
        role: Role::Owner,
        created_at: app.context.now(),
    };
    let mut tx = app.db.write().await?;
    store::portal_user::put_subject(&mut tx, name, &user).await?;
    let user = store::portal_user::find_by_subject(&mut tx, name).await?;
    tx.commit().await?;
    user.ok_or_else(token::invalid)
}
