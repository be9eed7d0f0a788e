//! What the address and the form say, as the request for a link; and what the
//! rules of that request say, as words beside the form's fields.

use std::sync::Arc;

use shared::donation::{CreateLink, Provider};
use shared::money::{Currency, Frequency, Minor, Percent};
use shared::{Code, FieldError};

use crate::auth::Caller;
use crate::config::Environment;
use crate::domain::order::{Bounds, order};
use crate::domain::text;
use crate::error::Error;
use crate::locale::words::fill;
use crate::locale::{Locale, Words, money, words};
use crate::page::amount::Amounts;
use crate::page::checkout::payment::name_wrong;
use crate::page::field::Problems;
use crate::page::form::Form;
use crate::page::refusal::Refusal;
use crate::store::organization::Organization;
use crate::store::partner::Partner;
use crate::vault;

/// What of a request for a link is entered in the form, in its order.
const FIELDS: [&str; 4] = ["amount", "donorEmail", "firstName", "lastName"];

/// What the form offers, and through whom.
#[derive(Debug)]
pub struct Offer {
    pub caller: Arc<Caller>,
    pub nonprofit: Organization,
    pub currency: Currency,
    /// In which the form speaks, and the checkout after it.
    pub locale: Locale,
    /// The address's query.
    pub link: Form,
}

impl Offer {
    pub fn partner(&self) -> &Partner {
        &self.caller.partner
    }

    pub const fn words(&self) -> &'static Words {
        words(self.locale)
    }

    /// The amounts to choose from in the form's currency.
    pub fn presets(&self) -> &[Minor] {
        let mut all = self.partner().config.currencies.iter();
        all.find(|presets| presets.currency == self.currency)
            .map_or(&[], |presets| presets.amounts.as_slice())
    }

    pub fn frequencies(&self) -> &[Frequency] {
        &self.partner().config.frequencies
    }

    /// Through whom is paid: the partner's first, as in the widget.
    pub fn provider(&self) -> Option<Provider> {
        self.partner().config.providers.first().copied()
    }

    /// The tip to offer, where one can be given.
    pub fn tip(&self) -> Option<Percent> {
        let tip = &self.partner().config.tip;
        let is_offered = tip.enabled && self.provider() != Some(Provider::EveryOrg);
        is_offered.then_some(tip.default_percent)
    }
}

/// What the fields show.
#[derive(Clone)]
pub struct Entered {
    /// A preset, in major units.
    pub preset: String,
    /// An amount that was typed; it counts before the preset.
    pub amount: String,
    pub frequency: Option<Frequency>,
    pub has_tip: bool,
    pub email: String,
    pub first_name: String,
    pub last_name: String,
    /// Drawn for each form that is shown, so that one form makes one link.
    pub attempt: String,
}

impl std::fmt::Debug for Entered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Entered([hidden])")
    }
}

impl Entered {
    /// A new form, with the amount and frequency that the address asks for.
    pub fn of_link(offer: &Offer, attempt: String) -> Self {
        let text = offer.link.text("amount");
        let mut entered = Self::read(&Form::default());
        match money::parse(text, offer.currency) {
            Some(amount) if offer.presets().contains(&amount) => {
                text.clone_into(&mut entered.preset);
            }
            Some(_) => entered.amount = money::typed(offer.locale, text),
            None => text.clone_into(&mut entered.amount),
        }
        let asked = Frequency::named(offer.link.text("frequency"));
        entered.frequency = asked.filter(|asked| offer.frequencies().contains(asked));
        Self { attempt, ..entered }
    }

    pub fn read(form: &Form) -> Self {
        let text = |name| form.text(name).to_owned();
        Self {
            preset: text("preset"),
            amount: text("amount"),
            frequency: Frequency::named(form.text("frequency")),
            has_tip: form.text("tip") == "add",
            email: text("email"),
            first_name: text("firstName"),
            last_name: text("lastName"),
            attempt: text("attempt"),
        }
    }

    /// The amounts that are offered, and what was chosen.
    pub fn amounts<'a>(&'a self, offer: &'a Offer) -> Amounts<'a> {
        Amounts {
            locale: offer.locale,
            currency: offer.currency,
            presets: offer.presets(),
            preset: &self.preset,
            typed: &self.amount,
        }
    }

    /// How often, of what the partner offers.
    pub fn frequency(&self, offer: &Offer) -> Frequency {
        let offered = offer.frequencies();
        let chosen = self.frequency.filter(|chosen| offered.contains(chosen));
        chosen
            .or(offered.first().copied())
            .unwrap_or(Frequency::Once)
    }
}

