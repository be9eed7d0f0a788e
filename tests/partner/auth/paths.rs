//! Paths that are none, methods that do not fit, and the id of every request.

use std::collections::BTreeSet;

use shared::Code;

use crate::stage::Stage;

on_both_databases! {
    an_unknown_path_is_not_found,
    a_wrong_method_is_told_which_ones_fit,
    every_answer_carries_an_id_of_its_own,
    the_server_says_that_it_lives_and_is_ready,
}

async fn an_unknown_path_is_not_found(stage: &mut Stage) {
    for path in [
        "/v1/partner/nothing",
        "/v1/partner",
        "/v1/partner/users/",
        "/v1/partner/config/",
        "/v2/partner/config",
        "/V1/partner/config",
    ] {
        stage
            .ours
            .signed("GET", path)
            .send()
            .await
            .refused(Code::NotFound);
    }
}

async fn a_wrong_method_is_told_which_ones_fit(stage: &mut Stage) {
    let response = stage
        .ours
        .widget("DELETE", "/v1/partner/config")
        .send()
        .await;
    response.refused(Code::MethodNotAllowed);
    assert!(response.header("allow").unwrap().contains("GET"));
    let response = stage.ours.signed("PUT", "/v1/partner/users").send().await;
    response.refused(Code::MethodNotAllowed);
    let allowed = response.header("allow").unwrap();
    assert!(
        allowed.contains("GET") && allowed.contains("POST"),
        "{allowed}"
    );
}

async fn every_answer_carries_an_id_of_its_own(stage: &mut Stage) {
    let client = &stage.ours.client;
    let mut seen = BTreeSet::new();
    for request in [
        stage.ours.widget("GET", "/v1/partner/config"),
        client.request("GET", "/v1/partner/config"),
        client.request("OPTIONS", "/v1/partner/config"),
        client.request("GET", "/nowhere"),
        client.request("PATCH", "/v1/partner/config"),
        client.request("GET", "/health/live"),
        client.request("GET", "/donate.js"),
    ] {
        let response = request.header("x-request-id", "req_mine").send().await;
        let id = response.header("x-request-id").unwrap();
        assert!(id.starts_with("req_") && id != "req_mine", "{id}");
        assert!(seen.insert(id.to_owned()), "{id} came twice");
    }
}

async fn the_server_says_that_it_lives_and_is_ready(stage: &mut Stage) {
    for path in ["/health/live", "/health/ready"] {
        assert_eq!(
            stage.ours.client.request("GET", path).send().await.status,
            200
        );
    }
}
