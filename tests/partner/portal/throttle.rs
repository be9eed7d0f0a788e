//! Who tries in vain too often has to wait.

use futures_util::future::join_all;
use serde_json::json;
use shared::Code;
use shared::portal_user::Role;

use crate::stage::{MINUTE_MS, PASSWORD, Response, Stage};

on_both_databases! {
    ten_failures_for_an_account_close_it_for_a_quarter_of_an_hour,
    an_unknown_account_is_closed_alike,
    ten_failures_from_an_address_close_it,
    a_success_opens_the_account_again,
    tries_at_once_are_no_more_than_tries_in_turn,
    what_is_refused_does_not_prolong_the_wait,
    another_process_counts_the_same_failures,
    a_forged_address_opens_nothing,
    a_link_for_a_new_password_can_be_asked_for_ten_times,
}

/// Takes addresses from `X-Forwarded-For`.
async fn behind_a_proxy(stage: &mut Stage) {
    let proxy = "127.0.0.1/32".parse().unwrap();
    stage
        .restart(|settings| settings.trusted_proxies = vec![proxy])
        .await;
}

async fn fail(stage: &Stage, email: &str, address: &str) -> Response {
    let request = stage.signing_in(email, "wrong horse battery");
    request.header("x-forwarded-for", address).send().await
}

async fn succeed(stage: &Stage, email: &str, address: &str) -> Response {
    let request = stage.signing_in(email, PASSWORD);
    request.header("x-forwarded-for", address).send().await
}

async fn ten_failures_for_an_account_close_it_for_a_quarter_of_an_hour(stage: &mut Stage) {
    behind_a_proxy(stage).await;
    let email = stage.person(Role::Viewer).await.email;
    for number in 1..=10 {
        let refused = fail(stage, &email, &format!("203.0.113.{number}")).await;
        refused.refused(Code::InvalidCredentials);
        stage.pass_time(MINUTE_MS);
    }
    // Also who knows the password has to wait, in any case of the address.
    let shouted = email.to_uppercase();
    let refused = succeed(stage, &shouted, "203.0.113.99").await;
    refused.refused(Code::RateLimited);
    assert_eq!(refused.number("retry-after"), 300);
    stage.pass_time(5 * MINUTE_MS - 1);
    let refused = succeed(stage, &email, "203.0.113.99").await;
    assert_eq!(refused.number("retry-after"), 1);
    stage.pass_time(1);
    assert_eq!(succeed(stage, &email, "203.0.113.99").await.status, 200);
}

async fn an_unknown_account_is_closed_alike(stage: &mut Stage) {
    behind_a_proxy(stage).await;
    for number in 1..=10 {
        let refused = fail(stage, "nobody@example.org", &format!("203.0.113.{number}")).await;
        refused.refused(Code::InvalidCredentials);
    }
    let refused = fail(stage, "nobody@example.org", "203.0.113.99").await;
    refused.refused(Code::RateLimited);
}

async fn ten_failures_from_an_address_close_it(stage: &mut Stage) {
    behind_a_proxy(stage).await;
    let email = stage.person(Role::Viewer).await.email;
    for number in 1..=10 {
        let other = format!("user-{number}@example.org");
        // One who has an IPv6 address has all beside it.
        let refused = fail(stage, &other, &format!("2001:db8::{number}")).await;
        refused.refused(Code::InvalidCredentials);
    }
    let refused = succeed(stage, &email, "2001:db8::ffff").await;
    refused.refused(Code::RateLimited);
    assert_eq!(succeed(stage, &email, "2001:db8:0:1::1").await.status, 200);
}

async fn a_success_opens_the_account_again(stage: &mut Stage) {
    behind_a_proxy(stage).await;
    let email = stage.person(Role::Viewer).await.email;
    for round in 0..2 {
        for number in 1..=9 {
            let address = format!("203.0.{round}.{number}");
            fail(stage, &email, &address)
                .await
                .refused(Code::InvalidCredentials);
        }
        assert_eq!(succeed(stage, &email, "203.0.113.99").await.status, 200);
    }
    // But no success opens an address for the next nine.
    for number in 1..=9 {
        let other = format!("user-{number}@example.org");
        fail(stage, &other, "203.0.113.99")
            .await
            .refused(Code::InvalidCredentials);
    }
    assert_eq!(succeed(stage, &email, "203.0.113.99").await.status, 200);
    fail(stage, "last@example.org", "203.0.113.99")
        .await
        .refused(Code::InvalidCredentials);
    let refused = succeed(stage, &email, "203.0.113.99").await;
    refused.refused(Code::RateLimited);
}

async fn tries_at_once_are_no_more_than_tries_in_turn(stage: &mut Stage) {
    let email = stage.person(Role::Viewer).await.email;
    let tries = (0..25).map(|_| stage.signing_in(&email, "wrong horse battery").send());
    let answers = join_all(tries).await;
    let heard = answers.iter().filter(|answer| answer.status == 401).count();
    let closed = answers.iter().filter(|answer| answer.status == 429).count();
    assert_eq!((heard, closed), (10, 15));
}

async fn what_is_refused_does_not_prolong_the_wait(stage: &mut Stage) {
    let email = stage.person(Role::Viewer).await.email;
    for _ in 0..10 {
        let refused = fail(stage, &email, "").await;
        refused.refused(Code::InvalidCredentials);
    }
    for _ in 0..15 {
        stage.pass_time(MINUTE_MS - 1);
        fail(stage, &email, "").await.refused(Code::RateLimited);
    }
    stage.pass_time(15);
    assert_eq!(succeed(stage, &email, "").await.status, 200);
}

async fn another_process_counts_the_same_failures(stage: &mut Stage) {
    let email = stage.person(Role::Viewer).await.email;
    let another = stage.start_another().await;
    let client = stage.client_of(&another);
    for number in 0..10 {
        let request = if number % 2 == 0 {
            stage.signing_in(&email, "wrong horse battery")
        } else {
            let request = client.request("POST", "/v1/partner/auth/login");
            request.json(&json!({ "email": email, "password": "wrong horse battery" }))
        };
        request.send().await.refused(Code::InvalidCredentials);
    }
    let refused = succeed(stage, &email, "").await;
    refused.refused(Code::RateLimited);
    another.stop().await;
}

async fn a_forged_address_opens_nothing(stage: &mut Stage) {
    let email = stage.person(Role::Viewer).await.email;
    for number in 1..=10 {
        let other = format!("user-{number}@example.org");
        let refused = fail(stage, &other, &format!("203.0.113.{number}")).await;
        refused.refused(Code::InvalidCredentials);
    }
    let refused = succeed(stage, &email, "203.0.113.99").await;
    refused.refused(Code::RateLimited);
}

async fn a_link_for_a_new_password_can_be_asked_for_ten_times(stage: &mut Stage) {
    let ask = async |email: &str| {
        let request = stage.ours.client.request("POST", "/v1/partner/auth/forgot");
        request.json(&json!({ "email": email })).send().await
    };
    for _ in 0..10 {
        assert_eq!(ask("nobody@example.org").await.status, 204);
    }
    let refused = ask("nobody@example.org").await;
    refused.refused(Code::RateLimited);
    assert_eq!(refused.number("retry-after"), 900);
    // Nobody is kept from signing in by that.
    stage.person(Role::Viewer).await;
}
