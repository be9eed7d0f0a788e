//! What a webhook may be.

use shared::FieldError;
use shared::webhook::{Headers, Webhook};

use crate::app::App;
use crate::domain::text;
use crate::outbound::target::Target;

/// The longest description, in characters.
const MAX_DESCRIPTION: usize = 500;
const MAX_HEADERS: usize = 10;
/// The longest name of a header, in bytes.
const MAX_NAME: usize = 100;
/// The longest value of a header, in bytes.
const MAX_VALUE: usize = 1_024;

/// Headers that say how a message is sent, and those that are ours.
const RESERVED: &[&str] = &[
    "host",
    "user-agent",
    "connection",
    "keep-alive",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "expect",
];
const RESERVED_STARTS: &[&str] = &["x-sir-", "webhook-", "content-", "proxy-"];

/// What is wrong with a webhook and its headers.
pub(super) fn all(app: &App, webhook: &Webhook, headers: &Headers) -> Vec<FieldError> {
    let mut problems = Vec::new();
    if let Err(problem) = Target::parse(&webhook.url, app.courier.reach()) {
        problems.push(FieldError::new("url", problem));
    }
    if !webhook.receive_all_events && webhook.event_types.is_empty() {
        let message = "must name at least one type, unless receiveAllEvents is true";
        problems.push(FieldError::new("eventTypes", message));
    }
    if let Some(description) = &webhook.description
        && let Err(problem) = text::printable(description, MAX_DESCRIPTION)
    {
        problems.push(FieldError::new("description", problem));
    }
    problems.extend(of_headers(headers));
    problems
}

fn of_headers(headers: &Headers) -> Vec<FieldError> {
    if headers.len() > MAX_HEADERS {
        let message = format!("must have at most {MAX_HEADERS} members");
        return vec![FieldError::new("headers", message)];
    }
    let mut known: Vec<String> = Vec::new();
    let mut problems = Vec::new();
    for (name, value) in headers {
        let folded = name.to_ascii_lowercase();
        let problem = if !is_token(name) {
            format!("the name must be 1 to {MAX_NAME} letters, digits or any of !#$%&'*+-.^_`|~")
        } else if RESERVED.contains(&folded.as_str())
            || RESERVED_STARTS
                .iter()
                .any(|start| folded.starts_with(start))
        {
            "this header is set by the server or by HTTP itself".to_owned()
        } else if known.contains(&folded) {
            "this header is there twice".to_owned()
        } else if !is_value(value) {
            format!("the value must be 1 to {MAX_VALUE} visible ASCII characters")
        } else {
            known.push(folded);
            continue;
        };
        problems.push(FieldError::new(format!("headers.{name}"), problem));
    }
    problems
}

/// A token of RFC 9110.
fn is_token(name: &str) -> bool {
    (1..=MAX_NAME).contains(&name.len())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}

/// Visible ASCII, with blanks within.
fn is_value(value: &str) -> bool {
    (1..=MAX_VALUE).contains(&value.len())
        && value.bytes().all(|byte| (0x20..0x7f).contains(&byte))
        && value.trim() == value
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_good(name: &str, value: &str) -> bool {
        of_headers(&Headers::from([(name.to_owned(), value.to_owned())])).is_empty()
    }

    #[test]
    fn a_header_of_the_partners_own_is_taken() {
        for (name, value) in [
            ("Authorization", "Bearer abc.def"),
            ("X-Api-Key", "1"),
            ("x_y", "~!@#"),
            (&"a".repeat(MAX_NAME), &"v".repeat(MAX_VALUE)),
        ] {
            assert!(is_good(name, value), "{name}");
        }
    }

    #[test]
    fn a_header_that_is_ours_or_breaks_out_is_refused() {
        for name in [
            "X-SIR-Signature",
            "x-sir-anything",
            "Webhook-Id",
            "HOST",
            "Content-Type",
            "content-length",
            "User-Agent",
            "Connection",
            "Keep-Alive",
            "Proxy-Authorization",
            "TE",
            "Trailer",
            "Transfer-Encoding",
            "Upgrade",
            "",
            "a b",
            "a:b",
            "a\r\nb",
            "ä",
            &"a".repeat(MAX_NAME + 1),
        ] {
            assert!(!is_good(name, "1"), "{name}");
        }
        for value in [
            "",
            " ",
            "a ",
            "a\r\nX-Evil: 1",
            "a\nb",
            "a\rb",
            "a\tb",
            "a\0b",
            "é",
            &"v".repeat(MAX_VALUE + 1),
        ] {
            assert!(!is_good("X-A", value), "{value:?}");
        }
    }

    #[test]
    fn a_header_stands_once_however_it_is_written() {
        let twice = [("X-A", "1"), ("x-a", "2")];
        let twice = twice.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(of_headers(&Headers::from(twice)).len(), 1);
        let many = (0..=MAX_HEADERS).map(|number| (format!("X-{number}"), "1".to_owned()));
        assert_eq!(of_headers(&many.collect())[0].field, "headers");
    }
}
