//! Names as they are compared: in words, without case, accents and signs. Pure.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// The longest word that is told apart, in bytes.
const MAX_WORD: usize = 64;

/// Hands on each word of a text. Doing so with words that were handed on before
/// changes nothing.
pub fn each_word(text: &str, mut take: impl FnMut(&str)) {
    let mut word = Word {
        text: String::new(),
        take: &mut take,
    };
    if text.is_ascii() {
        text.chars().for_each(|sign| word.read(sign));
    } else {
        let signs = text.nfkd().filter(|sign| !is_combining_mark(*sign));
        signs.for_each(|sign| word.read(sign));
    }
    word.end();
}

/// The words of a text.
pub fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    each_word(text, |word| words.push(word.to_owned()));
    words
}

/// What is kept beside an organization to find it by: the words of its name and,
/// after a tab, those of its slug that are not among them.
pub(super) fn folded(name: &str, slug: &str) -> String {
    let of_name = words(name);
    let mut text = of_name.join(" ");
    text.push('\t');
    each_word(slug, |word| {
        if !of_name.iter().any(|other| other == word) {
            text.push(' ');
            text.push_str(word);
        }
    });
    text
}

/// A word that is being read.
struct Word<'a, F> {
    text: String,
    take: &'a mut F,
}

impl<F: FnMut(&str)> Word<'_, F> {
    fn read(&mut self, sign: char) {
        match sign {
            // As in `children's` and `O’Brien`.
            '\'' | '’' | 'ʼ' | '`' => {}
            '&' | '+' => {
                self.end();
                (self.take)("and");
            }
            'ß' | 'ẞ' => self.add("ss"),
            'æ' | 'Æ' => self.add("ae"),
            'œ' | 'Œ' => self.add("oe"),
            'þ' | 'Þ' => self.add("th"),
            'ø' | 'Ø' => self.add("o"),
            'đ' | 'Đ' | 'ð' | 'Ð' => self.add("d"),
            'ł' | 'Ł' => self.add("l"),
            'ı' => self.add("i"),
            sign if sign.is_ascii_alphanumeric() => self.text.push(sign.to_ascii_lowercase()),
            sign if sign.is_alphanumeric() => self.text.extend(sign.to_lowercase()),
            _ => self.end(),
        }
    }

    fn add(&mut self, letters: &str) {
        self.text.push_str(letters);
    }

    fn end(&mut self) {
        if !self.text.is_empty() {
            (self.take)(&self.text[..self.text.floor_char_boundary(MAX_WORD)]);
            self.text.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_accents_and_signs_are_folded() {
        for (text, folded) in [
            ("American Red Cross", "american red cross"),
            ("Médecins Sans Frontières", "medecins sans frontieres"),
            ("St. Jude Children's", "st jude childrens"),
            ("Boys & Girls Club", "boys and girls club"),
            ("charity: water", "charity water"),
            ("Straße Øst Łódź ÆON", "strasse ost lodz aeon"),
            ("ＦＵＬＬ　ｗｉｄｔｈ ﬁne", "full width fine"),
            ("İstanbul İZMİR", "istanbul izmir"),
            ("  50%_\\ -- ", "50"),
            ("", ""),
        ] {
            assert_eq!(words(text).join(" "), folded, "{text}");
            assert_eq!(words(folded).join(" "), folded, "{text} again");
        }
    }

    #[test]
    fn a_long_word_is_cut_between_letters() {
        let long = "é".repeat(10_000) + "ж";
        assert_eq!(words(&long), ["e".repeat(MAX_WORD)]);
        assert_eq!(words(&"ж".repeat(99)), ["ж".repeat(MAX_WORD / 2)]);
    }

    #[test]
    fn what_a_slug_adds_stands_after_the_name() {
        assert_eq!(folded("River Trust", "river-trust"), "river trust\t");
        assert_eq!(folded("Zebra Fund", "zebra-42"), "zebra fund\t 42");
    }
}
