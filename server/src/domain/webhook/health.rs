//! How well webhooks are received.

use shared::id::PartnerId;
use shared::webhook::{Webhook, WebhookHealth};

use crate::error::Error;
use crate::store::list::Window;
use crate::store::{self, Connection};

/// The newest deliveries that count.
const NEWEST: i64 = 1_000;
/// More than a partner can have.
const MAX_LISTED: i64 = 100;

/// Every webhook of a partner, the newest first.
pub async fn all(
    conn: &mut Connection,
    partner_id: &PartnerId,
) -> Result<Vec<WebhookHealth>, Error> {
    let window = Window {
        after: None,
        offset: 0,
        limit: MAX_LISTED,
    };
    let mut all = Vec::new();
    for row in store::webhook::list(conn, partner_id, &window).await? {
        let key = (partner_id, &row.public.id);
        let attempts = store::delivery::last_attempts(conn, key, NEWEST).await?;
        let pending = store::delivery::count_pending(conn, key).await?;
        all.push(health(row.public, &attempts, pending));
    }
    Ok(all)
}

fn health(webhook: Webhook, attempts: &[(bool, i64)], pending: i64) -> WebhookHealth {
    let mut times: Vec<_> = attempts.iter().map(|(_, took_ms)| *took_ms).collect();
    times.sort_unstable();
    WebhookHealth {
        webhook_id: webhook.id,
        url: webhook.url,
        is_active: webhook.is_active,
        success_rate: success_rate(attempts),
        p50_ms: percentile(&times, 50),
        p95_ms: percentile(&times, 95),
        pending,
        failing_since: webhook.failing_since,
        disabled_at: webhook.disabled_at,
    }
}

fn success_rate(attempts: &[(bool, i64)]) -> Option<f64> {
    let succeeded = attempts.iter().filter(|(succeeded, _)| *succeeded).count();
    let [succeeded, all] = [succeeded, attempts.len()].map(|count| u32::try_from(count).ok());
    let all = all.filter(|all| *all > 0)?;
    Some(f64::from(succeeded?) / f64::from(all))
}

/// The smallest time within which so many of a hundred were.
fn percentile(sorted: &[i64], percent: usize) -> Option<i64> {
    let place = (sorted.len() * percent).div_ceil(100).max(1) - 1;
    sorted.get(place).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_one_of_the_times() {
        let times: Vec<_> = (1..=100).collect();
        assert_eq!(percentile(&times, 50), Some(50));
        assert_eq!(percentile(&times, 95), Some(95));
        assert_eq!(percentile(&[7], 95), Some(7));
        assert_eq!(percentile(&[], 50), None);
    }

    #[test]
    fn the_success_rate_is_a_share() {
        assert_eq!(success_rate(&[]), None);
        assert_eq!(success_rate(&[(true, 1), (false, 1)]), Some(0.5));
    }
}
