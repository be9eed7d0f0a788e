//! What a call is: one request type, and beside it, as constants, everything
//! that is true of the call before it is made.
//!
//! The route, the authorisation, the tests' matrix and the clients all read
//! these constants; there is no second place to keep in step.
//!
//! Three dialects are spoken: the SIR one, and those of two platforms whose
//! clients work here unchanged. A call's authorisation says which is its own.

use serde::Serialize;

use crate::error::Code;
use crate::names::names;
use crate::portal_user::Role;

/// A request, of any dialect.
///
/// The fields whose names stand in braces in [`PATH`](Call::PATH) travel in the
/// path; the others travel in the query of a GET or DELETE, and in the JSON body
/// of a POST or PATCH.
pub trait Call {
    const METHOD: Method;
    /// The path, with its parameters in braces: `/v1/partner/users/{externalId}`.
    const PATH: &'static str;
    const AUTH: Auth;
    /// What the key must be allowed; none for calls that are made without a key.
    const SCOPE: Option<Scope>;
    /// The feature that the partner must have.
    const FEATURE: Option<Feature> = None;
    /// The HTTP status of success; 204 if, and only if, the answer is
    /// [`NoContent`].
    const STATUS: u16 = 200;
    /// The HTTP status of success where what is asked for was there already, if it
    /// is another.
    const STATUS_AGAIN: Option<u16> = None;
    /// What the answer of success is written as.
    const MEDIA: Media = Media::Json;
    /// Whether the items of the body are kept as they are spelt, and each is read,
    /// and refused, by itself.
    const ITEMS_STAND_ALONE: bool = false;
    /// The codes that this call can answer besides those of every call.
    const REFUSALS: &'static [Code];
    type Answer;
}

/// The answer of a call that has nothing to say: no body at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct NoContent;

/// What an answer is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Media {
    Json,
    /// A text, under the name that the path ends in.
    Csv,
}

impl Media {
    /// The media type, as `Content-Type` has it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Csv => "text/csv; charset=utf-8",
        }
    }
}

/// The constants of one call, for those who walk over all of them.
#[derive(Clone, Copy, Debug)]
pub struct CallFacts {
    pub method: Method,
    pub path: &'static str,
    pub auth: Auth,
    pub scope: Option<Scope>,
    pub feature: Option<Feature>,
    pub status: u16,
    pub status_again: Option<u16>,
    pub media: Media,
    pub refusals: &'static [Code],
}

impl CallFacts {
    pub const fn of<C: Call>() -> Self {
        Self {
            method: C::METHOD,
            path: C::PATH,
            auth: C::AUTH,
            scope: C::SCOPE,
            feature: C::FEATURE,
            status: C::STATUS,
            status_again: C::STATUS_AGAIN,
            media: C::MEDIA,
            refusals: C::REFUSALS,
        }
    }
}

names! {
    /// The HTTP methods that calls use.
    pub enum Method { Get = "GET", Post = "POST", Patch = "PATCH", Delete = "DELETE" }
}

impl Method {
    /// Whether the call's fields travel in a JSON body.
    pub const fn has_body(self) -> bool {
        matches!(self, Self::Post | Self::Patch)
    }
}

/// Who may make a call, and how it is proven.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Auth {
    /// `X-Partner-Key: pk_…` alone, from a browser.
    Publishable,
    /// HMAC-signed, by the publishable or the secret key of a pair.
    Signed,
    /// HMAC-signed by the secret key.
    SignedSecret,
    /// `Authorization: Bearer …` of somebody who is signed in to the portal and
    /// has at least this role.
    Portal(Role),
    /// Either of the two before: for what a partner's server may do, and its people.
    SecretOrPortal(Role),
    /// Nobody need say who they are: what is sent proves itself.
    Open,
    /// `x-api-key: sk_…` alone, as Endaoment's clients send it.
    EndaomentKey,
    /// The same, or in its place `Authorization: Bearer …` of somebody who is signed
    /// in to the portal, or of a user of the partner's own issuer.
    EndaomentKeyOrToken,
    /// `Authorization: sk_…` alone, as Percent's clients send it.
    PercentSecret,
    /// `Authorization: sk_…` or `pk_…`: what a browser may ask as well.
    PercentKey,
}

