//! Lists: the page that is asked for, and the page that is answered.

use serde::{Deserialize, Serialize};

/// The rows of a page when the caller does not say.
pub const DEFAULT_LIMIT: u32 = 20;
/// The most rows that a page can have.
pub const MAX_LIMIT: u32 = 100;

/// One page of a list, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "openapi",
    derive(schemars::JsonSchema),
    schemars(rename = "{T}Page")
)]
pub struct Page<T> {
    pub data: Vec<T>,
    pub pagination: Pagination,
}

/// Where a page stands in its list. `page`, `total` and `totalPages` are left
/// out of a walk by cursor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Pagination {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<u32>,
    pub limit: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total_pages: Option<i64>,
    /// Asks for the rows after these; null at the end.
    pub next_cursor: Option<String>,
}
