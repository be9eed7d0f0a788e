//! A day of UTC, as reports count them.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use crate::time::Timestamp;

/// Days since 1970-01-01. On the wire: `2026-05-10`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(pub i64);

impl Day {
    /// The day in which a moment lies.
    pub const fn of(moment: Timestamp) -> Self {
        Self(moment.day())
    }

    /// Its first moment.
    pub const fn start(self) -> Timestamp {
        Timestamp::from_seconds(self.0.saturating_mul(86_400))
    }

    #[must_use]
    pub const fn plus_days(self, days: i64) -> Self {
        Self(self.0.saturating_add(days))
    }

    /// The day of this date, if it is one.
    pub fn parse(text: &str) -> Option<Self> {
        let is_date = text.len() == "2026-05-10".len();
        let start = Timestamp::parse(&format!("{text}T00:00:00Z")).filter(|_| is_date)?;
        Some(Self::of(start))
    }
}

impl std::fmt::Display for Day {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = self.start().to_string();
        f.write_str(text.split_once('T').map_or("", |(date, _)| date))
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| D::Error::custom("must be a day such as 2026-05-10"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_written_as_its_date_and_read_again() {
        assert_eq!(Day(0).to_string(), "1970-01-01");
        assert_eq!(Day(20_583).to_string(), "2026-05-10");
        for day in [Day(0), Day(20_583), Day(11_016)] {
            assert_eq!(Day::parse(&day.to_string()), Some(day));
        }
        for wrong in ["", "2026-5-10", "2026-02-30", "20260510", "2026-05-10T"] {
            assert_eq!(Day::parse(wrong), None, "{wrong}");
        }
    }
}
