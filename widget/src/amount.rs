//! Amounts as people write them, read exactly into minor units and back.
//!
//! Here is no browser and no floating point. How an amount is shown in a
//! language is the business of [`crate::text`].

use shared::money::Minor;

/// Reads an amount that someone typed, or `None` if it is none or could mean two things.
///
/// `mark` is what the donor's language puts before the fraction, `.` or `,`. It
/// only decides where the digits leave a doubt: 75,00 and 75.00 are both seventy-five,
/// while 1,000 is a thousand where the mark is a point, and refused where it is a comma.
pub(crate) fn parse(typed: &str, decimals: u32, mark: char) -> Option<Minor> {
    let text = bare(typed)?;
    let (whole, fraction) = match text.rfind(['.', ',']) {
        Some(at) if is_fraction(&text, at, decimals, mark)? => (&text[..at], &text[at + 1..]),
        _ => (text.as_str(), ""),
    };
    let fraction_length = u32::try_from(fraction.len()).ok()?;
    if fraction_length > decimals || !is_grouped(whole) || (whole.is_empty() && fraction.is_empty())
    {
        return None;
    }
    let mut minor: i64 = 0;
    let digits = whole.bytes().chain(fraction.bytes());
    for digit in digits.filter(u8::is_ascii_digit) {
        minor = minor
            .checked_mul(10)?
            .checked_add(i64::from(digit - b'0'))?;
    }
    let shift = 10_i64.pow(decimals - fraction_length);
    minor.checked_mul(shift).map(Minor)
}

/// The amount in major units with all its decimals: `25.00`, and `2500` for yen.
pub(crate) fn major(minor: i64, decimals: u32) -> String {
    let mut text = minor.to_string();
    let decimals = decimals as usize;
    if decimals > 0 {
        while text.len() <= decimals {
            text.insert(0, '0');
        }
        text.insert(text.len() - decimals, '.');
    }
    text
}

/// The digits and marks alone, without the currency's sign or the spaces and
/// apostrophes that some languages group with.
fn bare(typed: &str) -> Option<String> {
    let is_part = |c: char| c.is_ascii_digit() || c == '.' || c == ',';
    if typed.contains(['-', '\u{2212}']) {
        return None;
    }
    let mut text = String::new();
    for c in typed
        .trim_matches(|c: char| !is_part(c))
        .trim_end_matches(['.', ','])
        .chars()
    {
        if is_part(c) {
            text.push(c);
        } else if !(c.is_whitespace() || c == '\'' || c == '\u{2019}') {
            return None;
        }
    }
    Some(text)
}

/// Whether the last mark, at `at`, begins the fraction and does not group
/// thousands; `None` where it could do either.
fn is_fraction(text: &str, at: usize, decimals: u32, mark: char) -> Option<bool> {
    let (before, last, after) = (&text[..at], &text[at..=at], text.len() - at - 1);
    if before.contains(last) {
        return Some(false);
    }
    if after != 3 || before.contains(['.', ',']) {
        return Some(true);
    }
    let is_own_mark = last.starts_with(mark);
    match (is_own_mark, decimals) {
        (true, 3) => Some(true),
        (true, _) => None,
        (false, _) => Some(false),
    }
}

/// Whether the marks in a whole number stand where thousands (or, in India,
/// lakhs) are grouped.
fn is_grouped(whole: &str) -> bool {
    let mut groups = whole.split(['.', ',']).rev();
    let last = groups.next().unwrap_or_default();
    let mut rest = groups.peekable();
    let is_plain = rest.peek().is_none();
    (is_plain || last.len() == 3) && rest.all(|group| (1..=3).contains(&group.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(typed: &str, mark: char) -> Option<i64> {
        parse(typed, 2, mark).map(|minor| minor.0)
    }

    #[test]
    fn either_mark_begins_the_cents() {
        for mark in ['.', ','] {
            for (typed, minor) in [
                ("75", 7500),
                ("75.00", 7500),
                ("75,00", 7500),
                ("7,5", 750),
                ("7.5", 750),
                (".50", 50),
                ("25.", 2500),
                ("$ 25", 2500),
                ("25 EUR", 2500),
                ("1,234.56", 123_456),
                ("1.234,56", 123_456),
                ("1 234,56", 123_456),
                ("1'234.56", 123_456),
                ("1,00,000.00", 10_000_000),
                ("1.000.000", 100_000_000),
            ] {
                assert_eq!(read(typed, mark), Some(minor), "{typed} with {mark}");
            }
        }
    }

    #[test]
    fn three_digits_after_one_mark_are_thousands_or_refused() {
        assert_eq!(read("1,000", '.'), Some(100_000));
        assert_eq!(read("1.000", ','), Some(100_000));
        assert_eq!(read("1.000", '.'), None);
        assert_eq!(read("1,000", ','), None);
    }

    #[test]
    fn a_currency_without_decimals_takes_none() {
        assert_eq!(parse("2500", 0, '.'), Some(Minor(2500)));
        assert_eq!(parse("2,500", 0, '.'), Some(Minor(2500)));
        assert_eq!(parse("2500.5", 0, '.'), None);
    }

    #[test]
    fn a_currency_of_three_decimals_goes_by_the_language() {
        assert_eq!(parse("1.500", 3, '.'), Some(Minor(1500)));
        assert_eq!(parse("1,500", 3, '.'), Some(Minor(1_500_000)));
        assert_eq!(parse("1.5", 3, '.'), Some(Minor(1500)));
    }

    #[test]
    fn what_is_no_amount_is_refused() {
        for typed in [
            "",
            " ",
            "abc",
            "-5",
            "−5",
            "1e3",
            "5-",
            "25.005",
            "1,2,3",
            "1.2.3,4",
            "..",
            "12,34.5",
            "99999999999999999999",
            "2 5x5",
        ] {
            assert_eq!(read(typed, '.'), None, "{typed}");
        }
    }

    #[test]
    fn major_units_keep_every_digit() {
        assert_eq!(major(2500, 2), "25.00");
        assert_eq!(major(5, 2), "0.05");
        assert_eq!(major(2500, 0), "2500");
        assert_eq!(major(2505, 3), "2.505");
    }
}
