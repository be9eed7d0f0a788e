//! How many deliveries of one webhook are under way at a time: more as it
//! answers, fewer as it fails.

/// At first.
const FIRST: usize = 4;
const MAX: usize = 64;
/// A webhook that has failed so often in a row is slow until it succeeds.
const FAILURES: u32 = 3;

#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    allowed: usize,
    failures: u32,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            allowed: FIRST,
            failures: 0,
        }
    }
}

impl Pace {
    pub(super) fn allowed(self) -> usize {
        self.allowed
    }

    pub(super) fn is_slow(self) -> bool {
        self.failures >= FAILURES
    }

    pub(super) fn succeeded(&mut self) {
        self.failures = 0;
        self.allowed = (self.allowed * 2).min(MAX);
    }

    pub(super) fn failed(&mut self) {
        self.failures += 1;
        self.allowed = (self.allowed / 2).max(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_webhook_that_fails_is_tried_one_at_a_time_and_recovers() {
        let mut pace = Pace::default();
        for _ in 0..10 {
            pace.succeeded();
        }
        assert_eq!((pace.allowed(), pace.is_slow()), (MAX, false));
        for _ in 0..10 {
            pace.failed();
        }
        assert_eq!((pace.allowed(), pace.is_slow()), (1, true));
        pace.succeeded();
        assert_eq!((pace.allowed(), pace.is_slow()), (2, false));
    }
}
