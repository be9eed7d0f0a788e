//! The form: how much, how often, a tip, and who gives.
//!
//! Its inputs belong to the browser: they hold what the donor put in, which the
//! state reads back at each change. Nothing written here is ever lost to a redraw.

use shared::money::{Frequency, Minor};
use wasm_bindgen::JsCast;
use web_sys::{Element, FormData, HtmlFormElement, HtmlInputElement};

use super::{Follower, markup};
use crate::amount::major;
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

const GOAL: &str = "\
div class=goal
 progress
 p";

const REST: &str = "\
label class=designation
 span @designation
 select name=designation
label class=tip
 input type=checkbox name=tip
 span
label class=fees
 input type=checkbox name=fees
 span
fieldset class=donor
 legend @donor
 label class=first-name
  span @firstName
  input name=first-name type=text autocomplete=given-name maxlength=100 aria-describedby=first-name-problem
  small @optional
  span class=problem id=first-name-problem
 label class=last-name
  span @lastName
  input name=last-name type=text autocomplete=family-name maxlength=100 aria-describedby=last-name-problem
  small @optional
  span class=problem id=last-name-problem
 label class=email
  span @email
  input name=email type=email autocomplete=email maxlength=254 aria-describedby=email-problem
  small @emailNote
  span class=problem id=email-problem
 label class=tribute
  span @tribute
  input name=tribute type=text maxlength=500
  small @optional
 label class=comment
  span @comment
  textarea name=comment rows=2 maxlength=500
  small @optional
a class=match target=_blank rel=noopener @match
footer
 p class=problem role=alert
 button class=primary
  b
  small
 p class=note @secure";

pub(super) const FOLLOWERS: [Follower; 6] = [
    ("form", "hidden", |state| {
        (!state.phase.is_form()).then(String::new)
    }),
    (".tip span", "", tip_offer),
    ("footer button", "aria-busy", |state| {
        Some((state.phase != Phase::Form).to_string())
    }),
    (".fees span", "", fees_offer),
    ("footer b", "", |state| Some(label(state))),
    ("footer small", "", |state| Some(parts(state))),
];

/// Builds the form, with what the terms offer and what is chosen at first.
pub(super) fn build(sheet: &Element, state: &State, terms: &Terms) {
    let (text, entries) = (&state.text, &state.entries);
    let form = markup::build(sheet, "form novalidate=", text);
    build_goal(&form, text, terms);
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
    markup::build(&form, REST, text);
    let host = &state.host;
    if let Ok(Some(select)) = form.query_selector("select") {
        for one in host
            .find("designation")
            .iter()
            .flat_map(|all| all.split(';'))
        {
            let option = markup::build(&select, "option", text);
            option.set_text_content(Some(one.trim_ascii()));
        }
        // Of one there is nothing to choose, and it travels all the same.
        let has_choice = select.child_element_count() > 1;
        for (place, is_shown) in [
            (".designation", has_choice),
            (".tip", terms.tip.is_some()),
            (".fees", terms.fees.is_some()),
            (".tribute", host.has("tribute")),
            (".comment", host.has("comment")),
        ] {
            if !is_shown {
                markup::set(&form, place, "hidden", Some(String::new()));
            }
        }
    }
}

/// How far the nonprofit is on its way to the goal that the page names.
fn build_goal(form: &Element, text: &Text, terms: &Terms) {
    let (Some(goal), (raised, count)) = (terms.goal, terms.raised) else {
        return;
    };
    let place = markup::build(form, GOAL, text);
    let sum = |amount| text.round_money(amount, terms.currency);
    let words = text.fill("goal", &[("raised", &sum(raised)), ("goal", &sum(goal))]);
    let gifts = text.count("gifts", count, &[("count", &text.whole(count))]);
    let line = [&*words, " · ", &gifts].concat();
    markup::say(&place, "p", &line);
    for (name, value) in [
        ("max", major(goal.0, 0)),
        ("value", major(raised.0, 0)),
        ("aria-label", words),
    ] {
        markup::set(&place, "progress", name, Some(value));
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
        is_covering: data.has("fees"),
        email: trimmed("email"),
        first_name: trimmed("first-name"),
        last_name: trimmed("last-name"),
        designation: text("designation"),
        tribute: trimmed("tribute"),
        comment: trimmed("comment"),
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

/// Of what the charge is made, where it is more than the gift.
fn parts(state: &State) -> String {
    let (tip, fees) = state.extras();
    let mut line = String::new();
    for (key, sum) in [
        ("partGift", state.amount().unwrap_or(Minor(0))),
        ("partTip", tip),
        ("partFees", fees),
    ] {
        if sum.0 > 0 && tip.0 + fees.0 > 0 {
            let sum = state.text.money(sum, state.currency());
            if !line.is_empty() {
                line.push_str(" + ");
            }
            line.push_str(&state.text.fill(key, &[("amount", &sum)]));
        }
    }
    line
}

fn fees_offer(state: &State) -> Option<String> {
    let terms = state.terms.as_ref()?;
    let percent = state.text.percent(terms.fees?);
    let amount = state
        .fees()
        .map(|fees| state.text.money(fees, terms.currency));
    let key = amount.as_ref().map_or("feesUnknown", |_| "fees");
    let values = [
        ("percent", &*percent),
        ("amount", &amount.unwrap_or_default()),
    ];
    Some(state.text.fill(key, &values))
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
