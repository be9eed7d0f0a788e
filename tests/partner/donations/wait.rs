//! `?wait=`: the answer is held until the gift changes.

use futures_util::future::{join_all, select_all};
use shared::donation::{DonationStatus, GetDonationStatus};
use shared::id::DonationId;

use crate::stage::{Request, Response, Stage};

on_both_databases! {
    a_change_ends_the_wait,
    a_change_from_what_the_caller_has_is_answered_at_once,
    a_settled_gift_is_answered_at_once,
    a_wait_that_ends_without_a_change_answers_the_present_state,
    a_wait_that_ends_without_news_is_not_modified,
    a_fifth_wait_is_answered_at_once,
    the_end_of_the_server_ends_every_wait,
    a_wait_is_at_most_twenty_five_seconds,
}

fn waiting(stage: &Stage, id: &DonationId, seconds: u32) -> Request {
    let (partner_donation_id, wait) = (id.clone(), Some(seconds));
    stage.ours.prepare(&GetDonationStatus {
        partner_donation_id,
        wait,
    })
}

/// A proxy that compresses answers weakens their tags.
async fn a_change_ends_the_wait(stage: &mut Stage) {
    for mark in ["", "W/"] {
        let id = stage.create_link().await.partner_donation_id;
        let first = waiting(stage, &id, 0).send().await;
        let known = format!("{mark}{}", first.header("etag").unwrap());
        let held = waiting(stage, &id, 25).header("if-none-match", &known);
        let (answer, ()) = tokio::join!(held.send(), stage.pay(&id, Some("ada@example.org")));
        assert_eq!(status(&answer), DonationStatus::Completed);
    }
}

async fn a_change_from_what_the_caller_has_is_answered_at_once(stage: &mut Stage) {
    let id = stage.create_link().await.partner_donation_id;
    let held = waiting(stage, &id, 25).header("if-none-match", "\"something else\"");
    assert_eq!(status(&held.send().await), DonationStatus::Pending);
}

async fn a_settled_gift_is_answered_at_once(stage: &mut Stage) {
    let id = stage.create_link().await.partner_donation_id;
    stage.pay(&id, None).await;
    assert_eq!(
        status(&waiting(stage, &id, 25).send().await),
        DonationStatus::Completed
    );
}

async fn a_wait_that_ends_without_a_change_answers_the_present_state(stage: &mut Stage) {
    let id = stage.create_link().await.partner_donation_id;
    assert_eq!(
        status(&waiting(stage, &id, 1).send().await),
        DonationStatus::Pending
    );
}

async fn a_wait_that_ends_without_news_is_not_modified(stage: &mut Stage) {
    let id = stage.create_link().await.partner_donation_id;
    let first = waiting(stage, &id, 0).send().await;
    let held = waiting(stage, &id, 1).header("if-none-match", first.header("etag").unwrap());
    assert_eq!(held.send().await.status, 304);
}

/// Five wait for one gift, which changes only after the first answer: that one
/// can only have come from having no place to wait.
async fn a_fifth_wait_is_answered_at_once(stage: &mut Stage) {
    let id = stage.create_link().await.partner_donation_id;
    let five = (0..5).map(|_| Box::pin(waiting(stage, &id, 25).send()));
    let (fifth, _, waiting) = select_all(five).await;
    assert_eq!(status(&fifth), DonationStatus::Pending);
    let (others, ()) = tokio::join!(join_all(waiting), stage.pay(&id, Some("ada@example.org")));
    for other in others {
        assert_eq!(status(&other), DonationStatus::Completed);
    }
}

async fn the_end_of_the_server_ends_every_wait(stage: &mut Stage) {
    let id = stage.create_link().await.partner_donation_id;
    let five: Vec<_> = (0..5)
        .map(|_| Box::pin(waiting(stage, &id, 25).send()))
        .collect();
    let (_, _, waiting) = select_all(five).await;
    let (others, ()) = tokio::join!(join_all(waiting), stage.stop());
    for other in others {
        assert_eq!(status(&other), DonationStatus::Pending);
    }
}

async fn a_wait_is_at_most_twenty_five_seconds(stage: &mut Stage) {
    let id = stage.create_link().await.partner_donation_id;
    waiting(stage, &id, 26).send().await.refused_field("wait");
    for wrong in ["-1", "1.5", "soon"] {
        let path = format!("/v1/partner/donations/status/{id}?wait={wrong}");
        stage
            .ours
            .widget("GET", &path)
            .send()
            .await
            .refused_field("wait");
    }
}

#[track_caller]
fn status(response: &Response) -> DonationStatus {
    response.answer::<shared::donation::Donation>(200).status
}
