//! What the widget tells others than the donor: events for the page, and lines
//! in the console for its owner. Neither has anything of the donor in it.

use shared::config::Config;
use shared::error::FieldError;
use shared::js::{ToJs, object};
use wasm_bindgen::prelude::*;

use crate::client::Refusal;
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
    log(&[code, ": ", message]);
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
    let (key, nonprofit) = (&state.options.key, &state.options.nonprofit);
    log(&[
        code,
        ": ",
        message,
        " (key=\"",
        key,
        "\", nonprofit=\"",
        nonprofit,
        "\")",
    ]);
}

/// Attributes that say nothing the widget can follow.
#[inline(never)]
pub(crate) fn doubts(state: &State, config: &Config) {
    let options = &state.options;
    let currency = options.currency();
    let has_currency = |code| {
        config
            .donation
            .currencies
            .iter()
            .any(|one| one.code == code)
    };
    let chosen = currency.unwrap_or(config.donation.default_currency);
    let doubts = [
        (
            "currency",
            options.currency.is_some(),
            currency.is_some_and(has_currency),
        ),
        (
            "frequency",
            options.frequency.is_some(),
            options.frequency().is_some(),
        ),
        (
            "provider",
            options.provider.is_some(),
            options.provider().is_some(),
        ),
        (
            "amount",
            options.amount.is_some(),
            options.amount(chosen).is_some(),
        ),
        (
            "amounts",
            options.amounts.is_some(),
            options.amounts(chosen).is_some(),
        ),
    ];
    for (name, is_set, is_good) in doubts {
        if is_set && !is_good {
            log(&[
                "the attribute \"",
                name,
                "\" is not understood and is left out",
            ]);
        }
    }
}

fn log(parts: &[&str]) {
    error(&["giving: ", &parts.concat()].concat());
}
