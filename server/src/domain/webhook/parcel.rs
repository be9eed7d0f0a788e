//! An event as it is delivered: its body, and the headers that prove where it
//! comes from, by the vendor's scheme and by that of Standard Webhooks.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use hmac::{Hmac, KeyInit as _, Mac as _};
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, USER_AGENT};
use sha2::Sha256;
use shared::id::WebhookId;
use shared::time::Timestamp;
use shared::webhook::Headers;

use super::Sealed;
use crate::app::App;
use crate::context::hex;
use crate::error::Error;
use crate::outbound::courier::Parcel;
use crate::store::delivery::EventText;
use crate::store::webhook::WebhookRow;

const AGENT: HeaderValue = HeaderValue::from_static("SIRGiving-Webhooks/1.0");
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// What a webhook's deliveries are signed and dressed with.
#[derive(Clone)]
pub struct Stationery {
    secret: String,
    /// With the end of its time.
    previous: Option<(String, Timestamp)>,
    headers: Headers,
}

impl std::fmt::Debug for Stationery {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Stationery([hidden])")
    }
}

impl Stationery {
    /// Opens what is sealed of a webhook.
    pub fn open(app: &App, row: &WebhookRow) -> Result<Self, Error> {
        let id: &WebhookId = &row.public.id;
        let open = |kind, sealed: &str| super::open(app, id, kind, sealed);
        let previous = match (
            &row.previous_secret_sealed,
            row.public.previous_secret_expires_at,
        ) {
            (Some(sealed), Some(end)) => Some((open(Sealed::PreviousSecret, sealed)?, end)),
            _ => None,
        };
        let headers = match &row.headers_sealed {
            Some(sealed) => {
                let text = open(Sealed::Headers, sealed)?;
                serde_json::from_str(&text).map_err(Error::internal)?
            }
            None => Headers::new(),
        };
        Ok(Self {
            secret: open(Sealed::Secret, &row.secret_sealed)?,
            previous,
            headers,
        })
    }

    /// An event, signed at `now`.
    pub fn parcel(&self, event: &EventText, now: Timestamp) -> Parcel {
        let body = event.body();
        let previous = self.previous.as_ref().filter(|(_, end)| now < *end);
        let secrets: Vec<_> = std::iter::once(self.secret.as_str())
            .chain(previous.map(|(secret, _)| secret.as_str()))
            .collect();
        let mut headers = HeaderMap::new();
        for (name, value) in &self.headers {
            let name = HeaderName::from_bytes(name.as_bytes());
            if let (Ok(name), Ok(mut value)) = (name, HeaderValue::from_str(value)) {
                value.set_sensitive(true);
                headers.insert(name, value);
            }
        }
        for (name, value) in signed(&secrets, event.id.as_str(), (now.seconds(), &body)) {
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.append(name, value);
            }
        }
        headers.insert(CONTENT_TYPE, JSON);
        headers.insert(USER_AGENT, AGENT);
        Parcel { headers, body }
    }
}

/// The headers that prove a body, by each of the secrets, the newest first.
pub fn signed(
    secrets: &[&str],
    event_id: &str,
    (seconds, body): (i64, &str),
) -> Vec<(&'static str, String)> {
    let mut headers = vec![
        ("x-sir-timestamp", seconds.to_string()),
        ("webhook-id", event_id.to_owned()),
        ("webhook-timestamp", seconds.to_string()),
    ];
    let mut standard = Vec::new();
    for secret in secrets {
        let payload = format!("{seconds}.{body}");
        let signature = mac(secret.as_bytes(), &payload);
        headers.push(("x-sir-signature", format!("sha256={}", hex(&signature))));
        let payload = format!("{event_id}.{seconds}.{body}");
        let signature = mac(&standard_key(secret), &payload);
        standard.push(format!("v1,{}", BASE64.encode(signature)));
    }
    headers.push(("webhook-signature", standard.join(" ")));
    headers
}

/// The libraries of Standard Webhooks read what follows `whsec_` as base64.
fn standard_key(secret: &str) -> Vec<u8> {
    let text = secret.strip_prefix("whsec_").unwrap_or(secret);
    // 64 hex digits always are base64, of 48 bytes.
    BASE64.decode(text).unwrap_or_default()
}

fn mac(key: &[u8], payload: &str) -> Vec<u8> {
    // HMAC takes a key of any length.
    let Ok(mut mac) = <Hmac<Sha256>>::new_from_slice(key) else {
        return Vec::new();
    };
    mac.update(payload.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vendors_vector_is_met() {
        let secret = format!("whsec_{}", "a1b2c3d4".repeat(8));
        let body = r#"{"id":"evt_abc123","type":"action.completed","createdAt":"2026-05-10T09:12:00Z","data":{"actionId":"65f1","tokensDistributed":50}}"#;
        let headers = signed(&[&secret], "evt_abc123", (1_746_876_000, body));
        let wanted = "sha256=8afeb27e6438489ff604cbfb3b6246be3d952648b5da0de7e9fcedeb01d3452d";
        assert!(headers.contains(&("x-sir-signature", wanted.to_owned())));
        assert!(headers.contains(&("x-sir-timestamp", "1746876000".to_owned())));
        assert_eq!(standard_key(&secret).len(), 48);
    }

    #[test]
    fn both_secrets_sign_while_the_old_one_lasts() {
        let secrets = ["a", "b"].map(|digit| format!("whsec_{}", digit.repeat(64)));
        let secrets = secrets.each_ref().map(String::as_str);
        let headers = signed(&secrets, "evt_1", (1, "{}"));
        let of = |name| headers.iter().filter(move |(other, _)| *other == name);
        assert_eq!(of("x-sir-signature").count(), 2);
        let standard = &of("webhook-signature").next().unwrap().1;
        assert_eq!(standard.split(' ').count(), 2);
    }
}
