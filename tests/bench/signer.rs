//! Signed requests, written by hand as the public documentation says: the server's
//! own code does not sign here, and a client library would be most of the load.

use std::io::Write as _;
use std::time::{SystemTime, UNIX_EPOCH};

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};

/// A secret key and what signs for it.
#[derive(Clone)]
pub(super) struct Signer {
    secret_key: String,
    mac: Hmac<Sha256>,
}

impl Signer {
    pub(super) fn new(secret_key: String, hmac_secret: &str) -> Self {
        let mac = <Hmac<Sha256>>::new_from_slice(hmac_secret.as_bytes());
        Self {
            secret_key,
            mac: mac.expect("HMAC takes a key of any length"),
        }
    }

    /// Writes a POST with a JSON body.
    pub(super) fn post(&self, request: &mut Vec<u8>, path: &str, body: &[u8]) {
        self.head(request, ("POST", path), body);
        let length = body.len();
        write!(
            request,
            "content-type: application/json\r\ncontent-length: {length}\r\n\r\n"
        )
        .expect("memory");
        request.extend_from_slice(body);
    }

    pub(super) fn get(&self, request: &mut Vec<u8>, path: &str) {
        self.head(request, ("GET", path), b"");
        request.extend_from_slice(b"\r\n");
    }

    fn head(&self, request: &mut Vec<u8>, (method, path): (&str, &str), body: &[u8]) {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let timestamp = now.expect("it is after 1970").as_secs();
        let key = &self.secret_key;
        let mut mac = self.mac.clone();
        mac.update(format!("{timestamp}{method}{path}").as_bytes());
        mac.update(&hex(&Sha256::digest(body)));
        write!(
            request,
            "{method} {path} HTTP/1.1\r\nhost: bench\r\nx-partner-key: {key}\r\nx-timestamp: {timestamp}\r\nx-signature: "
        )
        .expect("memory");
        request.extend_from_slice(&hex(&mac.finalize().into_bytes()));
        request.extend_from_slice(b"\r\n");
    }
}

fn hex(bytes: &[u8]) -> Vec<u8> {
    let digit = |value: u8| b"0123456789abcdef"[usize::from(value)];
    bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 0x0f)])
        .collect()
}
