//! What a partner sees of itself at a glance. Days are days of UTC, and so many
//! days are today and those before it.

mod health;
mod usage;

use serde::{Deserialize, Serialize};

pub use self::health::{
    CheckName, GetIntegrationHealth, HealthCheck, HealthStatus, IntegrationHealth,
};
pub use self::usage::{ApiUsage, EndpointUsage, GetApiUsage, UsageAt};
use crate::action::ActionRecord;
use crate::call::{Auth, Call, Method, Scope};
use crate::campaign::CampaignAnalytics;
use crate::day::Day;
use crate::error::Code;
use crate::id::{CampaignId, ExternalUserId};
use crate::money::Tokens;

/// The most days that a dashboard looks back.
pub const MAX_DAYS: u32 = 90;

/// `GET /v1/partner/dashboard/summary`: reads how pools, actions and users stand.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct GetSummary {}

impl Call for GetSummary {
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v1/partner/dashboard/summary";
    const AUTH: Auth = Auth::Signed;
    const SCOPE: Option<Scope> = Some(Scope::DashboardRead);
    const REFUSALS: &'static [Code] = &[];
    type Answer = Summary;
}

/// A partner in numbers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Summary {
    pub pools: PoolsSummary,
    pub activity: ActivitySummary,
    pub users: UsersSummary,
}

/// All pools together.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct PoolsSummary {
    pub count: i64,
    pub balance: Tokens,
    pub allocated: Tokens,
    pub distributed: Tokens,
    pub reversed: Tokens,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ActivitySummary {
    pub today: Activity,
    pub last_7_days: Activity,
    pub last_30_days: Activity,
}

/// What was done in a time. An action counts on the day on which it was
/// rewarded, one that has failed on the day on which it was tried first; a
/// reversal counts on its own day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Activity {
    /// Those that were rewarded, also if they were reversed since.
    pub actions: i64,
    /// Those that have failed and were not rewarded since.
    pub failed: i64,
    /// Before any reversal.
    pub tokens_distributed: Tokens,
    pub tokens_reversed: Tokens,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct UsersSummary {
    pub total: i64,
    pub new_30_days: i64,
    /// Those who took part in an action that was rewarded.
    pub active_30_days: i64,
}

/// `GET /v1/partner/dashboard/trends`: reads what happened, day by day, days without anything too.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct GetTrends {
    /// 1 to 90; 30 if it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<u32>,
}

impl Call for GetTrends {
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v1/partner/dashboard/trends";
    const AUTH: Auth = Auth::Signed;
    const SCOPE: Option<Scope> = Some(Scope::DashboardRead);
    const REFUSALS: &'static [Code] = &[];
    type Answer = Trends;
}

/// Each day, those without an action too, the earliest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Trends {
    pub data: Vec<TrendDay>,
}

/// What was done on one day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct TrendDay {
    pub date: Day,
    /// Those that were rewarded.
    pub actions: i64,
    /// Before any reversal.
    pub tokens_distributed: Tokens,
    pub tokens_reversed: Tokens,
    /// Users who took part in an action, whatever they received.
    pub active_users: i64,
}

/// `GET /v1/partner/dashboard/top-earners`: reads who earned most tokens.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct GetTopEarners {
    /// 1 to 100; 10 if it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// 1 to 90; 30 if it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<u32>,
}

impl Call for GetTopEarners {
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v1/partner/dashboard/top-earners";
    const AUTH: Auth = Auth::Signed;
    const SCOPE: Option<Scope> = Some(Scope::DashboardRead);
    const REFUSALS: &'static [Code] = &[];
    type Answer = TopEarners;
}

/// Those who earned most first; of equals, the one who was known first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct TopEarners {
    pub data: Vec<Earner>,
}

/// What a user earned in a time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Earner {
    pub external_user_id: ExternalUserId,
    /// Before any reversal.
    pub tokens_earned: Tokens,
    /// Those in which the user took part.
    pub actions: i64,
}

/// `GET /v1/partner/dashboard/recent-activity`: reads the newest actions.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct GetRecentActivity {
    /// 1 to 100; 20 if it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

impl Call for GetRecentActivity {
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v1/partner/dashboard/recent-activity";
    const AUTH: Auth = Auth::Signed;
    const SCOPE: Option<Scope> = Some(Scope::DashboardRead);
    const REFUSALS: &'static [Code] = &[];
    type Answer = RecentActivity;
}

/// The newest actions, those that failed too, the newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct RecentActivity {
    pub data: Vec<ActionRecord>,
}

/// `GET /v1/partner/dashboard/campaigns/{id}/analytics`: reads what a campaign has
/// brought, for a key that reads dashboards.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct GetCampaignDashboard {
    pub id: CampaignId,
    #[serde(
        default,
        deserialize_with = "crate::campaign::time_or_day",
        skip_serializing_if = "Option::is_none"
    )]
    pub from: Option<crate::time::Timestamp>,
    #[serde(
        default,
        deserialize_with = "crate::campaign::time_or_day",
        skip_serializing_if = "Option::is_none"
    )]
    pub to: Option<crate::time::Timestamp>,
}

impl Call for GetCampaignDashboard {
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v1/partner/dashboard/campaigns/{id}/analytics";
    const AUTH: Auth = Auth::Signed;
    const SCOPE: Option<Scope> = Some(Scope::DashboardRead);
    const REFUSALS: &'static [Code] = &[Code::CampaignNotFound];
    type Answer = CampaignAnalytics;
}
