//! People with names and addresses.

use serde_json::{Value, json};
use shared::user::{CreateUser, DeleteUser, GetUser};

use super::scene::{DONOR, FUNDS, USERS, fund, open_fund, person, provision, with};
use crate::stage::Stage;

on_both_databases! {
    a_user_is_made_with_name_and_address,
    a_user_again_is_refreshed_and_keeps_its_address_of_mail,
    one_person_is_one_user_in_both_dialects,
    an_address_of_mail_under_another_identifier_is_refused,
    who_has_no_address_of_mail_any_more_takes_no_others,
    another_partners_address_of_mail_is_free,
    bad_input_is_named,
    a_bad_address_is_named,
    an_erased_person_is_forgotten_and_can_come_back,
}

fn is_uuid(value: &Value) -> bool {
    let text = value.as_str().unwrap();
    text.len() == 36 && text.split('-').map(str::len).eq([8, 4, 4, 4, 12])
}

async fn a_user_is_made_with_name_and_address(stage: &mut Stage) {
    let body = with(
        person(DONOR),
        "partnerUserIdentifier",
        json!(format!("  {DONOR} ")),
    );
    let made: Value = stage.ours.post(USERS, &body).await.answer(201);
    assert!(is_uuid(&made["id"]) && is_uuid(&made["techPlatformClientId"]));
    assert_eq!(made["partnerUserIdentifier"], DONOR);
    assert_eq!(made["email"], format!("{DONOR}@example.org"));
    assert_eq!(made["emailVerificationStatus"], "PENDING");
    assert_eq!(stage.events_of("user.created").await.len(), 1);
    let usa =
        json!({ "line1": "1", "city": "Troy", "state": "NY", "zip": "12180", "country": "USA" });
    let body = with(person("somebody-in-the-usa"), "address", usa);
    let other: Value = stage.ours.post(USERS, &body).await.answer(201);
    assert_ne!(other["id"], made["id"]);
    assert_eq!(other["techPlatformClientId"], made["techPlatformClientId"]);
    let theirs = provision(&stage.theirs, DONOR).await;
    assert_ne!(theirs["techPlatformClientId"], made["techPlatformClientId"]);
    assert_ne!(theirs["id"], made["id"]);
}

async fn a_user_again_is_refreshed_and_keeps_its_address_of_mail(stage: &mut Stage) {
    let made: Value = stage.ours.post(USERS, &person(DONOR)).await.answer(201);
    let fund = open_fund(&stage.ours, DONOR).await;
    let body = with(person(DONOR), "firstName", json!("Augusta"));
    let body = with(body, "email", json!("new@example.org"));
    let again: Value = stage.ours.post(USERS, &body).await.answer(200);
    assert_eq!(again, made);
    let path = format!("/v1/funds/{}", fund["id"].as_str().unwrap());
    let fund: Value = stage.ours.platform("GET", &path).send().await.answer(200);
    assert_eq!(
        fund["advisor"],
        json!({ "firstName": "Augusta", "lastName": "Lovelace" })
    );
    assert_eq!(stage.count("users").await, 1);
    assert_eq!(stage.events_of("user.created").await.len(), 1);
}

async fn one_person_is_one_user_in_both_dialects(stage: &mut Stage) {
    let user = CreateUser {
        external_user_id: DONOR.to_owned().into(),
        email: Some("first@example.org".to_owned()),
        first_name: None,
        last_name: None,
        metadata: None,
    };
    let user = stage.ours.call(&user).await;
    // A user of the partner API has no name and address, and no fund.
    let refused = stage
        .ours
        .post(FUNDS, &fund("account-of-the-donor", DONOR))
        .await;
    refused.turned_down(400, "partnerUserIdentifier");
    let made: Value = stage.ours.post(USERS, &person(DONOR)).await.answer(201);
    assert_eq!(made["email"], format!("{DONOR}@example.org"));
    let external_id = user.external_user_id.clone();
    let seen = stage.ours.ask(&GetUser { external_id }).await;
    assert_eq!(seen.json()["id"], user.id.as_str());
    assert_eq!(seen.json()["firstName"], "Ada");
    assert!(!seen.text.contains("River Road"), "{}", seen.text);
    assert_eq!(stage.count("users").await, 1);
}

async fn an_address_of_mail_under_another_identifier_is_refused(stage: &mut Stage) {
    provision(&stage.ours, DONOR).await;
    let email = format!("{}@EXAMPLE.ORG", DONOR.to_uppercase());
    let body = with(person("another-identifier"), "email", json!(email));
    stage
        .ours
        .post(USERS, &body)
        .await
        .turned_down(409, "email");
    assert_eq!(stage.count("users").await, 1);
}

