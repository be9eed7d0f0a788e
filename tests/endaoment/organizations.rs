//! Nonprofits, found by EIN and name, and reports of those that are missing.

use serde_json::{Value, json};

use super::scene::{REPORTS, nonprofit, with};
use crate::stage::{MINUTE_MS, Stage};

on_both_databases! {
    a_nonprofit_is_found_by_its_ein,
    nonprofits_are_searched,
    closed_nonprofits_leave_no_gap_in_a_search,
    a_search_is_bounded,
    a_missing_nonprofit_is_reported_once,
    a_nonprofit_that_is_there_is_not_reported,
    bad_reports_are_named,
}

async fn a_nonprofit_is_found_by_its_ein(stage: &mut Stage) {
    let id = nonprofit(stage).await;
    for ein in ["530196605", "53-0196605"] {
        let request = stage.ours.platform("GET", &format!("/v1/orgs/ein/{ein}"));
        let found: Value = request.send().await.answer(200);
        assert_eq!(
            (&found["id"], &found["ein"]),
            (&json!(id), &json!("530196605"))
        );
        assert_eq!(found["name"], "River Trust");
        let names: Vec<_> = found
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        for name in ["city", "country", "description", "logo", "state", "website"] {
            assert!(names.contains(&name), "{name}");
        }
        assert_eq!(names.len(), 9);
    }
    // One that takes no grants is none.
    for ein in ["000000000", "363673599"] {
        let request = stage.ours.platform("GET", &format!("/v1/orgs/ein/{ein}"));
        request.send().await.turned_down(404, "ein");
    }
    let request = stage.ours.platform("GET", "/v1/orgs/ein/53019660");
    request
        .send()
        .await
        .turned_down(400, "ein must be 9 digits");
}

async fn search(stage: &Stage, query: &str) -> Vec<String> {
    let path = format!("/v2/orgs/search?{query}");
    let request = stage.ours.platform("GET", &path);
    let found: Vec<Value> = request.send().await.answer(200);
    let name = |found: &Value| found["name"].as_str().unwrap().to_owned();
    found.iter().map(name).collect()
}

async fn nonprofits_are_searched(stage: &mut Stage) {
    assert_eq!(search(stage, "searchTerm=river").await, ["River Trust"]);
    assert_eq!(
        search(stage, "searchTerm=133433452").await,
        ["City Library"]
    );
    assert_eq!(
        search(stage, "searchTerm=nothing").await,
        <[&str; 0]>::default()
    );
    assert_eq!(
        search(stage, "searchTerm=closed").await,
        <[&str; 0]>::default()
    );
    assert_eq!(
        search(stage, "searchTerm=river&offset=1").await,
        <[&str; 0]>::default()
    );
    assert_eq!(
        search(stage, "searchTerm=river&count=25&offset=0")
            .await
            .len(),
        1
    );
}

async fn closed_nonprofits_leave_no_gap_in_a_search(stage: &mut Stage) {
    // It fits better than the one that takes grants.
    stage.add_closed("river", "River").await;
    let first = search(stage, "searchTerm=river&count=1").await;
    assert_eq!(first, ["River Trust"]);
    let second = search(stage, "searchTerm=river&count=1&offset=1").await;
    assert_eq!(second, [""; 0]);
    assert_eq!(search(stage, "searchTerm=363673599").await, [""; 0]);
}

async fn a_search_is_bounded(stage: &mut Stage) {
    let long = format!("searchTerm={}", "a".repeat(201));
    for (query, words) in [
        ("", "searchTerm is required"),
        ("searchTerm=", "searchTerm should not be empty"),
        (&long, "searchTerm must be shorter"),
        ("searchTerm=river&count=0", "count must be from 1 to 25"),
        ("searchTerm=river&count=26", "count must be from 1 to 25"),
        ("searchTerm=river&count=ten", "count must be a whole number"),
        (
            "searchTerm=river&offset=-1",
            "offset must be a whole number",
        ),
    ] {
        let request = stage
            .ours
            .platform("GET", &format!("/v2/orgs/search?{query}"));
        request.send().await.turned_down(400, words);
    }
}

fn report() -> Value {
    json!({
        "ein": "12-3456789", "name": "Hill Trust", "website": "https://hill.example",
        "address": "1 Hill Road", "contactEmail": "office@hill.example", "notes": "Asked for\ntwice",
    })
}

async fn a_missing_nonprofit_is_reported_once(stage: &mut Stage) {
    let made: Value = stage.ours.post(REPORTS, &report()).await.answer(201);
    assert_eq!(made["status"], "Submitted");
    assert_eq!(made["createdAtUtc"], json!(stage.now()));
    stage.pass_time(MINUTE_MS);
    let body = json!({ "ein": "123456789", "name": "Another name" });
    let again: Value = stage.ours.post(REPORTS, &body).await.answer(200);
    assert_eq!(again, made);
    let theirs: Value = stage.theirs.post(REPORTS, &report()).await.answer(201);
    assert_ne!(theirs["id"], made["id"]);
}

async fn a_nonprofit_that_is_there_is_not_reported(stage: &mut Stage) {
    let id = nonprofit(stage).await;
    let body = with(report(), "ein", json!("53-0196605"));
    stage.ours.post(REPORTS, &body).await.turned_down(409, &id);
    assert_eq!(stage.count("organization_reports").await, 0);
}

async fn bad_reports_are_named(stage: &mut Stage) {
    for (path, value, words) in [
        ("ein", Value::Null, "ein is required"),
        ("ein", json!("12345678"), "ein must be 9 digits"),
        ("ein", json!("12345678a"), "ein must be 9 digits"),
        ("ein", json!("١٢٣٤٥٦٧٨٩"), "ein must be 9 digits"),
        ("ein", json!(123_456_789), "ein"),
        ("name", json!(""), "name should not be empty"),
        (
            "name",
            json!("a".repeat(256)),
            "name must be shorter than or equal to 255 characters",
        ),
        (
            "website",
            json!("javascript:alert(1)"),
            "website must be an address",
        ),
        ("contactEmail", json!("office"), "contactEmail must be"),
        (
            "notes",
            json!("a".repeat(1_001)),
            "notes must be shorter than or equal to 1000 characters",
        ),
    ] {
        let refused = stage.ours.post(REPORTS, &with(report(), path, value)).await;
        refused.turned_down(400, words);
    }
}
