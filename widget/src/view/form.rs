//! The form: how much, how often, a tip, and who gives.
//!
//! Its inputs belong to the browser: they hold what the donor put in, which the
//! state reads back at each change. Nothing written here is ever lost to a redraw.

use shared::money::Frequency;
use wasm_bindgen::JsCast;
use web_sys::{Element, FormData, HtmlFormElement, HtmlInputElement};

use super::{Follower, markup};
use crate::face::{Field, Phase};
use crate::flow::{self, Widget};
use crate::state::{Entries, State};
use crate::terms::Terms;
use crate::text::Text;

const FREQUENCIES: &str = "\
fieldset class=frequencies
 legend class=veiled @frequency";

const AMOUNTS: &str = "\
fieldset class=amounts
 legend @amount";

const TYPED: &str = "\
label class=typed
 span class=veiled @other
 b aria-hidden=true
 input name=typed inputmode=decimal autocomplete=off aria-describedby=amount-problem placeholder=@other";

const REST: &str = "\
label class=tip
 input type=checkbox name=tip
 span
fieldset class=donor
 legend @donor
 label class=first-name
  span @firstName
  input name=first-name type=text autocomplete=given-name maxlength=254 aria-describedby=first-name-problem
  small @optional
  span class=problem id=first-name-problem
 label class=last-name
  span @lastName
  input name=last-name type=text autocomplete=family-name maxlength=254 aria-describedby=last-name-problem
  small @optional
  span class=problem id=last-name-problem
 label class=email
  span @email
  input name=email type=email autocomplete=email maxlength=254 aria-describedby=email-problem
  small @emailNote
  span class=problem id=email-problem
footer
 p class=problem role=alert
 button class=primary
 p class=note @secure";

pub(super) const FOLLOWERS: [Follower; 4] = [
    ("form", "hidden", |state| {
        (!state.phase.is_form()).then(String::new)
    }),
    (".tip span", "", tip_offer),
    ("footer button", "aria-busy", |state| {
        Some((state.phase != Phase::Form).to_string())
    }),
    ("footer button", "", |state| Some(label(state))),
];

/// Builds the form, with what the terms offer and what is chosen at first.
pub(super) fn build(sheet: &Element, state: &State, terms: &Terms) {
    let (text, entries) = (&state.text, &state.entries);
    let form = markup::build(sheet, "form novalidate=", text);
    let frequencies = markup::build(&form, FREQUENCIES, text);
    for one in &terms.frequencies {
        let name = one.as_str();
        let choice = choice(&frequencies, "frequency", name, &entries.frequency, text);
        markup::say(&choice, "span", &text.get(name));
    }
    if terms.frequencies.len() < 2 {
        hide(&frequencies);
    }
    let amounts = markup::build(&form, AMOUNTS, text);
    for preset in &terms.presets {
        let value = preset.0.to_string();
        let choice = choice(&amounts, "amount", &value, &entries.preset, text);
        markup::say(&choice, "span", &text.round_money(*preset, terms.currency));
    }
    let other = choice(&amounts, "amount", "", &entries.preset, text);
    other.set_class_name("choice veiled");
    markup::say(&other, "span", &text.get("other"));
    let typed = markup::build(&amounts, TYPED, text);
    markup::say(&typed, "b", &text.sign(terms.currency));
    markup::set(&typed, "input", "value", Some(entries.typed.clone()));
    markup::build(&amounts, "p class=problem id=amount-problem", text);
    let tip = markup::build(&form, REST, text);
    if terms.tip.is_none() {
        hide(&tip);
    }
}

fn hide(element: &Element) {
    let _ = element.set_attribute("hidden", "");
}

/// One of several, drawn as a chip.
fn choice(parent: &Element, name: &str, value: &str, chosen: &str, text: &Text) -> Element {
    let is_chosen = if value == chosen { " checked=" } else { "" };
    let line = "label class=choice\n input type=radio name=";
    let markup = [line, name, " value=", value, is_chosen, "\n span"].concat();
    markup::build(parent, &markup, text)
}

/// Says what is wrong beside each field.
pub(super) fn follow_problems(state: &State, dialog: &Element) {
    for (field, place) in [
        (Field::Amount, "#amount-problem"),
        (Field::FirstName, "#first-name-problem"),
        (Field::LastName, "#last-name-problem"),
        (Field::Email, "#email-problem"),
        (Field::Whole, "[role=alert]"),
    ] {
        let problem = state.problem(field);
        let is_invalid = !problem.is_empty();
        markup::set(dialog, place, "", Some(problem));
        let input = input_of(field);
        markup::set(dialog, &input, "aria-invalid", Some(is_invalid.to_string()));
    }
}

/// Where the input is in which a problem is put right.
pub(super) fn input_of(field: Field) -> String {
    ["[name='", field.input(), "']"].concat()
}

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
        is_tipping: data.has("tip"),
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

fn tip_offer(state: &State) -> Option<String> {
    let terms = state.terms.as_ref()?;
    let percent = state.text.percent(terms.tip?);
    let amount = state.tip().map(|tip| state.text.money(tip, terms.currency));
    let key = amount.as_ref().map_or("tipUnknown", |_| "tip");
    let values = [
        ("percent", &*percent),
        ("amount", &amount.unwrap_or_default()),
        ("partner", &terms.partner),
    ];
    Some(state.text.fill(key, &values))
}
