//! How many shares, or at which price: decimals that are read from their text.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::value::RawValue;

/// The digits behind the point that are kept.
const DECIMALS: usize = 8;
/// The most digits before it.
const MAX_WHOLE: usize = 15;

/// A number of at least 0 with at most eight decimals, exact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Quantity(i128);

impl Quantity {
    pub const ZERO: Self = Self(0);

    /// Reads a plain decimal, without sign or exponent.
    pub fn parse(text: &str) -> Option<Self> {
        let (whole, fraction) = match text.split_once('.') {
            Some((_, "")) => return None,
            Some(parts) => parts,
            None => (text, ""),
        };
        let is_plain = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        let fits = (1..=MAX_WHOLE).contains(&whole.len()) && fraction.len() <= DECIMALS;
        if !fits || !is_plain(whole) || !is_plain(fraction) {
            return None;
        }
        format!("{whole}{fraction:0<DECIMALS$}")
            .parse()
            .ok()
            .map(Self)
    }

    /// The sum; that of more than could ever be sent may be too small.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl std::fmt::Display for Quantity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let unit = 10_i128.pow(8);
        let (whole, part) = (self.0 / unit, self.0 % unit);
        if part == 0 {
            return write!(f, "{whole}");
        }
        let part = format!("{part:0DECIMALS$}");
        write!(f, "{whole}.{}", part.trim_end_matches('0'))
    }
}

impl Serialize for Quantity {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        RawValue::from_string(self.to_string())
            .map_err(serde::ser::Error::custom)?
            .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Quantity {
    /// Takes a number or a string.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Box::<RawValue>::deserialize(deserializer)?;
        let bare = text.get();
        let quoted = bare
            .strip_prefix('"')
            .and_then(|rest| rest.strip_suffix('"'));
        Self::parse(quoted.unwrap_or(bare)).ok_or_else(|| {
            de::Error::custom(
                "must be a number of at least 0 with at most 8 decimals, without exponent, such as 12.5",
            )
        })
    }
}

#[cfg(feature = "openapi")]
impl schemars::JsonSchema for Quantity {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Quantity".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "anyOf": [
                { "type": "number", "minimum": 0 },
                { "type": "string", "pattern": r"^[0-9]{1,15}(\.[0-9]{1,8})?$" }
            ],
            "description": "At least 0, with at most eight decimals.",
            "examples": [12.5]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantity_is_read_exactly_or_not_at_all() {
        let again =
            |json: &str| serde_json::from_str::<Quantity>(json).map(|read| read.to_string());
        for (json, written) in [
            ("10", "10"),
            ("\"10\"", "10"),
            ("0.50", "0.5"),
            ("12.00000001", "12.00000001"),
        ] {
            assert_eq!(again(json).unwrap(), written);
        }
        for wrong in [
            "-1",
            "1e3",
            "1.",
            ".5",
            "\"\"",
            "1.000000001",
            "\"1,5\"",
            "null",
            "true",
            "\"1",
        ] {
            assert!(again(wrong).is_err(), "{wrong}");
        }
        assert!(
            Quantity::parse("0.1")
                .unwrap()
                .plus(Quantity::parse("0.2").unwrap())
                == Quantity::parse("0.3").unwrap()
        );
    }
}
