//! The one table of how the 32 locales write numbers and money, as Unicode's
//! CLDR has it in its version 48. A test compares it with `Intl` of a Node that
//! has the same version.

use shared::locale::Locale;
use shared::money::Currency;

/// A space at which no line breaks.
pub(super) const SPACE: &str = "\u{a0}";
/// A narrow one.
const THIN: &str = "\u{202f}";

/// Where the currency stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Close before the digits, unless it ends in a letter.
    Before,
    /// Before the digits, with a space between.
    Apart,
    /// After the digits, with a space between.
    After,
}

/// How a percentage is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    Close,
    Apart,
    First,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Manner {
    pub(super) decimal: &'static str,
    pub(super) group: &'static str,
    /// Between groups of what is no money, where that differs.
    pub(super) plain_group: Option<&'static str>,
    /// The digits before the decimal mark from which on they are grouped.
    pub(super) least_grouped: usize,
    pub(super) place: Place,
    pub(super) sign: Sign,
    /// `CODE=symbol`, the locale's own before those that it shares; a currency
    /// that is in neither is written by its code.
    symbols: [&'static str; 2],
}

impl Manner {
    /// How the locale writes a currency: its symbol, or its code.
    pub(super) fn symbol(&self, currency: Currency) -> &'static str {
        let code = currency.as_str();
        let mut all = self.symbols.iter().flat_map(|symbols| symbols.split(' '));
        all.find_map(|symbol| symbol.strip_prefix(code)?.strip_prefix('='))
            .unwrap_or(code)
    }
}

const ENGLISH_SYMBOLS: &str =
    "USD=US$ EUR=€ GBP=£ AUD=A$ CAD=CA$ NZD=NZ$ MXN=MX$ BRL=R$ PHP=₱ INR=₹ JPY=JP¥ KRW=₩ VND=₫";
const FRENCH_SYMBOLS: &str =
    "USD=$US EUR=€ GBP=£GB AUD=$AU CAD=$CA NZD=$NZ SGD=$SG MXN=$MX BRL=R$ INR=₹ KRW=₩ VND=₫";
/// What most others share.
const SYMBOLS: &str =
    "USD=US$ EUR=€ GBP=£ AUD=AU$ CAD=CA$ NZD=NZ$ MXN=MX$ BRL=R$ INR=₹ JPY=JP¥ KRW=₩ VND=₫";

/// `$1,234.50`
const POINT: Manner = Manner {
    decimal: ".",
    group: ",",
    plain_group: None,
    least_grouped: 4,
    place: Place::Before,
    sign: Sign::Close,
    symbols: ["", SYMBOLS],
};
const ENGLISH: Manner = Manner {
    symbols: ["", ENGLISH_SYMBOLS],
    ..POINT
};
/// `1.234,50 €`
const COMMA: Manner = Manner {
    decimal: ",",
    group: ".",
    place: Place::After,
    ..POINT
};
/// `1 234,50 €`
const SPACED: Manner = Manner {
    group: SPACE,
    ..COMMA
};
const GERMAN: Manner = Manner {
    sign: Sign::Apart,
    symbols: ["USD=$ THB=฿ JPY=¥", SYMBOLS],
    ..COMMA
};
const FRENCH: Manner = Manner {
    group: THIN,
    sign: Sign::Apart,
    symbols: ["", FRENCH_SYMBOLS],
    ..COMMA
};

