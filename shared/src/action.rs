//! What people did, and the tokens that it brought them.

mod bulk;
mod record;
mod reverse;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub use self::bulk::{BulkItem, BulkItemError, BulkResult, GetBulkJob, SubmitBulk};
pub use self::record::{ActionRecord, CampaignName, GetAction, ListActions, Stakeholder};
pub use self::reverse::{Reversal, ReverseAction, Reversed};
use crate::call::{Auth, Call, Feature, Method, Scope};
use crate::decimal::Major;
use crate::error::Code;
use crate::id::{ActionId, CampaignId, DonationId, ExternalUserId, TransactionId};
use crate::money::Tokens;
use crate::names::names;

/// The codes with which an action is recorded as failed; it may be tried again
/// under the same key.
pub const RECORDED: &[Code] = &[
    Code::InsufficientPool,
    Code::NoSandboxPool,
    Code::NoActivePool,
    Code::UserNotFound,
    Code::CampaignNotFound,
    Code::CampaignNotActive,
];

/// `POST /v1/partner/actions/submit`: rewards an action. Action, pool, wallets
/// and campaign change in one step, durable before the answer. The same request
/// again under its `idempotencyKey` gets the first answer; another request
/// under it is refused. A refusal for want of tokens, users or a campaign is
/// recorded as a failed action, which may be tried again under the same key.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct SubmitAction {
    /// One for each action: printable ASCII.
    #[cfg_attr(feature = "openapi", schemars(regex(pattern = "^[ -~]{1,255}$")))]
    pub idempotency_key: String,
    /// Such as `PURCHASE`, `DONATION`, `VOLUNTEER`, `REFERRAL` or `ADVOCACY`.
    #[cfg_attr(
        feature = "openapi",
        schemars(regex(pattern = "^[A-Z][A-Z0-9_]{1,39}$"))
    )]
    pub action_type: String,
    /// In major units of the currency.
    pub amount: Major,
    /// USD if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// Who took part and shares the tokens; nobody twice under one type.
    #[cfg_attr(feature = "openapi", schemars(length(min = 1, max = 20)))]
    pub stakeholders: Vec<SubmittedStakeholder>,
    /// Whether users who are not known yet are made.
    #[serde(default)]
    pub auto_create_users: bool,
    /// The campaign to count under; without it, the active one that fits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub campaign_id: Option<CampaignId>,
    /// Kept with the action.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Map<String, Value>>,
}

/// Somebody who took part.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct SubmittedStakeholder {
    /// Such as `CUSTOMER`, `DONOR`, `VOLUNTEER`, `ORGANIZATION` or `REFERRER`.
    #[cfg_attr(
        feature = "openapi",
        schemars(regex(pattern = "^[A-Z][A-Z0-9_]{1,39}$"))
    )]
    pub stakeholder_type_code: String,
    pub partner_user_id: ExternalUserId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_email: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_first_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_last_name: Option<String>,
}

impl Call for SubmitAction {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/v1/partner/actions/submit";
    const AUTH: Auth = Auth::SignedSecret;
    const SCOPE: Option<Scope> = Some(Scope::ActionsWrite);
    const FEATURE: Option<Feature> = Some(Feature::Actions);
    const REFUSALS: &'static [Code] = &[
        Code::UnsupportedCurrency,
        Code::AmountTooLarge,
        Code::IdempotencyKeyReused,
        Code::InsufficientPool,
        Code::NoSandboxPool,
        Code::NoActivePool,
        Code::UserNotFound,
        Code::CampaignNotFound,
        Code::CampaignNotActive,
    ];
    type Answer = SubmittedAction;
}

/// One transaction for each stakeholder that received tokens; amounts are gross
/// of what went to debts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct SubmittedAction {
    pub action_id: ActionId,
    pub idempotency_key: String,
    pub status: ActionStatus,
    pub tokens_distributed: Tokens,
    pub transaction_ids: Vec<TransactionId>,
}

names! {
    /// What became of an action.
    pub enum ActionStatus {
        Completed = "COMPLETED",
        PartiallyReversed = "PARTIALLY_REVERSED",
        Reversed = "REVERSED",
        Failed = "FAILED",
    }
}

/// The `data` of `action.completed`, `action.failed` and `action.reversed`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
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
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reversal: Option<Reversed>,
}

/// Why an action failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct ActionError {
    pub code: Code,
}
