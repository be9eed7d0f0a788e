//! Each gift that was paid by somebody with an address has one receipt.

use futures_util::future::join_all;
use serde_json::json;
use shared::donation::DonationLink;
use shared::id::DonationId;

use crate::stage::{HOUR_MS, Response, Stage, card_form};

on_both_databases! {
    a_receipt_tells_what_was_given_to_whom_and_when,
    a_receipt_is_in_the_language_in_which_was_paid,
    a_gift_without_a_locale_has_a_receipt_in_english,
    a_gift_without_an_email_has_no_receipt,
    a_form_sent_sixteen_times_at_once_has_one_receipt,
    a_declined_card_has_no_receipt,
    a_name_cannot_add_a_header,
    a_receipt_that_a_killed_process_left_is_sent,
    a_donor_who_was_forgotten_gets_none,
    the_outbox_shows_receipts,
}

async fn pay(stage: &Stage, link: &DonationLink, languages: &str) -> Response {
    pay_with(stage, link, (languages, &[])).await
}

async fn pay_with(
    stage: &Stage,
    link: &DonationLink,
    (languages, changes): (&str, &[(&str, &str)]),
) -> Response {
    let (_, token) = link.donation_link.rsplit_once('/').unwrap();
    let path = format!("/checkout/{token}");
    let request = stage.ours.client.request("POST", &path);
    request
        .header("accept-language", languages)
        .body("application/x-www-form-urlencoded", card_form(changes))
        .send()
        .await
}

fn assert_has(letter: &str, lines: &[&str]) {
    for line in lines {
        assert!(
            letter.lines().any(|known| known == *line),
            "{line} is no line of {letter}"
        );
    }
}

async fn a_receipt_tells_what_was_given_to_whom_and_when(stage: &mut Stage) {
    let gift = json!({
        "amount": 123_450, "currency": "EUR", "tipAmount": 250, "frequency": "monthly", "locale": "de-AT",
        "donorEmail": "grace@example.org",
    });
    let link = stage.create_link_with(gift).await;
    assert_eq!(pay(stage, &link, "tr").await.status, 303);
    let letters = stage.letters(1).await;
    assert_has(
        &letters[0],
        &[
            "To: <ada@example.org>",
            "Subject: Quittung für Ihre Spende an River Trust",
            "Content-Language: de-AT",
            "Guten Tag Ada Lovelace,",
            "Organisation: River Trust",
            "EIN (US-Steuernummer): 53-0196605",
            "Spende: €\u{a0}1.234,50",
            "Trinkgeld: €\u{a0}2,50",
            "Summe: €\u{a0}1.237,00",
            "Wie oft: Monatlich",
            "Datum: 10. Mai 2025",
            &format!("Quittungsnummer: {}", link.partner_donation_id),
            "Für diese Spende wurden keine Waren oder Dienstleistungen als Gegenleistung erbracht.",
            "Über Partner ours",
            "Sandbox – Keine echte Karte, kein echtes Geld.",
        ],
    );
}

async fn a_receipt_is_in_the_language_in_which_was_paid(stage: &mut Stage) {
    let link = stage.create_link().await;
    assert_eq!(pay(stage, &link, "th").await.status, 303);
    // Whoever looks at the thanks in another language changes nothing.
    let (_, token) = link.donation_link.rsplit_once('/').unwrap();
    let thanks = stage
        .ours
        .client
        .request("GET", &format!("/thanks/{token}"));
    let thanks = thanks.header("accept-language", "de").send().await;
    assert!(thanks.text.contains("lang=\"th-TH\""), "{}", thanks.text);
    let letters = stage.letters(1).await;
    assert_has(
        &letters[0],
        &[
            "เรียน คุณAda Lovelace",
            "เงินบริจาค: US$25.00",
            "วันที่: 10 พฤษภาคม 2568",
        ],
    );
    assert!(!letters[0].contains("ทิป"), "{}", letters[0]);
}

