//! Words that are nearly a given one: with a letter too many, too few, another,
//! or two next to each other that have changed places.

use fst::Automaton;

/// The longest word in which typos are forgiven, in letters.
const MAX_LETTERS: usize = 24;
/// Words of so many letters may have one typo, and such of so many two.
const ONE_FROM: usize = 4;
const TWO_FROM: usize = 8;

/// A cell of a row says how many typos there are between what was read and the
/// beginning of the word that is so long.
type Row = [u8; MAX_LETTERS + 1];

/// A word in which typos are forgiven.
#[derive(Clone, Debug)]
pub(super) struct Nearly {
    letters: Vec<char>,
    allowed: u8,
}

/// What was read of a word that may be near.
#[derive(Clone, Debug)]
pub(super) struct Reading {
    row: Row,
    /// The row before the last letter.
    before: Row,
    last: char,
    /// The part of a letter that was read, and the bytes that it still lacks.
    part: (u32, u8),
}

impl Nearly {
    /// None for a word in which no typo is forgiven: a short one, or a number.
    pub(super) fn new(word: &str) -> Option<Self> {
        let letters: Vec<char> = word.chars().collect();
        let is_number = letters.iter().any(char::is_ascii_digit);
        let allowed = match letters.len() {
            _ if is_number => return None,
            ONE_FROM..TWO_FROM => 1,
            TWO_FROM..=MAX_LETTERS => 2,
            _ => return None,
        };
        Some(Self { letters, allowed })
    }

    /// How many typos there are in a word that was read to its end.
    pub(super) fn typos(&self, reading: &Reading) -> u8 {
        reading.row[self.letters.len()]
    }

    fn read(&self, reading: &Reading, letter: char) -> Reading {
        let mut next = reading.row;
        next[0] = reading.row[0].saturating_add(1);
        for (place, own) in self.letters.iter().enumerate() {
            let other = u8::from(*own != letter);
            let mut typos = (reading.row[place].saturating_add(other))
                .min(reading.row[place + 1].saturating_add(1))
                .min(next[place].saturating_add(1));
            let swapped = place > 0 && self.letters[place - 1] == letter && *own == reading.last;
            if swapped {
                typos = typos.min(reading.before[place - 1].saturating_add(1));
            }
            next[place + 1] = typos;
        }
        Reading {
            row: next,
            before: reading.row,
            last: letter,
            part: (0, 0),
        }
    }

    fn least(&self, row: &Row) -> u8 {
        let cells = row[..=self.letters.len()].iter();
        cells.copied().min().unwrap_or(u8::MAX)
    }
}

impl Automaton for Nearly {
    type State = Reading;

    fn start(&self) -> Reading {
        let row = std::array::from_fn(|place| u8::try_from(place).unwrap_or(u8::MAX));
        Reading {
            row,
            before: [u8::MAX; MAX_LETTERS + 1],
            last: '\0',
            part: (0, 0),
        }
    }

    fn is_match(&self, reading: &Reading) -> bool {
        reading.part.1 == 0 && self.typos(reading) <= self.allowed
    }

    fn can_match(&self, reading: &Reading) -> bool {
        // Two letters that have changed places lead from the row before.
        self.least(&reading.row) <= self.allowed || self.least(&reading.before) < self.allowed
    }

    fn accept(&self, reading: &Reading, byte: u8) -> Reading {
        let (bits, lacks) = match (reading.part, byte) {
            ((_, 0), 0x00..0x80) => return self.read(reading, char::from(byte)),
            ((_, 0), 0xf0..) => (u32::from(byte & 0x07), 3),
            ((_, 0), 0xe0..) => (u32::from(byte & 0x0f), 2),
            ((_, 0), _) => (u32::from(byte & 0x1f), 1),
            ((bits, lacks), _) => (bits << 6 | u32::from(byte & 0x3f), lacks - 1),
        };
        if lacks == 0 {
            return self.read(reading, char::from_u32(bits).unwrap_or('\u{fffd}'));
        }
        Reading {
            part: (bits, lacks),
            ..reading.clone()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The typos with which a word is taken for the one that is asked for.
    fn typos(asked: &str, read: &str) -> Option<u8> {
        let nearly = Nearly::new(asked)?;
        let mut reading = nearly.start();
        for byte in read.bytes() {
            if !nearly.can_match(&reading) {
                return None;
            }
            reading = nearly.accept(&reading, byte);
        }
        nearly.is_match(&reading).then(|| nearly.typos(&reading))
    }

    #[test]
    fn a_letter_too_many_too_few_another_or_two_that_changed_places_is_one_typo() {
        for near in [
            "rivers", "iver", "rive", "raver", "irver", "riевr", "rivre", "xriver",
        ] {
            let expected = if near.is_ascii() { Some(1) } else { None };
            assert_eq!(typos("river", near), expected, "{near}");
        }
        assert_eq!(typos("river", "river"), Some(0));
        assert_eq!(typos("река", "реки"), Some(1));
        for far in ["", "r", "ive", "revir", "riverss", "trust"] {
            assert_eq!(typos("river", far), None, "{far}");
        }
    }

    #[test]
    fn long_words_may_have_two_typos_and_short_ones_and_numbers_none() {
        assert_eq!(typos("foundation", "fuondatoin"), Some(2));
        assert_eq!(typos("foundation", "fondaton"), Some(2));
        assert_eq!(typos("foundation", "fondatn"), None);
        assert_eq!(typos("fund", "find"), Some(1));
        for word in ["the", "", "2024", &"a".repeat(25)] {
            assert!(Nearly::new(word).is_none(), "{word}");
        }
    }
}
