//! The form: how much, how often, a tip, and who gives.
//!
//! Its inputs belong to the browser: they hold what the donor put in, which the
//! state reads back at each change. Nothing written here is ever lost to a redraw.

use leptos::prelude::*;
use shared::money::Frequency;
use wasm_bindgen::JsCast;
use web_sys::{Event, FormData, HtmlFormElement, HtmlInputElement, SubmitEvent};

use super::{flag, words};
use crate::face::{Field, Phase};
use crate::flow::{self, Widget};
use crate::state::{Entries, State};
use crate::terms::Terms;

#[inline(never)]
pub(super) fn form(widget: Widget, state: &State, terms: &Terms) -> impl IntoView + use<> {
    let say = |key| state.text.get(key);
    view! {
        <form
            novalidate
            hidden=flag(widget, |state| !state.phase.is_form())
            on:input=move |event| read(widget, &event)
            on:submit=move |event| send(widget, &event)
        >
            {frequencies(state, terms)}
            {amounts(widget, state, terms)}
            {tip(widget, terms)}
            <fieldset class="donor">
                <legend>{say("donor")}</legend>
                {input(widget, Field::FirstName, say("firstName"), say("optional"))}
                {input(widget, Field::LastName, say("lastName"), say("optional"))}
                {input(widget, Field::Email, say("email"), say("emailNote"))}
            </fieldset>
            <footer>
                <p class="problem" role="alert">{problem(widget, Field::Whole)}</p>
                <button class="primary" aria-busy=words(widget, is_busy)>{words(widget, label)}</button>
                <p class="note">{say("secure")}</p>
            </footer>
        </form>
    }
}

#[inline(never)]
fn frequencies(state: &State, terms: &Terms) -> impl IntoView + use<> {
    let first = terms.first_frequency(&state.options);
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

#[inline(never)]
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
                    on:focus=move |event| return_to_typed(widget, &event)
                    inputmode="decimal"
                    autocomplete="off"
                    aria-describedby="amount-problem"
                    placeholder=text.get("other")
                    value=state.entries.typed.clone()
                    aria-invalid=invalid(widget, Field::Amount)
                />
            </label>
            <p class="problem" id="amount-problem">{problem(widget, Field::Amount)}</p>
        </fieldset>
    }
}

/// One of several, drawn as a chip.
#[inline(never)]
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

#[inline(never)]
fn tip(widget: Widget, terms: &Terms) -> impl IntoView + use<> {
    view! {
        <label class="tip" hidden=terms.tip.is_none()>
            <input type="checkbox" name="tip"/>
            <span>{words(widget, tip_offer)}</span>
        </label>
    }
}

#[inline(never)]
fn input(widget: Widget, field: Field, words: String, note: String) -> impl IntoView + use<> {
    let name = field.input();
    let (kind, autocomplete) = match field {
        Field::Email => ("email", "email"),
        Field::FirstName => ("text", "given-name"),
        Field::LastName => ("text", "family-name"),
        Field::Amount | Field::Whole => ("text", "off"),
    };
    let id = [name, "-problem"].concat();
    view! {
        <label class=name>
            <span>{words}</span>
            <input
                name=name
                type=kind
                autocomplete=autocomplete
                maxlength="254"
                aria-describedby=id.clone()
                aria-invalid=invalid(widget, field)
            />
            <small>{note}</small>
            <span class="problem" id=id>{problem(widget, field)}</span>
        </label>
    }
}

fn problem(widget: Widget, field: Field) -> impl Fn() -> String + Copy + Send {
    move || widget.show(|state| state.problem(field))
}

fn invalid(widget: Widget, field: Field) -> impl Fn() -> String + Copy + Send {
    move || {
        let is_invalid = widget.show(|state| state.problems.iter().any(|one| one.0 == field));
        is_invalid.to_string()
    }
}

/// Reads the inputs after one of them changed.
fn read(widget: Widget, event: &Event) {
    let Some(input) = event
        .target()
        .and_then(|target| target.dyn_into::<HtmlInputElement>().ok())
    else {
        return;
    };
    let Some(form) = input.form() else { return };
    let name = input.name();
    // Whoever types an amount chooses it.
    if name == "typed"
        && let Ok(Some(other)) = form.query_selector("[name=amount][value='']")
    {
        other.unchecked_into::<HtmlInputElement>().set_checked(true);
    }
    flow::enter(widget, entries(&form), &name);
}

/// Whoever goes back to an amount typed before chooses it again.
fn return_to_typed(widget: Widget, event: &Event) {
    let is_another = widget.look(|state| {
        let entries = &state.entries;
        !entries.preset.is_empty() && !entries.typed.is_empty()
    });
    if is_another == Some(true) {
        read(widget, event);
    }
}

fn entries(form: &HtmlFormElement) -> Entries {
    let Ok(data) = FormData::new_with_form(form) else {
        return Entries::default();
    };
    let text = |name: &str| data.get(name).as_string().unwrap_or_default();
    let trimmed = |name: &str| text(name).trim().to_owned();
    Entries {
        preset: text("amount"),
        typed: trimmed("typed"),
        frequency: text("frequency"),
        is_tipping: data.has("tip"),
        email: trimmed("email"),
        first_name: trimmed("first-name"),
        last_name: trimmed("last-name"),
    }
}

fn send(widget: Widget, event: &SubmitEvent) {
    event.prevent_default();
    // A browser may fill inputs, or keep them over a reload, without saying so.
    if let Some(form) = event.target() {
        flow::enter(widget, entries(form.unchecked_ref()), "");
    }
    flow::submit(widget);
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
