//! Decimal numbers that are read from the text of the JSON itself, so that no
//! binary fraction comes between.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::value::RawValue;

use crate::money::{Currency, Minor};

/// The most digits of an amount; more could not be counted in any currency.
const MAX_DIGITS: usize = 30;

/// An amount in major units, exact: `49.99`. Zeros at the end of the fraction
/// do not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Major {
    digits: i128,
    decimals: u32,
}

/// Why an amount is none of a currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotMinor {
    /// It has digits behind those that the currency counts.
    TooManyDecimals,
    /// It is more than can be counted.
    TooLarge,
}

impl Major {
    pub fn of(amount: Minor, currency: Currency) -> Self {
        Self {
            digits: i128::from(amount.0),
            decimals: currency.decimals(),
        }
    }

    /// Reads a number without sign or exponent.
    pub fn parse(text: &str) -> Option<Self> {
        let (whole, fraction) = match text.split_once('.') {
            Some((whole, fraction)) if !fraction.is_empty() => (whole, fraction),
            Some(_) => return None,
            None => (text, ""),
        };
        let fraction = fraction.trim_end_matches('0');
        let digits = format!("{whole}{fraction}");
        let is_plain = !whole.is_empty()
            && digits.len() <= MAX_DIGITS
            && digits.bytes().all(|byte| byte.is_ascii_digit());
        Some(Self {
            digits: is_plain.then(|| digits.parse().ok()).flatten()?,
            decimals: u32::try_from(fraction.len()).ok()?,
        })
    }

    /// The same amount in minor units, if it is one of the currency.
    pub fn to_minor(self, currency: Currency) -> Result<Minor, NotMinor> {
        let missing = currency
            .decimals()
            .checked_sub(self.decimals)
            .ok_or(NotMinor::TooManyDecimals)?;
        let minor = self
            .digits
            .checked_mul(10_i128.pow(missing))
            .ok_or(NotMinor::TooLarge)?;
        i64::try_from(minor)
            .map(Minor)
            .map_err(|_| NotMinor::TooLarge)
    }
}

impl std::fmt::Display for Major {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let unit = 10_i128.pow(self.decimals);
        let (whole, part) = (self.digits / unit, self.digits % unit);
        if self.decimals == 0 {
            return write!(f, "{whole}");
        }
        write!(f, "{whole}.{part:0width$}", width = self.decimals as usize)
    }
}

impl Serialize for Major {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        RawValue::from_string(self.to_string())
            .map_err(serde::ser::Error::custom)?
            .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Major {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Box::<RawValue>::deserialize(deserializer)?;
        Self::parse(text.get()).ok_or_else(|| {
            de::Error::custom(
                "must be a number of major units, at least 0 and without exponent, such as 49.99",
            )
        })
    }
}

/// By how much a campaign multiplies tokens, in ten-thousandths: `"1.50"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Multiplier(i64);

impl Multiplier {
    pub const ONE: Self = Self(10_000);
    /// The largest, a thousandfold.
    pub const MAX: Self = Self(10_000_000);

    pub const fn from_ten_thousandths(ten_thousandths: i64) -> Self {
        Self(ten_thousandths)
    }

    pub const fn ten_thousandths(self) -> i64 {
        self.0
    }

    /// Reads a plain decimal with at most four digits behind the point, from 0
    /// to 1000.
    pub fn parse(text: &str) -> Option<Self> {
        let Major { digits, decimals } = Major::parse(text)?;
        let scaled = digits.checked_mul(10_i128.pow(4_u32.checked_sub(decimals)?))?;
        let multiplier = Self(i64::try_from(scaled).ok()?);
        (multiplier <= Self::MAX).then_some(multiplier)
    }
}

impl std::fmt::Display for Multiplier {
    /// Whole ones without a point, others with two to four digits behind it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.0 / 10_000, self.0 % 10_000) {
            (whole, 0) => write!(f, "{whole}"),
            (whole, part) if part % 100 == 0 => write!(f, "{whole}.{:02}", part / 100),
            (whole, part) if part % 10 == 0 => write!(f, "{whole}.{:03}", part / 10),
            (whole, part) => write!(f, "{whole}.{part:04}"),
        }
    }
}

impl Serialize for Multiplier {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Multiplier {
    /// Takes a string or a number.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Box::<RawValue>::deserialize(deserializer)?;
        let bare = text.get().trim_matches('"');
        Self::parse(bare).ok_or_else(|| {
            de::Error::custom("must be from 0 to 1000 with at most four decimals, such as \"1.50\"")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_read_exactly_or_not_at_all() {
        let usd = |text: &str| Major::parse(text).map(|major| major.to_minor(Currency::Usd));
        assert_eq!(usd("49.99"), Some(Ok(Minor(4999))));
        assert_eq!(usd("49.90"), usd("49.9"));
        assert_eq!(usd("0"), Some(Ok(Minor(0))));
        assert_eq!(usd("49.999"), Some(Err(NotMinor::TooManyDecimals)));
        assert_eq!(usd("92233720368547758.08"), Some(Err(NotMinor::TooLarge)));
        for wrong in [
            "", "-1", "1e3", "1E3", ".5", "5.", "NaN", "\"5\"", "+1", "null",
        ] {
            assert_eq!(usd(wrong), None, "{wrong}");
        }
        assert_eq!(usd(&"9".repeat(31)), None);
    }

    #[test]
    fn an_amount_is_written_with_the_digits_of_its_currency() {
        let written = |minor, currency| Major::of(Minor(minor), currency).to_string();
        assert_eq!(written(4999, Currency::Usd), "49.99");
        assert_eq!(written(5, Currency::Usd), "0.05");
        assert_eq!(written(1500, Currency::Jpy), "1500");
    }

    #[test]
    fn a_multiplier_is_read_from_text_or_number_and_written_as_text() {
        let again = |json: &str| {
            serde_json::from_str::<Multiplier>(json).map(|multiplier| multiplier.to_string())
        };
        assert_eq!(again("\"1.50\"").unwrap(), "1.50");
        assert_eq!(again("1.5").unwrap(), "1.50");
        assert_eq!(again("2").unwrap(), "2");
        assert_eq!(again("\"1.0625\"").unwrap(), "1.0625");
        for wrong in ["\"-1\"", "1000.01", "\"1.00001\"", "true", "\"\""] {
            assert!(again(wrong).is_err(), "{wrong}");
        }
    }
}
