//! Grants: money that goes from a fund to nonprofits.

use serde::{Deserialize, Serialize};

use crate::call::{Auth, Call, Method, Scope};
use crate::error::Code;
use crate::id::{FundId, GrantId, SubmissionId};
use crate::money::MicroDollars;
use crate::names::names;
use crate::time::Timestamp;

/// The most grants of one submission.
pub const MAX_GRANTS: usize = 100;

/// `POST /v1/transfers/partner/grant-submissions`: books a transfer and its
/// grants. Both in one step, or nothing; what is not granted stays in the fund.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct SubmitGrants {
    /// A UUID: repeated under it, the submission is made once.
    #[cfg_attr(feature = "openapi", schemars(with = "crate::id::SubmissionId"))]
    pub idempotency_key: String,
    pub origin_fund_id: FundId,
    pub inbound_custodian_transfer: CustodianTransfer,
    /// 1 to 100, together at most the transfer.
    pub grants: Vec<GrantAsked>,
}

impl Call for SubmitGrants {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/v1/transfers/partner/grant-submissions";
    const AUTH: Auth = Auth::EndaomentKey;
    const SCOPE: Option<Scope> = Some(Scope::GrantsWrite);
    const STATUS: u16 = 201;
    const REFUSALS: &'static [Code] = &[
        Code::UserNotFound,
        Code::FundNotFound,
        Code::OrganizationNotFound,
        Code::IdempotencyKeyReused,
        Code::TransferExists,
        Code::AmountTooLarge,
    ];
    type Answer = GrantsSubmitted;
}

/// Money that has come from the partner's account to the custodian's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct CustodianTransfer {
    /// More than 0.
    pub amount_micro_dollars: MicroDollars,
    /// The partner's own name for the transfer, which comes once.
    pub partner_funding_transfer_id: String,
    /// 16 to 64 printable ASCII characters.
    pub source_partner_account_identifier: String,
    /// 16 to 64 printable ASCII characters.
    pub destination_partner_account_identifier: String,
    /// Not in the future.
    pub settled_at_utc: Timestamp,
}

/// A grant that is asked for, to a nonprofit or to a subproject of one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct GrantAsked {
    /// More than 0.
    pub amount_micro_dollars: MicroDollars,
    /// The nonprofit's `id`, as a search finds it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub destination_org_id: Option<String>,
    /// In place of `destinationOrgId`. There are no subprojects here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub destination_subproject_id: Option<String>,
    /// At most 1000 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub special_instructions: Option<String>,
    /// Whether the nonprofit is not told who gives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hide_my_info_from_org: Option<bool>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct GrantsSubmitted {
    pub id: SubmissionId,
    /// The partner, as a UUID.
    pub partner_id: String,
    pub origin_fund_id: FundId,
    pub inbound_custodian_transfer: BookedTransfer,
    pub grants: Vec<BookedGrant>,
}

/// The transfer as it was reported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct BookedTransfer {
    pub amount_micro_dollars: MicroDollars,
    pub partner_funding_transfer_id: String,
    pub source_partner_account_identifier: String,
    pub destination_partner_account_identifier: String,
    pub settled_at_utc: Timestamp,
    pub status: TransferStatus,
}

names! {
    /// How far a transfer has come.
    pub enum TransferStatus { ReportedSettled = "ReportedSettled" }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct BookedGrant {
    pub async_grant_transfer_id: GrantId,
    pub amount_micro_dollars: MicroDollars,
    pub destination_org_id: String,
    pub special_instructions: Option<String>,
    pub hide_my_info_from_org: bool,
}
