//! The words, loaded on demand, and numbers as the donor's language writes them.
//!
//! The browser's `Intl` knows every language's money, percents and plurals; no
//! such data is in this module.

use js_sys::Object;
use shared::js::{member, object, set};
use shared::money::{Currency, Minor, Percent};
use wasm_bindgen::prelude::*;

use crate::amount::major;

/// The locales of which there is a file in `locales/`, the first for all others.
const LOCALES: [&str; 25] = [
    "en", "cs", "da", "de", "de-CH", "en-GB", "es", "es-MX", "fil", "fr", "fr-CA", "hu", "id",
    "it", "ja", "ko", "ms", "nl", "pl", "pt-BR", "ro", "sv", "th", "tr", "vi",
];

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = Intl)]
    type NumberFormat;

    #[wasm_bindgen(constructor, js_namespace = Intl, catch)]
    fn new(locale: &str, options: &Object) -> Result<NumberFormat, JsValue>;

    /// A decimal in text is formatted exactly, where a number may be rounded.
    #[wasm_bindgen(method)]
    fn format(this: &NumberFormat, decimal: &str) -> String;

    #[wasm_bindgen(js_namespace = Intl)]
    type PluralRules;

    #[wasm_bindgen(constructor, js_namespace = Intl, catch)]
    fn new(locale: &str) -> Result<PluralRules, JsValue>;

    #[wasm_bindgen(method)]
    fn select(this: &PluralRules, count: f64) -> String;
}

/// The words of one language and the locale that its numbers follow.
#[derive(Default)]
pub(crate) struct Text {
    words: JsValue,
    locale: String,
}

/// The file of words that serves a locale: its own, its language's, or the first.
/// Only the United States write English in their way.
pub(crate) fn file_for(locale: &str) -> &'static str {
    let find = |is_it: &dyn Fn(&str) -> bool| LOCALES.iter().copied().find(|file| is_it(file));
    let language = language_of(locale);
    let is = |other: &str| other.eq_ignore_ascii_case(locale);
    let is_british = language.eq_ignore_ascii_case("en") && !is("en") && !is("en-US");
    find(&is)
        .or(is_british.then_some("en-GB"))
        .or_else(|| find(&|file| language_of(file).eq_ignore_ascii_case(language)))
        .unwrap_or(LOCALES[0])
}

fn language_of(locale: &str) -> &str {
    locale.split_once('-').map_or(locale, |parts| parts.0)
}

impl Text {
    /// Numbers follow the locale asked for only where the words do too, so that
    /// a sentence is all of one language.
    pub(crate) fn new(words: JsValue, asked: &str) -> Self {
        let file = file_for(asked);
        let is_same_language = language_of(asked) == language_of(file);
        let locale = if is_same_language && is_known(asked) {
            asked
        } else {
            file
        };
        Self {
            words,
            locale: locale.to_owned(),
        }
    }

    pub(crate) fn locale(&self) -> &str {
        &self.locale
    }

    /// The words under a key; empty where there are none.
    pub(crate) fn get(&self, key: &str) -> String {
        member(&self.words, key).unwrap_or_else(|| spare(key).to_owned())
    }

    /// The words under a key, with each `{name}` in them replaced by its value.
    pub(crate) fn fill(&self, key: &str, values: &[(&str, &str)]) -> String {
        let template = self.get(key);
        let mut rest = template.as_str();
        let mut filled = String::new();
        while let Some((before, after)) = rest.split_once('{') {
            let (name, tail) = after.split_once('}').unwrap_or((after, ""));
            filled.push_str(before);
            filled.push_str(values.iter().find(|(n, _)| *n == name).map_or("", |v| v.1));
            rest = tail;
        }
        filled.push_str(rest);
        filled
    }

    /// As `fill`, in the plural form of this count: `key.one`, `key.other` and the like.
    pub(crate) fn count(&self, key: &str, count: i64, values: &[(&str, &str)]) -> String {
        // A plural form depends on the last digits, which a count this side of 2^53 keeps.
        #[expect(clippy::cast_precision_loss, reason = "see above")]
        let form = PluralRules::new(&self.locale).map(|rules| rules.select(count as f64));
        let form = form.unwrap_or_default();
        let own = self.fill(&[key, ".", &form].concat(), values);
        if own.is_empty() {
            return self.fill(&[key, ".other"].concat(), values);
        }
        own
    }

    /// The exact sum: `$25.00`.
    pub(crate) fn money(&self, amount: Minor, currency: Currency) -> String {
        let decimals = currency.decimals();
        self.number(&major(amount.0, decimals), decimals, currency.as_str())
    }

    /// A sum to choose from: `$25`, and `$25.50` where there are cents.
    pub(crate) fn round_money(&self, amount: Minor, currency: Currency) -> String {
        let unit = 10_i64.pow(currency.decimals());
        if amount.0 % unit != 0 {
            return self.money(amount, currency);
        }
        self.number(&major(amount.0 / unit, 0), 0, currency.as_str())
    }

    pub(crate) fn percent(&self, percent: Percent) -> String {
        let hundredths = i64::from(percent.hundredths());
        let shown = if hundredths % 100 == 0 { 0 } else { 2 };
        self.number(&major(hundredths, 4), shown, "%")
    }

    pub(crate) fn whole(&self, number: i64) -> String {
        self.number(&major(number, 0), 0, "")
    }

    /// The currency's sign in this language: `$`, or its code where it has none.
    pub(crate) fn sign(&self, currency: Currency) -> String {
        let zero = self.number("0", 0, currency.as_str());
        zero.trim_matches(['0', ' ', '\u{a0}']).to_owned()
    }

    /// What this language puts before a fraction.
    pub(crate) fn mark(&self) -> char {
        let sample = self.number("0.5", 1, "");
        if sample.contains(',') { ',' } else { '.' }
    }

    /// A decimal in a unit: a currency's code, `%`, or nothing.
    fn number(&self, decimal: &str, shown: u32, unit: &str) -> String {
        let style = match unit {
            "" => "decimal",
            "%" => "percent",
            _ => "currency",
        };
        let options = object(&[
            ("style", style.into()),
            ("minimumFractionDigits", shown.into()),
            ("maximumFractionDigits", shown.into()),
        ]);
        if style == "currency" {
            set(&options, "currency", &unit.into());
        }
        NumberFormat::new(&self.locale, &options).map_or_else(
            |_| [decimal, " ", unit].concat(),
            |format| format.format(decimal),
        )
    }
}

/// What can be said before any words are loaded.
fn spare(key: &str) -> &'static str {
    match key {
        "close" => "Close",
        "retry" => "Try again",
        "offline.title" => "You seem to be offline",
        _ => "",
    }
}

/// Whether the browser takes this for a locale at all; it throws where not.
fn is_known(locale: &str) -> bool {
    PluralRules::new(locale).is_ok()
}
