//! What a text from outside may be. Each answers what is wrong, in words.

use std::net::IpAddr;

use ipnet::IpNet;
use serde_json::{Map, Value};

use shared::FieldError;

use crate::config::Environment;
use crate::error::Error;

/// The longest address of a page, in bytes.
const MAX_URL: usize = 2_048;
/// The longest e-mail address (RFC 5321).
const MAX_EMAIL: usize = 254;

/// The longest first or last name, in characters.
pub const MAX_NAME: usize = 100;
/// The longest name that a partner gives a user, in characters.
pub const MAX_USER_ID: usize = 128;

/// The largest metadata, in bytes of JSON.
const MAX_METADATA_BYTES: usize = 16 * 1024;

pub type Checked = Result<(), String>;

/// Refuses fields that are wrong, all of them at once.
pub fn refuse_any(
    checked: impl IntoIterator<Item = (impl Into<String>, Checked)>,
) -> Result<(), Error> {
    let checked = checked.into_iter();
    Error::refuse_any(
        checked.filter_map(|(field, checked)| Some(FieldError::new(field, checked.err()?))),
    )
}

/// 1 to `most` characters, none of them a control character.
pub fn printable(text: &str, most: usize) -> Checked {
    let length = text.chars().count();
    if length == 0 || length > most || text.trim().is_empty() {
        return Err(format!("must have 1 to {most} characters"));
    }
    if text.chars().any(char::is_control) {
        return Err("must not contain control characters".to_owned());
    }
    Ok(())
}

/// 1 to `most` printable ASCII characters.
pub fn ascii(text: &str, most: usize) -> Checked {
    if (1..=most).contains(&text.len()) && text.bytes().all(|byte| (0x20..0x7f).contains(&byte)) {
        return Ok(());
    }
    Err(format!("must have 1 to {most} printable ASCII characters"))
}

/// What a partner keeps beside something of its own.
pub fn metadata(metadata: &Map<String, Value>) -> Checked {
    let bytes = serde_json::to_vec(metadata).map_or(usize::MAX, |text| text.len());
    if bytes <= MAX_METADATA_BYTES {
        return Ok(());
    }
    Err(format!(
        "must be at most {MAX_METADATA_BYTES} bytes of JSON"
    ))
}

/// A code of ours or of the partner's, such as `PURCHASE`.
pub fn type_code(text: &str) -> Checked {
    let is_code = (2..=40).contains(&text.len())
        && text.starts_with(|first: char| first.is_ascii_uppercase())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
    if is_code {
        Ok(())
    } else {
        Err(
            "must have 2 to 40 characters of A-Z, 0-9 and _, a letter first, such as PURCHASE"
                .to_owned(),
        )
    }
}

pub fn email(text: &str) -> Checked {
    let is_plain =
        |part: &str| !part.is_empty() && !part.chars().any(|c| c.is_whitespace() || c.is_control());
    let is_email = text.len() <= MAX_EMAIL
        && text.split_once('@').is_some_and(|(name, host)| {
            is_plain(name)
                && is_plain(host)
                && !host.contains('@')
                && !host.starts_with('.')
                && !host.ends_with('.')
        });
    if is_email {
        Ok(())
    } else {
        Err("must be an e-mail address such as ada@example.org".to_owned())
    }
}

/// A BCP 47 tag such as `en-US`.
pub fn locale(text: &str) -> Checked {
    let is_tag = text.len() <= 35
        && text.split('-').all(|part| {
            (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric())
        })
        && text
            .split('-')
            .next()
            .is_some_and(|part| (2..=3).contains(&part.len()));
    if is_tag {
        Ok(())
    } else {
        Err("must be a language tag such as en-US".to_owned())
    }
}

/// The address of a page to go back to: https, or in sandbox http to this
/// machine, without credentials, within `origins` if there are any.
pub fn return_url(text: &str, environment: Environment, origins: &[String]) -> Checked {
    let form = "must be an https:// address";
    let url = url::Url::parse(text)
        .ok()
        .filter(|_| text.len() <= MAX_URL)
        .ok_or(form)?;
    let is_loopback = match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    let is_allowed = match url.scheme() {
        "https" => url.host().is_some(),
        "http" => is_loopback && environment == Environment::Sandbox,
        _ => false,
    };
    if !is_allowed {
        return Err(match environment {
            Environment::Sandbox => format!("{form}, or http:// to this machine in sandbox"),
            Environment::Production => form.to_owned(),
        });
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("must not contain a user name or password".to_owned());
    }
    let origin = url.origin().ascii_serialization();
    if !origins.is_empty() && !origins.contains(&origin) {
        return Err("must be on one of the key's allowed origins".to_owned());
    }
    Ok(())
}

