//! The `OpenAPI` 3.1 document.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use shared::{Code, Dialect};

use super::operation::Content;
use super::schema::PREFIX;
use super::{Description, Means, Operation, Parameter, refusal, sample};

const JSON: &str = "application/json";

/// What is true of all calls; Markdown.
pub const INTRODUCTION: &str = include_str!("introduction.md");

/// Each subject, by the word of its paths.
const SUBJECTS: &[(&str, &str, &str)] = &[
    (
        "config",
        "Configuration",
        "What a widget needs to know of the partner whose key it carries.",
    ),
    ("organizations", "Nonprofits", "To whom gifts can be given."),
    (
        "donations",
        "Donations",
        "Links through which donors pay, and how each gift goes.",
    ),
    (
        "users",
        "Users",
        "The people whom the partner knows, and the tokens they hold.",
    ),
    (
        "actions",
        "Actions",
        "What people did, and the tokens that it brought them.",
    ),
    (
        "token-pools",
        "Token pools",
        "The pools from which rewards are paid.",
    ),
    (
        "campaigns",
        "Campaigns",
        "Rules that multiply, cap and share the tokens of actions.",
    ),
    (
        "transactions",
        "Transactions",
        "Tokens that moved, each in balanced entries.",
    ),
    ("dashboard", "Dashboard", "How things go, in numbers."),
    (
        "webhooks",
        "Webhooks",
        "Where the partner's server is told of what happens.",
    ),
    (
        "events",
        "Events",
        "Everything that happened, in the order of its commits.",
    ),
    ("auth", "Sign-in", "Who works in the portal."),
    ("keys", "Keys", "What calls are made with."),
    (
        "endaoment",
        "Endaoment",
        "Donor-advised funds, pledges and grants, as Endaoment's technology platforms call them.",
    ),
    (
        "percent",
        "Percent",
        "Donation sessions, and what was given in them, as Percent's clients call them.",
    ),
];

/// The title of a subject and a sentence about it.
pub fn subject(word: &'static str) -> (&'static str, &'static str) {
    let known = SUBJECTS.iter().find(|(known, _, _)| *known == word);
    known.map_or((word, ""), |(_, title, text)| (*title, *text))
}

pub(super) fn of(api: &Description) -> Value {
    let mut paths = Map::new();
    for operation in &api.operations {
        let path = paths
            .entry(operation.facts.path)
            .or_insert_with(|| json!({}));
        path[operation.facts.method.as_str().to_lowercase()] = entry(operation, &api.base_url);
    }
    let words: BTreeSet<&str> = api.operations.iter().map(Operation::subject).collect();
    let tags = api.operations.iter().map(Operation::subject);
    let mut told = BTreeSet::new();
    let tags: Vec<Value> = tags
        .filter(|word| words.contains(word) && told.insert(*word))
        .map(|word| {
            let (title, text) = subject(word);
            json!({ "name": title, "description": text })
        })
        .collect();
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Giving partner API",
            "version": env!("CARGO_PKG_VERSION"),
            "description": INTRODUCTION,
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        },
        "servers": [{ "url": api.base_url, "description": "This server" }],
        "tags": tags,
        "paths": paths,
        "components": {
            "schemas": api.components,
            "securitySchemes": security_schemes(),
            "headers": headers(),
        },
    })
}

fn entry(operation: &Operation, base_url: &str) -> Value {
    let samples: Vec<Value> = sample::samples(operation, base_url)
        .into_iter()
        .map(|sample| json!({ "lang": sample.language, "label": sample.label, "source": sample.source }))
        .collect();
    let mut responses = Map::new();
    responses.insert(operation.facts.status.to_string(), success(operation));
    if let Some(again) = operation.facts.status_again {
        responses.insert(again.to_string(), success(operation));
    }
    if takes_etag(operation) {
        let known = json!({ "description": "As it was under the `ETag` in `If-None-Match`; free of the limit.",
            "headers": named_headers(&["X-Request-Id"]) });
        responses.insert("304".to_owned(), known);
    }
    for (status, codes) in &operation.refusals {
        let refused = refused((operation.facts.auth.dialect(), *status), codes);
        responses.insert(status.to_string(), refused);
    }
    let mut entry = json!({
        "operationId": operation.id,
        "tags": [subject(operation.subject()).0],
        "summary": operation.summary,
        "description": described(operation),
        "security": security(operation),
        "responses": responses,
        "x-codeSamples": samples,
    });
    let parameters: Vec<Value> = operation.parameters.iter().map(parameter).collect();
    if !parameters.is_empty() {
        entry["parameters"] = parameters.into();
    }
    if let Some(body) = &operation.body {
        let is_required = body.schema.get("required").is_some();
        entry["requestBody"] = json!({ "required": is_required, "content": content(JSON, body) });
    }
    entry
}

fn content(media: &str, content: &Content) -> Value {
    json!({ (media): { "schema": content.schema, "example": content.example } })
}

/// What is said of the call, and who may make it.
pub fn described(operation: &Operation) -> String {
    let facts = &operation.facts;
    let mut paragraphs = vec![operation.description.clone()];
    let mut needs = vec![Means::of(facts.auth).sentence.to_owned()];
    needs.extend(facts.scope.map(|scope| format!("Scope `{scope}`.")));
    if let Some(feature) = facts.feature {
        needs.push(format!("Feature `{feature}`."));
    }
    paragraphs.push(needs.join(" "));
    paragraphs.retain(|paragraph| !paragraph.is_empty());
    paragraphs.join("\n\n")
}

