//! How many tokens an amount is worth, in whole numbers only.

use shared::decimal::Multiplier;
use shared::money::{Currency, Minor, Percent, Tokens};

/// Tokens for one major unit of a currency, in millionths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate(i64);

impl Rate {
    /// One token a major unit.
    pub const ONE: Self = Self(1_000_000);

    pub const fn from_millionths(millionths: i64) -> Self {
        Self(millionths)
    }

    /// Reads a plain decimal with at most six digits behind the point.
    pub fn parse(text: &str) -> Option<Self> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let is_plain = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || fraction.len() > 6 || !is_plain(whole) || !is_plain(fraction) {
            return None;
        }
        format!("{whole}{fraction:0<6}").parse().ok().map(Self)
    }

    pub const fn millionths(self) -> i64 {
        self.0
    }
}

/// The price is more than can be counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("more tokens than can be counted")]
pub struct Overflow;

/// `round_half_up(amount × rate × multiplier)`: 49.99 USD at a rate of 1 is 50
/// tokens (SIR Giving, "How tokens are calculated").
pub fn price(
    amount: Minor,
    currency: Currency,
    rate: Rate,
    multiplier: Multiplier,
) -> Result<Tokens, Overflow> {
    let unit = unit(currency) * i128::from(Multiplier::ONE.ten_thousandths());
    let product = (i128::from(amount.0) * i128::from(rate.0))
        .checked_mul(i128::from(multiplier.ten_thousandths()))
        .and_then(|product| product.checked_add(unit / 2))
        .ok_or(Overflow)?;
    i64::try_from(product.div_euclid(unit))
        .map(Tokens)
        .map_err(|_| Overflow)
}

/// Whether the amount is worth at least so many tokens, before any multiplier
/// and any rounding.
pub fn reaches(amount: Minor, currency: Currency, rate: Rate, tokens: Tokens) -> bool {
    i128::from(amount.0) * i128::from(rate.0) >= i128::from(tokens.0) * unit(currency)
}

/// What amount times rate must be for one token.
const fn unit(currency: Currency) -> i128 {
    10_i128.pow(currency.decimals()) * 1_000_000
}

/// `round_half_up(tokens × percent)`: what a reversal of so much takes back.
pub fn part_of(tokens: Tokens, percent: Percent) -> Tokens {
    let share = i128::from(tokens.0) * i128::from(percent.hundredths());
    // At most the tokens themselves, which fit.
    Tokens(i64::try_from((share + 5_000) / 10_000).unwrap_or(i64::MAX))
}

/// A fraction of a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weight {
    pub numerator: u32,
    pub denominator: u32,
}

