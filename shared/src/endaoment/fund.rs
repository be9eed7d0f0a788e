//! Funds: money that a donor has given and not yet granted.

use serde::{Deserialize, Serialize};

use crate::call::{Auth, Call, Method, Scope};
use crate::error::Code;
use crate::id::FundId;
use crate::money::MicroDollars;
use crate::names::names;
use crate::time::Timestamp;

/// `POST /v1/funds/partner`: opens a fund of the acting user. The same fund again
/// is answered with 200, as it is. With `Authorization: Bearer …` in the place of
/// `x-api-key`, the token names the partner, and one of the partner's own issuer
/// the user as well.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct CreateFund {
    /// At most 255 characters.
    pub name: String,
    /// The partner's own name for the fund: 16 to 64 printable ASCII characters.
    pub partner_account_identifier: String,
    /// The name, if it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub fund_type: Option<FundType>,
    /// Whose fund it is, if no header says so. Needs the feature `PARTNER_INFLOW`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partner_user_identifier: Option<String>,
}

impl Call for CreateFund {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/v1/funds/partner";
    const AUTH: Auth = Auth::EndaomentKeyOrToken;
    const SCOPE: Option<Scope> = Some(Scope::FundsWrite);
    const STATUS: u16 = 201;
    const STATUS_AGAIN: Option<u16> = Some(200);
    const REFUSALS: &'static [Code] = &[
        Code::FeatureNotEnabled,
        Code::UserNotFound,
        Code::FundExists,
    ];
    type Answer = Fund;
}

/// `GET /v1/funds/{id}`: reads a fund.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct GetFund {
    pub id: FundId,
}

impl Call for GetFund {
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v1/funds/{id}";
    const AUTH: Auth = Auth::EndaomentKey;
    const SCOPE: Option<Scope> = Some(Scope::FundsRead);
    const REFUSALS: &'static [Code] = &[Code::FundNotFound, Code::UserNotFound];
    type Answer = Fund;
}

names! {
    /// Who may see what a fund does.
    pub enum FundType { Private = "Private", Transparent = "Transparent" }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Fund {
    pub id: FundId,
    pub name: String,
    #[serde(rename = "type")]
    pub fund_type: FundType,
    pub description: String,
    pub partner_account_identifier: String,
    /// Always null.
    pub manager: (),
    /// Always null.
    pub chain_id: (),
    /// Always null.
    pub contract_address: (),
    pub advisor: FundAdvisor,
    pub usdc_balance: MicroDollars,
    pub created_at_utc: Timestamp,
    pub updated_at_utc: Timestamp,
}

/// The donor who advises the fund; without a name once the person was erased.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct FundAdvisor {
    pub first_name: Option<String>,
    pub last_name: Option<String>,
}
