//! Whether a partner's integration works, and what to do where it does not.

use ledger::Pool;
use shared::dashboard::{CheckName, HealthCheck, HealthStatus, IntegrationHealth};
use shared::time::Timestamp;
use shared::token_pool::PoolStatus;

use crate::app::App;
use crate::error::Error;
use crate::store::caller::Caller;
use crate::store::list::Window;
use crate::store::usage::{Span, Used};
use crate::store::webhook::WebhookRow;
use crate::store::{self, pool, usage};

const DAY_MS: i64 = 86_400_000;
/// A key that expires so soon should be replaced.
const EXPIRY_DAYS: i64 = 14;
/// More than a partner has.
const MAX_LISTED: i64 = 1_000;
/// Fewer calls than these say nothing of a share.
const FEW_CALLS: i64 = 10;
/// The shares of calls, of a hundred, from which on their errors are much, and
/// too much.
const SOME_ERRORS: i64 = 5;
const MANY_ERRORS: i64 = 50;
/// So many seconds are worth a warning; beyond the others calls are refused.
const OFF_S: i64 = 30;
const MOST_OFF_S: i64 = 300;

/// Goes through all checks for the key that asks.
pub async fn integration_health(app: &App, caller: &Caller) -> Result<IntegrationHealth, Error> {
    let (now, partner_id) = (app.context.now(), &caller.partner.id);
    let day_ago = now.plus_ms(-DAY_MS);
    let hour = Span::Hour.start(day_ago);
    let used = app.usage.since(&app.db, partner_id, (Span::Hour, hour));
    let used = used.await?;
    let window = Window {
        after: None,
        offset: 0,
        limit: MAX_LISTED,
    };
    let mut conn = app.db.read().await?;
    let pools = pool::list_all(&mut conn, Some(partner_id), MAX_LISTED).await?;
    let webhooks = store::webhook::list(&mut conn, partner_id, &window).await?;
    let hour_ago = now.plus_ms(-Span::Hour.ms());
    let written = usage::clock_ahead(&mut conn, (partner_id, &caller.key.id), hour_ago).await?;
    let seen = [app.usage.clock_ahead(&caller.key.id), written];
    let ahead = seen.into_iter().flatten().max_by_key(|ahead| ahead.abs());
    let checks = vec![
        check_key(caller.key.expires_at, now),
        check_pools(&pools, now),
        check_webhooks(&webhooks),
        check_errors(&used),
        check_clock(ahead),
    ];
    let worst = checks.iter().map(|check| check.status).max();
    Ok(IntegrationHealth {
        status: worst.unwrap_or(HealthStatus::Healthy),
        checks,
    })
}

fn healthy(name: CheckName, message: impl Into<String>) -> HealthCheck {
    HealthCheck {
        name,
        status: HealthStatus::Healthy,
        message: message.into(),
        fix: None,
    }
}

fn unwell(
    name: CheckName,
    status: HealthStatus,
    (message, fix): (impl Into<String>, impl Into<String>),
) -> HealthCheck {
    HealthCheck {
        name,
        status,
        message: message.into(),
        fix: Some(fix.into()),
    }
}

/// The key is known and active, or nobody would be asking.
fn check_key(expires_at: Option<Timestamp>, now: Timestamp) -> HealthCheck {
    match expires_at {
        Some(end) if end < now.plus_ms(EXPIRY_DAYS * DAY_MS) => {
            let told = (
                format!("This key expires at {end}."),
                "Make a new key, or move the expiry, before then.",
            );
            unwell(CheckName::Key, HealthStatus::Degraded, told)
        }
        Some(end) => healthy(
            CheckName::Key,
            format!("This key works, and expires at {end}."),
        ),
        None => healthy(CheckName::Key, "This key works, and does not expire."),
    }
}

