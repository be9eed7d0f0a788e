//! Who calls: a key and its partner, remembered as they were last read.
//!
//! What this process writes of keys and partners makes it forget them at once
//! ([`super::Write`]). What another process writes is told by the *edition*, a
//! number that every such writer raises in its own transaction and that a worker
//! reads several times a second. Without that worker, or when it cannot read,
//! nothing is remembered and each call reads the database.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use sqlx::Error;

use super::key::{self, Key, Presented};
use super::partner::Partner;
use super::{Db, setting};
use crate::config::Hidden;
use crate::vault::{Vault, VaultError};

/// How long the edition may take to be read before it counts as unknown.
const LOOK_TIMEOUT: Duration = Duration::from_millis(500);

/// A key, its partner and, once it was needed, the secret that signs for it.
#[derive(Debug)]
pub struct Caller {
    pub partner: Partner,
    pub key: Key,
    hmac_secret: OnceLock<Hidden>,
}

impl Caller {
    /// What the key's calls are signed with.
    pub fn hmac_secret(&self, vault: &Vault) -> Result<&Hidden, VaultError> {
        if let Some(secret) = self.hmac_secret.get() {
            return Ok(secret);
        }
        let opened = vault.open_seal(self.key.id.as_str(), &self.key.hmac_secret_sealed)?;
        Ok(self.hmac_secret.get_or_init(|| opened))
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
