//! Lists that are walked by their links, both ways.

use serde_json::{Value, json};
use shared::percent::{DonationSessionList, ListDonationSessions};

use crate::stage::Stage;

on_both_databases! {
    a_list_is_walked_forward_and_back_by_its_links,
    the_oldest_come_first_if_asked_for,
    a_page_of_none_tells_how_many_there_are,
    what_is_added_meanwhile_disturbs_no_walk,
    a_cursor_that_is_not_ours_is_refused,
    nobody_elses_sessions_are_listed,
}

async fn open(stage: &Stage, count: usize) -> Vec<String> {
    let mut ids = Vec::new();
    for number in 0..count {
        // Some were opened in the same moment.
        if number % 2 == 0 {
            stage.pass_time(1);
        }
        ids.push(stage.open_session(json!({})).await.id.to_string());
    }
    ids
}

async fn page(stage: &Stage, address: &str) -> DonationSessionList {
    let path = address
        .strip_prefix(&stage.app().base_url)
        .unwrap_or(address);
    stage.ours.percent("GET", path).send().await.answer(200)
}

fn ids(page: &DonationSessionList) -> Vec<String> {
    page.data
        .iter()
        .map(|session| session.id.to_string())
        .collect()
}

/// Every page from an address on, by the links that `way` chooses.
async fn walk(
    stage: &Stage,
    from: &str,
    way: fn(&DonationSessionList) -> Option<String>,
) -> Vec<DonationSessionList> {
    let mut pages = Vec::new();
    let mut next = Some(from.to_owned());
    while let Some(address) = next {
        let page = page(stage, &address).await;
        next = way(&page);
        pages.push(page);
    }
    pages
}

async fn a_list_is_walked_forward_and_back_by_its_links(stage: &mut Stage) {
    open(stage, 7).await;
    let all = page(stage, "/v1/donation-sessions").await;
    assert_eq!(
        (all.data.len(), all.total_results, all.page_size),
        (7, 7, 25)
    );
    assert_eq!((&all.links.next, &all.links.prev), (&None, &None));
    assert_eq!(all.object, "donation_session");
    let forward = walk(stage, "/v1/donation-sessions?pageSize=3", |page| {
        page.links.next.clone()
    })
    .await;
    let sizes: Vec<_> = forward.iter().map(|page| page.data.len()).collect();
    assert_eq!(sizes, [3, 3, 1]);
    let walked: Vec<_> = forward.iter().flat_map(ids).collect();
    assert_eq!(walked, ids(&all));
    let base = &stage.app().base_url;
    for list in &forward {
        assert!(
            list.links
                .current
                .starts_with(&format!("{base}/v1/donation-sessions?"))
        );
        assert_eq!(ids(&page(stage, &list.links.current).await), ids(list));
        assert_eq!((list.total_results, list.page_size), (7, 3));
    }
    assert_eq!(forward[0].links.prev, None);
    let last = forward.last().unwrap();
    let backward = walk(stage, last.links.prev.as_ref().unwrap(), |page| {
        page.links.prev.clone()
    })
    .await;
    let backward: Vec<_> = backward.iter().map(ids).collect();
    assert_eq!(backward, [ids(&forward[1]), ids(&forward[0])]);
}

async fn the_oldest_come_first_if_asked_for(stage: &mut Stage) {
    open(stage, 5).await;
    let newest = ids(&page(stage, "/v1/donation-sessions?direction=DESC").await);
    let oldest = ids(&page(stage, "/v1/donation-sessions?direction=ASC").await);
    assert!(oldest.iter().eq(newest.iter().rev()));
    let path = "/v1/donation-sessions?direction=ASC&pageSize=2";
    let forward = walk(stage, path, |page| page.links.next.clone()).await;
    let walked: Vec<_> = forward.iter().flat_map(ids).collect();
    assert_eq!(walked, oldest);
    let back = page(stage, forward[2].links.prev.as_ref().unwrap()).await;
    assert_eq!(ids(&back), ids(&forward[1]));
}

async fn a_page_of_none_tells_how_many_there_are(stage: &mut Stage) {
    open(stage, 2).await;
    let none = page(stage, "/v1/donation-sessions?pageSize=0").await;
    assert_eq!(
        (none.data.len(), none.total_results, none.page_size),
        (0, 2, 0)
    );
    assert_eq!((none.links.next, none.links.prev), (None, None));
    let exact = page(stage, "/v1/donation-sessions?pageSize=2").await;
    assert_eq!((exact.data.len(), exact.links.next), (2, None));
}

async fn what_is_added_meanwhile_disturbs_no_walk(stage: &mut Stage) {
    open(stage, 4).await;
    let before = ids(&page(stage, "/v1/donation-sessions").await);
    let first = page(stage, "/v1/donation-sessions?pageSize=2").await;
    stage.pass_time(1);
    let added = stage.open_session(json!({})).await.id.to_string();
    let second = page(stage, first.links.next.as_ref().unwrap()).await;
    assert_eq!([ids(&first), ids(&second)].concat(), before);
    // Going back from the first row that was seen leads to what was added.
    let back = page(stage, second.links.prev.as_ref().unwrap()).await;
    let newer = page(stage, back.links.prev.as_ref().unwrap()).await;
    assert_eq!(ids(&newer), [added]);
    assert_eq!(newer.links.prev, None);
}

async fn a_cursor_that_is_not_ours_is_refused(stage: &mut Stage) {
    open(stage, 2).await;
    let first = page(stage, "/v1/donation-sessions?pageSize=1").await;
    let next = first.links.next.unwrap();
    let good = next.split_once("cursor=").unwrap().1.to_owned();
    let cut = &good[..good.len() - 3];
    // As the vendor's own look.
    let vendors = "eyJ2IjoxLCJkIjoibmV4dCIsImlkIjoiZG9uYXRpb25fMDAwIn0%3D";
    for (list, cursor) in [
        ("donation-sessions", "x"),
        ("donation-sessions", cut),
        ("donation-sessions", vendors),
        ("donation-sessions", "%F0%9F%92%A7"),
        ("donations", good.as_str()),
        ("donations", "1"),
    ] {
        let request = stage
            .ours
            .percent("GET", &format!("/v1/{list}?cursor={cursor}"));
        let body: Value = request.send().await.answer(400);
        let error = &body["error"];
        assert_eq!(error["code"], "pagination/cursor_error", "{list} {cursor}");
        assert_eq!(error["title"], "Bad request");
        assert!(error["message"].as_str().unwrap().contains("cursor"));
    }
    let request = stage
        .ours
        .percent("GET", &format!("/v1/donation-sessions?cursor={good}"));
    assert_eq!(request.send().await.status, 200);
}

async fn nobody_elses_sessions_are_listed(stage: &mut Stage) {
    open(stage, 3).await;
    let theirs = stage.theirs.call(&ListDonationSessions::default()).await;
    assert_eq!((theirs.data.len(), theirs.total_results), (0, 0));
    // Nor by our cursor.
    let first = page(stage, "/v1/donation-sessions?pageSize=1").await;
    let next = first.links.next.unwrap();
    let path = next.strip_prefix(&stage.app().base_url).unwrap();
    let list: DonationSessionList = stage.theirs.percent("GET", path).send().await.answer(200);
    assert!(list.data.is_empty());
}
