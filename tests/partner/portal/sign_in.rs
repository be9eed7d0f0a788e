//! Signing in, staying signed in, and signing out.

use serde_json::{Value, json};
use shared::Code;
use shared::key::ListKeys;
use shared::portal_user::Role;
use shared::sign_in::{GetMe, Refresh, Secret, SignedIn};

use crate::stage::{DAY_MS, MINUTE_MS, PASSWORD, Person, Response, Stage};

on_both_databases! {
    who_signs_in_learns_who_they_are,
    an_address_is_known_in_any_case,
    an_unknown_account_and_a_wrong_password_are_one_refusal,
    a_token_is_sent_as_a_bearer_and_once,
    an_access_token_is_good_for_a_quarter_of_an_hour,
    a_token_that_was_tampered_with_is_refused,
    a_refresh_token_gives_the_next_pair,
    a_used_refresh_token_ends_its_family,
    a_refresh_token_of_which_two_come_is_used_once,
    a_sign_in_ends_when_nobody_comes_back,
    who_signs_out_is_out_at_once,
    signing_out_by_a_used_token_ends_the_sign_in_too,
    a_new_password_ends_every_other_sign_in,
    only_who_knows_the_password_changes_it,
    no_secret_is_stored_as_it_is,
    what_is_over_is_forgotten,
}

const REFRESH: &str = "/v1/partner/auth/refresh";

impl Stage {
    async fn refresh(&self, token: &str) -> Response {
        let request = self.ours.client.request("POST", REFRESH);
        let body = json!({ "refreshToken": token });
        request.json(&body).send().await
    }

    async fn sign_out(&self, token: &str) {
        let request = self.ours.client.request("POST", "/v1/partner/auth/logout");
        let request = request.json(&json!({ "refreshToken": token }));
        assert_eq!(request.send().await.status, 204);
    }
}

async fn is_in(person: &Person) -> bool {
    let answer = person.ask(&GetMe {}).await;
    if answer.status == 200 {
        return true;
    }
    answer.refused(Code::InvalidToken);
    false
}

async fn who_signs_in_learns_who_they_are(stage: &mut Stage) {
    let partner_id = stage.ours.partner.id.clone();
    let partner = (Some(&partner_id), Role::Admin);
    let id = stage.add_user("Ada@Example.org", partner).await;
    let answer = stage.signing_in("Ada@Example.org", PASSWORD).send().await;
    let signed_in: Value = answer.answer(200);
    let partner = json!({
        "id": partner_id, "name": "Partner ours", "slug": "ours", "status": "ACTIVE", "tier": "STANDARD",
        "enabledFeatures": ["DONATIONS", "ACTIONS", "PARTNER_INFLOW"],
        "createdAt": stage.ours.partner.created_at,
    });
    assert_eq!(signed_in["tokenType"], "Bearer");
    assert_eq!(signed_in["expiresIn"], 900);
    assert_eq!(signed_in["partner"], partner);
    assert_eq!(signed_in["publishableKey"], stage.ours.keys.public);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let me = stage.sign_in("ada@example.org").await.call(&GetMe {}).await;
    assert_eq!(
        serde_json::to_value(me).unwrap(),
        json!({
            "user": {
                "id": id, "email": "Ada@Example.org", "firstName": "Ada", "lastName": null, "role": "ADMIN",
            },
            "partner": partner, "publishableKey": stage.ours.keys.public,
        })
    );
}

async fn an_address_is_known_in_any_case(stage: &mut Stage) {
    let person = stage.person(Role::Viewer).await;
    stage.sign_in(&person.email.to_uppercase()).await;
}

async fn an_unknown_account_and_a_wrong_password_are_one_refusal(stage: &mut Stage) {
    let person = stage.person(Role::Viewer).await;
    let mut refusals = Vec::new();
    for (email, password) in [
        (person.email.as_str(), "wrong horse battery"),
        (&person.email, &PASSWORD.to_uppercase()),
        ("nobody@example.org", PASSWORD),
        ("nobody@exämple.org", "пароль"),
    ] {
        let answer = stage.signing_in(email, password).send().await;
        let refusal = answer.refused(Code::InvalidCredentials);
        let names: Vec<_> = answer.headers.keys().map(ToString::to_string).collect();
        refusals.push((refusal.message, names));
    }
    refusals.dedup();
    assert_eq!(refusals.len(), 1, "{refusals:?}");
}

