//! A moment, as the API writes it.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// Milliseconds since 1970-01-01T00:00:00Z. On the wire: RFC 3339 in UTC with
/// milliseconds and `Z`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub i64);

impl Timestamp {
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds.saturating_mul(1000))
    }

    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// The UTC day, counted from 1970-01-01.
    pub const fn day(self) -> i64 {
        self.0.div_euclid(86_400_000)
    }

    #[must_use]
    pub const fn plus_ms(self, ms: i64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// The moment written as RFC 3339, if it is one.
    pub fn parse(text: &str) -> Option<Self> {
        let moment: jiff::Timestamp = text.parse().ok()?;
        Some(Self(moment.as_millisecond()))
    }

    /// The moment written as HTTP writes it: `Sun, 06 Nov 1994 08:49:37 GMT`.
    pub fn parse_http(text: &str) -> Option<Self> {
        let moment = jiff::fmt::rfc2822::parse(text).ok()?;
        Some(Self(moment.timestamp().as_millisecond()))
    }

    /// The moment as mail writes it: `Sun, 6 Nov 1994 08:49:37 +0000`.
    pub fn to_rfc2822(self) -> String {
        let moment = jiff::Timestamp::from_millisecond(self.0).unwrap_or_default();
        let printer = jiff::fmt::rfc2822::DateTimePrinter::new();
        printer.timestamp_to_string(&moment).unwrap_or_default()
    }
}

impl std::fmt::Display for Timestamp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // A moment outside the calendar's 20,000 years cannot come from a clock.
        let moment = jiff::Timestamp::from_millisecond(self.0).map_err(|_| std::fmt::Error)?;
        write!(f, "{moment:.3}")
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| {
            D::Error::custom("must be a time such as 2026-05-10T09:12:00.000Z (RFC 3339)")
        })
    }
}

#[cfg(feature = "js")]
impl crate::js::FromJs for Timestamp {
    fn read(value: &wasm_bindgen::JsValue, is_wrong: &mut bool) -> Self {
        // The browser reads RFC 3339 itself; a date of ours is within 2^53 ms.
        let ms = js_sys::Date::parse(&String::read(value, is_wrong));
        *is_wrong |= !ms.is_finite();
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a whole number within 2^53, or never used"
        )]
        Self(ms as i64)
    }
}
