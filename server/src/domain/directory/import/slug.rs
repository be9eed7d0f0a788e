//! Slugs for those who have none: from the name, then with the place, then with the
//! number. The same file gives the same slugs. Pure.

use super::columns::Field;
use super::row::Entry;
use crate::store::organization::words::each_word;

/// The longest part that comes from a name, in bytes.
const MAX_NAME: usize = 80;
/// So many who share all else are told apart by counting them.
const MAX_ALIKE: usize = 9;

/// The slugs that a nonprofit may have, the best first.
pub(super) fn candidates(entry: &Entry, name: &str) -> Vec<String> {
    let plain = from_words(&[name]);
    let place = [entry.find(Field::City), entry.find(Field::State)];
    let place: Vec<_> = place.into_iter().flatten().collect();
    let joined = |parts: &[&str]| {
        let parts = parts.iter().filter(|part| !part.is_empty());
        parts.copied().collect::<Vec<_>>().join("-")
    };
    let placed = joined(&[&plain, &from_words(&place)]);
    let mut slugs = vec![plain.clone(), placed.clone()];
    match entry.find(Field::Ein) {
        Some(ein) => slugs.push(joined(&[&plain, ein])),
        None => slugs.extend((2..=MAX_ALIKE).map(|count| joined(&[&placed, &count.to_string()]))),
    }
    slugs.retain(|slug| !slug.is_empty());
    slugs.dedup();
    slugs
}

fn from_words(texts: &[&str]) -> String {
    let mut slug = String::new();
    for text in texts {
        each_word(text, |word| {
            let word: String = word.chars().filter(char::is_ascii_alphanumeric).collect();
            if word.is_empty() || slug.len() + word.len() >= MAX_NAME {
                return;
            }
            if !slug.is_empty() {
                slug.push('-');
            }
            slug.push_str(&word);
        });
    }
    slug
}
