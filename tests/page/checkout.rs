//! The bundled gateway: a link leads to a form, the form to a payment.

use futures_util::future::join_all;
use serde_json::{Value, json};
use shared::donation::{DonationLink, DonationStatus, RewardStatus};
use shared::money::Tokens;

use crate::stage::{DAY_MS, Response, Stage, card_form};

on_both_databases! {
    a_donor_pays_and_is_rewarded,
    the_form_shows_what_is_paid_to_whom,
    what_the_link_knows_of_the_donor_is_filled_in,
    the_donors_own_word_counts_over_the_links,
    a_paid_donor_returns_to_the_page_of_the_link,
    a_donor_who_leaves_returns_with_the_gift_pending,
    a_declined_card_leaves_the_gift_pending_and_can_be_replaced,
    a_card_that_asks_for_a_step_pays_when_it_is_confirmed,
    a_refused_step_leaves_the_gift_pending,
    a_card_that_is_no_test_card_is_refused,
    wrong_fields_are_said_beside_them,
    a_gift_without_an_email_is_taken_and_earns_nothing,
    a_form_sent_twice_is_booked_once,
    a_form_sent_sixty_four_times_at_once_is_booked_once,
    an_expired_link_takes_no_payment,
    an_unknown_link_is_not_found,
    a_name_that_is_html_stays_text,
    no_page_of_the_gateway_may_be_framed,
    production_has_no_gateway,
}

fn path(link: &DonationLink) -> String {
    let (_, token) = link.donation_link.rsplit_once('/').unwrap();
    format!("/checkout/{token}")
}

async fn show(stage: &Stage, link: &DonationLink) -> Response {
    stage.ours.client.request("GET", &path(link)).send().await
}

async fn pay_with(stage: &Stage, link: &DonationLink, changes: &[(&str, &str)]) -> Response {
    let request = stage.ours.client.request("POST", &path(link));
    let form = card_form(changes);
    request
        .body("application/x-www-form-urlencoded", form)
        .send()
        .await
}

async fn assert_pending(stage: &Stage, link: &DonationLink) {
    let gift = stage.status(&link.partner_donation_id).await;
    assert_eq!(gift.status, DonationStatus::Pending);
    assert!(stage.events_of("donation.completed").await.is_empty());
}

async fn a_donor_pays_and_is_rewarded(stage: &mut Stage) {
    let link = stage.create_link().await;
    assert_eq!(show(stage, &link).await.status, 200);
    assert_pending(stage, &link).await;
    let paid = pay_with(stage, &link, &[]).await;
    assert_eq!(paid.status, 303);
    let thanks = stage
        .ours
        .client
        .request("GET", paid.header("location").unwrap())
        .send()
        .await;
    assert_eq!(thanks.status, 200);
    let gift = stage.settled(&link.partner_donation_id).await;
    assert_eq!(
        (gift.status, gift.reward_status),
        (DonationStatus::Completed, RewardStatus::Awarded)
    );
    assert_eq!(gift.tokens_awarded, Tokens(25));
    let users = stage
        .ours
        .signed("GET", "/v1/partner/users?email=ada@example.org")
        .send()
        .await;
    let user = &users.json()["data"][0];
    assert_eq!(
        (&user["firstName"], &user["lastName"]),
        (&json!("Ada"), &json!("Lovelace"))
    );
}

async fn the_form_shows_what_is_paid_to_whom(stage: &mut Stage) {
    let link = stage
        .create_link_with(json!({ "tipAmount": 250, "frequency": "monthly" }))
        .await;
    let page = show(stage, &link).await;
    assert!(
        page.header("content-type")
            .unwrap()
            .starts_with("text/html")
    );
    for text in [
        "River Trust",
        "25.00",
        "2.50",
        "27.50",
        "month",
        "4242 4242 4242 4242",
    ] {
        assert!(page.text.contains(text), "{text} is not on the page");
    }
    assert!(
        !page.text.contains("<script"),
        "it works without JavaScript"
    );
}

async fn what_the_link_knows_of_the_donor_is_filled_in(stage: &mut Stage) {
    let donor =
        json!({ "donorEmail": "grace@example.org", "firstName": "Grace", "lastName": "Hopper" });
    let page = show(stage, &stage.create_link_with(donor).await).await;
    for text in ["grace@example.org", "Grace", "Hopper"] {
        assert!(
            page.text.contains(&format!("value=\"{text}\"")),
            "{text} is not filled in"
        );
    }
}

