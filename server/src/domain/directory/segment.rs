//! Organizations in memory, by the words of their names. A segment never changes:
//! what is new stands in a further one, and now and then some are merged.

mod draft;
mod merge;
mod postings;

use fst::Map;

pub(super) use self::draft::Draft;
pub(super) use self::merge::merge;
pub(super) use self::postings::{LAST_PLACE, Postings};

/// Two letters (ISO 3166-1).
pub(super) type Country = [u8; 2];

/// What is known of one organization besides its words.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    pub(super) number: u32,
    /// The words of its name.
    pub(super) length: u8,
    pub(super) traits: Traits,
}

/// By what a search may be narrowed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Traits {
    pub(super) country: Country,
    /// Whether it takes gifts.
    pub(super) is_open: bool,
}

/// Who is looked for, whatever they are called.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Among {
    /// Only those of a country.
    pub(super) country: Option<Country>,
    pub(super) only_open: bool,
}

impl Among {
    pub(super) fn has(self, traits: Traits) -> bool {
        let of_country = self.country.is_none_or(|wanted| wanted == traits.country);
        of_country && (traits.is_open || !self.only_open)
    }
}

/// Some organizations, each known by its place here. About 20 bytes are kept of
/// each, and 8 of each different word.
#[derive(Debug)]
pub(super) struct Segment {
    /// By their numbers, the lowest first.
    entries: Box<[Entry]>,
    /// Where the postings of each word begin.
    words: Map<Vec<u8>>,
    postings: Vec<u8>,
}

impl Segment {
    pub(super) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    pub(super) fn words(&self) -> &Map<Vec<u8>> {
        &self.words
    }

    /// Where a word occurs, whose postings begin at `start`.
    pub(super) fn postings(&self, start: u64) -> Postings<'_> {
        let start = usize::try_from(start).unwrap_or(usize::MAX);
        Postings::read(self.postings.get(start..).unwrap_or_default())
    }

    /// The place of an organization.
    pub(super) fn find(&self, number: u32) -> Option<usize> {
        let found = self.entries.binary_search_by_key(&number, |it| it.number);
        found.ok()
    }

    /// The lowest number and the highest.
    pub(super) fn range(&self) -> Option<(u32, u32)> {
        Some((self.entries.first()?.number, self.entries.last()?.number))
    }

    /// How much memory it takes.
    pub(super) fn bytes(&self) -> usize {
        size_of_val(&*self.entries) + self.words.as_fst().as_bytes().len() + self.postings.len()
    }
}

/// Places of a segment whose organizations have changed and stand elsewhere.
#[derive(Clone, Debug, Default)]
pub(super) struct Places {
    bits: Vec<u64>,
    count: usize,
}

impl Places {
    pub(super) fn add(&mut self, place: usize) {
        let (word, bit) = (place / 64, 1 << (place % 64));
        if self.bits.len() <= word {
            self.bits.resize(word + 1, 0);
        }
        self.count += usize::from(self.bits[word] & bit == 0);
        self.bits[word] |= bit;
    }

    pub(super) fn has(&self, place: usize) -> bool {
        let word = self.bits.get(place / 64);
        word.is_some_and(|word| word & (1 << (place % 64)) != 0)
    }

    pub(super) fn count(&self) -> usize {
        self.count
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A segment of names, numbered from `first`.
    pub(in crate::domain::directory) fn segment(first: u32, names: &[&str]) -> Segment {
        let mut draft = Draft::default();
        let traits = Traits {
            country: *b"US",
            is_open: true,
        };
        for (number, name) in (first..).zip(names) {
            draft.add((number, traits), name);
        }
        draft.finish()
    }

    fn occurrences(segment: &Segment, word: &str) -> Vec<(u32, u8)> {
        let start = segment.words().get(word);
        let found = start.map(|start| segment.postings(start).collect());
        found.unwrap_or_default()
    }

    #[test]
    fn a_word_leads_to_those_who_have_it_in_their_names() {
        let segment = segment(7, &["red cross\t", "blue cross of red hill\tblue ridge"]);
        assert_eq!(occurrences(&segment, "cross"), [(0, 1), (1, 1)]);
        assert_eq!(occurrences(&segment, "red"), [(0, 0), (1, 3)]);
        assert_eq!(occurrences(&segment, "blue"), [(1, 0)]);
        // A word of the slug alone has no place in the name.
        assert_eq!(occurrences(&segment, "ridge"), [(1, LAST_PLACE)]);
        assert!(occurrences(&segment, "green").is_empty());
        assert_eq!(segment.find(8), Some(1));
        assert_eq!(segment.find(9), None);
        assert_eq!(segment.entries()[1].length, 5);
    }

    #[test]
    fn merged_segments_keep_the_order_and_leave_out_what_is_gone() {
        let one = segment(1, &["red cross\t", "old name\t", "red hill\t"]);
        let other = segment(2, &["new red name\t"]);
        let mut gone = Places::default();
        gone.add(1);
        let merged = merge(&[(&one, &gone), (&other, &Places::default())]);
        let numbers: Vec<_> = merged.entries().iter().map(|it| it.number).collect();
        assert_eq!(numbers, [1, 2, 3]);
        assert_eq!(occurrences(&merged, "red"), [(0, 0), (1, 1), (2, 0)]);
        assert_eq!(occurrences(&merged, "name"), [(1, 2)]);
        assert_eq!(merged.words().get("old"), None);
    }

    #[test]
    fn many_occurrences_are_read_as_they_were_written() {
        let names: Vec<_> = (0..5_000)
            .map(|number| if number % 7 == 0 { "a seven\t" } else { "a\t" })
            .collect();
        let segment = segment(1, &names);
        let sevens: Vec<_> = (0..5_000).step_by(7).map(|place| (place, 1)).collect();
        assert_eq!(occurrences(&segment, "seven"), sevens);
        let start = segment.words().get("a").unwrap();
        assert_eq!(segment.postings(start).count_left(), 5_000);
    }
}
