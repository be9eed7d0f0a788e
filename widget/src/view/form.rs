//! The form: how much, how often, a tip, and who gives.
//!
//! Its inputs belong to the browser: they hold what the donor put in, which the
//! state reads back at each change. Nothing written here is ever lost to a redraw.

use leptos::prelude::*;
use shared::money::Frequency;
use wasm_bindgen::JsCast;
use web_sys::{FormData, HtmlFormElement, HtmlInputElement};

use super::{flag, words};
use crate::face::{Field, Phase};
use crate::flow::{self, Widget};
use crate::state::{Entries, State};
use crate::terms::Terms;

pub(super) fn form(widget: Widget, state: &State, terms: &Terms) -> impl IntoView + use<> {
    let say = |key| state.text.get(key);
    view! {
        <form
            novalidate
            hidden=flag(widget, |state| !state.phase.is_form())
        >
            {frequencies(state, terms)}
            {amounts(widget, state, terms)}
            {tip(widget, terms)}
            <fieldset class="donor">
                <legend>{say("donor")}</legend>
                {input(widget, &FIRST_NAME, say("firstName"), say("optional"))}
                {input(widget, &LAST_NAME, say("lastName"), say("optional"))}
                {input(widget, &EMAIL, say("email"), say("emailNote"))}
            </fieldset>
            <footer>
                <p class="problem" role="alert">{words(widget, |state| state.problem(Field::Whole))}</p>
                <button class="primary" aria-busy=words(widget, is_busy)>{words(widget, label)}</button>
                <p class="note">{say("secure")}</p>
            </footer>
        </form>
    }
}

fn frequencies(state: &State, terms: &Terms) -> impl IntoView + use<> {
    let first = terms.first_frequency(&state.host);
    let choices: Vec<_> = terms
        .frequencies
        .iter()
        .map(|one| {
            let words = state.text.get(one.as_str());
            choice("frequency", one.as_str().to_owned(), words, *one == first)
        })
        .collect();
    view! {
        <fieldset class="frequencies" hidden=terms.frequencies.len() < 2>
            <legend class="veiled">{state.text.get("frequency")}</legend>
            {choices}
        </fieldset>
    }
}

fn amounts(widget: Widget, state: &State, terms: &Terms) -> impl IntoView + use<> {
    let text = &state.text;
    let chosen = &state.entries.preset;
    let choices: Vec<_> = terms
        .presets
        .iter()
        .map(|preset| {
            let value = preset.0.to_string();
            let is_chosen = value == *chosen;
            let words = text.round_money(*preset, terms.currency);
            choice("amount", value, words, is_chosen)
        })
        .collect();
    let other = choice(
        "amount",
        String::new(),
        text.get("other"),
        chosen.is_empty(),
    );
    view! {
        <fieldset class="amounts">
            <legend>{text.get("amount")}</legend>
            {choices}
            {other}
            <label class="typed">
                <span class="veiled">{text.get("other")}</span>
                <b aria-hidden="true">{text.sign(terms.currency)}</b>
                <input
                    name="typed"
                    inputmode="decimal"
                    autocomplete="off"
                    aria-describedby="amount-problem"
                    placeholder=text.get("other")
                    value=state.entries.typed.clone()
                    aria-invalid=words(widget, |state| state.invalid(Field::Amount))
                />
            </label>
            <p class="problem" id="amount-problem">{words(widget, |state| state.problem(Field::Amount))}</p>
        </fieldset>
    }
}

/// One of several, drawn as a chip.
fn choice(
    name: &'static str,
    value: String,
    words: String,
    is_chosen: bool,
) -> impl IntoView + use<> {
    let is_other = value.is_empty();
    view! {
        <label class="choice" class:veiled=is_other>
            <input type="radio" name=name value=value checked=is_chosen/>
            <span>{words}</span>
        </label>
    }
}

/// A name, so that the input is not one of the fixed ones, which the framework
/// writes as HTML: a page that demands trusted types lets no HTML be written.
const TIP: &str = "tip";

fn tip(widget: Widget, terms: &Terms) -> impl IntoView + use<> {
    view! {
        <label class="tip" hidden=terms.tip.is_none()>
            <input type="checkbox" name=TIP/>
            <span>{words(widget, tip_offer)}</span>
        </label>
    }
}

