//! The calls that make, change and find campaigns.

use serde::{Deserialize, Deserializer, Serialize};

use super::{Campaign, CampaignStatus, Schedule, Split, Tier};
use crate::call::{Auth, Call, Method, Scope};
use crate::decimal::Multiplier;
use crate::error::Code;
use crate::id::CampaignId;
use crate::money::Tokens;
use crate::page::Page;
use crate::time::Timestamp;

/// `GET /v1/partner/campaigns`
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
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
    const SCOPE: Scope = Scope::CampaignsRead;
    const REFUSALS: &'static [Code] = &[];
    type Answer = Page<Campaign>;
}

/// `GET /v1/partner/campaigns/active`: the campaign that would count for an
/// action of this type now; without a type, the first of all that apply now.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GetActiveCampaign {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action_type: Option<String>,
}

impl Call for GetActiveCampaign {
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v1/partner/campaigns/active";
    const AUTH: Auth = Auth::Signed;
    const SCOPE: Scope = Scope::CampaignsRead;
    const REFUSALS: &'static [Code] = &[Code::NoActiveCampaign];
    type Answer = Campaign;
}

/// `GET /v1/partner/campaigns/{id}`
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct GetCampaign {
    pub id: CampaignId,
}

impl Call for GetCampaign {
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v1/partner/campaigns/{id}";
    const AUTH: Auth = Auth::Signed;
    const SCOPE: Scope = Scope::CampaignsRead;
    const REFUSALS: &'static [Code] = &[Code::CampaignNotFound];
    type Answer = Campaign;
}

/// `POST /v1/partner/campaigns`
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
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
    const SCOPE: Scope = Scope::CampaignsWrite;
    const STATUS: u16 = 201;
    const REFUSALS: &'static [Code] = &[Code::CampaignConflict, Code::IdempotencyKeyReused];
    type Answer = Campaign;
}

/// `PATCH /v1/partner/campaigns/{id}`: what is left out stays; what is null is
/// again as if the campaign had been made without it. Name and status cannot be
/// null.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UpdateCampaign {
    pub id: CampaignId,
    #[serde(
        default,
        deserialize_with = "given",
        skip_serializing_if = "Option::is_none"
    )]
    pub name: Option<String>,
    #[serde(
        default,
        deserialize_with = "given",
        skip_serializing_if = "Option::is_none"
    )]
    pub description: Option<Option<String>>,
    #[serde(
        default,
        deserialize_with = "given",
        skip_serializing_if = "Option::is_none"
    )]
    pub status: Option<CampaignStatus>,
    #[serde(
        default,
        deserialize_with = "given",
        skip_serializing_if = "Option::is_none"
    )]
    pub action_types: Option<Option<Vec<String>>>,
    #[serde(
        default,
        deserialize_with = "given",
        skip_serializing_if = "Option::is_none"
    )]
    pub multiplier: Option<Option<Multiplier>>,
    #[serde(
        default,
        deserialize_with = "given",
        skip_serializing_if = "Option::is_none"
    )]
    pub tiers: Option<Option<Vec<Tier>>>,
    #[serde(
        default,
        deserialize_with = "given",
        skip_serializing_if = "Option::is_none"
    )]
    pub splits: Option<Option<Vec<Split>>>,
    #[serde(
        default,
        deserialize_with = "given",
        skip_serializing_if = "Option::is_none"
    )]
    pub per_action_cap: Option<Option<Tokens>>,
    #[serde(
        default,
        deserialize_with = "given",
        skip_serializing_if = "Option::is_none"
    )]
    pub per_user_cap: Option<Option<Tokens>>,
    #[serde(
        default,
        deserialize_with = "given",
        skip_serializing_if = "Option::is_none"
    )]
    pub budget: Option<Option<Tokens>>,
    #[serde(
        default,
        deserialize_with = "given",
        skip_serializing_if = "Option::is_none"
    )]
    pub starts_at: Option<Option<Timestamp>>,
    #[serde(
        default,
        deserialize_with = "given",
        skip_serializing_if = "Option::is_none"
    )]
    pub ends_at: Option<Option<Timestamp>>,
    #[serde(
        default,
        deserialize_with = "given",
        skip_serializing_if = "Option::is_none"
    )]
    pub schedule: Option<Option<Schedule>>,
}

impl UpdateCampaign {
    /// A change of nothing yet.
    pub const fn of(id: CampaignId) -> Self {
        Self {
            id,
            name: None,
            description: None,
            status: None,
            action_types: None,
            multiplier: None,
            tiers: None,
            splits: None,
            per_action_cap: None,
            per_user_cap: None,
            budget: None,
            starts_at: None,
            ends_at: None,
            schedule: None,
        }
    }
}

/// Tells a member that is null from one that is left out.
fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

impl Call for UpdateCampaign {
    const METHOD: Method = Method::Patch;
    const PATH: &'static str = "/v1/partner/campaigns/{id}";
    const AUTH: Auth = Auth::SignedSecret;
    const SCOPE: Scope = Scope::CampaignsWrite;
    const REFUSALS: &'static [Code] = &[
        Code::CampaignNotFound,
        Code::CampaignNotActive,
        Code::CampaignConflict,
    ];
    type Answer = Campaign;
}
