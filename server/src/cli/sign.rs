//! `giving sign`, and the parts of a call that it shares with `giving call`.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use clap::Args;

use super::credentials::{Credentials, With};
use super::{CommandError, Flags, output};
use crate::auth::signature;
use crate::context::Context;

/// The largest body that is read, in bytes; servers take less.
const MAX_BODY: u64 = 64 << 20;

#[derive(Debug, Args)]
pub(super) struct Sign {
    #[command(flatten)]
    target: Target,
    /// Sign with the publishable key rather than the secret key
    #[arg(long)]
    publishable: bool,
}

/// What is called, and with whose keys.
#[derive(Debug, Args)]
pub(super) struct Target {
    /// GET, POST, PATCH or DELETE
    #[arg(value_parser = method)]
    pub(super) method: String,
    /// The path with its query, such as '/v1/partner/users?page=1'
    #[arg(value_parser = path)]
    pub(super) path: String,
    /// The file that is the body; - is standard input
    #[arg(long, value_name = "FILE")]
    body: Option<PathBuf>,
    /// The keys, in JSON [default: demo-credentials.json in the data directory]
    #[arg(long, value_name = "FILE")]
    credentials: Option<PathBuf>,
}

/// Why a call cannot be signed.
#[derive(Debug, thiserror::Error)]
pub enum SignError {
    #[error("the body {path} cannot be read: {source}")]
    Body {
        path: String,
        source: std::io::Error,
    },
    #[error("the body {path} is larger than {MAX_BODY} bytes")]
    LargeBody { path: String },
}

impl Sign {
    pub(super) fn run(self, flags: &Flags) -> Result<(), CommandError> {
        let with = if self.publishable {
            With::Publishable
        } else {
            With::Secret
        };
        let (credentials, body) = self.target.read(flags)?;
        let Target { method, path, .. } = &self.target;
        for (name, value) in headers(&credentials, with, (method, path, &body))? {
            output::line(&format!("{name}: {value}"))?;
        }
        Ok(())
    }
}

impl Target {
    /// The keys and the body, from their files.
    pub(super) fn read(&self, flags: &Flags) -> Result<(Credentials, Vec<u8>), CommandError> {
        let credentials = Credentials::read(flags, self.credentials.clone())?;
        let body = self.body.as_deref().map(read_body).transpose()?;
        Ok((credentials, body.unwrap_or_default()))
    }
}

/// The three headers of a signed call, now.
pub(super) fn headers(
    credentials: &Credentials,
    with: With,
    (method, path, body): (&str, &str, &[u8]),
) -> Result<[(&'static str, String); 3], CommandError> {
    let key = credentials.key(with)?.to_owned();
    let timestamp = Context::system().now().seconds().to_string();
    let payload = signature::payload(&timestamp, method, path, body);
    let signature = signature::sign(credentials.hmac_secret.expose(), &payload);
    Ok([
        ("X-Partner-Key", key),
        ("X-Timestamp", timestamp),
        ("X-Signature", signature),
    ])
}

fn read_body(path: &Path) -> Result<Vec<u8>, SignError> {
    let shown = || path.display().to_string();
    let mut body = Vec::new();
    let read = if path == Path::new("-") {
        std::io::stdin().take(MAX_BODY + 1).read_to_end(&mut body)
    } else {
        std::fs::File::open(path).and_then(|file| file.take(MAX_BODY + 1).read_to_end(&mut body))
    };
    read.map_err(|source| SignError::Body {
        path: shown(),
        source,
    })?;
    if body.len() as u64 > MAX_BODY {
        return Err(SignError::LargeBody { path: shown() });
    }
    Ok(body)
}

/// HTTP's methods are upper-case, and so they are signed.
fn method(text: &str) -> Result<String, &'static str> {
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        Ok(text.to_ascii_uppercase())
    } else {
        Err("must be a method such as GET")
    }
}

/// What is signed must be what is sent, so nothing is left to be escaped.
fn path(text: &str) -> Result<String, &'static str> {
    if !text.starts_with('/') {
        return Err("must begin with /");
    }
    if !text.bytes().all(|byte| byte.is_ascii_graphic()) || text.contains('#') {
        return Err("must be written as it is sent: no spaces, no #, others than ASCII as %XX");
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_written_as_it_is_sent() {
        for good in ["/", "/v1/partner/users?page=1&limit=20", "/a%20b", "//x"] {
            assert!(path(good).is_ok(), "{good}");
        }
        for bad in ["", "v1", "http://x/", "/a b", "/a#b", "/ä", "/a\n"] {
            assert!(path(bad).is_err(), "{bad}");
        }
    }
}
