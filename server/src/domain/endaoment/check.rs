//! What a text in the dialect may be. Each answers what is wrong, in its words.

use shared::money::MicroDollars;

use crate::domain::text::{self, Checked};

/// The longest name, in characters.
pub const MAX_NAME: usize = 255;
/// The longest free text, in characters.
pub const MAX_NOTES: usize = 1_000;
const IDENTIFIER: std::ops::RangeInclusive<usize> = 16..=64;
/// The longest address of a page, in bytes.
const MAX_URL: usize = 2_048;

/// A partner's own name for something, without the spaces around it.
pub fn identifier(text: &str) -> Result<String, String> {
    let text = text.trim();
    let length = text.chars().count();
    if length < *IDENTIFIER.start() {
        return Err(format!(
            "must be longer than or equal to {} characters, not counting spaces around it",
            IDENTIFIER.start()
        ));
    }
    if length > *IDENTIFIER.end() {
        return Err(format!(
            "must be shorter than or equal to {} characters",
            IDENTIFIER.end()
        ));
    }
    if text.bytes().all(|byte| (0x20..0x7f).contains(&byte)) {
        return Ok(text.to_owned());
    }
    Err("must contain printable ASCII characters only".to_owned())
}

/// A text that is there, of at most so many characters.
pub fn filled(text: &str, most: usize) -> Checked {
    if text.trim().is_empty() {
        return Err("should not be empty".to_owned());
    }
    at_most(text, most)
}

/// A text of at most so many characters, on one line.
pub fn at_most(text: &str, most: usize) -> Checked {
    if text.chars().count() > most {
        return Err(format!(
            "must be shorter than or equal to {most} characters"
        ));
    }
    if text.chars().any(char::is_control) {
        return Err("must not contain control characters".to_owned());
    }
    Ok(())
}

/// As [`at_most`], of a text that may have lines.
pub fn lines_at_most(text: &str, most: usize) -> Checked {
    let is_break = |c: char| matches!(c, '\n' | '\r' | '\t');
    at_most(&text.replace(is_break, " "), most)
}

/// Whatever may be left out.
pub fn optional<T: ?Sized>(value: Option<&T>, check: impl FnOnce(&T) -> Checked) -> Checked {
    value.map_or(Ok(()), check)
}

pub fn email(text: &str) -> Checked {
    text::email(text)
}

/// The address of a page.
pub fn website(text: &str) -> Checked {
    let is_page = text.len() <= MAX_URL
        && url::Url::parse(text)
            .is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.host().is_some());
    if is_page {
        Ok(())
    } else {
        Err("must be an address such as https://example.org".to_owned())
    }
}

/// A UUID in either case, as it is kept: in lower case.
pub fn uuid(text: &str) -> Result<String, String> {
    let is_digit = |place: usize, byte: u8| match place {
        8 | 13 | 18 | 23 => byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    };
    let mut places = text.bytes().enumerate();
    if text.len() == 36 && places.all(|(place, byte)| is_digit(place, byte)) {
        return Ok(text.to_ascii_lowercase());
    }
    Err("must be a UUID".to_owned())
}

/// An EIN, as its nine digits.
pub fn ein(text: &str) -> Result<String, String> {
    let text = text.trim();
    let digits = match text.split_once('-') {
        Some((office, number)) if office.len() == 2 => format!("{office}{number}"),
        _ => text.to_owned(),
    };
    if digits.len() == 9 && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(digits);
    }
    Err("must be 9 digits, such as 530196605 or 53-0196605".to_owned())
}

pub fn amount(amount: MicroDollars) -> Checked {
    if amount.0 > 0 {
        Ok(())
    } else {
        Err("must be greater than 0".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identifier_has_16_to_64_printable_characters_within_its_spaces() {
        let padded = format!("  {}  ", "a".repeat(16));
        assert_eq!(identifier(&padded), Ok("a".repeat(16)));
        assert!(identifier(&"a b".repeat(16)).is_ok());
        assert!(identifier(&"~".repeat(64)).is_ok());
        for wrong in [
            "a".repeat(15),
            "a".repeat(65),
            " ".repeat(20),
            "ä".repeat(16),
            format!("{}\t{}", "a".repeat(8), "a".repeat(8)),
            format!(" {}", "a".repeat(15)),
        ] {
            assert!(identifier(&wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn an_ein_has_nine_digits() {
        assert_eq!(ein("53-0196605").as_deref(), Ok("530196605"));
        assert_eq!(ein("530196605").as_deref(), Ok("530196605"));
        for wrong in [
            "",
            "53019660",
            "5301966055",
            "530-196605",
            "53-019660a",
            "5-30196605",
            "53--196605",
        ] {
            assert!(ein(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_uuid_is_kept_in_lower_case() {
        let text = "7F0C6A52-3b1d-4f86-9c2e-5d8a41b7e603";
        assert_eq!(uuid(text), Ok(text.to_lowercase()));
        for wrong in [
            "",
            "7f0c6a523b1d4f869c2e5d8a41b7e603",
            "7f0c6a52-3b1d-4f86-9c2e-5d8a41b7e60g",
        ] {
            assert!(uuid(wrong).is_err(), "{wrong}");
        }
    }
}
