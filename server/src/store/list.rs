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

impl Window {
    /// The moment and id below which the rows stand: those of the row before,
    /// or the end of a span of time, or of all time. Since there always is one,
    /// an index on `(created_at, id)` is entered at the very place; behind a
    /// condition that may be absent, each page would walk past all before it.
    pub(super) fn below(&self, to: Option<Timestamp>) -> (i64, &str) {
        let end = end(to);
        match &self.after {
            Some((time, id)) => end.min((time.0, id.as_str())),
            None => end,
        }
    }
}

/// The end of a span of time, as the moment and id below which its rows stand.
pub(super) fn end(to: Option<Timestamp>) -> (i64, &'static str) {
    (to.map_or(i64::MAX, |time| time.0), "")
}

/// The first moment of a span of time.
pub(super) fn start(from: Option<Timestamp>) -> i64 {
    from.map_or(i64::MIN, |time| time.0)
}

/// The condition, if its member of the filter is there. The parameter is
/// mentioned either way, so that all statements take the same ones.
pub(super) fn given<T>(member: Option<&T>, condition: &str, parameter: &str) -> String {
    match member {
        Some(_) => condition.to_owned(),
        None => format!("CAST({parameter} AS TEXT) IS NULL"),
    }
}
