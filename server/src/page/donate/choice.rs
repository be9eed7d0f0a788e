//! What the donor chose on a session's page, and what is wrong with it.

use shared::Code;
use shared::donation::DonationLink;
use shared::money::{Currency, Minor};

use crate::domain::session::gift::{Choice, Invitation};
use crate::error::Error;
use crate::locale::{Locale, words};
use crate::page::amount::Amounts;
use crate::page::field::Problems;
use crate::page::form::Form;
use crate::page::give::gift::problems;
use crate::page::refusal::Refusal;
use crate::store::donation::Donor;

/// How many of a currency's least gifts are offered, where the partner offers none.
const OFFERED: [i64; 4] = [10, 25, 50, 100];

/// What the fields show.
#[derive(Clone)]
pub struct Entered {
    pub currency: Currency,
    /// A preset, in major units.
    pub preset: String,
    /// An amount that was typed; it counts before the preset.
    pub amount: String,
    pub email: String,
    pub first_name: String,
    pub last_name: String,
    /// Drawn for each form that is shown, so that one form begins one gift.
    pub attempt: String,
}

impl std::fmt::Debug for Entered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Entered([hidden])")
    }
}

impl Entered {
    /// A new form, in the currency that the address asks for.
    pub fn anew(invitation: &Invitation, link: &Form, attempt: String) -> Self {
        Self {
            attempt,
            ..Self::read(invitation, link)
        }
    }

    pub fn read(invitation: &Invitation, form: &Form) -> Self {
        let text = |name| form.text(name).to_owned();
        let chosen = || Currency::named(&form.text("currency").to_ascii_uppercase());
        let session = &invitation.session;
        Self {
            currency: session
                .currency
                .or_else(chosen)
                .unwrap_or_else(|| session.language.currency()),
            preset: text("preset"),
            amount: text("amount"),
            email: text("email"),
            first_name: text("firstName"),
            last_name: text("lastName"),
            attempt: text("attempt"),
        }
    }

    /// The amounts that are offered, and what was chosen.
    pub fn amounts<'a>(&'a self, invitation: &Invitation, presets: &'a [Minor]) -> Amounts<'a> {
        Amounts {
            locale: invitation.session.language,
            currency: self.currency,
            presets,
            preset: &self.preset,
            typed: &self.amount,
        }
    }

    /// The choice. An amount that cannot be read is asked for as zero, so that the
    /// rules refuse it together with all else that is wrong.
    pub fn choice(&self, invitation: &Invitation) -> Choice {
        let given = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
        Choice {
            amount: self.amounts(invitation, &[]).chosen().unwrap_or(Minor(0)),
            currency: self.currency,
            donor: Donor {
                email: given(&self.email),
                first_name: given(&self.first_name),
                last_name: given(&self.last_name),
            },
            attempt: self.attempt.clone(),
        }
    }
}

/// The link that was begun, or what is wrong beside the fields; a refusal is of
/// something that has no field.
pub fn judged(
    begun: Result<DonationLink, Error>,
    invitation: &Invitation,
    entered: &Entered,
) -> Result<Result<DonationLink, Problems>, Refusal> {
    let locale = invitation.session.language;
    match begun {
        Ok(link) => Ok(Ok(link)),
        Err(error) if error.code == Code::ValidationError => {
            Ok(Err(problems(&error, entered.amounts(invitation, &[]))))
        }
        Err(error) => Err(plainly(error, locale)),
    }
}

/// Why nothing can be given, as a donor understands it.
pub fn plainly(error: Error, locale: Locale) -> Refusal {
    let words = words(locale);
    let message = match error.code {
        Code::DonationClosed => words.start_again,
        Code::PartnerNotActive => words.no_gifts_now,
        Code::SessionNotFound => words.no_payment_here,
        Code::RateLimited => words.try_shortly_note,
        _ => return error.into(),
    };
    let told = Error::new(error.code, message);
    let told = match error.retry_after {
        Some(seconds) => told.retry_after(seconds),
        None => told,
    };
    Refusal::told(told, locale)
}

/// The currencies to choose from: the language's own first, then those that the
/// partner names, then all others.
pub fn currencies(invitation: &Invitation) -> Vec<Currency> {
    if let Some(only) = invitation.session.currency {
        return vec![only];
    }
    let mut all = vec![invitation.session.language.currency()];
    let named = invitation.partner.config.currencies.iter();
    let others = named.map(|presets| presets.currency);
    for currency in others.chain(Currency::ALL.iter().copied()) {
        if !all.contains(&currency) {
            all.push(currency);
        }
    }
    all
}

/// The amounts that are offered in a currency.
pub fn presets(invitation: &Invitation, currency: Currency) -> Vec<Minor> {
    let mut named = invitation.partner.config.currencies.iter();
    match named.find(|presets| presets.currency == currency) {
        Some(presets) => presets.amounts.clone(),
        None => OFFERED
            .map(|times| Minor(currency.min().0.saturating_mul(times)))
            .to_vec(),
    }
}
