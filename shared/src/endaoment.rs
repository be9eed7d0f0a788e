//! The calls of Endaoment's technology platforms, with its names and manners.

pub mod fund;
pub mod grant;
pub mod organization;
pub mod pledge;
pub mod quantity;
pub mod user;

use serde::{Deserialize, Serialize};

pub use self::fund::FundType;

/// The body of every refusal in the Endaoment dialect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct EndaomentError {
    pub status_code: u16,
    /// What is wrong, each with the name of its field: `name is required`.
    pub message: Vec<String>,
    /// The status in words: `Bad Request`.
    pub error: String,
}

/// The header that names the acting user, by the id that the Endaoment dialect
/// gave it.
pub const ACTING_USER: &str = "x-endaoment-user-id";
