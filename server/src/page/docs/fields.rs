//! A schema as a table: one row a field, the fields of objects below their own.

use maud::{Markup, html};
use serde_json::{Map, Value};

use super::markdown;
use crate::openapi::PREFIX;

/// How deep the fields of objects are shown.
const MAX_DEPTH: u32 = 3;

struct Row {
    /// `stakeholders[].partnerUserId`
    path: String,
    kind: String,
    is_required: bool,
    text: String,
}

/// Who writes the fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Body,
    Answer,
}

impl Side {
    const fn caption(self) -> &'static str {
        match self {
            Self::Body => "Fields of the body",
            Self::Answer => "Fields of the answer",
        }
    }

    /// What is worth saying: that a caller must write a field, and that an answer
    /// may lack one.
    const fn mark(self, is_required: bool) -> Option<&'static str> {
        match (self, is_required) {
            (Self::Body, true) => Some("required"),
            (Self::Answer, false) => Some("sometimes"),
            (Self::Body, false) | (Self::Answer, true) => None,
        }
    }
}

/// All fields of a body or an answer.
pub(super) fn table(schema: &Value, components: &Map<String, Value>, side: Side) -> Markup {
    let mut rows = Vec::new();
    collect(&mut rows, "", (schema, components, 0));
    html! {
        @if !rows.is_empty() {
            table {
                caption { (side.caption()) }
                thead { tr { th scope="col" { "Field" } th scope="col" { "Type" } th scope="col" { "Meaning" } } }
                tbody {
                    @for row in &rows {
                        tr {
                            th scope="row" {
                                code { (row.path) }
                                @if let Some(mark) = side.mark(row.is_required) { " " span.needed { (mark) } }
                            }
                            td { (markdown::line(&row.kind)) }
                            td { (markdown::line(&row.text)) }
                        }
                    }
                }
            }
        }
    }
}

/// The schema itself, without references and without null.
fn resolved<'a>(schema: &'a Value, components: &'a Map<String, Value>) -> &'a Value {
    let target = schema["$ref"]
        .as_str()
        .and_then(|path| path.strip_prefix(PREFIX));
    if let Some(found) = target.and_then(|name| components.get(name)) {
        return resolved(found, components);
    }
    let one = schema["anyOf"]
        .as_array()
        .and_then(|any| any.iter().find(|one| one["type"] != "null"));
    match one {
        Some(one) if one.get("$ref").is_some() => resolved(one, components),
        _ => schema,
    }
}

fn collect(
    rows: &mut Vec<Row>,
    prefix: &str,
    (schema, components, depth): (&Value, &Map<String, Value>, u32),
) {
    let schema = resolved(schema, components);
    if schema["type"] == "array" || schema["type"][0] == "array" {
        return collect(
            rows,
            &format!("{prefix}[]"),
            (&schema["items"], components, depth),
        );
    }
    let Some(fields) = schema["properties"]
        .as_object()
        .filter(|_| depth < MAX_DEPTH)
    else {
        return;
    };
    let required = schema["required"].as_array();
    let is_required =
        |name: &str| required.is_some_and(|names| names.iter().any(|known| known == name));
    let mut fields: Vec<(&String, &Value)> = fields.iter().collect();
    // What must be there comes first; the order of names is kept.
    fields.sort_by_key(|(name, _)| !is_required(name));
    for (name, field) in fields {
        let path = if prefix.is_empty() {
            name.clone()
        } else {
            format!("{prefix}.{name}")
        };
        let target = resolved(field, components);
        let said = field["description"]
            .as_str()
            .or_else(|| target["description"].as_str());
        rows.push(Row {
            kind: kind(field, components),
            is_required: is_required(name),
            text: said.unwrap_or_default().to_owned(),
            path: path.clone(),
        });
        collect(rows, &path, (field, components, depth + 1));
    }
}

/// What a value is, in a few words.
pub(super) fn kind(schema: &Value, components: &Map<String, Value>) -> String {
    let allows_null = |schema: &Value| {
        let any = schema["anyOf"].as_array();
        let kinds = schema["type"].as_array();
        any.is_some_and(|any| any.iter().any(|one| one["type"] == "null"))
            || kinds.is_some_and(|kinds| kinds.iter().any(|kind| kind == "null"))
    };
    let target = resolved(schema, components);
    let suffix = if allows_null(schema) { " or null" } else { "" };
    format!("{}{suffix}", plain_kind(target, components))
}

fn plain_kind(schema: &Value, components: &Map<String, Value>) -> String {
    if let Some(names) = names(schema) {
        return names
            .iter()
            .map(|name| format!("`{name}`"))
            .collect::<Vec<_>>()
            .join(" ");
    }
    let kinds = match &schema["type"] {
        Value::Array(kinds) => kinds.first().and_then(Value::as_str),
        kind => kind.as_str(),
    };
    match (kinds, schema["format"].as_str()) {
        (Some("array"), _) => format!("list of {}", kind(&schema["items"], components)),
        (Some("integer"), _) => "whole number".to_owned(),
        (Some("boolean"), _) => "`true` or `false`".to_owned(),
        (Some("string"), Some("date-time")) => "time".to_owned(),
        (Some("string"), Some("date")) => "day".to_owned(),
        (Some("string"), _) => "text".to_owned(),
        (Some(kind), _) => kind.to_owned(),
        (None, _) => "text or number".to_owned(),
    }
}

/// The members of a closed set.
fn names(schema: &Value) -> Option<Vec<&str>> {
    if let Some(names) = schema["enum"].as_array() {
        return Some(names.iter().filter_map(Value::as_str).collect());
    }
    let parts = schema["oneOf"].as_array()?;
    let of_part = |part: &'_ Value| part["const"].as_str().is_some() || part["enum"].is_array();
    parts.iter().all(of_part).then(|| {
        let names = parts.iter().flat_map(|part| {
            let single = part["const"].as_str();
            let many = part["enum"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Value::as_str);
            single.into_iter().chain(many)
        });
        names.collect()
    })
}
