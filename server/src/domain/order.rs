//! What a link asks for, checked: pure, so that every wrong field is named at
//! once and nothing is stored before all is right.

use std::collections::BTreeMap;

use shared::donation::{CreateLink, Provider};
use shared::id::ExternalUserId;
use shared::money::{Currency, Frequency, Minor};
use shared::{Code, FieldError};

use super::text;
use crate::config::Environment;
use crate::error::Error;
use crate::store::donation::Donor;
use crate::store::partner::Partner;

const MAX_REFERRAL_CODE: usize = 128;
const MAX_METADATA: usize = 20;
const MAX_METADATA_NAME: usize = 50;
const MAX_METADATA_VALUE: usize = 500;
const MAX_SLUG: usize = 128;
/// The longest idempotency key, in bytes.
pub const MAX_IDEMPOTENCY_KEY: usize = 255;

/// A gift as it will be paid.
#[derive(Debug)]
pub struct Order {
    pub nonprofit_slug: String,
    pub amount: Minor,
    pub tip_amount: Minor,
    pub currency: Currency,
    pub frequency: Frequency,
    pub provider: Provider,
    pub donor: Donor,
    pub referral_code: Option<String>,
    pub partner_user_id: Option<ExternalUserId>,
    pub success_url: Option<String>,
    pub cancel_url: Option<String>,
    pub metadata: BTreeMap<String, String>,
    pub locale: Option<String>,
}

/// Whose link it is, as far as it bounds what the link may ask for.
#[derive(Debug)]
pub struct Bounds<'a> {
    pub partner: &'a Partner,
    pub allowed_origins: &'a [String],
    pub environment: Environment,
}