async fn who_has_no_address_of_mail_any_more_takes_no_others(stage: &mut Stage) {
    const OTHER: &str = "another-identifier";
    provision(&stage.ours, DONOR).await;
    provision(&stage.ours, OTHER).await;
    let path = format!("/v1/partner/users/{OTHER}");
    let removed = json!({ "email": null });
    let removed = stage
        .ours
        .signed_json("PATCH", &path, &removed)
        .send()
        .await;
    assert_eq!(removed.status, 200, "{}", removed.text);
    let taken = json!(format!("{DONOR}@example.org"));
    let taken = with(person(OTHER), "email", taken);
    let refused = stage.ours.post(USERS, &taken).await;
    refused.turned_down(409, "email");
    let own: Value = stage.ours.post(USERS, &person(OTHER)).await.answer(200);
    assert_eq!(own["email"], format!("{OTHER}@example.org"));
}

async fn another_partners_address_of_mail_is_free(stage: &mut Stage) {
    provision(&stage.ours, DONOR).await;
    let body = with(
        person("another-identifier"),
        "email",
        json!(format!("{DONOR}@example.org")),
    );
    let theirs = stage.theirs.post(USERS, &body).await;
    assert_eq!(theirs.status, 201, "{}", theirs.text);
}

/// Checks that each change of a body is refused, in words that name it.
async fn check_refused(stage: &Stage, changes: &[(&str, Value, &str)]) {
    for (path, value, words) in changes {
        let body = with(person(DONOR), path, value.clone());
        stage.ours.post(USERS, &body).await.turned_down(400, words);
    }
    assert_eq!(stage.count("users").await, 0);
}

async fn bad_input_is_named(stage: &mut Stage) {
    const IDENTIFIER: &str = "partnerUserIdentifier";
    let long = || json!("a".repeat(256));
    let too_long = "must be shorter than or equal to 255 characters";
    let changes = [
        (IDENTIFIER, Value::Null, "partnerUserIdentifier is required"),
        (
            IDENTIFIER,
            json!("a".repeat(15)),
            "longer than or equal to 16",
        ),
        (
            IDENTIFIER,
            json!("a".repeat(65)),
            "shorter than or equal to 64",
        ),
        (
            IDENTIFIER,
            json!(" ".repeat(20)),
            "partnerUserIdentifier must be longer",
        ),
        (IDENTIFIER, json!("ä".repeat(16)), "printable ASCII"),
        (IDENTIFIER, json!(1_234_567_890_123_456_i64), IDENTIFIER),
        ("firstName", json!(""), "firstName should not be empty"),
        ("firstName", long(), &format!("firstName {too_long}")),
        ("lastName", long(), &format!("lastName {too_long}")),
        ("email", json!("ada"), "email must be"),
    ];
    check_refused(stage, &changes).await;
    // All that is wrong is told at once.
    let body = with(
        with(person(DONOR), "firstName", json!("")),
        "email",
        json!(""),
    );
    let refused = stage.ours.post(USERS, &body).await;
    assert_eq!(refused.json()["message"].as_array().unwrap().len(), 2);
}

async fn a_bad_address_is_named(stage: &mut Stage) {
    let usa = json!({ "line1": "1", "city": "Troy", "country": "USA" });
    let changes = [
        ("address", Value::Null, "address is required"),
        ("address.line1", json!(" "), "address.line1"),
        ("address.city", Value::Null, "address.city is required"),
        ("address.country", json!("GB"), "address.country"),
        ("address.country", json!("XXX"), "address.country"),
        (
            "address",
            usa.clone(),
            "address.state is required in the USA",
        ),
        ("address", usa, "address.zip is required in the USA"),
    ];
    check_refused(stage, &changes).await;
}

async fn an_erased_person_is_forgotten_and_can_come_back(stage: &mut Stage) {
    let made = provision(&stage.ours, DONOR).await;
    let fund = open_fund(&stage.ours, DONOR).await;
    let external_id = DONOR.to_owned().into();
    assert_eq!(
        stage.ours.ask(&DeleteUser { external_id }).await.status,
        204
    );
    assert_eq!(stage.count("users WHERE address IS NOT NULL").await, 0);
    let path = format!("/v1/funds/{}", fund["id"].as_str().unwrap());
    let seen: Value = stage.ours.platform("GET", &path).send().await.answer(200);
    assert_eq!(
        seen["advisor"],
        json!({ "firstName": null, "lastName": null })
    );
    let body = super::scene::cash(&fund, 5);
    let refused = stage.ours.post(super::scene::CASH, &body).await;
    refused.turned_down(400, "name and address");
    let again: Value = stage.ours.post(USERS, &person(DONOR)).await.answer(201);
    assert_eq!(again["id"], made["id"]);
}
