//! The description of the calls: complete, and true. Every example is sent to a
//! real server, and what comes back is held against the schema.

mod examples;

use std::collections::BTreeSet;

use serde_json::Value;
use server::openapi::{Description, Operation, PREFIX};
use server::router::call_entries;

on_both_databases! { the_document_is_served_with_every_call, the_page_lets_in_nothing_foreign }

/// All that is said of the calls.
fn description() -> Description {
    Description::of(&call_entries(), "http://127.0.0.1:8080")
}

/// Every text within a value, with its place.
fn texts(value: &Value, place: &str, found: &mut Vec<(String, String)>) {
    match value {
        Value::String(text) => found.push((place.to_owned(), text.clone())),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .for_each(|(index, item)| texts(item, &format!("{place}[{index}]"), found)),
        Value::Object(members) => members
            .iter()
            .for_each(|(name, item)| texts(item, &format!("{place}.{name}"), found)),
        _ => {}
    }
}

fn examples(operation: &Operation) -> Vec<&Value> {
    let contents = operation.body.iter().chain(&operation.answer);
    let of_parameters = operation.parameters.iter();
    let of_parameters = of_parameters.filter_map(|parameter| parameter.example.as_ref());
    contents
        .map(|content| &content.example)
        .chain(of_parameters)
        .collect()
}

#[test]
fn every_call_says_what_it_does_under_a_name_of_its_own() {
    let mut names = BTreeSet::new();
    for operation in description().operations {
        let facts = operation.facts;
        let place = format!("{} {}", facts.method, facts.path);
        assert!(
            !operation.summary.is_empty(),
            "{place}: the doc comment says nothing behind method and path"
        );
        assert!(
            operation.summary.len() <= 80,
            "{place}: the first sentence is long"
        );
        assert!(
            names.insert(operation.id.clone()),
            "{place}: {} is taken",
            operation.id
        );
        for (place, text) in examples(&operation).into_iter().flat_map(|example| {
            let mut found = Vec::new();
            texts(example, "", &mut found);
            found
        }) {
            assert!(!text.is_empty(), "{}{place} has no example", operation.id);
        }
    }
}

#[test]
fn every_name_and_reference_stands_for_one_thing() {
    let api = description();
    for name in api.components.keys() {
        assert!(
            !name.ends_with(|last: char| last.is_ascii_digit()),
            "two types are called {name}: rename one by #[schemars(rename = …)]"
        );
    }
    let mut found = Vec::new();
    texts(&api.document(), "", &mut found);
    let mut referred = 0;
    for (place, text) in found {
        if let Some(name) = text
            .strip_prefix(PREFIX)
            .filter(|_| place.ends_with("$ref"))
        {
            referred += 1;
            assert!(api.components.contains_key(name), "{place}: {name}");
        }
        assert!(!text.contains("/// "), "{place}");
    }
    assert!(referred > 100, "{referred}");
}

#[test]
fn what_may_be_left_out_of_a_request_is_always_in_an_answer() {
    let api = description();
    let operation = |id: &str| api.operations.iter().find(|one| one.id == id).unwrap();
    let has = |schema: &Value, name: &str| {
        schema["required"]
            .as_array()
            .unwrap()
            .contains(&Value::from(name))
    };
    let request = &operation("createUser").body.as_ref().unwrap().schema;
    assert!(has(request, "externalUserId") && !has(request, "email"));
    assert!(has(&api.components["User"], "email"));
    let campaign = &operation("createCampaign").body.as_ref().unwrap().schema;
    let tiers = campaign["properties"]["tiers"]["items"]["$ref"].as_str();
    assert_eq!(tiers.unwrap(), format!("{PREFIX}CampaignTierInput"));
}

async fn the_document_is_served_with_every_call(stage: &mut crate::stage::Stage) {
    let request = stage
        .ours
        .client
        .request("GET", "/partner-api/openapi.json");
    let document: Value = request.send().await.answer(200);
    assert_eq!(document["openapi"], "3.1.0");
    assert_eq!(document["servers"][0]["url"], stage.app().base_url.as_str());
    for facts in server::router::call_facts() {
        let entry = &document["paths"][facts.path][facts.method.as_str().to_lowercase()];
        assert_eq!(
            entry["x-codeSamples"].as_array().unwrap().len(),
            3,
            "{}",
            facts.path
        );
        let dialect = facts.auth.dialect();
        for code in facts.refusals {
            let refused = &entry["responses"][code.status_in(dialect).to_string()];
            let told = refused["description"].as_str().unwrap();
            let word = server::openapi::word(*code, dialect);
            assert!(told.contains(&format!("`{word}`")), "{} {code}", facts.path);
        }
    }
    let request = stage
        .ours
        .client
        .request("GET", "/partner-api/collection.json");
    let collection: Value = request.send().await.answer(200);
    let folders = collection["item"].as_array().unwrap();
    let calls = folders
        .iter()
        .map(|folder| folder["item"].as_array().unwrap().len());
    assert_eq!(calls.sum::<usize>(), server::router::call_facts().len());
}

async fn the_page_lets_in_nothing_foreign(stage: &mut crate::stage::Stage) {
    let page = stage
        .ours
        .client
        .request("GET", "/partner-api")
        .send()
        .await;
    assert_eq!(page.status, 200);
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self'"));
    assert!(
        !policy.contains("unsafe") && !policy.contains("http"),
        "{policy}"
    );
    assert_eq!(page.header("x-frame-options"), Some("DENY"));
    for facts in server::router::call_facts() {
        assert!(page.text.contains(facts.path), "{}", facts.path);
    }
    let etag = page.header("etag").unwrap();
    let again = stage
        .ours
        .client
        .request("GET", "/partner-api")
        .header("if-none-match", etag);
    assert_eq!(again.send().await.status, 304);
}
