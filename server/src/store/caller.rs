//! Who calls: a key and its partner, remembered as they were last read.
//!
//! What this process writes of keys and partners makes it forget them at once
//! ([`super::Write`]). What another process writes is told by the *edition*, a
//! number that every such writer raises in its own transaction and that a worker
//! reads several times a second. Without that worker, or when it cannot read,
//! nothing is remembered and each call reads the database.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use shared::time::Timestamp;
use sqlx::Error;

use super::key::{self, Key, Presented};
use super::partner::Partner;
use super::{Db, setting};
use crate::config::Hidden;
use crate::vault::{Vault, VaultError};

/// How long the edition may take to be read before it counts as unknown.
const LOOK_TIMEOUT: Duration = Duration::from_millis(500);

/// A key, its partner and, once they were needed, the secrets that sign for it.
#[derive(Debug)]
pub struct Caller {
    pub partner: Partner,
    pub key: Key,
    hmac_secret: OnceLock<Hidden>,
    previous_hmac_secret: OnceLock<Hidden>,
}

impl Caller {
    /// What the key's calls may be signed with: after a rotation, for a while,
    /// also with the secret before.
    pub fn hmac_secrets(&self, vault: &Vault, now: Timestamp) -> Result<Vec<&Hidden>, VaultError> {
        let open = |opened: &'_ OnceLock<Hidden>, sealed: &str| {
            let id = self.key.id.as_str();
            match opened.get() {
                Some(_) => Ok(()),
                None => vault.open_seal(id, sealed).map(|secret| {
                    opened.get_or_init(|| secret);
                }),
            }
        };
        open(&self.hmac_secret, &self.key.hmac_secret_sealed)?;
        let mut secrets = vec![&self.hmac_secret];
        if let Some(previous) = self.key.previous.as_ref().filter(|it| it.until > now) {
            open(&self.previous_hmac_secret, &previous.hmac_secret_sealed)?;
            secrets.push(&self.previous_hmac_secret);
        }
        Ok(secrets.into_iter().filter_map(OnceLock::get).collect())
    }
}

impl Db {
    /// The caller of this key, from memory or from the database. A key that is
    /// not found is not remembered: a flood of such cannot push out the others.
    pub async fn caller(&self, presented: Presented<'_>) -> Result<Option<Arc<Caller>>, Error> {
        let age = match self.callers.find(presented.text()) {
            Ok(caller) => return Ok(Some(caller)),
            Err(age) => age,
        };
        let found = key::find(&mut *self.read().await?, presented).await?;
        Ok(found.map(|(key, partner)| {
            let caller = Arc::new(Caller {
                partner,
                key,
                hmac_secret: OnceLock::new(),
                previous_hmac_secret: OnceLock::new(),
            });
            self.callers.keep(age, presented.text(), &caller);
            caller
        }))
    }

    /// Forgets every caller if any process has changed a key or a partner since
    /// the last look, or if that cannot be known.
    pub async fn look_for_changed_callers(&self) -> Result<(), Error> {
        let edition = async { setting::edition(&mut *self.read().await?).await };
        let read = tokio::time::timeout(LOOK_TIMEOUT, edition).await;
        let read = read.unwrap_or(Err(Error::PoolTimedOut));
        self.callers.see(read.as_ref().ok().copied());
        read.map(|_| ())
    }

    /// Forgets every caller, and remembers none until the next look.
    pub(crate) fn stop_knowing_callers(&self) {
        self.callers.see(None);
    }
}
