//! What was given in sessions.

use serde_json::{Value, json};
use shared::donation::RefundDonation;
use shared::percent::{
    CreatePercentUser, DonationSessionList, GetPercentDonation, PercentDonation,
    PercentDonationList, PercentDonationStatus,
};

use crate::stage::{DAY_MS, HOUR_MS, Stage};

on_both_databases! {
    a_gift_is_there_once_it_is_paid,
    a_refund_cancels_a_gift,
    gifts_are_chosen_by_user_state_nonprofit_and_time,
    gifts_are_walked_by_their_links,
    a_gift_of_a_link_is_none_of_a_session,
}

async fn list(stage: &Stage, query: &str) -> PercentDonationList {
    let request = stage.ours.percent("GET", &format!("/v1/donations{query}"));
    request.send().await.answer(200)
}

/// The only gift.
async fn only(stage: &Stage) -> PercentDonation {
    let [gift] = <[PercentDonation; 1]>::try_from(list(stage, "").await.data).unwrap();
    gift
}

async fn a_gift_is_there_once_it_is_paid(stage: &mut Stage) {
    let user = stage.ours.call(&CreatePercentUser {}).await.data.id;
    let fields = json!({ "userId": user, "currency": "GBP", "metadata": { "order": "98765" } });
    let session = stage.open_session(fields).await;
    let chosen = stage.choose_in(&session, &[]).await;
    assert_eq!(chosen.status, 303, "{}", chosen.text);
    assert_eq!(list(stage, "").await.total_results, 0);
    stage.pass_time(HOUR_MS);
    assert_eq!(stage.give_in(&session, &[]).await.status, 303);
    let gift = only(stage).await;
    let id = gift.id.as_str();
    assert_eq!(id.strip_prefix("donation_").unwrap().len(), 29, "{id}");
    let body: Value = stage
        .ours
        .percent("GET", &format!("/v1/donations/{id}"))
        .send()
        .await
        .answer(200);
    assert_eq!(
        body,
        json!({ "object": "donation", "data": {
            "id": id, "userId": user, "organisationId": session.organisation_id,
            "amount": 2500, "currencyCode": "GBP", "createdAt": "2025-05-10T12:20:00.000Z",
            "status": "ACTIVE", "firstName": "Ada", "lastName": "Lovelace",
            "email": "ada@example.org", "consentedToBeContacted": null, "anonymous": null,
            "metadata": { "order": "98765" }, "type": "hosted",
            "hosted": { "sessionId": session.id },
        }})
    );
}

async fn a_refund_cancels_a_gift(stage: &mut Stage) {
    let session = stage.open_session(json!({})).await;
    assert_eq!(stage.give_in(&session, &[]).await.status, 303);
    let [id] = &stage.donations("COMPLETED").await[..] else {
        panic!("there is one gift")
    };
    let refund = |amount, key: &str| RefundDonation {
        id: id.clone(),
        amount,
        idempotency_key: key.to_owned(),
    };
    let some = refund(Some(shared::money::Minor(500)), "one");
    stage.ours.call(&some).await;
    assert_eq!(only(stage).await.status, PercentDonationStatus::Active);
    stage.ours.call(&refund(None, "two")).await;
    let gift = only(stage).await;
    assert_eq!(gift.status, PercentDonationStatus::Cancelled);
    let read = stage
        .ours
        .call(&GetPercentDonation {
            id: gift.id.clone(),
        })
        .await;
    assert_eq!(read.data, gift);
    // The session stays what it became.
    assert_eq!(stage.session(&session).await.status.as_str(), "completed");
    assert_eq!(list(stage, "?status=CANCELLED").await.total_results, 1);
    assert_eq!(list(stage, "?status=ACTIVE").await.total_results, 0);
}

async fn gifts_are_chosen_by_user_state_nonprofit_and_time(stage: &mut Stage) {
    let user = stage.ours.call(&CreatePercentUser {}).await.data.id;
    let library = stage.organisation("city-library").await;
    let river = stage.organisation("river-trust").await;
    for fields in [
        json!({}),
        json!({ "userId": user }),
        json!({ "organisationId": library }),
    ] {
        let session = stage.open_session(fields).await;
        assert_eq!(stage.give_in(&session, &[]).await.status, 303);
        stage.pass_time(DAY_MS);
    }
    for (query, count) in [
        (String::new(), 3),
        (format!("?userId={user}"), 1),
        ("?userId=user_x".to_owned(), 0),
        (format!("?organisationId={library}"), 1),
        (format!("?organisationId={river}"), 2),
        (format!("?organisationId={river}&userId={user}"), 1),
        ("?organisationId=x".to_owned(), 0),
        ("?status=ACTIVE".to_owned(), 3),
        ("?status=DISBURSED".to_owned(), 0),
        ("?startDate=2025-05-11T11:20:00.000Z".to_owned(), 2),
        ("?endDate=2025-05-11T11:20:00.000Z".to_owned(), 1),
        (
            "?startDate=2025-05-11T11:20:00Z&endDate=2025-05-12T11:20:00Z".to_owned(),
            1,
        ),
        (
            "?startDate=2025-05-11T13:20:00%2B02:00&status=ACTIVE".to_owned(),
            2,
        ),
    ] {
        let found = list(stage, &query).await;
        assert_eq!(
            (found.data.len(), found.total_results),
            (count, i64::try_from(count).unwrap()),
            "{query}"
        );
        assert_eq!(found.object, "donation");
    }
    let newest = list(stage, "").await;
    assert_eq!(newest.data[0].organisation_id, library);
}

async fn gifts_are_walked_by_their_links(stage: &mut Stage) {
    for _ in 0..3 {
        let session = stage.open_session(json!({})).await;
        assert_eq!(stage.give_in(&session, &[]).await.status, 303);
    }
    let all = list(stage, "").await.data;
    let base = stage.app().base_url.clone();
    let mut next = Some(format!("{base}/v1/donations?status=ACTIVE&pageSize=1"));
    let mut walked = Vec::new();
    while let Some(address) = next {
        let query = address
            .strip_prefix(&format!("{base}/v1/donations"))
            .unwrap()
            .to_owned();
        let page = list(stage, &query).await;
        assert!(
            page.links.current.contains("status=ACTIVE"),
            "{}",
            page.links.current
        );
        assert_eq!((page.total_results, page.page_size), (3, 1));
        next = page.links.next;
        walked.extend(page.data);
    }
    assert_eq!(walked, all);
}

async fn a_gift_of_a_link_is_none_of_a_session(stage: &mut Stage) {
    let id = stage.create_link().await.partner_donation_id;
    stage.pay(&id, None).await;
    assert_eq!(list(stage, "").await.total_results, 0);
    let read = stage.ours.percent("GET", &format!("/v1/donations/{id}"));
    assert_eq!(read.send().await.status, 404);
    let none: DonationSessionList = stage
        .ours
        .percent("GET", "/v1/donation-sessions")
        .send()
        .await
        .answer(200);
    assert_eq!(none.total_results, 0);
}
