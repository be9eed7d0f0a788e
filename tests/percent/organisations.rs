//! The directory of nonprofits.

use serde_json::{Value, json};
use shared::percent::{FindOrganisations, GetOrganisation, OrganisationList};

use crate::stage::Stage;

on_both_databases! {
    a_nonprofit_is_read_by_its_id,
    nonprofits_are_found_by_name_and_number,
    closed_nonprofits_are_not_listed,
    pages_are_numbered_and_linked,
    a_country_is_three_letters,
}

async fn find(stage: &Stage, query: &str) -> OrganisationList {
    let request = stage
        .ours
        .percent("GET", &format!("/v1/organisations?{query}"));
    request.send().await.answer(200)
}

async fn a_nonprofit_is_read_by_its_id(stage: &mut Stage) {
    let id = stage.organisation("river-trust").await;
    let request = stage
        .ours
        .percent("GET", &format!("/v1/organisations/{id}"));
    let body: Value = request.send().await.answer(200);
    assert_eq!(
        body,
        json!({ "object": "organisation", "data": {
            "id": id, "name": "River Trust", "description": null, "countryCode": "USA",
            "registryId": "530196605", "website": null, "logo": null,
        }})
    );
    let same = stage.theirs.call(&GetOrganisation { id }).await;
    assert_eq!(json!(same), body);
}

async fn nonprofits_are_found_by_name_and_number(stage: &mut Stage) {
    for query in [
        "query=river",
        "query=River%20Trust",
        "query=53-0196605",
        "query=530196605",
    ] {
        let found = find(stage, query).await;
        assert_eq!(found.data[0].name, "River Trust", "{query}");
        assert_eq!(
            (found.object.as_str(), found.total_results),
            ("organisation", 1)
        );
        assert!(found.exhaustive_total_results);
    }
    let none = find(stage, "query=nobody-is-called-so").await;
    assert_eq!((none.data.len(), none.total_results), (0, 0));
    let long = FindOrganisations {
        query: Some("x".repeat(501)),
        ..FindOrganisations::default()
    };
    assert_eq!(stage.ours.ask(&long).await.status, 400);
}

async fn closed_nonprofits_are_not_listed(stage: &mut Stage) {
    // It fits better than the one that takes gifts.
    stage.add_closed("river", "River").await;
    let found = find(stage, "query=river&pageSize=1").await;
    assert_eq!(found.total_results, 1);
    assert_eq!(found.data[0].name, "River Trust");
    assert_eq!(find(stage, "query=363673599").await.total_results, 0);
    let all = find(stage, "").await;
    let mut names: Vec<_> = all.data.iter().map(|one| one.name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["City Library", "River Trust"]);
    assert_eq!(all.total_results, 2);
}

async fn pages_are_numbered_and_linked(stage: &mut Stage) {
    let base = stage.app().base_url.clone();
    let all = find(stage, "").await;
    assert_eq!((all.page_number, all.page_size), (1, 25));
    let total = all.total_results;
    assert_eq!(i64::try_from(all.data.len()).unwrap(), total);
    assert!(total >= 2, "{total}");
    let link =
        |page: i64| format!("{base}/v1/organisations?countryCode=USA&pageSize=1&page={page}");
    let mut seen = Vec::new();
    for number in 1..=total {
        let page = find(stage, &format!("countryCode=USA&pageSize=1&page={number}")).await;
        assert_eq!(
            (page.page_number, page.page_size, page.total_results),
            (number, 1, total)
        );
        assert_eq!(page.links.current, link(number));
        assert_eq!((page.links.first, page.links.last), (link(1), link(total)));
        assert_eq!(page.links.prev, (number > 1).then(|| link(number - 1)));
        assert_eq!(page.links.next, (number < total).then(|| link(number + 1)));
        seen.extend(page.data);
    }
    assert_eq!(seen, all.data);
    let beyond = find(
        stage,
        &format!("countryCode=USA&pageSize=1&page={}", total + 5),
    )
    .await;
    assert!(beyond.data.is_empty() && beyond.links.next.is_none());
    assert_eq!(beyond.links.prev, Some(link(total)));
    let none = find(stage, "pageSize=0").await;
    assert_eq!((none.data.len(), none.total_results), (0, total));
    assert_eq!(find(stage, "page=9223372036854775807").await.data.len(), 0);
}

async fn a_country_is_three_letters(stage: &mut Stage) {
    assert_eq!(
        find(stage, "query=river&countryCode=usa").await.data.len(),
        1
    );
    let elsewhere = find(stage, "query=river&countryCode=GBR").await;
    assert_eq!((elsewhere.data.len(), elsewhere.total_results), (0, 0));
}
