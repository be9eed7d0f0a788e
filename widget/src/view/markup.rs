//! The page of the widget as plain text: read into elements once, and set by selectors after.
//!
//! A line is an element, indented by one space more than the one it is in: its
//! tag, its attributes, and the words in it as `@key`. An attribute's value can
//! be `@key` too. No HTML is written, since a page that demands trusted types
//! lets none through.

use web_sys::{Element, window};

use crate::text::Text;

/// Builds what a text describes, at the end of a parent; answers its first element.
pub(super) fn build(parent: &Element, markup: &str, text: &Text) -> Element {
    let mut path = vec![parent.clone()];
    let mut first = None;
    for line in markup.lines() {
        let bare = line.trim_start_matches(' ');
        path.truncate(line.len() - bare.len() + 1);
        let Some(element) = path.last().and_then(|within| element(within, bare, text)) else {
            break;
        };
        first.get_or_insert_with(|| element.clone());
        path.push(element);
    }
    first.unwrap_or_else(|| parent.clone())
}

fn element(parent: &Element, line: &str, text: &Text) -> Option<Element> {
    let mut parts = line.split(' ');
    let page = window()?.document()?;
    let element = page.create_element(parts.next()?).ok()?;
    for part in parts {
        let (name, value) = part.split_once('=').unwrap_or(("", part));
        let value = match value.strip_prefix('@') {
            Some(key) => text.get(key),
            None => value.to_owned(),
        };
        put(&element, name, Some(value));
    }
    parent.append_child(&element).ok()?;
    Some(element)
}

/// Sets an attribute of the element at a selector, if it is there: its words,
/// where no attribute is named.
pub(super) fn set(within: &Element, selector: &str, attribute: &str, value: Option<String>) {
    if let Ok(Some(element)) = within.query_selector(selector) {
        put(&element, attribute, value);
    }
}

/// Sets the words of the element at a selector.
pub(super) fn say(within: &Element, selector: &str, words: &str) {
    set(within, selector, "", Some(words.to_owned()));
}

fn put(element: &Element, attribute: &str, value: Option<String>) {
    if attribute.is_empty() {
        // A live region would read the same words out again.
        if element.text_content() != value {
            element.set_text_content(value.as_deref());
        }
    } else if let Some(value) = value {
        let _ = element.set_attribute(attribute, &value);
    } else {
        let _ = element.remove_attribute(attribute);
    }
}
