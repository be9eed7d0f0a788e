//! One effect a key: which key counts, and giving the first answer
//! again.

use serde::Serialize;
use serde::de::DeserializeOwned;
use shared::id::PartnerId;
use shared::time::Timestamp;
use shared::{Call, Code};

use super::order::MAX_IDEMPOTENCY_KEY;
use super::text;
use crate::error::Error;
use crate::store::replay::Replay;
use crate::store::{self, Connection};
use crate::vault;

/// The key of a request: its header's, or its body's; both must agree.
pub fn key(in_header: Option<String>, in_body: Option<String>) -> Result<Option<String>, Error> {
    let Some(in_header) = in_header else {
        return Ok(in_body);
    };
    if let Err(problem) = text::ascii(&in_header, MAX_IDEMPOTENCY_KEY) {
        return Err(Error::field("Idempotency-Key", problem));
    }
    match in_body {
        Some(key) if key != in_header => Err(Error::field(
            "idempotencyKey",
            "must equal the header Idempotency-Key, or one of them be left out",
        )),
        _ => Ok(Some(in_header)),
    }
}

/// An answer, and whether it is the first one given again.
#[derive(Clone, Debug)]
pub struct Once<T> {
    pub answer: T,
    pub is_replay: bool,
}

impl<T> Once<T> {
    pub(super) fn first(answer: T) -> Self {
        Self {
            answer,
            is_replay: false,
        }
    }

    pub(super) fn again(answer: T) -> Self {
        Self {
            answer,
            is_replay: true,
        }
    }
}

/// A call that may carry the header `Idempotency-Key`, and is done once under
/// it. Both halves belong in one transaction that holds the partner's books, so
/// that two callers with one key take turns.
#[derive(Debug)]
pub struct Attempt<'a> {
    partner_id: &'a PartnerId,
    key: Option<String>,
    fingerprint: String,
    now: Timestamp,
}

impl<'a> Attempt<'a> {
    /// Reads the key, and marks it with what is asked for under it.
    pub fn new<C: Call + Serialize>(
        partner_id: &'a PartnerId,
        key: Option<String>,
        call: &C,
        now: Timestamp,
    ) -> Result<Self, Error> {
        let asked = serde_json::to_vec(&(C::METHOD, C::PATH, call));
        Ok(Self {
            partner_id,
            key: self::key(key, None)?,
            fingerprint: asked.map(vault::hash).map_err(Error::internal)?,
            now,
        })
    }

    /// The answer that was given before, if the same was asked under the key.
    pub async fn earlier<T: DeserializeOwned>(
        &self,
        conn: &mut Connection,
    ) -> Result<Option<Once<T>>, Error> {
        let Some(key) = &self.key else {
            return Ok(None);
        };
        let earlier = store::replay::find(conn, self.partner_id, key, self.now).await?;
        match earlier {
            None => Ok(None),
            Some(earlier) if earlier.fingerprint != self.fingerprint => Err(reused()),
            Some(earlier) => {
                let answer = serde_json::from_str(&earlier.answer).map_err(Error::internal)?;
                Ok(Some(Once::again(answer)))
            }
        }
    }

    /// Keeps the first answer, which tells of the subject.
    pub async fn keep<T: Serialize>(
        self,
        conn: &mut Connection,
        subject_id: &str,
        answer: T,
    ) -> Result<Once<T>, Error> {
        if let Some(key) = &self.key {
            let replay = Replay {
                fingerprint: self.fingerprint,
                answer: serde_json::to_string(&answer).map_err(Error::internal)?,
            };
            let kept = (key.as_str(), subject_id, self.now);
            store::replay::put(conn, self.partner_id, kept, &replay).await?;
        }
        Ok(Once::first(answer))
    }
}

/// The same key came with another request.
pub fn reused() -> Error {
    Error::new(
        Code::IdempotencyKeyReused,
        "this idempotency key was used for another request; use a new one",
    )
}