/// An origin as browsers write it in `Origin`: scheme, host and, unless it is
/// the scheme's own, port.
pub fn origin(text: &str) -> Result<String, String> {
    let form = "must be an origin such as https://example.org or http://localhost:3000, with nothing after it";
    let rest = text.split_once("://").map(|(_, rest)| rest).ok_or(form)?;
    // The parser would drop or forgive these.
    let is_more = |c: char| c.is_control() || "/\\?#@".contains(c);
    if text.len() > MAX_URL || text.contains(char::is_whitespace) || rest.contains(is_more) {
        return Err(form.to_owned());
    }
    let url = url::Url::parse(text).map_err(|_| form)?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(form.to_owned());
    }
    Ok(url.origin().ascii_serialization())
}

/// A network, or an address as the network of itself alone.
pub fn network(text: &str) -> Result<IpNet, String> {
    let network = text.parse::<IpNet>();
    network
        .or_else(|_| text.parse::<IpAddr>().map(IpNet::from))
        .map_err(|_| "must be a network such as 203.0.113.0/24, or an address".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_is_upper_case_and_begins_with_a_letter() {
        for good in ["PURCHASE", "A1", "A_", &"A".repeat(40)] {
            assert_eq!(type_code(good), Ok(()), "{good}");
        }
        for bad in [
            "",
            "A",
            "1A",
            "_A",
            "Purchase",
            "A-B",
            "Ä1",
            "A ",
            &"A".repeat(41),
        ] {
            assert!(type_code(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn an_email_has_a_name_and_a_host() {
        for good in ["a@b", "ada@example.org", "ada+x@müller.example"] {
            assert_eq!(email(good), Ok(()), "{good}");
        }
        for bad in [
            "", "a", "@b", "a@", "a@b@c", "a b@c", "a@.b", "a@b.", "a@b\n",
        ] {
            assert!(email(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_page_to_go_back_to_is_https_or_local() {
        let check = |url| return_url(url, Environment::Sandbox, &[]).is_ok();
        assert!(check("https://example.org/thanks?a=b#c"));
        assert!(
            check("http://127.0.0.1:3000/")
                && check("http://localhost/")
                && check("http://[::1]:9/")
        );
        for bad in [
            "javascript:alert(1)",
            "data:text/html,x",
            "http://example.org/",
            "/thanks",
            "//example.org",
            "https://user:secret@example.org/",
            "ftp://example.org",
            "http://127.0.0.1.example.org/",
            "",
        ] {
            assert!(!check(bad), "{bad}");
        }
        assert!(return_url("http://localhost/", Environment::Production, &[]).is_err());
        let origins = ["https://example.org".to_owned()];
        assert!(return_url("https://example.org/x", Environment::Production, &origins).is_ok());
        assert!(return_url("https://example.com/x", Environment::Production, &origins).is_err());
    }

    #[test]
    fn an_origin_is_scheme_host_and_port() {
        for (text, written) in [
            ("https://example.org", "https://example.org"),
            ("https://Example.ORG:443", "https://example.org"),
            ("http://localhost:3000", "http://localhost:3000"),
            ("http://[::1]:3000", "http://[::1]:3000"),
            ("https://müller.example", "https://xn--mller-kva.example"),
        ] {
            assert_eq!(origin(text).as_deref(), Ok(written));
        }
        for bad in [
            "",
            "*",
            "null",
            "example.org",
            "https://",
            "https://example.org/",
            "https://example.org?",
            "https://example.org#",
            "https://user@example.org",
            "https://exa mple.org",
            "https://example.org\n",
            " https://example.org",
            "https://example.org:port",
            "ftp://example.org",
            "file://",
            "https:///example.org",
        ] {
            assert!(origin(bad).is_err(), "{bad}");
        }
    }
}
