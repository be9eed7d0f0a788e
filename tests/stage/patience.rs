//! Waiting for what the server does in its own time. A wait that does not end is
//! a failure with a sentence, not a hang.

use std::time::Duration;

use tokio::task::yield_now;
use tokio::time::timeout;

/// Longer than anything takes that comes at all, on the slowest of machines.
const PATIENCE: Duration = Duration::from_mins(3);

/// What `wait` answers; `hope` says what did not come.
pub(crate) async fn patiently<T>(
    wait: impl Future<Output = T>,
    hope: impl FnOnce() -> String,
) -> T {
    let answer = timeout(PATIENCE, wait).await;
    answer.unwrap_or_else(|_| panic!("still not after {} s: {}", PATIENCE.as_secs(), hope()))
}

/// Returns as soon as something is so; `hope` says what.
pub(crate) async fn until(hope: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let wait = async {
        while !is_so().await {
            yield_now().await;
        }
    };
    patiently(wait, || hope.to_owned()).await;
}
