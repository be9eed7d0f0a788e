//! The calls under an idempotency key that this process is answering: who comes
//! with the same key meanwhile is told so at once, where the dialect has a word for
//! it. Other processes wait at the partner's books.

use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use shared::Code;

use super::Attempt;
use crate::error::Error;

#[derive(Debug, Default)]
pub struct UnderWay(Mutex<HashSet<String>>);

/// One call under its key; another may begin when it is dropped.
#[derive(Debug)]
pub struct Turn<'a> {
    under_way: &'a UnderWay,
    name: Option<String>,
}

impl UnderWay {
    /// Begins a call; refused while another is under way under its key.
    pub fn enter(&self, attempt: &Attempt<'_>) -> Result<Turn<'_>, Error> {
        let key = attempt.key.as_ref();
        let name = key.map(|key| format!("{} {key}", attempt.partner_id));
        if let Some(name) = &name
            && !self.names().insert(name.clone())
        {
            return Err(Error::new(
                Code::CallInProgress,
                "the first call under this idempotency key is still under way; wait for its answer, or ask again",
            ));
        }
        Ok(Turn {
            under_way: self,
            name,
        })
    }

    /// How many are under way.
    pub fn count(&self) -> usize {
        self.names().len()
    }

    fn names(&self) -> MutexGuard<'_, HashSet<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        if let Some(name) = &self.name {
            self.under_way.names().remove(name);
        }
    }
}