const SWISS: Manner = Manner {
    decimal: ".",
    group: "'",
    place: Place::Apart,
    sign: Sign::Close,
    symbols: ["EUR=EUR USD=$ THB=฿ JPY=¥", SYMBOLS],
    ..GERMAN
};
const AUSTRIAN: Manner = Manner {
    plain_group: Some(SPACE),
    place: Place::Apart,
    ..GERMAN
};
const CANADIAN_FRENCH: Manner = Manner {
    sign: Sign::Apart,
    symbols: [
        "USD=$\u{a0}US EUR=€ GBP=£ AUD=$\u{a0}AU CAD=$ NZD=$\u{a0}NZ SGD=$\u{a0}SG BRL=R$ JPY=¥",
        "",
    ],
    ..SPACED
};
const ITALIAN: Manner = Manner {
    least_grouped: 5,
    ..only("EUR=€ GBP=£ AUD=A$ CAD=CA$ NZD=NZ$ THB=฿ PHP=₱", COMMA)
};
const DUTCH: Manner = Manner {
    place: Place::Apart,
    ..own("CAD=C$ THB=฿", COMMA)
};
const SWEDISH: Manner = Manner {
    sign: Sign::Apart,
    ..only(
        "USD=US$ EUR=€ CAD=CA$ DKK=Dkr SEK=kr NOK=Nkr MXN=MX$ BRL=BR$",
        SPACED,
    )
};
const DANISH: Manner = Manner {
    sign: Sign::Apart,
    ..own("DKK=kr. THB=฿", COMMA)
};
const POLISH: Manner = Manner {
    least_grouped: 5,
    ..only("EUR=€ PLN=zł BRL=R$", SPACED)
};
const SPANISH: Manner = Manner {
    least_grouped: 5,
    sign: Sign::Apart,
    ..only("USD=US$ EUR=€ THB=฿ VND=₫", COMMA)
};
const JAPANESE: Manner = Manner {
    symbols: ["USD=$ AUD=A$ JPY=￥", SYMBOLS],
    ..POINT
};
const BRAZILIAN: Manner = Manner {
    place: Place::Apart,
    ..own("THB=฿", COMMA)
};
const MALAY: Manner = only(
    "EUR=€ GBP=£ AUD=A$ NZD=NZ$ BRL=R$ MYR=RM INR=₹ JPY=JP¥ KRW=₩ VND=₫",
    POINT,
);
const INDONESIAN: Manner = Manner {
    place: Place::Before,
    ..own("THB=฿ INR=Rs IDR=Rp", COMMA)
};
const HUNGARIAN: Manner = Manner {
    least_grouped: 5,
    ..only("HUF=Ft JPY=¥ EUR=EUR", SPACED)
};
const CZECH: Manner = Manner {
    sign: Sign::Apart,
    ..own("CZK=Kč INR=INR VND=VND", SPACED)
};
const ROMANIAN: Manner = Manner {
    sign: Sign::Apart,
    ..only("", COMMA)
};
const TURKISH: Manner = Manner {
    place: Place::Before,
    sign: Sign::First,
    ..own("USD=$ TRY=₺ THB=฿ JPY=¥", COMMA)
};

pub(super) const fn manner(locale: Locale) -> Manner {
    match locale {
        Locale::EnUs => english("USD=$ JPY=¥"),
        Locale::EnGb | Locale::EnIe => ENGLISH,
        Locale::EnNz => english("NZD=$"),
        Locale::EnAu => only("AUD=$", POINT),
        Locale::EnCa => english("CAD=$"),
        Locale::EnSg => english("SGD=$"),
        Locale::DeDe => GERMAN,
        Locale::DeCh => SWISS,
        Locale::DeAt => AUSTRIAN,
        Locale::FrFr | Locale::FrBe => FRENCH,
        Locale::FrCa => CANADIAN_FRENCH,
        Locale::ItIt => ITALIAN,
        Locale::NlNl => DUTCH,
        Locale::SvSe => SWEDISH,
        Locale::DaDk => DANISH,
        Locale::PlPl => POLISH,
        Locale::EsEs => SPANISH,
        Locale::EsMx => only("MXN=$", POINT),
        Locale::JaJp => JAPANESE,
        Locale::KoKr => POINT,
        Locale::PtBr => BRAZILIAN,
        Locale::MsMy => MALAY,
        Locale::ThTh => own("THB=฿ JPY=¥", POINT),
        Locale::IdId => INDONESIAN,
        Locale::ViVn => own("THB=฿ JPY=¥", COMMA),
        Locale::HuHu => HUNGARIAN,
        Locale::CsCz => CZECH,
        Locale::RoRo => ROMANIAN,
        Locale::FilPh => own("USD=$ AUD=A$ THB=฿ PHP=₱ JPY=¥", POINT),
        Locale::TrTr => TURKISH,
    }
}

/// An English manner with symbols of its own.
const fn english(symbols: &'static str) -> Manner {
    Manner {
        symbols: [symbols, ENGLISH_SYMBOLS],
        ..ENGLISH
    }
}

/// A manner with symbols of its own before those that most share.
const fn own(symbols: &'static str, manner: Manner) -> Manner {
    Manner {
        symbols: [symbols, SYMBOLS],
        ..manner
    }
}

/// A manner with these symbols and no others.
const fn only(symbols: &'static str, manner: Manner) -> Manner {
    Manner {
        symbols: [symbols, ""],
        ..manner
    }
}
