//! In whose name a platform acts.

use serde_json::{Value, json};
use shared::endaoment::ACTING_USER;
use shared::{Feature, Scope};

use super::scene::{CASH, DONOR, FUNDS, cash, fund, grants, key, open_fund, provision, with};
use crate::stage::{Response, Stage};

on_both_databases! {
    the_header_names_the_user,
    the_body_names_the_user_of_who_may,
    all_that_name_a_user_agree,
    nobody_is_no_user,
    a_user_who_is_unknown_is_not_found,
    a_publishable_key_is_unknown_here,
    a_key_without_the_scope_is_refused,
}

const OTHER: &str = "another-donor-0001";
const ACCOUNT: &str = "account-identifier-01";

/// Opens a fund by header and body.
async fn open(stage: &Stage, header: Option<&str>, body: Option<&str>) -> Response {
    let body = match body {
        Some(name) => fund(ACCOUNT, name),
        None => with(fund(ACCOUNT, ""), "partnerUserIdentifier", Value::Null),
    };
    let request = stage.ours.platform("POST", FUNDS).json(&body);
    match header {
        Some(id) => request.header(ACTING_USER, id).send().await,
        None => request.send().await,
    }
}

async fn the_header_names_the_user(stage: &mut Stage) {
    let user = provision(&stage.ours, DONOR).await;
    let id = user["id"].as_str().unwrap();
    stage
        .change_partner(|partner| {
            partner
                .features
                .retain(|one| *one != Feature::PartnerInflow);
        })
        .await;
    let opened: Value = open(stage, Some(id), None).await.answer(201);
    let again: Value = open(stage, Some(&id.to_uppercase()), None)
        .await
        .answer(200);
    assert_eq!(again, opened);
    let body = with(cash(&opened, 5), "partnerUserIdentifier", Value::Null);
    let request = stage.ours.platform("POST", CASH).json(&body);
    let pledged = request.header(ACTING_USER, id).send().await;
    assert_eq!(pledged.status, 201, "{}", pledged.text);
}

async fn the_body_names_the_user_of_who_may(stage: &mut Stage) {
    let fund = open_fund(&stage.ours, DONOR).await;
    let padded = format!(" {DONOR} ");
    let body = with(cash(&fund, 5), "partnerUserIdentifier", json!(padded));
    assert_eq!(stage.ours.post(CASH, &body).await.status, 201);
    stage
        .change_partner(|partner| {
            partner
                .features
                .retain(|one| *one != Feature::PartnerInflow);
        })
        .await;
    let refused = stage.ours.post(CASH, &cash(&fund, 6)).await;
    refused.turned_down(403, "PARTNER_INFLOW");
    open(stage, None, Some(DONOR))
        .await
        .turned_down(403, "PARTNER_INFLOW");
}

async fn all_that_name_a_user_agree(stage: &mut Stage) {
    let user = provision(&stage.ours, DONOR).await;
    provision(&stage.ours, OTHER).await;
    let id = user["id"].as_str().unwrap();
    open(stage, Some(id), Some(OTHER))
        .await
        .turned_down(400, "must name the same user");
    assert_eq!(open(stage, Some(id), Some(DONOR)).await.status, 201);
}

async fn nobody_is_no_user(stage: &mut Stage) {
    let fund = open_fund(&stage.ours, DONOR).await;
    open(stage, None, None)
        .await
        .turned_down(400, "partnerUserIdentifier is required");
    let body = with(cash(&fund, 5), "partnerUserIdentifier", Value::Null);
    let refused = stage.ours.post(CASH, &body).await;
    refused.turned_down(400, "partnerUserIdentifier is required");
    // Grants are the fund's: nobody need be named.
    let body = grants(stage, &fund, (10, &[10])).await;
    let made = stage.ours.post(super::scene::GRANTS, &body).await;
    assert_eq!(made.status, 201, "{}", made.text);
}

async fn a_user_who_is_unknown_is_not_found(stage: &mut Stage) {
    let theirs = provision(&stage.theirs, OTHER).await;
    let ours = open_fund(&stage.ours, DONOR).await;
    let their_id = theirs["id"].as_str().unwrap();
    open(stage, Some(their_id), None)
        .await
        .turned_down(404, "names no user of yours");
    open(stage, Some(&key(0)), None)
        .await
        .turned_down(404, "names no user of yours");
    open(stage, None, Some(OTHER))
        .await
        .turned_down(404, "names no user of yours");
    open(stage, Some(&key(0)), Some(DONOR))
        .await
        .turned_down(404, "names no user of yours");
    open(stage, Some("1"), None)
        .await
        .turned_down(400, "x-endaoment-user-id must be a UUID");
    let path = format!("/v1/funds/{}", ours["id"].as_str().unwrap());
    let request = stage.ours.platform("GET", &path);
    let unknown = request.clone().header(ACTING_USER, &key(0)).send().await;
    unknown.turned_down(404, "names no user of yours");
    let twice = request
        .header(ACTING_USER, their_id)
        .another_header(ACTING_USER, their_id);
    twice.send().await.turned_down(400, "must be sent once");
}

async fn a_publishable_key_is_unknown_here(stage: &mut Stage) {
    let request = stage
        .ours
        .client
        .request("GET", "/v2/orgs/search?searchTerm=river");
    let refused = request
        .header("x-api-key", &stage.ours.keys.public)
        .send()
        .await;
    refused.turned_down(401, "API key");
    let signed = stage.ours.signed("GET", "/v2/orgs/search?searchTerm=river");
    signed.send().await.turned_down(401, "x-api-key");
}

async fn a_key_without_the_scope_is_refused(stage: &mut Stage) {
    provision(&stage.ours, DONOR).await;
    stage.ours.keys = stage
        .limit_key(|key| key.scopes = Some(vec![Scope::FundsRead]))
        .await;
    open(stage, None, Some(DONOR))
        .await
        .turned_down(403, "funds:write");
}
