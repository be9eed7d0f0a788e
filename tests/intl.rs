//! Numbers, money and days of the 32 locales, as `Intl` of Node writes them.
//! `cargo xtask test` leaves this out where there is no Node with the version
//! of Unicode's CLDR that the table has, and says so.

use std::io::Write as _;
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use server::locale::{Locale, date, money};
use shared::money::{Currency, Minor, Percent};
use shared::time::Timestamp;

/// Reads cases from the standard input and prints what each is written as.
const SCRIPT: &str = r"
const { money, dates, counts, percents } = JSON.parse(require('fs').readFileSync(0));
const made = new Map();
const format = (kind, locale, options) => {
  const key = JSON.stringify([kind, locale, options]);
  if (!made.has(key)) made.set(key, new Intl[kind](locale, options));
  return made.get(key);
};
console.log(JSON.stringify({
  money: money.map(([locale, currency, digits, value]) => format('NumberFormat', locale, {
    style: 'currency', currency, minimumFractionDigits: digits, maximumFractionDigits: digits,
  }).format(value)),
  dates: dates.map(([locale, ms]) =>
    format('DateTimeFormat', locale, { dateStyle: 'long', timeZone: 'UTC' }).format(ms)),
  counts: counts.map(([locale, value]) => format('NumberFormat', locale, {}).format(value)),
  percents: percents.map(([locale, value]) =>
    format('NumberFormat', locale, { style: 'percent', maximumFractionDigits: 2 }).format(value)),
}));
";

/// Major units, as text: `Intl` reads it exactly.
const AMOUNTS: [&str; 10] = [
    "0",
    "1",
    "12.34",
    "999.5",
    "1000",
    "1234.56",
    "9999",
    "12345.6",
    "100000",
    "999999.99",
];

/// What `Intl` writes for the cases.
fn intl(cases: &Value) -> Value {
    let node = Command::new("node")
        .args(["-e", SCRIPT])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let mut node = node.expect("node is not here: leave this test out by `-- --skip intl::`");
    let mut input = node.stdin.take().unwrap();
    input.write_all(cases.to_string().as_bytes()).unwrap();
    drop(input);
    let output = node.wait_with_output().unwrap();
    assert!(output.status.success());
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Compares what we write, with the cases it was written for, with the answers.
fn compare(ours: &[(Value, String)], theirs: &Value) {
    let theirs = theirs.as_array().unwrap();
    assert_eq!(ours.len(), theirs.len());
    let differing: Vec<_> = ours
        .iter()
        .zip(theirs)
        .filter(|((_, ours), theirs)| *theirs != ours)
        .collect();
    let shown = &differing[..differing.len().min(40)];
    assert!(
        differing.is_empty(),
        "{} of {} differ: {shown:#?}",
        differing.len(),
        ours.len()
    );
}

/// The amount in minor units, where the currency has that many digits.
fn minor(amount: &str, currency: Currency) -> Option<Minor> {
    money::parse(amount, currency)
}

fn cases_of(ours: &[(Value, String)]) -> Vec<&Value> {
    ours.iter().map(|(case, _)| case).collect()
}

#[test]
fn every_locale_writes_as_intl_does() {
    let (mut amounts, mut dates) = (Vec::new(), Vec::new());
    let (mut counts, mut percents) = (Vec::new(), Vec::new());
    for locale in Locale::ALL {
        for currency in Currency::ALL {
            for amount in AMOUNTS {
                let Some(minor) = minor(amount, *currency) else {
                    continue;
                };
                let case = json!([locale, currency, currency.decimals(), amount]);
                amounts.push((case, money::written(*locale, minor, *currency)));
            }
        }
        for month in 1..=12 {
            for day in ["01", "09", "28"] {
                let moment = Timestamp::parse(&format!("2026-{month:02}-{day}T23:59:59Z")).unwrap();
                dates.push((json!([locale, moment.0]), date(*locale, moment)));
            }
        }
        for count in [0, 25, 999, 1_000, 9_999, 12_345, 1_234_567] {
            counts.push((json!([locale, count]), money::count(*locale, count)));
        }
        for (text, share) in [
            ("0", 0.0),
            ("10", 0.1),
            ("12.5", 0.125),
            ("7.25", 0.0725),
            ("100", 1.0),
        ] {
            let written = money::percent(*locale, Percent::parse(text).unwrap());
            percents.push((json!([locale, share]), written));
        }
    }
    let theirs = intl(&json!({
        "money": cases_of(&amounts),
        "dates": cases_of(&dates),
        "counts": cases_of(&counts),
        "percents": cases_of(&percents),
    }));
    compare(&amounts, &theirs["money"]);
    compare(&dates, &theirs["dates"]);
    compare(&counts, &theirs["counts"]);
    compare(&percents, &theirs["percents"]);
}
