//! The whole directory in memory, as of one revision: what search reads. Pure.

use std::sync::Arc;

use super::segment::{Places, Segment, merge};

/// A segment is merged with those after it once they have a third of its size.
const GROWTH: usize = 3;

/// The directory as of one revision. What follows it shares what has not changed.
#[derive(Clone, Debug, Default)]
pub(super) struct Index {
    /// The newest change of the directory that is in it.
    pub(super) revision: i64,
    parts: Vec<Part>,
}

/// A segment, and who in it stands in a later one.
#[derive(Clone, Debug)]
pub(super) struct Part {
    pub(super) segment: Arc<Segment>,
    pub(super) gone: Arc<Places>,
}

impl Index {
    pub(super) fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// How many organizations there are.
    pub(super) fn count(&self) -> usize {
        let counts = self.parts.iter().map(Part::count);
        counts.sum()
    }

    /// How much memory it takes.
    pub(super) fn bytes(&self) -> usize {
        self.parts.iter().map(|part| part.segment.bytes()).sum()
    }

    /// Adds organizations, which take the place of those of the same numbers.
    pub(super) fn add(&mut self, segment: Segment) {
        for part in &mut self.parts {
            part.leave_to(&segment);
        }
        self.parts.push(Part {
            segment: Arc::new(segment),
            gone: Arc::default(),
        });
    }

    /// Merges small segments, so that there are few.
    pub(super) fn tidy(&mut self) {
        self.parts.retain(|part| part.count() > 0);
        let (mut after, mut first) = (0, self.parts.len());
        for (place, part) in self.parts.iter().enumerate().rev() {
            if part.count() <= after * GROWTH {
                first = place;
            }
            after += part.count();
        }
        let small = &self.parts[first..];
        if small.len() < 2 {
            return;
        }
        let merged = {
            let parts = small.iter().map(|part| (&*part.segment, &*part.gone));
            merge(&parts.collect::<Vec<_>>())
        };
        self.parts.truncate(first);
        self.add(merged);
    }
}

impl Part {
    fn count(&self) -> usize {
        self.segment.entries().len() - self.gone.count()
    }

    /// Marks those who stand in a later segment.
    fn leave_to(&mut self, later: &Segment) {
        let (Some((first, last)), Some(range)) = (self.segment.range(), later.range()) else {
            return;
        };
        if range.1 < first || last < range.0 {
            return;
        }
        let found = later.entries().iter();
        let found = found.filter_map(|entry| self.segment.find(entry.number));
        let found: Vec<_> = found.collect();
        if !found.is_empty() {
            let gone = Arc::make_mut(&mut self.gone);
            for place in found {
                gone.add(place);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::segment::tests::segment;
    use super::*;

    fn numbers(index: &Index) -> Vec<u32> {
        let mut numbers = Vec::new();
        for part in index.parts() {
            let there = part.segment.entries().iter().enumerate();
            let there = there.filter(|(place, _)| !part.gone.has(*place));
            numbers.extend(there.map(|(_, entry)| entry.number));
        }
        numbers.sort_unstable();
        numbers
    }

    #[test]
    fn a_later_segment_takes_the_place_of_an_earlier_one() {
        let mut index = Index::default();
        index.add(segment(1, &["a\t", "b\t", "c\t"]));
        index.add(segment(3, &["d\t", "e\t"]));
        assert_eq!(index.count(), 4);
        assert_eq!(numbers(&index), [1, 2, 3, 4]);
        index.tidy();
        assert_eq!(index.parts().len(), 1);
        assert_eq!(numbers(&index), [1, 2, 3, 4]);
        index.add(segment(1, &["a\t", "b\t", "c\t", "d\t"]));
        index.tidy();
        assert_eq!(numbers(&index), [1, 2, 3, 4]);
    }

    #[test]
    fn however_much_is_added_there_are_few_segments() {
        let mut index = Index::default();
        for number in 0..500 {
            index.add(segment(number, &["name\t"]));
            index.tidy();
            assert!(index.parts().len() < 8, "{}", index.parts().len());
        }
        assert_eq!(index.count(), 500);
    }
}
