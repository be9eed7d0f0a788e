//! Money and tokens as whole numbers, and the one table of currencies.

use serde::{Deserialize, Deserializer, Serialize, de};

use crate::names::names;

/// An amount in the minor units of its currency: 2500 is 25.00 USD, and 2500 JPY.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Minor(pub i64);

impl<'de> Deserialize<'de> for Minor {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let whole = Whole("a whole number of minor units, such as 2500 for 25.00 USD");
        deserializer.deserialize_i64(whole).map(Self)
    }
}

/// Reads a whole number, and says what it is of where there is none.
struct Whole(&'static str);

impl de::Visitor<'_> for Whole {
    type Value = i64;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0)
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<i64, E> {
        Ok(value)
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<i64, E> {
        i64::try_from(value).map_err(|_| E::custom("is too large"))
    }
}

/// Reward tokens, always whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Tokens(pub i64);

impl<'de> Deserialize<'de> for Tokens {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let whole = Whole("a whole number of tokens, such as 100");
        deserializer.deserialize_i64(whole).map(Self)
    }
}

/// An amount in millionths of a US dollar; on the wire a text of digits, so that
/// no reader rounds it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MicroDollars(pub i64);

impl MicroDollars {
    /// Reads digits, and nothing else.
    pub fn parse(text: &str) -> Option<Self> {
        let is_plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let fits = is_plain && text.len() <= MAX_MICRO_DIGITS;
        fits.then(|| text.parse().ok()).flatten().map(Self)
    }
}

/// As many as the largest amount has.
const MAX_MICRO_DIGITS: usize = 19;

impl std::fmt::Display for MicroDollars {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for MicroDollars {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for MicroDollars {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Digits)
    }
}

/// Reads an amount in microdollars, and says how one is written where there is
/// none.
struct Digits;

impl Digits {
    fn refused<E: de::Error>() -> E {
        E::custom(
            "must be a string of digits, in millionths of a US dollar, of at most 9223372036854775807: \
             \"25000000\" is 25.00 USD",
        )
    }
}

impl de::Visitor<'_> for Digits {
    type Value = MicroDollars;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a string of digits, such as \"25000000\" for 25.00 USD")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<MicroDollars, E> {
        MicroDollars::parse(text).ok_or_else(Self::refused)
    }

    fn visit_i64<E: de::Error>(self, _: i64) -> Result<MicroDollars, E> {
        Err(Self::refused())
    }

    fn visit_u64<E: de::Error>(self, _: u64) -> Result<MicroDollars, E> {
        Err(Self::refused())
    }

    fn visit_f64<E: de::Error>(self, _: f64) -> Result<MicroDollars, E> {
        Err(Self::refused())
    }
}

/// A percentage with at most two decimals, held in hundredths of a percent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Percent(u32);

impl Percent {
    pub const fn from_hundredths(hundredths: u32) -> Self {
        Self(hundredths)
    }

    pub const fn hundredths(self) -> u32 {
        self.0
    }

    /// Reads a plain decimal such as `12`, `12.5` or `12.50`, from 0 to 100.
    pub fn parse(text: &str) -> Option<Self> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
        let digits = |part: &str, most: usize| {
            let fits = (1..=most).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
            fits.then(|| part.parse::<u32>().ok()).flatten()
        };
        let cents = digits(fraction, 2)? * if fraction.len() == 1 { 10 } else { 1 };
        let hundredths = digits(whole, 3)? * 100 + cents;
        (hundredths <= 10_000).then_some(Self(hundredths))
    }

    /// This share of `amount`, halves rounded up; `None` if it does not fit.
    pub fn of(self, amount: Minor) -> Option<Minor> {
        // In two steps, exact, and without the 128 bits that a browser has to imitate.
        let (wholes, rest) = (amount.0.div_euclid(10_000), amount.0.rem_euclid(10_000));
        let share = i64::from(self.0);
        let part = (rest * share + 5_000) / 10_000;
        wholes.checked_mul(share)?.checked_add(part).map(Minor)
    }
}

impl std::fmt::Display for Percent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.0 / 100, self.0 % 100) {
            (whole, 0) => write!(f, "{whole}"),
            (whole, part) if part % 10 == 0 => write!(f, "{whole}.{}", part / 10),
            (whole, part) => write!(f, "{whole}.{part:02}"),
        }
    }
}

impl Serialize for Percent {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let number: serde_json::Number = self
            .to_string()
            .parse()
            .map_err(serde::ser::Error::custom)?;
        number.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Percent {
    /// Reads the JSON text itself, so that no binary fraction comes between.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Box::<serde_json::value::RawValue>::deserialize(deserializer)?;
        Self::parse(text.get()).ok_or_else(|| {
            de::Error::custom(
                "must be a number from 0 to 100 with at most two decimals, such as 12.5",
            )
        })
    }
}

names! {
    /// How often a gift is given.
    pub enum Frequency { Once = "once", Monthly = "monthly" }
}

