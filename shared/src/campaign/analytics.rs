//! What a campaign has brought about.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser};
use serde_json::value::RawValue;

use crate::call::{Auth, Call, Method, Scope};
use crate::day::Day;
use crate::error::Code;
use crate::id::CampaignId;
use crate::money::Tokens;
use crate::time::Timestamp;

/// `GET /v1/partner/campaigns/{id}/analytics`: shows what a campaign has brought
/// about. Counts the actions from `from` until before `to`. Each is a time or a
/// day, which is its first moment. Without them: from the day on which the
/// campaign was made, but at most 366 days, until the end of today.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct GetCampaignAnalytics {
    pub id: CampaignId,
    #[serde(
        default,
        deserialize_with = "time_or_day",
        skip_serializing_if = "Option::is_none"
    )]
    pub from: Option<Timestamp>,
    #[serde(
        default,
        deserialize_with = "time_or_day",
        skip_serializing_if = "Option::is_none"
    )]
    pub to: Option<Timestamp>,
}

impl Call for GetCampaignAnalytics {
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v1/partner/campaigns/{id}/analytics";
    const AUTH: Auth = Auth::Signed;
    const SCOPE: Option<Scope> = Some(Scope::CampaignsRead);
    const REFUSALS: &'static [Code] = &[Code::CampaignNotFound];
    type Answer = CampaignAnalytics;
}

fn time_or_day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    text.map(|text| {
        Timestamp::parse(&text)
            .or_else(|| Day::parse(&text).map(Day::start))
            .ok_or_else(|| {
                de::Error::custom(
                    "must be a time such as 2026-05-10T09:12:00.000Z (RFC 3339), or a day such as 2026-05-10",
                )
            })
    })
    .transpose()
}

/// A campaign in numbers. Actions that failed do not count. Tokens are counted
/// as they were distributed, whatever was reversed later; `spent` and
/// `remaining` are what the budget stands at now, less what was reversed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct CampaignAnalytics {
    pub campaign_id: CampaignId,
    pub actions: i64,
    pub tokens_distributed: Tokens,
    /// Users who took part in an action, whatever they received.
    pub unique_users: i64,
    /// Tokens an action.
    pub average_tokens: Average,
    pub budget: Option<Tokens>,
    /// In the campaign's whole life.
    pub spent: Tokens,
    /// None without a budget.
    pub remaining: Option<Tokens>,
    /// Each day of the time asked for, those without an action too.
    pub by_day: Vec<CampaignDay>,
    /// Those with the most actions first, at most 100.
    pub by_action_type: Vec<CampaignType>,
}

/// The actions of one day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct CampaignDay {
    pub date: Day,
    pub actions: i64,
    pub tokens_distributed: Tokens,
}

/// The actions of one type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct CampaignType {
    pub action_type: String,
    pub actions: i64,
    pub tokens_distributed: Tokens,
}

/// Tokens an action, in hundredths; on the wire a number with two decimals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Average(i128);

impl Average {
    /// Halves are rounded up; of no actions it is 0.
    pub fn of(tokens: Tokens, actions: i64) -> Self {
        let actions = i128::from(actions.max(1));
        Self((i128::from(tokens.0) * 100 + actions / 2).div_euclid(actions))
    }
}

impl std::fmt::Display for Average {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{:02}", self.0 / 100, self.0 % 100)
    }
}

impl Serialize for Average {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        RawValue::from_string(self.to_string())
            .map_err(ser::Error::custom)?
            .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Average {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Box::<RawValue>::deserialize(deserializer)?;
        let hundredths = text
            .get()
            .split_once('.')
            .filter(|(_, part)| part.len() == 2)
            .and_then(|(whole, part)| format!("{whole}{part}").parse().ok());
        hundredths
            .map(Self)
            .ok_or_else(|| de::Error::custom("must be a number with two decimals, such as 12.50"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_average_has_two_decimals_and_halves_rounded_up() {
        let written = |tokens, actions| {
            let average = Average::of(Tokens(tokens), actions);
            let text = serde_json::to_string(&average).unwrap();
            assert_eq!(serde_json::from_str::<Average>(&text).unwrap(), average);
            text
        };
        assert_eq!(written(0, 0), "0.00");
        assert_eq!(written(25, 2), "12.50");
        assert_eq!(written(100, 3), "33.33");
        assert_eq!(written(2, 3), "0.67");
        assert_eq!(written(1, 200), "0.01");
        assert_eq!(written(i64::MAX, 1), "9223372036854775807.00");
    }
}
