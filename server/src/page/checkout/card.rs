//! The cards that the sandbox takes, and what may stand in a card's fields.

use shared::time::Timestamp;

use crate::locale::Words;

/// Stripe's published test cards, as far as the sandbox plays them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TestCard {
    Pays,
    Declined,
    AsksForStep,
}

impl TestCard {
    pub const ALL: [Self; 3] = [Self::Pays, Self::Declined, Self::AsksForStep];

    /// The number as it is printed, in groups of four.
    pub const fn number(self) -> &'static str {
        match self {
            Self::Pays => "4242 4242 4242 4242",
            Self::Declined => "4000 0000 0000 0002",
            Self::AsksForStep => "4000 0025 0000 3155",
        }
    }

    pub const fn effect(self, words: &Words) -> &'static str {
        match self {
            Self::Pays => words.card_pays,
            Self::Declined => words.card_is_declined,
            Self::AsksForStep => words.card_asks,
        }
    }

    /// The card of this number, with or without spaces.
    pub fn numbered(text: &str) -> Option<Self> {
        let digits = |text: &str| text.replace([' ', '-'], "");
        Self::ALL
            .into_iter()
            .find(|card| digits(card.number()) == digits(text))
    }
}

/// What can be wrong with an expiry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    Unreadable,
    Past,
}

/// Reads an expiry such as `04 / 30`. A card is good to the end of its month.
pub fn check_expiry(text: &str, now: Timestamp) -> Result<(), Flaw> {
    let (year, month) = year_and_month(text).ok_or(Flaw::Unreadable)?;
    let this_month = now.to_string();
    // RFC 3339 begins with year and month, in an order that texts compare by.
    if *format!("{year}-{month:02}") < this_month[..7] {
        return Err(Flaw::Past);
    }
    Ok(())
}

/// Reads `04 / 30`, `4/30`, `0430` and `04/2030`.
fn year_and_month(text: &str) -> Option<(u32, u32)> {
    let text = text.replace(' ', "");
    let (month, year) = match text.split_once(['/', '-']) {
        Some(parts) => parts,
        None => text.split_at_checked(2)?,
    };
    let number = |part: &str, lengths: &[usize]| {
        let fits = lengths.contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
        fits.then(|| part.parse::<u32>().ok()).flatten()
    };
    let month = number(month, &[1, 2]).filter(|month| (1..=12).contains(month))?;
    let year = number(year, &[2, 4])?;
    let year = if year < 100 { 2000 + year } else { year };
    (2000..2100).contains(&year).then_some((year, month))
}

/// Whether a text can be a security code.
pub fn is_code(text: &str) -> bool {
    (3..=4).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_three_test_cards_are_known() {
        for card in TestCard::ALL {
            assert_eq!(TestCard::numbered(card.number()), Some(card));
            assert_eq!(
                TestCard::numbered(&card.number().replace(' ', "")),
                Some(card)
            );
        }
        for other in ["", "4242", "4111 1111 1111 1111", "42424242424242424242"] {
            assert_eq!(TestCard::numbered(other), None, "{other}");
        }
    }

    #[test]
    fn a_card_is_good_to_the_end_of_its_month() {
        let now = Timestamp::parse("2026-11-30T23:59:59.999Z").expect("a time");
        for good in [
            "11/26", "11 / 26", "1126", "12/26", "1/27", "01/2027", "112026", "04-30",
        ] {
            assert_eq!(check_expiry(good, now), Ok(()), "{good}");
        }
        for past in ["10/26", "1025", "12/2025", "01/00"] {
            assert_eq!(check_expiry(past, now), Err(Flaw::Past), "{past}");
        }
        for wrong in [
            "", "1", "13/27", "00/27", "1/7", "11/26/27", "aa/bb", "11/20266", "é1/27", "éé",
        ] {
            assert_eq!(check_expiry(wrong, now), Err(Flaw::Unreadable), "{wrong}");
        }
    }

    #[test]
    fn a_security_code_has_three_or_four_digits() {
        assert!(is_code("123") && is_code("1234"));
        for wrong in ["", "12", "12345", "12a", "١٢٣"] {
            assert!(!is_code(wrong), "{wrong}");
        }
    }
}
