//! The hosted form, for a page that only has a link.

use shared::donation::{DonationStatus, Provider};

use crate::stage::{NONPROFIT, Request, Response, Stage};

on_both_databases! {
    the_form_shows_to_whom_and_how_much_may_be_given,
    an_amount_of_the_link_is_chosen_already,
    a_form_that_is_sent_leads_to_the_checkout_of_its_gift,
    a_form_sent_twice_makes_one_gift,
    a_form_that_was_changed_in_between_makes_another_gift,
    a_wrong_amount_is_said_beside_its_field,
    a_wrong_address_is_said_beside_its_field,
    a_provider_that_takes_no_tips_is_offered_none,
    a_link_without_a_good_key_is_of_no_use,
    an_unknown_nonprofit_is_not_found,
    a_return_page_outside_the_allowed_origins_is_refused,
    a_form_of_another_page_is_refused,
    too_many_tries_are_told_to_wait,
    what_a_stranger_wrote_into_the_link_stays_text,
}

/// The request of the form of our key, with more in its query.
fn form(stage: &Stage, method: &str, query: &str) -> Request {
    let key = &stage.ours.keys.public;
    let path = format!("/give/{NONPROFIT}?key={key}{query}");
    stage.ours.client.request(method, &path)
}

async fn show(stage: &Stage, query: &str) -> Response {
    form(stage, "GET", query).send().await
}

async fn give(stage: &Stage, query: &str, fields: &str) -> Response {
    form(stage, "POST", query)
        .body("application/x-www-form-urlencoded", fields)
        .send()
        .await
}

/// The attempt that a form carries, so that it makes one gift.
fn attempt(page: &Response) -> &str {
    let (_, rest) = page.text.split_once("name=\"attempt\" value=\"").unwrap();
    rest.split_once('"').unwrap().0
}

async fn the_form_shows_to_whom_and_how_much_may_be_given(stage: &mut Stage) {
    let page = show(stage, "").await;
    assert_eq!(page.status, 200, "{}", page.text);
    let media_type = page.header("content-type").unwrap();
    assert!(media_type.starts_with("text/html"), "{media_type}");
    for text in [
        "River Trust",
        "Partner ours",
        "$10",
        "$25",
        "$50",
        "$100",
        "Monthly",
        "Add 10%",
    ] {
        assert!(page.text.contains(text), "{text} is not on the page");
    }
    for none in ["<script", "aria-invalid", "checked"] {
        let found = page.text.matches(none).count();
        // How often and whether to tip have an answer already.
        let expected = if none == "checked" { 2 } else { 0 };
        assert_eq!(found, expected, "{none} in {}", page.text);
    }
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
}

async fn an_amount_of_the_link_is_chosen_already(stage: &mut Stage) {
    let preset = show(stage, "&amount=25&frequency=monthly").await;
    assert!(
        preset.text.contains("value=\"25.00\" checked"),
        "{}",
        preset.text
    );
    assert!(preset.text.contains("value=\"monthly\" checked"));
    let typed = show(stage, "&amount=12.34").await;
    assert!(typed.text.contains("value=\"12.34\""), "{}", typed.text);
    let wrong = show(stage, "&amount=0.10").await;
    assert_eq!(wrong.status, 200);
    assert!(wrong.text.contains("amount-problem"), "{}", wrong.text);
}

async fn a_form_that_is_sent_leads_to_the_checkout_of_its_gift(stage: &mut Stage) {
    let fields = "preset=10.00&amount=12.50&frequency=monthly&tip=add&email=ada%40example.org";
    let query = "&successUrl=https%3A%2F%2Fexample.org%2Fthanks";
    let sent = give(stage, query, fields).await;
    assert_eq!(sent.status, 303, "{}", sent.text);
    let checkout = sent.header("location").unwrap();
    let (base, path) = checkout.split_once("/checkout/").unwrap();
    assert_eq!(base, stage.app().base_url);
    let page = stage
        .ours
        .client
        .request("GET", &format!("/checkout/{path}"));
    let page = page.send().await;
    for text in ["River Trust", "12.50", "13.75", "month", "ada@example.org"] {
        assert!(page.text.contains(text), "{text} is not at the checkout");
    }
    let made = stage.donations("PENDING").await;
    let [gift] = &made[..] else {
        panic!("{made:?}")
    };
    assert_eq!(stage.status(gift).await.status, DonationStatus::Pending);
}

