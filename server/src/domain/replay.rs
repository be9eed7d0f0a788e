//! One effect a key: which key counts, and giving the first answer
//! again.

mod under_way;

use serde::Serialize;
use serde::de::DeserializeOwned;
use shared::id::PartnerId;
use shared::time::Timestamp;
use shared::{Call, Code, Dialect};

use super::order::MAX_IDEMPOTENCY_KEY;
use super::text;
use crate::app::App;
use crate::error::Error;
use crate::store::replay::Replay;
use crate::store::{self, Connection};
use crate::vault::{self, Vault};

pub use self::under_way::{Turn, UnderWay};

const DAY_MS: i64 = 24 * 3_600_000;

/// How long a dialect remembers a key.
const fn kept_ms(dialect: Dialect) -> i64 {
    match dialect {
        Dialect::Sir | Dialect::Endaoment => DAY_MS,
        Dialect::Percent => 21 * DAY_MS,
    }
}

/// A key as it is kept: the dialects do not know each other's. No caller can send
/// what stands before those of the others.
fn kept_key(dialect: Dialect, key: String) -> String {
    match dialect {
        Dialect::Sir => key,
        Dialect::Endaoment => format!("endaoment\t{key}"),
        Dialect::Percent => format!("percent\t{key}"),
    }
}

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

/// What a call made, or found as it was made before.
#[derive(Clone, Debug)]
pub enum Made<T> {
    New(T),
    Before(T),
}

impl<T> Once<T> {
    /// The same, with another answer made of it.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Once<U> {
        Once {
            answer: change(self.answer),
            is_replay: self.is_replay,
        }
    }

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
    kept_until: Timestamp,
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
        let dialect = C::AUTH.dialect();
        let key = self::key(key, None)?.map(|key| kept_key(dialect, key));
        Ok(Self {
            partner_id,
            key,
            fingerprint: asked.map(vault::hash).map_err(Error::internal)?,
            now,
            kept_until: now.plus_ms(kept_ms(dialect)),
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
                kept_until: self.kept_until,
            };
            let kept = (key.as_str(), subject_id, self.now);
            store::replay::put(conn, self.partner_id, kept, &replay).await?;
        }
        Ok(Once::first(answer))
    }

    /// As [`earlier`](Self::earlier), of an answer that holds a secret.
    pub async fn earlier_secret<T: DeserializeOwned>(
        &self,
        conn: &mut Connection,
        vault: &Vault,
    ) -> Result<Option<Once<T>>, Error> {
        let Some(earlier) = self.earlier::<String>(conn).await? else {
            return Ok(None);
        };
        let opened = vault.open_seal(&self.seal_name(), &earlier.answer);
        let opened = opened.map_err(Error::internal)?;
        let answer = serde_json::from_str(opened.expose()).map_err(Error::internal)?;
        Ok(Some(Once::again(answer)))
    }

    /// As [`keep`](Self::keep), of an answer that holds a secret: it is sealed.
    pub async fn keep_secret<T: Serialize>(
        self,
        conn: &mut Connection,
        app: &App,
        (subject_id, answer): (&str, T),
    ) -> Result<Once<T>, Error> {
        let text = serde_json::to_string(&answer).map_err(Error::internal)?;
        let sealed = app.vault.seal(&app.context, &self.seal_name(), &text);
        self.keep(conn, subject_id, sealed).await?;
        Ok(Once::first(answer))
    }

    /// The row that a seal is for.
    fn seal_name(&self) -> String {
        let key = self.key.as_deref().unwrap_or_default();
        format!("answer {} {key}", self.partner_id)
    }
}

/// The same key came with another request.
pub fn reused() -> Error {
    Error::new(
        Code::IdempotencyKeyReused,
        "this idempotency key was used for another request; use a new one",
    )
}
