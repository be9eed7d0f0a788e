//! The receipt for a gift, in its donor's language: from what was really paid.

use shared::locale::Locale;
use shared::money::Minor;

use super::Letter;
use crate::config::Environment;
use crate::locale::words::fill;
use crate::locale::{Words, date, is_family_first, money, words};
use crate::store::donation::{DonationRow, Donor};

/// What a receipt tells of.
#[derive(Debug)]
pub struct Receipt {
    pub gift: DonationRow,
    /// Of the nonprofit, if it has one.
    pub ein: Option<String>,
    /// The name of the partner through which the gift was given.
    pub partner: String,
    pub environment: Environment,
}

impl Receipt {
    /// The receipt as a letter; none for a gift that was not paid, or whose
    /// donor has no address.
    pub fn letter(&self) -> Option<Letter> {
        let (gift, locale) = (&self.gift, self.locale());
        let to = gift.donor.email.clone()?;
        gift.paid_at?;
        let words = words(locale);
        let name = [("name", gift.public.nonprofit.name.as_str())];
        let mut paragraphs = vec![
            greeting(&gift.donor, locale),
            fill(words.receipt_thanks, &name),
            self.lines(words).join("\n"),
            words.no_goods.to_owned(),
        ];
        if self.environment == Environment::Sandbox {
            paragraphs.push(format!("Sandbox – {}", words.sandbox_note));
        }
        Some(Letter {
            to,
            subject: fill(words.receipt_subject, &name),
            text: paragraphs.join("\n\n") + "\n",
            locale,
        })
    }

    /// Whose language it is in: that of the page on which the donor paid.
    fn locale(&self) -> Locale {
        let tag = self.gift.locale.as_deref();
        tag.and_then(Locale::matching).unwrap_or(Locale::OF_LINKS)
    }

    /// What was given to whom and when, a line each.
    fn lines(&self, words: &Words) -> Vec<String> {
        let (gift, locale) = (&self.gift.public, self.locale());
        let money = |amount| money::written(locale, amount, gift.currency);
        let tip = gift.tip_amount;
        let how_often = words.frequency(gift.frequency);
        let fields = [
            (words.organization, Some(gift.nonprofit.name.clone())),
            (words.ein, self.ein.as_deref().map(written_ein)),
            (words.gift, Some(money(gift.amount))),
            (words.tip, (tip > Minor(0)).then(|| money(tip))),
            (
                words.total,
                (tip > Minor(0)).then(|| money(self.gift.paid())),
            ),
            (words.how_often, Some(how_often.to_owned())),
            (words.date, self.gift.paid_at.map(|paid| date(locale, paid))),
            (
                words.receipt_number,
                Some(gift.partner_donation_id.to_string()),
            ),
        ];
        let listed = fields.into_iter().filter_map(|(label, value)| {
            let value = value?;
            Some(fill(
                words.labelled,
                &[("label", label), ("value", value.as_str())],
            ))
        });
        let through = fill(words.through, &[("name", self.partner.as_str())]);
        listed.chain([through]).collect()
    }
}

/// The donor by name, as far as it is known, in the order of the language.
fn greeting(donor: &Donor, locale: Locale) -> String {
    let words = words(locale);
    let (first, last) = (donor.first_name.as_deref(), donor.last_name.as_deref());
    let names = if is_family_first(locale) {
        [last, first]
    } else {
        [first, last]
    };
    let name: Vec<&str> = names.into_iter().flatten().collect();
    if name.is_empty() {
        return words.dear_donor.to_owned();
    }
    fill(words.dear_name, &[("name", &name.join(" "))])
}

/// `12-3456789`, as the IRS writes it.
fn written_ein(ein: &str) -> String {
    match ein.split_at_checked(2) {
        Some((office, rest)) if ein.len() == 9 => format!("{office}-{rest}"),
        _ => ein.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn donor(first: Option<&str>, last: Option<&str>) -> Donor {
        Donor {
            email: None,
            first_name: first.map(str::to_owned),
            last_name: last.map(str::to_owned),
        }
    }

    #[test]
    fn a_donor_is_greeted_by_the_name_that_is_known() {
        let both = donor(Some("Ada"), Some("Lovelace"));
        assert_eq!(greeting(&both, Locale::EnGb), "Dear Ada Lovelace,");
        assert_eq!(greeting(&both, Locale::JaJp), "Lovelace Ada 様");
        let last = donor(None, Some("Lovelace"));
        assert_eq!(greeting(&last, Locale::TrTr), "Sayın Lovelace,");
        assert_eq!(greeting(&donor(None, None), Locale::FrCa), "Bonjour,");
    }

    #[test]
    fn an_ein_is_written_with_its_hyphen() {
        assert_eq!(written_ein("530196605"), "53-0196605");
        assert_eq!(written_ein("53-0196605"), "53-0196605");
        assert_eq!(written_ein("12"), "12");
    }
}
