//! `giving organizations import`: both kinds of files, files that are not right,
//! and imports that are killed or done again.

use std::path::PathBuf;

use serde_json::{Value, json};
use server::store::organization::{self, Organization};
use shared::organization::{FindOrganizations, OrganizationStatus};

use crate::stage::{Ended, Giving, Stage, until};

on_both_databases! {
    the_irs_extract_is_imported,
    done_again_it_changes_nothing_but_what_is_new_in_the_file,
    nonprofits_of_the_same_name_have_slugs_of_their_own,
    a_file_with_our_columns_is_imported,
    columns_that_are_not_there_change_nothing,
    a_number_or_slug_of_somebody_else_is_refused,
    a_row_that_is_not_right_is_shown_and_left_out,
    quotes_line_ends_and_marks_are_read,
    a_file_that_is_no_directory_is_refused,
    standard_input_is_read,
    an_import_that_was_killed_goes_on_where_it_was,
    two_imports_at_once_add_everyone_once,
}

const IRS: &str = "EIN,NAME,ICO,STREET,CITY,STATE,ZIP,GROUP,SUBSECTION,STATUS,NTEE_CD,SORT_NAME";

fn file(stage: &Stage, name: &str, contents: impl AsRef<[u8]>) -> PathBuf {
    let path = stage.directory().join(name);
    std::fs::write(&path, contents).unwrap();
    path
}

/// An IRS extract of these rows: EIN, name, town, state, code.
fn extract(rows: &[[&str; 5]]) -> String {
    let mut text = format!("{IRS}\n");
    for [ein, name, city, state, code] in rows {
        let row =
            format!("{ein},{name},% JANE DOE,1 MAIN ST,{city},{state},00000,0,03,01,{code},\n");
        text.push_str(&row);
    }
    text
}

fn run(stage: &Stage, contents: impl AsRef<[u8]>) -> Ended {
    let path = file(stage, "file.csv", contents);
    let path = path.to_str().unwrap();
    Giving::on(stage, &["organizations", "--json", "import", path]).run()
}

fn import(stage: &Stage, contents: impl AsRef<[u8]>) -> Value {
    run(stage, contents).json()
}

/// New, changed, unchanged and refused.
fn counts(outcome: &Value) -> [u64; 4] {
    ["new", "changed", "unchanged", "refused"].map(|name| outcome[name].as_u64().unwrap())
}

/// The line and the reason of each row that was refused.
fn refused(outcome: &Value) -> Vec<(u64, String)> {
    let rows = outcome["firstRefused"].as_array().unwrap().iter();
    rows.map(|row| {
        let reason = row["reason"].as_str().unwrap().to_owned();
        (row["line"].as_u64().unwrap(), reason)
    })
    .collect()
}

async fn find(stage: &Stage, slug: &str) -> Organization {
    let mut conn = stage.app().db.read().await.unwrap();
    let found = organization::find(&mut conn, slug).await.unwrap();
    found.unwrap_or_else(|| panic!("nobody is {slug}"))
}

async fn searched(stage: &Stage, query: &str) -> Vec<String> {
    let query = query.to_owned();
    let found = stage.ours.call(&FindOrganizations { query }).await;
    found.data.into_iter().map(|found| found.slug).collect()
}

async fn the_irs_extract_is_imported(stage: &mut Stage) {
    let text = extract(&[
        [
            "010203040",
            "FRIENDS OF THE OCEAN INC",
            "SAN DIEGO",
            "CA",
            "C20",
        ],
        ["010203041", "YMCA OF MCALLEN", "MCALLEN", "TX", ""],
    ]);
    let outcome = import(stage, text);
    assert_eq!(
        outcome,
        json!({ "rows": 2, "new": 2, "changed": 0, "unchanged": 0, "refused": 0,
            "resumedAfter": null, "firstRefused": [] })
    );
    let ocean = find(stage, "friends-of-the-ocean-inc").await;
    assert_eq!(ocean.name, "Friends of the Ocean Inc");
    assert_eq!(ocean.ein.as_deref(), Some("010203040"));
    assert_eq!(ocean.city.as_deref(), Some("San Diego"));
    assert_eq!(ocean.state.as_deref(), Some("CA"));
    assert_eq!(ocean.country, "US");
    assert_eq!(ocean.location.as_deref(), Some("San Diego, CA"));
    assert_eq!(ocean.category.as_deref(), Some("Environment"));
    assert_eq!(ocean.status, OrganizationStatus::Active);
    assert_eq!(ocean.percent_id.len(), "organisation_".len() + 29);
    assert_eq!(ocean.endaoment_id.len(), 36);
    // The server that runs finds them at once, by name and by number.
    assert_eq!(
        searched(stage, "ocean friends").await,
        [ocean.slug.as_str()]
    );
    assert_eq!(searched(stage, "01-0203040").await, [ocean.slug]);
    assert_eq!(searched(stage, "ymca").await, ["ymca-of-mcallen"]);
    let shown = Giving::on(stage, &["organizations", "import", "file.csv"])
        .run()
        .succeeded();
    assert!(shown.contains("unchanged  2\n"), "{shown}");
}

