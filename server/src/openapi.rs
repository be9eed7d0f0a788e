//! The description of every call, made from the calls that serve: the `OpenAPI`
//! document, samples in three languages and a collection for API clients.
//!
//! Nothing is written down twice: what is true of a call stands in its type, what
//! it means in the type's doc comments.

mod collection;
mod document;
mod example;
mod means;
mod operation;
mod refusal;
mod sample;
mod schema;
mod text;

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Map, Value};
use shared::{Call, CallFacts};

pub use self::document::{INTRODUCTION, described, subject};
pub use self::means::{Credential, Means};
pub use self::operation::{Content, Operation, Parameter, Place};
pub use self::refusal::{meaning, of_status, word};
pub use self::sample::{Sample, samples};
pub use self::schema::PREFIX;

/// One call of the route table, with the schemas of what goes in and out.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    pub facts: CallFacts,
    name: fn() -> Cow<'static, str>,
    request: fn(&mut SchemaGenerator) -> Schema,
    answer: fn(&mut SchemaGenerator) -> Schema,
}

impl Entry {
    pub fn of<C>() -> Self
    where
        C: Call + JsonSchema,
        C::Answer: JsonSchema,
    {
        Self {
            facts: CallFacts::of::<C>(),
            name: C::schema_name,
            request: C::json_schema,
            answer: SchemaGenerator::subschema_for::<C::Answer>,
        }
    }
}

/// All that is said of the API at one address.
#[derive(Clone, Debug)]
pub struct Description {
    /// Without a slash at its end.
    pub base_url: String,
    pub operations: Vec<Operation>,
    /// The schemas that others refer to, by name.
    pub components: Map<String, Value>,
}

impl Description {
    pub fn of(entries: &[Entry], base_url: &str) -> Self {
        let schemas = schema::Schemas::of(entries);
        let operations = entries
            .iter()
            .zip(&schemas.calls)
            .map(|(entry, call)| Operation::of(entry, call, &schemas.components))
            .collect();
        Self {
            base_url: base_url.to_owned(),
            operations,
            components: schemas.components,
        }
    }

    /// `openapi.json`
    pub fn document(&self) -> Value {
        document::of(self)
    }

    /// A Postman collection, which other clients read as well.
    pub fn collection(&self) -> Value {
        collection::of(self)
    }
}