async fn a_token_is_sent_as_a_bearer_and_once(stage: &mut Stage) {
    let person = stage.person(Role::Viewer).await;
    let request = person.prepare(&GetMe {});
    let token = &person.access;
    for value in [token.as_str(), "Bearer", "Bearer ", "Basic YTpi"] {
        let request = request.clone().header("authorization", value);
        request.send().await.refused(Code::MissingToken);
    }
    let twice = request.clone();
    let twice = twice.another_header("authorization", &format!("Bearer {token}"));
    twice.send().await.refused(Code::MissingToken);
    let none = request.clone().without("authorization");
    none.send().await.refused(Code::MissingToken);
    let spelt = request.header("authorization", &format!("bearer {token}"));
    assert_eq!(spelt.send().await.status, 200);
}

async fn an_access_token_is_good_for_a_quarter_of_an_hour(stage: &mut Stage) {
    let person = stage.person(Role::Viewer).await;
    stage.pass_time(15 * MINUTE_MS - 1);
    person.call(&GetMe {}).await;
    stage.pass_time(1);
    person.ask(&GetMe {}).await.refused(Code::TokenExpired);
}

async fn a_token_that_was_tampered_with_is_refused(stage: &mut Stage) {
    let person = stage.person(Role::Viewer).await;
    let [head, claims, signature] = person.access.split('.').collect::<Vec<_>>()[..] else {
        panic!("three parts");
    };
    // {"alg":"none"}
    let none = "eyJhbGciOiJub25lIn0";
    let other = stage.newcomer().await.access;
    let others = other.split('.').nth(1).unwrap();
    for token in [
        format!("{head}.{claims}."),
        format!("{head}.{claims}"),
        format!("{none}.{claims}."),
        format!("{none}.{claims}.{signature}"),
        format!("{head}.{others}.{signature}"),
        person.refresh.clone(),
        stage.ours.keys.secret.clone(),
    ] {
        let request = person.prepare(&GetMe {}).bearer(&token);
        request.send().await.refused(Code::InvalidToken);
    }
}

async fn a_refresh_token_gives_the_next_pair(stage: &mut Stage) {
    let person = stage.person(Role::Viewer).await;
    stage.pass_time(DAY_MS);
    let next: SignedIn = stage.refresh(&person.refresh).await.answer(200);
    assert_eq!(next.publishable_key, Some(stage.ours.keys.public.clone()));
    let mut person = Person {
        access: next.access_token.0,
        ..person
    };
    person.call(&GetMe {}).await;
    let after: SignedIn = stage.refresh(&next.refresh_token.0).await.answer(200);
    person.access = after.access_token.0;
    person.call(&GetMe {}).await;
}

async fn a_used_refresh_token_ends_its_family(stage: &mut Stage) {
    let person = stage.person(Role::Viewer).await;
    let other = stage.sign_in(&person.email).await;
    let next: SignedIn = stage.refresh(&person.refresh).await.answer(200);
    let used = stage.refresh(&person.refresh).await;
    used.refused(Code::InvalidToken);
    let next = next.refresh_token.0;
    stage.refresh(&next).await.refused(Code::InvalidToken);
    assert!(!is_in(&person).await);
    // Another sign-in is another family.
    assert!(is_in(&other).await);
    let garbage = [
        "",
        "rt_",
        "rt_000000000000000000000000_0",
        &person.access,
        "rt_é_0",
    ];
    for token in garbage {
        stage.refresh(token).await.refused(Code::InvalidToken);
    }
    assert!(is_in(&other).await);
}

async fn a_refresh_token_of_which_two_come_is_used_once(stage: &mut Stage) {
    let person = stage.person(Role::Viewer).await;
    let both = [
        stage.refresh(&person.refresh),
        stage.refresh(&person.refresh),
    ];
    let answers = futures_util::future::join_all(both).await;
    let mut statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 401]);
    assert!(!is_in(&person).await);
}

