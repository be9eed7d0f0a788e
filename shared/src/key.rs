//! The keys with which a partner calls, as its people manage them.

use serde::{Deserialize, Serialize};

use crate::call::{Auth, Call, Method, NoContent, Scope};
use crate::change::Change;
use crate::error::Code;
use crate::id::{KeyId, PartnerId};
use crate::names::names;
use crate::page::Page;
use crate::partner::PartnerInfo;
use crate::portal_user::Role;
use crate::sign_in::Secret;
use crate::time::Timestamp;

/// The longest time that rotated secrets live on, in seconds.
pub const MAX_GRACE_SECONDS: u32 = 86_400;

names! {
    /// Where a key is good.
    pub enum KeyEnvironment { Sandbox = "sandbox", Production = "production" }
}

names! {
    /// Whether a key has a secret half.
    pub enum KeyType { Secret = "secret", Publishable = "publishable" }
}

/// `POST /v1/partner/keys`: makes a key. Its secrets are shown in this answer
/// only. A user without a partner gets one, which waits for
/// approval.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct CreateKey {
    pub name: String,
    pub environment: KeyEnvironment,
    /// `secret` makes a whole pair.
    pub key_type: KeyType,
    /// Every scope if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scopes: Option<Vec<Scope>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// Networks or addresses; every address if empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ip_allowlist: Option<Vec<String>>,
    /// Every origin if empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allowed_origins: Option<Vec<String>>,
}

impl Call for CreateKey {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/v1/partner/keys";
    const AUTH: Auth = Auth::Portal(Role::Admin);
    const SCOPE: Option<Scope> = None;
    const STATUS: u16 = 201;
    const REFUSALS: &'static [Code] = &[
        Code::EnvironmentNotServed,
        Code::KeyLimitReached,
        Code::IdempotencyKeyReused,
    ];
    type Answer = KeyWithSecrets;
}

/// `GET /v1/partner/keys`: lists keys, newest first.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct ListKeys {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

impl Call for ListKeys {
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v1/partner/keys";
    const AUTH: Auth = Auth::Portal(Role::Viewer);
    const SCOPE: Option<Scope> = None;
    const REFUSALS: &'static [Code] = &[];
    type Answer = Page<Key>;
}

/// `GET /v1/partner/keys/partner-info`: reads the partner of who is signed in.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct GetPartnerInfo {}

impl Call for GetPartnerInfo {
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v1/partner/keys/partner-info";
    const AUTH: Auth = Auth::Portal(Role::Viewer);
    const SCOPE: Option<Scope> = None;
    const REFUSALS: &'static [Code] = &[Code::PartnerNotFound];
    type Answer = PartnerInfo;
}

/// `GET /v1/partner/keys/{id}`: reads a key.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct GetKey {
    pub id: KeyId,
}

impl Call for GetKey {
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v1/partner/keys/{id}";
    const AUTH: Auth = Auth::Portal(Role::Viewer);
    const SCOPE: Option<Scope> = None;
    const REFUSALS: &'static [Code] = &[Code::KeyNotFound];
    type Answer = Key;
}

/// `PATCH /v1/partner/keys/{id}`: changes a key. Null takes a limit away.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct UpdateKey {
    pub id: KeyId,
    #[serde(default, skip_serializing_if = "Change::is_keep")]
    pub name: Change<String>,
    #[serde(default, skip_serializing_if = "Change::is_keep")]
    pub is_active: Change<bool>,
    #[serde(default, skip_serializing_if = "Change::is_keep")]
    pub expires_at: Change<Timestamp>,
    #[serde(default, skip_serializing_if = "Change::is_keep")]
    pub scopes: Change<Vec<Scope>>,
    #[serde(default, skip_serializing_if = "Change::is_keep")]
    pub ip_allowlist: Change<Vec<String>>,
    #[serde(default, skip_serializing_if = "Change::is_keep")]
    pub allowed_origins: Change<Vec<String>>,
}

impl Call for UpdateKey {
    const METHOD: Method = Method::Patch;
    const PATH: &'static str = "/v1/partner/keys/{id}";
    const AUTH: Auth = Auth::Portal(Role::Admin);
    const SCOPE: Option<Scope> = None;
    const REFUSALS: &'static [Code] = &[Code::KeyNotFound];
    type Answer = Key;
}

/// `POST /v1/partner/keys/{id}/rotate`: gives a key new secrets. The public key
/// stays.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct RotateKey {
    pub id: KeyId,
    /// How long the old secrets are good beside the new ones; 0 if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grace_seconds: Option<u32>,
}

impl Call for RotateKey {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/v1/partner/keys/{id}/rotate";
    const AUTH: Auth = Auth::Portal(Role::Admin);
    const SCOPE: Option<Scope> = None;
    const REFUSALS: &'static [Code] = &[Code::KeyNotFound, Code::IdempotencyKeyReused];
    type Answer = KeyWithSecrets;
}

/// `DELETE /v1/partner/keys/{id}`: ends a key for good.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct DeleteKey {
    pub id: KeyId,
}

impl Call for DeleteKey {
    const METHOD: Method = Method::Delete;
    const PATH: &'static str = "/v1/partner/keys/{id}";
    const AUTH: Auth = Auth::Portal(Role::Admin);
    const SCOPE: Option<Scope> = None;
    const STATUS: u16 = 204;
    const REFUSALS: &'static [Code] = &[Code::KeyNotFound];
    type Answer = NoContent;
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Key {
    pub id: KeyId,
    pub partner_id: PartnerId,
    pub name: String,
    pub environment: KeyEnvironment,
    pub key_type: KeyType,
    pub public_key: String,
    /// Null for a publishable key, which has no secret half.
    pub secret_key_last4: Option<String>,
    /// Null is every scope.
    pub scopes: Option<Vec<Scope>>,
    pub ip_allowlist: Vec<String>,
    pub allowed_origins: Vec<String>,
    pub is_active: bool,
    pub expires_at: Option<Timestamp>,
    /// Until when the secrets before these are still good.
    pub previous_secrets_expire_at: Option<Timestamp>,
    /// To within a minute or so.
    pub last_used_at: Option<Timestamp>,
    pub created_at: Timestamp,
}

/// The only answers in which the secrets are shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct KeyWithSecrets {
    #[serde(flatten)]
    pub key: Key,
    /// Null for a publishable key.
    pub secret_key: Option<Secret>,
    pub hmac_secret: Secret,
}
