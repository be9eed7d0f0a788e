//! What a donor sees: the sheet in the dialog, with the form or a message.
//!
//! The page is built once, from texts that `markup` reads. What changes in it is
//! listed in tables, and one effect goes through them whenever the state changes:
//! a closure for each would be several times the code. Whole parts are hidden
//! where a framework would take them out.

mod form;
mod markup;
mod message;

use std::any::Any;

use leptos::prelude::RenderEffect;
use shared::config::Theme;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use web_sys::{CssStyleSheet, Element, Event, HtmlDialogElement, HtmlElement, ShadowRoot};

use crate::amount;
use crate::face::Action;
use crate::flow::{self, Widget};
use crate::options::Host;
use crate::state::State;

/// The styles beside the views, as `build.rs` joins them.
const STYLE: &str = include_str!(concat!(env!("OUT_DIR"), "/style.css"));

/// The parts that every face has. How such a text is read stands in `markup`.
const SHEET: &str = "\
div class=sheet
 header
  h2 id=title tabindex=-1
  button type=button class=close value=close aria-label=@close
 p class=veiled role=status";

/// The first heading that says something: where nothing is known of the nonprofit,
/// that of the message.
const HEADING: &str = "h2:not(:empty), h3";

/// What follows the state: where it is shown, in which attribute (as text, where
/// none is named), and what is read for it; `None` takes the attribute away.
type Follower = (&'static str, &'static str, fn(&State) -> Option<String>);

const FOLLOWERS: [Follower; 2] = [
    (".sheet", "data-phase", |state| {
        Some(state.phase.name().to_owned())
    }),
    ("[role=status]", "", |state| Some(message::heading(state))),
];

/// Builds the widget in the dialog and keeps it as the state says; it lives as
/// long as what is returned.
pub(crate) fn draw(widget: Widget, dialog: &HtmlDialogElement) -> Box<dyn Any> {
    adopt_style(dialog);
    dialog.set_class_name("giving");
    if widget.look(|state| state.host.is_inline()) == Some(true) {
        let _ = dialog.set_attribute("role", "group");
    }
    let _ = dialog.set_attribute("aria-labelledby", "title state");
    let sheet = widget.look(|state| build_sheet(state, dialog));
    let listener = sheet.map(|sheet| listen(widget, &sheet));
    let following = RenderEffect::new(move |_| widget.show(follow));
    // A form that came with the page takes nobody's place in it.
    let is_called = |state: &State| !state.host.is_inline() || state.returned.is_some();
    if widget.look(is_called) == Some(true) {
        focus(dialog, HEADING);
    }
    Box::new((following, listener))
}

fn build_sheet(state: &State, dialog: &HtmlDialogElement) -> Element {
    let sheet = markup::build(dialog, SHEET, &state.text);
    if let Some(terms) = &state.terms {
        let title = &[("nonprofit", &*terms.nonprofit)];
        markup::say(dialog, "h2", &state.text.fill("title", title));
        form::build(&sheet, state, terms);
    }
    let message = markup::build(&sheet, message::MESSAGE, &state.text);
    if state.terms.is_none() {
        // There is no heading above it.
        markup::set(&message, "h3", "aria-level", Some("2".to_owned()));
    }
    if state.host.is_inline() {
        markup::set(&sheet, ".close", "hidden", Some(String::new()));
    }
    let is_web = |address: &String| address.starts_with("http");
    let employer = state.host.find("match-url").filter(is_web);
    for place in ["form .match", ".thanks .match"] {
        markup::set(&sheet, place, "href", employer.clone());
    }
    if let Some(theme) = &state.theme {
        apply_theme(dialog, theme, &state.host);
    }
    sheet
}

/// Brings everything that follows the state up to it.
fn follow(state: &State) {
    let dialog = state.host.dialog();
    let all = [&FOLLOWERS[..], &form::FOLLOWERS, &message::FOLLOWERS];
    for (place, attribute, read) in all.into_iter().flatten() {
        markup::set(&dialog, place, attribute, read(state));
    }
    form::follow_problems(state, &dialog);
}

/// Hears everything that happens in the sheet, by one listener: whatever it is, it
/// bubbles up to there. It goes with the sheet, and the dialog may stay.
fn listen(widget: Widget, sheet: &Element) -> Closure<dyn Fn(Event)> {
    let listener = Closure::new(move |event: Event| hear(widget, &event));
    for name in ["click", "input", "focusin", "submit"] {
        let _ = sheet.add_event_listener_with_callback(name, listener.as_ref().unchecked_ref());
    }
    listener
}

fn hear(widget: Widget, event: &Event) {
    let Some(target) = event.target() else { return };
    match &*event.type_() {
        "click" => press(widget, target.unchecked_ref()),
        "submit" => {
            event.prevent_default();
            form::send(widget, target.unchecked_ref());
        }
        kind => form::read(widget, kind, target.unchecked_ref()),
    }
}

/// A button was pressed; its value says which.
fn press(widget: Widget, button: &Element) {
    let value = button.get_attribute("value").unwrap_or_default();
    let actions = widget.look(State::actions);
    let action = match (&*value, actions) {
        ("close", _) => Action::Close,
        ("share", _) => Action::Share,
        ("first", Some((first, _))) => first,
        ("second", Some((_, second))) => second,
        _ => Action::Nothing,
    };
    flow::act(widget, action);
    if matches!(action, Action::Again | Action::Retry)
        && let Some(dialog) = widget.look(|state| state.host.dialog())
    {
        // The button is gone, and the focus with it.
        focus(&dialog, HEADING);
    }
}

/// Goes to the first field with a problem. The focus is moved while the state is
/// let go, since the page hears of it at once.
pub(crate) fn point_out(widget: Widget) {
    let place = widget.look(|state| {
        let (field, _) = state.problems.first()?;
        Some((state.host.dialog(), form::input_of(*field)))
    });
    if let Some(Some((dialog, selector))) = place {
        focus(&dialog, &selector);
    }
}

fn focus(dialog: &HtmlDialogElement, selector: &str) {
    if let Ok(Some(element)) = dialog.query_selector(selector) {
        let _ = element.unchecked_into::<HtmlElement>().focus();
    }
}

/// Hands the partner's colours, or the page's, to the style, through the one door
/// that a strict policy leaves open.
fn apply_theme(dialog: &HtmlDialogElement, theme: &Theme, host: &Host) {
    let style = HtmlElement::style(dialog);
    let set = |name: &str, value: &str| {
        let _ = style.set_property(name, value);
    };
    let radius = host.find("radius");
    let radius = radius.unwrap_or_else(|| amount::major(theme.radius.into(), 0));
    let color = host.find("color");
    set("--primary", color.as_ref().unwrap_or(&theme.primary_color));
    set("--radius", &[&radius, "px"].concat());
    if let Some(font) = host.find("font").as_ref().or(theme.font.as_ref()) {
        set("font-family", font);
    }
    let mode = host.find("theme");
    let mode = mode.as_deref().unwrap_or(theme.mode.as_str());
    if ["light", "dark"].contains(&mode) {
        set("color-scheme", mode);
    }
}

/// A constructed sheet, which the strictest policy lets through.
fn adopt_style(dialog: &HtmlDialogElement) {
    let root: ShadowRoot = dialog.get_root_node().unchecked_into();
    let sheets = root.adopted_style_sheets();
    // The loader's own is the first; ours stays once it is there.
    if sheets.length() > 1 {
        return;
    }
    if let Ok(sheet) = CssStyleSheet::new() {
        let _ = sheet.replace_sync(STYLE);
        sheets.push(&sheet);
    }
}
