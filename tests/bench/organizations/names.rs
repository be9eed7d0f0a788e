//! Nonprofits that might be: the same ones each time, of words that are as frequent
//! as those of a language are. The second word of a list is half as frequent as the
//! first, and so on.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;

const FIRST: &[&str] = &[
    "AMERICAN",
    "FRIENDS OF",
    "COMMUNITY",
    "FIRST",
    "NEW",
    "NATIONAL",
    "UNITED",
    "INTERNATIONAL",
    "SOUTH",
    "NORTH",
    "CENTRAL",
    "WEST",
    "VALLEY",
    "COUNTY",
    "CHRISTIAN",
    "YOUTH",
    "GREATER",
    "HOPE",
    "GRACE",
    "FAITH",
    "HEART OF",
    "HOUSE OF",
    "CENTER FOR",
    "COUNCIL ON",
    "GLOBAL",
    "PACIFIC",
    "ATLANTIC",
    "MOUNTAIN",
    "RIVER",
    "LAKE",
    "GREEN",
    "BLUE",
    "GOLDEN",
    "SILVER",
    "HISTORIC",
    "INDEPENDENT",
    "PUBLIC",
    "RURAL",
    "URBAN",
    "LITTLE",
];
const SECOND: &[&str] = &[
    "CHURCH",
    "SCHOOL",
    "BAPTIST",
    "LIBRARY",
    "ART",
    "HEALTH",
    "EDUCATION",
    "HOUSING",
    "BAND",
    "MINISTRIES",
    "HISTORY",
    "ANIMAL",
    "VETERANS",
    "SOCCER",
    "THEATRE",
    "MUSIC",
    "FIRE",
    "WOMENS",
    "CHILDRENS",
    "SENIOR",
    "FOOD",
    "MEDICAL",
    "HOSPITAL",
    "RESCUE",
    "GARDEN",
    "SCIENCE",
    "LEGAL",
    "SPORTS",
    "SWIM",
    "CHESS",
    "OCEAN",
    "FOREST",
    "WILDLIFE",
    "CANCER",
    "DIABETES",
    "LITERACY",
];
const LAST: &[&str] = &[
    "FOUNDATION",
    "INC",
    "ASSOCIATION",
    "CLUB",
    "SOCIETY",
    "TRUST",
    "FUND",
    "LEAGUE",
    "CENTER",
    "ALLIANCE",
    "COUNCIL",
    "PROJECT",
    "NETWORK",
    "INSTITUTE",
    "PARTNERSHIP",
    "COALITION",
    "GUILD",
    "AUXILIARY",
    "FELLOWSHIP",
    "INITIATIVE",
];
const TOWNS: &[(&str, &str)] = &[
    ("NEW YORK", "NY"),
    ("LOS ANGELES", "CA"),
    ("CHICAGO", "IL"),
    ("HOUSTON", "TX"),
    ("PHOENIX", "AZ"),
    ("PHILADELPHIA", "PA"),
    ("SAN ANTONIO", "TX"),
    ("SAN DIEGO", "CA"),
    ("DALLAS", "TX"),
    ("AUSTIN", "TX"),
    ("COLUMBUS", "OH"),
    ("CHARLOTTE", "NC"),
    ("SEATTLE", "WA"),
    ("DENVER", "CO"),
    ("BOSTON", "MA"),
    ("PORTLAND", "OR"),
    ("BALTIMORE", "MD"),
    ("ATLANTA", "GA"),
    ("OMAHA", "NE"),
    ("MIAMI", "FL"),
    ("TULSA", "OK"),
    ("RENO", "NV"),
    ("BOISE", "ID"),
    ("FARGO", "ND"),
];
const SYLLABLES: &[&str] = &[
    "BER", "MAN", "SON", "LEY", "TON", "HAR", "WIL", "MAR", "KEL", "DAN", "ROS", "STE", "GAR",
    "LO", "VA", "RI", "CHE", "NOR", "FIN", "OBA", "KU", "TAL", "ZE", "MON", "PIER", "SCH",
];
/// How many surnames and towns' own words there are.
const PROPER: u64 = 300_000;

