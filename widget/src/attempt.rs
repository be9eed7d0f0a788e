//! One try to give: its idempotency key, and the link that came of it.
//!
//! It is kept for the tab's life, so that back, reload and a double click make
//! one gift, and only from the moment a donor sends the form. Of what the donor
//! wrote it keeps a digest, never the words.

use js_sys::{JSON, Object};
use shared::donation::CreateLink;
use shared::js::{ToJs, set};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Storage, window};

/// What an attempt's record and the way back to it are stored under.
const PREFIX: &str = "giving:";

#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct Attempt {
    pub key: String,
    /// Of the order without its key.
    digest: String,
    /// The donation and where to pay it, once there is a link.
    pub donation: String,
    pub link: String,
}

impl Attempt {
    /// The order as it is sent, under this attempt's key, which is a new one unless
    /// the attempt was for the same order.
    pub(crate) fn take_up(&mut self, order: &CreateLink, metadata: &Object) -> JsValue {
        let body = order.to_js();
        set(body.unchecked_ref(), "metadata", metadata);
        let digest = digest(&body);
        if self.digest != digest {
            *self = Self {
                key: random_key(),
                digest,
                ..Self::default()
            };
        }
        set(body.unchecked_ref(), "idempotencyKey", &self.key.to_js());
        body
    }

    /// What is stored for a place on the page.
    pub(crate) fn load(place: &str) -> Self {
        let record = storage().and_then(|storage| storage.get_item(&stored_under(place)).ok()?);
        let record = record.unwrap_or_default();
        let mut lines = record.split('\n').map(str::to_owned);
        let mut next = || lines.next().unwrap_or_default();
        Self {
            key: next(),
            digest: next(),
            donation: next(),
            link: next(),
        }
    }

    /// Stores it for a place, and the place for the donation, so that the
    /// loader finds which widget a returning donor came from.
    pub(crate) fn save(&self, place: &str) {
        let record = [&*self.key, &self.digest, &self.donation, &self.link].join("\n");
        put(&stored_under(place), &record);
        if !self.donation.is_empty() {
            put(&stored_under(&self.donation), place);
        }
    }

    pub(crate) fn forget(place: &str) {
        if let Some(storage) = storage() {
            let _ = storage.remove_item(&stored_under(place));
        }
    }
}

/// Storage that is full or forbidden costs the donor only the way back after a
/// reload.
fn put(key: &str, value: &str) {
    if let Some(storage) = storage() {
        let _ = storage.set_item(key, value);
    }
}

fn storage() -> Option<Storage> {
    window()?.session_storage().ok()?
}

fn stored_under(name: &str) -> String {
    [PREFIX, name].concat()
}

/// FNV-1a. Two orders of one digest would share a key, which the server refuses
/// and the widget then renews.
fn digest(order: &JsValue) -> String {
    let text = JSON::stringify(order).map_or_else(|_| String::new(), String::from);
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for byte in text.bytes() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    hex(&hash.to_be_bytes())
}

/// 128 random bits; not `randomUUID`, which a page without TLS does not have.
fn random_key() -> String {
    let mut bytes = [0; 16];
    if let Some(crypto) = window().and_then(|window| window.crypto().ok()) {
        let _ = crypto.get_random_values_with_u8_array(&mut bytes);
    }
    hex(&bytes)
}

fn hex(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from(b"0123456789abcdef"[usize::from(nibble)]);
    let mut text = String::new();
    for byte in bytes {
        text.push(digit(byte >> 4));
        text.push(digit(byte & 15));
    }
    text
}
