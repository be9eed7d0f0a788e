//! Secrets at rest: what must be read again is sealed under the master key,
//! what must only be recognised is hashed.

use std::io::ErrorKind;
use std::path::Path;

use aes_gcm::aead::{Aead as _, KeyInit as _, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use hmac::{Hmac, Mac as _};
use sha2::{Digest as _, Sha256};

use crate::config::{Environment, Hidden, Settings};
use crate::context::{Context, hex};
use crate::private_file;

const NONCE_BYTES: usize = 12;
/// What the key of access tokens is derived for.
const TOKEN_KEY: &[u8] = b"giving access tokens";

/// Seals and opens secrets with AES-256-GCM.
#[derive(Clone)]
pub struct Vault {
    cipher: Aes256Gcm,
    /// Eight hex digits of the master key's hash, written into each seal.
    key_id: String,
    /// Signs access tokens; it comes from the master key, which does nothing else
    /// by it.
    token_key: [u8; 32],
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Vault({})", self.key_id)
    }
}

/// Why there is no vault, or why it does not open a seal.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    #[error("GIVING_MASTER_KEY must be 64 hex digits (make one with: openssl rand -hex 32)")]
    Malformed,
    #[error("GIVING_MASTER_KEY is required in production (make one with: openssl rand -hex 32)")]
    Required,
    #[error(
        "{path} does not hold a master key (64 hex digits): put the right one back, or set GIVING_MASTER_KEY"
    )]
    MalformedFile { path: String },
    #[error("the master key {path} cannot be used: {source}")]
    File {
        path: String,
        source: std::io::Error,
    },
    #[error(
        "wrong master key: the database was sealed under another one (GIVING_MASTER_KEY or master.key in the data directory)"
    )]
    WrongKey,
}

impl Vault {
    /// Takes the master key from the settings; in sandbox it is otherwise kept,
    /// and made once, in the data directory.
    pub fn open(settings: &Settings, context: &Context) -> Result<Self, VaultError> {
        match (&settings.master_key, settings.environment) {
            (Some(key), _) => Self::new(key.expose()),
            (None, Environment::Production) => Err(VaultError::Required),
            (None, Environment::Sandbox) => {
                let path = settings.data_dir.join("master.key");
                let key = read_or_make(&path, context).map_err(|source| VaultError::File {
                    path: path.display().to_string(),
                    source,
                })?;
                Self::new(key.trim()).map_err(|_| VaultError::MalformedFile {
                    path: path.display().to_string(),
                })
            }
        }
    }

    fn new(hex_key: &str) -> Result<Self, VaultError> {
        let bytes = unhex(hex_key).ok_or(VaultError::Malformed)?;
        let cipher = Aes256Gcm::new_from_slice(&bytes).map_err(|_| VaultError::Malformed)?;
        let key_id = hash(hex_key)[..8].to_owned();
        let mut mac = <Hmac<Sha256>>::new_from_slice(&bytes).map_err(|_| VaultError::Malformed)?;
        mac.update(TOKEN_KEY);
        Ok(Self {
            cipher,
            key_id,
            token_key: mac.finalize().into_bytes().into(),
        })
    }

    /// What access tokens are signed with.
    pub fn token_key(&self) -> &[u8] {
        &self.token_key
    }

    /// Seals `secret` for the row `row_id`: no other row can be given the seal.
    pub fn seal(&self, context: &Context, row_id: &str, secret: &str) -> String {
        let nonce = context.random::<NONCE_BYTES>();
        let payload = Payload {
            msg: secret.as_bytes(),
            aad: row_id.as_bytes(),
        };
        // AES-GCM refuses only messages of more than 64 GiB.
        let sealed = self
            .cipher
            .encrypt(&Nonce::from(nonce), payload)
            .unwrap_or_default();
        format!("{}:{}{}", self.key_id, hex(&nonce), hex(&sealed))
    }

    /// Opens what [`Vault::seal`] made for the same row.
    pub fn open_seal(&self, row_id: &str, sealed: &str) -> Result<Hidden, VaultError> {
        let opened = || {
            let (key_id, blob) = sealed.split_once(':')?;
            let blob =
                unhex(blob).filter(|blob| key_id == self.key_id && blob.len() > NONCE_BYTES)?;
            let (nonce, message) = blob.split_at(NONCE_BYTES);
            let nonce: [u8; NONCE_BYTES] = nonce.try_into().ok()?;
            let payload = Payload {
                msg: message,
                aad: row_id.as_bytes(),
            };
            let plain = self.cipher.decrypt(&Nonce::from(nonce), payload).ok()?;
            String::from_utf8(plain).ok()
        };
        opened().map(Hidden::new).ok_or(VaultError::WrongKey)
    }
}

/// SHA-256 in hex. Right for keys of 256 random bits, never for passwords.
pub fn hash(secret: impl AsRef<[u8]>) -> String {
    hex(&Sha256::digest(secret))
}

/// The bytes behind an even number of hex digits.
pub fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| {
        char::from(byte)
            .to_digit(16)
            .and_then(|digit| u8::try_from(digit).ok())
    };
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if !rest.is_empty() {
        return None;
    }
    pairs
        .iter()
        .map(|[high, low]| Some(digit(*high)? * 16 + digit(*low)?))
        .collect()
}

fn read_or_make(path: &Path, context: &Context) -> std::io::Result<String> {
    match std::fs::read_to_string(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        read => return read,
    }
    let key = context.random_hex::<32>();
    match private_file::create(path, key.as_bytes()) {
        // Another process was first; its key counts.
        Err(error) if error.kind() == ErrorKind::AlreadyExists => std::fs::read_to_string(path),
        made => made.map(|()| key),
    }
}
