//! One segment out of some.

use fst::Streamer as _;
use fst::map::OpBuilder;

use super::draft::Writer;
use super::postings::Occurrences;
use super::{Entry, Places, Segment};

/// The place that an organization had in its segment has none in the new one.
const GONE: u32 = u32::MAX;

/// One segment that holds what the given ones hold, but for what is gone.
pub(in crate::domain::directory) fn merge(parts: &[(&Segment, &Places)]) -> Segment {
    let (entries, moved) = move_entries(parts);
    let mut writer = Writer::default();
    let mut union = OpBuilder::new();
    for (segment, _) in parts {
        union.push(segment.words());
    }
    let mut union = union.union();
    let (mut found, mut occurrences) = (Vec::new(), Occurrences::default());
    while let Some((word, starts)) = union.next() {
        found.clear();
        for start in starts {
            let moved = &moved[start.index];
            let postings = parts[start.index].0.postings(start.value);
            let places = postings.map(|(old, place)| (moved[old as usize], place));
            found.extend(places.filter(|(new, _)| *new != GONE));
        }
        found.sort_unstable();
        occurrences.clear();
        for (organization, place) in &found {
            occurrences.add(*organization, *place);
        }
        if !occurrences.is_empty() {
            writer.write(word, &occurrences);
        }
    }
    writer.finish(entries)
}

/// The entries by their numbers, and for each part the new places of its own.
fn move_entries(parts: &[(&Segment, &Places)]) -> (Vec<Entry>, Vec<Vec<u32>>) {
    let mut order = Vec::new();
    let mut moved = Vec::with_capacity(parts.len());
    for (part, (segment, gone)) in parts.iter().enumerate() {
        moved.push(vec![GONE; segment.entries().len()]);
        let there = segment.entries().iter().enumerate();
        let there = there.filter(|(place, _)| !gone.has(*place));
        order.extend(there.map(|(place, entry)| (entry.number, part, place)));
    }
    order.sort_unstable();
    let mut entries = Vec::with_capacity(order.len());
    for (new, (_, part, place)) in order.into_iter().enumerate() {
        moved[part][place] = u32::try_from(new).unwrap_or(GONE);
        entries.push(parts[part].0.entries()[place]);
    }
    (entries, moved)
}