async fn done_again_it_changes_nothing_but_what_is_new_in_the_file(stage: &mut Stage) {
    let first = ["010203040", "OCEAN FUND", "SAN DIEGO", "CA", "C20"];
    let other = ["010203041", "RIVER FUND", "RENO", "NV", ""];
    let text = extract(&[first, other]);
    assert_eq!(counts(&import(stage, &text)), [2, 0, 0, 0]);
    let before = find(stage, "ocean-fund").await;
    assert_eq!(counts(&import(stage, &text)), [0, 0, 2, 0]);
    assert_eq!(find(stage, "ocean-fund").await, before);
    let renamed = ["010203040", "SEA FUND", "LA JOLLA", "CA", "C20"];
    let text = extract(&[renamed, other, ["010203042", "NEW FUND", "RENO", "NV", ""]]);
    assert_eq!(counts(&import(stage, text)), [1, 1, 1, 0]);
    let after = find(stage, "ocean-fund").await;
    assert_eq!(
        (after.name.as_str(), after.location.as_deref()),
        ("Sea Fund", Some("La Jolla, CA"))
    );
    assert_eq!(
        (after.id, after.percent_id, after.endaoment_id),
        (before.id, before.percent_id, before.endaoment_id)
    );
    assert_eq!(searched(stage, "sea").await, ["ocean-fund"]);
    assert_eq!(stage.count("imports").await, 0);
}

async fn nonprofits_of_the_same_name_have_slugs_of_their_own(stage: &mut Stage) {
    let text = extract(&[
        ["000000001", "ROTARY CLUB", "RENO", "NV", ""],
        ["000000002", "ROTARY CLUB", "RENO", "NV", ""],
        ["000000003", "ROTARY CLUB", "AUSTIN", "TX", ""],
        ["000000004", "ROTARY CLUB", "RENO", "NV", ""],
        // The same number twice in a file is the same nonprofit.
        ["000000004", "ROTARY CLUB", "RENO", "NV", ""],
        ["000000005", "日本語", "RENO", "NV", ""],
        ["000000006", "River Trust", "RENO", "NV", ""],
    ]);
    assert_eq!(counts(&import(stage, text)), [6, 0, 1, 0]);
    for (slug, ein) in [
        ("rotary-club", "000000001"),
        ("rotary-club-reno-nv", "000000002"),
        ("rotary-club-austin-tx", "000000003"),
        ("rotary-club-000000004", "000000004"),
        ("reno-nv", "000000005"),
        ("river-trust-reno-nv", "000000006"),
    ] {
        assert_eq!(find(stage, slug).await.ein.as_deref(), Some(ein), "{slug}");
    }
    let text = extract(&[["000000007", "ROTARY CLUB", "RENO", "NV", ""]]);
    import(stage, text);
    find(stage, "rotary-club-000000007").await;
}

async fn a_file_with_our_columns_is_imported(stage: &mut Stage) {
    let text = "Slug, name ,EIN,description,website,logo,location,category,city,state,country,status,other\n\
        kino,Kinderhilfe Köln e. V.,,\"Says \"\"hello\"\"\nto all\",kino.example.org,https://kino.example.org/l.png,\
        Köln,Children,Köln,NW,DEU,inactive,x\n\
        ,No Slug,12-3456789,,,,,,,,,,\n";
    assert_eq!(counts(&import(stage, text)), [2, 0, 0, 0]);
    let kino = find(stage, "kino").await;
    assert_eq!(kino.name, "Kinderhilfe Köln e. V.");
    assert_eq!(kino.description.as_deref(), Some("Says \"hello\"\nto all"));
    assert_eq!(kino.website.as_deref(), Some("https://kino.example.org"));
    assert_eq!(kino.country, "DE");
    assert_eq!(kino.location.as_deref(), Some("Köln"));
    assert_eq!(kino.status, OrganizationStatus::Inactive);
    assert_eq!(
        (kino.ein, kino.category.as_deref()),
        (None, Some("Children"))
    );
    let other = find(stage, "no-slug").await;
    assert_eq!(
        (other.ein.as_deref(), other.country.as_str()),
        (Some("123456789"), "US")
    );
    assert_eq!(searched(stage, "koln").await, ["kino"]);
}

