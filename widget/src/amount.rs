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
    let mut parts: Vec<&str> = text.split(['.', ',', ' ']).collect();
    let marks: String = text.chars().filter(|c| !c.is_ascii_digit()).collect();
    let is_fraction = match marks.chars().next_back() {
        Some(last) => is_fraction(&marks, last, parts.last()?.len(), mark, decimals)?,
        None => false,
    };
    let fraction = if is_fraction { parts.pop()? } else { "" };
    let missing = decimals.checked_sub(u32::try_from(fraction.len()).ok()?)?;
    let is_empty = text.len() == marks.len();
    if is_empty || !is_grouped(&parts) {
        return None;
    }
    let mut minor: i64 = 0;
    for digit in text.bytes().filter(u8::is_ascii_digit) {
        minor = minor
            .checked_mul(10)?
            .checked_add(i64::from(digit - b'0'))?;
    }
    minor.checked_mul(10_i64.pow(missing)).map(Minor)
}

/// The amount in major units with all its decimals: `25.00`, and `2500` for yen.
pub(crate) fn major(minor: i64, decimals: u32) -> String {
    let digits = minor.to_string();
    let decimals = decimals as usize;
    let mut text = String::new();
    // At least one digit stands before the point.
    for at in (0..digits.len().max(decimals + 1)).rev() {
        let digit = digits
            .len()
            .checked_sub(at + 1)
            .and_then(|from_start| digits.as_bytes().get(from_start));
        text.push(digit.map_or('0', |digit| char::from(*digit)));
        if at == decimals && at > 0 {
            text.push('.');
        }
    }
    text
}

/// The digits and marks alone, without the currency's sign around them. The spaces
/// and apostrophes that some languages group with are spaces here.
fn bare(typed: &str) -> Option<String> {
    let mut text = String::new();
    let mut is_over = false;
    for (at, c) in typed.char_indices() {
        let c = narrow(c);
        match c {
            '-' | '\u{2212}' => return None,
            '0'..='9' if is_over => return None,
            '.' | ',' if is_over => {}
            '0'..='9' => text.push(c),
            // A mark before the digits is one only if nothing is before it: "kr. 25".
            '.' | ',' if at == 0 || !text.is_empty() => text.push(c),
            ' ' | '\u{a0}' | '\u{202f}' | '\u{3000}' | '\'' | '\u{2019}' => {
                if !text.is_empty() {
                    text.push(' ');
                }
            }
            _ => is_over = !text.is_empty(),
        }
    }
    // "25." is on its way to "25.50".
    while text.ends_with(['.', ',', ' ']) {
        text.pop();
    }
    Some(text)
}

/// The usual character for one that is as wide as an ideograph.
fn narrow(c: char) -> char {
    match c {
        // Of its code the last byte alone differs from the usual one's, and always by as much.
        '\u{ff01}'..='\u{ff5e}' => char::from(u32::from(c).to_le_bytes()[0] + 0x20),
        _ => c,
    }
}

/// Whether the last of the marks begins the fraction, of `length` digits, and
/// does not group thousands; `None` where it could do either.
fn is_fraction(marks: &str, last: char, length: usize, mark: char, decimals: u32) -> Option<bool> {
    if last == ' ' {
        return Some(false);
    }
    if marks.len() > 1 {
        // The last of several is the fraction's if it is unlike the others.
        return Some(!marks.starts_with(last));
    }
    match (length, last == mark, decimals) {
        (3, true, 3) => Some(true),
        (3, true, _) => None,
        (3, false, _) => Some(false),
        _ => Some(true),
    }
}

/// Whether a whole number is grouped by thousands (or, as in India, by lakhs),
/// or not at all.
fn is_grouped(parts: &[&str]) -> bool {
    match parts {
        [_] => true,
        [first @ .., last] => {
            last.len() == 3 && first.iter().all(|part| (1..=3).contains(&part.len()))
        }
        [] => false,
    }
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
                ("kr. 25", 2500),
                ("25 kr.", 2500),
                ("25.", 2500),
                ("$ 25", 2500),
                ("25 EUR", 2500),
                ("1,234.56", 123_456),
                ("1.234,56", 123_456),
                ("1 234,56", 123_456),
                ("1'234.56", 123_456),
                ("1,00,000.00", 10_000_000),
                ("1.000.000", 100_000_000),
                ("7'500", 750_000),
                ("1 000 000", 100_000_000),
                ("1\u{202f}234,56", 123_456),
                (" 25 ", 2500),
                ("２５", 2500),
                ("￥１，０００．５０", 100_050),
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
            "7'50",
            "75 00",
            "7 5",
            "1 2345",
            "1'000'00",
            "1.000 50",
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
