//! The people of the portal: how one comes about, and passwords, of which only
//! a slow hash is kept.

use argon2::password_hash::phc::PasswordHash;
use argon2::{Argon2, PasswordHasher as _, PasswordVerifier as _};
use shared::id::PartnerId;
use shared::portal_user::Role;

use crate::config::Hidden;
use crate::context::Context;
use crate::store::portal_user::PortalUser;

/// The characters of a password that is made here, of near six bits each.
const GENERATED: usize = 24;
/// The bytes of the salt.
const SALT: usize = 16;

/// Who somebody is, as far as is said.
#[derive(Clone, Debug)]
pub struct Person {
    pub email: String,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub role: Role,
}

/// A portal user who is not stored yet, and the password, to be shown once.
pub fn make(
    context: &Context,
    partner_id: Option<PartnerId>,
    person: Person,
) -> Result<(PortalUser, Hidden), HashError> {
    let password = Hidden::new(context.random_base62(GENERATED));
    let user = PortalUser {
        id: context.object_id(),
        partner_id,
        email: Some(person.email),
        password_hash: Some(hash(context, &password)?),
        first_name: person.first_name,
        last_name: person.last_name,
        role: person.role,
        created_at: context.now(),
    };
    Ok((user, password))
}

/// The password cannot be hashed.
#[derive(Debug, thiserror::Error)]
#[error("the password cannot be hashed: {0}")]
pub struct HashError(argon2::password_hash::Error);

/// Argon2id with a salt of its own, in the PHC form, which names its cost. Slow
/// on purpose: not for a thread that others wait for.
pub fn hash(context: &Context, password: &Hidden) -> Result<Hidden, HashError> {
    let salt = context.random::<SALT>();
    let hash: PasswordHash = Argon2::default()
        .hash_password_with_salt(password.expose().as_bytes(), &salt)
        .map_err(HashError)?;
    Ok(Hidden::new(hash.to_string()))
}

/// Whether it is the password behind the hash; as slow as making the hash was.
pub fn verify(password: &Hidden, hash: &Hidden) -> bool {
    PasswordHash::new(hash.expose()).is_ok_and(|hash| {
        let password = password.expose().as_bytes();
        Argon2::default().verify_password(password, &hash).is_ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_password_fits_its_hash() {
        let (context, password) = (Context::system(), Hidden::new("swordfish"));
        let hashed = hash(&context, &password).unwrap();
        assert!(
            hashed
                .expose()
                .starts_with("$argon2id$v=19$m=19456,t=2,p=1$")
        );
        assert!(!hashed.expose().contains("swordfish"));
        assert!(verify(&password, &hashed));
        for wrong in ["", "Swordfish", "swordfish ", hashed.expose()] {
            assert!(!verify(&Hidden::new(wrong), &hashed), "{wrong}");
        }
    }

    #[test]
    fn one_password_has_many_hashes() {
        let (context, password) = (Context::system(), Hidden::new("swordfish"));
        let [one, other] = [(); 2].map(|()| hash(&context, &password).unwrap());
        assert_ne!(one.expose(), other.expose());
    }

    #[test]
    fn no_password_fits_what_is_no_hash() {
        for hash in [
            "",
            "swordfish",
            "$argon2id$",
            "$argon2id$v=19$m=19456,t=2,p=1$c2FsdA",
        ] {
            assert!(
                !verify(&Hidden::new("swordfish"), &Hidden::new(hash)),
                "{hash}"
            );
        }
    }
}