async fn the_donors_own_word_counts_over_the_links(stage: &mut Stage) {
    let link = stage
        .create_link_with(json!({ "donorEmail": "grace@example.org" }))
        .await;
    pay_with(stage, &link, &[("email", "ada@example.org")]).await;
    stage.settled(&link.partner_donation_id).await;
    let users: Value = stage
        .ours
        .signed("GET", "/v1/partner/users")
        .send()
        .await
        .answer(200);
    assert_eq!(users["data"][0]["email"], "ada@example.org");
    assert_eq!(users["pagination"]["total"], 1);
}

async fn a_paid_donor_returns_to_the_page_of_the_link(stage: &mut Stage) {
    let page = "https://example.org/thanks?a=b&status=mine#end";
    let link = stage.create_link_with(json!({ "successUrl": page })).await;
    let paid = pay_with(stage, &link, &[]).await;
    let id = &link.partner_donation_id;
    let place =
        format!("https://example.org/thanks?a=b&partnerDonationId={id}&status=complete#end");
    assert_eq!(
        (paid.status, paid.header("location")),
        (303, Some(place.as_str()))
    );
    // So does whoever opens a paid link again.
    assert_eq!(
        show(stage, &link).await.header("location"),
        Some(place.as_str())
    );
}

async fn a_donor_who_leaves_returns_with_the_gift_pending(stage: &mut Stage) {
    let link = stage
        .create_link_with(json!({ "cancelUrl": "https://example.org/back" }))
        .await;
    let id = &link.partner_donation_id;
    let back = format!("https://example.org/back?partnerDonationId={id}&amp;status=cancelled");
    assert!(show(stage, &link).await.text.contains(&back));
    let plain = stage.create_link().await;
    let cancelled = stage
        .ours
        .client
        .request("GET", &format!("{}/cancelled", path(&plain)));
    assert_eq!(cancelled.send().await.status, 200);
    assert_pending(stage, &plain).await;
}

async fn a_declined_card_leaves_the_gift_pending_and_can_be_replaced(stage: &mut Stage) {
    let link = stage.create_link().await;
    let declined = pay_with(stage, &link, &[("card", "4000 0000 0000 0002")]).await;
    assert_eq!(declined.status, 402);
    assert!(declined.text.contains("declined") && declined.text.contains("ada@example.org"));
    assert!(
        !declined.text.contains("value=\"4000"),
        "a card's number is never sent back"
    );
    assert_pending(stage, &link).await;
    assert_eq!(pay_with(stage, &link, &[]).await.status, 303);
    assert_eq!(
        stage
            .settled(&link.partner_donation_id)
            .await
            .tokens_awarded,
        Tokens(25)
    );
}

const ASKS: (&str, &str) = ("card", "4000002500003155");

async fn a_card_that_asks_for_a_step_pays_when_it_is_confirmed(stage: &mut Stage) {
    let link = stage.create_link().await;
    assert_eq!(pay_with(stage, &link, &[ASKS]).await.status, 200);
    assert_pending(stage, &link).await;
    assert_eq!(
        pay_with(stage, &link, &[("card", ""), ("step", "confirm")])
            .await
            .status,
        303
    );
    assert_eq!(
        stage
            .settled(&link.partner_donation_id)
            .await
            .tokens_awarded,
        Tokens(25)
    );
}

async fn a_refused_step_leaves_the_gift_pending(stage: &mut Stage) {
    let link = stage.create_link().await;
    pay_with(stage, &link, &[ASKS]).await;
    assert_eq!(
        pay_with(stage, &link, &[("card", ""), ("step", "refuse")])
            .await
            .status,
        402
    );
    assert_pending(stage, &link).await;
}

async fn a_card_that_is_no_test_card_is_refused(stage: &mut Stage) {
    let link = stage.create_link().await;
    for card in [
        "5555 5555 5555 4444",
        "4111111111111111",
        "4242",
        "x",
        "4242 4242 4242 4241",
    ] {
        assert_eq!(
            pay_with(stage, &link, &[("card", card)]).await.status,
            422,
            "{card}"
        );
    }
    assert_pending(stage, &link).await;
}

