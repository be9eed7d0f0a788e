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

/// A field and what is wrong with it, if anything is.
type Check = (String, text::Checked);

pub(super) fn submit(settings: &Settings, request: &SubmitAction) -> Result<Priced, Error> {
    let code = request.currency.as_deref().unwrap_or("USD");
    let currency = Currency::named(code);
    let amount = currency.map(|currency| request.amount.to_minor(currency));
    let mut checks = texts(request);
    stakeholders(&mut checks, request);
    if let (Some(currency), Some(Err(NotMinor::TooManyDecimals))) = (currency, &amount) {
        let message = format!(
            "must have at most {} decimals in {code}",
            currency.decimals()
        );
        checks.push(("amount".to_owned(), Err(message)));
    }
    text::refuse_any(checks)?;
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

fn texts(request: &SubmitAction) -> Vec<Check> {
    let key = text::ascii(&request.idempotency_key, MAX_IDEMPOTENCY_KEY);
    let campaign = request.campaign_id.as_ref();
    let campaign = campaign.map_or(Ok(()), |id| text::ascii(id.as_str(), MAX_CAMPAIGN_ID));
    let metadata = request.metadata.as_ref().map_or(Ok(()), text::metadata);
    vec![
        ("idempotencyKey".to_owned(), key),
        (
            "actionType".to_owned(),
            text::type_code(&request.action_type),
        ),
        ("campaignId".to_owned(), campaign),
        ("metadata".to_owned(), metadata),
    ]
}

fn stakeholders(checks: &mut Vec<Check>, request: &SubmitAction) {
    let count = request.stakeholders.len();
    if !(1..=MOST_STAKEHOLDERS).contains(&count) {
        let message = format!("must have 1 to {MOST_STAKEHOLDERS} items");
        checks.push(("stakeholders".to_owned(), Err(message)));
        return;
    }
    let mut seen = BTreeSet::new();
    for (index, stakeholder) in request.stakeholders.iter().enumerate() {
        let type_code = &stakeholder.stakeholder_type_code;
        let user = stakeholder.partner_user_id.as_str();
        let named = |name: &Option<String>| {
            let name = name.as_deref();
            name.map_or(Ok(()), |name| text::printable(name, text::MAX_NAME))
        };
        let email = stakeholder.user_email.as_deref();
        let once = if seen.insert((type_code, user)) {
            Ok(())
        } else {
            Err(format!("is there twice as {type_code}"))
        };
        let fields = [
            ("stakeholderTypeCode", text::type_code(type_code)),
            ("partnerUserId", text::printable(user, text::MAX_USER_ID)),
            ("partnerUserId", once),
            ("userEmail", email.map_or(Ok(()), text::email)),
            ("userFirstName", named(&stakeholder.user_first_name)),
            ("userLastName", named(&stakeholder.user_last_name)),
        ];
        let place = |name: &str| format!("stakeholders[{index}].{name}");
        checks.extend(fields.map(|(name, checked)| (place(name), checked)));
    }
}

pub(super) fn reverse(request: &ReverseAction) -> Result<(), Error> {
    let percent = if request.reversal_percentage.hundredths() == 0 {
        Err("must be more than 0".to_owned())
    } else {
        Ok(())
    };
    let key = text::ascii(&request.refund_idempotency_key, MAX_IDEMPOTENCY_KEY);
    let reason = request
        .reason
        .as_deref()
        .filter(|reason| !reason.is_empty());
    let reason = reason.map_or(Ok(()), |reason| text::printable(reason, MAX_REASON));
    text::refuse_any([
        ("reversalPercentage", percent),
        ("refundIdempotencyKey", key),
        ("reason", reason),
    ])
}
