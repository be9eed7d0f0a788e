//! Money as people write and read it, to and from minor units, without floats.

use shared::money::{Currency, Frequency, Minor};

/// The sign before an amount, for currencies that most readers know by one.
const fn symbol(currency: Currency) -> Option<&'static str> {
    match currency {
        Currency::Usd => Some("$"),
        Currency::Eur => Some("€"),
        Currency::Gbp => Some("£"),
        Currency::Aud => Some("A$"),
        Currency::Cad => Some("CA$"),
        Currency::Nzd => Some("NZ$"),
        Currency::Sgd => Some("S$"),
        Currency::Mxn => Some("MX$"),
        Currency::Brl => Some("R$"),
        Currency::Jpy => Some("¥"),
        Currency::Inr => Some("₹"),
        Currency::Krw => Some("₩"),
        Currency::Chf
        | Currency::Dkk
        | Currency::Sek
        | Currency::Nok
        | Currency::Pln
        | Currency::Czk
        | Currency::Ron
        | Currency::Huf
        | Currency::Try
        | Currency::Myr
        | Currency::Thb
        | Currency::Php
        | Currency::Idr
        | Currency::Vnd
        | Currency::Bhd
        | Currency::Jod
        | Currency::Kwd
        | Currency::Tnd => None,
    }
}

/// `$1,234.50`, `¥2,500`, `1,234.50 CHF`
pub fn written(amount: Minor, currency: Currency) -> String {
    let major = grouped(&currency.major(amount));
    match symbol(currency) {
        Some(symbol) => format!("{symbol}{major}"),
        None => format!("{major} {currency}"),
    }
}

/// [`written`] without the fraction where that is zero: `$25`, `$12.50`
pub fn short(amount: Minor, currency: Currency) -> String {
    let zeros = format!(".{}", "0".repeat(currency.decimals() as usize));
    written(amount, currency).replacen(&zeros, "", 1)
}

/// What stands before or after a field in which an amount is typed.
pub fn unit(currency: Currency) -> &'static str {
    symbol(currency).unwrap_or(currency.as_str())
}

/// `$25.00`, and `$25.00 each month` for a gift that returns.
pub fn charge(amount: Minor, currency: Currency, frequency: Frequency) -> String {
    let amount = written(amount, currency);
    match frequency {
        Frequency::Once => amount,
        Frequency::Monthly => format!("{amount} each month"),
    }
}

/// Whole digits in groups of three.
fn grouped(major: &str) -> String {
    let (whole, fraction) = major.split_once('.').unwrap_or((major, ""));
    let mut text = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if !fraction.is_empty() {
        text.push('.');
        text.push_str(fraction);
    }
    text
}

/// Reads an amount in major units, such as `25` or `25.50`, exactly. A comma is
/// refused, since it parts thousands for some readers and cents for others.
pub fn parse_major(text: &str, currency: Currency) -> Option<Minor> {
    let text = text.trim();
    let text = symbol(currency)
        .and_then(|symbol| text.strip_prefix(symbol))
        .unwrap_or(text);
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let decimals = currency.decimals() as usize;
    let is_exact = fraction.len() <= decimals || !text.contains('.');
    if !is_digits(whole) || !is_digits(fraction) || !is_exact {
        return None;
    }
    // The digits of both parts, filled up to minor units, are the number itself.
    let fraction = if decimals == 0 { "" } else { fraction };
    format!("{whole}{fraction:0<decimals$}")
        .parse()
        .ok()
        .map(Minor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_read_exactly() {
        let usd = |text| parse_major(text, Currency::Usd);
        assert_eq!(usd("25"), Some(Minor(2_500)));
        assert_eq!(usd("25.5"), Some(Minor(2_550)));
        assert_eq!(usd(" $0.29 "), Some(Minor(29)));
        assert_eq!(usd("999999.99"), Some(Minor(99_999_999)));
        assert_eq!(parse_major("2500", Currency::Jpy), Some(Minor(2_500)));
        assert_eq!(parse_major("1.005", Currency::Kwd), Some(Minor(1_005)));
    }

    #[test]
    fn what_is_not_exact_is_not_an_amount() {
        for wrong in [
            "",
            ".",
            "25.",
            ".5",
            "25.505",
            "25,50",
            "1,000",
            "-1",
            "+1",
            "1e3",
            "٢٥",
            "$",
            "€5",
            "99999999999999999999",
            "2 5",
        ] {
            assert_eq!(parse_major(wrong, Currency::Usd), None, "{wrong}");
        }
        assert_eq!(parse_major("25.0", Currency::Jpy), None);
    }

    #[test]
    fn an_amount_is_written_as_readers_know_it() {
        assert_eq!(written(Minor(123_456_789), Currency::Usd), "$1,234,567.89");
        assert_eq!(written(Minor(99_900), Currency::Eur), "€999.00");
        assert_eq!(written(Minor(100_000), Currency::Jpy), "¥100,000");
        assert_eq!(written(Minor(1_234_500), Currency::Kwd), "1,234.500 KWD");
        assert_eq!(short(Minor(2_500), Currency::Usd), "$25");
        assert_eq!(short(Minor(100_000), Currency::Usd), "$1,000");
        assert_eq!(short(Minor(1_250), Currency::Chf), "12.50 CHF");
        assert_eq!(short(Minor(2_000), Currency::Jpy), "¥2,000");
    }
}
