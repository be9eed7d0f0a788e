//! `/v1/partner/organizations`

use serde_json::{Value, json};
use server::domain::directory::{self, Search};
use server::store::organization::{self, Organization};
use shared::Code;
use shared::organization::{FindOrganizations, OrganizationStatus};

use crate::stage::{Giving, Stage};

on_both_databases! {
    a_nonprofit_is_shown_by_its_slug,
    a_closed_nonprofit_is_shown_as_such,
    an_unknown_slug_is_not_found,
    nonprofits_are_found_by_name_number_and_slug,
    the_closest_are_found_first,
    a_name_is_found_with_a_typo_or_its_beginning,
    a_name_is_found_without_its_accents_and_little_words,
    all_words_must_fit_and_names_with_fewer_others_come_first,
    what_is_renamed_is_found_by_its_new_name_alone,
    a_nonprofit_is_searched_by_country_and_page_after_page,
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

async fn a_name_is_found_with_a_typo_or_its_beginning(stage: &mut Stage) {
    add(stage, "habitat", "Habitat for Humanity International").await;
    add(stage, "wild", "World Wildlife Fund").await;
    for query in [
        "habitat",
        "habitta",
        "hbaitat",
        "abitat",
        "habitat hum",
        "ha",
        "humanty",
        "for hu",
        "humanity habitat",
        "intrenatonal habitat",
        "HABITAT FOR HUMANITY INTERNATIONAL",
    ] {
        assert_eq!(found(stage, query).await, ["habitat"], "{query}");
    }
    for query in ["fnd", "habi hum", "habbbbitat", "wor fund", "worl habitat"] {
        assert!(found(stage, query).await.is_empty(), "{query}");
    }
    assert_eq!(found(stage, "wildlive").await, ["wild"]);
    assert_eq!(found(stage, "fund").await, ["wild"]);
    // Who fits as it was typed stands before who fits with a typo.
    add(stage, "find", "Find").await;
    assert_eq!(found(stage, "fund").await, ["wild", "find"]);
    // Where a name is what was typed, nothing was mistyped.
    assert_eq!(found(stage, "find").await, ["find"]);
}

async fn a_name_is_found_without_its_accents_and_little_words(stage: &mut Stage) {
    add(stage, "msf", "Médecins Sans Frontières").await;
    add(stage, "kinder", "Straßenkinder Łódź").await;
    add(stage, "clubs", "Boys & Girls Clubs of America").await;
    add(stage, "jude", "St. Jude Children's Hospital").await;
    for (query, slug) in [
        ("medecins sans frontieres", "msf"),
        ("MÉDECINS", "msf"),
        ("strassenkinder lodz", "kinder"),
        ("boys and girls clubs", "clubs"),
        ("the boys & girls clubs america", "clubs"),
        ("st jude childrens hospital", "jude"),
        ("children’s", "jude"),
        ("jude", "jude"),
        ("msf", "msf"),
    ] {
        assert_eq!(found(stage, query).await, [slug], "{query}");
    }
}

async fn all_words_must_fit_and_names_with_fewer_others_come_first(stage: &mut Stage) {
    add(stage, "c", "The Hope Choir of Springfield").await;
    add(stage, "d", "Choir of New Hope").await;
    add(stage, "a", "Hope Choir").await;
    add(stage, "b", "Hope Choir Friends").await;
    add(stage, "e", "Hopeful Choir").await;
    assert_eq!(found(stage, "hope choir").await, ["a", "b", "d", "c"]);
    assert_eq!(found(stage, "choir hope").await, ["a", "b", "d", "c", "e"]);
    assert_eq!(found(stage, "hope choir friends").await, ["b"]);
    assert_eq!(found(stage, "choir").await, ["d", "a", "e", "b", "c"]);
}

async fn what_is_renamed_is_found_by_its_new_name_alone(stage: &mut Stage) {
    assert_eq!(found(stage, "river").await, ["river-trust"]);
    let file = stage.directory().join("renamed.csv");
    std::fs::write(&file, "slug,name\nriver-trust,Ocean Fund\n").unwrap();
    let file = file.to_str().unwrap();
    Giving::on(stage, &["organizations", "import", file])
        .run()
        .succeeded();
    assert_eq!(found(stage, "ocean").await, ["river-trust"]);
    // The slug stays.
    assert_eq!(found(stage, "river fund").await, ["river-trust"]);
    add(stage, "lake", "Lake Fund").await;
    assert_eq!(found(stage, "fund").await, ["river-trust", "lake"]);
}

async fn a_nonprofit_is_searched_by_country_and_page_after_page(stage: &mut Stage) {
    let file = stage.directory().join("countries.csv");
    let mut text = "slug,name,country\n".to_owned();
    for number in 0..30 {
        let country = if number % 3 == 0 { "DEU" } else { "US" };
        let row = format!("well-{number},Well {number},{country}\n");
        text.push_str(&row);
    }
    std::fs::write(&file, text).unwrap();
    let file = file.to_str().unwrap();
    Giving::on(stage, &["organizations", "import", file])
        .run()
        .succeeded();
    let found = async |query, country, offset| {
        let search = Search {
            query,
            country,
            only_open: false,
            limit: 4,
            offset,
        };
        let found = directory::search(stage.app(), &search).await.unwrap();
        let slugs = found.organizations.into_iter().map(|it| it.slug);
        (slugs.collect::<Vec<_>>(), found.total)
    };
    let (slugs, total) = found("well", Some("DE"), 0).await;
    assert_eq!(
        (slugs, total),
        (
            ["well-0", "well-3", "well-6", "well-9"]
                .map(str::to_owned)
                .to_vec(),
            10
        )
    );
    assert_eq!(found("well", Some("DE"), 8).await.0, ["well-24", "well-27"]);
    assert_eq!(found("well", Some("DE"), 10).await.0, [""; 0]);
    assert_eq!(found("well", Some("FR"), 0).await.1, 0);
    assert_eq!(found("well", Some("Germany"), 0).await.1, 0);
    assert_eq!(found("well", None, 0).await.1, 30);
    // What is asked for by its slug stands before the others, once.
    assert_eq!(
        found("well-9", Some("DE"), 0).await,
        (vec!["well-9".to_owned()], 1)
    );
    assert_eq!(found("well-9", Some("US"), 0).await.1, 0);
    assert_eq!(found("", Some("DE"), 0).await.1, 10);
    assert_eq!(found("", None, 0).await.1, 33);
}

async fn at_most_twenty_are_found(stage: &mut Stage) {
    for number in 0..25 {
        add(stage, &format!("well-{number}"), &format!("Well {number}")).await;
    }
    assert_eq!(found(stage, "well").await.len(), 20);
}

async fn signs_of_a_search_language_are_plain_text(stage: &mut Stage) {
    add(stage, "half", r"50%_\ Off").await;
    for query in ["50%", "50%_", r"50%_\ off", "%50%"] {
        assert_eq!(found(stage, query).await, ["half"], "{query}");
    }
    for query in [
        "%", "_", r"\", "*", "'", "\"", "--", "OR 1=1", "${x}", "r%r",
    ] {
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