async fn a_form_sent_twice_makes_one_gift(stage: &mut Stage) {
    let page = show(stage, "").await;
    let fields = format!("attempt={}&preset=25.00", attempt(&page));
    let (one, other) = tokio::join!(give(stage, "", &fields), give(stage, "", &fields));
    let again = give(stage, "", &fields).await;
    for sent in [&one, &other, &again] {
        assert_eq!(sent.status, 303, "{}", sent.text);
        assert_eq!(sent.header("location"), one.header("location"));
    }
    assert_eq!(stage.count("donations").await, 1);
    // Whoever opens the form anew gives anew.
    let page = show(stage, "").await;
    let anew = format!("attempt={}&preset=25.00", attempt(&page));
    assert_ne!(
        give(stage, "", &anew).await.header("location"),
        one.header("location")
    );
}

async fn a_form_that_was_changed_in_between_makes_another_gift(stage: &mut Stage) {
    let page = show(stage, "").await;
    let attempt = attempt(&page);
    let one = give(stage, "", &format!("attempt={attempt}&preset=25.00")).await;
    let other = give(stage, "", &format!("attempt={attempt}&preset=50.00")).await;
    assert_eq!((one.status, other.status), (303, 303));
    assert_ne!(one.header("location"), other.header("location"));
}

async fn a_wrong_amount_is_said_beside_its_field(stage: &mut Stage) {
    for amount in [
        "",
        "0",
        "-5",
        "0.10",
        "1.005",
        "1,00",
        "ten",
        "1e9",
        "99999999999",
    ] {
        let page = give(stage, "", &format!("amount={amount}&firstName=Ada")).await;
        assert_eq!(page.status, 422, "{amount:?}");
        assert_eq!(page.text.matches("aria-invalid").count(), 1, "{amount:?}");
        assert!(page.text.contains("id=\"amount-problem\""), "{amount:?}");
        let kept = [format!("value=\"{amount}\""), "value=\"Ada\"".to_owned()];
        for entered in kept {
            assert!(page.text.contains(&entered), "{entered} is lost");
        }
    }
    assert_eq!(stage.count("donations").await, 0);
}

async fn a_wrong_address_is_said_beside_its_field(stage: &mut Stage) {
    let page = give(stage, "", "amount=0&email=ada").await;
    assert_eq!(page.status, 422);
    for problem in ["amount-problem", "email-problem", "2 problems"] {
        assert!(page.text.contains(problem), "{problem} is not on the page");
    }
    assert_eq!(stage.count("donations").await, 0);
}

async fn a_provider_that_takes_no_tips_is_offered_none(stage: &mut Stage) {
    stage
        .change_partner(|partner| partner.config.providers = vec![Provider::EveryOrg])
        .await;
    let page = show(stage, "").await;
    assert_eq!(page.status, 200, "{}", page.text);
    assert!(!page.text.contains("name=\"tip\""), "{}", page.text);
    let sent = give(stage, "", "preset=25.00&tip=add").await;
    assert_eq!(sent.status, 303, "{}", sent.text);
    let made = stage.donations("PENDING").await;
    let [gift] = &made[..] else {
        panic!("{made:?}")
    };
    assert_eq!(stage.status(gift).await.provider, Provider::EveryOrg);
}