async fn a_sign_in_ends_when_nobody_comes_back(stage: &mut Stage) {
    let person = stage.person(Role::Viewer).await;
    stage.pass_time(29 * DAY_MS);
    let next: SignedIn = stage.refresh(&person.refresh).await.answer(200);
    stage.pass_time(29 * DAY_MS);
    let next: SignedIn = stage.refresh(&next.refresh_token.0).await.answer(200);
    stage.pass_time(30 * DAY_MS);
    let late = stage.refresh(&next.refresh_token.0).await;
    late.refused(Code::InvalidToken);
}

async fn who_signs_out_is_out_at_once(stage: &mut Stage) {
    let person = stage.person(Role::Viewer).await;
    let other = stage.sign_in(&person.email).await;
    stage.sign_out(&person.refresh).await;
    assert!(!is_in(&person).await);
    let again = stage.refresh(&person.refresh).await;
    again.refused(Code::InvalidToken);
    // What has ended stays so, and nobody learns more of it.
    stage.sign_out(&person.refresh).await;
    stage.sign_out("nonsense").await;
    assert!(is_in(&other).await);
}

async fn signing_out_by_a_used_token_ends_the_sign_in_too(stage: &mut Stage) {
    let person = stage.person(Role::Viewer).await;
    let next: SignedIn = stage.refresh(&person.refresh).await.answer(200);
    stage.sign_out(&person.refresh).await;
    let next = next.refresh_token.0;
    stage.refresh(&next).await.refused(Code::InvalidToken);
}

fn changing(person: &Person, current: &str, new: &str) -> crate::stage::Request {
    let body = json!({ "currentPassword": current, "newPassword": new });
    person.posting("/v1/partner/auth/password", &body)
}

async fn a_new_password_ends_every_other_sign_in(stage: &mut Stage) {
    let person = stage.person(Role::Viewer).await;
    let other = stage.sign_in(&person.email).await;
    let changed = changing(&person, PASSWORD, "another swordfish")
        .send()
        .await;
    assert_eq!((changed.status, changed.text.as_str()), (204, ""));
    assert!(is_in(&person).await);
    assert!(!is_in(&other).await);
    stage
        .refresh(&other.refresh)
        .await
        .refused(Code::InvalidToken);
    let old = stage.signing_in(&person.email, PASSWORD).send().await;
    old.refused(Code::InvalidCredentials);
    let new = stage.signing_in(&person.email, "another swordfish");
    assert_eq!(new.send().await.status, 200);
}

async fn only_who_knows_the_password_changes_it(stage: &mut Stage) {
    let person = stage.person(Role::Owner).await;
    let wrong = changing(&person, "wrong horse battery", "another swordfish");
    wrong.send().await.refused(Code::InvalidCredentials);
    stage.sign_in(&person.email).await;
}

async fn no_secret_is_stored_as_it_is(stage: &mut Stage) {
    let person = stage.person(Role::Viewer).await;
    for token in [&person.refresh, &person.access] {
        let found = format!("sessions WHERE token_hash LIKE '%{}%'", &token[10..]);
        assert_eq!(stage.count(&found).await, 0);
    }
    assert_eq!(stage.count("sessions").await, 1);
    let shown = format!(
        "{:?}",
        Refresh {
            refresh_token: Secret(person.refresh)
        }
    );
    assert!(!shown.contains("rt_"), "{shown}");
}

async fn what_is_over_is_forgotten(stage: &mut Stage) {
    let person = stage.person(Role::Viewer).await;
    let wrong = stage.signing_in(&person.email, "wrong horse battery");
    wrong.send().await.refused(Code::InvalidCredentials);
    stage.sweep().await;
    assert_eq!(stage.count("sessions").await, 1);
    assert_eq!(stage.count("sign_in_failures").await, 2);
    person.call(&ListKeys::default()).await;
    stage.pass_time(30 * DAY_MS);
    stage.sweep().await;
    assert_eq!(stage.count("sessions").await, 0);
    assert_eq!(stage.count("sign_in_failures").await, 0);
}
