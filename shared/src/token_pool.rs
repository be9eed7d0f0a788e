//! The pools from which rewards are paid.

use serde::{Deserialize, Serialize};

use crate::call::{Auth, Call, Method, Scope};
use crate::error::Code;
use crate::id::{PoolId, PoolRequestId};
use crate::money::Tokens;
use crate::names::names;
use crate::page::Page;
use crate::time::Timestamp;

/// `GET /v1/partner/token-pools`: lists token pools, newest first.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct ListPools {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

impl Call for ListPools {
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v1/partner/token-pools";
    const AUTH: Auth = Auth::Signed;
    const SCOPE: Option<Scope> = Some(Scope::TokenPoolsRead);
    const REFUSALS: &'static [Code] = &[];
    type Answer = Page<Pool>;
}

/// `GET /v1/partner/token-pools/{id}`: reads a token pool.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct GetPool {
    pub id: PoolId,
}

impl Call for GetPool {
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v1/partner/token-pools/{id}";
    const AUTH: Auth = Auth::Signed;
    const SCOPE: Option<Scope> = Some(Scope::TokenPoolsRead);
    const REFUSALS: &'static [Code] = &[Code::TokenPoolNotFound];
    type Answer = Pool;
}

/// `GET /v1/partner/token-pools/{id}/balance`: reads what is in a token pool.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct GetPoolBalance {
    pub id: PoolId,
}

impl Call for GetPoolBalance {
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v1/partner/token-pools/{id}/balance";
    const AUTH: Auth = Auth::Signed;
    const SCOPE: Option<Scope> = Some(Scope::TokenPoolsRead);
    const REFUSALS: &'static [Code] = &[Code::TokenPoolNotFound];
    type Answer = PoolBalance;
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct PoolBalance {
    pub pool_id: PoolId,
    pub balance: Tokens,
    /// All that was ever put into the pool.
    pub allocated: Tokens,
    /// All that was ever paid out of it, before reversals.
    pub distributed: Tokens,
    /// All that came back into it.
    pub reversed: Tokens,
    pub outstanding_debt: Tokens,
    pub as_of: Timestamp,
}

names! {
    /// Whether a pool pays.
    pub enum PoolStatus {
        Active = "ACTIVE",
        Inactive = "INACTIVE",
        Exhausted = "EXHAUSTED",
        Expired = "EXPIRED",
    }
}

/// A pool with its rules.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Pool {
    pub id: PoolId,
    pub name: String,
    /// `sandbox` or `production`.
    pub environment: String,
    pub status: PoolStatus,
    pub balance: Tokens,
    pub allocated: Tokens,
    pub distributed: Tokens,
    pub reversed: Tokens,
    pub low_balance_threshold: Option<Tokens>,
    pub restrictions: Restrictions,
    pub auto_refill: Option<AutoRefill>,
    pub created_at: Timestamp,
}

/// When, and for what, a pool pays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Restrictions {
    pub vesting_days: i64,
    pub expires_at: Option<Timestamp>,
    /// Empty is every type.
    pub allowed_action_types: Vec<String>,
}

/// How a pool fills itself up, as the operator set it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct AutoRefill {
    /// While the operator's allowance lasts.
    pub enabled: bool,
    pub threshold: Tokens,
    pub amount: Tokens,
    /// Refills of a UTC day.
    pub max_per_day: i64,
}

/// `POST /v1/partner/token-pools/request`: asks the operator for tokens.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct RequestTokens {
    /// The pool to fill; without one, the operator chooses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pool_id: Option<PoolId>,
    #[cfg_attr(feature = "openapi", schemars(range(min = 1)))]
    pub amount: Tokens,
    /// For the operator who decides.
    pub reason: String,
}

impl Call for RequestTokens {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/v1/partner/token-pools/request";
    const AUTH: Auth = Auth::SignedSecret;
    const SCOPE: Option<Scope> = Some(Scope::TokenPoolsWrite);
    const STATUS: u16 = 201;
    const REFUSALS: &'static [Code] = &[Code::TokenPoolNotFound, Code::IdempotencyKeyReused];
    type Answer = PoolRequest;
}

/// `GET /v1/partner/token-pools/requests`: lists requests for tokens, newest
/// first.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct ListPoolRequests {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<PoolRequestStatus>,
}

impl Call for ListPoolRequests {
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v1/partner/token-pools/requests";
    const AUTH: Auth = Auth::Signed;
    const SCOPE: Option<Scope> = Some(Scope::TokenPoolsRead);
    const REFUSALS: &'static [Code] = &[];
    type Answer = Page<PoolRequest>;
}

names! {
    /// What the operator has said to a request for tokens.
    pub enum PoolRequestStatus {
        Pending = "PENDING",
        Approved = "APPROVED",
        Rejected = "REJECTED",
    }
}

/// A request for tokens, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct PoolRequest {
    pub id: PoolRequestId,
    pub pool_id: Option<PoolId>,
    pub amount: Tokens,
    pub reason: String,
    pub status: PoolRequestStatus,
    pub created_at: Timestamp,
    pub decided_at: Option<Timestamp>,
}
