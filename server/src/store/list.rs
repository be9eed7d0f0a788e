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

/// Which end of a list is read first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    NewestFirst,
    OldestFirst,
}

impl Order {
    #[must_use]
    pub const fn reversed(self) -> Self {
        match self {
            Self::NewestFirst => Self::OldestFirst,
            Self::OldestFirst => Self::NewestFirst,
        }
    }
}

/// The rows after a place in a list that can be walked both ways.
#[derive(Clone, Debug)]
pub struct Walk {
    /// The row before the first: its moment and its id.
    pub after: Option<(Timestamp, String)>,
    pub order: Order,
    pub limit: i64,
}

impl Walk {
    /// The condition that enters the list at the place, and the order from there on.
    pub(super) fn sql(
        &self,
        (time, id): (&str, &str),
        [at, behind]: [&str; 2],
    ) -> (String, String) {
        let (than, way) = match self.order {
            Order::NewestFirst => ("<", "DESC"),
            Order::OldestFirst => (">", "ASC"),
        };
        (
            format!("({time}, {id}) {than} ({at}, {behind})"),
            format!("{time} {way}, {id} {way}"),
        )
    }

    /// The place, or the end of all time from which the walk begins.
    pub(super) fn place(&self) -> (i64, &str) {
        let end = match self.order {
            Order::NewestFirst => i64::MAX,
            Order::OldestFirst => i64::MIN,
        };
        let after = self.after.as_ref();
        after.map_or((end, ""), |(time, id)| (time.0, id))
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