/// A slug is lower-case letters, digits and hyphens.
pub fn slug_is_well_formed(slug: &str) -> bool {
    (1..=MAX_SLUG).contains(&slug.len())
        && slug
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

/// The order behind a request, or everything that is wrong with it.
pub fn order(request: CreateLink, bounds: &Bounds<'_>) -> Result<Order, Error> {
    let mut problems = Problems::default();
    problems.check_texts(&request, bounds);
    let provider = request.provider.unwrap_or(Provider::Stripe);
    let currency = currency_of(&request, provider);
    if let Ok(currency) = &currency {
        problems.check_amounts(&request, *currency);
    }
    let currency = match (currency, problems.0.is_empty()) {
        (Ok(currency), true) => currency,
        (Ok(_), false) => return Err(Error::invalid(problems.0)),
        (Err(problem), true) => {
            let message = problem.message.clone();
            return Err(Error::new(Code::UnsupportedCurrency, message).naming(vec![problem]));
        }
        (Err(problem), false) => {
            problems.0.push(problem);
            return Err(Error::invalid(problems.0));
        }
    };
    Ok(Order {
        tip_amount: tip(&request, provider, bounds.partner),
        nonprofit_slug: request.nonprofit_slug,
        amount: request.amount,
        currency,
        frequency: request.frequency.unwrap_or(Frequency::Once),
        provider,
        donor: Donor {
            email: request.donor_email,
            first_name: request.first_name,
            last_name: request.last_name,
        },
        referral_code: request.referral_code,
        partner_user_id: request.partner_user_id,
        success_url: request.success_url,
        cancel_url: request.cancel_url,
        metadata: request.metadata.unwrap_or_default(),
        locale: request.locale,
    })
}

fn currency_of(request: &CreateLink, provider: Provider) -> Result<Currency, FieldError> {
    let code = request.currency.as_deref().unwrap_or("USD");
    let known = || {
        Currency::ALL
            .iter()
            .map(|currency| currency.as_str())
            .collect::<Vec<_>>()
            .join(" ")
    };
    let currency = Currency::named(&code.to_ascii_uppercase())
        .ok_or_else(|| FieldError::new("currency", format!("must be one of: {}", known())))?;
    if provider == Provider::EveryOrg && currency != Currency::Usd {
        return Err(FieldError::new(
            "currency",
            "must be USD with the provider every.org",
        ));
    }
    Ok(currency)
}

/// The tip, `round_half_up(amount × percent / 100)`; none where tips are off or
/// the provider takes none.
fn tip(request: &CreateLink, provider: Provider, partner: &Partner) -> Minor {
    if provider == Provider::EveryOrg || !partner.config.tip.enabled {
        return Minor(0);
    }
    let by_percent = || {
        request
            .tip_percent
            .and_then(|percent| percent.of(request.amount))
    };
    request.tip_amount.or_else(by_percent).unwrap_or(Minor(0))
}

/// The fields that are wrong so far.
#[derive(Default)]
struct Problems(Vec<FieldError>);

impl Problems {
    fn add(&mut self, field: impl Into<String>, checked: text::Checked) {
        if let Err(message) = checked {
            self.0.push(FieldError::new(field, message));
        }
    }

    fn check_texts(&mut self, request: &CreateLink, bounds: &Bounds<'_>) {
        if !slug_is_well_formed(&request.nonprofit_slug) {
            let message = "must be a nonprofit's slug: lower-case letters, digits and hyphens";
            self.add("nonprofitSlug", Err(message.to_owned()));
        }
        let optional = [
            (
                "donorEmail",
                &request.donor_email,
                text::email as fn(&str) -> text::Checked,
            ),
            ("firstName", &request.first_name, |name| {
                text::printable(name, text::MAX_NAME)
            }),
            ("lastName", &request.last_name, |name| {
                text::printable(name, text::MAX_NAME)
            }),
            ("referralCode", &request.referral_code, |code| {
                text::printable(code, MAX_REFERRAL_CODE)
            }),
            ("locale", &request.locale, text::locale),
            ("idempotencyKey", &request.idempotency_key, |key| {
                text::ascii(key, MAX_IDEMPOTENCY_KEY)
            }),
        ];
        for (field, value, check) in optional {
            self.add(field, value.as_deref().map_or(Ok(()), check));
        }
        if let Some(id) = &request.partner_user_id {
            self.add(
                "partnerUserId",
                text::printable(id.as_str(), text::MAX_USER_ID),
            );
        }
        for (field, url) in [
            ("successUrl", &request.success_url),
            ("cancelUrl", &request.cancel_url),
        ] {
            let check =
                |url: &str| text::return_url(url, bounds.environment, bounds.allowed_origins);
            self.add(field, url.as_deref().map_or(Ok(()), check));
        }
        if let Some(metadata) = &request.metadata {
            self.check_metadata(metadata);
        }
    }

    fn check_metadata(&mut self, metadata: &BTreeMap<String, String>) {
        if metadata.len() > MAX_METADATA {
            let message = format!("must have at most {MAX_METADATA} names");
            return self.add("metadata", Err(message));
        }
        for (name, value) in metadata {
            let checked = text::printable(name, MAX_METADATA_NAME);
            self.add(
                "metadata",
                checked.map_err(|problem| format!("each name {problem}")),
            );
            if value.chars().count() > MAX_METADATA_VALUE {
                let message = format!("must have at most {MAX_METADATA_VALUE} characters");
                self.add(format!("metadata.{name}"), Err(message));
            }
        }
    }

    fn check_amounts(&mut self, request: &CreateLink, currency: Currency) {
        let (min, max) = (currency.min(), currency.max());
        if !(min..=max).contains(&request.amount) {
            let message = format!(
                "must be from {} to {} minor units ({} to {} {currency})",
                min.0,
                max.0,
                currency.major(min),
                currency.major(max)
            );
            self.add("amount", Err(message));
        }
        if request
            .tip_amount
            .is_some_and(|tip| tip.0 < 0 || tip > request.amount)
        {
            self.add("tipAmount", Err("must be from 0 to the amount".to_owned()));
        }
    }
}
