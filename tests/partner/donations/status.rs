//! How a gift stands, for anyone who knows its id.

use serde_json::{Value, json};
use shared::Code;
use shared::donation::{DonationStatus, GetDonationStatus, RewardStatus};
use shared::id::DonationId;

use crate::stage::{DAY_MS, Response, Stage};

on_both_databases! {
    a_new_gift_is_pending,
    nothing_of_the_donor_is_shown,
    an_unknown_gift_is_not_found,
    another_partners_gift_is_not_found,
    what_the_caller_has_already_is_not_sent_again,
    a_link_expires_after_its_day,
    a_link_of_every_org_expires_after_seven_days,
    the_sweeper_tells_of_an_expiry_once,
    a_link_paid_after_all_is_completed,
}

fn status_of(id: &str) -> GetDonationStatus {
    let partner_donation_id = DonationId(id.to_owned());
    GetDonationStatus {
        partner_donation_id,
        wait: None,
    }
}

async fn a_new_gift_is_pending(stage: &mut Stage) {
    let link = stage.create_link().await;
    let id = link.partner_donation_id.as_str();
    let response = stage.ours.ask(&status_of(id)).await;
    assert_eq!(
        response.answer::<Value>(200),
        json!({
            "partnerDonationId": id, "status": "PENDING", "rewardStatus": "PENDING",
            "amount": 2500, "tipAmount": 0, "currency": "USD", "frequency": "once",
            "provider": "stripe", "nonprofit": { "slug": "river-trust", "name": "River Trust" },
            "tokensAwarded": 0, "createdAt": "2025-05-10T11:20:00.000Z",
            "updatedAt": "2025-05-10T11:20:00.000Z",
        })
    );
}

async fn nothing_of_the_donor_is_shown(stage: &mut Stage) {
    let secrets =
        json!({ "donorEmail": "ada@example.org", "firstName": "Zuleika", "partnerUserId": "u-77" });
    let link = stage.create_link_with(secrets).await;
    let id = link.partner_donation_id;
    stage.pay(&id, Some("ada@example.org")).await;
    stage.settled(&id).await;
    let response = stage.ours.ask(&status_of(id.as_str())).await;
    for secret in ["ada@example.org", "Zuleika", "Ada", "Lovelace", "u-77"] {
        assert!(!response.text.contains(secret), "{}", response.text);
    }
}

async fn an_unknown_gift_is_not_found(stage: &mut Stage) {
    for id in ["don_0", "don_%00", "😀", &"a".repeat(3_000)] {
        let response = stage.ours.ask(&status_of(id)).await;
        response.refused(Code::DonationNotFound);
    }
}

async fn another_partners_gift_is_not_found(stage: &mut Stage) {
    let link = stage.create_link().await;
    let response = stage
        .theirs
        .ask(&status_of(link.partner_donation_id.as_str()))
        .await;
    response.refused(Code::DonationNotFound);
}

async fn what_the_caller_has_already_is_not_sent_again(stage: &mut Stage) {
    let id = stage.create_link().await.partner_donation_id;
    let first = stage.ours.ask(&status_of(id.as_str())).await;
    let etag = first.header("etag").unwrap();
    for known in [
        etag.to_owned(),
        format!("W/{etag}"),
        format!("\"other\", {etag}"),
    ] {
        let again = known_already(stage, &id, &known).await;
        assert_eq!((again.status, again.text.as_str()), (304, ""));
        assert_eq!(again.header("etag"), Some(etag));
        assert_eq!(again.header("access-control-allow-origin"), Some("*"));
    }
    stage.pay(&id, None).await;
    let changed = known_already(stage, &id, etag).await;
    assert_eq!(changed.status, 200);
    assert_ne!(changed.header("etag"), Some(etag));
}

async fn known_already(stage: &Stage, id: &DonationId, etag: &str) -> Response {
    let request = stage.ours.prepare(&status_of(id.as_str()));
    request.header("if-none-match", etag).send().await
}

async fn a_link_expires_after_its_day(stage: &mut Stage) {
    let id = stage.create_link().await.partner_donation_id;
    expires_after(stage, &id, DAY_MS).await;
}

async fn a_link_of_every_org_expires_after_seven_days(stage: &mut Stage) {
    let link = stage
        .create_link_with(json!({ "provider": "every.org" }))
        .await;
    expires_after(stage, &link.partner_donation_id, 7 * DAY_MS).await;
}

async fn expires_after(stage: &Stage, id: &DonationId, lifetime_ms: i64) {
    stage.pass_time(lifetime_ms - 1);
    assert_eq!(stage.status(id).await.status, DonationStatus::Pending);
    stage.pass_time(1);
    let read = stage.status(id).await;
    assert_eq!(read.status, DonationStatus::Expired);
    assert_eq!(read.reward_status, RewardStatus::NotEligible);
    assert_eq!(read.updated_at, stage.now());
    stage.sweep().await;
    assert_eq!(stage.status(id).await, read);
}

async fn the_sweeper_tells_of_an_expiry_once(stage: &mut Stage) {
    let id = stage.create_link().await.partner_donation_id;
    stage.pass_time(DAY_MS - 1);
    stage.sweep().await;
    assert!(stage.events_of("donation.expired").await.is_empty());
    stage.pass_time(DAY_MS);
    stage.sweep().await;
    stage.sweep().await;
    let told = stage.events_of("donation.expired").await;
    assert_eq!(told.len(), 1);
    assert_eq!(
        told[0].data,
        serde_json::to_value(stage.status(&id).await).unwrap()
    );
}

async fn a_link_paid_after_all_is_completed(stage: &mut Stage) {
    let id = stage.create_link().await.partner_donation_id;
    stage.pass_time(DAY_MS);
    stage.sweep().await;
    stage.pay(&id, Some("ada@example.org")).await;
    let settled = stage.settled(&id).await;
    assert_eq!(settled.status, DonationStatus::Completed);
    assert_eq!(settled.reward_status, RewardStatus::Awarded);
}
