//! One call: what it does, a form to try it, samples, what comes back and what can
//! be refused.

use maud::{Markup, html};
use serde_json::{Map, Value};

use super::fields::{self, Side};
use super::markdown;
use crate::openapi::{self, Content, Description, Means, Operation, Parameter, Place, samples};

pub(super) fn method(operation: &Operation) -> Markup {
    let method = operation.facts.method.as_str();
    html! { span.method data-method=(method) { (method) } }
}

pub(super) fn view(operation: &Operation, api: &Description) -> Markup {
    html! {
        details.call id=(operation.id) data-find=(search_text(operation)) {
            summary {
                (method(operation))
                span.title {
                    h3 { (operation.summary) }
                    code { (operation.facts.path) }
                }
            }
            div.inside {
                div.prose { (markdown::blocks(&openapi::described(operation))) }
                (form(operation, &api.components))
                (programs(operation, &api.base_url))
                (answer(operation, &api.components))
                (refusals(operation))
            }
        }
    }
}

/// What the search looks at.
fn search_text(operation: &Operation) -> String {
    let facts = &operation.facts;
    let text = format!(
        "{} {} {} {}",
        facts.method, facts.path, operation.summary, operation.id
    );
    text.to_lowercase()
}

fn form(operation: &Operation, components: &Map<String, Value>) -> Markup {
    let id = &operation.id;
    html! {
        form data-call=(id) data-method=(operation.facts.method) data-path=(operation.facts.path)
            data-auth=(Means::of(operation.facts.auth).word) {
            h4 { "Try it" }
            @if !operation.parameters.is_empty() {
                div.parameters {
                    @for one in &operation.parameters { (parameter(id, one, components)) }
                }
            }
            @if let Some(content) = &operation.body {
                div.field {
                    label for={ (id) "-body" } { "Body" }
                    textarea id={ (id) "-body" } name="body" data-place="body" rows=(rows(content)) spellcheck="false" autocomplete="off" {
                        (pretty(&content.example))
                    }
                }
            }
            button type="submit" { "Send" }
            div.result role="status" {}
            @if let Some(content) = &operation.body {
                (fields::table(&content.schema, components, Side::Body))
            }
        }
    }
}

fn rows(content: &Content) -> usize {
    pretty(&content.example).lines().count().clamp(2, 24)
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

fn parameter(call: &str, parameter: &Parameter, components: &Map<String, Value>) -> Markup {
    let id = format!("{call}-{}", parameter.name);
    let example = parameter.example.as_ref();
    let value = example.map(|value| {
        value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned)
    });
    let hint = format!("{id}-hint");
    html! {
        div.field {
            label for=(id) {
                code { (parameter.name) } " "
                span.quiet {
                    (parameter.place.as_str())
                    @if parameter.is_required && parameter.place != Place::Path { ", required" }
                }
            }
            input id=(id) name=(parameter.name) data-place=(parameter.place.as_str()) value=[value]
                required[parameter.is_required] autocomplete="off" spellcheck="false" aria-describedby=(hint);
            p.hint id=(hint) {
                (markdown::line(&fields::kind(&parameter.schema, components)))
                @if !parameter.description.is_empty() { ". " (markdown::line(&parameter.description)) }
            }
        }
    }
}

/// The samples under one another's tabs: radio buttons, of which the style shows
/// the chosen one's.
fn programs(operation: &Operation, base_url: &str) -> Markup {
    html! {
        div.programs {
            h4 { "As a program" }
            fieldset {
                legend.hidden { "Language" }
                @for (index, sample) in samples(operation, base_url).iter().enumerate() {
                    @let id = format!("{}-{}", operation.id, sample.label);
                    input id=(id) type="radio" name={ (operation.id) "-language" } checked[index == 0];
                    label for=(id) { (sample.label) }
                    div.source {
                        button.copy type="button" { "Copy" span.hidden { " " (sample.label) } }
                        pre tabindex="0" data-language=(sample.label) { code { (sample.source) } }
                    }
                }
            }
        }
    }
}

fn answer(operation: &Operation, components: &Map<String, Value>) -> Markup {
    html! {
        h4 { "Answer " span.status { (operation.facts.status) } }
        @match &operation.answer {
            None => p.quiet { "No body." },
            Some(content) => {
                pre.example tabindex="0" { code { (pretty(&content.example)) } }
                (fields::table(&content.schema, components, Side::Answer))
            }
        }
    }
}

fn refusals(operation: &Operation) -> Markup {
    html! {
        details.refusals {
            summary { h4 { "What can be refused" } }
            dl {
                @for (status, codes) in &operation.refusals {
                    dt { span.status { (status) } " " (markdown::line(openapi::of_status(*status))) }
                    @for code in codes {
                        dd { code { (openapi::word(*code, operation.facts.auth.dialect())) } " " (markdown::line(openapi::meaning(*code))) "." }
                    }
                }
            }
        }
    }
}
