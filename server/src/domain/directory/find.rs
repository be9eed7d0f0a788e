//! Which organizations fit a query, and which of them best. Pure.
//!
//! All words of the query must stand in the name or the slug, the last of them
//! perhaps only begun; little words such as `the` may be missing. Where few fit so,
//! and no name is what was asked for or begins with it, those with a typo follow.

use fst::{IntoStreamer as _, Streamer as _};

use super::index::{Index, Part};
use super::segment::{Among, LAST_PLACE, Segment};
use super::typo::Nearly;
use crate::store::organization::words;

/// The most words that are looked for; further ones are not.
const MAX_WORDS: usize = 16;
/// Typos are forgiven where fewer fit without.
const FEW: usize = 20;
/// Words that a name may lack.
const LITTLE: &[&str] = &[
    "a", "an", "and", "for", "in", "inc", "of", "on", "the", "to",
];

/// What is looked for.
#[derive(Debug)]
pub(super) struct Query {
    words: Vec<Word>,
    /// How many words were asked for, those that repeat another counted too.
    length: u8,
    among: Among,
}

#[derive(Debug)]
struct Word {
    text: String,
    /// Where it stands first.
    place: u8,
    /// It may be the beginning of a word.
    may_be_begun: bool,
    may_be_missing: bool,
    nearly: Option<Nearly>,
}

/// How exactly words must fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Care {
    Exact,
    Typos,
}

/// Who fits: the better, the smaller. What counts most stands first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Fit {
    typos: u8,
    likeness: Likeness,
    missing: u8,
    is_begun: bool,
    /// How many words the name has besides those asked for.
    further: u8,
    pub(super) number: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Likeness {
    Equal,
    BeginsSo,
    HasTheWords,
}

impl Query {
    pub(super) fn read(text: &str, among: Among) -> Self {
        let texts = words::words(text);
        let length = u8::try_from(texts.len()).unwrap_or(u8::MAX);
        let last = texts.len().saturating_sub(1);
        let mut words: Vec<Word> = Vec::new();
        for (place, text) in texts.into_iter().enumerate() {
            if words.len() == MAX_WORDS || words.iter().any(|word| word.text == text) {
                continue;
            }
            words.push(Word {
                place: u8::try_from(place).unwrap_or(LAST_PLACE),
                may_be_begun: place == last,
                may_be_missing: place != last && LITTLE.contains(&text.as_str()),
                nearly: Nearly::new(&text),
                text,
            });
        }
        Self {
            words,
            length,
            among,
        }
    }

    /// Everyone who fits, in no order.
    pub(super) fn find(&self, index: &Index) -> Vec<Fit> {
        let found = self.find_with(index, Care::Exact);
        let is_it = |fit: &Fit| fit.likeness != Likeness::HasTheWords;
        let is_enough = found.len() >= FEW || found.iter().any(is_it);
        if is_enough || self.words.iter().all(|word| word.nearly.is_none()) {
            return found;
        }
        self.find_with(index, Care::Typos)
    }

    fn find_with(&self, index: &Index, care: Care) -> Vec<Fit> {
        let mut found = Vec::new();
        for part in index.parts() {
            self.find_in(part, care, &mut found);
        }
        found
    }

    fn find_in(&self, part: &Part, care: Care, found: &mut Vec<Fit>) {
        let segment = &part.segment;
        let mut wanted: Vec<Wanted<'_>> = Vec::with_capacity(self.words.len());
        for word in &self.words {
            let wanted_word = Wanted::new(segment, word, care);
            if wanted_word.starts.is_empty() && !word.may_be_missing {
                return;
            }
            wanted.push(wanted_word);
        }
        // The rarest first: there are no more candidates than it has.
        wanted.sort_by_key(|wanted| (wanted.word.may_be_missing, wanted.count));
        let mut hits = Hits::of(segment);
        let mut candidates = Vec::new();
        for (place, wanted) in wanted.iter().enumerate() {
            hits.mark(segment, wanted);
            if place == 0 {
                candidates = self.candidates(part, &hits);
            }
            candidates.retain_mut(|candidate| candidate.judge(wanted.word, &hits));
            if candidates.is_empty() {
                return;
            }
            hits.clear();
        }
        if wanted.is_empty() {
            candidates = self.candidates(part, &hits);
        }
        let fits = candidates.iter();
        found.extend(fits.map(|candidate| self.fit(segment, candidate)));
    }

