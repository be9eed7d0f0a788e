//! What the address and the form say, as the request for a link; and what the
//! rules of that request say, as words beside the form's fields.

use std::sync::Arc;

use shared::donation::CreateLink;
use shared::money::{Currency, Frequency, Minor};
use shared::{Code, FieldError};

use crate::auth::Caller;
use crate::config::Environment;
use crate::domain::order::{Bounds, order};
use crate::error::Error;
use crate::page::amount::{parse_major, written};
use crate::page::field::Problems;
use crate::page::form::Form;
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
    /// The address's query.
    pub link: Form,
}

impl Offer {
    pub fn partner(&self) -> &Partner {
        &self.caller.partner
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
        let amount = offer.link.text("amount");
        let is_preset = parse_major(amount, offer.currency)
            .is_some_and(|amount| offer.presets().contains(&amount));
        let mut entered = Self::read(&Form::default());
        if is_preset {
            amount.clone_into(&mut entered.preset);
        } else {
            amount.clone_into(&mut entered.amount);
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

    /// The amount that counts, as it was written.
    fn amount_text(&self) -> &str {
        if self.amount.is_empty() {
            &self.preset
        } else {
            &self.amount
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
pub fn currency(link: &Form, partner: &Partner) -> Result<Currency, Error> {
    let Some(code) = link.filled("currency") else {
        let first = partner.config.currencies.first();
        return Ok(first.map_or(Currency::Usd, |first| first.currency));
    };
    Currency::named(&code.to_ascii_uppercase()).ok_or_else(|| {
        Error::new(
            Code::UnsupportedCurrency,
            "This donation link asks for a currency that is not taken here.",
        )
    })
}

/// The request for a link. An amount that cannot be read is asked for as zero,
/// which is below every currency's least, so that the rules refuse it together
/// with all else that is wrong.
pub fn request(offer: &Offer, entered: &Entered) -> CreateLink {
    let given = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
    let tip = offer.partner().config.tip.default_percent;
    CreateLink {
        nonprofit_slug: offer.nonprofit.slug.clone(),
        amount: parse_major(entered.amount_text(), offer.currency).unwrap_or(Minor(0)),
        currency: Some(offer.currency.as_str().to_owned()),
        frequency: Some(entered.frequency(offer)),
        provider: None,
        donor_email: given(&entered.email),
        first_name: given(&entered.first_name),
        last_name: given(&entered.last_name),
        tip_amount: None,
        tip_percent: entered.has_tip.then_some(tip),
        referral_code: None,
        partner_user_id: None,
        success_url: offer.link.filled("successUrl"),
        cancel_url: None,
        metadata: None,
        idempotency_key: None,
        locale: offer.link.filled("locale"),
    }
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
) -> Result<Problems, Error> {
    let bounds = Bounds {
        partner: offer.partner(),
        allowed_origins: &offer.caller.key.allowed_origins,
        environment,
    };
    let problems = match order(request(offer, entered), &bounds) {
        Ok(_) => Problems::default(),
        Err(error) => beside_fields(error, offer.currency)?,
    };
    if entered.amount_text().is_empty() {
        return Ok(Problems::default());
    }
    Ok(problems)
}

/// The refusal as words beside the fields, or itself if it is of something that
/// has no field here.
pub fn beside_fields(error: Error, currency: Currency) -> Result<Problems, Error> {
    if error.code != Code::ValidationError {
        return Err(error);
    }
    let mut problems = Problems::default();
    for field in FIELDS {
        if let Some(FieldError { message, .. }) =
            error.errors.iter().find(|wrong| wrong.field == field)
        {
            let (name, message) = words(field, message, currency);
            problems.add(name, message);
        }
    }
    if problems.len() < error.errors.len() {
        return Err(wrong_link(&error.errors));
    }
    Ok(problems)
}

/// Says to whoever made the link what in its address is wrong.
fn wrong_link(errors: &[FieldError]) -> Error {
    let ours = |wrong: &&FieldError| FIELDS.iter().all(|field| *field != wrong.field);
    let told = errors.iter().filter(ours);
    let told: Vec<String> = told
        .map(|FieldError { field, message }| format!("{field} {message}"))
        .collect();
    let message = format!("This donation link is mistaken: {}.", told.join("; "));
    Error::new(Code::ValidationError, message)
}

fn words(field: &str, message: &str, currency: Currency) -> (&'static str, String) {
    match field {
        "donorEmail" => (
            "email",
            "Enter an e-mail address such as ada@example.org.".to_owned(),
        ),
        "firstName" => ("firstName", format!("The first name {message}.")),
        "lastName" => ("lastName", format!("The last name {message}.")),
        _ => {
            let (least, most) = (currency.min(), currency.max());
            let message = format!(
                "Choose or enter an amount from {} to {}, such as {}.",
                written(least, currency),
                written(most, currency),
                currency.major(Minor(least.0.saturating_mul(25)))
            );
            ("amount", message)
        }
    }
}
