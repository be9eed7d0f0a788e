//! The page of a session, from its address to the receipt.

use futures_util::future::join_all;
use serde_json::{Value, json};
use shared::Feature;
use shared::donation::{DonationStatus, ListDonations, RewardStatus};
use shared::money::Tokens;
use shared::percent::{CreatePercentUser, DonationSession, DonationSessionStatus};
use shared::user::GetUserBalance;

use crate::stage::{DAY_MS, HOUR_MS, MINUTE_MS, Response, Stage, card_form};

on_both_databases! {
    the_page_shows_to_whom_and_how_much_may_be_given,
    the_donor_chooses_the_currency_where_the_session_does_not,
    the_currency_of_a_session_cannot_be_changed,
    what_is_wrong_is_said_beside_its_field,
    a_gift_leads_to_the_success_page_as_it_was_written,
    a_gift_without_a_success_page_is_thanked_for_here,
    who_leaves_the_payment_comes_back_to_the_page,
    a_gift_copies_the_metadata_and_rewards_the_user,
    without_a_user_nobody_is_rewarded,
    without_the_feature_nobody_is_rewarded,
    the_receipts_address_holds_where_the_payment_tells_none,
    a_form_sent_twice_begins_one_gift,
    of_two_tabs_one_gives,
    many_payments_at_once_give_once,
    an_expired_session_takes_nothing,
    the_last_half_hour_begins_no_payment,
    a_payment_that_comes_late_is_recorded_and_completes_nothing,
    a_payment_that_cannot_be_refused_is_recorded_beside_the_first,
    an_unknown_page_is_not_found,
    no_script_and_no_frame,
}

async fn checkout_of(stage: &Stage, session: &DonationSession) -> String {
    let chosen = stage.choose_in(session, &[]).await;
    assert_eq!(chosen.status, 303, "{}", chosen.text);
    chosen.header("location").unwrap().to_owned()
}

async fn status(stage: &Stage, session: &DonationSession) -> DonationSessionStatus {
    stage.session(session).await.status
}

async fn the_page_shows_to_whom_and_how_much_may_be_given(stage: &mut Stage) {
    let session = stage
        .open_session(json!({ "currency": "USD", "language": "en-US" }))
        .await;
    let page = stage.visit(&session.url).await;
    assert_eq!(page.status, 200, "{}", page.text);
    for text in ["River Trust", "Partner ours", "$10", "$25", "$50", "$100"] {
        assert!(page.text.contains(text), "{text} is not on the page");
    }
    assert!(!page.text.contains("<select"), "{}", page.text);
    // A session is looked at without being used up.
    assert_eq!(status(stage, &session).await, DonationSessionStatus::Open);
    assert_eq!(stage.count("donations").await, 0);
}

async fn the_donor_chooses_the_currency_where_the_session_does_not(stage: &mut Stage) {
    let session = stage.open_session(json!({ "language": "pl-PL" })).await;
    let page = stage.visit(&session.url).await;
    let first = page.text.split("<option").nth(1).unwrap();
    assert!(
        first.contains("PLN") && first.contains("selected"),
        "{first}"
    );
    assert!(
        page.text.contains("name=\"currency\" value=\"PLN\""),
        "{}",
        page.text
    );
    let other = stage.visit(&format!("{}?currency=JPY", session.url)).await;
    assert!(
        other.text.contains("name=\"currency\" value=\"JPY\""),
        "{}",
        other.text
    );
    assert!(other.text.contains("value=\"2500\""), "{}", other.text);
    let unknown = stage.visit(&format!("{}?currency=XXX", session.url)).await;
    assert!(
        unknown.text.contains("name=\"currency\" value=\"PLN\""),
        "{}",
        unknown.text
    );
    let chosen = stage
        .choose_in(&session, &[("currency", "JPY"), ("amount", "2500")])
        .await;
    assert_eq!(chosen.status, 303, "{}", chosen.text);
    let gifts = stage.ours.call(&ListDonations::default()).await.data;
    assert_eq!(gifts[0].donation.currency.as_str(), "JPY");
    assert_eq!(gifts[0].donation.amount.0, 2500);
}

