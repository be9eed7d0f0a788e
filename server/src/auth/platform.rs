//! A platform that speaks for its users in the Endaoment dialect: its server by
//! the key, or a token in the key's place.

use std::sync::Arc;

use axum::body::Body;
use axum::http::HeaderMap;
use shared::portal_user::Role;
use shared::{Dialect, Proof};

use super::body::{MAX_BODY, read_body};
use super::member::{Member, bearer};
use super::proof::{Admitted, Asked, Proven};
use super::{Caller, Denied, check_partner};
use crate::app::App;
use crate::domain::token;
use crate::error::Error;
use crate::store;
use crate::store::partner::Partner;

/// A partner, and the user whom a token names.
#[derive(Clone, Debug)]
pub struct Platform {
    pub partner: Partner,
    /// The partner's own name for the user, of a token of its issuer.
    pub subject: Option<String>,
    server: Option<Arc<Caller>>,
}

impl Platform {
    /// Whom a token speaks for. One of ours, or of the issuer that signs people in
    /// to the portal, names the partner only, and is of somebody who may change
    /// things there.
    async fn by_token(app: &App, headers: &HeaderMap) -> Result<Self, Error> {
        let (partner, subject) =
            if let Some((partner, name)) = Self::of_issuer(app, bearer(headers)?).await? {
                (partner, Some(name))
            } else {
                let member = Member::find(app, headers).await?;
                member.check_role(Role::Admin)?;
                (member.partner()?.clone(), None)
            };
        check_partner(&partner, app.settings.environment)?;
        Ok(Self {
            partner,
            subject,
            server: None,
        })
    }

    /// Counts a call without a key, for whom its token names.
    fn count(&self, app: &App) -> Result<(), Error> {
        let by = (&self.partner.id, self.subject.as_deref());
        let limit = app.settings.rate_limit_widget_address;
        app.limiter.count_token(by, limit, app.context.now())
    }

    /// The partner and the user of a token of a partner's own issuer; none if it is
    /// of no such issuer.
    async fn of_issuer(app: &App, text: &str) -> Result<Option<(Partner, String)>, Error> {
        let header = jsonwebtoken::decode_header(text).map_err(|_| token::invalid())?;
        let issuers = app.partner_issuers.iter();
        let mut refused = None;
        for (slug, issuer) in issuers.filter(|(_, issuer)| issuer.is_claimed_by(text)) {
            match issuer.read(text, &header, app.context.now()).await {
                Ok(subject) => {
                    let mut conn = app.db.read().await?;
                    let partner = store::partner::find_by_slug(&mut conn, slug).await?;
                    let partner = partner.ok_or_else(token::invalid)?;
                    return Ok(Some((partner, subject.name)));
                }
                Err(error) => refused = Some(error),
            }
        }
        refused.map_or(Ok(None), Err)
    }
}

impl Proven for Platform {
    const PROOF: Proof = Proof::Platform;

    fn key(&self) -> Option<Arc<Caller>> {
        self.server.clone()
    }

    /// Who sends both a key and a token must be the same by both.
    async fn prove(app: &App, asked: Asked<'_>, body: Body) -> Result<Admitted<Self>, Denied> {
        let headers = &asked.parts.headers;
        let by_token = if headers.contains_key("authorization") {
            let found = Self::by_token(app, headers).await;
            let now = app.context.now();
            Some(found.map_err(|error| app.limiter.count_failure(asked.address, now, error))?)
        } else {
            None
        };
        let has_key = headers.contains_key(Dialect::Endaoment.key_header());
        match by_token {
            Some(platform) if !has_key => {
                platform.count(app)?;
                Ok(Admitted {
                    caller: platform,
                    charge: None,
                    body: read_body(body, MAX_BODY).await?,
                })
            }
            by_token => {
                let admitted = <Arc<Caller>>::prove(app, asked, body).await?;
                let partner = admitted.caller.partner.clone();
                if by_token
                    .as_ref()
                    .is_some_and(|by| by.partner.id != partner.id)
                {
                    return Err(token::invalid().into());
                }
                let subject = by_token.and_then(|by| by.subject);
                Ok(admitted.of(|caller| Self {
                    partner,
                    subject,
                    server: Some(caller),
                }))
            }
        }
    }
}