fn check_pools(pools: &[Pool], now: Timestamp) -> HealthCheck {
    let paying: Vec<_> = pools
        .iter()
        .filter(|pool| pool.status(now) == PoolStatus::Active && pool.balance.0 > 0)
        .collect();
    let is_low = |pool: &&&Pool| {
        let threshold = pool.low_balance_threshold;
        threshold.is_some_and(|threshold| pool.balance < threshold)
    };
    if pools.is_empty() {
        let told = (
            "There is no token pool, so no action can be rewarded.",
            "Ask your operator for a token pool.",
        );
        return unwell(CheckName::Pool, HealthStatus::Failing, told);
    }
    if paying.is_empty() {
        let told = (
            "No token pool is active and has tokens, so no action can be rewarded.",
            "Ask for tokens with POST /v1/partner/token-pools/request, or ask your operator to activate a pool.",
        );
        return unwell(CheckName::Pool, HealthStatus::Failing, told);
    }
    if let Some(pool) = paying.iter().find(is_low) {
        let told = (
            format!(
                "The token pool {} ({}) has {} tokens left.",
                pool.name, pool.id, pool.balance.0
            ),
            "Ask for tokens with POST /v1/partner/token-pools/request.",
        );
        return unwell(CheckName::Pool, HealthStatus::Degraded, told);
    }
    let left: i64 = paying.iter().map(|pool| pool.balance.0).sum();
    healthy(CheckName::Pool, format!("{left} tokens can be given."))
}

fn check_webhooks(webhooks: &[WebhookRow]) -> HealthCheck {
    let webhooks = || webhooks.iter().map(|row| &row.public);
    if let Some(webhook) = webhooks().find(|webhook| webhook.disabled_at.is_some()) {
        let told = (
            format!(
                "The webhook {} failed for too long and was disabled.",
                webhook.id
            ),
            format!(
                "Repair {}, then PATCH /v1/partner/webhooks/{} with isActive true.",
                webhook.url, webhook.id
            ),
        );
        return unwell(CheckName::Webhooks, HealthStatus::Failing, told);
    }
    let failing = webhooks().find_map(|webhook| Some((webhook, webhook.failing_since?)));
    if let Some((webhook, since)) = failing {
        let told = (
            format!("The webhook {} has been failing since {since}.", webhook.id),
            format!(
                "Look at lastResponse in GET /v1/partner/webhooks/{}/deliveries, and let {} answer 2xx within 15 seconds.",
                webhook.id, webhook.url
            ),
        );
        return unwell(CheckName::Webhooks, HealthStatus::Degraded, told);
    }
    match webhooks().count() {
        0 => healthy(CheckName::Webhooks, "No webhook is registered."),
        count => healthy(
            CheckName::Webhooks,
            format!("No webhook of {count} is failing."),
        ),
    }
}

fn check_errors(used: &Used) -> HealthCheck {
    let endpoints = used.endpoints.values();
    let (requests, errors) = endpoints.fold((0, 0), |(requests, errors), counts| {
        (requests + counts.requests, errors + counts.errors)
    });
    let status = match errors * 100 {
        share if requests < FEW_CALLS || share < requests * SOME_ERRORS => HealthStatus::Healthy,
        share if share < requests * MANY_ERRORS => HealthStatus::Degraded,
        _ => HealthStatus::Failing,
    };
    let message = format!("Of {requests} calls of the last day, {errors} were refused.");
    let endpoints = used.endpoints.iter();
    let worst = endpoints.max_by_key(|(_, counts)| counts.errors);
    match (status, worst) {
        (HealthStatus::Degraded | HealthStatus::Failing, Some(((method, path), _))) => {
            let fix = format!(
                "Look at the code and the message in the answers of {method} {path}, which are refused most; each says what to change."
            );
            unwell(CheckName::RecentErrors, status, (message, fix))
        }
        _ => healthy(CheckName::RecentErrors, message),
    }
}

fn check_clock(ahead_s: Option<i64>) -> HealthCheck {
    let Some(ahead) = ahead_s else {
        return healthy(
            CheckName::Clock,
            "No call came with this pair's secret key in the last hour.",
        );
    };
    let status = match ahead.abs() {
        MOST_OFF_S.. => HealthStatus::Failing,
        OFF_S.. => HealthStatus::Degraded,
        _ => HealthStatus::Healthy,
    };
    let side = if ahead < 0 { "behind" } else { "ahead" };
    let message = format!(
        "The X-Timestamp that was furthest off in the last hour was {} seconds {side} of the server's time.",
        ahead.abs()
    );
    match status {
        HealthStatus::Healthy => healthy(CheckName::Clock, message),
        HealthStatus::Degraded | HealthStatus::Failing => {
            let fix = format!(
                "Set the clock of the machine that signs by NTP, and sign when you send: calls more than {MOST_OFF_S} seconds off are refused."
            );
            unwell(CheckName::Clock, status, (message, fix))
        }
    }
}