async fn a_link_without_a_good_key_is_of_no_use(stage: &mut Stage) {
    let secret = &stage.ours.keys.secret;
    let unknown = format!("pk_test_{}", "0".repeat(32));
    for key in [
        "",
        "key=",
        "key=x",
        &format!("key={unknown}"),
        &format!("key={secret}"),
    ] {
        for method in ["GET", "POST"] {
            let path = format!("/give/{NONPROFIT}?{key}");
            let request = stage.ours.client.request(method, &path);
            let fields = "preset=25.00";
            let page = match method {
                "POST" => request.body("application/x-www-form-urlencoded", fields),
                _ => request,
            };
            let page = page.send().await;
            assert_eq!(page.status, 400, "{method} {key}: {}", page.text);
            assert!(page.text.contains("incomplete or mistyped"), "{key}");
            assert!(!page.text.contains(secret.as_str()), "the secret is shown");
        }
    }
    assert_eq!(stage.count("donations").await, 0);
}

async fn an_unknown_nonprofit_is_not_found(stage: &mut Stage) {
    let key = &stage.ours.keys.public;
    for slug in ["nobody", "closed-house", "%00", "%F0%9F%98%80", "a%2Fb"] {
        let path = format!("/give/{slug}?key={key}");
        let page = stage.ours.client.request("GET", &path).send().await;
        assert_eq!(page.status, 404, "{slug}: {}", page.text);
        assert!(page.text.contains("<h1"), "{slug}: {}", page.text);
    }
}

async fn a_return_page_outside_the_allowed_origins_is_refused(stage: &mut Stage) {
    let allowed = ["https://example.org".to_owned()];
    stage.ours.keys = stage
        .limit_key(|key| key.allowed_origins = allowed.to_vec())
        .await;
    let to = |place: &str| format!("&amount=25&successUrl={place}");
    let good = to("https%3A%2F%2Fexample.org%2Fthanks");
    assert_eq!(show(stage, &good).await.status, 200);
    assert_eq!(give(stage, &good, "preset=25.00").await.status, 303);
    for place in ["https%3A%2F%2Fevil.example", "javascript%3Aalert(1)", "x"] {
        let query = to(place);
        for page in [
            show(stage, &query).await,
            give(stage, &query, "preset=25.00").await,
        ] {
            assert_eq!(page.status, 400, "{place}: {}", page.text);
            assert!(page.text.contains("successUrl"), "{}", page.text);
        }
    }
    assert_eq!(stage.count("donations").await, 1);
}

async fn a_form_of_another_page_is_refused(stage: &mut Stage) {
    let allowed = vec!["https://example.org".to_owned()];
    stage.ours.keys = stage.limit_key(|key| key.allowed_origins = allowed).await;
    let own = stage.app().base_url.clone();
    for (origin, status) in [
        (own.as_str(), 303),
        ("https://example.org", 303),
        ("https://evil.example", 403),
        ("null", 403),
    ] {
        let request = form(stage, "POST", "").header("origin", origin);
        let request = request.body("application/x-www-form-urlencoded", "preset=25.00");
        let page = request.send().await;
        assert_eq!(page.status, status, "{origin}: {}", page.text);
    }
}

async fn too_many_tries_are_told_to_wait(stage: &mut Stage) {
    stage
        .restart(|settings| settings.rate_limit_widget_address = 2)
        .await;
    assert_eq!(show(stage, "").await.status, 200);
    assert_eq!(give(stage, "", "preset=25.00").await.status, 303);
    for page in [show(stage, "").await, give(stage, "", "preset=25.00").await] {
        assert_eq!(page.status, 429);
        assert!(page.text.contains("Too many tries"), "{}", page.text);
        assert_eq!(page.number("retry-after"), 2400);
    }
    assert_eq!(stage.count("donations").await, 1);
    stage.pass_time(2400 * 1000);
    assert_eq!(show(stage, "").await.status, 200);
}

async fn what_a_stranger_wrote_into_the_link_stays_text(stage: &mut Stage) {
    let page = show(stage, "&amount=%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E").await;
    assert_eq!(page.status, 200);
    assert!(!page.text.contains("<script"), "{}", page.text);
    assert!(page.text.contains("&lt;script&gt;"), "{}", page.text);
    let fields = "amount=x&firstName=<script>";
    assert!(!give(stage, "", fields).await.text.contains("<script"));
}