    /// Those in a segment who may fit: all who have the rarest word, or all.
    fn candidates(&self, part: &Part, hits: &Hits) -> Vec<Candidate> {
        let entries = part.segment.entries();
        let may_fit = |place: usize| self.among.has(entries[place].traits) && !part.gone.has(place);
        let places: Vec<usize> = if self.words.is_empty() {
            (0..entries.len()).filter(|place| may_fit(*place)).collect()
        } else {
            let mut places: Vec<usize> = hits.touched.iter().map(|it| *it as usize).collect();
            places.retain(|place| may_fit(*place));
            places
        };
        places.into_iter().map(Candidate::new).collect()
    }

    fn fit(&self, segment: &Segment, candidate: &Candidate) -> Fit {
        let entry = segment.entries()[candidate.place];
        let is_whole = !candidate.is_begun && entry.length == self.length;
        Fit {
            typos: candidate.typos,
            likeness: match (candidate.is_in_order, is_whole) {
                (true, true) => Likeness::Equal,
                (true, false) => Likeness::BeginsSo,
                (false, _) => Likeness::HasTheWords,
            },
            missing: candidate.missing,
            is_begun: candidate.is_begun,
            further: entry.length.saturating_sub(self.length),
            number: entry.number,
        }
    }
}

/// A word of the query, and the words of a segment that pass for it.
struct Wanted<'a> {
    word: &'a Word,
    /// Where their postings begin, and what is amiss with each.
    starts: Vec<(u64, u8)>,
    /// How often they occur, all together.
    count: usize,
}

/// What is amiss with a word that passes for one of the query; above it, typos.
const WHOLE: u8 = 0;
const BEGUN: u8 = 1;

impl<'a> Wanted<'a> {
    fn new(segment: &Segment, word: &'a Word, care: Care) -> Self {
        let mut starts: Vec<(u64, u8)> = Vec::new();
        let (text, words) = (word.text.as_str(), segment.words());
        starts.extend(words.get(text).map(|start| (start, WHOLE)));
        if word.may_be_begun {
            let mut longer = words.range().gt(text).into_stream();
            while let Some((other, start)) = longer.next()
                && other.starts_with(text.as_bytes())
            {
                starts.push((start, BEGUN));
            }
        }
        if let (Care::Typos, Some(nearly)) = (care, &word.nearly) {
            let mut near = words.search_with_state(nearly).into_stream();
            while let Some((_, start, reading)) = near.next() {
                let typos = nearly.typos(&reading);
                if typos > 0 {
                    starts.push((start, BEGUN + typos));
                }
            }
        }
        let counts = starts.iter();
        let counts = counts.map(|(start, _)| segment.postings(*start).count_left());
        Self {
            word,
            count: counts.sum(),
            starts,
        }
    }
}

/// For each organization of a segment, whether it has a word, how well that fits,
/// and where it stands in the name.
struct Hits {
    marks: Vec<u8>,
    touched: Vec<u32>,
}

const NO_HIT: u8 = u8::MAX;

impl Hits {
    fn of(segment: &Segment) -> Self {
        Self {
            marks: vec![NO_HIT; segment.entries().len()],
            touched: Vec::new(),
        }
    }

    fn mark(&mut self, segment: &Segment, wanted: &Wanted<'_>) {
        for (start, amiss) in &wanted.starts {
            for (organization, place) in segment.postings(*start) {
                let mark = &mut self.marks[organization as usize];
                if *mark == NO_HIT {
                    self.touched.push(organization);
                }
                *mark = (*mark).min(amiss << 4 | place);
            }
        }
    }

