//! How each locale speaks to a donor: numbers, money and dates as it writes
//! them, and every sentence. Which locales there are is `shared`'s to say.

mod date;
mod manner;
pub mod money;
pub mod words;

use axum::http::{HeaderMap, header};
pub use shared::locale::Locale;

pub use self::date::date;
pub use self::words::{Words, words};

/// The locale in which a donor is addressed: what was chosen for the gift, else
/// what the browser asks for, else `default`. A tag of a language that is not
/// here chooses nothing.
pub fn of_donor(chosen: Option<&str>, headers: &HeaderMap, default: Locale) -> Locale {
    let accepted = || {
        let header = headers.get(header::ACCEPT_LANGUAGE)?;
        Locale::accepted(header.to_str().ok()?)
    };
    chosen
        .and_then(Locale::matching)
        .or_else(accepted)
        .unwrap_or(default)
}

/// Whether the family's name stands first.
pub fn is_family_first(locale: Locale) -> bool {
    matches!(locale.language(), "ja" | "ko" | "vi" | "hu")
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn what_was_chosen_counts_before_the_browser_and_that_before_the_default() {
        let mut headers = HeaderMap::new();
        let default = Locale::OF_SESSIONS;
        assert_eq!(of_donor(None, &headers, default), Locale::EnGb);
        headers.insert(header::ACCEPT_LANGUAGE, HeaderValue::from_static("ja"));
        assert_eq!(of_donor(None, &headers, default), Locale::JaJp);
        assert_eq!(of_donor(Some("ar-SA"), &headers, default), Locale::JaJp);
        assert_eq!(of_donor(Some("da-GL"), &headers, default), Locale::DaDk);
    }
}