async fn wrong_fields_are_said_beside_them(stage: &mut Stage) {
    let link = stage.create_link().await;
    for (field, wrong) in [
        ("email", "ada"),
        ("firstName", "A\0"),
        ("card", ""),
        ("expiry", "04/25"),
        ("expiry", "13/30"),
        ("code", "12"),
    ] {
        let page = pay_with(stage, &link, &[(field, wrong)]).await;
        assert_eq!(page.status, 422, "{field} {wrong:?}");
        assert!(page.text.contains("aria-invalid"), "{field} {wrong:?}");
    }
    assert_pending(stage, &link).await;
}

async fn a_gift_without_an_email_is_taken_and_earns_nothing(stage: &mut Stage) {
    let link = stage.create_link().await;
    assert_eq!(pay_with(stage, &link, &[("email", "")]).await.status, 303);
    let gift = stage.status(&link.partner_donation_id).await;
    assert_eq!(gift.status, DonationStatus::Completed);
    assert_eq!(gift.reward_status, RewardStatus::NotEligible);
}

async fn a_form_sent_twice_is_booked_once(stage: &mut Stage) {
    let link = stage.create_link().await;
    let first = pay_with(stage, &link, &[]).await;
    let again = pay_with(stage, &link, &[("email", "eve@example.org")]).await;
    assert_eq!(
        (again.status, again.header("location")),
        (303, first.header("location"))
    );
    stage.settled(&link.partner_donation_id).await;
    assert_eq!(stage.count("users").await, 1);
    assert_eq!(stage.events_of("donation.completed").await.len(), 1);
}

async fn a_form_sent_sixty_four_times_at_once_is_booked_once(stage: &mut Stage) {
    let link = stage.create_link().await;
    for answer in join_all((0..64).map(|_| pay_with(stage, &link, &[]))).await {
        assert_eq!(answer.status, 303, "{}", answer.text);
    }
    assert_eq!(
        stage
            .settled(&link.partner_donation_id)
            .await
            .tokens_awarded,
        Tokens(25)
    );
    assert_eq!(stage.events_of("donation.completed").await.len(), 1);
    assert_eq!(stage.count("transactions WHERE type = 'CREDIT'").await, 1);
}

async fn an_expired_link_takes_no_payment(stage: &mut Stage) {
    let link = stage.create_link().await;
    stage.pass_time(DAY_MS);
    let page = pay_with(stage, &link, &[]).await;
    assert!(page.text.contains("expired"), "{}", page.text);
    let gift = stage.status(&link.partner_donation_id).await;
    assert_eq!(gift.status, DonationStatus::Expired);
    assert!(stage.events_of("donation.completed").await.is_empty());
}

async fn an_unknown_link_is_not_found(stage: &mut Stage) {
    let id = stage.create_link().await.partner_donation_id;
    for token in [id.as_str(), &"0".repeat(32), "%00", "%F0%9F%98%80", "a%2Fb"] {
        for path in [format!("/checkout/{token}"), format!("/thanks/{token}")] {
            let page = stage.ours.client.request("GET", &path).send().await;
            assert_eq!(page.status, 404, "{path}: {}", page.text);
        }
    }
}

async fn a_name_that_is_html_stays_text(stage: &mut Stage) {
    let name = "<script>alert(1)</script>\"'";
    let link = stage.create_link_with(json!({ "firstName": name })).await;
    let shown = show(stage, &link).await;
    let sent_back = pay_with(stage, &link, &[("firstName", name), ("code", "x")]).await;
    for page in [shown, sent_back] {
        assert!(!page.text.contains("<script"), "{}", page.text);
        assert!(page.text.contains("&lt;script&gt;"));
    }
}

async fn no_page_of_the_gateway_may_be_framed(stage: &mut Stage) {
    let link = stage.create_link().await;
    let page = show(stage, &link).await;
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
    assert!(policy.contains("default-src 'none'"), "{policy}");
    assert_eq!(page.header("access-control-allow-origin"), None);
    assert_eq!(page.header("cache-control"), Some("no-store"));
}

async fn production_has_no_gateway(stage: &mut Stage) {
    let link = stage.create_link().await;
    stage.turn_to_production().await;
    assert_eq!(show(stage, &link).await.status, 404);
    assert_eq!(pay_with(stage, &link, &[]).await.status, 404);
}
