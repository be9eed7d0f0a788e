//! From doc comments to sentences.

/// The text without the line breaks of its source; paragraphs stay.
pub(super) fn one_line(text: &str) -> String {
    let paragraphs: Vec<String> = text
        .split("\n\n")
        .map(|paragraph| paragraph.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect();
    paragraphs.join("\n\n")
}

/// What a call does, in a few words, and what else is said of it: the doc comment
/// of its type, which begins with method and path.
pub(super) fn summary(doc: &str) -> (String, String) {
    let text = one_line(doc);
    let rest = match text.strip_prefix('`').and_then(|text| text.split_once('`')) {
        Some((_, rest)) => rest.trim_start_matches([':', '.', ',', ' ']),
        None => text.as_str(),
    };
    let (first, rest) = rest.split_once(". ").unwrap_or((rest, ""));
    (capitalised(first.trim_end_matches('.')), rest.to_owned())
}

fn capitalised(text: &str) -> String {
    let mut rest = text.chars();
    let first = rest.next().into_iter().flat_map(char::to_uppercase);
    first.chain(rest).collect()
}

/// `CreateLink` as `createLink`.
pub(super) fn camel(name: &str) -> String {
    let mut rest = name.chars();
    let first = rest.next().into_iter().flat_map(char::to_lowercase);
    first.chain(rest).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_is_the_first_sentence_behind_method_and_path() {
        let doc = "`POST /v1/users/{id}`: makes one. The id is\nthe partner's.";
        let expected = (
            "Makes one".to_owned(),
            "The id is the partner's.".to_owned(),
        );
        assert_eq!(summary(doc), expected);
        assert_eq!(summary("`GET /v1/users`"), (String::new(), String::new()));
    }
}
