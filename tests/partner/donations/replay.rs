//! One gift a key.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use serde_json::json;
use shared::Code;
use shared::donation::DonationLink;

use crate::stage::{DAY_MS, HOUR_MS, Stage, gift_with};

on_both_databases! {
    the_same_request_again_answers_the_same_link,
    another_request_under_the_same_key_is_refused,
    the_key_may_stand_in_the_header,
    keys_in_header_and_body_must_agree,
    a_key_in_the_header_must_be_one,
    a_paid_link_is_answered_again,
    a_link_that_has_expired_is_closed_under_its_key,
    a_key_is_forgotten_after_thirty_days,
    a_refused_request_leaves_its_key_free,
    sixty_four_callers_with_one_key_make_one_gift,
    another_partners_key_is_its_own,
}

async fn the_same_request_again_answers_the_same_link(stage: &mut Stage) {
    let gift = gift_with(&json!({ "idempotencyKey": "try 1", "metadata": { "b": "1", "a": "2" } }));
    let first = stage.ours.ask(&gift).await;
    assert_eq!(first.header("idempotent-replayed"), None);
    stage.pass_time(HOUR_MS);
    let again = stage.ours.ask(&gift).await;
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert_eq!((again.status, again.text), (201, first.text));
    assert_eq!(stage.count("donations").await, 1);
    assert_eq!(stage.events_of("donation.created").await.len(), 1);
}

async fn another_request_under_the_same_key_is_refused(stage: &mut Stage) {
    stage
        .create_link_with(json!({ "idempotencyKey": "try 1" }))
        .await;
    for change in [
        json!({ "amount": 2501 }),
        json!({ "currency": "EUR" }),
        json!({ "donorEmail": "ada@example.org" }),
        json!({ "nonprofitSlug": "city-library" }),
        json!({ "metadata": { "a": "b" } }),
    ] {
        let mut fields = change;
        fields["idempotencyKey"] = json!("try 1");
        stage
            .ours
            .ask(&gift_with(&fields))
            .await
            .refused(Code::IdempotencyKeyReused);
    }
    assert_eq!(stage.count("donations").await, 1);
}

async fn the_key_may_stand_in_the_header(stage: &mut Stage) {
    let in_header = stage
        .ours
        .prepare(&gift_with(&json!({})))
        .header("idempotency-key", "try 1");
    let in_body = stage
        .ours
        .prepare(&gift_with(&json!({ "idempotencyKey": "try 1" })));
    let in_both = in_body.clone().header("idempotency-key", "try 1");
    let first: DonationLink = in_header.send().await.answer(201);
    for same in [in_body, in_both] {
        assert_eq!(same.send().await.answer::<DonationLink>(201), first);
    }
}

async fn keys_in_header_and_body_must_agree(stage: &mut Stage) {
    let request = stage
        .ours
        .prepare(&gift_with(&json!({ "idempotencyKey": "try 1" })));
    let response = request.header("idempotency-key", "try 2").send().await;
    response.refused_field("idempotencyKey");
    assert_eq!(stage.count("donations").await, 0);
}

async fn a_key_in_the_header_must_be_one(stage: &mut Stage) {
    for key in ["", "é", &"a".repeat(256)] {
        let request = stage
            .ours
            .prepare(&gift_with(&json!({})))
            .header("idempotency-key", key);
        request.send().await.refused_field("Idempotency-Key");
    }
    let longest = stage
        .ours
        .prepare(&gift_with(&json!({})))
        .header("idempotency-key", &"a".repeat(255));
    assert_eq!(longest.send().await.status, 201);
}

async fn a_paid_link_is_answered_again(stage: &mut Stage) {
    let gift = gift_with(&json!({ "idempotencyKey": "try 1" }));
    let link = stage.ours.call(&gift).await;
    stage
        .pay(&link.partner_donation_id, Some("ada@example.org"))
        .await;
    stage.pass_time(25 * HOUR_MS);
    assert_eq!(stage.ours.call(&gift).await, link);
}

async fn a_link_that_has_expired_is_closed_under_its_key(stage: &mut Stage) {
    let gift = gift_with(&json!({ "idempotencyKey": "try 1" }));
    stage.ours.call(&gift).await;
    stage.pass_time(DAY_MS - 1);
    stage.ours.call(&gift).await;
    stage.pass_time(1);
    stage.ours.ask(&gift).await.refused(Code::DonationClosed);
    assert_eq!(stage.count("donations").await, 1);
}

async fn a_key_is_forgotten_after_thirty_days(stage: &mut Stage) {
    let gift = gift_with(&json!({ "idempotencyKey": "try 1" }));
    let first = stage.ours.call(&gift).await;
    stage.pass_time(30 * DAY_MS - 1);
    stage.ours.ask(&gift).await.refused(Code::DonationClosed);
    stage.pass_time(1);
    let second = stage.ours.call(&gift).await;
    assert_ne!(second.partner_donation_id, first.partner_donation_id);
    assert_eq!(stage.ours.call(&gift).await, second);
}

async fn a_refused_request_leaves_its_key_free(stage: &mut Stage) {
    let wrong = gift_with(&json!({ "idempotencyKey": "try 1", "nonprofitSlug": "nobody" }));
    stage
        .ours
        .ask(&wrong)
        .await
        .refused(Code::OrganizationNotFound);
    stage
        .create_link_with(json!({ "idempotencyKey": "try 1" }))
        .await;
}

async fn sixty_four_callers_with_one_key_make_one_gift(stage: &mut Stage) {
    let gift = gift_with(&json!({ "idempotencyKey": "try 1" }));
    let answers = join_all((0..64).map(|_| stage.ours.ask(&gift))).await;
    let links: BTreeSet<_> = answers
        .iter()
        .map(|answer| {
            assert_eq!(answer.status, 201, "{}", answer.text);
            answer.text.clone()
        })
        .collect();
    assert_eq!(links.len(), 1);
    let first = answers
        .iter()
        .filter(|answer| answer.header("idempotent-replayed").is_none());
    assert_eq!(first.count(), 1);
    assert_eq!(stage.count("donations").await, 1);
    assert_eq!(stage.events_of("donation.created").await.len(), 1);
}

async fn another_partners_key_is_its_own(stage: &mut Stage) {
    let gift = gift_with(&json!({ "idempotencyKey": "try 1" }));
    let ours = stage.ours.call(&gift).await;
    let theirs = stage.theirs.ask(&gift).await;
    assert_eq!(theirs.header("idempotent-replayed"), None);
    assert_ne!(theirs.answer::<DonationLink>(201), ours);
}
