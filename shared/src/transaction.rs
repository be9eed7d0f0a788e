//! Tokens that moved.

use serde::{Deserialize, Serialize};

use crate::call::{Auth, Call, Method, Scope};
use crate::error::Code;
use crate::id::{ActionId, ExternalUserId, PoolId, TransactionId};
use crate::money::Tokens;
use crate::names::names;
use crate::page::Page;
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
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
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
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Entry {
    /// `issuance`, `marketplace`, `pool:<id>`, `receivable:<pool id>`, `wallet:<user id>` or `debt:<user id>`.
    pub account: String,
    pub direction: Direction,
    pub amount: Tokens,
}

/// `GET /v1/partner/transactions`: lists transactions, newest first.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ListTransactions {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    pub transaction_type: Option<TransactionType>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_user_id: Option<ExternalUserId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action_id: Option<ActionId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pool_id: Option<PoolId>,
    /// Inclusive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Timestamp>,
    /// Exclusive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Timestamp>,
}

impl Call for ListTransactions {
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v1/partner/transactions";
    const AUTH: Auth = Auth::Signed;
    const SCOPE: Option<Scope> = Some(Scope::TransactionsRead);
    const REFUSALS: &'static [Code] = &[];
    type Answer = Page<Transaction>;
}

/// `GET /v1/partner/transactions/{id}`: reads a transaction, with its entries.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct GetTransaction {
    pub id: TransactionId,
}

impl Call for GetTransaction {
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v1/partner/transactions/{id}";
    const AUTH: Auth = Auth::Signed;
    const SCOPE: Option<Scope> = Some(Scope::TransactionsRead);
    const REFUSALS: &'static [Code] = &[Code::TransactionNotFound];
    type Answer = Transaction;
}
