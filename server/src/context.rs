//! Time and chance: the only place that reads a clock or the system's entropy.
//!
//! Everything else is handed a [`Context`], so that a test can move time by
//! hand.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use ledger::Seed;
use shared::id::{DonationId, EventId};
use shared::time::Timestamp;

const HEX: &[u8; 16] = b"0123456789abcdef";
/// Digits of a time in milliseconds.
const TIME_DIGITS: usize = 8;
const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// The source of time and chance.
#[derive(Clone, Debug)]
pub struct Context {
    clock: Clock,
}

#[derive(Clone, Debug)]
enum Clock {
    System,
    /// Milliseconds since 1970, moved by whoever holds the other half.
    ByHand(Arc<AtomicI64>),
}

impl Context {
    pub fn system() -> Self {
        Self {
            clock: Clock::System,
        }
    }

    /// A context whose clock shows what `now_ms` holds.
    pub fn by_hand(now_ms: Arc<AtomicI64>) -> Self {
        Self {
            clock: Clock::ByHand(now_ms),
        }
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that reads the clock"
    )]
    pub fn now(&self) -> Timestamp {
        match &self.clock {
            Clock::System => {
                let since = SystemTime::now()
                    .duration_since(UNIX_EPOCH)
                    .unwrap_or_default();
                Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
            }
            Clock::ByHand(now_ms) => Timestamp(now_ms.load(Ordering::SeqCst)),
        }
    }

    /// The same in microseconds, to see how long something takes.
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that reads the clock"
    )]
    pub fn now_us(&self) -> i64 {
        match &self.clock {
            Clock::System => {
                let since = SystemTime::now()
                    .duration_since(UNIX_EPOCH)
                    .unwrap_or_default();
                i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
            }
            Clock::ByHand(now_ms) => now_ms.load(Ordering::SeqCst).saturating_mul(1000),
        }
    }

    /// `N` unguessable bytes.
    ///
    /// # Panics
    /// When the system has no entropy: nothing safe can be done without it.
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that reads entropy"
    )]
    pub fn random<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        getrandom::fill(&mut bytes).expect("the system gives random bytes");
        bytes
    }

    /// 24 lower-case hex digits: the time, then 54 random bits.
    pub fn object_id<T: From<String>>(&self) -> T {
        self.seed().id(0)
    }

    /// The first id of what a command makes.
    pub fn seed(&self) -> Seed {
        Seed {
            time: self.now(),
            random: u64::from_be_bytes(self.random()),
        }
    }

    pub fn donation_id(&self) -> DonationId {
        DonationId(format!("don_{}", self.random_hex::<16>()))
    }

    pub fn event_id(&self) -> EventId {
        EventId(format!("evt_{}", self.random_hex::<12>()))
    }

    /// A random UUID (RFC 9562, version 4).
    pub fn uuid(&self) -> String {
        let mut bytes = self.random::<16>();
        bytes[6] = bytes[6] & 0x0f | 0x40;
        bytes[8] = bytes[8] & 0x3f | 0x80;
        dashed(&hex(&bytes))
    }

    /// `2 N` random lower-case hex digits.
    pub fn random_hex<const N: usize>(&self) -> String {
        hex(&self.random::<N>())
    }

    /// An id of the Percent dialect: a word and 29 random characters.
    pub fn base62_id(&self, word: &str) -> String {
        format!("{word}_{}", self.random_base62(29))
    }

    /// A UUID that begins with the time (RFC 9562, version 7): where many are made
    /// at once, an index takes them one after the other.
    pub fn uuid_by_time(&self) -> String {
        let mut bytes = self.random::<16>();
        let [_, _, time @ ..] = self.now().0.to_be_bytes();
        bytes[..6].copy_from_slice(&time);
        bytes[6] = bytes[6] & 0x0f | 0x70;
        bytes[8] = bytes[8] & 0x3f | 0x80;
        dashed(&hex(&bytes))
    }

    /// `length` random characters of 0-9, A-Z, a-z, each with near six bits.
    pub fn random_base62(&self, length: usize) -> String {
        let mut text = String::with_capacity(length);
        while text.len() < length {
            // Bytes past the last whole multiple of 62 would favour some digits.
            let fair = self.random::<32>().into_iter().filter(|byte| *byte < 248);
            let digits = fair.map(|byte| char::from(BASE62[usize::from(byte) % 62]));
            text.extend(digits.take(length - text.len()));
        }
        text
    }

    /// The same, of which the first eight tell the time, as in
    /// [`uuid_by_time`](Self::uuid_by_time).
    pub fn base62_by_time(&self, length: usize) -> String {
        let mut text = [0; TIME_DIGITS];
        let mut time = self.now().0.unsigned_abs();
        for digit in text.iter_mut().rev() {
            let [low, ..] = (time % 62).to_le_bytes();
            *digit = BASE62[usize::from(low)];
            time /= 62;
        }
        let mut text: String = text.into_iter().map(char::from).collect();
        text.push_str(&self.random_base62(length.saturating_sub(TIME_DIGITS)));
        text
    }
}

/// The 32 hex digits of a UUID, in their groups.
fn dashed(text: &str) -> String {
    format!(
        "{}-{}-{}-{}-{}",
        &text[..8],
        &text[8..12],
        &text[12..16],
        &text[16..20],
        &text[20..]
    )
}

/// The bytes as lower-case hex.
pub fn hex(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from(HEX[usize::from(value)]);
    bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 0x0f)])
        .collect()
}
