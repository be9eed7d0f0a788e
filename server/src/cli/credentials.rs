//! The file of keys with which `giving sign` and `giving call` sign: what
//! `serve --demo` writes, or what `keys create --json` prints.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use url::Url;

use super::{CommandError, Flags};
use crate::app;
use crate::config::Hidden;
use crate::serve::StartError;

/// Which key a call is made with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum With {
    Secret,
    Publishable,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Credentials {
    base_url: Option<Url>,
    public_key: Hidden,
    secret_key: Option<Hidden>,
    pub(super) hmac_secret: Hidden,
}

/// Why the keys cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CredentialsError {
    #[error(
        "the credentials {path} cannot be read: {source} (giving serve --demo writes them; --credentials names another file)"
    )]
    File {
        path: String,
        source: std::io::Error,
    },
    #[error(
        "{path} does not hold credentials (publicKey, secretKey and hmacSecret in JSON) at line {line}, column {column}"
    )]
    Malformed {
        path: String,
        line: usize,
        column: usize,
    },
    #[error("the credentials hold no secret key: use --publishable or --widget")]
    NoSecretKey,
}

impl Credentials {
    /// Reads the file that was named, or the demo's.
    pub(super) fn read(flags: &Flags, file: Option<PathBuf>) -> Result<Self, CommandError> {
        let path = match file {
            Some(path) => path,
            None => flags.settings()?.credentials_file(),
        };
        Ok(Self::read_file(&path)?)
    }

    fn read_file(path: &Path) -> Result<Self, CredentialsError> {
        let shown = || path.display().to_string();
        let text = std::fs::read(path).map_err(|source| CredentialsError::File {
            path: shown(),
            source,
        })?;
        // The error's own words could show a secret.
        serde_json::from_slice(&text).map_err(|error| CredentialsError::Malformed {
            path: shown(),
            line: error.line(),
            column: error.column(),
        })
    }

    pub(super) fn key(&self, with: With) -> Result<&str, CredentialsError> {
        match with {
            With::Publishable => Ok(self.public_key.expose()),
            With::Secret => self
                .secret_key
                .as_ref()
                .map(Hidden::expose)
                .ok_or(CredentialsError::NoSecretKey),
        }
    }

    /// The server's address, without a slash at its end: the file's, or else
    /// where the settings say that a server would be.
    pub(super) fn base_url(&self, flags: &Flags) -> Result<String, CommandError> {
        if let Some(url) = &self.base_url {
            return Ok(url.as_str().trim_end_matches('/').to_owned());
        }
        let settings = flags.settings()?;
        let base_url = app::base_url(settings.base_url.as_ref(), settings.listen);
        Ok(base_url.ok_or(StartError::BaseUrl)?)
    }
}
