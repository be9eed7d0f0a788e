//! The pages of a gift speak the donor's language, from the form to the thanks.

use serde_json::{Value, json};
use server::locale::words::fill;
use server::locale::{Locale, Words, money, words};
use shared::donation::DonationLink;
use shared::money::Minor;

use crate::stage::{DAY_MS, NONPROFIT, Request, Response, Stage, card_form};

on_both_databases! {
    every_locale_has_a_checkout_and_a_thank_you,
    every_locale_has_a_form,
    a_gift_is_shown_as_its_locale_writes_it,
    a_browser_is_answered_in_its_language_where_the_link_names_none,
    a_language_that_is_not_here_is_left_to_the_browser,
    the_hosted_form_hands_its_locale_on,
    a_form_that_names_no_locale_speaks_the_partners,
    an_amount_is_typed_as_the_locale_writes_it,
    what_is_wrong_is_said_in_the_donors_language,
    what_is_refused_is_refused_in_the_donors_language,
    a_link_that_is_over_says_so_in_its_language,
    a_locale_that_is_no_tag_is_refused,
}

const FORM: &str = "application/x-www-form-urlencoded";

fn checkout(stage: &Stage, method: &str, link: &DonationLink) -> Request {
    let (_, token) = link.donation_link.rsplit_once('/').unwrap();
    let path = format!("/checkout/{token}");
    stage.ours.client.request(method, &path)
}

async fn pay_with(stage: &Stage, link: &DonationLink, changes: &[(&str, &str)]) -> Response {
    let request = checkout(stage, "POST", link).body(FORM, card_form(changes));
    request.send().await
}

fn form(stage: &Stage, method: &str, query: &str) -> Request {
    let key = &stage.ours.keys.public;
    let path = format!("/give/{NONPROFIT}?key={key}{query}");
    stage.ours.client.request(method, &path)
}

/// The page is whole and says these.
fn assert_says(page: &Response, locale: Locale, sentences: &[&str]) {
    let open = format!("<html lang=\"{locale}\" dir=\"ltr\">");
    assert!(page.text.contains(&open), "{locale}: {}", page.text);
    assert!(!page.text.contains(['{', '}']), "{locale}: {}", page.text);
    for sentence in sentences {
        assert!(
            page.text.contains(sentence),
            "{locale}: {sentence} is not in {}",
            page.text
        );
    }
}

async fn every_locale_has_a_checkout_and_a_thank_you(stage: &mut Stage) {
    for locale in Locale::ALL.iter().copied() {
        let (currency, words) = (locale.currency(), words(locale));
        let amount = Minor(currency.min().0 * 25);
        let gift = json!({
            "amount": amount, "currency": currency, "locale": locale, "frequency": "monthly", "tipPercent": 10,
        });
        let link = stage.create_link_with(gift).await;
        let page = checkout(stage, "GET", &link).send().await;
        let Words {
            sandbox_note,
            your_details,
            email,
            optional,
            card_number,
            cancel,
            your_gift_to,
            tip,
            total,
            how_often,
            monthly,
            test_cards,
            ..
        } = *words;
        let written = money::written(locale, amount, currency);
        assert_says(
            &page,
            locale,
            &[
                sandbox_note,
                your_details,
                email,
                optional,
                card_number,
                cancel,
                your_gift_to,
                tip,
                total,
                how_often,
                monthly,
                test_cards,
                &written,
            ],
        );
        let paid = pay_with(stage, &link, &[]).await;
        assert_eq!(paid.status, 303, "{locale}: {}", paid.text);
        let thanks = paid.header("location").unwrap();
        let thanks = stage.ours.client.request("GET", thanks).send().await;
        assert_says(&thanks, locale, &[words.thank_you, &written]);
    }
}

async fn every_locale_has_a_form(stage: &mut Stage) {
    for locale in Locale::ALL.iter().copied() {
        let words = words(locale);
        let page = form(stage, "GET", &format!("&locale={locale}"))
            .send()
            .await;
        let amount_in = fill(words.amount_in, &[("currency", "USD")]);
        let says = [words.continue_to_payment, words.once, &amount_in];
        assert_says(&page, locale, &says);
        assert_eq!(page.status, 200);
    }
}

