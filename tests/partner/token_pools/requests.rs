//! `/v1/partner/token-pools/request` and `…/requests`

use futures_util::future::join_all;
use serde_json::{Value, json};
use shared::Code;
use shared::page::Page;
use shared::token_pool::{ListPoolRequests, PoolRequest};

use crate::stage::{HOUR_MS, MINUTE_MS, Response, Stage};

on_both_databases! {
    a_request_waits_for_the_operator,
    a_request_may_leave_the_pool_to_the_operator,
    each_wrong_field_is_named_and_nothing_is_stored,
    only_a_pool_of_ones_own_is_asked_for,
    a_publishable_key_asks_for_nothing,
    the_same_request_again_answers_the_same,
    another_request_under_the_same_key_is_refused,
    a_key_of_another_call_is_refused,
    sixteen_callers_with_one_key_ask_once,
    requests_are_listed_newest_first_and_by_status,
    another_partners_requests_are_not_seen,
    the_words_are_no_pools_ids,
}

const REQUEST: &str = "/v1/partner/token-pools/request";
const REQUESTS: &str = "/v1/partner/token-pools/requests";

async fn ask(stage: &Stage, body: &Value) -> Response {
    stage.ours.signed_json("POST", REQUEST, body).send().await
}

async fn ask_under(stage: &Stage, key: &str, body: &Value) -> Response {
    let request = stage.ours.signed_json("POST", REQUEST, body);
    request.header("idempotency-key", key).send().await
}

async fn list(stage: &Stage, query: &str) -> Page<PoolRequest> {
    let path = format!("{REQUESTS}?{query}");
    stage.ours.signed("GET", &path).send().await.answer(200)
}

async fn a_request_waits_for_the_operator(stage: &mut Stage) {
    let body = json!({ "poolId": stage.ours.pool_id, "amount": 5_000, "reason": "Spring 🌱" });
    let asked = ask(stage, &body).await;
    let mut shown: Value = asked.answer(201);
    let id = shown.as_object_mut().unwrap().remove("id").unwrap();
    assert_eq!(id.as_str().unwrap().len(), 24);
    assert_eq!(
        shown,
        json!({
            "poolId": stage.ours.pool_id, "amount": 5_000, "reason": "Spring 🌱", "status": "PENDING",
            "createdAt": "2025-05-10T11:20:00.000Z", "decidedAt": null,
        })
    );
    assert_eq!(
        list(stage, "").await.data,
        [asked.answer::<PoolRequest>(201)]
    );
    assert_eq!(stage.pool_balance().await.balance.0, 10_000);
}

async fn a_request_may_leave_the_pool_to_the_operator(stage: &mut Stage) {
    for body in [
        json!({ "amount": 1, "reason": "x" }),
        json!({ "amount": 1, "reason": "x", "poolId": null }),
    ] {
        let asked: PoolRequest = ask(stage, &body).await.answer(201);
        assert_eq!(asked.pool_id, None);
    }
}

async fn each_wrong_field_is_named_and_nothing_is_stored(stage: &mut Stage) {
    for (field, value) in [
        ("amount", json!(0)),
        ("amount", json!(-5)),
        ("amount", json!(1.5)),
        ("amount", json!("5")),
        ("amount", json!(null)),
        ("amount", json!(1_000_000_000_001_i64)),
        ("amount", json!(u64::MAX)),
        ("reason", json!("")),
        ("reason", json!(" ")),
        ("reason", json!("a".repeat(501))),
        ("reason", json!("a\u{7}")),
        ("reason", json!(7)),
        ("poolId", json!(7)),
    ] {
        let mut body = json!({ "amount": 5, "reason": "Spring" });
        body[field] = value;
        ask(stage, &body).await.refused_field(field);
    }
    for field in ["amount", "reason"] {
        let mut body = json!({ "amount": 5, "reason": "Spring" });
        body.as_object_mut().unwrap().remove(field);
        ask(stage, &body).await.refused_field(field);
    }
    let both = ask(stage, &json!({ "amount": 0, "reason": "" })).await;
    assert_eq!(both.refused(Code::ValidationError).errors.len(), 2);
    assert_eq!(stage.count("pool_requests").await, 0);
}

async fn only_a_pool_of_ones_own_is_asked_for(stage: &mut Stage) {
    for pool in ["000000000000000000000000", stage.theirs.pool_id.as_str()] {
        let body = json!({ "poolId": pool, "amount": 5, "reason": "Spring" });
        ask(stage, &body).await.refused(Code::TokenPoolNotFound);
    }
    assert_eq!(stage.count("pool_requests").await, 0);
}

