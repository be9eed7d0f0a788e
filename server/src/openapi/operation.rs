//! One call, with everything that is said of it.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use shared::endaoment::ACTING_USER;
use shared::{CallFacts, Code, Dialect, Method, Scope};

use super::schema::CallSchemas;
use super::{Entry, example, refusal, text};

/// Where a parameter travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Path,
    Query,
    Header,
}

impl Place {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Path => "path",
            Self::Query => "query",
            Self::Header => "header",
        }
    }
}

#[derive(Clone, Debug)]
pub struct Parameter {
    pub name: String,
    pub place: Place,
    pub is_required: bool,
    pub description: String,
    pub schema: Value,
    /// What the example of the call has for it.
    pub example: Option<Value>,
}

/// A schema, and a value that fits it.
#[derive(Clone, Debug)]
pub struct Content {
    pub schema: Value,
    pub example: Value,
}

#[derive(Clone, Debug)]
pub struct Operation {
    /// `createLink`
    pub id: String,
    pub facts: CallFacts,
    pub summary: String,
    pub description: String,
    pub parameters: Vec<Parameter>,
    pub body: Option<Content>,
    /// None for a call without an answer.
    pub answer: Option<Content>,
    pub refusals: BTreeMap<u16, Vec<Code>>,
}

impl Operation {
    pub(super) fn of(
        entry: &Entry,
        schemas: &CallSchemas,
        components: &Map<String, Value>,
    ) -> Self {
        let facts = entry.facts;
        let id = text::camel(&(entry.name)());
        let (summary, description) =
            text::summary(schemas.request["description"].as_str().unwrap_or_default());
        let example = example::request(&id, &schemas.request, components);
        let names = path_names(facts.path);
        let mut parameters = Vec::new();
        for name in &names {
            parameters.push(parameter(
                name,
                Place::Path,
                (&schemas.request, components, &example),
            ));
        }
        if !facts.method.has_body() {
            let fields = schemas.request["properties"].as_object();
            for name in fields.into_iter().flat_map(Map::keys) {
                if !names.contains(&name.as_str()) {
                    let sources = (&schemas.request, components, &example);
                    parameters.push(parameter(name, Place::Query, sources));
                }
            }
        }
        let body = facts
            .method
            .has_body()
            .then(|| body(&schemas.request, example, &names));
        let body = body.filter(|body| {
            body.schema["properties"]
                .as_object()
                .is_some_and(|fields| !fields.is_empty())
        });
        if takes_key_header(&facts, body.as_ref()) {
            parameters.push(key_header());
        }
        if takes_acting_user(&facts) {
            parameters.push(acting_user());
        }
        Self {
            id,
            facts,
            summary,
            description,
            parameters,
            body,
            answer: schemas.answer.as_ref().map(|schema| Content {
                schema: schema.clone(),
                example: example::answer(schema, components),
            }),
            refusals: refusal::of(&facts),
        }
    }

    /// The word of the path that names what the call is about; the foreign dialects
    /// are each a subject.
    pub fn subject(&self) -> &'static str {
        match self.facts.auth.dialect() {
            Dialect::Sir => self.facts.path.split('/').nth(3).unwrap_or_default(),
            Dialect::Endaoment => "endaoment",
            Dialect::Percent => "percent",
        }
    }

    /// Path and query with the example's values, as they are sent.
    pub fn example_target(&self) -> String {
        let mut path = self.facts.path.to_owned();
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for parameter in &self.parameters {
            let Some(value) = parameter.example.as_ref().map(plain) else {
                continue;
            };
            match parameter.place {
                Place::Path => {
                    let escaped = percent_encoding::utf8_percent_encode(
                        &value,
                        percent_encoding::NON_ALPHANUMERIC,
                    );
                    // What RFC 3986 leaves unreserved stays readable.
                    let escaped = escaped.to_string().replace("%2D", "-").replace("%5F", "_");
                    path = path.replace(&format!("{{{}}}", parameter.name), &escaped);
                }
                Place::Query => {
                    query.append_pair(&parameter.name, &value);
                }
                Place::Header => {}
            }
        }
        let query = query.finish();
        if query.is_empty() {
            path
        } else {
            format!("{path}?{query}")
        }
    }
}

