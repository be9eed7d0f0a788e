//! Many callers at once, as if they had come one after the other.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use serde_json::{Value, json};

use super::scene::{
    CASH, DONOR, FUNDS, GRANTS, USERS, cash, fund, grants, key, open_fund, person, provision, with,
};
use crate::stage::{Response, Stage};

on_both_databases! {
    sixty_four_pledges_under_one_key_are_one,
    sixty_four_submissions_under_one_key_are_one,
    sixty_four_pledges_of_one_operation_are_one,
    sixty_four_submissions_of_one_transfer_are_one,
    sixty_four_callers_open_one_fund,
    sixty_four_callers_provision_one_user,
    pledges_and_grants_of_many_add_up,
    two_servers_have_one_effect_for_one_key,
}

const CALLERS: u64 = 64;

/// All at once, each with a body of its own.
async fn post_all(stage: &Stage, path: &str, bodies: &[Value]) -> Vec<Response> {
    join_all(bodies.iter().map(|body| stage.ours.post(path, body))).await
}

fn check_one_effect(answers: &[Response]) {
    for answer in answers {
        assert_eq!((answer.status, &answer.text), (201, &answers[0].text));
    }
    let first = answers
        .iter()
        .filter(|one| one.header("idempotent-replayed").is_none());
    assert_eq!(first.count(), 1);
}

/// How many came to each status.
fn counted(answers: &[Response], status: u16) -> usize {
    answers
        .iter()
        .filter(|answer| answer.status == status)
        .count()
}

async fn sixty_four_pledges_under_one_key_are_one(stage: &mut Stage) {
    let fund = open_fund(&stage.ours, DONOR).await;
    let bodies = vec![cash(&fund, 5); 64];
    check_one_effect(&post_all(stage, CASH, &bodies).await);
    assert_eq!(
        stage.ours.fund_balance(fund["id"].as_str().unwrap()).await,
        "5"
    );
}

async fn sixty_four_submissions_under_one_key_are_one(stage: &mut Stage) {
    let fund = open_fund(&stage.ours, DONOR).await;
    let bodies = vec![grants(stage, &fund, (100, &[30, 30])).await; 64];
    check_one_effect(&post_all(stage, GRANTS, &bodies).await);
    assert_eq!(
        stage.ours.fund_balance(fund["id"].as_str().unwrap()).await,
        "40"
    );
}

async fn sixty_four_pledges_of_one_operation_are_one(stage: &mut Stage) {
    let fund = open_fund(&stage.ours, DONOR).await;
    let body = |number| with(cash(&fund, 5), "idempotencyKey", json!(key(number)));
    let bodies: Vec<Value> = (0..CALLERS).map(body).collect();
    let answers = post_all(stage, CASH, &bodies).await;
    assert_eq!((counted(&answers, 201), counted(&answers, 409)), (1, 63));
    assert_eq!(
        stage.ours.fund_balance(fund["id"].as_str().unwrap()).await,
        "5"
    );
}

async fn sixty_four_submissions_of_one_transfer_are_one(stage: &mut Stage) {
    let fund = open_fund(&stage.ours, DONOR).await;
    let one = grants(stage, &fund, (100, &[60])).await;
    let body = |number| with(one.clone(), "idempotencyKey", json!(key(number)));
    let bodies: Vec<Value> = (0..CALLERS).map(body).collect();
    let answers = post_all(stage, GRANTS, &bodies).await;
    assert_eq!((counted(&answers, 201), counted(&answers, 409)), (1, 63));
    assert_eq!(
        stage.ours.fund_balance(fund["id"].as_str().unwrap()).await,
        "40"
    );
}

async fn sixty_four_callers_open_one_fund(stage: &mut Stage) {
    provision(&stage.ours, DONOR).await;
    let bodies = vec![fund("account-identifier-01", DONOR); 64];
    let answers = post_all(stage, FUNDS, &bodies).await;
    assert_eq!((counted(&answers, 201), counted(&answers, 200)), (1, 63));
    assert!(answers.iter().all(|answer| answer.text == answers[0].text));
}

async fn sixty_four_callers_provision_one_user(stage: &mut Stage) {
    let answers = post_all(stage, USERS, &vec![person(DONOR); 64]).await;
    assert_eq!((counted(&answers, 201), counted(&answers, 200)), (1, 63));
    assert!(answers.iter().all(|answer| answer.text == answers[0].text));
    // And of many identifiers under one address of mail, one.
    let email = json!("one@example.org");
    let body = |number| {
        with(
            person(&format!("identifier-no-{number:03}")),
            "email",
            email.clone(),
        )
    };
    let bodies: Vec<Value> = (0..CALLERS).map(body).collect();
    let answers = post_all(stage, USERS, &bodies).await;
    assert_eq!((counted(&answers, 201), counted(&answers, 409)), (1, 63));
}

async fn pledges_and_grants_of_many_add_up(stage: &mut Stage) {
    let fund = open_fund(&stage.ours, DONOR).await;
    let pledges: Vec<Value> = (1..=32).map(|amount| cash(&fund, amount)).collect();
    let mut submissions = Vec::new();
    for transfer in 101..=132 {
        submissions.push(grants(stage, &fund, (transfer, &[50, 51])).await);
    }
    let (made, booked) = tokio::join!(
        post_all(stage, CASH, &pledges),
        post_all(stage, GRANTS, &submissions)
    );
    let ids: BTreeSet<String> = made
        .iter()
        .chain(&booked)
        .map(|answer| answer.answer::<Value>(201)["id"].to_string())
        .collect();
    assert_eq!(ids.len(), 64);
    // 1 + … + 32 pledged, and 0 + … + 31 left of the transfers.
    assert_eq!(
        stage.ours.fund_balance(fund["id"].as_str().unwrap()).await,
        "1024"
    );
}

async fn two_servers_have_one_effect_for_one_key(stage: &mut Stage) {
    let fund = open_fund(&stage.ours, DONOR).await;
    let other = stage.start_another().await;
    let client = stage.client_of(&other);
    let body = cash(&fund, 5);
    let (here, there) = tokio::join!(
        join_all((0..16).map(|_| stage.ours.post(CASH, &body))),
        join_all((0..16).map(|_| {
            let request = client.request("POST", CASH).json(&body);
            request.header("x-api-key", &stage.ours.keys.secret).send()
        }))
    );
    let answers: Vec<Response> = here.into_iter().chain(there).collect();
    check_one_effect(&answers);
    assert_eq!(
        stage.ours.fund_balance(fund["id"].as_str().unwrap()).await,
        "5"
    );
    other.stop().await;
}