async fn a_gift_is_shown_as_its_locale_writes_it(stage: &mut Stage) {
    for (locale, currency, pay) in [
        ("de-DE", "EUR", "1.234,50\u{a0}€ zahlen"),
        ("de-ch", "CHF", "CHF\u{a0}1'234.50 zahlen"),
        ("fr-CA", "USD", "Payer 1\u{a0}234,50\u{a0}$\u{a0}US"),
        ("es-ES", "EUR", "Pagar 1234,50\u{a0}€"),
        ("en-IE", "EUR", "Pay €1,234.50"),
    ] {
        let gift = json!({ "amount": 123_450, "currency": currency, "locale": locale });
        let link = stage.create_link_with(gift).await;
        let page = checkout(stage, "GET", &link).send().await;
        assert_says(&page, Locale::matching(locale).unwrap(), &[pay]);
    }
}

async fn a_browser_is_answered_in_its_language_where_the_link_names_none(stage: &mut Stage) {
    let link = stage.create_link().await;
    let asks = |languages| checkout(stage, "GET", &link).header("accept-language", languages);
    let page = asks("xx, ko-KR;q=0.9, en;q=0.8").send().await;
    assert_says(&page, Locale::KoKr, &["US$25.00 결제하기"]);
    let none = asks("xx").send().await;
    assert_says(&none, Locale::EnUs, &["Pay $25.00"]);
    let other = stage.create_link_with(json!({ "locale": "sv-SE" })).await;
    let page = checkout(stage, "GET", &other).header("accept-language", "ko");
    assert_says(&page.send().await, Locale::SvSe, &["Betala 25,00\u{a0}US$"]);
}

async fn a_language_that_is_not_here_is_left_to_the_browser(stage: &mut Stage) {
    let link = stage.create_link_with(json!({ "locale": "ar-SA" })).await;
    let page = checkout(stage, "GET", &link).header("accept-language", "ms");
    assert_says(&page.send().await, Locale::MsMy, &["Bayar USD\u{a0}25.00"]);
}

async fn the_hosted_form_hands_its_locale_on(stage: &mut Stage) {
    let query = "&locale=fr-ca&amount=12.5";
    let page = form(stage, "GET", query).header("accept-language", "de");
    let page = page.send().await;
    assert_says(&page, Locale::FrCa, &["Courriel", "value=\"12,5\""]);
    let fields = "amount=12,50&frequency=monthly";
    let sent = form(stage, "POST", query).header("accept-language", "de");
    let sent = sent.body(FORM, fields).send().await;
    assert_eq!(sent.status, 303, "{}", sent.text);
    let place = sent.header("location").unwrap();
    let path = place.strip_prefix(&stage.app().base_url).unwrap();
    let page = stage.ours.client.request("GET", path);
    let page = page.header("accept-language", "de").send().await;
    let pay = "Payer 12,50\u{a0}$\u{a0}US par mois";
    assert_says(&page, Locale::FrCa, &[pay]);
}

async fn a_form_that_names_no_locale_speaks_the_partners(stage: &mut Stage) {
    let changed = stage
        .ours
        .signed_json("PATCH", "/v1/partner/config", &json!({ "locale": "ja" }));
    changed.send().await.answer::<Value>(200);
    let page = form(stage, "GET", "").send().await;
    assert_says(&page, Locale::JaJp, &["お支払いへ進む"]);
    let place = |field: &str| page.text.find(&format!("name=\"{field}\"")).unwrap();
    assert!(place("lastName") < place("firstName"), "{}", page.text);
    let page = form(stage, "GET", "").header("accept-language", "nl-BE");
    assert_says(
        &page.send().await,
        Locale::NlNl,
        &["Verder naar de betaling"],
    );
}

async fn an_amount_is_typed_as_the_locale_writes_it(stage: &mut Stage) {
    let give = async |amount: &str| {
        let query = "&locale=de-DE&currency=EUR";
        let fields = format!("amount={amount}");
        form(stage, "POST", query).body(FORM, fields).send().await
    };
    for amount in ["12,50", "12.50", "12,5+€", "12"] {
        assert_eq!(give(amount).await.status, 303, "{amount}");
    }
    for amount in ["1.000", "1.000,00", "1,000", "12,50,00", "zehn"] {
        let page = give(amount).await;
        assert_eq!(page.status, 422, "{amount}");
        let reason = "von 1,00\u{a0}€ bis 999.999,99\u{a0}€ ein, zum Beispiel 25.";
        assert_says(&page, Locale::DeDe, &[reason]);
    }
    assert_eq!(stage.count("donations WHERE amount = 1250").await, 3);
    assert_eq!(stage.count("donations").await, 4);
}