/// `total` divided by weights that add up to one: each part is its weight's
/// share rounded down, and what is left goes, one each, to the largest
/// remainders, of equal ones to the earlier (the largest remainder method).
pub fn shares(total: Tokens, weights: &[Weight]) -> Vec<Tokens> {
    let exact = |weight: &Weight| {
        let share = i128::from(total.0) * i128::from(weight.numerator);
        let denominator = i128::from(weight.denominator);
        (share / denominator, share % denominator)
    };
    let mut parts: Vec<i128> = weights.iter().map(|weight| exact(weight).0).collect();
    let left = i128::from(total.0) - parts.iter().sum::<i128>();
    let mut places: Vec<usize> = (0..weights.len()).collect();
    // Remainders over unlike denominators are compared crosswise; the sort keeps
    // the order of equal ones.
    places.sort_by(|&one, &other| {
        let across = |place: usize, against: usize| {
            exact(&weights[place]).1 * i128::from(weights[against].denominator)
        };
        across(other, one).cmp(&across(one, other))
    });
    for place in places.into_iter().take(usize::try_from(left).unwrap_or(0)) {
        parts[place] += 1;
    }
    parts
        .into_iter()
        .map(|part| Tokens(i64::try_from(part).unwrap_or(i64::MAX)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at_one(minor: i64, currency: Currency) -> Result<Tokens, Overflow> {
        price(Minor(minor), currency, Rate::ONE, Multiplier::ONE)
    }

    #[test]
    fn a_rate_is_read_exactly_or_not_at_all() {
        let millionths = |text| Rate::parse(text).map(Rate::millionths);
        assert_eq!(millionths("1.1"), Some(1_100_000));
        assert_eq!(millionths("0.000001"), Some(1));
        for wrong in ["", ".5", "-1", "1.0000001", "1e3"] {
            assert_eq!(millionths(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn halves_round_up() {
        let usd = |minor| at_one(minor, Currency::Usd).map(|tokens| tokens.0);
        assert_eq!([4999, 250, 249, 0].map(usd), [Ok(50), Ok(3), Ok(2), Ok(0)]);
    }

    #[test]
    fn rounding_comes_once_after_the_multiplier() {
        let half_more = Multiplier::from_ten_thousandths(15_000);
        assert_eq!(
            price(Minor(4999), Currency::Usd, Rate::ONE, half_more),
            Ok(Tokens(75))
        );
        assert_eq!(
            price(Minor(33), Currency::Usd, Rate::ONE, half_more),
            Ok(Tokens(0))
        );
        assert_eq!(
            price(Minor(34), Currency::Usd, Rate::ONE, half_more),
            Ok(Tokens(1))
        );
    }

    #[test]
    fn decimals_of_the_currency_count() {
        assert_eq!(at_one(1500, Currency::Jpy), Ok(Tokens(1500)));
        assert_eq!(at_one(1500, Currency::Kwd), Ok(Tokens(2)));
    }

    #[test]
    fn a_price_that_cannot_be_counted_is_an_error() {
        let rate = Rate::from_millionths(i64::MAX);
        for multiplier in [Multiplier::ONE, Multiplier::MAX] {
            assert_eq!(
                price(Minor(i64::MAX), Currency::Usd, rate, multiplier),
                Err(Overflow)
            );
        }
    }

    #[test]
    fn a_tier_is_reached_exactly() {
        let reached =
            |minor, tokens| reaches(Minor(minor), Currency::Usd, Rate::ONE, Tokens(tokens));
        assert!(reached(5000, 50));
        assert!(!reached(4999, 50));
        assert!(!reached(i64::MAX, i64::MAX));
    }

    #[test]
    fn shares_add_up_and_favour_the_earlier() {
        let of = |total, weights: &[(u32, u32)]| {
            let weights: Vec<_> = weights
                .iter()
                .map(|&(numerator, denominator)| Weight {
                    numerator,
                    denominator,
                })
                .collect();
            let parts = shares(Tokens(total), &weights);
            parts.into_iter().map(|part| part.0).collect::<Vec<_>>()
        };
        assert_eq!(of(10, &[(1, 3), (1, 3), (1, 3)]), [4, 3, 3]);
        assert_eq!(of(2, &[(1, 3), (1, 3), (1, 3)]), [1, 1, 0]);
        assert_eq!(of(7, &[(1, 1)]), [7]);
        assert_eq!(of(75, &[(7, 10), (3, 10)]), [53, 22]);
        assert_eq!(of(5, &[(1, 4), (1, 4), (1, 2)]), [1, 1, 3]);
        let most = of(i64::MAX, &[(1, 2), (1, 2)]);
        assert_eq!(
            most.iter().map(|part| i128::from(*part)).sum::<i128>(),
            i128::from(i64::MAX)
        );
    }

    #[test]
    fn a_part_rounds_half_up_and_all_of_it_is_all() {
        let part =
            |tokens, hundredths| part_of(Tokens(tokens), Percent::from_hundredths(hundredths)).0;
        assert_eq!(part(50, 3_333), 17);
        assert_eq!(part(5, 5_000), 3);
        assert_eq!(part(i64::MAX, 10_000), i64::MAX);
    }
}