async fn columns_that_are_not_there_change_nothing(stage: &mut Stage) {
    let text = "slug,name,website\nriver-trust,The River Trust,https://river.example.org\n";
    assert_eq!(counts(&import(stage, text)), [0, 1, 0, 0]);
    let river = find(stage, "river-trust").await;
    assert_eq!(river.ein.as_deref(), Some("530196605"));
    assert_eq!(river.location.as_deref(), Some("Springfield"));
    // The IRS knows no websites, and its names win.
    let text = extract(&[["530196605", "RIVER TRUST", "RENO", "NV", ""]]);
    assert_eq!(counts(&import(stage, text)), [0, 1, 0, 0]);
    let river = find(stage, "river-trust").await;
    assert_eq!(river.name, "River Trust");
    assert_eq!(river.website.as_deref(), Some("https://river.example.org"));
    // An empty value takes away what can be without.
    let text = "slug,name,website,ein\nriver-trust,,,\n";
    assert_eq!(counts(&import(stage, text)), [0, 1, 0, 0]);
    let river = find(stage, "river-trust").await;
    assert_eq!((river.name.as_str(), river.website), ("River Trust", None));
    assert_eq!(river.ein.as_deref(), Some("530196605"));
}

async fn a_number_or_slug_of_somebody_else_is_refused(stage: &mut Stage) {
    let text = "slug,name,ein\n\
        another,Another,530196605\n\
        city-library,City Library,530196605\n\
        new,New,000000001\n\
        newer,Newer,000000001\n";
    let outcome = import(stage, text);
    assert_eq!(counts(&outcome), [1, 0, 0, 3]);
    let reasons = refused(&outcome);
    assert_eq!(
        reasons,
        [
            (
                2,
                "ein is that of river-trust, and slugs stay as they are".to_owned()
            ),
            (3, "ein is that of river-trust".to_owned()),
            (
                5,
                "ein is that of new, and slugs stay as they are".to_owned()
            ),
        ]
    );
}

async fn a_row_that_is_not_right_is_shown_and_left_out(stage: &mut Stage) {
    let long = "x".repeat(100_000);
    let mut text = b"slug,name,ein,website,country,status\n".to_vec();
    for row in [
        "UPPER,Name,,,,",
        "a,,,,,",
        "a,Name,123,,,",
        "a,Name,,javascript:alert(1),,",
        "a,Name,,,Germany,",
        "a,Name,,,,OPEN",
        "a,Name",
        "a,Name,,,,,,",
        ",Name,,,,",
        &format!("a,{long},,,,"),
        "a,Na\u{1}me,,,,",
        "a,Na\0me,,,,",
    ] {
        text.extend_from_slice(row.as_bytes());
        text.push(b'\n');
    }
    text.extend_from_slice(b"a,M\xe9decins,,,,\n");
    text.extend_from_slice("good,Good,,,,\n".as_bytes());
    let outcome = import(stage, &text);
    assert_eq!(counts(&outcome), [1, 0, 0, 13]);
    let expected = [
        "slug must",
        "name must",
        "ein must",
        "website must",
        "country must",
        "status must",
        "has 2 values",
        "has 8 values",
        "slug and ein",
        "name must have at most 255",
        "name must not contain control",
        "name must not contain control",
        "name must be UTF-8",
    ];
    let reasons = refused(&outcome);
    assert_eq!(reasons.len(), expected.len());
    for ((line, (shown, reason)), words) in (2..).zip(&reasons).zip(expected) {
        assert_eq!(line, *shown);
        assert!(reason.starts_with(words), "{line}: {reason}");
    }
    // For people there are the first of them, beside the summary.
    let mut text = "slug,name\n".to_owned();
    text.push_str(&"BAD,x\n".repeat(50));
    let path = file(stage, "bad.csv", text);
    let ended = Giving::on(stage, &["organizations", "import", path.to_str().unwrap()]).run();
    assert_eq!(ended.error.lines().count(), 21);
    assert!(ended.error.ends_with("and 30 more\n"), "{}", ended.error);
    assert!(ended.succeeded().contains("refused    50"));
    let text = extract(&[
        ["12345678", "SHORT", "RENO", "NV", ""],
        ["000000009", "", "RENO", "NV", ""],
    ]);
    assert_eq!(counts(&import(stage, text)), [0, 0, 0, 2]);
}

