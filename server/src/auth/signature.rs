//! HMAC signatures over timestamp, method, path with query and body hash
//! (SIR Giving, "Authentication").

use axum::http::HeaderMap;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use shared::Code;
use shared::time::Timestamp;

use super::key::only_header;
use crate::config::{Environment, Hidden};
use crate::context::hex;
use crate::error::Error;
use crate::vault;

/// How far a timestamp may lie from the server's time, in seconds.
const MAX_SKEW_SECONDS: i64 = 300;

/// The two headers of a signed call.
pub(super) struct Headers {
    timestamp: String,
    signature: String,
}

impl Headers {
    pub(super) fn read(headers: &HeaderMap) -> Result<Self, Error> {
        Ok(Self {
            timestamp: only_header(headers, "x-timestamp")?.to_owned(),
            signature: only_header(headers, "x-signature")?.to_ascii_lowercase(),
        })
    }

    /// The timestamp's text, if it is one and near enough to `now`.
    pub(super) fn check_time(&self, now: Timestamp) -> Result<&str, Error> {
        let is_digits = (1..=11).contains(&self.timestamp.len())
            && self.timestamp.bytes().all(|b| b.is_ascii_digit());
        let seconds = self
            .timestamp
            .parse::<i64>()
            .ok()
            .filter(|_| is_digits)
            .ok_or_else(|| {
                Error::new(
                    Code::InvalidTimestamp,
                    "X-Timestamp must be Unix seconds: 1 to 11 digits",
                )
            })?;
        if (now.seconds() - seconds).abs() > MAX_SKEW_SECONDS {
            return Err(Error::new(
                Code::TimestampOutOfRange,
                format!(
                    "X-Timestamp is more than {MAX_SKEW_SECONDS} seconds from the server's time, which is {}",
                    now.seconds()
                ),
            ));
        }
        Ok(&self.timestamp)
    }

    /// Compares in constant time, with each secret that is good. In sandbox the refusal shows what was signed
    /// here, so that an integrator sees the difference at once.
    pub(super) fn check_signature(
        &self,
        secrets: &[&Hidden],
        payload: &str,
        environment: Environment,
    ) -> Result<(), Error> {
        let given = vault::unhex(&self.signature).unwrap_or_default();
        let fits = |secret: &&Hidden| mac(secret.expose(), payload).verify_slice(&given).is_ok();
        if secrets.iter().any(fits) {
            return Ok(());
        }
        let message = match environment {
            Environment::Sandbox => {
                format!("X-Signature does not match; the server signed: {payload}")
            }
            Environment::Production => "X-Signature does not match".to_owned(),
        };
        Err(Error::new(Code::InvalidSignature, message))
    }
}

/// What is signed: timestamp, method, path with query and the body's hash,
/// without separators.
pub fn payload(timestamp: &str, method: &str, path_and_query: &str, body: &[u8]) -> String {
    format!("{timestamp}{method}{path_and_query}{}", vault::hash(body))
}

/// The signature of a payload, in lower-case hex.
pub fn sign(secret: &str, payload: &str) -> String {
    hex(&mac(secret, payload).finalize().into_bytes())
}

fn mac(secret: &str, payload: &str) -> Hmac<Sha256> {
    let mut mac =
        <Hmac<Sha256>>::new_from_slice(secret.as_bytes()).expect("HMAC takes a key of any length");
    mac.update(payload.as_bytes());
    mac
}

#[cfg(test)]
mod tests {
    use super::*;

    const SUBMIT: &str = r#"{"idempotencyKey":"purchase_98765","actionType":"PURCHASE","amount":49.99,"currency":"USD","stakeholders":[{"stakeholderTypeCode":"CUSTOMER","partnerUserId":"user_42"}],"autoCreateUsers":true}"#;

    #[test]
    fn the_published_vectors_are_met() {
        let secret = "0123456789abcdef".repeat(4);
        let signed = |method, path, body: &str| {
            sign(
                &secret,
                &payload("1746876000", method, path, body.as_bytes()),
            )
        };
        assert_eq!(
            signed("GET", "/v1/partner/users", ""),
            "29f3b33b524df30f66afef85ea88a3cbf62f9d770313e2c57c73c1287b777a3e"
        );
        assert_eq!(
            signed("GET", "/v1/partner/users?page=1&limit=20", ""),
            "1037c123fac712b9f27235ee013047e2acd4044a089ec1c0561b2fe0329406a2"
        );
        assert_eq!(
            signed("POST", "/v1/partner/actions/submit", SUBMIT),
            "f5ba77ab071f3012163666be7ccfcc315266ee0736c43aa0daed59cd7a092523"
        );
    }
}
