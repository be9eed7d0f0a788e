//! The locales in which a donor can be addressed: the closed set, and which of
//! them somebody means by a language tag. How each writes is the server's.

use crate::money::Currency;
use crate::names::names;

names! {
    /// A language as one country writes it. The first of a language stands for
    /// the language alone.
    pub enum Locale {
        EnUs = "en-US",
        EnGb = "en-GB",
        EnIe = "en-IE",
        EnNz = "en-NZ",
        DeDe = "de-DE",
        DeCh = "de-CH",
        DeAt = "de-AT",
        FrFr = "fr-FR",
        FrBe = "fr-BE",
        ItIt = "it-IT",
        NlNl = "nl-NL",
        SvSe = "sv-SE",
        DaDk = "da-DK",
        PlPl = "pl-PL",
        EnAu = "en-AU",
        FrCa = "fr-CA",
        EnCa = "en-CA",
        EsEs = "es-ES",
        JaJp = "ja-JP",
        EsMx = "es-MX",
        KoKr = "ko-KR",
        PtBr = "pt-BR",
        EnSg = "en-SG",
        MsMy = "ms-MY",
        ThTh = "th-TH",
        IdId = "id-ID",
        ViVn = "vi-VN",
        HuHu = "hu-HU",
        CsCz = "cs-CZ",
        RoRo = "ro-RO",
        FilPh = "fil-PH",
        TrTr = "tr-TR",
    }
}

impl Locale {
    /// Of a donation session that names none.
    pub const OF_SESSIONS: Self = Self::EnGb;
    /// Of a link that names none, for a donor whose browser names none either.
    pub const OF_LINKS: Self = Self::EnUs;

    /// The language alone, such as `en`.
    pub fn language(self) -> &'static str {
        let tag = self.as_str();
        tag.split_once('-').map_or(tag, |(language, _)| language)
    }

    /// The currency that people of the locale pay with at home.
    pub const fn currency(self) -> Currency {
        match self {
            Self::EnUs => Currency::Usd,
            Self::EnGb => Currency::Gbp,
            Self::EnIe
            | Self::DeDe
            | Self::DeAt
            | Self::FrFr
            | Self::FrBe
            | Self::ItIt
            | Self::NlNl
            | Self::EsEs => Currency::Eur,
            Self::EnNz => Currency::Nzd,
            Self::DeCh => Currency::Chf,
            Self::SvSe => Currency::Sek,
            Self::DaDk => Currency::Dkk,
            Self::PlPl => Currency::Pln,
            Self::EnAu => Currency::Aud,
            Self::FrCa | Self::EnCa => Currency::Cad,
            Self::JaJp => Currency::Jpy,
            Self::EsMx => Currency::Mxn,
            Self::KoKr => Currency::Krw,
            Self::PtBr => Currency::Brl,
            Self::EnSg => Currency::Sgd,
            Self::MsMy => Currency::Myr,
            Self::ThTh => Currency::Thb,
            Self::IdId => Currency::Idr,
            Self::ViVn => Currency::Vnd,
            Self::HuHu => Currency::Huf,
            Self::CsCz => Currency::Czk,
            Self::RoRo => Currency::Ron,
            Self::FilPh => Currency::Php,
            Self::TrTr => Currency::Try,
        }
    }

    /// The locale that a BCP 47 tag means: itself in any case of letters, else
    /// the first of its language; none for a language that is not here.
    pub fn matching(tag: &str) -> Option<Self> {
        let tag = tag.trim();
        let exact = Self::ALL
            .iter()
            .find(|locale| locale.as_str().eq_ignore_ascii_case(tag));
        let language = match tag.split('-').next().unwrap_or_default() {
            // Older names of two of them, which some browsers still send.
            old if old.eq_ignore_ascii_case("tl") => "fil",
            old if old.eq_ignore_ascii_case("in") => "id",
            language => language,
        };
        let of_language = || {
            let mut all = Self::ALL.iter();
            all.find(|locale| locale.language().eq_ignore_ascii_case(language))
        };
        exact.or_else(of_language).copied()
    }

    /// The locale that the header `Accept-Language` asks for before all others
    /// that are here.
    pub fn accepted(header: &str) -> Option<Self> {
        let mut best = None;
        for range in header.split(',') {
            let (tag, parameters) = range.split_once(';').unwrap_or((range, ""));
            let weight = weight(parameters);
            let is_better = best.is_none_or(|(_, most)| weight > most);
            if weight > 0
                && is_better
                && let Some(locale) = Self::matching(tag)
            {
                best = Some((locale, weight));
            }
        }
        best.map(|(locale, _)| locale)
    }
}

/// The weight of a language range in thousandths; what cannot be read has none.
fn weight(parameters: &str) -> u32 {
    let Some((_, value)) = parameters.split_once('=') else {
        return 1000;
    };
    let (whole, fraction) = value.trim().split_once('.').unwrap_or((value.trim(), ""));
    let is_weight = matches!(whole, "0" | "1")
        && fraction.len() <= 3
        && fraction.bytes().all(|byte| byte.is_ascii_digit());
    if !is_weight {
        return 0;
    }
    let thousandths = format!("{whole}{fraction:0<3}").parse().unwrap_or(0);
    u32::min(thousandths, 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_thirty_two() {
        assert_eq!(Locale::ALL.len(), 32);
        for locale in Locale::ALL {
            assert_eq!(Locale::matching(locale.as_str()), Some(*locale));
        }
    }

    #[test]
    fn a_tag_means_itself_or_the_first_of_its_language() {
        for (tag, locale) in [
            ("de-at", Some(Locale::DeAt)),
            ("DE", Some(Locale::DeDe)),
            ("de-LI", Some(Locale::DeDe)),
            ("fr-CH", Some(Locale::FrFr)),
            ("en", Some(Locale::EnUs)),
            ("es-419", Some(Locale::EsEs)),
            ("pt-PT", Some(Locale::PtBr)),
            ("fil", Some(Locale::FilPh)),
            ("tl-PH", Some(Locale::FilPh)),
            ("ar-SA", None),
            ("d", None),
            ("", None),
            ("*", None),
        ] {
            assert_eq!(Locale::matching(tag), locale, "{tag}");
        }
    }

    #[test]
    fn a_browser_is_answered_in_what_it_likes_best_of_what_is_here() {
        for (header, locale) in [
            ("de-CH,de;q=0.9,en;q=0.8", Some(Locale::DeCh)),
            ("en;q=0.5, ja;q=0.75", Some(Locale::JaJp)),
            ("ar, fr ; q=0.3 , it;q=0.2", Some(Locale::FrFr)),
            ("ko;q=0, tr;q=0.001", Some(Locale::TrTr)),
            ("pl;q=1.0, cs", Some(Locale::PlPl)),
            ("pl;q=many, cs;q=0.1", Some(Locale::CsCz)),
            ("*, xx;q=0.9", None),
            ("", None),
        ] {
            assert_eq!(Locale::accepted(header), locale, "{header}");
        }
    }
}
