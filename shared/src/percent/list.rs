//! Lists as Percent's clients walk them: by the links that come with each page.

use serde::{Deserialize, Serialize};

use crate::names::names;

/// The rows of a page when the caller does not say.
pub const DEFAULT_PAGE_SIZE: i64 = 25;
/// The most rows that a page can have; it may have none.
pub const MAX_PAGE_SIZE: i64 = 100;

names! {
    /// Which end of a list comes first: `DESC` is the newest.
    pub enum Direction { Descending = "DESC", Ascending = "ASC" }
}

/// Whole addresses of this page and those beside it; null where there is none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct CursorLinks {
    pub current: String,
    pub next: Option<String>,
    pub prev: Option<String>,
}

/// Whole addresses of this page, those beside it and both ends; null where there is
/// none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct PageLinks {
    pub current: String,
    pub next: Option<String>,
    pub prev: Option<String>,
    pub first: String,
    pub last: String,
}
