//! An address that a partner has named, read once, and what is wrong with it.

use std::net::IpAddr;

use url::{Host, Url};

use super::address::Reach;

/// The longest address, in bytes.
const MAX_URL: usize = 2_048;

/// Where to deliver.
#[derive(Clone, Debug)]
pub struct Target {
    pub(super) url: Url,
    /// Plain HTTP goes to this machine only.
    pub(super) is_plain: bool,
    pub(super) place: Place,
}

/// The machine that an address names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Address(IpAddr),
    Name(String),
}

impl Target {
    /// Reads an address; if it may not be delivered to, says why not. What a
    /// name stands for is looked up at each delivery.
    pub fn parse(text: &str, reach: Reach) -> Result<Self, String> {
        let form = match reach {
            Reach::Internet => "must be an https:// address",
            Reach::InternetAndLoopback => "must be an https:// address, or http:// to this machine",
        };
        let is_clean =
            text.len() <= MAX_URL && !text.contains(|c: char| c.is_control() || c == ' ');
        let url = Url::parse(text).ok().filter(|_| is_clean).ok_or(form)?;
        let is_plain = match url.scheme() {
            "https" => false,
            "http" => true,
            _ => return Err(form.to_owned()),
        };
        let place = match url.host() {
            Some(Host::Ipv4(address)) => Place::Address(address.into()),
            Some(Host::Ipv6(address)) => Place::Address(address.into()),
            Some(Host::Domain(name)) if !name.is_empty() => Place::Name(name.to_owned()),
            Some(Host::Domain(_)) | None => return Err(form.to_owned()),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err("must not contain a user name or password".to_owned());
        }
        if is_plain && !(reach == Reach::InternetAndLoopback && place.is_this_machine()) {
            return Err(form.to_owned());
        }
        let is_closed = match &place {
            Place::Address(address) => !reach.permits(*address),
            Place::Name(_) => reach == Reach::Internet && place.is_this_machine(),
        };
        if is_closed {
            return Err("must not lead to a private, local or reserved network".to_owned());
        }
        if url.port() == Some(0) {
            return Err("must not name port 0".to_owned());
        }
        Ok(Self {
            url,
            is_plain,
            place,
        })
    }
}

impl Place {
    fn is_this_machine(&self) -> bool {
        match self {
            Self::Address(address) => address.to_canonical().is_loopback(),
            Self::Name(name) => {
                let name = name.trim_end_matches('.');
                name == "localhost" || name.ends_with(".localhost")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_the_internet_is_taken() {
        for good in [
            "https://example.org/hooks?a=b",
            "https://example.org:8443/",
            "https://1.1.1.1/",
            "https://[2606:4700::1111]/",
            "https://müller.example/",
            "HTTPS://EXAMPLE.ORG",
        ] {
            assert!(Target::parse(good, Reach::Internet).is_ok(), "{good}");
        }
    }

    #[test]
    fn no_other_address_is_taken_in_any_spelling() {
        let long = format!("https://example.org/{}", "a".repeat(MAX_URL));
        for bad in [
            "",
            "example.org",
            "/hooks",
            "http://example.org/",
            "ftp://example.org/",
            "file:///etc/passwd",
            "javascript:alert(1)",
            "https://",
            "https://ada@example.org/",
            "https://ada:secret@example.org/",
            "https://:secret@example.org/",
            "https://example.org:0/",
            "https://exa mple.org/",
            "https://example.org/\r\nX-Evil: 1",
            "https://10.0.0.1/",
            "https://0x7f.1/",
            "https://0177.0.0.1/",
            "https://2130706433/",
            "https://0x7f000001/",
            "https://127.1/",
            "https://127.0.0.1./",
            "https://①②⑦.0.0.1/",
            "https://%31%32%37.0.0.1/",
            "https://169.254.169.254/latest/meta-data/",
            "https://[::1]/",
            "https://[::ffff:127.0.0.1]/",
            "https://[::ffff:7f00:1]/",
            "https://[::127.0.0.1]/",
            "https://[64:ff9b::7f00:1]/",
            "https://[2002:7f00:1::]/",
            "https://[2001:0:1::1]/",
            "https://[fe80::1]/",
            "https://[fe80::1%25eth0]/",
            "https://[fec0::1]/",
            "https://[fd00:ec2::254]/",
            "https://localhost/",
            "https://LOCALHOST./",
            "https://hooks.localhost/",
            "http://localhost/",
            "http://127.0.0.1/",
            &long,
        ] {
            assert!(Target::parse(bad, Reach::Internet).is_err(), "{bad}");
        }
    }

    #[test]
    fn plain_http_goes_to_this_machine_where_that_is_allowed() {
        let parse = |text| Target::parse(text, Reach::InternetAndLoopback);
        for good in [
            "http://127.0.0.1:3000/hooks",
            "http://localhost:3000",
            "http://hooks.localhost/",
            "http://[::1]:3000/",
            "https://localhost/",
            "https://example.org/",
        ] {
            assert!(parse(good).is_ok(), "{good}");
        }
        for bad in [
            "http://example.org/",
            "http://1.1.1.1/",
            "http://10.0.0.1/",
            "https://10.0.0.1/",
            "http://localhost.example.org/",
            "http://127.0.0.1.example.org/",
            "http://0.0.0.0/",
            "http://[::]/",
        ] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }
}
