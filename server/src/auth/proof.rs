//! By what a caller is known: a key, a token, or nothing. Each makes a caller of
//! a type of its own, which a handler names, so that no handler can take somebody
//! who signed in for a key, or nobody for either.

use std::net::IpAddr;
use std::sync::Arc;

use axum::body::Body;
use axum::http::request::Parts;
use shared::{Auth, Proof};

use super::body::{MAX_BODY, read_body};
use super::limit::Charge;
use super::{Caller, Denied, Member, Needs, authenticate, permit};
use crate::app::App;
use crate::error::Error;
use crate::store::partner::Partner;

/// A call before it is proven who makes it.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    pub(super) parts: &'a Parts,
    pub(super) address: IpAddr,
    pub(super) needs: Needs,
}

/// A call whose body may be parsed.
#[derive(Debug)]
pub struct Admitted<By> {
    pub(super) caller: By,
    pub(super) charge: Option<Charge>,
    pub(super) body: Vec<u8>,
}

impl<By> Admitted<By> {
    pub(super) fn of<Other>(self, other: impl FnOnce(By) -> Other) -> Admitted<Other> {
        Admitted {
            caller: other(self.caller),
            charge: self.charge,
            body: self.body,
        }
    }
}

/// Who makes a call, as far as it was proven.
pub trait Proven: Sized {
    const PROOF: Proof;

    /// Whose key it is, if it is by a key.
    fn key(&self) -> Option<Arc<Caller>>;

    /// Goes through the checks of a call by such a caller, in their order.
    fn prove(
        app: &App,
        asked: Asked<'_>,
        body: Body,
    ) -> impl Future<Output = Result<Admitted<Self>, Denied>> + Send;
}

impl Proven for Arc<Caller> {
    const PROOF: Proof = Proof::Key;

    fn key(&self) -> Option<Arc<Caller>> {
        Some(self.clone())
    }

    async fn prove(app: &App, asked: Asked<'_>, body: Body) -> Result<Admitted<Self>, Denied> {
        let Asked {
            parts,
            address,
            needs,
        } = asked;
        let checked = authenticate(app, parts, needs.auth, (address, body)).await;
        let now = app.context.now();
        let (caller, half, body) =
            checked.map_err(|error| app.limiter.count_failure(address, now, error))?;
        let permitted = permit(app, (&caller, half), needs, (&parts.headers, address)).await;
        let charge = permitted.map_err(|denied| Denied {
            caller: Some(caller.clone()),
            ..denied
        })?;
        app.key_uses.note(&caller.key, now);
        Ok(Admitted {
            caller,
            charge: Some(charge),
            body,
        })
    }
}

impl Proven for Member {
    const PROOF: Proof = Proof::Token;

    fn key(&self) -> Option<Arc<Caller>> {
        None
    }

    async fn prove(app: &App, asked: Asked<'_>, body: Body) -> Result<Admitted<Self>, Denied> {
        let found = Self::find(app, &asked.parts.headers).await;
        let now = app.context.now();
        let member = found.map_err(|error| app.limiter.count_failure(asked.address, now, error))?;
        if let Auth::Portal(role) | Auth::SecretOrPortal(role) = asked.needs.auth {
            member.check_role(role)?;
        }
        Ok(Admitted {
            caller: member,
            charge: None,
            body: read_body(body, MAX_BODY).await?,
        })
    }
}

/// Who looks after a partner: its server, or somebody who is signed in.
#[derive(Clone, Debug)]
pub enum Keeper {
    Server(Arc<Caller>),
    Member(Box<Member>),
}

impl Keeper {
    /// The partner, which somebody without a key may not have yet.
    pub fn partner(&self) -> Result<&Partner, Error> {
        match self {
            Self::Server(caller) => Ok(&caller.partner),
            Self::Member(member) => member.partner(),
        }
    }
}

impl Proven for Keeper {
    const PROOF: Proof = Proof::KeyOrToken;

    fn key(&self) -> Option<Arc<Caller>> {
        match self {
            Self::Server(caller) => Some(caller.clone()),
            Self::Member(_) => None,
        }
    }

    async fn prove(app: &App, asked: Asked<'_>, body: Body) -> Result<Admitted<Self>, Denied> {
        if asked.parts.headers.contains_key("authorization") {
            let admitted = Member::prove(app, asked, body).await?;
            Ok(admitted.of(|member| Self::Member(Box::new(member))))
        } else {
            let admitted = <Arc<Caller>>::prove(app, asked, body).await?;
            Ok(admitted.of(Self::Server))
        }
    }
}

/// Whoever it may be: the call proves itself by what it says.
#[derive(Clone, Copy, Debug)]
pub struct Anyone;

impl Proven for Anyone {
    const PROOF: Proof = Proof::Nothing;

    fn key(&self) -> Option<Arc<Caller>> {
        None
    }

    async fn prove(_: &App, _: Asked<'_>, body: Body) -> Result<Admitted<Self>, Denied> {
        Ok(Admitted {
            caller: Self,
            charge: None,
            body: read_body(body, MAX_BODY).await?,
        })
    }
}
