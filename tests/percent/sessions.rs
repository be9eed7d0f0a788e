//! Opening a session, and reading how it stands.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use shared::locale::Locale;
use shared::money::Currency;
use shared::percent::{CreatePercentUser, DonationSessionStatus, GetDonationSession};

use crate::stage::{DAY_MS, NONPROFIT, Stage};

on_both_databases! {
    a_session_is_opened_with_nothing_but_a_nonprofit,
    a_session_keeps_what_it_was_given,
    a_language_is_one_of_thirty_two,
    a_session_is_open_until_its_day_is_over,
    a_session_may_be_for_a_user_of_the_other_dialects,
    metadata_of_twenty_keys_and_the_longest_texts_is_kept,
    a_suspended_partner_opens_no_session,
    production_opens_no_session_that_nobody_can_pay,
}

async fn a_session_is_opened_with_nothing_but_a_nonprofit(stage: &mut Stage) {
    let opened = stage.ask_for_session(&json!({})).await.send().await;
    let body: Value = opened.answer(200);
    assert_eq!(body["object"], "donation_session");
    let data = body["data"].as_object().unwrap();
    let id = data["id"].as_str().unwrap();
    let rest = id.strip_prefix("donationsession_").unwrap();
    assert_eq!(rest.len(), 29, "{id}");
    assert!(
        rest.bytes().all(|byte| byte.is_ascii_alphanumeric()),
        "{id}"
    );
    let url = data["url"].as_str().unwrap();
    assert!(url.starts_with(&stage.app().base_url), "{url}");
    // What is missing is null, and never absent.
    for missing in ["successUrl", "userId", "accountId", "metadata", "currency"] {
        assert_eq!(data[missing], Value::Null, "{missing}");
    }
    assert_eq!(data.len(), 12, "{data:?}");
    assert_eq!(
        data["organisationId"],
        json!(stage.organisation(NONPROFIT).await)
    );
    assert_eq!(
        (&data["status"], &data["language"]),
        (&json!("open"), &json!("en-GB"))
    );
    assert_eq!(data["createdAt"], "2025-05-10T11:20:00.000Z");
    assert_eq!(data["expiresAt"], "2025-05-11T11:20:00.000Z");
}

async fn a_session_keeps_what_it_was_given(stage: &mut Stage) {
    let user = stage.ours.call(&CreatePercentUser {}).await.data;
    let success_url = "https://Example.org/Thanks?a=%7e&b=c+d".to_owned();
    let session = stage
        .open_session(json!({
            "successUrl": success_url,
            "userId": user.id,
            "metadata": { "order": "98765" },
            "language": "pt-BR",
            "currency": "brl",
            "unknown": "is ignored",
        }))
        .await;
    assert_eq!(session.success_url, Some(success_url));
    assert_eq!(session.user_id, Some(user.id));
    assert_eq!(session.language, Locale::PtBr);
    assert_eq!(session.currency, Some(Currency::Brl));
    let metadata = BTreeMap::from([("order".to_owned(), "98765".to_owned())]);
    assert_eq!(session.metadata, Some(metadata));
    assert_eq!(stage.session(&session).await, session);
}

async fn a_language_is_one_of_thirty_two(stage: &mut Stage) {
    for locale in Locale::ALL {
        let session = stage.open_session(json!({ "language": locale })).await;
        assert_eq!(session.language, *locale);
    }
}

async fn a_session_is_open_until_its_day_is_over(stage: &mut Stage) {
    let session = stage.open_session(json!({})).await;
    stage.pass_time(DAY_MS - 1);
    assert_eq!(
        stage.session(&session).await.status,
        DonationSessionStatus::Open
    );
    stage.pass_time(1);
    // Nothing has swept: it is judged when it is read.
    assert_eq!(
        stage.session(&session).await.status,
        DonationSessionStatus::Expired
    );
}

async fn a_session_may_be_for_a_user_of_the_other_dialects(stage: &mut Stage) {
    let body = json!({ "externalUserId": "user_42" });
    let made = stage.ours.signed_json("POST", "/v1/partner/users", &body);
    assert_eq!(made.send().await.status, 201);
    let session = stage.open_session(json!({ "userId": "user_42" })).await;
    assert_eq!(session.user_id.unwrap().as_str(), "user_42");
}

async fn metadata_of_twenty_keys_and_the_longest_texts_is_kept(stage: &mut Stage) {
    let metadata: BTreeMap<String, String> = (0..20)
        .map(|number| (format!("{number:é<50}"), "𝄞".repeat(500)))
        .collect();
    let session = stage.open_session(json!({ "metadata": metadata })).await;
    assert_eq!(session.metadata, Some(metadata));
}

async fn a_suspended_partner_opens_no_session(stage: &mut Stage) {
    let session = stage.open_session(json!({})).await;
    stage
        .change_partner(|partner| partner.status = shared::partner::PartnerStatus::Suspended)
        .await;
    let refused = stage.ask_for_session(&json!({})).await.send().await;
    assert_eq!(refused.status, 403, "{}", refused.text);
    let read = GetDonationSession {
        id: session.id.clone(),
    };
    assert_eq!(stage.ours.ask(&read).await.status, 403);
    // Nothing new is begun behind one that was opened before.
    let chosen = stage.choose_in(&session, &[]).await;
    assert_eq!(chosen.status, 403, "{}", chosen.text);
    assert_eq!(stage.count("donations").await, 0);
}

async fn production_opens_no_session_that_nobody_can_pay(stage: &mut Stage) {
    let session = stage.open_session(json!({})).await;
    stage.turn_to_production().await;
    let refused = stage.ask_for_session(&json!({})).await.send().await;
    assert_eq!(refused.status, 503, "{}", refused.text);
    assert_eq!(refused.json()["error"]["code"], "provider_not_configured");
    let chosen = stage.choose_in(&session, &[]).await;
    assert_eq!(chosen.status, 503, "{}", chosen.text);
}
