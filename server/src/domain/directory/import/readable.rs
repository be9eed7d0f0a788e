//! Names as people write them, from the capital letters of the IRS; and its codes
//! for what a nonprofit does. Pure.

/// Written as they are.
const INITIALS: &[&str] = &[
    "AA", "AARP", "ACLU", "AFL", "AFSCME", "AIDS", "ALS", "AMVETS", "ASPCA", "ATV", "BMX", "BPOE",
    "BSA", "CASA", "CIO", "CPA", "DAV", "DC", "EMS", "EMT", "FBI", "FFA", "FM", "GED", "HIV",
    "HOA", "IATSE", "IBEW", "II", "III", "IV", "IX", "JROTC", "K9", "LGBT", "LGBTQ", "LLC", "MIT",
    "NAACP", "NAMI", "NASA", "NATO", "NY", "NYC", "NYU", "PAC", "PBA", "PBS", "PFLAG", "POW",
    "PTA", "PTO", "PTSA", "PTSD", "ROTC", "RSVP", "RV", "SCUBA", "SEIU", "SPCA", "STEAM", "STEM",
    "TV", "UAW", "UCLA", "UK", "UN", "UNESCO", "UNICEF", "US", "USA", "USMC", "USO", "USS", "UAE",
    "VA", "VFW", "VI", "VII", "VIII", "WWF", "WWI", "WWII", "XI", "XII", "XIII", "XIV", "YMCA",
    "YWCA",
];

/// Written small, unless first.
const SMALL: &[&str] = &[
    "A", "AN", "AND", "AS", "AT", "BY", "DE", "DEL", "FOR", "FROM", "IN", "OF", "ON", "OR", "THE",
    "TO", "WITH",
];

/// Short for something, though they have no vowel.
const SHORT: &[&str] = &[
    "BLDG", "BLVD", "BR", "BROS", "CH", "CHR", "CLB", "CNTY", "CNTR", "CTR", "CTY", "DR", "FDN",
    "FDTN", "FND", "FRND", "FRNDS", "FT", "GRP", "HWY", "JR", "LN", "LTD", "MR", "MRS", "MS", "MT",
    "MTN", "NTL", "PK", "PKWY", "PL", "PRGM", "RD", "SCH", "SCHL", "SQ", "SR", "ST", "STR", "SVC",
    "SVCS", "SYS", "TR", "TRST", "TWP", "VLG",
];

/// A name in readable letters. One that has small letters is left as it is.
pub(super) fn name(text: &str) -> String {
    readable(text, INITIALS)
}

/// The same of a town, whose name has no initials.
pub(super) fn place(text: &str) -> String {
    readable(text, &[])
}

fn readable(text: &str, initials: &[&str]) -> String {
    let is_written = text.chars().any(char::is_lowercase);
    let words: Vec<String> = text
        .split_whitespace()
        .enumerate()
        .map(|(place, word)| match word {
            _ if is_written => word.to_owned(),
            _ if place > 0 && SMALL.contains(&word) => word.to_lowercase(),
            _ => parts(word, initials),
        })
        .collect();
    words.join(" ")
}

/// A word, each part of it by itself.
fn parts(word: &str, initials: &[&str]) -> String {
    let is_joint = |sign: char| !sign.is_alphanumeric() && sign != '\'';
    let parts = word.split_inclusive(is_joint);
    let one = |part: &str| {
        let plain = part.trim_end_matches(is_joint);
        let joint = &part[plain.len()..];
        format!("{}{joint}", part_of_word(plain, initials))
    };
    parts.map(one).collect()
}

fn part_of_word(word: &str, initials: &[&str]) -> String {
    let has_vowel = word.contains(['A', 'E', 'I', 'O', 'U', 'Y']);
    let is_said_by_letter = !initials.is_empty()
        && !has_vowel
        && (2..=5).contains(&word.chars().count())
        && !word.starts_with(|first: char| first.is_ascii_digit())
        && !SHORT.contains(&word)
        && !word.contains('\'');
    if initials.contains(&word) || is_said_by_letter {
        return word.to_owned();
    }
    let mut text = String::with_capacity(word.len());
    let mut is_first = true;
    let mut rest = word;
    for prefix in ["MC", "O'", "D'"] {
        if let Some(after) = word.strip_prefix(prefix)
            && after.chars().count() > 2
        {
            text.push_str(&capital(prefix));
            rest = after;
        }
    }
    for sign in rest.chars() {
        if is_first {
            text.push(sign);
        } else {
            text.extend(sign.to_lowercase());
        }
        is_first = false;
    }
    text
}

fn capital(prefix: &str) -> String {
    let mut signs = prefix.chars();
    let first = signs.next();
    first
        .into_iter()
        .chain(signs.flat_map(char::to_lowercase))
        .collect()
}

/// What a nonprofit does, by the first letter of its code in the National Taxonomy
/// of Exempt Entities.
pub(super) fn category(code: &str) -> Option<&'static str> {
    Some(match code.chars().next()?.to_ascii_uppercase() {
        'A' => "Arts and culture",
        'B' => "Education",
        'C' => "Environment",
        'D' => "Animals",
        'E' => "Health",
        'F' => "Mental health",
        'G' => "Diseases and disorders",
        'H' => "Medical research",
        'I' => "Crime and law",
        'J' => "Employment",
        'K' => "Food and agriculture",
        'L' => "Housing",
        'M' => "Public safety and disaster relief",
        'N' => "Recreation and sports",
        'O' => "Youth",
        'P' => "Human services",
        'Q' => "International affairs",
        'R' => "Civil rights",
        'S' => "Community",
        'T' => "Philanthropy",
        'U' => "Science and technology",
        'V' => "Social science",
        'W' => "Public benefit",
        'X' => "Religion",
        'Y' => "Mutual benefit",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capital_letters_become_readable() {
        for (raw, readable) in [
            ("AMERICAN NATIONAL RED CROSS", "American National Red Cross"),
            ("THE FRIENDS OF THE LIBRARY", "The Friends of the Library"),
            ("YMCA OF THE USA", "YMCA of the USA"),
            ("JOHN SMITH II FDN INC", "John Smith II Fdn Inc"),
            ("ST JUDE CHILDREN'S HOSPITAL", "St Jude Children's Hospital"),
            ("VFW POST 12TH DISTRICT", "VFW Post 12th District"),
            ("MCDONALD O'BRIEN TR", "McDonald O'Brien Tr"),
            ("ANTI-VIOLENCE/YOUTH CLUB", "Anti-Violence/Youth Club"),
            ("BPOE LODGE 5 PTSD HOUSE", "BPOE Lodge 5 PTSD House"),
            ("  TWO   SPACES ", "Two Spaces"),
            ("charity: water USA", "charity: water USA"),
            ("4-H CLUB", "4-H Club"),
            ("ÉCOLE FRANÇAISE", "École Française"),
        ] {
            assert_eq!(name(raw), readable);
        }
        assert_eq!(place("VA BEACH"), "Va Beach");
        assert_eq!(place("COEUR D'ALENE"), "Coeur D'Alene");
    }

    #[test]
    fn a_code_says_what_a_nonprofit_does() {
        assert_eq!(category("A23"), Some("Arts and culture"));
        assert_eq!(category("t31"), Some("Philanthropy"));
        for unknown in ["", "Z99", "123"] {
            assert_eq!(category(unknown), None);
        }
    }
}
