//! The calls that make, change and find campaigns.

use serde::{Deserialize, Serialize};

use super::{Campaign, CampaignStatus, Schedule, Split, Tier};
use crate::call::{Auth, Call, Method, Scope};
use crate::change::Change;
use crate::decimal::Multiplier;
use crate::error::Code;
use crate::id::CampaignId;
use crate::money::Tokens;
use crate::page::Page;
use crate::time::Timestamp;

/// `GET /v1/partner/campaigns`: lists campaigns, newest first.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ListCampaigns {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<CampaignStatus>,
    /// Those that can count for it: that name it, or are for every type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action_type: Option<String>,
    /// Inclusive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_from: Option<Timestamp>,
    /// Exclusive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_to: Option<Timestamp>,
}

impl Call for ListCampaigns {
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v1/partner/campaigns";
    const AUTH: Auth = Auth::Signed;
    const SCOPE: Option<Scope> = Some(Scope::CampaignsRead);
    const REFUSALS: &'static [Code] = &[];
    type Answer = Page<Campaign>;
}

/// `GET /v1/partner/campaigns/active`: finds the campaign that would count now.
/// That is, for an action of this type; without a type, the first of all that
/// apply now.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct GetActiveCampaign {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action_type: Option<String>,
}

impl Call for GetActiveCampaign {
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v1/partner/campaigns/active";
    const AUTH: Auth = Auth::Signed;
    const SCOPE: Option<Scope> = Some(Scope::CampaignsRead);
    const REFUSALS: &'static [Code] = &[Code::NoActiveCampaign];
    type Answer = Campaign;
}

/// `GET /v1/partner/campaigns/{id}`: reads a campaign.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct GetCampaign {
    pub id: CampaignId,
}

impl Call for GetCampaign {
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v1/partner/campaigns/{id}";
    const AUTH: Auth = Auth::Signed;
    const SCOPE: Option<Scope> = Some(Scope::CampaignsRead);
    const REFUSALS: &'static [Code] = &[Code::CampaignNotFound];
    type Answer = Campaign;
}

/// `POST /v1/partner/campaigns`: makes a campaign.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct CreateCampaign {
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// DRAFT, unless it is ACTIVE from the start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<CampaignStatus>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action_types: Option<Vec<String>>,
    /// 1, if it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub multiplier: Option<Multiplier>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tiers: Option<Vec<Tier>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub splits: Option<Vec<Split>>,
    /// A cap or budget of 0 lets nothing be paid; none is null.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_action_cap: Option<Tokens>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_user_cap: Option<Tokens>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub budget: Option<Tokens>,
    /// Inclusive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub starts_at: Option<Timestamp>,
    /// Exclusive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule: Option<Schedule>,
}

impl Call for CreateCampaign {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/v1/partner/campaigns";
    const AUTH: Auth = Auth::SignedSecret;
    const SCOPE: Option<Scope> = Some(Scope::CampaignsWrite);
    const STATUS: u16 = 201;
    const REFUSALS: &'static [Code] = &[Code::CampaignConflict, Code::IdempotencyKeyReused];
    type Answer = Campaign;
}

/// `PATCH /v1/partner/campaigns/{id}`: changes a campaign. What is null is again
/// as if the campaign had been made without it. Name and status cannot be null.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct UpdateCampaign {
    pub id: CampaignId,
    #[serde(default, skip_serializing_if = "Change::is_keep")]
    pub name: Change<String>,
    #[serde(default, skip_serializing_if = "Change::is_keep")]
    pub description: Change<String>,
    #[serde(default, skip_serializing_if = "Change::is_keep")]
    pub status: Change<CampaignStatus>,
    #[serde(default, skip_serializing_if = "Change::is_keep")]
    pub action_types: Change<Vec<String>>,
    #[serde(default, skip_serializing_if = "Change::is_keep")]
    pub multiplier: Change<Multiplier>,
    #[serde(default, skip_serializing_if = "Change::is_keep")]
    pub tiers: Change<Vec<Tier>>,
    #[serde(default, skip_serializing_if = "Change::is_keep")]
    pub splits: Change<Vec<Split>>,
    #[serde(default, skip_serializing_if = "Change::is_keep")]
    pub per_action_cap: Change<Tokens>,
    #[serde(default, skip_serializing_if = "Change::is_keep")]
    pub per_user_cap: Change<Tokens>,
    #[serde(default, skip_serializing_if = "Change::is_keep")]
    pub budget: Change<Tokens>,
    #[serde(default, skip_serializing_if = "Change::is_keep")]
    pub starts_at: Change<Timestamp>,
    #[serde(default, skip_serializing_if = "Change::is_keep")]
    pub ends_at: Change<Timestamp>,
    #[serde(default, skip_serializing_if = "Change::is_keep")]
    pub schedule: Change<Schedule>,
}

impl Call for UpdateCampaign {
    const METHOD: Method = Method::Patch;
    const PATH: &'static str = "/v1/partner/campaigns/{id}";
    const AUTH: Auth = Auth::SignedSecret;
    const SCOPE: Option<Scope> = Some(Scope::CampaignsWrite);
    const REFUSALS: &'static [Code] = &[
        Code::CampaignNotFound,
        Code::CampaignNotActive,
        Code::CampaignConflict,
    ];
    type Answer = Campaign;
}