async fn what_is_wrong_is_said_in_the_donors_language(stage: &mut Stage) {
    let link = stage.create_link_with(json!({ "locale": "pl-PL" })).await;
    let long = "x".repeat(101);
    let wrong = [("firstName", long.as_str()), ("expiry", "04/25")];
    let page = pay_with(stage, &link, &wrong).await;
    let says = [
        "Błędy: 2 – Darowizna dla: River Trust",
        "Proszę wpisać najwyżej 100 znaków.",
        "Ta karta straciła ważność.",
    ];
    assert_says(&page, Locale::PlPl, &says);
    let page = pay_with(stage, &link, &[("card", "4000000000000002")]).await;
    assert_eq!(page.status, 402);
    assert_says(
        &page,
        Locale::PlPl,
        &["1 błąd – ", "Bank odrzucił tę kartę."],
    );
    let page = pay_with(stage, &link, &[("card", "4000002500003155")]).await;
    let step = "Bank prosi o potwierdzenie tej płatności";
    assert_says(&page, Locale::PlPl, &[step, "Potwierdź", "Odrzuć"]);
    let page = form(stage, "POST", "&locale=cs-CZ").body(FORM, "amount=0&email=ada");
    let says = ["Chyby: 2", "Zadejte e-mailovou adresu"];
    assert_says(&page.send().await, Locale::CsCz, &says);
}

async fn what_is_refused_is_refused_in_the_donors_language(stage: &mut Stage) {
    let ask = |path: &str, languages| {
        let request = stage.ours.client.request("GET", path);
        request.header("accept-language", languages).send()
    };
    let unknown = ask("/checkout/nobody", "tr").await;
    assert_eq!(unknown.status, 404);
    let says = [
        "Burada bir şey yok",
        "Bu bağlantının ardında bir ödeme yok.",
    ];
    assert_says(&unknown, Locale::TrTr, &says);
    let mistyped = ask(&format!("/give/{NONPROFIT}?key=x&locale=it"), "tr").await;
    assert_eq!(mistyped.status, 400);
    assert_says(&mistyped, Locale::ItIt, &["incompleto o scritto male"]);
    let key = &stage.ours.keys.public;
    let unlisted = ask(&format!("/give/nobody?key={key}"), "hu").await;
    assert_eq!(unlisted.status, 404);
    assert_says(&unlisted, Locale::HuHu, &["nem ismert adományokat fogadó"]);
    let currency = form(stage, "GET", "&currency=XXX&locale=ro").send().await;
    assert_eq!(currency.status, 400);
    assert_says(&currency, Locale::RoRo, &["nu este acceptată aici"]);
    let page = form(stage, "POST", "&locale=da").body(FORM, vec![b'x'; 17 << 10]);
    let large = page.send().await;
    assert_eq!(large.status, 413);
    assert_says(&large, Locale::DaDk, &["Noget gik galt."]);
}

async fn a_link_that_is_over_says_so_in_its_language(stage: &mut Stage) {
    let link = stage.create_link_with(json!({ "locale": "vi-VN" })).await;
    let (_, token) = link.donation_link.rsplit_once('/').unwrap();
    let path = format!("/checkout/{token}/cancelled");
    let left = stage.ours.client.request("GET", &path).send().await;
    assert_says(&left, Locale::ViVn, &["Chưa có khoản nào bị trừ"]);
    stage.pass_time(DAY_MS);
    let page = checkout(stage, "GET", &link).send().await;
    assert_says(&page, Locale::ViVn, &["Liên kết này đã hết hạn"]);
}

async fn a_locale_that_is_no_tag_is_refused(stage: &mut Stage) {
    let body = json!({ "nonprofitSlug": NONPROFIT, "amount": 2500, "locale": "en_US" });
    let request = stage
        .ours
        .widget("POST", "/v1/partner/donations/create-link");
    request.json(&body).send().await.refused_field("locale");
    for method in ["GET", "POST"] {
        let request = form(stage, method, "&locale=en_US").header("accept-language", "id");
        let request = match method {
            "POST" => request.body(FORM, "preset=25.00"),
            _ => form(stage, method, "&amount=25&locale=en_US").header("accept-language", "id"),
        };
        let page = request.send().await;
        assert_eq!(page.status, 400, "{method}: {}", page.text);
        let says = ["locale must be a language tag such as en-US"];
        assert_says(&page, Locale::IdId, &says);
    }
    assert_eq!(stage.count("donations").await, 0);
}
