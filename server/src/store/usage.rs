//! Calls that were made, counted by hour and by day; and how far off the clocks
//! are that sign them.

mod write;

use std::collections::BTreeMap;

use shared::Method;
use shared::id::{KeyId, PartnerId};
use shared::time::Timestamp;
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Error};

pub use self::write::{ClockRow, UsageRow, has_old, prune, write};
use super::Connection;
use super::row::Columns as _;

/// How many kinds of durations there are.
pub const BUCKETS: usize = 32;
/// The longest of the first kind; each kind ends at 1.4142 times as much as the
/// one before, and the last has no end.
const FIRST_US: f64 = 250.0;

/// Calls that were counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub requests: i64,
    pub errors: i64,
    /// By how long they took, the shortest first.
    pub buckets: [i64; BUCKETS],
}

impl Counts {
    /// Counts a call, by its status and how long it took.
    pub fn count(&mut self, status: u16, took_us: i64) {
        self.requests += 1;
        self.errors += i64::from(status >= 400);
        self.buckets[bucket(took_us)] += 1;
    }

    pub fn add(&mut self, more: &Self) {
        self.requests += more.requests;
        self.errors += more.errors;
        for (bucket, more) in self.buckets.iter_mut().zip(more.buckets) {
            *bucket += more;
        }
    }

    /// The time, in milliseconds, within which at least so many of a hundred
    /// calls were answered; none without a call.
    pub fn percentile_ms(&self, percent: i64) -> Option<f64> {
        let all: i64 = self.buckets.iter().sum();
        let mut left = (all * percent + 99) / 100;
        if left == 0 {
            return None;
        }
        let place = self.buckets.iter().position(|count| {
            left -= count;
            left <= 0
        });
        place.map(|place| (end_us(place) / 10.0).round() / 100.0)
    }
}

/// Where a kind of durations ends, in microseconds.
fn end_us(bucket: usize) -> f64 {
    let power = i32::try_from(bucket).unwrap_or(i32::MAX);
    FIRST_US * std::f64::consts::SQRT_2.powi(power)
}

fn bucket(took_us: i64) -> usize {
    // Longer than a day is as good as a day.
    let took = f64::from(i32::try_from(took_us).unwrap_or(i32::MAX));
    let within = (0..BUCKETS).find(|bucket| took <= end_us(*bucket));
    within.unwrap_or(BUCKETS - 1)
}

/// What a row of counts is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Span {
    Hour,
    Day,
}

impl Span {
    pub const ALL: [Self; 2] = [Self::Hour, Self::Day];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::Day => "day",
        }
    }

    pub const fn ms(self) -> i64 {
        match self {
            Self::Hour => 3_600_000,
            Self::Day => 86_400_000,
        }
    }

    /// The first moment of the span in which a moment lies.
    pub const fn start(self, moment: Timestamp) -> Timestamp {
        Timestamp(moment.0 - moment.0.rem_euclid(self.ms()))
    }
}

/// The calls of a partner in a time, by all keys together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Used {
    pub endpoints: BTreeMap<(Method, String), Counts>,
    /// The requests of each span that has any, and the errors among them.
    pub times: BTreeMap<Timestamp, (i64, i64)>,
}

impl Used {
    /// Adds the calls of an endpoint in a span.
    pub fn add(&mut self, start: Timestamp, endpoint: (Method, String), counts: &Counts) {
        let (requests, errors) = self.times.entry(start).or_default();
        *requests += counts.requests;
        *errors += counts.errors;
        self.endpoints.entry(endpoint).or_default().add(counts);
    }
}

/// The calls of a partner since a moment. How long they took is read of endpoints
/// alone: of each endpoint in each span, it would be a hundred thousand numbers.
pub async fn since(
    conn: &mut Connection,
    partner_id: &PartnerId,
    (span, start): (Span, Timestamp),
) -> Result<Used, Error> {
    let sums = columns(|name| format!("CAST(SUM({name}) AS BIGINT) AS {name}"));
    let mut used = Used::default();
    let endpoints = format!("method, path, {sums}");
    for row in sum(
        conn,
        (&endpoints, "method, path"),
        (partner_id, span, start),
    )
    .await?
    {
        let endpoint = (row.named("method", Method::named)?, row.text("path")?);
        used.endpoints.insert(endpoint, read(&row)?);
    }
    let times = "start, CAST(SUM(requests) AS BIGINT) AS requests,
        CAST(SUM(errors) AS BIGINT) AS errors";
    for row in sum(conn, (times, "start"), (partner_id, span, start)).await? {
        let counts = (row.number("requests")?, row.number("errors")?);
        used.times.insert(row.time("start")?, counts);
    }
    Ok(used)
}

async fn sum(
    conn: &mut Connection,
    (columns, by): (&str, &str),
    (partner_id, span, start): (&PartnerId, Span, Timestamp),
) -> Result<Vec<AnyRow>, Error> {
    sqlx::query(AssertSqlSafe(format!(
        "SELECT {columns} FROM usage WHERE partner_id = $1 AND span = $2 AND start >= $3 GROUP BY {by}"
    )))
    .bind(partner_id.as_str())
    .bind(span.as_str())
    .bind(start.0)
    .fetch_all(conn)
    .await
}

/// Every column that counts, each written as `write` says.
fn columns(write: impl Fn(&str) -> String) -> String {
    let buckets = (0..BUCKETS).map(|bucket| format!("b{bucket}"));
    let names = ["requests".to_owned(), "errors".to_owned()];
    let columns = names.into_iter().chain(buckets);
    let columns: Vec<_> = columns.map(|name| write(&name)).collect();
    columns.join(", ")
}

fn read(row: &AnyRow) -> Result<Counts, Error> {
    let mut counts = Counts {
        requests: row.number("requests")?,
        errors: row.number("errors")?,
        ..Counts::default()
    };
    for (bucket, count) in counts.buckets.iter_mut().enumerate() {
        *count = row.number(&format!("b{bucket}"))?;
    }
    Ok(counts)
}

/// How far ahead the clock that signs with a key was, in seconds, when it was
/// seen furthest off, if that was not before a moment.
pub async fn clock_ahead(
    conn: &mut Connection,
    (partner_id, key_id): (&PartnerId, &KeyId),
    since: Timestamp,
) -> Result<Option<i64>, Error> {
    let row = sqlx::query(
        "SELECT ahead_s FROM key_clocks WHERE partner_id = $1 AND key_id = $2 AND seen_at >= $3",
    )
    .bind(partner_id.as_str())
    .bind(key_id.as_str())
    .bind(since.0)
    .fetch_optional(conn)
    .await?;
    row.map(|row| row.number("ahead_s")).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_counted_where_it_ends() {
        assert_eq!((bucket(-1), bucket(0), bucket(250)), (0, 0, 0));
        assert_eq!((bucket(251), bucket(353), bucket(354)), (1, 1, 2));
        assert_eq!((bucket(8_192_000), bucket(i64::MAX)), (30, 31));
    }

    #[test]
    fn a_percentile_is_the_end_of_its_bucket() {
        let mut counts = Counts::default();
        assert_eq!(counts.percentile_ms(50), None);
        for took_us in [100; 90].into_iter().chain([3_000; 9]).chain([60_000]) {
            counts.count(200, took_us);
        }
        let of = |percent| counts.percentile_ms(percent);
        assert_eq!((of(50), of(90)), (Some(0.25), Some(0.25)));
        assert_eq!((of(91), of(99)), (Some(4.0), Some(4.0)));
        assert_eq!(of(100), Some(64.0));
    }
}
