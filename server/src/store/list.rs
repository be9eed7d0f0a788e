//! Which rows of a list are read.

use shared::time::Timestamp;

/// The rows after a place in the list: after a row, or after so many rows.
#[derive(Clone, Debug)]
pub struct Window {
    /// The last row of the page before: its moment and its id.
    pub after: Option<(Timestamp, String)>,
    pub offset: i64,
    pub limit: i64,
}