/// Whose manner of proving, answering and refusing a call keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Dialect {
    Sir,
    Endaoment,
    Percent,
}

impl Dialect {
    /// The header that carries a key.
    pub const fn key_header(self) -> &'static str {
        match self {
            Self::Sir => "x-partner-key",
            Self::Endaoment => "x-api-key",
            Self::Percent => "authorization",
        }
    }
}

/// By what a caller is known. Each proof is of a type of its own in the server,
/// so that one cannot be taken for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    Key,
    Token,
    /// Whichever the call carries.
    KeyOrToken,
    /// A key or a token, which may be of the partner's own issuer.
    Platform,
    Nothing,
}

impl Auth {
    pub const fn proof(self) -> Proof {
        match self {
            Self::Publishable
            | Self::Signed
            | Self::SignedSecret
            | Self::EndaomentKey
            | Self::PercentSecret
            | Self::PercentKey => Proof::Key,
            Self::Portal(_) => Proof::Token,
            Self::SecretOrPortal(_) => Proof::KeyOrToken,
            Self::EndaomentKeyOrToken => Proof::Platform,
            Self::Open => Proof::Nothing,
        }
    }

    pub const fn dialect(self) -> Dialect {
        match self {
            Self::Publishable
            | Self::Signed
            | Self::SignedSecret
            | Self::Portal(_)
            | Self::SecretOrPortal(_)
            | Self::Open => Dialect::Sir,
            Self::EndaomentKey | Self::EndaomentKeyOrToken => Dialect::Endaoment,
            Self::PercentSecret | Self::PercentKey => Dialect::Percent,
        }
    }

    /// Whether pages of other origins may make the call.
    pub const fn is_for_browsers(self) -> bool {
        matches!(self, Self::Publishable | Self::PercentKey)
    }

    /// Whether the call carries a signature besides its key.
    pub const fn is_signed(self) -> bool {
        matches!(
            self,
            Self::Signed | Self::SignedSecret | Self::SecretOrPortal(_)
        )
    }
}

names! {
    /// What a partner has been given beyond the plain API.
    pub enum Feature {
        Donations = "DONATIONS",
        Actions = "ACTIONS",
        PartnerInflow = "PARTNER_INFLOW",
    }
}

names! {
    /// What a key may do.
    pub enum Scope {
        UsersRead = "users:read",
        UsersWrite = "users:write",
        ActionsRead = "actions:read",
        ActionsWrite = "actions:write",
        TokenPoolsRead = "token_pools:read",
        TokenPoolsWrite = "token_pools:write",
        CampaignsRead = "campaigns:read",
        CampaignsWrite = "campaigns:write",
        WebhooksRead = "webhooks:read",
        WebhooksWrite = "webhooks:write",
        TransactionsRead = "transactions:read",
        DashboardRead = "dashboard:read",
        DonationsRead = "donations:read",
        DonationsWrite = "donations:write",
        OrganizationsRead = "organizations:read",
        ConfigRead = "config:read",
        ConfigWrite = "config:write",
        FundsRead = "funds:read",
        FundsWrite = "funds:write",
        PledgesWrite = "pledges:write",
        GrantsWrite = "grants:write",
        ReportsWrite = "reports:write",
        SessionsRead = "sessions:read",
        SessionsWrite = "sessions:write",
    }
}

impl Scope {
    /// Whether a publishable key has this scope when it comes unsigned, from a
    /// browser.
    pub const fn in_browser(self) -> bool {
        matches!(
            self,
            Self::ConfigRead | Self::OrganizationsRead | Self::DonationsRead | Self::DonationsWrite
        )
    }

    /// Whether a publishable key has this scope when its call is signed: the
    /// browser's scopes and every `:read` of the SIR dialect.
    pub const fn for_signed_publishable(self) -> bool {
        self.in_browser()
            || matches!(
                self,
                Self::UsersRead
                    | Self::ActionsRead
                    | Self::TokenPoolsRead
                    | Self::CampaignsRead
                    | Self::WebhooksRead
                    | Self::TransactionsRead
                    | Self::DashboardRead
            )
    }
}
