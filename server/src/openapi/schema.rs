//! The schemas of all calls, requests and answers apart: what may be left out of
//! a request is always there in an answer.

use std::collections::BTreeSet;

use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value};
use shared::ErrorBody;
use shared::endaoment::EndaomentError;
use shared::percent::PercentError;

use super::Entry;
use super::text::one_line;

pub const PREFIX: &str = "#/components/schemas/";

/// What goes in and out of one call.
#[derive(Debug)]
pub(super) struct CallSchemas {
    pub(super) request: Value,
    /// None for a call without an answer.
    pub(super) answer: Option<Value>,
}

#[derive(Debug)]
pub(super) struct Schemas {
    pub(super) calls: Vec<CallSchemas>,
    pub(super) components: Map<String, Value>,
}

impl Schemas {
    pub(super) fn of(entries: &[Entry]) -> Self {
        let settings = || {
            let mut settings = SchemaSettings::draft2020_12();
            settings.definitions_path = "/components/schemas".into();
            settings.meta_schema = None;
            settings
        };
        let mut requests = settings().for_deserialize().into_generator();
        let mut answers = settings().for_serialize().into_generator();
        answers.subschema_for::<ErrorBody>();
        answers.subschema_for::<EndaomentError>();
        answers.subschema_for::<PercentError>();
        let mut calls: Vec<CallSchemas> = entries
            .iter()
            .map(|entry| CallSchemas::of(entry, (&mut requests, &mut answers)))
            .collect();
        let mut of_requests = requests.take_definitions(true);
        let mut components = answers.take_definitions(true);
        let differing = differing(&of_requests, &components);
        for schema in calls.iter_mut().map(|call| &mut call.request) {
            rename(schema, &differing);
        }
        of_requests
            .values_mut()
            .for_each(|schema| rename(schema, &differing));
        for (name, schema) in of_requests {
            let is_differing = differing.contains(&name);
            components.insert(if is_differing { input(&name) } else { name }, schema);
        }
        components.values_mut().for_each(tidy);
        for call in &mut calls {
            tidy(&mut call.request);
        }
        Self { calls, components }
    }
}

impl CallSchemas {
    fn of(
        entry: &Entry,
        (requests, answers): (&mut SchemaGenerator, &mut SchemaGenerator),
    ) -> Self {
        let has_answer = entry.facts.status != 204;
        Self {
            request: (entry.request)(requests).to_value(),
            answer: has_answer.then(|| (entry.answer)(answers).to_value()),
        }
    }
}

/// The name of a schema in requests, where answers have another under it.
fn input(name: &str) -> String {
    format!("{name}Input")
}

/// The names under which requests and answers differ, be it only in what they
/// refer to.
fn differing(requests: &Map<String, Value>, answers: &Map<String, Value>) -> BTreeSet<String> {
    let both = || {
        requests
            .iter()
            .filter(|(name, _)| answers.contains_key(*name))
    };
    let mut differing: BTreeSet<String> = both()
        .filter(|(name, schema)| answers.get(*name) != Some(schema))
        .map(|(name, _)| name.clone())
        .collect();
    loop {
        let before = differing.len();
        for (name, schema) in both() {
            let mut renamed = schema.clone();
            rename(&mut renamed, &differing);
            if renamed != *schema {
                differing.insert(name.clone());
            }
        }
        if differing.len() == before {
            return differing;
        }
    }
}

fn rename(schema: &mut Value, names: &BTreeSet<String>) {
    match schema {
        Value::Array(items) => items.iter_mut().for_each(|item| rename(item, names)),
        Value::Object(members) => {
            for (key, value) in members {
                match (
                    key.as_str(),
                    value.as_str().and_then(|text| text.strip_prefix(PREFIX)),
                ) {
                    ("$ref", Some(name)) if names.contains(name) => {
                        *value = format!("{PREFIX}{}", input(name)).into();
                    }
                    _ => rename(value, names),
                }
            }
        }
        _ => {}
    }
}

/// Descriptions without the line breaks of their source, and without what only
/// Rust knows: the widths of its integers.
fn tidy(schema: &mut Value) {
    match schema {
        Value::Array(items) => items.iter_mut().for_each(tidy),
        Value::Object(members) => {
            let is_width = |format: &str| format.starts_with("uint");
            if members
                .get("format")
                .and_then(Value::as_str)
                .is_some_and(is_width)
            {
                members.remove("format");
            }
            if let Some(Value::String(text)) = members.get_mut("description") {
                *text = one_line(text);
            }
            members.values_mut().for_each(tidy);
        }
        _ => {}
    }
}
