//! The calls of Percent's donation sessions, with its names and manners.

use serde::{Deserialize, Serialize};

/// The body of every refusal in the Percent dialect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct PercentError {
    pub error: PercentFault,
    /// Always `error`.
    pub object: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct PercentFault {
    /// The number of the request: `req_…`.
    pub id: String,
    /// What callers branch on: `bad_request`.
    pub code: String,
    pub title: String,
    pub message: String,
    /// What is wrong, each with the name of its field.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<String>,
}
