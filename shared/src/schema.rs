//! The schemas of the types that are written otherwise than they are held: ids,
//! whole and decimal numbers, moments, changes. All others derive theirs.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::campaign::Average;
use crate::change::Change;
use crate::day::Day;
use crate::decimal::{Major, Multiplier};
use crate::money::{MicroDollars, Minor, Percent, Tokens};
use crate::time::Timestamp;

/// Schemas that stand where they are used, so that a field's own description
/// takes the place of the type's.
macro_rules! inline_schemas {
    ($( $name:ident: $schema:tt ),+ $(,)?) => { $(
        impl JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!($schema)
            }
        }
    )+ };
}

inline_schemas! {
    Minor: {
        "type": "integer", "format": "int64",
        "description": "In minor units of the currency: 2500 is 25.00 USD, and 2500 JPY.",
        "examples": [2500]
    },
    MicroDollars: {
        "type": "string", "pattern": "^[0-9]{1,19}$",
        "description": "In millionths of a US dollar, as digits: \"25000000\" is 25.00 USD.",
        "examples": ["25000000"]
    },
    Tokens: {
        "type": "integer", "format": "int64",
        "description": "Whole tokens.",
        "examples": [50]
    },
    Major: {
        "type": "number", "minimum": 0,
        "description": "In major units of the currency, exact, without exponent: 49.99 is 49.99 USD.",
        "examples": [49.99]
    },
    Percent: {
        "type": "number", "minimum": 0, "maximum": 100,
        "description": "Percent, with at most two decimals.",
        "examples": [12.5]
    },
    Average: {
        "type": "number", "minimum": 0,
        "description": "With two decimals.",
        "examples": [12.5]
    },
    Timestamp: {
        "type": "string", "format": "date-time",
        "description": "RFC 3339; answers are in UTC with milliseconds.",
        "examples": ["2026-05-10T09:12:00.000Z"]
    },
    Day: {
        "type": "string", "format": "date",
        "description": "A UTC day.",
        "examples": ["2026-05-10"]
    },
}

impl JsonSchema for Multiplier {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Multiplier".into()
    }

    /// Read as text or as a number, written as text.
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        const DESCRIPTION: &str = "From 0 to 1000 with at most four decimals.";
        let text = json_schema!({ "type": "string", "pattern": r"^[0-9]{1,4}(\.[0-9]{1,4})?$" });
        if generator.contract().is_serialize() {
            let mut schema = text;
            schema.insert("description".to_owned(), DESCRIPTION.into());
            schema.insert("examples".to_owned(), vec!["1.50"].into());
            return schema;
        }
        json_schema!({
            "anyOf": [text, { "type": "number", "minimum": 0, "maximum": 1000 }],
            "description": DESCRIPTION,
            "examples": ["1.50"]
        })
    }
}

/// Null removes; a field that is left out stays as it is.
impl<T: JsonSchema> JsonSchema for Change<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        Option::<T>::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Option::<T>::json_schema(generator)
    }
}

/// The fewest hex digits of an id that the server makes.
const MIN_DIGITS: usize = 24;

/// An id as in the example: a UUID, or hex digits, or letters and digits, with or
/// without a word before them. One with fewer digits is a name that the partner gave.
pub(crate) fn of_id(example: &str) -> Schema {
    if example.contains('-') {
        return json_schema!({ "type": "string", "format": "uuid", "examples": [example] });
    }
    let (word, digits) = match example.split_once('_') {
        Some((word, digits)) => (format!("{word}_"), digits),
        None => (String::new(), example),
    };
    if digits.len() < MIN_DIGITS {
        return json_schema!({
            "type": "string", "minLength": 1, "maxLength": 128,
            "description": "The partner's own name for a user: printable characters, told apart by case.",
            "examples": [example]
        });
    }
    let is_hex = digits
        .bytes()
        .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let alphabet = if is_hex { "0-9a-f" } else { "0-9A-Za-z" };
    json_schema!({
        "type": "string",
        "pattern": format!("^{word}[{alphabet}]{{{}}}$", digits.len()),
        "examples": [example]
    })
}

/// An object of any members.
pub(crate) fn any_object(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "object", "additionalProperties": true })
}