async fn the_currency_of_a_session_cannot_be_changed(stage: &mut Stage) {
    let session = stage.open_session(json!({ "currency": "EUR" })).await;
    let chosen = stage.choose_in(&session, &[("currency", "JPY")]).await;
    assert_eq!(chosen.status, 303, "{}", chosen.text);
    let gifts = stage.ours.call(&ListDonations::default()).await.data;
    assert_eq!(gifts[0].donation.currency.as_str(), "EUR");
}

async fn what_is_wrong_is_said_beside_its_field(stage: &mut Stage) {
    let session = stage.open_session(json!({ "currency": "GBP" })).await;
    for amount in ["", "0", "-1", "0.10", "1e3", "ten", "99999999999999999999"] {
        let page = stage
            .choose_in(&session, &[("amount", amount), ("firstName", "Ada")])
            .await;
        assert_eq!(page.status, 422, "{amount:?}: {}", page.text);
        assert!(page.text.contains("id=\"amount-problem\""), "{amount:?}");
        assert!(
            page.text.contains("value=\"Ada\""),
            "{amount:?}: the name is lost"
        );
    }
    for email in ["", "ada", "ada@"] {
        let page = stage.choose_in(&session, &[("email", email)]).await;
        assert_eq!(page.status, 422, "{email:?}: {}", page.text);
        assert!(page.text.contains("id=\"email-problem\""), "{email:?}");
    }
    let markup = stage
        .choose_in(&session, &[("amount", "x"), ("firstName", "<script>")])
        .await;
    assert!(!markup.text.contains("<script"), "{}", markup.text);
    assert_eq!(stage.count("donations").await, 0);
    assert_eq!(status(stage, &session).await, DonationSessionStatus::Open);
}

async fn a_gift_leads_to_the_success_page_as_it_was_written(stage: &mut Stage) {
    let place = "https://Example.org/Thanks?b=%7e&status=mine#top";
    let session = stage.open_session(json!({ "successUrl": place })).await;
    let given = stage.give_in(&session, &[]).await;
    assert_eq!((given.status, given.header("location")), (303, Some(place)));
    assert_eq!(
        status(stage, &session).await,
        DonationSessionStatus::Completed
    );
    // Whoever opens the session again is led there too.
    let again = stage.visit(&session.url).await;
    assert_eq!((again.status, again.header("location")), (303, Some(place)));
    let sent = stage.choose_in(&session, &[]).await;
    assert_eq!((sent.status, sent.header("location")), (303, Some(place)));
    assert_eq!(stage.count("donations").await, 1);
}

async fn a_gift_without_a_success_page_is_thanked_for_here(stage: &mut Stage) {
    let session = stage.open_session(json!({ "currency": "USD" })).await;
    let given = stage.give_in(&session, &[]).await;
    let thanks = stage.visit(given.header("location").unwrap()).await;
    assert_eq!(thanks.status, 200, "{}", thanks.text);
    assert!(thanks.text.contains("River Trust"), "{}", thanks.text);
}

async fn who_leaves_the_payment_comes_back_to_the_page(stage: &mut Stage) {
    let place = json!({ "successUrl": "https://example.org/thanks" });
    let session = stage.open_session(place).await;
    let page = stage.visit(&checkout_of(stage, &session).await).await;
    assert!(
        page.text.contains(&format!("href=\"{}\"", session.url)),
        "{}",
        page.text
    );
    assert_eq!(status(stage, &session).await, DonationSessionStatus::Open);
}

async fn a_gift_copies_the_metadata_and_rewards_the_user(stage: &mut Stage) {
    let user = stage.ours.call(&CreatePercentUser {}).await.data.id;
    let fields = json!({ "userId": user, "currency": "USD", "metadata": { "order": "98765" } });
    let session = stage.open_session(fields).await;
    assert_eq!(stage.give_in(&session, &[]).await.status, 303);
    let [id] = &stage.donations("COMPLETED").await[..] else {
        panic!("there is one gift")
    };
    let settled = stage.settled(id).await;
    assert_eq!(settled.reward_status, RewardStatus::Awarded);
    assert_eq!(settled.tokens_awarded, Tokens(25));
    let external_id = shared::id::ExternalUserId(user.0);
    let balance = stage.ours.call(&GetUserBalance { external_id }).await;
    assert_eq!(balance.available, Tokens(25));
    let gifts = stage.ours.call(&ListDonations::default()).await.data;
    assert_eq!(gifts[0].metadata["order"], "98765");
    assert_eq!(stage.events_of("donation.completed").await.len(), 1);
}

