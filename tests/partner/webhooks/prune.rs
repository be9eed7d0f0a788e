//! Events and deliveries are kept for their time and no longer.

use serde_json::Value;

use super::path_of;
use crate::stage::{DAY_MS, HOUR_MS, Sink, Stage};

on_both_databases! {
    what_is_old_is_removed_and_the_rest_stays,
    what_belonged_to_a_deleted_webhook_is_cleared_away,
}

async fn prune(stage: &Stage) {
    server::worker::prune::pass(stage.app()).await.unwrap();
}

async fn what_is_old_is_removed_and_the_rest_stays(stage: &mut Stage) {
    let sink = Sink::open().await;
    let webhook = stage.users_webhook(&sink, false).await;
    for number in 0..3 {
        stage.user(&format!("old-{number}")).await;
    }
    stage.until_deliveries("DELIVERED", 3).await;
    stage.pass_time(30 * DAY_MS);
    prune(stage).await;
    assert_eq!(stage.deliveries(&webhook, "").await.len(), 3);
    stage.pass_time(1);
    prune(stage).await;
    assert_eq!(stage.count("deliveries").await, 0);
    assert_eq!(stage.events_of("user.created").await.len(), 3);
    stage.pass_time(5 * DAY_MS);
    stage.user("new").await;
    stage.until_deliveries("DELIVERED", 1).await;
    prune(stage).await;
    let left = stage.events().await;
    assert_eq!(left.len(), 1);
    assert_eq!(left[0].data["externalUserId"], "new");
    assert_eq!(stage.count("deliveries").await, 1);
    let page: Value = stage
        .ours
        .signed("GET", "/v1/partner/events")
        .send()
        .await
        .answer(200);
    assert_eq!(page["data"][0]["data"]["externalUserId"], "new");
}

async fn what_belonged_to_a_deleted_webhook_is_cleared_away(stage: &mut Stage) {
    let sink = Sink::open().await;
    let (gone, other) = (
        stage.users_webhook(&sink, false).await,
        stage.users_webhook(&sink, false).await,
    );
    stage.user("ada").await;
    stage.until_deliveries("DELIVERED", 2).await;
    let deleted = stage.ours.signed("DELETE", &path_of(&gone)).send().await;
    assert_eq!(deleted.status, 204);
    prune(stage).await;
    assert_eq!(stage.count("webhooks").await, 2);
    stage.pass_time(HOUR_MS);
    prune(stage).await;
    assert_eq!(stage.count("webhooks").await, 1);
    assert_eq!(stage.count("deliveries").await, 1);
    assert_eq!(stage.deliveries(&other, "").await.len(), 1);
}
