//! The feed of events: in order, from a cursor, and with a wait.

use futures_util::future::join;
use serde_json::{Value, json};
use server::store::event::Subjects;

use crate::stage::{DAY_MS, Stage};

on_both_databases! {
    the_feed_tells_everything_in_order_page_by_page,
    the_feed_from_now_on_begins_with_what_comes,
    types_are_picked_out_and_the_cursor_goes_on,
    a_wait_ends_with_an_event,
    a_wait_without_an_event_ends_empty,
    the_end_of_the_server_ends_the_wait,
    another_process_event_ends_the_wait,
    what_is_older_than_thirty_days_is_not_told,
}

async fn feed(stage: &Stage, query: &str) -> Value {
    let path = format!("/v1/partner/events{query}");
    stage.ours.signed("GET", &path).send().await.answer(200)
}

fn types(page: &Value) -> Vec<&str> {
    let data = page["data"].as_array().unwrap();
    data.iter()
        .map(|event| event["type"].as_str().unwrap())
        .collect()
}

fn cursor(page: &Value) -> &str {
    page["nextCursor"].as_str().unwrap()
}

async fn the_feed_tells_everything_in_order_page_by_page(stage: &mut Stage) {
    for name in ["ada", "bob", "cyd"] {
        stage.user(name).await;
    }
    let told = stage.events().await;
    let all = feed(stage, "").await;
    let wanted: Vec<_> = told.iter().map(|event| event.name.as_str()).collect();
    assert_eq!(types(&all), wanted);
    let last = &all["data"][told.len() - 1];
    assert_eq!(last["data"], told.last().unwrap().data);
    assert_eq!(last["createdAt"], "2025-05-10T11:20:00.000Z");
    assert!(last["id"].as_str().unwrap().starts_with("evt_"));
    let (mut walked, mut page) = (Vec::new(), feed(stage, "?limit=2").await);
    while page["data"] != json!([]) {
        walked.extend(page["data"].as_array().unwrap().clone());
        page = feed(stage, &format!("?limit=2&after={}", cursor(&page))).await;
    }
    assert_eq!(json!(walked), all["data"]);
}

async fn the_feed_from_now_on_begins_with_what_comes(stage: &mut Stage) {
    stage.user("before").await;
    let now = feed(stage, "?after=now").await;
    assert_eq!(now["data"], json!([]));
    stage.user("after").await;
    let page = feed(stage, &format!("?after={}", cursor(&now))).await;
    assert_eq!(page["data"][0]["data"]["externalUserId"], "after");
    assert_eq!(page["data"].as_array().unwrap().len(), 1);
}

async fn types_are_picked_out_and_the_cursor_goes_on(stage: &mut Stage) {
    stage.user("ada").await;
    stage.create_link().await;
    let page = feed(stage, "?types=user.created,%20campaign.ended").await;
    assert_eq!(types(&page), ["user.created"]);
    let after = format!("?after={}", cursor(&page));
    assert_eq!(feed(stage, &after).await["data"], json!([]));
}

async fn a_wait_ends_with_an_event(stage: &mut Stage) {
    let now = feed(stage, "?after=now").await;
    let held = format!("?wait=25&types=donation.created&after={}", cursor(&now));
    let both = join(feed(stage, &held), async {
        stage.user("ada").await;
        stage.create_link().await;
    });
    assert_eq!(types(&both.await.0), ["donation.created"]);
}

async fn a_wait_without_an_event_ends_empty(stage: &mut Stage) {
    let page = feed(stage, "?wait=1&after=now").await;
    assert_eq!(page["data"], json!([]));
    assert_eq!(
        page["nextCursor"],
        feed(stage, "?after=now").await["nextCursor"]
    );
}

async fn the_end_of_the_server_ends_the_wait(stage: &mut Stage) {
    let request = stage
        .ours
        .signed("GET", "/v1/partner/events?wait=25&after=now");
    let (answered, waits) = tokio::sync::oneshot::channel();
    let held = tokio::spawn(async move {
        let _ = answered.send(request.send().await.status);
    });
    stage.until_somebody_waits().await;
    stage.stop().await;
    assert_eq!(waits.await.unwrap(), 200);
    held.await.unwrap();
}

/// Another process writes without a word to this one.
async fn another_process_event_ends_the_wait(stage: &mut Stage) {
    let now = feed(stage, "?after=now").await;
    let held = format!("?wait=25&after={}", cursor(&now));
    let db = server::store::Db::open(stage.database_url()).await.unwrap();
    let both = join(feed(stage, &held), async {
        let id = &stage.ours.partner.id;
        let mut tx = db.write().await.unwrap();
        let commit = server::store::event::next_commit(&mut tx, id)
            .await
            .unwrap();
        let context = &stage.app().context;
        let event_type = shared::event::EventType::UserCreated;
        let told = (event_type, Subjects::default(), "{}".to_owned());
        let by = (db.dialect(), context);
        server::store::event::append(&mut tx, by, (id, commit), told)
            .await
            .unwrap();
        tx.commit().await.unwrap();
    });
    assert_eq!(types(&both.await.0), ["user.created"]);
    db.close().await;
}

async fn what_is_older_than_thirty_days_is_not_told(stage: &mut Stage) {
    stage.user("old").await;
    let old = feed(stage, "?limit=1").await;
    stage.pass_time(30 * DAY_MS + 1);
    stage.user("new").await;
    for query in [String::new(), format!("?after={}", cursor(&old))] {
        let page = feed(stage, &query).await;
        assert_eq!(types(&page), ["user.created"]);
        assert_eq!(page["data"][0]["data"]["externalUserId"], "new");
    }
}
