//! Numbers and money as each locale writes and types them, without floats. No
//! amount here is below zero.

use shared::locale::Locale;
use shared::money::{Currency, Frequency, Minor, Percent};

use super::manner::{Manner, Place, SPACE, Sign, manner};
use super::words::{fill, words};

/// An amount with its currency, to the last minor unit: `$1,234.50`,
/// `1.234,50 €`, `￥2,500`.
pub fn written(locale: Locale, amount: Minor, currency: Currency) -> String {
    let manner = manner(locale);
    placed(&manner, &digits(&manner, &currency.major(amount)), currency)
}

/// [`written`] without the fraction where that is zero: `$25`, `12,50 €`.
pub fn short(locale: Locale, amount: Minor, currency: Currency) -> String {
    let manner = manner(locale);
    let major = currency.major(amount);
    placed(&manner, &digits(&manner, bare(&major)), currency)
}

/// A plain decimal without its fraction, where that is zero.
pub fn bare(major: &str) -> &str {
    match major.split_once('.') {
        Some((whole, fraction)) if fraction.bytes().all(|digit| digit == b'0') => whole,
        _ => major,
    }
}

/// How the locale writes the currency itself: `US$`, `CHF`.
pub fn symbol(locale: Locale, currency: Currency) -> &'static str {
    manner(locale).symbol(currency)
}

/// A whole number: `1,234,567`.
pub fn count(locale: Locale, number: i64) -> String {
    let manner = manner(locale);
    let group = manner.plain_group.unwrap_or(manner.group);
    grouped((&manner, group), &number.to_string())
}

/// `12.5%`, `12,5 %`, `%12,5`
pub fn percent(locale: Locale, percent: Percent) -> String {
    let manner = manner(locale);
    let digits = digits(&manner, &percent.to_string());
    match manner.sign {
        Sign::Close => format!("{digits}%"),
        Sign::Apart => format!("{digits}{SPACE}%"),
        Sign::First => format!("%{digits}"),
    }
}

/// What somebody of the locale types for a plain decimal: `12.50`, `12,50`.
pub fn typed(locale: Locale, plain: &str) -> String {
    plain.replacen('.', manner(locale).decimal, 1)
}

/// `$25.00`, and `$25.00 each month` for a gift that returns.
pub fn charge(
    locale: Locale,
    amount: Minor,
    (currency, frequency): (Currency, Frequency),
) -> String {
    let amount = written(locale, amount, currency);
    match frequency {
        Frequency::Once => amount,
        Frequency::Monthly => fill(words(locale).each_month, &[("amount", &amount)]),
    }
}

/// Reads an amount as the API has it, in major units such as `25` or `25.50`.
pub fn parse(text: &str, currency: Currency) -> Option<Minor> {
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

/// Reads an amount as a donor of the locale types it, exactly: with the
/// locale's decimal mark, or with a point as everywhere in computing. What
/// could be thousands for one and a fraction for another is refused.
pub fn read(locale: Locale, text: &str, currency: Currency) -> Option<Minor> {
    let manner = manner(locale);
    let symbol = manner.symbol(currency);
    let text = text.trim();
    let text = text.strip_prefix(symbol).unwrap_or(text);
    let text = text.strip_suffix(symbol).unwrap_or(text).trim();
    if manner.decimal == "." {
        return parse(text, currency);
    }
    let may_be_thousands = text
        .split_once('.')
        .is_some_and(|(_, rest)| rest.len() == 3);
    if text.contains('.') && (text.contains(manner.decimal) || may_be_thousands) {
        return None;
    }
    parse(&text.replacen(manner.decimal, ".", 1), currency)
}

/// A plain decimal with the marks that the locale has for money.
fn digits(manner: &Manner, plain: &str) -> String {
    grouped((manner, manner.group), plain)
}

/// A plain decimal in groups of three.
fn grouped((manner, group): (&Manner, &str), plain: &str) -> String {
    let (whole, fraction) = plain.split_once('.').unwrap_or((plain, ""));
    let is_grouped = whole.len() >= manner.least_grouped;
    let mut text = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if is_grouped && index > 0 && (whole.len() - index).is_multiple_of(3) {
            text.push_str(group);
        }
        text.push(digit);
    }
    if !fraction.is_empty() {
        text.push_str(manner.decimal);
        text.push_str(fraction);
    }
    text
}

/// The currency in its place beside the digits.
fn placed(manner: &Manner, digits: &str, currency: Currency) -> String {
    let symbol = manner.symbol(currency);
    match manner.place {
        Place::Before if symbol.ends_with(char::is_alphabetic) => {
            format!("{symbol}{SPACE}{digits}")
        }
        Place::Before => format!("{symbol}{digits}"),
        Place::Apart => format!("{symbol}{SPACE}{digits}"),
        Place::After => format!("{digits}{SPACE}{symbol}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_read_exactly() {
        let usd = |text| read(Locale::EnUs, text, Currency::Usd);
        assert_eq!(usd("25"), Some(Minor(2_500)));
        assert_eq!(usd("25.5"), Some(Minor(2_550)));
        assert_eq!(usd(" $0.29 "), Some(Minor(29)));
        assert_eq!(usd("999999.99"), Some(Minor(99_999_999)));
        assert_eq!(parse("2500", Currency::Jpy), Some(Minor(2_500)));
        assert_eq!(parse("1.005", Currency::Kwd), Some(Minor(1_005)));
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
            assert_eq!(read(Locale::EnUs, wrong, Currency::Usd), None, "{wrong}");
        }
        assert_eq!(parse("25.0", Currency::Jpy), None);
    }

    #[test]
    fn an_amount_is_read_with_the_marks_of_its_locale() {
        let german = |text| read(Locale::DeDe, text, Currency::Eur);
        for (text, amount) in [
            ("12,50", 1_250),
            ("12,5 €", 1_250),
            ("12.50", 1_250),
            ("1000", 100_000),
        ] {
            assert_eq!(german(text), Some(Minor(amount)), "{text}");
        }
        for unclear in ["1.000", "1.000,00", "1,000", "1,5,0", "1,5.0"] {
            assert_eq!(german(unclear), None, "{unclear}");
        }
        // A point before three digits is clear to nobody but a computer.
        assert_eq!(read(Locale::DeDe, "1.005", Currency::Kwd), None);
        assert_eq!(
            read(Locale::DeDe, "1,005", Currency::Kwd),
            Some(Minor(1_005))
        );
    }

    #[test]
    fn what_is_written_for_typing_is_read_again() {
        for locale in Locale::ALL {
            for currency in Currency::ALL {
                let amount = Minor(1_234_567);
                let text = typed(*locale, &currency.major(amount));
                assert_eq!(read(*locale, &text, *currency), Some(amount), "{text}");
            }
        }
    }

    #[test]
    fn an_amount_is_short_where_nothing_is_lost() {
        let short = |locale, amount, currency| short(locale, Minor(amount), currency);
        assert_eq!(short(Locale::EnUs, 2_500, Currency::Usd), "$25");
        assert_eq!(short(Locale::EnUs, 100_000, Currency::Usd), "$1,000");
        assert_eq!(short(Locale::DeDe, 1_250, Currency::Eur), "12,50\u{a0}€");
        assert_eq!(short(Locale::JaJp, 2_000, Currency::Jpy), "￥2,000");
    }
}
