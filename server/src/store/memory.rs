//! What was read lately, kept for as long as it is known to hold. Pure: who
//! keeps one tells it what has changed.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The most that is kept; the next one takes the place of all.
const MAX_KEPT: usize = 10_000;

/// Values by their name, of one edition of what they were read from.
pub(super) struct Memory<T>(Mutex<Kept<T>>);

struct Kept<T> {
    /// As it was last seen; while it is not known, nothing is kept.
    edition: Option<i64>,
    age: Age,
    values: HashMap<String, Arc<T>>,
}

/// How often all was forgotten. What was read in an earlier age may have been
/// changed meanwhile, and is not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Age(u64);

impl<T> Default for Memory<T> {
    fn default() -> Self {
        Self(Mutex::new(Kept {
            edition: None,
            age: Age(0),
            values: HashMap::new(),
        }))
    }
}

/// Names may be secrets, and values hold them.
impl<T> std::fmt::Debug for Memory<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Memory({})", self.kept().values.len())
    }
}

impl<T> Memory<T> {
    /// The value of this name, or the age in which it is to be read.
    pub(super) fn find(&self, name: &str) -> Result<Arc<T>, Age> {
        let kept = self.kept();
        kept.values.get(name).cloned().ok_or(kept.age)
    }

    /// Keeps a value that was read since `age`, if nothing was forgotten since.
    pub(super) fn keep(&self, age: Age, name: &str, value: &Arc<T>) {
        let mut kept = self.kept();
        if kept.age != age || kept.edition.is_none() {
            return;
        }
        if kept.values.len() >= MAX_KEPT {
            kept.values.clear();
        }
        kept.values.insert(name.to_owned(), value.clone());
    }

    pub(super) fn forget(&self) {
        self.kept().forget();
    }

    /// Takes note of the edition, and forgets what was read of another.
    pub(super) fn see(&self, edition: Option<i64>) {
        let mut kept = self.kept();
        if kept.edition != edition {
            kept.edition = edition;
            kept.forget();
        }
    }

    fn kept(&self) -> MutexGuard<'_, Kept<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Kept<T> {
    fn forget(&mut self) {
        self.age.0 += 1;
        self.values.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keep(memory: &Memory<u8>, name: &str) {
        let age = memory.find(name).unwrap_err();
        memory.keep(age, name, &Arc::new(1));
    }

    #[test]
    fn what_is_kept_is_found_until_it_is_forgotten() {
        let memory = Memory::default();
        memory.see(Some(1));
        keep(&memory, "a");
        assert_eq!(memory.find("a"), Ok(Arc::new(1)));
        memory.see(Some(1));
        assert!(memory.find("a").is_ok());
        memory.see(Some(2));
        assert!(memory.find("a").is_err());
        keep(&memory, "a");
        memory.forget();
        assert!(memory.find("a").is_err());
    }

    #[test]
    fn nothing_is_kept_of_an_unknown_edition() {
        let memory = Memory::default();
        keep(&memory, "a");
        assert!(memory.find("a").is_err());
        memory.see(Some(1));
        keep(&memory, "a");
        memory.see(None);
        assert!(memory.find("a").is_err());
    }

    #[test]
    fn what_was_read_before_a_change_is_not_kept_after_it() {
        let memory = Memory::default();
        let before = memory.find("a").unwrap_err();
        memory.see(Some(1));
        memory.keep(before, "a", &Arc::new(1));
        assert!(memory.find("a").is_err());
        let before = memory.find("a").unwrap_err();
        memory.forget();
        memory.keep(before, "a", &Arc::new(1));
        assert!(memory.find("a").is_err());
    }

    #[test]
    fn only_so_much_is_kept() {
        let memory = Memory::default();
        memory.see(Some(1));
        for number in 0..MAX_KEPT * 3 {
            keep(&memory, &number.to_string());
            assert!(memory.find(&number.to_string()).is_ok());
            assert!(memory.kept().values.len() <= MAX_KEPT);
        }
    }
}