fn input(
    widget: Widget,
    donor: &'static DonorInput,
    label: String,
    note: String,
) -> impl IntoView + use<> {
    let name = donor.field.input();
    let id = [name, "-problem"].concat();
    view! {
        <label class=name>
            <span>{label}</span>
            <input
                name=name
                type=donor.kind
                autocomplete=donor.autocomplete
                maxlength="254"
                aria-describedby=id.clone()
                aria-invalid=words(widget, donor.invalid)
            />
            <small>{note}</small>
            <span class="problem" id=id>{words(widget, donor.problem)}</span>
        </label>
    }
}

/// An input about the donor. It names functions, not the field, so that all that
/// follows the state in it is of one type.
struct DonorInput {
    field: Field,
    kind: &'static str,
    autocomplete: &'static str,
    invalid: fn(&State) -> String,
    problem: fn(&State) -> String,
}

const EMAIL: DonorInput = DonorInput {
    field: Field::Email,
    kind: "email",
    autocomplete: "email",
    invalid: |state| state.invalid(Field::Email),
    problem: |state| state.problem(Field::Email),
};

const FIRST_NAME: DonorInput = DonorInput {
    field: Field::FirstName,
    kind: "text",
    autocomplete: "given-name",
    invalid: |state| state.invalid(Field::FirstName),
    problem: |state| state.problem(Field::FirstName),
};

const LAST_NAME: DonorInput = DonorInput {
    field: Field::LastName,
    kind: "text",
    autocomplete: "family-name",
    invalid: |state| state.invalid(Field::LastName),
    problem: |state| state.problem(Field::LastName),
};

/// Reads the inputs after one of them changed or was gone to.
pub(super) fn read(widget: Widget, kind: &str, input: &HtmlInputElement) {
    let Some(form) = input.form() else { return };
    let name = input.get_attribute("name").unwrap_or_default();
    let is_change = kind == "input";
    // Whoever types an amount, or goes back to one typed before, chooses it.
    let is_typed = name == "typed" && (is_change || !input.value().is_empty());
    if is_typed && let Ok(Some(other)) = form.query_selector("[name=amount][value='']") {
        other.unchecked_into::<HtmlInputElement>().set_checked(true);
    }
    if is_change || is_typed {
        flow::enter(widget, entries(&form), if is_change { &name } else { "" });
    }
}

/// Sends the form.
pub(super) fn send(widget: Widget, form: &HtmlFormElement) {
    // A browser may fill inputs, or keep them over a reload, without saying so.
    flow::enter(widget, entries(form), "");
    flow::submit(widget);
}

fn entries(form: &HtmlFormElement) -> Entries {
    let Ok(data) = FormData::new_with_form(form) else {
        return Entries::default();
    };
    let text = |name: &str| data.get(name).as_string().unwrap_or_default();
    let trimmed = |name: &str| text(name).trim_ascii().to_owned();
    Entries {
        preset: text("amount"),
        typed: trimmed("typed"),
        frequency: text("frequency"),
        is_tipping: data.has(TIP),
        email: trimmed("email"),
        first_name: trimmed("first-name"),
        last_name: trimmed("last-name"),
    }
}

/// The words on the button: while nothing is under way, the exact charge.
fn label(state: &State) -> String {
    let charge = match (state.phase, state.charge()) {
        (Phase::Sending | Phase::Redirecting, _) => return state.text.get(state.phase.name()),
        (_, None) => return state.text.get("give"),
        (_, Some(charge)) => state.text.money(charge, state.currency()),
    };
    let key = match state.frequency() {
        Frequency::Once => "giveOnce",
        Frequency::Monthly => "giveMonthly",
    };
    state.text.fill(key, &[("amount", &charge)])
}

fn is_busy(state: &State) -> String {
    (state.phase != Phase::Form).to_string()
}

fn tip_offer(state: &State) -> String {
    let Some(terms) = &state.terms else {
        return String::new();
    };
    let percent = terms.tip.map(|tip| state.text.percent(tip));
    let amount = state.tip().map(|tip| state.text.money(tip, terms.currency));
    state.text.fill(
        if amount.is_some() {
            "tip"
        } else {
            "tipUnknown"
        },
        &[
            ("percent", &percent.unwrap_or_default()),
            ("amount", &amount.unwrap_or_default()),
            ("partner", &terms.partner),
        ],
    )
}
