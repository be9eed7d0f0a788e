//! `/v1/partner/organizations`

use serde_json::{Value, json};
use server::store::organization::{self, Organization};
use shared::Code;
use shared::organization::{FindOrganizations, OrganizationStatus};

use crate::stage::Stage;

on_both_databases! {
    a_nonprofit_is_shown_by_its_slug,
    a_closed_nonprofit_is_shown_as_such,
    an_unknown_slug_is_not_found,
    nonprofits_are_found_by_name_number_and_slug,
    the_closest_are_found_first,
    at_most_twenty_are_found,
    signs_of_a_search_language_are_plain_text,
    a_query_has_one_to_two_hundred_characters,
}

async fn found(stage: &Stage, query: &str) -> Vec<String> {
    let query = query.to_owned();
    let found = stage.ours.call(&FindOrganizations { query }).await;
    found
        .data
        .into_iter()
        .map(|organization| organization.slug)
        .collect()
}

async fn add(stage: &Stage, slug: &str, name: &str) {
    let app = stage.app();
    let organization = Organization {
        id: app.context.object_id(),
        percent_id: format!("organisation_{}", app.context.random_base62(29)),
        endaoment_id: app.context.uuid(),
        slug: slug.to_owned(),
        name: name.to_owned(),
        ein: None,
        logo: None,
        status: OrganizationStatus::Active,
        description: None,
        website: None,
        location: None,
        category: None,
        city: None,
        state: None,
        country: "US".to_owned(),
    };
    let mut tx = app.db.write().await.unwrap();
    organization::insert(&mut tx, &organization).await.unwrap();
    tx.commit().await.unwrap();
}

async fn a_nonprofit_is_shown_by_its_slug(stage: &mut Stage) {
    let path = "/v1/partner/organizations/river-trust";
    let mut shown: Value = stage.ours.widget("GET", path).send().await.answer(200);
    assert_eq!(
        shown
            .as_object_mut()
            .unwrap()
            .remove("id")
            .unwrap()
            .as_str()
            .unwrap()
            .len(),
        24
    );
    assert_eq!(
        shown,
        json!({
            "slug": "river-trust", "name": "River Trust", "logo": null, "ein": "530196605", "status": "ACTIVE",
            "description": null, "website": null, "location": "Springfield", "category": null, "raised": [],
        })
    );
}

async fn a_closed_nonprofit_is_shown_as_such(stage: &mut Stage) {
    let path = "/v1/partner/organizations/closed-house";
    let shown: Value = stage.ours.widget("GET", path).send().await.answer(200);
    assert_eq!(shown["status"], "INACTIVE");
}

async fn an_unknown_slug_is_not_found(stage: &mut Stage) {
    for slug in [
        "nobody",
        "RIVER-TRUST",
        "river%20trust",
        "%2e%2e%2fetc",
        "a%00b",
        "%F0%9F%98%80",
        "'--",
    ] {
        let path = format!("/v1/partner/organizations/{slug}");
        let response = stage.ours.widget("GET", &path).send().await;
        if slug.contains("%00") {
            response.refused_field("slug");
        } else {
            response.refused(Code::OrganizationNotFound);
        }
    }
}

async fn nonprofits_are_found_by_name_number_and_slug(stage: &mut Stage) {
    for query in [
        "river",
        "RIVER tr",
        "530196605",
        "53-0196605",
        "river-trust",
        " trust ",
    ] {
        assert_eq!(found(stage, query).await, ["river-trust"], "{query}");
    }
    assert!(found(stage, "nothing at all").await.is_empty());
}

async fn the_closest_are_found_first(stage: &mut Stage) {
    add(stage, "friends-of-the-river", "Friends of the River").await;
    add(stage, "river", "Zebra Fund").await;
    add(stage, "rivers-and-lakes", "Rivers and Lakes").await;
    assert_eq!(
        found(stage, "river").await,
        [
            "river",
            "river-trust",
            "rivers-and-lakes",
            "friends-of-the-river"
        ]
    );
}

async fn at_most_twenty_are_found(stage: &mut Stage) {
    for number in 0..25 {
        add(stage, &format!("well-{number}"), &format!("Well {number}")).await;
    }
    assert_eq!(found(stage, "well").await.len(), 20);
}

async fn signs_of_a_search_language_are_plain_text(stage: &mut Stage) {
    add(stage, "half", r"50%_\ Off").await;
    for query in ["%", "_", r"\", "50%", r"_\"] {
        assert_eq!(found(stage, query).await, ["half"], "{query}");
    }
    for query in ["*", "'", "\"", "--", "OR 1=1", "${x}", "r%r"] {
        assert!(found(stage, query).await.is_empty(), "{query}");
    }
}

async fn a_query_has_one_to_two_hundred_characters(stage: &mut Stage) {
    for query in ["", " ", &"a".repeat(201), "a\0"] {
        let call = FindOrganizations {
            query: query.to_owned(),
        };
        stage.ours.ask(&call).await.refused_field("query");
    }
    let missing = stage
        .ours
        .widget("GET", "/v1/partner/organizations")
        .send()
        .await;
    missing.refused_field("query");
    assert!(found(stage, &"é".repeat(200)).await.is_empty());
}
