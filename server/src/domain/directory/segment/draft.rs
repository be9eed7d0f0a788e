//! A segment that is being put together.

use std::collections::HashMap;

use fst::MapBuilder;

use super::postings::{LAST_PLACE, Occurrences};
use super::{Entry, Segment, Traits};
use crate::store::organization::words::each_word;

#[derive(Debug, Default)]
pub(in crate::domain::directory) struct Draft {
    entries: Vec<Entry>,
    words: HashMap<String, Occurrences>,
}

impl Draft {
    /// Adds an organization, whose number must be above those before: the words of
    /// its name and, after a tab, further ones.
    pub(in crate::domain::directory) fn add(
        &mut self,
        (number, traits): (u32, Traits),
        folded: &str,
    ) {
        let (name, more) = folded.split_once('\t').unwrap_or((folded, ""));
        let organization = u32::try_from(self.entries.len()).unwrap_or(u32::MAX);
        let mut length: u8 = 0;
        each_word(name, |word| {
            self.occurs(word, (organization, length));
            length = length.saturating_add(1);
        });
        each_word(more, |word| self.occurs(word, (organization, LAST_PLACE)));
        self.entries.push(Entry {
            number,
            length,
            traits,
        });
    }

    fn occurs(&mut self, word: &str, (organization, place): (u32, u8)) {
        if let Some(occurrences) = self.words.get_mut(word) {
            occurrences.add(organization, place);
        } else {
            let mut occurrences = Occurrences::default();
            occurrences.add(organization, place);
            self.words.insert(word.to_owned(), occurrences);
        }
    }

    pub(in crate::domain::directory) fn finish(self) -> Segment {
        let mut words: Vec<_> = self.words.into_iter().collect();
        words.sort_unstable_by(|one, other| one.0.cmp(&other.0));
        let mut writer = Writer::default();
        for (word, occurrences) in &words {
            writer.write(word.as_bytes(), occurrences);
        }
        writer.finish(self.entries)
    }
}

/// Writes the words of a segment in their order.
pub(super) struct Writer {
    words: MapBuilder<Vec<u8>>,
    postings: Vec<u8>,
}

impl Default for Writer {
    fn default() -> Self {
        Self {
            words: MapBuilder::memory(),
            postings: Vec::new(),
        }
    }
}

impl Writer {
    pub(super) fn write(&mut self, word: &[u8], occurrences: &Occurrences) {
        let start = occurrences.append_to(&mut self.postings);
        let inserted = self.words.insert(word, start);
        inserted.expect("words come in their order, each once");
    }

    pub(super) fn finish(mut self, entries: Vec<Entry>) -> Segment {
        self.postings.shrink_to_fit();
        Segment {
            entries: entries.into(),
            words: self.words.into_map(),
            postings: self.postings,
        }
    }
}
