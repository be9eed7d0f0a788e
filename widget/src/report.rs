//! What the widget tells others than the donor: events for the page, and lines
//! in the console for its owner. Neither has anything of the donor in it.

use shared::config::DonationConfig;
use shared::error::FieldError;
use shared::js::{ToJs, object};
use wasm_bindgen::prelude::*;

use crate::client::Refusal;
use crate::face::Field;
use crate::options::Host;
use crate::state::State;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = console)]
    fn error(line: &str);
}

pub(crate) fn change(state: &State) {
    tell_choice(state, "change");
}

pub(crate) fn submit(state: &State) {
    tell_choice(state, "submit");
}

fn tell_choice(state: &State, event: &str) {
    let detail = object(&[
        ("amount", state.amount().to_js()),
        ("currency", state.currency().to_js()),
        ("frequency", state.frequency().to_js()),
    ]);
    state.host.tell(event, &detail);
}

pub(crate) fn redirect(state: &State) {
    let id = state.attempt.donation.to_js();
    let detail = object(&[("partnerDonationId", id)]);
    state.host.tell("redirect", &detail);
}

pub(crate) fn status(state: &State) {
    tell_donation(state, "status");
}

pub(crate) fn complete(state: &State) {
    tell_donation(state, "complete");
}

fn tell_donation(state: &State, event: &str) {
    let Some(donation) = &state.donation else {
        return;
    };
    let detail = object(&[
        ("partnerDonationId", donation.partner_donation_id.to_js()),
        ("status", donation.status.to_js()),
        ("rewardStatus", donation.reward_status.to_js()),
        ("amount", donation.amount.to_js()),
        ("currency", donation.currency.to_js()),
        ("frequency", donation.frequency.to_js()),
        ("tokensAwarded", donation.tokens_awarded.to_js()),
    ]);
    state.host.tell(event, &detail);
}

/// The server refused an order for a reason that is not the donor's.
pub(crate) fn refusal(state: &State, code: &str, message: &str, fields: &[FieldError]) {
    state.host.tell("error", &object(&[("code", code.into())]));
    if !fields.is_empty() || state.problems.iter().all(|one| one.0 == Field::Whole) {
        log(&[code, ": ", message]);
    }
    for field in fields {
        log(&[&field.field, " ", &field.message]);
    }
}

/// The widget cannot be set up.
pub(crate) fn setup(state: &State, refusal: &Refusal) {
    let Refusal::Refused { code, message, .. } = refusal else {
        return;
    };
    state.host.tell("error", &object(&[("code", code.into())]));
    let said = |name| state.host.find(name).unwrap_or_default();
    log(&[
        code,
        ": ",
        message,
        " (key=\"",
        &said("key"),
        "\", nonprofit=\"",
        &said("nonprofit"),
        "\")",
    ]);
}

/// Attributes that say nothing the widget can follow.
pub(crate) fn doubts(host: &Host, config: &DonationConfig) {
    let currency = host.currency();
    let has = |code| config.currencies.iter().any(|one| one.code == code);
    let chosen = currency.unwrap_or(config.default_currency);
    let judged = [
        ("currency", currency.is_some_and(has)),
        ("frequency", host.frequency().is_some()),
        ("provider", host.provider().is_some()),
        ("amount", host.amount(chosen).is_some()),
        ("amounts", host.amounts(chosen).is_some()),
    ];
    for (name, is_good) in judged {
        if !is_good && host.find(name).is_some() {
            log(&["the attribute ", name, " is not understood and is left out"]);
        }
    }
}

fn log(parts: &[&str]) {
    error(&["giving: ", &parts.concat()].concat());
}
