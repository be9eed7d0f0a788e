//! What is told of a campaign: that it started, was paused, has ended.

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::stage::{DAY_MS, HOUR_MS, MINUTE_MS, Stage};

on_both_databases! {
    a_campaign_that_counts_at_once_has_started,
    a_campaign_starts_when_its_time_comes,
    a_start_is_told_once_whatever_happens_later,
    a_campaign_that_is_paused_is_told,
    a_campaign_that_is_ended_is_told,
    a_campaign_ends_when_its_time_is_over,
    a_start_that_nobody_told_is_told_before_what_follows,
    a_campaign_that_was_never_inside_its_dates_has_not_started,
    a_change_of_dates_can_start_a_campaign,
    nothing_is_told_of_a_draft,
    many_sweepers_tell_a_campaign_once,
}

fn told(name: &str, status: &str) -> (String, String, String) {
    (
        format!("campaign.{name}"),
        "Spring".to_owned(),
        status.to_owned(),
    )
}

async fn a_campaign_that_counts_at_once_has_started(stage: &mut Stage) {
    let made = stage
        .campaign(json!({ "status": "ACTIVE", "budget": 5 }))
        .await;
    stage.sweep().await;
    let events = stage.events_of("campaign.started").await;
    assert_eq!(events.len(), 1);
    assert_eq!(events[0].data, made);
    let draft = stage.campaign(json!({ "actionTypes": ["A1"] })).await;
    let live = stage.changed(&draft, json!({ "status": "ACTIVE" })).await;
    stage.sweep().await;
    let events = stage.events_of("campaign.started").await;
    assert_eq!(events.len(), 2);
    assert_eq!(events[1].data, live);
}

async fn a_campaign_starts_when_its_time_comes(stage: &mut Stage) {
    let start = stage.now().plus_ms(HOUR_MS);
    let made = stage
        .campaign(json!({ "status": "ACTIVE", "startsAt": start }))
        .await;
    stage.pass_time(HOUR_MS - 1);
    stage.sweep().await;
    assert_eq!(stage.told().await, []);
    stage.pass_time(1);
    stage.sweep().await;
    stage.sweep().await;
    assert_eq!(stage.told().await, [told("started", "ACTIVE")]);
    assert_eq!(stage.events_of("campaign.started").await[0].data, made);
    // That it started is no change of it.
    assert_eq!(stage.seen(&made).await, made);
}

async fn a_start_is_told_once_whatever_happens_later(stage: &mut Stage) {
    let made = stage.campaign(json!({ "status": "ACTIVE" })).await;
    stage.changed(&made, json!({ "status": "PAUSED" })).await;
    stage.changed(&made, json!({ "status": "ACTIVE" })).await;
    let later = stage.now().plus_ms(HOUR_MS);
    stage.changed(&made, json!({ "startsAt": later })).await;
    stage.pass_time(DAY_MS);
    stage.sweep().await;
    assert_eq!(
        stage.told().await,
        [told("started", "ACTIVE"), told("paused", "PAUSED")]
    );
}

async fn a_campaign_that_is_paused_is_told(stage: &mut Stage) {
    let made = stage.campaign(json!({ "status": "ACTIVE" })).await;
    let paused = stage
        .changed(&made, json!({ "status": "PAUSED", "budget": 7 }))
        .await;
    stage.changed(&made, json!({ "status": "PAUSED" })).await;
    stage.changed(&made, json!({ "budget": 8 })).await;
    let events = stage.events_of("campaign.paused").await;
    assert_eq!(events.len(), 1);
    assert_eq!(events[0].data, paused);
}

async fn a_campaign_that_is_ended_is_told(stage: &mut Stage) {
    let made = stage.campaign(json!({ "status": "ACTIVE" })).await;
    let ended = stage.changed(&made, json!({ "status": "ENDED" })).await;
    stage.changed(&made, json!({ "status": "ENDED" })).await;
    stage.pass_time(DAY_MS);
    stage.sweep().await;
    let events = stage.events_of("campaign.ended").await;
    assert_eq!(events.len(), 1);
    assert_eq!(events[0].data, ended);
}