/// The form's currency: the address's, else the partner's first.
pub fn currency(link: &Form, partner: &Partner, locale: Locale) -> Result<Currency, Refusal> {
    let Some(code) = link.filled("currency") else {
        let first = partner.config.currencies.first();
        return Ok(first.map_or(Currency::Usd, |first| first.currency));
    };
    Currency::named(&code.to_ascii_uppercase()).ok_or_else(|| {
        let message = words(locale).currency_not_taken;
        Refusal::told(Error::new(Code::UnsupportedCurrency, message), locale)
    })
}

/// The request for a link. An amount that cannot be read is asked for as zero,
/// which is below every currency's least, so that the rules refuse it together
/// with all else that is wrong.
pub fn request(offer: &Offer, entered: &Entered) -> CreateLink {
    let given = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
    CreateLink {
        nonprofit_slug: offer.nonprofit.slug.clone(),
        amount: entered.amounts(offer).chosen().unwrap_or(Minor(0)),
        currency: Some(offer.currency.as_str().to_owned()),
        frequency: Some(entered.frequency(offer)),
        provider: offer.provider(),
        donor_email: given(&entered.email),
        first_name: given(&entered.first_name),
        last_name: given(&entered.last_name),
        tip_amount: None,
        tip_percent: offer.tip().filter(|_| entered.has_tip),
        referral_code: None,
        partner_user_id: None,
        success_url: offer.link.filled("successUrl"),
        cancel_url: None,
        metadata: None,
        idempotency_key: None,
        locale: Some(locale(offer)),
    }
}

/// The locale in which the form spoke, so that the checkout does too; a tag that
/// is none is left to the rules, which refuse it.
fn locale(offer: &Offer) -> String {
    let asked = offer.link.filled("locale");
    asked
        .filter(|tag| text::locale(tag).is_err())
        .unwrap_or_else(|| offer.locale.to_string())
}

/// The same form with the same contents, sent twice, is one link; changed in
/// between, it is another.
pub fn with_key(request: CreateLink, entered: &Entered) -> Result<CreateLink, Error> {
    if entered.attempt.is_empty() {
        return Ok(request);
    }
    let contents = serde_json::to_string(&request).map_err(Error::internal)?;
    let hash = vault::hash(format!("{}{contents}", entered.attempt));
    Ok(CreateLink {
        idempotency_key: Some(format!("give_{hash}")),
        ..request
    })
}

/// What is wrong with the address, before anything is entered: an amount is
/// told beside its field, the rest makes the link useless.
pub fn check_link(
    offer: &Offer,
    entered: &Entered,
    environment: Environment,
) -> Result<Problems, Refusal> {
    let bounds = Bounds {
        partner: offer.partner(),
        allowed_origins: &offer.caller.key.allowed_origins,
        environment,
    };
    let problems = match order(request(offer, entered), &bounds) {
        Ok(_) => Problems::of_form(offer.locale),
        Err(error) => beside_fields(error, offer, entered.amounts(offer))?,
    };
    if entered.amount.is_empty() && entered.preset.is_empty() {
        return Ok(Problems::of_form(offer.locale));
    }
    Ok(problems)
}

/// The refusal as words beside the fields, or itself if it is of something that
/// has no field here.
pub fn beside_fields(
    error: Error,
    offer: &Offer,
    amounts: Amounts<'_>,
) -> Result<Problems, Refusal> {
    if error.code != Code::ValidationError {
        return Err(error.into());
    }
    let problems = problems(&error, amounts);
    if problems.len() < error.errors.len() {
        return Err(wrong_link(&error.errors, offer));
    }
    Ok(problems)
}

/// What is wrong with what was entered, as words beside its fields.
pub fn problems(error: &Error, amounts: Amounts<'_>) -> Problems {
    let words = words(amounts.locale);
    let mut problems = Problems::of_form(amounts.locale);
    for field in FIELDS {
        if error.errors.iter().any(|wrong| wrong.field == field) {
            match field {
                "donorEmail" => problems.add("email", words.email_wrong),
                "firstName" | "lastName" => problems.add(field, name_wrong(words)),
                _ => problems.add("amount", amounts.problem(&problems)),
            }
        }
    }
    problems
}

/// Says to whoever made the link what in its address is wrong.
fn wrong_link(errors: &[FieldError], offer: &Offer) -> Refusal {
    let ours = |wrong: &&FieldError| FIELDS.iter().all(|field| *field != wrong.field);
    let told = errors.iter().filter(ours);
    let told: Vec<String> = told
        .map(|FieldError { field, message }| format!("{field} {message}"))
        .collect();
    let what = told.join("; ");
    let message = fill(offer.words().link_mistaken, &[("what", &what)]);
    Refusal::told(Error::new(Code::ValidationError, message), offer.locale)
}
