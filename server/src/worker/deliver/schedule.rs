//! When a delivery that failed is tried again, and when nothing is any more.

use shared::time::Timestamp;

const SECOND_MS: i64 = 1_000;
const MINUTE_MS: i64 = 60 * SECOND_MS;
const HOUR_MS: i64 = 60 * MINUTE_MS;

/// The times between attempts; after one more attempt, the delivery has failed.
const WAITS_MS: [i64; 9] = [
    5 * SECOND_MS,
    5 * MINUTE_MS,
    30 * MINUTE_MS,
    2 * HOUR_MS,
    5 * HOUR_MS,
    10 * HOUR_MS,
    14 * HOUR_MS,
    20 * HOUR_MS,
    24 * HOUR_MS,
];
/// The longest that a receiver can ask us to wait.
const MAX_RETRY_AFTER_MS: i64 = 24 * HOUR_MS;
/// A webhook that has failed for so long is disabled.
const MAX_FAILING_MS: i64 = 5 * 24 * HOUR_MS;

/// When the attempt after `tries` is due; never, if that was the last. `chance`
/// spreads it by a tenth either way; before what the receiver asked for it is not.
pub(super) fn next(
    tries: i64,
    (now, chance): (Timestamp, u16),
    retry_after: Option<&str>,
) -> Option<Timestamp> {
    let place = usize::try_from(tries - 1).ok()?;
    let wait = *WAITS_MS.get(place)?;
    let spread = i64::from(chance) - i64::from(u16::MAX / 2);
    let wait = wait + wait / 10 * spread / i64::from(u16::MAX / 2 + 1);
    let asked = retry_after.and_then(|text| asked_ms(text, now));
    Some(now.plus_ms(wait.max(asked.unwrap_or(0))))
}

/// `Retry-After`: seconds, or a date.
fn asked_ms(text: &str, now: Timestamp) -> Option<i64> {
    let text = text.trim();
    let ms = match text.parse::<i64>() {
        Ok(seconds) => seconds.saturating_mul(SECOND_MS),
        Err(_) => Timestamp::parse_http(text)?.0 - now.0,
    };
    Some(ms.clamp(0, MAX_RETRY_AFTER_MS))
}

/// Whether a webhook that fails has failed for too long.
pub(super) fn is_given_up(failing_since: Timestamp, now: Timestamp) -> bool {
    now.0 - failing_since.0 >= MAX_FAILING_MS
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_746_876_000_000);
    const MIDDLE: u16 = u16::MAX / 2;

    fn wait(tries: i64, chance: u16, retry_after: Option<&str>) -> Option<i64> {
        next(tries, (NOW, chance), retry_after).map(|due| due.0 - NOW.0)
    }

    #[test]
    fn there_are_ten_attempts() {
        let waits: Vec<_> = (1..=10).map(|tries| wait(tries, MIDDLE, None)).collect();
        let wanted: Vec<_> = WAITS_MS.iter().copied().map(Some).chain([None]).collect();
        assert_eq!(waits, wanted);
    }

    #[test]
    fn the_times_between_are_spread_by_a_tenth() {
        assert_eq!(wait(1, 0, None), Some(4_501));
        assert_eq!(wait(1, u16::MAX, None), Some(5_500));
    }

    #[test]
    fn a_receiver_may_ask_for_longer_and_not_for_less() {
        assert_eq!(wait(1, MIDDLE, Some("60")), Some(60_000));
        assert_eq!(wait(1, MIDDLE, Some("1")), Some(5_000));
        assert_eq!(
            wait(1, MIDDLE, Some("99999999999999999")),
            Some(MAX_RETRY_AFTER_MS)
        );
        let date = "Sat, 10 May 2025 11:21:00 GMT";
        assert_eq!(wait(1, MIDDLE, Some(date)), Some(60_000));
        for nonsense in ["", "-5", "soon", "1.5", "Sat, 10 May 1999 11:21:00 GMT"] {
            assert_eq!(wait(1, MIDDLE, Some(nonsense)), Some(5_000), "{nonsense}");
        }
    }
}