async fn a_publishable_key_asks_for_nothing(stage: &mut Stage) {
    let keys = &stage.ours.keys;
    let body = json!({ "amount": 5, "reason": "Spring" });
    let request = stage.ours.client.request("POST", REQUEST).json(&body);
    let signed = request.signed(&keys.public, &keys.hmac_secret);
    signed.send().await.refused(Code::SecretKeyRequired);
}

async fn the_same_request_again_answers_the_same(stage: &mut Stage) {
    let body = json!({ "amount": 5, "reason": "Spring" });
    let first = ask_under(stage, "try 1", &body).await;
    stage.pass_time(HOUR_MS);
    let again = ask_under(stage, "try 1", &body).await;
    assert_eq!(first.header("idempotent-replayed"), None);
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert_eq!((again.status, &again.text), (201, &first.text));
    assert_eq!(ask(stage, &body).await.status, 201);
    assert_eq!(stage.count("pool_requests").await, 2);
}

async fn another_request_under_the_same_key_is_refused(stage: &mut Stage) {
    ask_under(stage, "try 1", &json!({ "amount": 5, "reason": "Spring" })).await;
    let other = ask_under(stage, "try 1", &json!({ "amount": 6, "reason": "Spring" })).await;
    other.refused(Code::IdempotencyKeyReused);
    assert_eq!(stage.count("pool_requests").await, 1);
}

async fn a_key_of_another_call_is_refused(stage: &mut Stage) {
    let user = json!({ "externalUserId": "ada" });
    let made = stage.ours.signed_json("POST", "/v1/partner/users", &user);
    let made = made.header("idempotency-key", "try 1").send().await;
    assert_eq!(made.status, 201);
    let other = ask_under(stage, "try 1", &json!({ "amount": 6, "reason": "Spring" })).await;
    other.refused(Code::IdempotencyKeyReused);
}

async fn sixteen_callers_with_one_key_ask_once(stage: &mut Stage) {
    let body = json!({ "amount": 5, "reason": "Spring" });
    let answers = join_all((0..16).map(|_| ask_under(stage, "try 1", &body))).await;
    for answer in &answers {
        assert_eq!((answer.status, &answer.text), (201, &answers[0].text));
    }
    assert_eq!(stage.count("pool_requests").await, 1);
}

async fn requests_are_listed_newest_first_and_by_status(stage: &mut Stage) {
    for amount in 1..=5 {
        let body = json!({ "amount": amount, "reason": "Spring" });
        assert_eq!(ask(stage, &body).await.status, 201);
        stage.pass_time(MINUTE_MS);
    }
    let mut tx = stage.app().db.write().await.unwrap();
    sqlx::query("UPDATE pool_requests SET status = 'REJECTED', decided_at = $1 WHERE amount = 2")
        .bind(stage.now().0)
        .execute(&mut *tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    for (query, expected) in [
        ("", vec![5, 4, 3, 2, 1]),
        ("status=PENDING", vec![5, 4, 3, 1]),
        ("status=REJECTED", vec![2]),
        ("status=APPROVED", vec![]),
        ("limit=2&page=2", vec![3, 2]),
    ] {
        let page = list(stage, query).await;
        let amounts: Vec<_> = page.data.iter().map(|request| request.amount.0).collect();
        assert_eq!(amounts, expected, "{query}");
        if !query.contains("page") {
            assert_eq!(page.pagination.total, i64::try_from(expected.len()).ok());
        }
    }
    assert_eq!(
        list(stage, "status=REJECTED").await.data[0].decided_at,
        Some(stage.now())
    );
    let cursor = list(stage, "status=PENDING&limit=3")
        .await
        .pagination
        .next_cursor
        .unwrap();
    let last = list(stage, &format!("status=PENDING&limit=3&cursor={cursor}")).await;
    assert_eq!(
        (last.data[0].amount.0, last.pagination.next_cursor),
        (1, None)
    );
    for (field, value) in [("status", "pending"), ("limit", "0"), ("cursor", "x")] {
        let path = format!("{REQUESTS}?{field}={value}");
        stage
            .ours
            .signed("GET", &path)
            .send()
            .await
            .refused_field(field);
    }
}

async fn another_partners_requests_are_not_seen(stage: &mut Stage) {
    ask(stage, &json!({ "amount": 5, "reason": "Spring" })).await;
    let theirs = stage.theirs.call(&ListPoolRequests::default()).await;
    assert_eq!((theirs.data.len(), theirs.pagination.total), (0, Some(0)));
}

async fn the_words_are_no_pools_ids(stage: &mut Stage) {
    let wrong = stage.ours.signed("GET", REQUEST).send().await;
    wrong.refused(Code::MethodNotAllowed);
    assert_eq!(stage.ours.signed("GET", REQUESTS).send().await.status, 200);
}
