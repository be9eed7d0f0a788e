//! From a request's path, query and body to the one struct of its call.
//!
//! The path's parameters come first, then the query (GET, DELETE) or the JSON
//! body (POST, PATCH). A parameter of the path cannot be overridden by a member
//! of the body. What does not fit is a 400 that names the field.

mod pairs;
mod path_first;

use serde::de::DeserializeOwned;
use shared::{Call, Code, FieldError};

use self::pairs::Pairs;
use self::path_first::PathFirst;
use crate::error::Error;

/// A name and its decoded value, from the path or the query.
pub type Pair = (String, String);

/// Reads a call whose fields travel in the path and the query.
pub fn from_query<C: DeserializeOwned>(path: Vec<Pair>, query: &str) -> Result<C, Error> {
    let mut pairs = path;
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        if !pairs.iter().any(|(known, _)| *known == name) {
            pairs.push((name.into_owned(), value.into_owned()));
        }
    }
    refuse_nul(&pairs)?;
    serde_path_to_error::deserialize(Pairs(pairs))
        .map_err(|error| field_error(&error.path().to_string(), &error.inner().to_string()))
}

/// Reads a call whose fields travel in the path and a JSON body; no body is `{}`.
pub fn from_body<C: Call + DeserializeOwned>(path: Vec<Pair>, body: &[u8]) -> Result<C, Error> {
    refuse_nul(&path)?;
    let body = if body.is_empty() { b"{}" } else { body };
    if !C::ITEMS_STAND_ALONE && body.windows(6).any(|part| part == b"\\u0000") {
        refuse_nul_in_body(body)?;
    }
    let mut json = serde_json::Deserializer::from_slice(body);
    let call = serde_path_to_error::deserialize(PathFirst {
        path,
        body: &mut json,
    })
    .map_err(|error| {
        // A wrong field counts only in a body that is JSON to its end.
        match serde_json::from_slice::<serde::de::IgnoredAny>(body) {
            Ok(_) => json_error(&error.path().to_string(), error.inner()),
            Err(broken) => json_error("", &broken),
        }
    })?;
    json.end().map_err(|error| json_error("", &error))?;
    Ok(call)
}

fn json_error(field: &str, error: &serde_json::Error) -> Error {
    match error.classify() {
        serde_json::error::Category::Data => field_error(field, &without_place(error)),
        _ => Error::new(
            Code::InvalidJson,
            format!(
                "the body is not JSON: line {}, column {}: {}",
                error.line(),
                error.column(),
                without_place(error)
            ),
        ),
    }
}

/// The message without the " at line 1 column 2" that stands at its end.
fn without_place(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    text.strip_suffix(&place).unwrap_or(&text).to_owned()
}

/// One wrong field. A missing one is named by serde only in its message.
fn field_error(path: &str, message: &str) -> Error {
    let quoted = |prefix: &str| {
        message
            .strip_prefix(prefix)?
            .split('`')
            .nth(1)
            .map(str::to_owned)
    };
    let inside = if matches!(path, "." | "") { "" } else { path };
    let join = |name: &str| {
        if inside.is_empty() {
            name.to_owned()
        } else {
            format!("{inside}.{name}")
        }
    };
    if let Some(name) = quoted("missing field ") {
        return Error::invalid(vec![FieldError::new(join(&name), "is required")]);
    }
    if let Some(name) = quoted("duplicate field ") {
        return Error::invalid(vec![FieldError::new(join(&name), "must be given once")]);
    }
    let field = if inside.is_empty() { "body" } else { inside };
    Error::field(field, message)
}

fn refuse_nul(pairs: &[Pair]) -> Result<(), Error> {
    match pairs
        .iter()
        .find(|(name, value)| name.contains('\0') || value.contains('\0'))
    {
        Some((name, _)) => Err(nul_error(&name.replace('\0', ""))),
        None => Ok(()),
    }
}

/// PostgreSQL keeps no NUL in text, so no string may bring one in.
fn refuse_nul_in_body(body: &[u8]) -> Result<(), Error> {
    let Ok(value) = serde_json::from_slice::<serde_json::Value>(body) else {
        // Not JSON at all: the reading that follows says where.
        return Ok(());
    };
    find_nul(&value, String::new()).map_or(Ok(()), |field| Err(nul_error(&field)))
}

fn find_nul(value: &serde_json::Value, path: String) -> Option<String> {
    match value {
        serde_json::Value::String(text) => text.contains('\0').then_some(path),
        serde_json::Value::Array(items) => items
            .iter()
            .enumerate()
            .find_map(|(index, item)| find_nul(item, format!("{path}[{index}]"))),
        serde_json::Value::Object(members) => members.iter().find_map(|(name, item)| {
            let inner = if path.is_empty() {
                name.clone()
            } else {
                format!("{path}.{name}")
            };
            if name.contains('\0') {
                Some(inner.replace('\0', ""))
            } else {
                find_nul(item, inner)
            }
        }),
        _ => None,
    }
}

fn nul_error(field: &str) -> Error {
    Error::field(field, "must not contain the NUL character")
}
