//! Tokens that moved.

use serde::{Deserialize, Serialize};

use crate::id::{ActionId, ExternalUserId, PoolId, TransactionId};
use crate::money::Tokens;
use crate::names::names;
use crate::time::Timestamp;

names! {
    /// Why tokens moved. A refill is an allocation.
    pub enum TransactionType {
        Allocation = "ALLOCATION",
        Credit = "CREDIT",
        Reversal = "REVERSAL",
        DebtRepayment = "DEBT_REPAYMENT",
        Spend = "SPEND",
        Expiry = "EXPIRY",
    }
}

names! {
    /// Whether an account gave (debit) or gained (credit).
    pub enum Direction { Debit = "DEBIT", Credit = "CREDIT" }
}

/// A transaction; its debits equal its credits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Transaction {
    pub id: TransactionId,
    #[serde(rename = "type")]
    pub transaction_type: TransactionType,
    pub amount: Tokens,
    pub external_user_id: Option<ExternalUserId>,
    pub action_id: Option<ActionId>,
    pub pool_id: Option<PoolId>,
    pub entries: Vec<Entry>,
    pub created_at: Timestamp,
}

/// What one account gave or gained.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// `issuance`, `marketplace`, `pool:<id>`, `receivable:<pool id>`, `wallet:<user id>` or `debt:<user id>`.
    pub account: String,
    pub direction: Direction,
    pub amount: Tokens,
}