async fn quotes_line_ends_and_marks_are_read(stage: &mut Stage) {
    let text = "\u{feff}slug,name\r\n\"one\",\"One, \"\"Two\"\"\"\r\n\r\ntwo,  Two  \r\nthree,A \"quoted\" B";
    assert_eq!(counts(&import(stage, text)), [3, 0, 0, 0]);
    assert_eq!(find(stage, "one").await.name, "One, \"Two\"");
    assert_eq!(find(stage, "two").await.name, "Two");
    assert_eq!(find(stage, "three").await.name, "A \"quoted\" B");
    assert_eq!(searched(stage, "a quoted b").await, ["three"]);
}

async fn a_file_that_is_no_directory_is_refused(stage: &mut Stage) {
    for (contents, words) in [
        ("", &["empty"][..]),
        ("\n\n", &["empty"]),
        ("a,b\n1,2\n", &["name", "EIN", "a, b"]),
        ("slug,website\n", &["no column name"]),
        ("name,website\n", &["slug or ein"]),
        ("EIN,ICO,NTEE_CD\n", &["no column name"]),
        ("slug,name,name\n", &["name", "2 times"]),
        ("\u{0}\u{1}\u{2}", &["no column name"]),
    ] {
        run(stage, contents).failed(words);
    }
    run(stage, b"\xff\xfes\0l\0u\0g\0").failed(&["UTF-16"]);
    let unclosed = format!("slug,name\na,\"{}", "x\n".repeat(600_000));
    run(stage, unclosed).failed(&["line 2", "quotation mark"]);
    let missing = Giving::on(stage, &["organizations", "import", "nothing.csv"]).run();
    missing.failed(&["nothing.csv"]);
    let folder = Giving::on(stage, &["organizations", "import", "."]).run();
    folder.failed(&[". cannot be read"]);
    assert_eq!(stage.count("organizations").await, 3);
    assert_eq!(counts(&import(stage, "slug,name\n")), [0, 0, 0, 0]);
}

async fn standard_input_is_read(stage: &mut Stage) {
    let path = file(stage, "input", "slug,name\npiped,Piped\n");
    let arguments = ["organizations", "import", "-", "--json"];
    let outcome: Value = Giving::on(stage, &arguments).read(&path).run().json();
    assert_eq!(counts(&outcome), [1, 0, 0, 0]);
    find(stage, "piped").await;
}

/// Enough rows that a kill comes before their end.
fn many() -> String {
    let mut text = format!("{IRS}\r\n");
    for number in 0..6_000 {
        let row = format!("{number:09},\"CLUB, NO {number}\",,,RENO,NV,,,,,,\r\n");
        text.push_str(&row);
    }
    text
}

async fn an_import_that_was_killed_goes_on_where_it_was(stage: &mut Stage) {
    let path = file(stage, "many.csv", many());
    let arguments = ["organizations", "import", path.to_str().unwrap(), "--json"];
    let begun = Giving::on(stage, &arguments).begin();
    until("something is imported", async || {
        stage.count("imports").await > 0
    })
    .await;
    drop(begun);
    // The file is known again by what is in it.
    let path = file(stage, "again.csv", many());
    let arguments = ["organizations", "import", path.to_str().unwrap(), "--json"];
    let there = stage.count("organizations").await - 3;
    let outcome: Value = Giving::on(stage, &arguments).run().json();
    assert_eq!(counts(&outcome), [6_000, 0, 0, 0], "{outcome}");
    let resumed = outcome["resumedAfter"].as_i64().unwrap();
    assert!((there..=there + 1).contains(&resumed), "{resumed} {there}");
    assert_eq!(stage.count("organizations").await, 6_003);
    assert_eq!(stage.count("imports").await, 0);
    let outcome: Value = Giving::on(stage, &arguments).run().json();
    assert_eq!(counts(&outcome), [0, 0, 6_000, 0]);
    assert_eq!(searched(stage, "club no 5999").await, ["club-no-5999"]);
}

async fn two_imports_at_once_add_everyone_once(stage: &mut Stage) {
    let path = file(stage, "many.csv", many());
    let arguments = ["organizations", "import", path.to_str().unwrap(), "--json"];
    let (one, other) = (Giving::on(stage, &arguments), Giving::on(stage, &arguments));
    let one = tokio::task::spawn_blocking(move || one.run());
    let other = tokio::task::spawn_blocking(move || other.run());
    let (one, other) = tokio::join!(one, other);
    for ended in [one, other] {
        let outcome: Value = ended.unwrap().json();
        assert_eq!(outcome["rows"], 6_000);
        assert_eq!(outcome["refused"], 0);
    }
    assert_eq!(stage.count("organizations").await, 6_003);
}
