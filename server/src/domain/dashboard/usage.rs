//! The calls that a partner has made, by endpoint and by time.

use std::collections::BTreeMap;

use shared::Method;
use shared::dashboard::{ApiUsage, EndpointUsage, UsageAt};
use shared::day::Day;
use shared::id::PartnerId;
use shared::time::Timestamp;

use super::{days, first_of};
use crate::app::App;
use crate::error::Error;
use crate::store::usage::{Counts, Span, Used};

/// So many days are shown by the hour.
const DAYS_BY_HOUR: u32 = 2;
const DEFAULT_DAYS: u32 = 1;

/// The calls of the last days.
pub async fn api_usage(
    app: &App,
    partner_id: &PartnerId,
    asked: Option<u32>,
) -> Result<ApiUsage, Error> {
    let days = days(asked, DEFAULT_DAYS)?;
    let span = if days <= DAYS_BY_HOUR {
        Span::Hour
    } else {
        Span::Day
    };
    let now = app.context.now();
    let start = first_of(Day::of(now), days).start();
    let used = app.usage.since(&app.db, partner_id, (span, start)).await?;
    Ok(report(used, span, (start, now)))
}

fn report(used: Vec<Used>, span: Span, (start, now): (Timestamp, Timestamp)) -> ApiUsage {
    let mut all = Counts::default();
    let mut endpoints = BTreeMap::<(Method, String), Counts>::new();
    let mut times = BTreeMap::<Timestamp, (i64, i64)>::new();
    for one in used {
        all.add(&one.counts);
        let time = times.entry(one.start).or_default();
        *time = (time.0 + one.counts.requests, time.1 + one.counts.errors);
        let endpoint = endpoints.entry((one.method, one.path)).or_default();
        endpoint.add(&one.counts);
    }
    let mut by_endpoint: Vec<_> = endpoints.into_iter().map(endpoint).collect();
    // Stable: equals keep the order of their names.
    by_endpoint.sort_by_key(|endpoint| std::cmp::Reverse(endpoint.requests));
    let spans = (start.0..=now.0).step_by(usize::try_from(span.ms()).unwrap_or(usize::MAX));
    let by_time = spans.map(|start| {
        let (requests, errors) = times.remove(&Timestamp(start)).unwrap_or_default();
        UsageAt {
            start: Timestamp(start),
            requests,
            errors,
        }
    });
    ApiUsage {
        requests: all.requests,
        errors: all.errors,
        p50_ms: all.percentile_ms(50),
        p95_ms: all.percentile_ms(95),
        p99_ms: all.percentile_ms(99),
        by_endpoint,
        by_time: by_time.collect(),
    }
}

fn endpoint(((method, path), counts): ((Method, String), Counts)) -> EndpointUsage {
    EndpointUsage {
        method,
        path,
        requests: counts.requests,
        errors: counts.errors,
        p50_ms: counts.percentile_ms(50),
        p95_ms: counts.percentile_ms(95),
        p99_ms: counts.percentile_ms(99),
    }
}
