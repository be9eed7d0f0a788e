//! Everything that can be wrong with an action or a reversal before the ledger
//! sees it.

use std::collections::BTreeSet;

use ledger::Rate;
use shared::action::{ReverseAction, SubmitAction};
use shared::decimal::NotMinor;
use shared::money::{Currency, Minor};
use shared::{Code, FieldError};

use crate::config::Settings;
use crate::domain::order::MAX_IDEMPOTENCY_KEY;
use crate::domain::text;
use crate::error::Error;
use crate::store::ledger::MOST_STAKEHOLDERS;

/// The longest id that can name a campaign, in bytes.
const MAX_CAMPAIGN_ID: usize = 128;
/// The longest reason of a reversal, in characters.
const MAX_REASON: usize = 500;

/// The amount of an action, and what it is worth.
#[derive(Debug)]
pub(super) struct Priced {
    pub(super) amount: Minor,
    pub(super) currency: Currency,
    pub(super) rate: Rate,
}

/// What is wrong, field by field.
#[derive(Default)]
struct Problems(Vec<FieldError>);

impl Problems {
    fn check(&mut self, field: impl Into<String>, checked: text::Checked) {
        if let Err(message) = checked {
            self.0.push(FieldError::new(field, message));
        }
    }

    fn done(self) -> Result<(), Error> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(Error::invalid(self.0))
        }
    }
}

pub(super) fn submit(settings: &Settings, request: &SubmitAction) -> Result<Priced, Error> {
    let mut problems = Problems::default();
    problems.check(
        "idempotencyKey",
        text::ascii(&request.idempotency_key, MAX_IDEMPOTENCY_KEY),
    );
    problems.check("actionType", text::type_code(&request.action_type));
    if let Some(id) = &request.campaign_id {
        problems.check("campaignId", text::ascii(id.as_str(), MAX_CAMPAIGN_ID));
    }
    if let Some(metadata) = &request.metadata {
        problems.check("metadata", text::metadata(metadata));
    }
    stakeholders(&mut problems, request);
    let code = request.currency.as_deref().unwrap_or("USD");
    let currency = Currency::named(code);
    let amount = currency.map(|currency| request.amount.to_minor(currency));
    if let (Some(currency), Some(Err(NotMinor::TooManyDecimals))) = (currency, &amount) {
        let message = format!(
            "must have at most {} decimals in {code}",
            currency.decimals()
        );
        problems.0.push(FieldError::new("amount", message));
    }
    problems.done()?;
    let no_rate = || {
        let message = format!("there is no reward rate for {code}");
        let field = FieldError::new("currency", &message);
        Error::new(Code::UnsupportedCurrency, message).naming(vec![field])
    };
    let currency = currency.ok_or_else(no_rate)?;
    let rate = settings.reward_rate(currency).ok_or_else(no_rate)?;
    let Some(Ok(amount)) = amount else {
        let field = FieldError::new("amount", "is more than can be counted");
        let message = format!("{}: {}", field.field, field.message);
        return Err(Error::new(Code::AmountTooLarge, message).naming(vec![field]));
    };
    Ok(Priced {
        amount,
        currency,
        rate,
    })
}

fn stakeholders(problems: &mut Problems, request: &SubmitAction) {
    let count = request.stakeholders.len();
    if !(1..=MOST_STAKEHOLDERS).contains(&count) {
        let message = format!("must have 1 to {MOST_STAKEHOLDERS} items");
        problems.0.push(FieldError::new("stakeholders", message));
        return;
    }
    let mut seen = BTreeSet::new();
    for (index, stakeholder) in request.stakeholders.iter().enumerate() {
        let field = |name: &str| format!("stakeholders[{index}].{name}");
        let type_code = &stakeholder.stakeholder_type_code;
        let user = stakeholder.partner_user_id.as_str();
        problems.check(field("stakeholderTypeCode"), text::type_code(type_code));
        problems.check(
            field("partnerUserId"),
            text::printable(user, text::MAX_USER_ID),
        );
        if let Some(email) = &stakeholder.user_email {
            problems.check(field("userEmail"), text::email(email));
        }
        let names = [
            ("userFirstName", &stakeholder.user_first_name),
            ("userLastName", &stakeholder.user_last_name),
        ];
        for (name, value) in names {
            if let Some(value) = value {
                problems.check(field(name), text::printable(value, text::MAX_NAME));
            }
        }
        if !seen.insert((type_code, user)) {
            let message = format!("is there twice as {type_code}");
            problems
                .0
                .push(FieldError::new(field("partnerUserId"), message));
        }
    }
}

pub(super) fn reverse(request: &ReverseAction) -> Result<(), Error> {
    let mut problems = Problems::default();
    if request.reversal_percentage.hundredths() == 0 {
        problems.check("reversalPercentage", Err("must be more than 0".to_owned()));
    }
    problems.check(
        "refundIdempotencyKey",
        text::ascii(&request.refund_idempotency_key, MAX_IDEMPOTENCY_KEY),
    );
    if let Some(reason) = request
        .reason
        .as_deref()
        .filter(|reason| !reason.is_empty())
    {
        problems.check("reason", text::printable(reason, MAX_REASON));
    }
    problems.done()
}
