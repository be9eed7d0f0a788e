//! Making API keys. The secrets leave this room once, to be shown.

mod bounds;
pub mod manage;

use shared::id::PartnerId;

use crate::config::{Environment, Hidden};
use crate::context::Context;
use crate::store::key::Key;
use crate::vault::{self, Vault};

/// What is shown of a new pair, once.
pub struct Secrets {
    pub public_key: String,
    pub secret_key: String,
    pub hmac_secret: String,
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secrets([hidden])")
    }
}

/// What new keys are made with.
#[derive(Clone, Copy, Debug)]
pub struct KeyMaker<'a> {
    pub context: &'a Context,
    pub vault: &'a Vault,
    pub environment: Environment,
}

impl KeyMaker<'_> {
    /// A new pair with every scope, not yet stored.
    pub fn pair(&self, partner_id: &PartnerId, name: &str) -> (Key, Secrets) {
        let mark = self.environment.key_mark();
        let secrets = Secrets {
            public_key: format!("pk_{mark}_{}", self.context.random_hex::<32>()),
            secret_key: format!("sk_{mark}_{}", self.context.random_hex::<32>()),
            hmac_secret: self.context.random_hex::<32>(),
        };
        let id = format!("key_{}", self.context.random_hex::<12>());
        let key = Key {
            partner_id: partner_id.clone(),
            name: name.to_owned(),
            public_key: secrets.public_key.clone(),
            secret_hash: Some(vault::hash(&secrets.secret_key)),
            secret_last4: secrets
                .secret_key
                .get(secrets.secret_key.len() - 4..)
                .map(str::to_owned),
            hmac_secret_sealed: self.vault.seal(self.context, &id, &secrets.hmac_secret),
            id: id.into(),
            previous: None,
            scopes: None,
            is_active: true,
            is_revoked: false,
            expires_at: None,
            ip_allowlist: Vec::new(),
            allowed_origins: Vec::new(),
            created_at: self.context.now(),
        };
        (key, secrets)
    }

    /// A publishable key alone, not yet stored, and its HMAC secret: there is
    /// no secret half.
    pub fn publishable(&self, partner_id: &PartnerId, name: &str) -> (Key, Hidden) {
        let (pair, secrets) = self.pair(partner_id, name);
        let key = Key {
            secret_hash: None,
            secret_last4: None,
            ..pair
        };
        (key, Hidden::new(secrets.hmac_secret))
    }
}
