//! Days as each locale writes them in full, such as `21 November 2026`.

use shared::day::Day;
use shared::locale::Locale;
use shared::time::Timestamp;

/// How much later the Buddhist calendar is.
const BUDDHIST: usize = 543;

const ENGLISH: &str =
    "January February March April May June July August September October November December";
const GERMAN: &str =
    "Januar Februar März April Mai Juni Juli August September Oktober November Dezember";
const AUSTRIAN: &str =
    "Jänner Februar März April Mai Juni Juli August September Oktober November Dezember";
const FRENCH: &str =
    "janvier février mars avril mai juin juillet août septembre octobre novembre décembre";
const ITALIAN: &str =
    "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre";
const DUTCH: &str =
    "januari februari maart april mei juni juli augustus september oktober november december";
const SWEDISH: &str =
    "januari februari mars april maj juni juli augusti september oktober november december";
const DANISH: &str =
    "januar februar marts april maj juni juli august september oktober november december";
const POLISH: &str = "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia";
const SPANISH: &str =
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre";
const PORTUGUESE: &str =
    "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro";
const MALAY: &str =
    "Januari Februari Mac April Mei Jun Julai Ogos September Oktober November Disember";
const THAI: &str =
    "มกราคม กุมภาพันธ์ มีนาคม เมษายน พฤษภาคม มิถุนายน กรกฎาคม สิงหาคม กันยายน ตุลาคม พฤศจิกายน ธันวาคม";
const INDONESIAN: &str =
    "Januari Februari Maret April Mei Juni Juli Agustus September Oktober November Desember";
const HUNGARIAN: &str = "január február március április május június július augusztus szeptember október november december";
const CZECH: &str =
    "ledna února března dubna května června července srpna září října listopadu prosince";
const ROMANIAN: &str = "ianuarie februarie martie aprilie mai iunie iulie august septembrie octombrie noiembrie decembrie";
const FILIPINO: &str =
    "Enero Pebrero Marso Abril Mayo Hunyo Hulyo Agosto Setyembre Oktubre Nobyembre Disyembre";
const TURKISH: &str = "Ocak Şubat Mart Nisan Mayıs Haziran Temmuz Ağustos Eylül Ekim Kasım Aralık";

/// The UTC day of a moment, in full.
pub fn date(locale: Locale, moment: Timestamp) -> String {
    let date = Day::of(moment).to_string();
    let mut numbers = date.split('-').map(|part| part.parse().unwrap_or(0));
    let mut next = || numbers.next().unwrap_or(0_usize);
    let (year, month, day) = (next(), next(), next());
    let named = |months: &'static str| {
        months
            .split(' ')
            .nth(month.saturating_sub(1))
            .unwrap_or_default()
    };
    let plain = |months| format!("{day} {} {year}", named(months));
    let dotted = |months| format!("{day}. {} {year}", named(months));
    let month_first = |months| format!("{} {day}, {year}", named(months));
    match locale {
        Locale::EnUs | Locale::EnCa => month_first(ENGLISH),
        Locale::EnGb | Locale::EnIe | Locale::EnNz | Locale::EnAu | Locale::EnSg => plain(ENGLISH),
        Locale::DeDe | Locale::DeCh => dotted(GERMAN),
        Locale::DeAt => dotted(AUSTRIAN),
        Locale::FrFr | Locale::FrBe | Locale::FrCa => plain(FRENCH),
        Locale::ItIt => plain(ITALIAN),
        Locale::NlNl => plain(DUTCH),
        Locale::SvSe => plain(SWEDISH),
        Locale::DaDk => dotted(DANISH),
        Locale::PlPl => plain(POLISH),
        Locale::EsEs | Locale::EsMx => format!("{day} de {} de {year}", named(SPANISH)),
        Locale::PtBr => format!("{day} de {} de {year}", named(PORTUGUESE)),
        Locale::JaJp => format!("{year}年{month}月{day}日"),
        Locale::KoKr => format!("{year}년 {month}월 {day}일"),
        Locale::MsMy => plain(MALAY),
        Locale::ThTh => format!("{day} {} {}", named(THAI), year + BUDDHIST),
        Locale::IdId => plain(INDONESIAN),
        Locale::ViVn => format!("{day} tháng {month}, {year}"),
        Locale::HuHu => format!("{year}. {} {day}.", named(HUNGARIAN)),
        Locale::CsCz => dotted(CZECH),
        Locale::RoRo => plain(ROMANIAN),
        Locale::FilPh => month_first(FILIPINO),
        Locale::TrTr => plain(TURKISH),
    }
}
