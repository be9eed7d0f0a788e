//! Signing in to the portal, and who may.

use serde::{Deserialize, Serialize};

use crate::call::{Auth, Call, Method, NoContent, Scope};
use crate::error::Code;
use crate::id::{InvitationId, PortalUserId};
use crate::partner::PartnerInfo;
use crate::portal_user::Role;
use crate::time::Timestamp;

/// The longest password, in bytes.
pub const MAX_PASSWORD: usize = 1_024;
/// The shortest new password, in characters.
pub const MIN_PASSWORD: usize = 12;

/// A text that no `Debug` output shows: a password or a token.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct Secret(pub String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[hidden]")
    }
}

/// `POST /v1/partner/auth/login`: signs in to the portal.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Login {
    pub email: String,
    pub password: Secret,
}

impl Call for Login {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/v1/partner/auth/login";
    const AUTH: Auth = Auth::Open;
    const SCOPE: Option<Scope> = None;
    const REFUSALS: &'static [Code] = &[Code::InvalidCredentials];
    type Answer = SignedIn;
}

/// `POST /v1/partner/auth/refresh`: exchanges a refresh token for new tokens. A refresh token can be used once; whoever
/// uses one again ends the sign-in that it came from.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Refresh {
    pub refresh_token: Secret,
}

impl Call for Refresh {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/v1/partner/auth/refresh";
    const AUTH: Auth = Auth::Open;
    const SCOPE: Option<Scope> = None;
    const REFUSALS: &'static [Code] = &[Code::InvalidToken, Code::TokenExpired];
    type Answer = SignedIn;
}

/// `POST /v1/partner/auth/logout`: ends a sign-in with all its tokens. One that
/// has ended already stays so.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Logout {
    pub refresh_token: Secret,
}

impl Call for Logout {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/v1/partner/auth/logout";
    const AUTH: Auth = Auth::Open;
    const SCOPE: Option<Scope> = None;
    const STATUS: u16 = 204;
    const REFUSALS: &'static [Code] = &[];
    type Answer = NoContent;
}

/// `GET /v1/partner/auth/me`: reads who is signed in.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct GetMe {}

impl Call for GetMe {
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v1/partner/auth/me";
    const AUTH: Auth = Auth::Portal(Role::Viewer);
    const SCOPE: Option<Scope> = None;
    const REFUSALS: &'static [Code] = &[];
    type Answer = Me;
}

/// `POST /v1/partner/auth/password`: changes one's password. Ends every other sign-in of the user.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ChangePassword {
    pub current_password: Secret,
    /// 12 characters to 1,024 bytes.
    pub new_password: Secret,
}

impl Call for ChangePassword {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/v1/partner/auth/password";
    const AUTH: Auth = Auth::Portal(Role::Viewer);
    const SCOPE: Option<Scope> = None;
    const STATUS: u16 = 204;
    const REFUSALS: &'static [Code] = &[Code::InvalidCredentials];
    type Answer = NoContent;
}

/// `POST /v1/partner/auth/forgot`: sends a one-time link for a new password. If
/// there is such an account, that is; the answer is the same either way.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct ForgotPassword {
    pub email: String,
}

impl Call for ForgotPassword {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/v1/partner/auth/forgot";
    const AUTH: Auth = Auth::Open;
    const SCOPE: Option<Scope> = None;
    const STATUS: u16 = 204;
    const REFUSALS: &'static [Code] = &[];
    type Answer = NoContent;
}

/// `POST /v1/partner/auth/reset`: sets a password by a one-time link. The link's
/// token is of a forgotten password or of an invitation. Ends every sign-in.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct ResetPassword {
    pub token: Secret,
    /// 12 characters to 1,024 bytes.
    pub password: Secret,
}

impl Call for ResetPassword {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/v1/partner/auth/reset";
    const AUTH: Auth = Auth::Open;
    const SCOPE: Option<Scope> = None;
    const STATUS: u16 = 204;
    const REFUSALS: &'static [Code] = &[Code::InvalidToken];
    type Answer = NoContent;
}

/// `POST /v1/partner/auth/invite`: sends a colleague a one-time link.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Invite {
    pub email: String,
    pub role: Role,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_name: Option<String>,
}

impl Call for Invite {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/v1/partner/auth/invite";
    const AUTH: Auth = Auth::Portal(Role::Owner);
    const SCOPE: Option<Scope> = None;
    const STATUS: u16 = 201;
    const REFUSALS: &'static [Code] = &[
        Code::PartnerNotFound,
        Code::UserExists,
        Code::IdempotencyKeyReused,
    ];
    type Answer = Invitation;
}

/// What signing in gives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct SignedIn {
    /// Goes into `Authorization: Bearer …`.
    pub access_token: Secret,
    /// Gives the next pair, once.
    pub refresh_token: Secret,
    /// `Bearer`
    pub token_type: String,
    /// How long the access token is good, in seconds.
    pub expires_in: u32,
    /// Null until the user's first key is made.
    pub partner: Option<PartnerInfo>,
    /// The oldest of the partner's keys that can be used.
    pub publishable_key: Option<String>,
}

/// Who is signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Me {
    pub user: MyUser,
    pub partner: Option<PartnerInfo>,
    pub publishable_key: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct MyUser {
    pub id: PortalUserId,
    /// Null for a user of an outside issuer that vouches for no address.
    pub email: Option<String>,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub role: Role,
}

/// A colleague who was invited and has not come yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Invitation {
    pub id: InvitationId,
    pub email: String,
    pub role: Role,
    pub expires_at: Timestamp,
}
