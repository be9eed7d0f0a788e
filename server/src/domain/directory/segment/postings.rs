//! Where a word occurs: a count, then for each occurrence the distance from the
//! one before and the word's place in the name, together in one number of seven
//! bits a byte, the lowest first.

/// The place of a word that stands so far behind, or not in the name.
pub(in crate::domain::directory) const LAST_PLACE: u8 = 15;
const PLACE_BITS: u32 = 4;

/// Occurrences of one word, being written in the order of the organizations.
#[derive(Debug, Default)]
pub(super) struct Occurrences {
    bytes: Vec<u8>,
    count: u32,
    /// One more than the last organization's place; 0 before the first.
    end: u32,
}

impl Occurrences {
    /// Adds an organization, unless it is the last that was added.
    pub(super) fn add(&mut self, organization: u32, place: u8) {
        let end = organization + 1;
        if self.end == end {
            return;
        }
        let distance = u64::from(end - self.end);
        let place = place.min(LAST_PLACE);
        write(&mut self.bytes, distance << PLACE_BITS | u64::from(place));
        self.count += 1;
        self.end = end;
    }

    pub(super) fn is_empty(&self) -> bool {
        self.count == 0
    }

    pub(super) fn clear(&mut self) {
        self.bytes.clear();
        (self.count, self.end) = (0, 0);
    }

    /// Adds all of it to what was written of other words, and answers where it
    /// begins there.
    pub(super) fn append_to(&self, postings: &mut Vec<u8>) -> u64 {
        let start = postings.len() as u64;
        write(postings, u64::from(self.count));
        postings.extend_from_slice(&self.bytes);
        start
    }
}

/// Occurrences of one word, being read: each organization and the word's place in
/// its name.
#[derive(Clone, Debug)]
pub(in crate::domain::directory) struct Postings<'a> {
    bytes: &'a [u8],
    left: usize,
    end: u32,
}

impl<'a> Postings<'a> {
    pub(super) fn read(mut bytes: &'a [u8]) -> Self {
        let count = read(&mut bytes);
        Self {
            bytes,
            left: usize::try_from(count).unwrap_or(0),
            end: 0,
        }
    }

    pub(in crate::domain::directory) fn count_left(&self) -> usize {
        self.left
    }
}

impl Iterator for Postings<'_> {
    type Item = (u32, u8);

    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        let value = read(&mut self.bytes);
        let [place, ..] = value.to_le_bytes();
        let distance = u32::try_from(value >> PLACE_BITS).ok()?;
        self.end += distance;
        Some((self.end - 1, place & LAST_PLACE))
    }
}

fn write(bytes: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        let [low, ..] = value.to_le_bytes();
        bytes.push(low | 0x80);
        value >>= 7;
    }
    let [low, ..] = value.to_le_bytes();
    bytes.push(low);
}

fn read(bytes: &mut &[u8]) -> u64 {
    let (mut value, mut shift) = (0, 0);
    while let Some((byte, rest)) = bytes.split_first() {
        *bytes = rest;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            break;
        }
        shift += 7;
    }
    value
}
