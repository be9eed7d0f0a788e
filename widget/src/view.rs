//! What a donor sees: the sheet in the dialog, with the form or a message.
//!
//! The views only read the state. Few closures, each of a kind that is compiled
//! once: `words` and `flag` take plain functions, and whole parts are hidden
//! where a framework would take them out.

mod form;
mod message;

use std::any::Any;

use leptos::mount::mount_to;
use leptos::prelude::*;
use shared::config::{Theme, ThemeMode};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use web_sys::{CssStyleSheet, Element, Event, HtmlDialogElement, HtmlElement, ShadowRoot};

use crate::face::Action;
use crate::flow::{self, Widget};
use crate::state::State;

const STYLE: &str = concat!(
    include_str!("view/sheet.css"),
    include_str!("view/form.css"),
    include_str!("view/message.css")
);

/// Mounts the widget's views in the dialog; they live as long as what is returned.
pub(crate) fn draw(widget: Widget, dialog: &HtmlDialogElement) -> Box<dyn Any> {
    adopt_style(dialog);
    let mounted = mount_to(dialog.clone().unchecked_into(), move || sheet(widget));
    widget.look(|state| state.theme.as_ref().map(|theme| apply_theme(dialog, theme)));
    focus(dialog, "h2");
    Box::new(mounted)
}

/// Words that follow the state.
fn words(widget: Widget, read: fn(&State) -> String) -> impl Fn() -> String + Copy + Send {
    move || widget.show(read)
}

/// A flag that follows the state.
fn flag(widget: Widget, read: fn(&State) -> bool) -> impl Fn() -> bool + Copy + Send {
    move || widget.show(read)
}

fn sheet(widget: Widget) -> impl IntoView {
    let read = |read: fn(&State) -> String| widget.look(read).unwrap_or_default();
    let form = widget.look(|state| {
        let terms = state.terms.as_ref()?;
        Some(form::form(widget, state, terms))
    });
    view! {
        <div
            class="sheet"
            data-phase=words(widget, |state| state.phase.name().to_owned())
        >
            <header>
                <h2 id="title" tabindex="-1">{read(title)}</h2>
                <button type="button" class="close" value="close" aria-label=read(|state| state.text.get("close"))></button>
            </header>
            <p class="veiled" role="status">{words(widget, message::heading)}</p>
            {form.flatten()}
            {message::message(widget)}
        </div>
    }
}

fn title(state: &State) -> String {
    match &state.terms {
        Some(terms) => state.text.fill("title", &[("nonprofit", &terms.nonprofit)]),
        None => String::new(),
    }
}

/// Hears everything that happens in the dialog, by one listener: whatever it is,
/// it bubbles up to there.
pub(crate) fn listen(widget: Widget, dialog: &HtmlDialogElement) -> Closure<dyn Fn(Event)> {
    let listener = Closure::new(move |event: Event| hear(widget, &event));
    for name in ["click", "input", "focusin", "submit"] {
        let _ = dialog.add_event_listener_with_callback(name, listener.as_ref().unchecked_ref());
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
        ("first", Some((first, _))) => first,
        ("second", Some((_, second))) => second,
        _ => Action::Nothing,
    };
    flow::act(widget, action);
    if matches!(action, Action::Again | Action::Retry)
        && let Some(dialog) = widget.look(|state| state.host.dialog())
    {
        // The button is gone, and the focus with it.
        focus(&dialog, "h2");
    }
}

/// Goes to the first field with a problem. The focus is moved while the state is
/// let go, since the page hears of it at once.
pub(crate) fn point_out(widget: Widget) {
    let place = widget.look(|state| {
        let (field, _) = state.problems.first()?;
        let selector = ["[name=", field.input(), "]"].concat();
        Some((state.host.dialog(), selector))
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

/// Hands the partner's colours to the style, through the one door that a strict
/// policy leaves open.
fn apply_theme(dialog: &HtmlDialogElement, theme: &Theme) {
    let style = HtmlElement::style(dialog);
    let set = |name: &str, value: &str| {
        let _ = style.set_property(name, value);
    };
    set("--primary", &theme.primary_color);
    set("--radius", &[&theme.radius.to_string(), "px"].concat());
    if let Some(font) = &theme.font {
        set("font-family", font);
    }
    if theme.mode != ThemeMode::Auto {
        set("color-scheme", theme.mode.as_str());
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
