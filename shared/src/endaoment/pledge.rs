//! Pledges: money for a fund, which the partner has settled.

use serde::{Deserialize, Serialize};

use super::quantity::Quantity;
use crate::call::{Auth, Call, Method, Scope};
use crate::error::Code;
use crate::id::{FundId, PledgeId};
use crate::money::MicroDollars;

/// What a pledge can be refused for.
const REFUSALS: &[Code] = &[
    Code::FeatureNotEnabled,
    Code::UserNotFound,
    Code::FundNotFound,
    Code::IdempotencyKeyReused,
    Code::OperationExists,
    Code::AmountTooLarge,
];

/// `POST /v1/donation-pledges/partner/cash-settled`: credits a fund with cash.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct PledgeCash {
    pub receiving_fund_id: FundId,
    /// A UUID: repeated under it, the pledge is made once.
    #[cfg_attr(feature = "openapi", schemars(with = "crate::id::PledgeId"))]
    pub idempotency_key: String,
    /// More than 0.
    pub pledged_amount_micro_dollars: MicroDollars,
    /// The partner's own name for the pledge, at most 36 characters, which comes
    /// once.
    pub partner_operation_id: String,
    /// Who gives, if no header says so. Needs the feature `PARTNER_INFLOW`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partner_user_identifier: Option<String>,
}

impl Call for PledgeCash {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/v1/donation-pledges/partner/cash-settled";
    const AUTH: Auth = Auth::EndaomentKey;
    const SCOPE: Option<Scope> = Some(Scope::PledgesWrite);
    const STATUS: u16 = 201;
    const REFUSALS: &'static [Code] = REFUSALS;
    type Answer = PledgeMade;
}

/// `POST /v1/donation-pledges/partner/stock-settled`: credits a fund with what
/// stock was sold for.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct PledgeStock {
    pub receiving_fund_id: FundId,
    /// A UUID: repeated under it, the pledge is made once.
    #[cfg_attr(feature = "openapi", schemars(with = "crate::id::PledgeId"))]
    pub idempotency_key: String,
    /// More than 0.
    pub donation_value_micro_dollars: MicroDollars,
    pub stock_pledge_data: StockPledgeData,
    /// The partner's own name for the pledge, at most 36 characters, which comes
    /// once.
    pub partner_operation_id: String,
    /// Who gives, if no header says so. Needs the feature `PARTNER_INFLOW`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partner_user_identifier: Option<String>,
}

impl Call for PledgeStock {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/v1/donation-pledges/partner/stock-settled";
    const AUTH: Auth = Auth::EndaomentKey;
    const SCOPE: Option<Scope> = Some(Scope::PledgesWrite);
    const STATUS: u16 = 201;
    const REFUSALS: &'static [Code] = REFUSALS;
    type Answer = PledgeMade;
}

/// The stock that was sold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct StockPledgeData {
    /// More than 0.
    pub shares: Quantity,
    /// At most 20 characters.
    pub ticker: String,
    /// When parts of it were bought: at most as many shares together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lots: Option<Vec<StockLot>>,
}

/// Shares that were bought together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct StockLot {
    /// More than 0.
    pub number_of_shares: Quantity,
    /// Of one share, in US dollars.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purchase_price: Option<Quantity>,
    /// A day, or a moment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purchase_date: Option<String>,
    /// Whether they came from the employer, or by which plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub employee_stock_plan: Option<EmployeeStockPlan>,
    /// The partner's own name for the lot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lot_id: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum EmployeeStockPlan {
    Flag(bool),
    Name(String),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct PledgeMade {
    pub id: PledgeId,
}
