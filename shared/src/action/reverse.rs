//! Taking an action's tokens back.

use serde::{Deserialize, Serialize};

use super::ActionStatus;
use crate::call::{Auth, Call, Feature, Method, Scope};
use crate::error::Code;
use crate::id::{ActionId, ReversalId, TransactionId};
use crate::money::{Percent, Tokens};
use crate::time::Timestamp;

/// `POST /v1/partner/actions/{actionId}/reverse`: takes the tokens of an action
/// back, in whole or in part. Percents add up over the reversals of one action.
/// Tokens are taken from what vests, then from what can be spent; the rest
/// becomes a debt that later earnings pay back.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ReverseAction {
    pub action_id: ActionId,
    /// Of the whole action; more than 0, at most 100, at most two decimals.
    pub reversal_percentage: Percent,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// One for each reversal: printable ASCII.
    #[cfg_attr(feature = "openapi", schemars(regex(pattern = "^[ -~]{1,255}$")))]
    pub refund_idempotency_key: String,
}

impl Call for ReverseAction {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/v1/partner/actions/{actionId}/reverse";
    const AUTH: Auth = Auth::SignedSecret;
    const SCOPE: Option<Scope> = Some(Scope::ActionsWrite);
    const FEATURE: Option<Feature> = Some(Feature::Actions);
    const REFUSALS: &'static [Code] = &[
        Code::ActionNotFound,
        Code::AlreadyReversed,
        Code::InvalidActionState,
        Code::IdempotencyKeyReused,
    ];
    type Answer = Reversed;
}

/// What a reversal took.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Reversed {
    pub reversal_id: ReversalId,
    pub action_id: ActionId,
    /// Of the action, after it.
    pub status: ActionStatus,
    pub tokens_reversed: Tokens,
    /// How much of them could not be taken, and is owed.
    pub debt_created: Tokens,
    /// What is left of the action, after it.
    pub remaining_tokens: Tokens,
    pub transaction_ids: Vec<TransactionId>,
}

/// A reversal in the record of its action.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Reversal {
    pub reversal_id: ReversalId,
    pub refund_idempotency_key: String,
    pub reversal_percentage: Percent,
    pub reason: String,
    pub tokens_reversed: Tokens,
    pub debt_created: Tokens,
    pub transaction_ids: Vec<TransactionId>,
    pub created_at: Timestamp,
}
