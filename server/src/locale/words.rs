//! Every sentence that a donor reads, in each language: one file a language,
//! each a full literal of [`Words`], so that what is missing does not compile.
//! What differs within a language stands beside it.

mod cs;
mod da;
mod de;
mod en;
mod es;
mod fil;
mod fr;
mod hu;
mod id;
mod it;
mod ja;
mod ko;
mod ms;
mod nl;
mod pl;
mod pt;
mod ro;
mod sv;
mod th;
mod tr;
mod vi;

use shared::locale::Locale;
use shared::money::Frequency;

/// The sentences, and a way to walk over them.
macro_rules! words {
    ($( $(#[$meta:meta])* $name:ident ),+ $(,)?) => {
        /// The sentences of one language. Names in braces stand for what is put in.
        #[derive(Clone, Copy, Debug)]
        pub struct Words { $( $(#[$meta])* pub $name: &'static str ),+ }

        impl Words {
            /// Each sentence with its name.
            pub fn each(&self) -> Vec<(&'static str, &'static str)> {
                vec![ $( (stringify!($name), self.$name) ),+ ]
            }
        }
    };
}

words! {
    // Forms.
    /// That nothing here is real, after the word "Sandbox".
    sandbox_note,
    optional,
    /// Of a form that lies over a page.
    close,
    one_problem,
    /// Two to nine.
    some_problems,
    your_details,
    email,
    email_wrong,
    first_name,
    last_name,
    name_wrong,

    // What is given.
    /// Before the name of a nonprofit.
    your_gift_to,
    give_to,
    gift,
    tip,
    total,
    how_often,
    once,
    monthly,
    each_month,

    // The payment.
    card,
    card_number,
    expiry,
    security_code,
    test_cards,
    card_pays,
    card_is_declined,
    card_asks,
    test_cards_note,
    pay,
    cancel,
    card_missing,
    card_unknown,
    expiry_wrong,
    card_expired,
    code_wrong,
    not_confirmed,
    declined,
    step_title,
    step_heading,
    amount_to,
    confirm,
    refuse,

    // Links that take no payment.
    link_expired,
    payment_failed,
    start_again,
    refunded,
    refunded_note,
    nothing_charged,
    you_left,
    back_to_payment,
    no_payment_here,

    // After the payment.
    thank_you,
    goes_to,
    with_tip,
    earned,
    tokens_coming,
    gift_number,

    // The hosted form.
    /// Before the name of a nonprofit.
    recipient,
    through,
    currency,
    /// To another currency.
    change,
    amount_in,
    amount,
    another_amount,
    for_example,
    typed_counts,
    every_month_note,
    add_a_tip,
    no_tip,
    add_percent,
    continue_to_payment,
    amount_wrong,
    link_mistyped,
    no_gifts_now,
    nonprofit_unknown,
    currency_not_taken,
    link_mistaken,

    // Refusals.
    link_refused,
    nothing_here,
    nothing_here_note,
    please_start_again,
    too_many_tries,
    try_shortly,
    try_shortly_note,
    did_not_work,
    did_not_work_note,
    tell_number,

    // Receipts.
    receipt_subject,
    dear_name,
    dear_donor,
    receipt_thanks,
    organization,
    ein,
    date,
    receipt_number,
    /// One line of what is listed.
    labelled,
    no_goods,
}

impl Words {
    /// How often a gift is given, as one picks it in a form.
    pub const fn frequency(&self, frequency: Frequency) -> &'static str {
        match frequency {
            Frequency::Once => self.once,
            Frequency::Monthly => self.monthly,
        }
    }
}

/// The sentences of a locale.
pub const fn words(locale: Locale) -> &'static Words {
    match locale {
        Locale::EnUs | Locale::EnCa => &en::ENGLISH,
        Locale::EnGb | Locale::EnIe | Locale::EnNz | Locale::EnAu | Locale::EnSg => &en::BRITISH,
        Locale::DeDe | Locale::DeAt => &de::GERMAN,
        Locale::DeCh => &de::SWISS,
        Locale::FrFr | Locale::FrBe => &fr::FRENCH,
        Locale::FrCa => &fr::CANADIAN,
        Locale::ItIt => &it::ITALIAN,
        Locale::NlNl => &nl::DUTCH,
        Locale::SvSe => &sv::SWEDISH,
        Locale::DaDk => &da::DANISH,
        Locale::PlPl => &pl::POLISH,
        Locale::EsEs => &es::SPANISH,
        Locale::EsMx => &es::MEXICAN,
        Locale::JaJp => &ja::JAPANESE,
        Locale::KoKr => &ko::KOREAN,
        Locale::PtBr => &pt::PORTUGUESE,
        Locale::MsMy => &ms::MALAY,
        Locale::ThTh => &th::THAI,
        Locale::IdId => &id::INDONESIAN,
        Locale::ViVn => &vi::VIETNAMESE,
        Locale::HuHu => &hu::HUNGARIAN,
        Locale::CsCz => &cs::CZECH,
        Locale::RoRo => &ro::ROMANIAN,
        Locale::FilPh => &fil::FILIPINO,
        Locale::TrTr => &tr::TURKISH,
    }
}

/// A sentence with `value` in the place of `{name}`, in one pass: braces in the
/// value stay what they are.
pub fn fill(sentence: &str, values: &[(&str, &str)]) -> String {
    let mut text = String::new();
    let mut rest = sentence;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}').unwrap_or((after, ""));
        let found = values.iter().find(|(known, _)| *known == name);
        text.push_str(before);
        text.push_str(found.map_or("", |(_, value)| value));
        rest = after;
    }
    text.push_str(rest);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a sentence has room for, in order of name.
    fn places(sentence: &str) -> Vec<&str> {
        let mut names: Vec<_> = sentence
            .split('{')
            .skip(1)
            .map(|rest| rest.split_once('}').expect("a closed brace").0)
            .collect();
        names.sort_unstable();
        names
    }

    #[test]
    fn every_language_has_every_sentence_with_the_same_places() {
        for locale in Locale::ALL {
            let pairs = en::ENGLISH.each().into_iter().zip(words(*locale).each());
            for ((name, english), (_, sentence)) in pairs {
                assert!(!sentence.trim().is_empty(), "{locale} {name}");
                assert_eq!(sentence.trim(), sentence, "{locale} {name}");
                assert_eq!(places(sentence), places(english), "{locale} {name}");
            }
        }
    }

    #[test]
    fn no_language_keeps_an_english_sentence() {
        // A word alone may be the same in two languages.
        let is_sentence = |text: &str| text.split(' ').count() > 3;
        for locale in Locale::ALL {
            if locale.language() == "en" {
                continue;
            }
            let pairs = en::ENGLISH.each().into_iter().zip(words(*locale).each());
            for ((name, english), (_, sentence)) in pairs {
                assert!(
                    english != sentence || !is_sentence(english),
                    "{locale} {name}"
                );
            }
        }
    }

    #[test]
    fn switzerland_writes_no_sharp_s() {
        for (name, sentence) in words(Locale::DeCh).each() {
            assert!(!sentence.contains('ß'), "{name}: {sentence}");
        }
    }

    #[test]
    fn what_is_put_in_stays_as_it_is() {
        let values = [("name", "{amount} & co"), ("amount", "$5")];
        assert_eq!(fill("{amount} to {name}.", &values), "$5 to {amount} & co.");
        assert_eq!(fill("nothing", &values), "nothing");
        assert_eq!(fill("{unknown}!", &values), "!");
    }
}
