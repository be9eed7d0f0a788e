//! Actions as they are read: the whole record.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{ActionError, ActionStatus, Reversal};
use crate::call::{Auth, Call, Feature, Method, Scope};
use crate::decimal::Major;
use crate::error::Code;
use crate::id::{ActionId, CampaignId, DonationId, ExternalUserId, PoolId, TransactionId};
use crate::money::{Currency, Tokens};
use crate::page::Page;
use crate::time::Timestamp;
use crate::transaction::Transaction;

/// `GET /v1/partner/actions`: lists actions, newest first.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ListActions {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<ActionStatus>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action_type: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partner_user_id: Option<ExternalUserId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub campaign_id: Option<CampaignId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idempotency_key: Option<String>,
    /// Inclusive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Timestamp>,
    /// Exclusive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Timestamp>,
}

impl Call for ListActions {
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v1/partner/actions";
    const AUTH: Auth = Auth::Signed;
    const SCOPE: Option<Scope> = Some(Scope::ActionsRead);
    const FEATURE: Option<Feature> = Some(Feature::Actions);
    const REFUSALS: &'static [Code] = &[];
    type Answer = Page<ActionRecord>;
}

/// `GET /v1/partner/actions/{id}`: reads an action, with everything that came
/// of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct GetAction {
    pub id: ActionId,
}

impl Call for GetAction {
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v1/partner/actions/{id}";
    const AUTH: Auth = Auth::Signed;
    const SCOPE: Option<Scope> = Some(Scope::ActionsRead);
    const FEATURE: Option<Feature> = Some(Feature::Actions);
    const REFUSALS: &'static [Code] = &[Code::ActionNotFound];
    type Answer = ActionRecord;
}

/// An action with everything that came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ActionRecord {
    pub id: ActionId,
    pub idempotency_key: String,
    pub action_type: String,
    pub status: ActionStatus,
    /// In major units.
    pub amount: Major,
    pub currency: Currency,
    /// Before any reversal.
    pub tokens_distributed: Tokens,
    pub tokens_reversed: Tokens,
    pub remaining_tokens: Tokens,
    pub stakeholders: Vec<Stakeholder>,
    pub transactions: Vec<Transaction>,
    pub reversals: Vec<Reversal>,
    /// The pool that paid it.
    pub pool_id: Option<PoolId>,
    pub campaign: Option<CampaignName>,
    pub metadata: Map<String, Value>,
    /// The gift that it rewards, if it is one.
    pub partner_donation_id: Option<DonationId>,
    pub error: Option<ActionError>,
    pub created_at: Timestamp,
}

/// The campaign under which an action was paid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct CampaignName {
    pub id: CampaignId,
    /// Null if an action that failed named a campaign that does not exist.
    pub name: Option<String>,
}

/// Somebody who took part, and what it brought.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Stakeholder {
    pub stakeholder_type_code: String,
    pub partner_user_id: ExternalUserId,
    pub tokens_distributed: Tokens,
    pub tokens_reversed: Tokens,
    pub transaction_id: Option<TransactionId>,
    /// When the tokens can be spent; null is at once.
    pub vests_at: Option<Timestamp>,
}