/// A value as it stands in a path or a query.
fn plain(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

fn path_names(path: &str) -> Vec<&str> {
    let parts = path.split('{').skip(1);
    parts
        .filter_map(|part| Some(part.split_once('}')?.0))
        .collect()
}

fn parameter(
    name: &str,
    place: Place,
    (request, components, example): (&Value, &Map<String, Value>, &Value),
) -> Parameter {
    let mut schema = request["properties"][name].clone();
    remove_null(&mut schema);
    let is_list = ["page", "limit", "cursor"]
        .iter()
        .all(|name| request["properties"].get(name).is_some());
    if is_list {
        bound_list(name, &mut schema);
    }
    let description = schema["description"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    if let Some(members) = schema.as_object_mut() {
        members.remove("description");
    }
    let is_required = place == Place::Path
        || request["required"]
            .as_array()
            .is_some_and(|all| all.iter().any(|known| known == name));
    let given = example.get(name).cloned();
    let made = || is_required.then(|| example::value(name, &schema, components));
    let example = given.or_else(made);
    Parameter {
        name: name.to_owned(),
        place,
        is_required,
        description,
        schema,
        example,
    }
}

/// What every list knows.
fn bound_list(name: &str, schema: &mut Value) {
    let (description, least, most) = match name {
        "page" => (
            "The page, counted from 1. Not with `cursor`.",
            Some(1),
            None,
        ),
        "limit" => (
            "The rows of a page; 20 if left out.",
            Some(1),
            Some(shared::page::MAX_LIMIT),
        ),
        "cursor" => (
            "The `nextCursor` of the page before, in place of `page`.",
            None,
            None,
        ),
        _ => return,
    };
    schema["description"] = description.into();
    if let Some(least) = least {
        schema["minimum"] = least.into();
    }
    if let Some(most) = most {
        schema["maximum"] = most.into();
    }
}

/// A parameter is there or not; none is null.
fn remove_null(schema: &mut Value) {
    if let Some(Value::Array(kinds)) = schema.get_mut("type") {
        kinds.retain(|kind| kind != "null");
        if let [only] = kinds.as_slice() {
            schema["type"] = only.clone();
        }
    }
    let Some(Value::Array(any)) = schema.get_mut("anyOf") else {
        return;
    };
    any.retain(|one| one["type"] != "null");
    if let [only] = any.as_slice() {
        let mut flat = only.clone();
        if let Some(description) = schema.get("description") {
            flat["description"] = description.clone();
        }
        *schema = flat;
    }
}

/// The body: the request without what travels in the path.
fn body(request: &Value, mut example: Value, names: &[&str]) -> Content {
    let mut schema = request.clone();
    if let Some(members) = schema.as_object_mut() {
        members.remove("description");
        members.remove("title");
    }
    for name in names {
        if let Some(fields) = schema["properties"].as_object_mut() {
            fields.remove(*name);
        }
        if let Some(required) = schema.get_mut("required").and_then(Value::as_array_mut) {
            required.retain(|known| known != name);
        }
        if let Some(fields) = example.as_object_mut() {
            fields.remove(*name);
        }
    }
    if schema["required"].as_array().is_some_and(Vec::is_empty)
        && let Some(members) = schema.as_object_mut()
    {
        members.remove("required");
    }
    Content { schema, example }
}

/// Whether the header `Idempotency-Key` counts: a POST that can refuse a reused key
/// and does not require one in its body.
fn takes_key_header(facts: &CallFacts, body: Option<&Content>) -> bool {
    let in_body = body.and_then(|body| body.schema["required"].as_array());
    let requires_key = in_body.is_some_and(|names| {
        names
            .iter()
            .any(|name| name == "idempotencyKey" || name == "refundIdempotencyKey")
    });
    facts.method == Method::Post
        && facts.refusals.contains(&Code::IdempotencyKeyReused)
        && !requires_key
}

/// Whether a platform makes the call in the name of one of its users.
fn takes_acting_user(facts: &CallFacts) -> bool {
    let is_for_users = matches!(
        facts.scope,
        Some(Scope::FundsRead | Scope::FundsWrite | Scope::PledgesWrite | Scope::GrantsWrite)
    );
    facts.auth.dialect() == Dialect::Endaoment && is_for_users
}

fn acting_user() -> Parameter {
    Parameter {
        name: ACTING_USER.to_owned(),
        place: Place::Header,
        is_required: false,
        description: "The `id` of the user in whose name the call is made. The body, the header and the token \
                      must name the same user."
            .to_owned(),
        schema: json!({ "type": "string", "format": "uuid" }),
        example: None,
    }
}

fn key_header() -> Parameter {
    Parameter {
        name: "Idempotency-Key".to_owned(),
        place: Place::Header,
        is_required: false,
        description:
            "A repeated call under the same key has one effect and gets the first answer again, \
                      with `Idempotent-Replayed: true`."
                .to_owned(),
        schema: json!({ "type": "string", "minLength": 1, "maxLength": 255 }),
        example: None,
    }
}
