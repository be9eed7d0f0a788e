//! The page of a session, from its address to the receipt.

use serde_json::json;
use shared::Feature;
use shared::donation::{ListDonations, RewardStatus};
use shared::locale::Locale;
use shared::money::Tokens;
use shared::percent::{CreatePercentUser, DonationSession, DonationSessionStatus};
use shared::user::GetUserBalance;

use crate::stage::{HOUR_MS, Stage, card_form};

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
    an_unknown_page_is_not_found,
    no_script_and_no_frame,
    the_page_speaks_the_language_of_the_session,
    every_language_has_its_page,
    a_gift_has_a_receipt_in_the_language_of_the_session,
    too_many_gifts_from_one_address_are_told_to_wait,
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
    let page = stage.visit(&stage.checkout_of(&session).await).await;
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
    let checkout = stage.checkout_of(&session).await;
    let paid = stage
        .send_form(&checkout, card_form(&[("email", "")]))
        .await;
    assert_eq!(paid.status, 303, "{}", paid.text);
    let gifts = stage.ours.call(&ListDonations::default()).await.data;
    assert_eq!(gifts[0].donor.email.as_deref(), Some("ada@example.org"));
    let other = stage.open_session(json!({})).await;
    let checkout = stage.checkout_of(&other).await;
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

async fn the_page_speaks_the_language_of_the_session(stage: &mut Stage) {
    let session = stage.open_session(json!({ "language": "de-AT" })).await;
    let page = stage.visit(&session.url).await;
    for text in [
        "<html lang=\"de-AT\"",
        "Währung",
        "Weiter zur Zahlung",
        "name=\"currency\" value=\"EUR\"",
    ] {
        assert!(page.text.contains(text), "{text} is not on {}", page.text);
    }
    // An amount is typed as it is there.
    let chosen = stage.choose_in(&session, &[("amount", "12,50")]).await;
    assert_eq!(chosen.status, 303, "{}", chosen.text);
    let gifts = stage.ours.call(&ListDonations::default()).await.data;
    assert_eq!(gifts[0].donation.amount.0, 1250);
    let checkout = stage.visit(chosen.header("location").unwrap()).await;
    assert!(
        checkout.text.contains("<html lang=\"de-AT\""),
        "{}",
        checkout.text
    );
    let wrong = stage.choose_in(&session, &[("amount", "0")]).await;
    assert!(wrong.text.contains("Betrag"), "{}", wrong.text);
}

async fn every_language_has_its_page(stage: &mut Stage) {
    for locale in Locale::ALL {
        let session = stage.open_session(json!({ "language": locale })).await;
        let page = stage.visit(&session.url).await;
        assert_eq!(page.status, 200, "{locale}: {}", page.text);
        assert!(
            page.text.contains(&format!("<html lang=\"{locale}\"")),
            "{locale}"
        );
        let currency = format!("name=\"currency\" value=\"{}\"", locale.currency());
        assert!(page.text.contains(&currency), "{locale}: {}", page.text);
    }
}

async fn a_gift_has_a_receipt_in_the_language_of_the_session(stage: &mut Stage) {
    let session = stage
        .open_session(json!({ "language": "fr-FR", "currency": "EUR" }))
        .await;
    let checkout = stage.checkout_of(&session).await;
    let paid = stage
        .send_form(&checkout, card_form(&[("email", "")]))
        .await;
    assert_eq!(paid.status, 303, "{}", paid.text);
    let again = stage.send_form(&checkout, card_form(&[])).await;
    assert_eq!(again.status, 303, "{}", again.text);
    let letters = stage.letters(1).await;
    for text in [
        "To: <ada@example.org>",
        "River Trust",
        "25,00",
        "53-0196605",
        "10 mai 2025",
    ] {
        assert!(letters[0].contains(text), "{text} is not in {}", letters[0]);
    }
}

async fn too_many_gifts_from_one_address_are_told_to_wait(stage: &mut Stage) {
    stage
        .restart(|settings| settings.rate_limit_widget_address = 2)
        .await;
    let session = stage.open_session(json!({ "language": "de-DE" })).await;
    for amount in ["20", "21"] {
        let chosen = stage.choose_in(&session, &[("amount", amount)]).await;
        assert_eq!(chosen.status, 303, "{}", chosen.text);
    }
    let refused = stage.choose_in(&session, &[("amount", "22")]).await;
    assert_eq!((refused.status, refused.number("retry-after")), (429, 2400));
    assert!(
        refused.text.contains("<html lang=\"de-DE\""),
        "{}",
        refused.text
    );
    assert_eq!(stage.count("donations").await, 2);
    // The page itself is still shown.
    assert_eq!(stage.visit(&session.url).await.status, 200);
    stage.pass_time(HOUR_MS);
    let chosen = stage.choose_in(&session, &[("amount", "22")]).await;
    assert_eq!(chosen.status, 303, "{}", chosen.text);
}