async fn a_gift_without_a_locale_has_a_receipt_in_english(stage: &mut Stage) {
    let link = stage.create_link().await;
    stage
        .pay(&link.partner_donation_id, Some("ada@example.org"))
        .await;
    let letters = stage.letters(1).await;
    assert_has(
        &letters[0],
        &[
            "Dear Ada Lovelace,",
            "Gift: $25.00",
            "EIN: 53-0196605",
            "Date: May 10, 2025",
            "No goods or services were provided in exchange for this gift.",
        ],
    );
}

async fn a_gift_without_an_email_has_no_receipt(stage: &mut Stage) {
    let link = stage.create_link().await;
    let sent = pay_with(stage, &link, ("en", &[("email", "")])).await;
    assert_eq!(sent.status, 303);
    assert!(stage.letters(0).await.is_empty());
}

async fn a_form_sent_sixteen_times_at_once_has_one_receipt(stage: &mut Stage) {
    let link = stage.create_link().await;
    for sent in join_all((0..16).map(|_| pay(stage, &link, "en"))).await {
        assert_eq!(sent.status, 303, "{}", sent.text);
    }
    stage.letters(1).await;
    stage
        .pay(&link.partner_donation_id, Some("eve@example.org"))
        .await;
    let letters = stage.letters(1).await;
    assert_has(&letters[0], &["To: <ada@example.org>"]);
}

async fn a_declined_card_has_no_receipt(stage: &mut Stage) {
    let link = stage.create_link().await;
    let declined = [("card", "4000 0000 0000 0002")];
    let sent = pay_with(stage, &link, ("en", &declined)).await;
    assert_eq!(sent.status, 402);
    assert!(stage.letters(0).await.is_empty());
}

async fn a_name_cannot_add_a_header(stage: &mut Stage) {
    stage
        .change_rows("UPDATE organizations SET name = 'River\r\nBcc: <eve@example.org>'")
        .await;
    let link = stage.create_link().await;
    assert_eq!(pay(stage, &link, "en").await.status, 303);
    let letters = stage.letters(1).await;
    let (head, _) = letters[0].split_once("\r\n\r\n").unwrap();
    assert!(!head.lines().any(|line| line.starts_with("Bcc")), "{head}");
}

/// Puts a receipt as a process leaves it that is killed before it sends it.
async fn leave_receipt(stage: &Stage, id: &DonationId) {
    let (now, partner) = (stage.now().0, &stage.ours.partner.id);
    let until = now + 60_000;
    let mail = format!(
        "INSERT INTO mails (id, kind, partner_id, subject_id, due_at, leased_until, attempts, give_up_at, created_at)
         VALUES ('m', 'receipt', '{partner}', '{id}', {now}, {until}, 1, {}, {now})",
        until + HOUR_MS
    );
    stage.change_rows(&mail).await;
}

async fn a_receipt_that_a_killed_process_left_is_sent(stage: &mut Stage) {
    let id = stage.create_link().await.partner_donation_id;
    stage.pay(&id, None).await;
    let address = format!("UPDATE donations SET donor_email = 'ada@example.org' WHERE id = '{id}'");
    stage.change_rows(&address).await;
    leave_receipt(stage, &id).await;
    assert_eq!(server::worker::mail::pass(stage.app()).await.unwrap(), 0);
    stage.pass_time(60_000);
    assert_has(&stage.letters(1).await[0], &["To: <ada@example.org>"]);
}

async fn a_donor_who_was_forgotten_gets_none(stage: &mut Stage) {
    let id = stage.create_link().await.partner_donation_id;
    stage.pay(&id, None).await;
    leave_receipt(stage, &id).await;
    stage.pass_time(60_000);
    assert!(stage.letters(0).await.is_empty());
}

async fn the_outbox_shows_receipts(stage: &mut Stage) {
    let link = stage.create_link_with(json!({ "locale": "ja-JP" })).await;
    assert_eq!(pay(stage, &link, "en").await.status, 303);
    stage.letters(1).await;
    let page = stage.ours.client.request("GET", "/sandbox/outbox");
    let page = page.send().await;
    for text in [
        "River Trustへのご寄付の領収書",
        "ご寄付：$25.00",
        "2025年5月10日",
    ] {
        assert!(page.text.contains(text), "{text} is not in {}", page.text);
    }
}
