//! What a partner is told of an action.

use serde::{Deserialize, Serialize};

use crate::error::Code;
use crate::id::{ActionId, DonationId, TransactionId};
use crate::money::Tokens;
use crate::names::names;

names! {
    /// Whether an action was done.
    pub enum ActionStatus { Completed = "COMPLETED", Failed = "FAILED" }
}

/// The `data` of `action.completed` and `action.failed`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ActionEvent {
    pub action_id: ActionId,
    pub idempotency_key: String,
    pub action_type: String,
    pub status: ActionStatus,
    pub tokens_distributed: Tokens,
    pub transaction_ids: Vec<TransactionId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partner_donation_id: Option<DonationId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<ActionError>,
}

/// Why an action failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActionError {
    pub code: Code,
}
