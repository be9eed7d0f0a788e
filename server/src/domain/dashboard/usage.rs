//! The calls that a partner has made, by endpoint and by time.

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

fn report(mut used: Used, span: Span, (start, now): (Timestamp, Timestamp)) -> ApiUsage {
    let mut all = Counts::default();
    for counts in used.endpoints.values() {
        all.add(counts);
    }
    let mut by_endpoint: Vec<_> = used.endpoints.into_iter().map(endpoint).collect();
    // Stable: equals keep the order of their names.
    by_endpoint.sort_by_key(|endpoint| std::cmp::Reverse(endpoint.requests));
    let spans = (start.0..=now.0).step_by(usize::try_from(span.ms()).unwrap_or(usize::MAX));
    let by_time = spans.map(|start| {
        let (requests, errors) = used.times.remove(&Timestamp(start)).unwrap_or_default();
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