pub(super) struct Nonprofit {
    pub(super) ein: String,
    pub(super) name: String,
    town: (&'static str, &'static str),
}

/// Chance that comes out the same each time.
pub(super) struct Names(u64);

impl Names {
    pub(super) fn nonprofit(number: u64) -> Nonprofit {
        let mut chance = Self(number.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let name = match chance.below(100) {
            0..35 => {
                let (first, second, last) = (chance.of(FIRST), chance.of(SECOND), chance.of(LAST));
                format!("{first} {} {second} {last}", chance.proper())
            }
            35..55 => format!("{} FAMILY {}", chance.proper(), chance.of(LAST)),
            55..70 => {
                let (one, other) = (chance.proper(), chance.proper());
                format!(
                    "{one} AND {other} {} {} TR",
                    chance.of(SECOND),
                    chance.of(LAST)
                )
            }
            70..85 => {
                let second = chance.of(SECOND);
                format!(
                    "{} {second} OF {}",
                    chance.proper(),
                    chance.zipf_of(TOWNS).0
                )
            }
            85..95 => format!(
                "{} {} {}",
                chance.of(FIRST),
                chance.of(SECOND),
                chance.of(LAST)
            ),
            _ => format!(
                "{} {} NO {}",
                chance.proper(),
                chance.of(LAST),
                chance.below(900)
            ),
        };
        Nonprofit {
            ein: format!("{:09}", 10_000_000 + number * 17),
            name,
            town: chance.zipf_of(TOWNS),
        }
    }

    /// A number below `end`, by the generator `SplitMix64`.
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % end
    }

    /// A number below `end`; each is drawn about as often as one is over it.
    fn zipf(&mut self, end: u64) -> u64 {
        let mut most = 1;
        while most < end && self.below(64 - u64::from((end / most).leading_zeros())) > 0 {
            most *= 2;
        }
        self.below(most.min(end))
    }

    fn zipf_of<T: Copy>(&mut self, list: &[T]) -> T {
        let place = self.zipf(list.len() as u64);
        list[usize::try_from(place).expect("a place")]
    }

    fn of(&mut self, list: &[&'static str]) -> &'static str {
        self.zipf_of(list)
    }

    /// A surname or the like.
    fn proper(&mut self) -> String {
        let mut number = self.zipf(PROPER) * 7 + 11;
        let count = SYLLABLES.len() as u64;
        let mut name = String::new();
        while number > 0 {
            let place = usize::try_from(number % count).expect("a place");
            name.push_str(SYLLABLES[place]);
            number /= count;
        }
        name
    }
}

/// Writes so many as the IRS does, and answers how long the file is.
pub(super) fn write_extract(path: &Path, rows: u64) -> u64 {
    let mut file = BufWriter::new(File::create(path).expect("a file"));
    let head = "EIN,NAME,ICO,STREET,CITY,STATE,ZIP,GROUP,SUBSECTION,AFFILIATION,CLASSIFICATION,\
        RULING,DEDUCTIBILITY,FOUNDATION,ACTIVITY,ORGANIZATION,STATUS,TAX_PERIOD,ASSET_CD,INCOME_CD,\
        FILING_REQ_CD,PF_FILING_REQ_CD,ACCT_PD,ASSET_AMT,INCOME_AMT,REVENUE_AMT,NTEE_CD,SORT_NAME";
    writeln!(file, "{head}").expect("room for a file");
    for number in 0..rows {
        let Nonprofit {
            ein,
            name,
            town: (city, state),
        } = Names::nonprofit(number);
        writeln!(
            file,
            "{ein},{name},% TREASURER,PO BOX {},{city},{state},00000-0000,0000,03,3,1000,195504,1,15,\
             000000000,1,01,202312,3,3,01,0,12,34567,45678,45678,P{:02},",
            number % 9_999,
            number % 100,
        )
        .expect("room for a file");
    }
    file.flush().expect("room for a file");
    std::fs::metadata(path).expect("a file").len()
}