    /// What is amiss with the word, and its place; none without it.
    fn read(&self, organization: usize) -> Option<(u8, u8)> {
        let mark = self.marks[organization];
        (mark != NO_HIT).then_some((mark >> 4, mark & LAST_PLACE))
    }

    fn clear(&mut self) {
        for organization in self.touched.drain(..) {
            self.marks[organization as usize] = NO_HIT;
        }
    }
}

/// Somebody who has the words that were looked for so far.
struct Candidate {
    place: usize,
    typos: u8,
    missing: u8,
    is_begun: bool,
    is_in_order: bool,
}

impl Candidate {
    fn new(place: usize) -> Self {
        Self {
            place,
            typos: 0,
            missing: 0,
            is_begun: false,
            is_in_order: true,
        }
    }

    /// Whether it has this word too, or may be without.
    fn judge(&mut self, word: &Word, hits: &Hits) -> bool {
        let Some((amiss, place)) = hits.read(self.place) else {
            self.missing += 1;
            self.is_in_order = false;
            return word.may_be_missing;
        };
        self.typos += amiss.saturating_sub(BEGUN);
        self.is_begun |= amiss == BEGUN;
        self.is_in_order &= place == word.place && place < LAST_PLACE;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::super::segment::tests::segment;
    use super::*;

    const NAMES: &[&str] = &[
        "american red cross\t",
        "red cross of the american south\t",
        "cross country runners\tred american",
        "american nature conservancy\t",
        "new york new york\t",
        "new york choir\t",
        "medecins sans frontieres\t",
        "charity water\t",
    ];

    fn index() -> Index {
        let mut index = Index::default();
        index.add(segment(0, &NAMES[..3]));
        index.add(segment(3, &NAMES[3..]));
        index
    }

    fn found(text: &str) -> Vec<u32> {
        let mut found = Query::read(text, Among::default()).find(&index());
        found.sort_unstable();
        found.into_iter().map(|fit| fit.number).collect()
    }

    #[test]
    fn all_words_must_fit_and_the_likest_come_first() {
        assert_eq!(found("american red cross"), [0, 2, 1]);
        assert_eq!(found("red cross"), [1, 0, 2]);
        assert_eq!(found("American"), [0, 3, 2, 1]);
        assert!(found("american green cross").is_empty());
    }

    #[test]
    fn the_last_word_may_be_begun_and_no_other() {
        assert_eq!(found("american natu"), [3]);
        assert!(found("natu american").is_empty());
        assert_eq!(found("c"), [7, 2, 0, 3, 5, 1]);
    }

    #[test]
    fn a_word_that_repeats_counts_as_often_as_it_stands_there() {
        assert_eq!(found("new york new york"), [4, 5]);
        assert_eq!(found("new york"), [5, 4]);
        // As a word of its own it would have to be there whole.
        assert!(found("r r").is_empty());
    }

    #[test]
    fn little_words_may_be_missing() {
        assert_eq!(found("the nature conservancy"), [3]);
        assert_eq!(found("charity and the water"), [7]);
        assert_eq!(found("the"), [1]);
    }

    #[test]
    fn typos_are_forgiven_after_those_who_fit_without() {
        assert_eq!(found("amercian red cross"), [0, 2, 1]);
        assert_eq!(found("medecin sans fronteires"), [6]);
        assert_eq!(found("chrity"), [7]);
        assert!(found("rde cross").is_empty());
    }

    #[test]
    fn nothing_asked_for_is_everyone_of_the_country() {
        assert_eq!(found("").len(), NAMES.len());
        assert_eq!(found("!").len(), NAMES.len());
        let query = |country| {
            let among = Among {
                country: Some(country),
                only_open: true,
            };
            Query::read("", among).find(&index()).len()
        };
        assert_eq!((query(*b"US"), query(*b"DE")), (NAMES.len(), 0));
    }
}
