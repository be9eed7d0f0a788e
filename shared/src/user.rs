//! The people whom a partner knows, and what tokens they hold.

mod spend;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub use self::spend::{SpendTokens, SpentTokens};
use crate::action::ActionStatus;
use crate::call::{Auth, Call, Method, NoContent, Scope};
use crate::change::Change;
use crate::error::Code;
use crate::id::{ActionId, ExternalUserId, TransactionId, UserId};
use crate::money::Tokens;
use crate::page::Page;
use crate::time::Timestamp;
use crate::transaction::TransactionType;

/// `POST /v1/partner/users`: makes a user.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct CreateUser {
    pub external_user_id: ExternalUserId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Map<String, Value>>,
}

impl Call for CreateUser {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/v1/partner/users";
    const AUTH: Auth = Auth::SignedSecret;
    const SCOPE: Option<Scope> = Some(Scope::UsersWrite);
    const STATUS: u16 = 201;
    const REFUSALS: &'static [Code] = &[Code::UserExists, Code::IdempotencyKeyReused];
    type Answer = User;
}

/// `GET /v1/partner/users`: lists users, newest first.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ListUsers {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Inclusive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_from: Option<Timestamp>,
    /// Exclusive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_to: Option<Timestamp>,
}

impl Call for ListUsers {
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v1/partner/users";
    const AUTH: Auth = Auth::Signed;
    const SCOPE: Option<Scope> = Some(Scope::UsersRead);
    const REFUSALS: &'static [Code] = &[];
    type Answer = Page<User>;
}

/// `GET /v1/partner/users/{externalId}`: reads a user.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct GetUser {
    pub external_id: ExternalUserId,
}

impl Call for GetUser {
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v1/partner/users/{externalId}";
    const AUTH: Auth = Auth::Signed;
    const SCOPE: Option<Scope> = Some(Scope::UsersRead);
    const REFUSALS: &'static [Code] = &[Code::UserNotFound];
    type Answer = User;
}

/// `PATCH /v1/partner/users/{externalId}`: changes a user.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct UpdateUser {
    pub external_id: ExternalUserId,
    #[serde(default, skip_serializing_if = "Change::is_keep")]
    pub email: Change<String>,
    #[serde(default, skip_serializing_if = "Change::is_keep")]
    pub first_name: Change<String>,
    #[serde(default, skip_serializing_if = "Change::is_keep")]
    pub last_name: Change<String>,
    /// Each key takes the place of the one that is there; null removes it.
    #[serde(default, skip_serializing_if = "Change::is_keep")]
    pub metadata: Change<Map<String, Value>>,
}

impl Call for UpdateUser {
    const METHOD: Method = Method::Patch;
    const PATH: &'static str = "/v1/partner/users/{externalId}";
    const AUTH: Auth = Auth::SignedSecret;
    const SCOPE: Option<Scope> = Some(Scope::UsersWrite);
    const REFUSALS: &'static [Code] = &[Code::UserNotFound];
    type Answer = User;
}

/// `DELETE /v1/partner/users/{externalId}`: erases what is known of the person.
/// The user, by its ids, and its tokens stay.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct DeleteUser {
    pub external_id: ExternalUserId,
}

impl Call for DeleteUser {
    const METHOD: Method = Method::Delete;
    const PATH: &'static str = "/v1/partner/users/{externalId}";
    const AUTH: Auth = Auth::SignedSecret;
    const SCOPE: Option<Scope> = Some(Scope::UsersWrite);
    const STATUS: u16 = 204;
    const REFUSALS: &'static [Code] = &[Code::UserNotFound];
    type Answer = NoContent;
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct User {
    pub id: UserId,
    pub external_user_id: ExternalUserId,
    pub email: Option<String>,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub metadata: Map<String, Value>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// `GET /v1/partner/users/{externalId}/balance`: reads the tokens that a user
/// holds.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct GetUserBalance {
    pub external_id: ExternalUserId,
}

impl Call for GetUserBalance {
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v1/partner/users/{externalId}/balance";
    const AUTH: Auth = Auth::Signed;
    const SCOPE: Option<Scope> = Some(Scope::UsersRead);
    const REFUSALS: &'static [Code] = &[Code::UserNotFound];
    type Answer = UserBalance;
}

/// `balance` is `available` and `vesting` together; debt stands apart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct UserBalance {
    pub external_user_id: ExternalUserId,
    pub balance: Tokens,
    pub available: Tokens,
    pub vesting: Tokens,
    pub debt: Tokens,
    pub lifetime_earned: Tokens,
    pub lifetime_reversed: Tokens,
    /// Always `SIR`.
    pub currency: String,
}

/// `GET /v1/partner/users/{externalId}/transactions`: lists the transactions of
/// a user, newest first.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ListUserTransactions {
    pub external_id: ExternalUserId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

impl Call for ListUserTransactions {
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v1/partner/users/{externalId}/transactions";
    const AUTH: Auth = Auth::Signed;
    const SCOPE: Option<Scope> = Some(Scope::UsersRead);
    const REFUSALS: &'static [Code] = &[Code::UserNotFound];
    type Answer = Page<UserTransaction>;
}

/// A transaction of one user, with the action behind it if there is one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct UserTransaction {
    pub id: TransactionId,
    #[serde(rename = "type")]
    pub transaction_type: TransactionType,
    pub amount: Tokens,
    pub action_id: Option<ActionId>,
    pub action_type: Option<String>,
    pub action_status: Option<ActionStatus>,
    /// Of the action.
    pub idempotency_key: Option<String>,
    pub created_at: Timestamp,
}
