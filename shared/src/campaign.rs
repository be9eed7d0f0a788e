//! Campaigns: rules that multiply, cap and share the tokens of actions.

mod analytics;
mod call;

use serde::{Deserialize, Deserializer, Serialize, de};
use serde_json::value::RawValue;

pub(crate) use self::analytics::time_or_day;
pub use self::analytics::{
    Average, CampaignAnalytics, CampaignDay, CampaignType, GetCampaignAnalytics,
};
pub use self::call::{
    CreateCampaign, GetActiveCampaign, GetCampaign, ListCampaigns, UpdateCampaign,
};
use crate::decimal::Multiplier;
use crate::id::CampaignId;
use crate::money::{Percent, Tokens};
use crate::names::names;
use crate::time::Timestamp;

names! {
    /// Whether a campaign counts: a draft not yet, a paused one not now, an
    /// ended one never again.
    pub enum CampaignStatus {
        Draft = "DRAFT",
        Active = "ACTIVE",
        Paused = "PAUSED",
        Ended = "ENDED",
    }
}

/// A campaign with its rules. What is null has no bound.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Campaign {
    pub id: CampaignId,
    pub name: String,
    pub description: Option<String>,
    pub status: CampaignStatus,
    /// Empty is every type that no other campaign names.
    pub action_types: Vec<String>,
    pub multiplier: Multiplier,
    pub tiers: Vec<Tier>,
    /// They total 100, or there are none.
    pub splits: Vec<Split>,
    pub per_action_cap: Option<Tokens>,
    /// What one user can earn in the campaign's whole life.
    pub per_user_cap: Option<Tokens>,
    pub budget: Option<Tokens>,
    pub spent: Tokens,
    pub starts_at: Option<Timestamp>,
    pub ends_at: Option<Timestamp>,
    pub schedule: Schedule,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// A multiplier from a number of tokens on, counted before any multiplier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "openapi",
    derive(schemars::JsonSchema),
    schemars(rename = "CampaignTier")
)]
#[serde(rename_all = "camelCase")]
pub struct Tier {
    pub min_amount: Tokens,
    pub multiplier: Multiplier,
}

/// The part of all stakeholders of one type together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Split {
    pub stakeholder_type_code: String,
    #[serde(deserialize_with = "number_or_text")]
    pub percentage: Percent,
}

/// Takes a percentage as a number or as text, each exactly as it is written.
fn number_or_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Percent, D::Error> {
    let text = Box::<RawValue>::deserialize(deserializer)?;
    Percent::parse(text.get().trim_matches('"')).ok_or_else(|| {
        de::Error::custom("must be from 0 to 100 with at most two decimals, such as 12.5")
    })
}

/// When a campaign applies within its dates, in UTC; what is not there does
/// not restrict.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Schedule {
    /// 1 (Monday) to 7 (ISO 8601).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days_of_week: Option<Vec<u8>>,
    /// 0 to 23.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours_utc: Option<Vec<u8>>,
}

impl Campaign {
    /// Its status at a moment: past its end, it has ended, told or not.
    pub fn status_at(&self, now: Timestamp) -> CampaignStatus {
        match self.ends_at {
            Some(end) if end <= now && self.status != CampaignStatus::Draft => {
                CampaignStatus::Ended
            }
            _ => self.status,
        }
    }

    /// As it stands at a moment, whether or not its end has been written down.
    #[must_use]
    pub fn judged(mut self, now: Timestamp) -> Self {
        let status = self.status_at(now);
        if let Some(end) = self.ends_at.filter(|_| status != self.status) {
            self.status = status;
            self.updated_at = self.updated_at.max(end);
        }
        self
    }

    /// Whether it counts at a moment for an action of this type.
    pub fn applies(&self, action_type: &str, now: Timestamp) -> bool {
        self.is_open(now)
            && (self.action_types.is_empty() || self.action_types.iter().any(|t| t == action_type))
    }

    /// Whether it counts at a moment for actions of its types.
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.status_at(now) == CampaignStatus::Active
            && self.starts_at.is_none_or(|start| start <= now)
            && self.schedule.is_open(now)
    }
}

impl Schedule {
    pub fn is_open(&self, now: Timestamp) -> bool {
        const HOUR_MS: i64 = 3_600_000;
        let hours = now.0.div_euclid(HOUR_MS);
        // 1970 began on a Thursday, the fourth day of the week.
        let weekday = (hours.div_euclid(24) + 3).rem_euclid(7) + 1;
        let has = |list: &Option<Vec<u8>>, value: i64| {
            list.as_ref()
                .is_none_or(|list| list.iter().any(|entry| i64::from(*entry) == value))
        };
        has(&self.days_of_week, weekday) && has(&self.hours_utc, hours.rem_euclid(24))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schedule_counts_days_from_monday_and_hours_in_utc() {
        // Friday 2026-11-20, 13:30 UTC.
        let now = Timestamp(1_795_181_400_000);
        let open = |days: Option<Vec<u8>>, hours: Option<Vec<u8>>| {
            Schedule {
                days_of_week: days,
                hours_utc: hours,
            }
            .is_open(now)
        };
        assert!(open(None, None));
        assert!(open(Some(vec![1, 5]), Some(vec![13])));
        assert!(!open(Some(vec![4, 6]), None));
        assert!(!open(None, Some(vec![12, 14])));
    }

    #[test]
    fn a_percentage_is_read_from_number_or_text_and_written_as_a_number() {
        let again = |json: &str| {
            let split = format!(r#"{{"stakeholderTypeCode":"DONOR","percentage":{json}}}"#);
            let split: Split = serde_json::from_str(&split).ok()?;
            serde_json::to_string(&split.percentage).ok()
        };
        assert_eq!(again("33.33").as_deref(), Some("33.33"));
        assert_eq!(again("\"33.30\"").as_deref(), Some("33.3"));
        assert_eq!(again("100").as_deref(), Some("100"));
        for wrong in ["\"\"", "-1", "100.01", "1e1", "true", "null", "\"1\\\"\""] {
            assert_eq!(again(wrong), None, "{wrong}");
        }
    }
}
