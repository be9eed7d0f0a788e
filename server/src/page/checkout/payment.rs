//! What the donor entered, checked: everything that is wrong at once, and what
//! the card does.

use shared::time::Timestamp;

use super::card::{self, Flaw, TestCard};
use crate::domain::text::{self, MAX_NAME};
use crate::locale::words::fill;
use crate::locale::{Locale, Words, words};
use crate::page::field::Problems;
use crate::page::form::Form;
use crate::store::donation::Donor;

/// What the fields show again. The card's number and code are not among it:
/// they are never sent back.
#[derive(Clone, Default)]
pub struct Entered {
    pub email: String,
    pub first_name: String,
    pub last_name: String,
    pub expiry: String,
}

impl std::fmt::Debug for Entered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Entered([hidden])")
    }
}

/// What comes of a form.
#[derive(Debug)]
pub enum Payment {
    Paid(Donor),
    /// The bank wants the donor to confirm first.
    NeedsStep(Donor),
    /// Fields are wrong; nothing was tried.
    Wrong(Problems),
    /// The bank said no.
    Declined(Problems),
}

impl Entered {
    /// What the link already knows of the donor.
    pub fn of(donor: &Donor) -> Self {
        let known = |text: &Option<String>| text.clone().unwrap_or_default();
        Self {
            email: known(&donor.email),
            first_name: known(&donor.first_name),
            last_name: known(&donor.last_name),
            expiry: String::new(),
        }
    }

    pub fn read(form: &Form) -> Self {
        Self {
            email: form.text("email").to_owned(),
            first_name: form.text("firstName").to_owned(),
            last_name: form.text("lastName").to_owned(),
            expiry: form.text("expiry").to_owned(),
        }
    }

    fn donor(&self) -> Donor {
        let given = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
        Donor {
            email: given(&self.email),
            first_name: given(&self.first_name),
            last_name: given(&self.last_name),
        }
    }

    fn check(&self, locale: Locale) -> Problems {
        let mut problems = Problems::of_form(locale);
        let words = problems.words();
        if !self.email.is_empty() && text::email(&self.email).is_err() {
            problems.add("email", words.email_wrong);
        }
        for (field, name) in [
            ("firstName", &self.first_name),
            ("lastName", &self.last_name),
        ] {
            if !name.is_empty() && text::printable(name, MAX_NAME).is_err() {
                problems.add(field, name_wrong(words));
            }
        }
        problems
    }
}

/// What is wrong with a name: it is too long, or holds what nobody can type.
pub fn name_wrong(words: &Words) -> String {
    fill(words.name_wrong, &[("most", &MAX_NAME.to_string())])
}

/// What comes of the form as it was sent: of its card, or of the donor's answer
/// to the bank's question, which is told by a field `step`.
pub fn pay(form: &Form, now: Timestamp, locale: Locale) -> Payment {
    let entered = Entered::read(form);
    let mut problems = entered.check(locale);
    let step = form.filled("step");
    let card = TestCard::numbered(form.text("card"));
    if step.is_none() {
        check_card(form, card, now, &mut problems);
    }
    if !problems.is_empty() {
        return Payment::Wrong(problems);
    }
    match (step.as_deref(), card) {
        (Some("confirm"), _) | (None, Some(TestCard::Pays)) => Payment::Paid(entered.donor()),
        (None, Some(TestCard::AsksForStep)) => Payment::NeedsStep(entered.donor()),
        (Some(_), _) => declined(locale, words(locale).not_confirmed),
        (None, _) => declined(locale, words(locale).declined),
    }
}

fn check_card(form: &Form, card: Option<TestCard>, now: Timestamp, problems: &mut Problems) {
    let words = problems.words();
    if form.text("card").is_empty() {
        problems.add("card", words.card_missing);
    } else if card.is_none() {
        problems.add("card", words.card_unknown);
    }
    match card::check_expiry(form.text("expiry"), now) {
        Ok(()) => {}
        Err(Flaw::Unreadable) => problems.add("expiry", words.expiry_wrong),
        Err(Flaw::Past) => problems.add("expiry", words.card_expired),
    }
    if !card::is_code(form.text("code")) {
        problems.add("code", words.code_wrong);
    }
}

fn declined(locale: Locale, reason: &str) -> Payment {
    let mut problems = Problems::of_form(locale);
    problems.add("card", reason);
    Payment::Declined(problems)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(form: &str) -> Payment {
        let form = Form::parse(form.as_bytes());
        let now = Timestamp(1_780_000_000_000);
        pay(&form, now, Locale::OF_LINKS)
    }

    const DONOR: &str = "email=ada%40example.org&firstName=Ada&lastName=&expiry=12/30&code=123";

    #[test]
    fn each_test_card_does_what_it_is_for() {
        let with = |card: &str| sent(&format!("{DONOR}&card={card}"));
        let paid = with("4242+4242+4242+4242");
        assert!(matches!(paid, Payment::Paid(donor) if donor.last_name.is_none()));
        assert!(matches!(with("4000000000000002"), Payment::Declined(_)));
        assert!(matches!(with("4000 0025 0000 3155"), Payment::NeedsStep(_)));
        assert!(
            matches!(with("5555555555554444"), Payment::Wrong(problems) if problems.begin_with("card"))
        );
    }

    #[test]
    fn everything_that_is_wrong_is_said_at_once() {
        let Payment::Wrong(problems) = sent("email=ada&firstName=%00&card=&expiry=01/20&code=x")
        else {
            panic!("nothing was wrong");
        };
        for field in ["email", "firstName", "card", "expiry", "code"] {
            assert!(problems.of(field).is_some(), "{field}");
        }
        assert!(problems.begin_with("email") && problems.of("lastName").is_none());
    }

    #[test]
    fn the_banks_question_is_answered_without_a_card() {
        let answered = |step: &str| sent(&format!("email=a%40b.org&step={step}"));
        assert!(matches!(answered("confirm"), Payment::Paid(_)));
        assert!(matches!(answered("refuse"), Payment::Declined(_)));
        assert!(
            matches!(sent("email=&step=confirm"), Payment::Paid(donor) if donor.email.is_none())
        );
        assert!(matches!(sent("email=a&step=confirm"), Payment::Wrong(_)));
    }
}
