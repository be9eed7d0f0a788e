//! A collection for Postman and the clients that read its form (v2.1): every call
//! with its example, signed by a script of the collection.

use serde_json::{Value, json};

use super::document::{described, subject};
use super::{Description, Means, Operation, Place, sample};

const SCHEMA: &str = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json";
const SCRIPT: &str = include_str!("collection.js");

pub(super) fn of(api: &Description) -> Value {
    let mut folders: Vec<(&str, Vec<Value>)> = Vec::new();
    for operation in &api.operations {
        let title = subject(operation.subject()).0;
        let item = item(operation);
        match folders.iter_mut().find(|(known, _)| *known == title) {
            Some((_, items)) => items.push(item),
            None => folders.push((title, vec![item])),
        }
    }
    let folders: Vec<Value> = folders
        .into_iter()
        .map(|(title, items)| json!({ "name": title, "item": items }))
        .collect();
    let variable = |name: &str, value: &str| json!({ "key": name, "value": value });
    json!({
        "info": {
            "name": "Giving partner API",
            "description": "Fill in the collection's variables: the keys of `giving serve --demo` stand in demo-credentials.json.",
            "schema": SCHEMA,
        },
        "variable": [
            variable("baseUrl", &api.base_url),
            variable("publicKey", ""),
            variable("secretKey", ""),
            variable("hmacSecret", ""),
            variable("accessToken", ""),
        ],
        "event": [{
            "listen": "prerequest",
            "script": { "type": "text/javascript", "exec": SCRIPT.lines().collect::<Vec<_>>() },
        }],
        "item": folders,
    })
}

fn item(operation: &Operation) -> Value {
    let mut headers =
        vec![json!({ "key": "X-Giving-Auth", "value": Means::of(operation.facts.auth).word })];
    let mut request = json!({
        "method": operation.facts.method,
        "description": described(operation),
        "url": url(operation),
    });
    if let Some(body) = &operation.body {
        headers.push(json!({ "key": "Content-Type", "value": "application/json" }));
        request["body"] = json!({
            "mode": "raw",
            "raw": sample::written(&body.example),
            "options": { "raw": { "language": "json" } },
        });
    }
    request["header"] = headers.into();
    json!({ "name": operation.summary, "request": request })
}

/// The address in its parts; optional parameters are there, switched off.
fn url(operation: &Operation) -> Value {
    let target = operation.example_target();
    let path = target
        .split_once('?')
        .map_or(target.as_str(), |(path, _)| path);
    let query: Vec<Value> = operation
        .parameters
        .iter()
        .filter(|parameter| parameter.place == Place::Query)
        .map(|parameter| {
            let example = parameter.example.as_ref();
            let value = example.map(|value| {
                value
                    .as_str()
                    .map_or_else(|| value.to_string(), str::to_owned)
            });
            json!({
                "key": parameter.name,
                "value": value.clone().unwrap_or_default(),
                "description": parameter.description,
                "disabled": value.is_none(),
            })
        })
        .collect();
    json!({
        "raw": format!("{{{{baseUrl}}}}{target}"),
        "host": ["{{baseUrl}}"],
        "path": path.split('/').skip(1).collect::<Vec<_>>(),
        "query": query,
    })
}
