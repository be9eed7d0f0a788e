//! Passwords: what one may be, and their slow hashes, made a few at a time on
//! threads that nobody else waits for.

use std::sync::Arc;

use shared::sign_in::{MAX_PASSWORD, MIN_PASSWORD};
use tokio::sync::Semaphore;

use super::portal_user::{self, HashError};
use super::text::Checked;
use crate::config::Hidden;
use crate::context::Context;
use crate::error::Error;

/// The hashes that are made at a time: each takes 19 MiB and a core.
const MAX_AT_WORK: usize = 4;
/// Those that may wait for their turn; further callers are told to come back.
const MAX_WAITING: usize = 64;

/// Is compared where there is no account, or none with a password, so that the
/// answer takes as long. It is of the cost of all others, and fits no password.
const NOBODYS: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Where passwords are hashed.
#[derive(Debug)]
pub struct Passwords {
    at_work: Arc<Semaphore>,
    places: Semaphore,
}

impl Default for Passwords {
    fn default() -> Self {
        Self {
            at_work: Arc::new(Semaphore::new(MAX_AT_WORK)),
            places: Semaphore::new(MAX_AT_WORK + MAX_WAITING),
        }
    }
}

impl Passwords {
    pub async fn hash(&self, context: &Context, password: Hidden) -> Result<Hidden, Error> {
        let context = context.clone();
        let hashed: Result<Hidden, HashError> = self
            .work(move || portal_user::hash(&context, &password))
            .await?;
        hashed.map_err(Error::internal)
    }

    /// Whether the password is the one behind the hash. Without a hash it is not,
    /// which takes as long to find out.
    pub async fn verify(&self, password: Hidden, hash: Option<Hidden>) -> Result<bool, Error> {
        let is_somebodys = hash.is_some();
        let hash = hash.unwrap_or_else(|| Hidden::new(NOBODYS));
        let fits = self
            .work(move || portal_user::verify(&password, &hash))
            .await?;
        Ok(fits && is_somebodys)
    }

    /// Has it done when it is its turn. Work that was begun keeps its place to the
    /// end, also if its caller has gone.
    async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Error> {
        let Ok(_place) = self.places.try_acquire() else {
            return Err(Error::overloaded());
        };
        let turn = self.at_work.clone().acquire_owned().await;
        let turn = turn.map_err(Error::internal)?;
        let done = tokio::task::spawn_blocking(move || {
            let done = work();
            drop(turn);
            done
        });
        done.await.map_err(Error::internal)
    }
}

/// What a new password may be.
pub fn check_new(password: &str) -> Checked {
    if password.chars().count() < MIN_PASSWORD {
        return Err(format!("must have at least {MIN_PASSWORD} characters"));
    }
    check(password)
}

/// What a password may be that is only compared.
pub fn check(password: &str) -> Checked {
    if password.is_empty() {
        return Err("must not be empty".to_owned());
    }
    if password.len() > MAX_PASSWORD {
        return Err(format!("must be at most {MAX_PASSWORD} bytes"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_password_is_neither_short_nor_endless() {
        for good in ["swordfish 12", "пароль-парол", &"x".repeat(MAX_PASSWORD)] {
            assert_eq!(check_new(good), Ok(()), "{good}");
        }
        for bad in ["", "swordfish 1", &"x".repeat(MAX_PASSWORD + 1)] {
            assert!(check_new(bad).is_err(), "{bad}");
        }
    }

    #[tokio::test]
    async fn who_finds_no_place_to_wait_is_told_to_come_back() {
        let passwords = Passwords::default();
        let held = passwords.places.try_acquire_many(68).unwrap();
        let refused = passwords.verify(Hidden::new("swordfish"), None).await;
        assert_eq!(refused.unwrap_err().code, shared::Code::Overloaded);
        drop(held);
        let heard = passwords.verify(Hidden::new("swordfish"), None).await;
        assert!(!heard.unwrap());
    }

    #[test]
    fn what_is_compared_for_nobody_is_a_hash_like_any_other() {
        let real = portal_user::hash(&Context::system(), &Hidden::new("swordfish")).unwrap();
        let cost = |hash: &str| hash.rsplitn(3, '$').last().unwrap().to_owned();
        assert_eq!(cost(NOBODYS), cost(real.expose()));
        assert_eq!(NOBODYS.len(), real.expose().len());
        assert!(argon2::password_hash::phc::PasswordHash::new(NOBODYS).is_ok());
    }
}
