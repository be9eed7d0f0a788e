//! How many tokens an amount is worth, in whole numbers only.

use shared::money::{Currency, Minor, Tokens};

/// Tokens for one major unit of a currency, in millionths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate(i64);

impl Rate {
    /// One token a major unit.
    pub const ONE: Self = Self(1_000_000);

    pub const fn from_millionths(millionths: i64) -> Self {
        Self(millionths)
    }

    pub const fn millionths(self) -> i64 {
        self.0
    }
}

/// The price is more than can be counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("more tokens than can be counted")]
pub struct Overflow;

/// `round_half_up(amount × rate)`: 49.99 USD at a rate of 1 is 50 tokens
/// (SIR Giving, "How tokens are calculated").
pub fn price(amount: Minor, currency: Currency, rate: Rate) -> Result<Tokens, Overflow> {
    let unit = 10_i128.pow(currency.decimals()) * 1_000_000;
    let product = i128::from(amount.0) * i128::from(rate.0);
    let rounded = (product + unit / 2).div_euclid(unit);
    i64::try_from(rounded).map(Tokens).map_err(|_| Overflow)
}

/// `total` shared evenly among `count`, what does not divide going to the
/// earlier ones: the shares add up to the total.
pub fn shares(total: Tokens, count: usize) -> impl Iterator<Item = Tokens> {
    let parts = i64::try_from(count).unwrap_or(i64::MAX).max(1);
    let (each, rest) = (total.0 / parts, total.0 % parts);
    (0..parts).map(move |index| Tokens(each + i64::from(index < rest)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_round_up() {
        let at_one = |minor| price(Minor(minor), Currency::Usd, Rate::ONE);
        assert_eq!(at_one(4999), Ok(Tokens(50)));
        assert_eq!(at_one(250), Ok(Tokens(3)));
        assert_eq!(at_one(249), Ok(Tokens(2)));
        assert_eq!(at_one(0), Ok(Tokens(0)));
    }

    #[test]
    fn decimals_of_the_currency_count() {
        assert_eq!(
            price(Minor(1500), Currency::Jpy, Rate::ONE),
            Ok(Tokens(1500))
        );
        assert_eq!(price(Minor(1500), Currency::Kwd, Rate::ONE), Ok(Tokens(2)));
    }

    #[test]
    fn a_price_that_cannot_be_counted_is_an_error() {
        let rate = Rate::from_millionths(i64::MAX);
        assert_eq!(price(Minor(i64::MAX), Currency::Usd, rate), Err(Overflow));
    }

    #[test]
    fn shares_add_up_and_favour_the_earlier() {
        let of = |total, count| {
            shares(Tokens(total), count)
                .map(|t| t.0)
                .collect::<Vec<_>>()
        };
        assert_eq!(of(10, 3), [4, 3, 3]);
        assert_eq!(of(2, 3), [1, 1, 0]);
        assert_eq!(of(7, 1), [7]);
    }
}