async fn without_a_user_nobody_is_rewarded(stage: &mut Stage) {
    // A user of the donor's address is there, and is not meant.
    let body = json!({ "externalUserId": "ada", "email": "ada@example.org" });
    let request = stage.ours.signed_json("POST", "/v1/partner/users", &body);
    assert_eq!(request.send().await.status, 201);
    let session = stage.open_session(json!({ "currency": "USD" })).await;
    assert_eq!(stage.give_in(&session, &[]).await.status, 303);
    let gifts = stage.ours.call(&ListDonations::default()).await.data;
    assert_eq!(gifts[0].donation.reward_status, RewardStatus::NotEligible);
    assert_eq!(stage.count("jobs WHERE kind = 'reward'").await, 0);
    assert_eq!(stage.count("users").await, 1);
}

async fn without_the_feature_nobody_is_rewarded(stage: &mut Stage) {
    let user = stage.ours.call(&CreatePercentUser {}).await.data.id;
    stage
        .change_partner(|partner| partner.features.retain(|one| *one != Feature::Actions))
        .await;
    let fields = json!({ "userId": user, "currency": "USD" });
    let session = stage.open_session(fields).await;
    assert_eq!(stage.give_in(&session, &[]).await.status, 303);
    let gifts = stage.ours.call(&ListDonations::default()).await.data;
    assert_eq!(gifts[0].donation.reward_status, RewardStatus::NotEligible);
}

async fn the_receipts_address_holds_where_the_payment_tells_none(stage: &mut Stage) {
    let session = stage.open_session(json!({})).await;
    let checkout = checkout_of(stage, &session).await;
    let paid = stage
        .send_form(&checkout, card_form(&[("email", "")]))
        .await;
    assert_eq!(paid.status, 303, "{}", paid.text);
    let gifts = stage.ours.call(&ListDonations::default()).await.data;
    assert_eq!(gifts[0].donor.email.as_deref(), Some("ada@example.org"));
    let other = stage.open_session(json!({})).await;
    let checkout = checkout_of(stage, &other).await;
    let paid = stage
        .send_form(&checkout, card_form(&[("email", "grace@example.org")]))
        .await;
    assert_eq!(paid.status, 303, "{}", paid.text);
    let gifts = stage.ours.call(&ListDonations::default()).await.data;
    let to_grace = gifts
        .iter()
        .any(|gift| gift.donor.email.as_deref() == Some("grace@example.org"));
    assert!(to_grace, "{gifts:?}");
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

/// A page that takes no payment, and says why.
#[track_caller]
fn too_late(page: &Response) {
    assert_eq!(page.status, 409, "{}", page.text);
    assert!(page.text.contains("Nothing was charged"), "{}", page.text);
}

async fn of_two_tabs_one_gives(stage: &mut Stage) {
    let session = stage.open_session(json!({})).await;
    let one = checkout_of(stage, &session).await;
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

async fn an_expired_session_takes_nothing(stage: &mut Stage) {
    let session = stage.open_session(json!({})).await;
    let checkout = checkout_of(stage, &session).await;
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
    let checkout = checkout_of(stage, &session).await;
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
    checkout_of(stage, &session).await;
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
    checkout_of(stage, &session).await;
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

async fn an_unknown_page_is_not_found(stage: &mut Stage) {
    let id = stage.open_session(json!({})).await.id;
    for token in [id.as_str(), &"0".repeat(32), "%00", "%F0%9F%98%80", "a%2Fb"] {
        let page = stage.visit(&format!("/donate/{token}")).await;
        assert_eq!(page.status, 404, "{token}: {}", page.text);
        assert!(page.text.contains("<h1"), "{token}: {}", page.text);
    }
}

async fn no_script_and_no_frame(stage: &mut Stage) {
    let session = stage.open_session(json!({})).await;
    let page = stage.visit(&session.url).await;
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.contains("default-src 'none'"), "{policy}");
    assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
    assert!(!page.text.contains("<script"), "{}", page.text);
}