/// What a call needs, each way of it; the first scheme of each names the scope.
fn security(operation: &Operation) -> Value {
    let alternative = |schemes: &&[&str]| {
        let named = schemes.iter().enumerate().map(|(index, name)| {
            let scopes: Vec<_> = operation
                .facts
                .scope
                .filter(|_| index == 0)
                .into_iter()
                .collect();
            ((*name).to_owned(), json!(scopes))
        });
        Value::Object(named.collect())
    };
    let schemes = Means::of(operation.facts.auth).schemes;
    schemes.iter().map(alternative).collect()
}

fn security_schemes() -> Value {
    let header = |name: &str, description: &str| json!({ "type": "apiKey", "in": "header", "name": name, "description": description });
    json!({
        "publishableKey": header("X-Partner-Key", "`pk_…`: may be seen by anyone, and may do little."),
        "secretKey": header("X-Partner-Key", "`sk_…`: for servers only, never without a signature."),
        "endaomentKey": header("x-api-key", "`sk_…`: for servers only; the calls of the Endaoment dialect."),
        "percentKey": header("Authorization", "`sk_…`, or `pk_…` where a call says so; the calls of the Percent dialect."),
        "accessToken": {
            "type": "http", "scheme": "bearer", "bearerFormat": "JWT",
            "description": "The `accessToken` of a sign-in to the portal, or a token of an outside issuer that the server trusts.",
        },
        "timestamp": header("X-Timestamp", "Unix seconds, within 300 s of the server's clock."),
        "signature": header(
            "X-Signature",
            "hex(HMAC-SHA256(hmacSecret, X-Timestamp + METHOD + pathWithQuery + hex(SHA-256(body)))), \
             without separators; of no body the hash of the empty string."
        ),
    })
}

fn parameter(parameter: &Parameter) -> Value {
    let mut value = json!({
        "name": parameter.name,
        "in": parameter.place.as_str(),
        "required": parameter.is_required,
        "schema": parameter.schema,
    });
    if !parameter.description.is_empty() {
        value["description"] = parameter.description.clone().into();
    }
    if let Some(example) = &parameter.example {
        value["example"] = example.clone();
    }
    value
}

/// A call that answers where a donation stands is polled.
fn takes_etag(operation: &Operation) -> bool {
    operation.id == "getDonationStatus"
}

fn success(operation: &Operation) -> Value {
    let mut names = vec![
        "X-Request-Id",
        "X-RateLimit-Limit",
        "X-RateLimit-Remaining",
        "X-RateLimit-Reset",
    ];
    if operation
        .refusals
        .values()
        .flatten()
        .any(|code| *code == Code::IdempotencyKeyReused)
    {
        names.push("Idempotent-Replayed");
    }
    if takes_etag(operation) {
        names.push("ETag");
    }
    let description = match operation.facts.status {
        201 => "Made.",
        202 => "Taken up; it goes on in the background.",
        204 => "Done; there is nothing to say.",
        _ => "The answer.",
    };
    let mut response = json!({ "description": description, "headers": named_headers(&names) });
    if let Some(answer) = &operation.answer {
        response["content"] = content(operation.facts.media.as_str(), answer);
    }
    response
}

fn refused((dialect, status): (Dialect, u16), codes: &[Code]) -> Value {
    let mut names = vec!["X-Request-Id"];
    if matches!(status, 429 | 503) {
        names.push("Retry-After");
    }
    let lines: Vec<String> = codes
        .iter()
        .map(|code| {
            let word = refusal::word(*code, dialect);
            format!("- `{word}`: {}.", refusal::meaning(*code))
        })
        .collect();
    let schema = match dialect {
        Dialect::Sir => json!({ "allOf": [
            { "$ref": format!("{PREFIX}ErrorBody") },
            { "type": "object", "properties": { "statusCode": { "const": status }, "code": { "enum": codes } } },
        ]}),
        Dialect::Endaoment => json!({ "$ref": format!("{PREFIX}EndaomentError") }),
        Dialect::Percent => json!({ "$ref": format!("{PREFIX}PercentError") }),
    };
    json!({
        "description": format!("{}\n\n{}", refusal::of_status(status), lines.join("\n")),
        "headers": named_headers(&names),
        "content": { (JSON): { "schema": schema } },
    })
}

fn named_headers(names: &[&str]) -> Value {
    let reference = |name: &&str| json!({ "$ref": format!("#/components/headers/{name}") });
    let headers = names
        .iter()
        .map(|name| ((*name).to_owned(), reference(name)));
    Value::Object(headers.collect())
}

fn headers() -> Value {
    let whole =
        |description: &str| json!({ "description": description, "schema": { "type": "integer" } });
    let text =
        |description: &str| json!({ "description": description, "schema": { "type": "string" } });
    json!({
        "X-Request-Id": text("The number of this request: `req_…`."),
        "X-RateLimit-Limit": whole("Requests an hour."),
        "X-RateLimit-Remaining": whole("Requests left in this hour."),
        "X-RateLimit-Reset": whole("When the next hour begins, in Unix seconds."),
        "Retry-After": whole("Seconds to wait."),
        "Idempotent-Replayed": text("`true` if this is the first answer again."),
        "ETag": text("Send it as `If-None-Match`, to get 304 as long as nothing has changed."),
    })
}