async fn a_campaign_ends_when_its_time_is_over(stage: &mut Stage) {
    let end = stage.now().plus_ms(HOUR_MS);
    let made = stage
        .campaign(json!({ "status": "ACTIVE", "endsAt": end }))
        .await;
    let other = json!({ "status": "ACTIVE", "actionTypes": ["A1"], "endsAt": end });
    let paused = stage.campaign(other).await;
    stage.changed(&paused, json!({ "status": "PAUSED" })).await;
    stage.pass_time(HOUR_MS - 1);
    stage.sweep().await;
    assert_eq!(stage.events_of("campaign.ended").await.len(), 0);
    stage.pass_time(1);
    stage.sweep().await;
    stage.sweep().await;
    let events = stage.events_of("campaign.ended").await;
    let ids = |values: Vec<&Value>| {
        let mut ids: Vec<_> = values.iter().map(|value| value["id"].to_string()).collect();
        ids.sort();
        ids
    };
    assert_eq!(
        ids(events.iter().map(|event| &event.data).collect()),
        ids(vec![&made, &paused])
    );
    for event in events {
        assert_eq!(event.data, stage.seen(&event.data).await);
    }
    assert_eq!(stage.count("campaigns WHERE status = 'ENDED'").await, 2);
}

async fn a_start_that_nobody_told_is_told_before_what_follows(stage: &mut Stage) {
    for (status, name) in [("PAUSED", "paused"), ("ENDED", "ended")] {
        let before = stage.told().await.len();
        let start = stage.now().plus_ms(HOUR_MS);
        let made = stage
            .campaign(json!({ "status": "ACTIVE", "startsAt": start }))
            .await;
        stage.pass_time(HOUR_MS);
        stage.changed(&made, json!({ "status": status })).await;
        let news = stage.told().await;
        assert_eq!(
            news[before..],
            [told("started", "ACTIVE"), told(name, status)]
        );
    }
    // The server was away for the whole campaign.
    let before = stage.told().await.len();
    let (start, end) = (
        stage.now().plus_ms(HOUR_MS),
        stage.now().plus_ms(2 * HOUR_MS),
    );
    stage
        .campaign(json!({ "status": "ACTIVE", "startsAt": start, "endsAt": end }))
        .await;
    stage.pass_time(DAY_MS);
    stage.sweep().await;
    let news = stage.told().await;
    assert_eq!(
        news[before..],
        [told("started", "ACTIVE"), told("ended", "ENDED")]
    );
    let places: Vec<_> = stage
        .events()
        .await
        .iter()
        .map(|event| event.place)
        .collect();
    assert!(places.is_sorted_by(|a, b| a < b));
}

async fn a_campaign_that_was_never_inside_its_dates_has_not_started(stage: &mut Stage) {
    let past = stage.now().plus_ms(-MINUTE_MS);
    stage
        .campaign(json!({ "status": "ACTIVE", "endsAt": past }))
        .await;
    stage.sweep().await;
    assert_eq!(stage.told().await, [told("ended", "ENDED")]);
    let start = stage.now().plus_ms(HOUR_MS);
    let made = stage
        .campaign(json!({ "status": "ACTIVE", "startsAt": start }))
        .await;
    stage.changed(&made, json!({ "status": "PAUSED" })).await;
    stage.pass_time(DAY_MS);
    stage.sweep().await;
    assert_eq!(
        stage.told().await,
        [told("ended", "ENDED"), told("paused", "PAUSED")]
    );
    stage.changed(&made, json!({ "status": "ACTIVE" })).await;
    assert_eq!(stage.told().await[2..], [told("started", "ACTIVE")]);
}

async fn a_change_of_dates_can_start_a_campaign(stage: &mut Stage) {
    let start = stage.now().plus_ms(DAY_MS);
    let made = stage
        .campaign(json!({ "status": "ACTIVE", "startsAt": start }))
        .await;
    assert_eq!(stage.told().await, []);
    let now = stage.now();
    let changed = stage.changed(&made, json!({ "startsAt": now })).await;
    let events = stage.events_of("campaign.started").await;
    assert_eq!(events.len(), 1);
    assert_eq!(events[0].data, changed);
}

async fn nothing_is_told_of_a_draft(stage: &mut Stage) {
    let end = stage.now().plus_ms(HOUR_MS);
    let made = stage.campaign(json!({ "endsAt": end })).await;
    stage.changed(&made, json!({ "name": "Summer" })).await;
    stage.pass_time(DAY_MS);
    stage.sweep().await;
    assert_eq!(stage.told().await, []);
}

async fn many_sweepers_tell_a_campaign_once(stage: &mut Stage) {
    let start = stage.now().plus_ms(HOUR_MS);
    let end = stage.now().plus_ms(2 * HOUR_MS);
    for number in 0..5 {
        let types = [format!("TYPE_{number}")];
        stage
            .campaign(json!({ "status": "ACTIVE", "actionTypes": types, "startsAt": start, "endsAt": end }))
            .await;
    }
    for (name, so_far) in [("started", 5), ("ended", 10)] {
        stage.pass_time(HOUR_MS);
        join_all((0..4).map(|_| stage.sweep())).await;
        assert_eq!(stage.events_of(&format!("campaign.{name}")).await.len(), 5);
        assert_eq!(stage.told().await.len(), so_far);
    }
}
