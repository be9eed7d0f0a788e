//! Up to a hundred actions in one call, each standing alone.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::ActionStatus;
use crate::call::{Auth, Call, Feature, Method, Scope};
use crate::error::Code;
use crate::id::{ActionId, TransactionId};
use crate::money::Tokens;

/// `POST /v1/partner/actions/bulk`: submits up to a hundred actions. Each
/// stands alone: the answer says what became of each, in the order of the
/// request, also when all fail.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct SubmitBulk {
    /// Each as for a single submit; one that cannot be read fails alone.
    #[cfg_attr(
        feature = "openapi",
        schemars(with = "Vec<super::SubmitAction>", length(min = 1, max = 100))
    )]
    pub actions: Vec<Box<RawValue>>,
}

impl SubmitBulk {
    /// The most actions of one call (SIR Giving, "Bulk actions").
    pub const MAX: usize = 100;
}

impl Call for SubmitBulk {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/v1/partner/actions/bulk";
    const AUTH: Auth = Auth::SignedSecret;
    const SCOPE: Option<Scope> = Some(Scope::ActionsWrite);
    const FEATURE: Option<Feature> = Some(Feature::Actions);
    const ITEMS_STAND_ALONE: bool = true;
    const REFUSALS: &'static [Code] = &[Code::BulkLimitExceeded];
    type Answer = BulkResult;
}

/// What became of each action, in the order of the request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct BulkResult {
    pub total: usize,
    pub succeeded: usize,
    pub failed: usize,
    pub results: Vec<BulkItem>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct BulkItem {
    pub index: usize,
    /// Null if the item has none that can be read.
    pub idempotency_key: Option<String>,
    pub status: ActionStatus,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action_id: Option<ActionId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tokens_distributed: Option<Tokens>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transaction_ids: Option<Vec<TransactionId>>,
    pub replayed: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<BulkItemError>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct BulkItemError {
    pub code: Code,
    pub message: String,
}

/// `GET /v1/partner/actions/bulk/{jobId}`: bulk calls once were jobs; now the
/// result is the answer of the call itself.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct GetBulkJob {
    pub job_id: String,
}

impl Call for GetBulkJob {
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v1/partner/actions/bulk/{jobId}";
    const AUTH: Auth = Auth::Signed;
    const SCOPE: Option<Scope> = Some(Scope::ActionsRead);
    const FEATURE: Option<Feature> = Some(Feature::Actions);
    const REFUSALS: &'static [Code] = &[Code::Gone];
    type Answer = BulkResult;
}
