//! One gift a session, within its time.

use futures_util::future::join_all;
use serde_json::{Value, json};
use shared::donation::DonationStatus;
use shared::percent::{DonationSession, DonationSessionStatus};

use crate::stage::{DAY_MS, HOUR_MS, MINUTE_MS, Response, Stage, card_form};

on_both_databases! {
    an_expired_session_takes_nothing,
    the_last_half_hour_begins_no_payment,
    a_payment_that_comes_late_is_recorded_and_completes_nothing,
    a_payment_that_cannot_be_refused_is_recorded_beside_the_first,
    of_two_tabs_one_gives,
    many_payments_at_once_give_once,
    a_form_sent_twice_begins_one_gift,
}

async fn status(stage: &Stage, session: &DonationSession) -> DonationSessionStatus {
    stage.session(session).await.status
}

/// A page that takes no payment, and says why.
#[track_caller]
fn too_late(page: &Response) {
    assert_eq!(page.status, 409, "{}", page.text);
    assert!(page.text.contains("Nothing was charged"), "{}", page.text);
}

async fn an_expired_session_takes_nothing(stage: &mut Stage) {
    let session = stage.open_session(json!({})).await;
    let checkout = stage.checkout_of(&session).await;
    stage.pass_time(DAY_MS);
    let page = stage.visit(&session.url).await;
    assert_eq!(page.status, 200, "{}", page.text);
    assert!(page.text.contains("expired"), "{}", page.text);
    let chosen = stage.choose_in(&session, &[]).await;
    assert!(chosen.text.contains("expired"), "{}", chosen.text);
    let paid = stage.send_form(&checkout, card_form(&[])).await;
    assert!(paid.text.contains("expired"), "{}", paid.text);
    assert_eq!(
        status(stage, &session).await,
        DonationSessionStatus::Expired
    );
    assert!(stage.donations("COMPLETED").await.is_empty());
}

async fn the_last_half_hour_begins_no_payment(stage: &mut Stage) {
    let session = stage.open_session(json!({})).await;
    stage.pass_time(DAY_MS - 30 * MINUTE_MS);
    let checkout = stage.checkout_of(&session).await;
    stage.pass_time(1);
    too_late(&stage.choose_in(&session, &[]).await);
    // One that has begun can be paid to the end.
    assert_eq!(stage.send_form(&checkout, card_form(&[])).await.status, 303);
    assert_eq!(
        status(stage, &session).await,
        DonationSessionStatus::Completed
    );
}

async fn a_payment_that_comes_late_is_recorded_and_completes_nothing(stage: &mut Stage) {
    let session = stage.open_session(json!({ "currency": "USD" })).await;
    stage.checkout_of(&session).await;
    let [id] = &stage.donations("PENDING").await[..] else {
        panic!("there is one gift")
    };
    stage.pass_time(DAY_MS + HOUR_MS);
    stage.sweep().await;
    assert_eq!(stage.status(id).await.status, DonationStatus::Expired);
    // The provider says after all that it was paid.
    stage.pay(id, Some("ada@example.org")).await;
    assert_eq!(stage.status(id).await.status, DonationStatus::Completed);
    assert_eq!(
        status(stage, &session).await,
        DonationSessionStatus::Expired
    );
    let gifts: Value = stage
        .ours
        .percent("GET", "/v1/donations")
        .send()
        .await
        .answer(200);
    assert_eq!(gifts["data"][0]["hosted"]["sessionId"], json!(session.id));
}

async fn a_payment_that_cannot_be_refused_is_recorded_beside_the_first(stage: &mut Stage) {
    let session = stage.open_session(json!({})).await;
    stage.checkout_of(&session).await;
    let [second] = &stage.donations("PENDING").await[..] else {
        panic!("there is one gift")
    };
    assert_eq!(
        stage.give_in(&session, &[("amount", "50.00")]).await.status,
        303
    );
    stage.pay(second, None).await;
    assert_eq!(stage.status(second).await.status, DonationStatus::Completed);
    let gifts: Value = stage
        .ours
        .percent("GET", "/v1/donations")
        .send()
        .await
        .answer(200);
    assert_eq!(gifts["totalResults"], 2);
    assert_eq!(
        status(stage, &session).await,
        DonationSessionStatus::Completed
    );
}

async fn of_two_tabs_one_gives(stage: &mut Stage) {
    let session = stage.open_session(json!({})).await;
    let one = stage.checkout_of(&session).await;
    let chosen = stage.choose_in(&session, &[("amount", "50.00")]).await;
    let other = chosen.header("location").unwrap().to_owned();
    assert_ne!(one, other);
    assert_eq!(stage.send_form(&one, card_form(&[])).await.status, 303);
    too_late(&stage.send_form(&other, card_form(&[])).await);
    // The first form again is the first gift again.
    assert_eq!(stage.send_form(&one, card_form(&[])).await.status, 303);
    assert_eq!(stage.donations("COMPLETED").await.len(), 1);
    assert_eq!(stage.events_of("donation.completed").await.len(), 1);
}

async fn many_payments_at_once_give_once(stage: &mut Stage) {
    let session = stage.open_session(json!({})).await;
    let mut checkouts = Vec::new();
    for amount in 1..=8 {
        let amount = format!("{amount}0.00");
        let chosen = stage.choose_in(&session, &[("amount", &amount)]).await;
        checkouts.push(chosen.header("location").unwrap().to_owned());
    }
    let paid = join_all(
        checkouts
            .iter()
            .map(|checkout| stage.send_form(checkout, card_form(&[]))),
    )
    .await;
    let given = paid.iter().filter(|page| page.status == 303).count();
    assert_eq!(given, 1);
    paid.iter()
        .filter(|page| page.status != 303)
        .for_each(too_late);
    assert_eq!(stage.donations("COMPLETED").await.len(), 1);
    assert_eq!(
        status(stage, &session).await,
        DonationSessionStatus::Completed
    );
}

async fn a_form_sent_twice_begins_one_gift(stage: &mut Stage) {
    let session = stage.open_session(json!({})).await;
    let fields = [("attempt", "0123456789abcdef")];
    let (one, other) = tokio::join!(
        stage.choose_in(&session, &fields),
        stage.choose_in(&session, &fields)
    );
    assert_eq!((one.status, other.status), (303, 303));
    assert_eq!(one.header("location"), other.header("location"));
    assert_eq!(stage.count("donations").await, 1);
    let page = stage.visit(&session.url).await;
    assert!(page.text.contains("name=\"attempt\""), "{}", page.text);
}