macro_rules! currencies {
    ($( $code:ident $text:literal $decimals:literal $min:literal $max:literal );+ $(;)?) => {
        names! {
            /// The currencies in which a gift can be given.
            pub enum Currency { $( $code = $text ),+ }
        }

        impl Currency {
            /// How many digits its minor unit stands behind the point (ISO 4217).
            pub const fn decimals(self) -> u32 {
                match self { $( Self::$code => $decimals ),+ }
            }

            /// The smallest gift, in minor units.
            pub const fn min(self) -> Minor {
                match self { $( Self::$code => Minor($min) ),+ }
            }

            /// The largest gift, in minor units.
            pub const fn max(self) -> Minor {
                match self { $( Self::$code => Minor($max) ),+ }
            }
        }
    };
}

currencies! {
    Usd "USD" 2 100 99_999_999;
    Eur "EUR" 2 100 99_999_999;
    Gbp "GBP" 2 100 99_999_999;
    Aud "AUD" 2 100 99_999_999;
    Cad "CAD" 2 100 99_999_999;
    Nzd "NZD" 2 100 99_999_999;
    Sgd "SGD" 2 100 99_999_999;
    Chf "CHF" 2 100 99_999_999;
    Dkk "DKK" 2 500 999_999_999;
    Sek "SEK" 2 500 999_999_999;
    Nok "NOK" 2 500 999_999_999;
    Pln "PLN" 2 500 999_999_999;
    Czk "CZK" 2 2_000 2_999_999_999;
    Ron "RON" 2 500 999_999_999;
    Huf "HUF" 2 40_000 39_999_999_999;
    Try "TRY" 2 4_000 3_999_999_999;
    Mxn "MXN" 2 2_000 1_999_999_999;
    Brl "BRL" 2 500 599_999_999;
    Myr "MYR" 2 500 499_999_999;
    Thb "THB" 2 4_000 3_999_999_999;
    Php "PHP" 2 5_000 5_999_999_999;
    Inr "INR" 2 10_000 8_999_999_999;
    Idr "IDR" 2 1_600_000 1_599_999_999_999;
    Jpy "JPY" 0 100 149_999_999;
    Krw "KRW" 0 1_000 1_399_999_999;
    Vnd "VND" 0 25_000 24_999_999_999;
    Bhd "BHD" 3 500 399_999_999;
    Jod "JOD" 3 1_000 699_999_999;
    Kwd "KWD" 3 500 299_999_999;
    Tnd "TND" 3 3_000 2_999_999_999;
}

impl Currency {
    /// The amount in major units, for people: `25.00`, and `2500` for yen.
    pub fn major(self, amount: Minor) -> String {
        let sign = if amount.0 < 0 { "-" } else { "" };
        let unit = 10_u64.pow(self.decimals());
        let (whole, part) = (
            amount.0.unsigned_abs() / unit,
            amount.0.unsigned_abs() % unit,
        );
        match self.decimals() as usize {
            0 => format!("{sign}{whole}"),
            width => format!("{sign}{whole}.{part:0width$}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentage_is_read_exactly_or_not_at_all() {
        assert_eq!(Percent::parse("12.5"), Some(Percent::from_hundredths(1250)));
        assert_eq!(Percent::parse("0.07"), Some(Percent::from_hundredths(7)));
        assert_eq!(
            Percent::parse("100"),
            Some(Percent::from_hundredths(10_000))
        );
        for wrong in [
            "", ".5", "5.", "-1", "100.01", "1e1", "33.333", "+3", "0x1", "١",
        ] {
            assert_eq!(Percent::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_share_rounds_half_up() {
        let share = |hundredths, amount| Percent::from_hundredths(hundredths).of(Minor(amount));
        assert_eq!(share(1250, 2500), Some(Minor(313)));
        assert_eq!(share(5000, 1), Some(Minor(1)));
        assert_eq!(share(4999, 1), Some(Minor(0)));
    }

    #[test]
    fn microdollars_are_digits_and_exact_to_the_last() {
        let largest = "9223372036854775807";
        assert_eq!(MicroDollars::parse(largest), Some(MicroDollars(i64::MAX)));
        assert_eq!(MicroDollars(i64::MAX).to_string(), largest);
        for wrong in [
            "",
            "-1",
            "+1",
            "1.5",
            "1e3",
            " 1",
            "1_000",
            "١",
            "9223372036854775808",
            "00000000000000000001",
        ] {
            assert_eq!(MicroDollars::parse(wrong), None, "{wrong}");
            let json = serde_json::to_string(wrong).unwrap();
            assert!(serde_json::from_str::<MicroDollars>(&json).is_err());
        }
        for number in ["1", "-1", "1.5", "1e3", "null", "true", "[]"] {
            let read = serde_json::from_str::<MicroDollars>(number);
            assert!(read.is_err(), "{number}");
        }
    }

    #[test]
    fn an_amount_is_written_with_the_digits_of_its_currency() {
        assert_eq!(Currency::Usd.major(Minor(2500)), "25.00");
        assert_eq!(Currency::Jpy.major(Minor(2500)), "2500");
        assert_eq!(Currency::Kwd.major(Minor(2505)), "2.505");
        assert_eq!(Currency::Usd.major(Minor(-5)), "-0.05");
    }
}
