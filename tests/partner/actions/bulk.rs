//! `POST …/actions/bulk`: many actions in one call, each standing alone.

use serde_json::{Value, json};
use shared::Code;
use shared::action::{ActionStatus, BulkItem, BulkResult, SubmittedAction};
use shared::id::ActionId;
use shared::money::Tokens;

use crate::stage::{Act, Response, Stage, purchase};

on_both_databases! {
    results_come_in_the_order_of_the_request,
    a_call_in_which_all_fail_is_answered,
    an_item_that_is_wrong_fails_alone,
    an_item_that_is_refused_fails_alone_and_stays_on_record,
    what_the_earlier_took_the_later_do_not_have,
    the_same_key_twice_in_one_call_is_a_replay,
    another_request_under_a_key_of_the_same_call_is_refused,
    a_bulk_item_equals_a_single_submit,
    the_same_call_again_is_all_replays,
    a_call_has_one_to_a_hundred_items,
    a_hundred_items_of_twenty_people_each_are_done,
    one_call_counts_once,
    a_job_is_gone,
}

fn codes(result: &BulkResult) -> Vec<Option<Code>> {
    let code = |item: &BulkItem| item.error.as_ref().map(|error| error.code);
    result.results.iter().map(code).collect()
}

fn tokens(result: &BulkResult) -> Vec<Option<i64>> {
    let tokens = |item: &BulkItem| item.tokens_distributed.map(|tokens| tokens.0);
    result.results.iter().map(tokens).collect()
}

fn as_single(item: &BulkItem) -> SubmittedAction {
    let item = item.clone();
    SubmittedAction {
        action_id: item.action_id.unwrap(),
        idempotency_key: item.idempotency_key.unwrap(),
        status: item.status,
        tokens_distributed: item.tokens_distributed.unwrap(),
        transaction_ids: item.transaction_ids.unwrap(),
    }
}

async fn results_come_in_the_order_of_the_request(stage: &mut Stage) {
    let acts: Vec<_> = (1..=40)
        .map(|number| purchase(&format!("key {number}")).amount(&number.to_string()))
        .collect();
    let result = stage.bulk_done(&acts).await;
    assert_eq!((result.total, result.succeeded, result.failed), (40, 40, 0));
    for (index, item) in result.results.iter().enumerate() {
        let number = index + 1;
        assert_eq!(item.index, index);
        assert_eq!(item.idempotency_key, Some(format!("key {number}")));
        let tokens = item.tokens_distributed.map(|tokens| tokens.0);
        assert_eq!(tokens, i64::try_from(number).ok());
    }
    let first: Value = stage.bulk(&[purchase("one")]).await.answer(200);
    let mut item = first["results"][0].clone();
    let action_id = item["actionId"].take();
    let action_id: ActionId = serde_json::from_value(action_id).unwrap();
    let record = stage.record(&action_id).await;
    let ids = item["transactionIds"].take();
    assert_eq!(ids, json!([record.transactions[0].id]));
    assert_eq!(
        item,
        json!({
            "index": 0, "idempotencyKey": "one", "status": "COMPLETED", "actionId": null,
            "tokensDistributed": 10, "transactionIds": null, "replayed": false,
        })
    );
}

async fn a_call_in_which_all_fail_is_answered(stage: &mut Stage) {
    let poor = |key| purchase(key).amount("10001");
    let result = stage.bulk_done(&[poor("one"), poor("two")]).await;
    assert_eq!((result.total, result.succeeded, result.failed), (2, 0, 2));
    assert_eq!(codes(&result), [Some(Code::InsufficientPool); 2]);
}

async fn an_item_that_is_wrong_fails_alone(stage: &mut Stage) {
    let good = |key| purchase(key).text();
    let people = json!([{ "stakeholderTypeCode": "CUSTOMER", "partnerUserId": "a\0" }]);
    let items = [
        good("first"),
        "7".to_owned(),
        "null".to_owned(),
        "[]".to_owned(),
        "{}".to_owned(),
        purchase("negative").amount("-1").text(),
        purchase("many").amount("1.001").text(),
        purchase("").text(),
        purchase("nul").with("stakeholders", &people).text(),
        purchase("unlisted").currency("XXX").text(),
        good("last"),
    ];
    let result: BulkResult = stage.bulk_of(&items.join(",")).await.answer(200);
    assert_eq!((result.succeeded, result.failed), (2, 9));
    let mut expected = [Some(Code::ValidationError); 11];
    (expected[0], expected[9], expected[10]) = (None, Some(Code::UnsupportedCurrency), None);
    assert_eq!(codes(&result), expected);
    let wrong = |index: usize| {
        let item = &result.results[index];
        assert_eq!(
            (item.status, &item.action_id),
            (ActionStatus::Failed, &None)
        );
        let message = item.error.clone().unwrap().message;
        (item.idempotency_key.clone(), message)
    };
    assert_eq!(wrong(4), (None, "idempotencyKey: is required".to_owned()));
    let (key, message) = wrong(5);
    assert_eq!(key.as_deref(), Some("negative"));
    assert!(message.starts_with("amount: "), "{message}");
    let (_, message) = wrong(8);
    assert!(
        message.starts_with("stakeholders[0].partnerUserId: "),
        "{message}"
    );
    assert_eq!(stage.count("actions").await, 2);
}

async fn an_item_that_is_refused_fails_alone_and_stays_on_record(stage: &mut Stage) {
    let poor = purchase("poor").amount("10001");
    let acts = [purchase("one"), poor.clone(), purchase("two")];
    let result = stage.bulk_done(&acts).await;
    assert_eq!(codes(&result), [None, Some(Code::InsufficientPool), None]);
    let id = result.results[1].action_id.clone().unwrap();
    assert_eq!(stage.record(&id).await.status, ActionStatus::Failed);
    assert_eq!(stage.recorded(&poor, Code::InsufficientPool).await, id);
    assert_eq!(stage.events_of("action.failed").await.len(), 1);
    stage.allocate(&stage.ours.pool_id, 1_000).await;
    let result = stage.bulk_done(&[poor]).await;
    assert_eq!(result.results[0].action_id, Some(id));
    assert_eq!(tokens(&result), [Some(10_001)]);
}

async fn what_the_earlier_took_the_later_do_not_have(stage: &mut Stage) {
    let amounts = ["6000", "5000", "4000", "1"];
    let acts: Vec<_> = amounts.map(|amount| purchase(amount).amount(amount)).into();
    let result = stage.bulk_done(&acts).await;
    assert_eq!(tokens(&result), [Some(6_000), None, Some(4_000), None]);
    assert_eq!(stage.pool_balance().await.balance, Tokens(0));
    assert_eq!(stage.events_of("token_pool.depleted").await.len(), 1);
}

async fn the_same_key_twice_in_one_call_is_a_replay(stage: &mut Stage) {
    let acts = [purchase("one"), purchase("two"), purchase("one")];
    let result = stage.bulk_done(&acts).await;
    let replayed: Vec<_> = result.results.iter().map(|item| item.replayed).collect();
    assert_eq!(replayed, [false, false, true]);
    assert_eq!(as_single(&result.results[0]), as_single(&result.results[2]));
    assert_eq!((result.succeeded, stage.count("actions").await), (3, 2));
}

async fn another_request_under_a_key_of_the_same_call_is_refused(stage: &mut Stage) {
    let acts = [purchase("one"), purchase("one").amount("11")];
    let result = stage.bulk_done(&acts).await;
    assert_eq!(codes(&result), [None, Some(Code::IdempotencyKeyReused)]);
    assert_eq!(result.results[1].action_id, None);
    // A key that failed is as good as new, in the same call as well.
    let acts = [purchase("two").amount("20000"), purchase("two").of("eve")];
    let result = stage.bulk_done(&acts).await;
    assert_eq!(codes(&result), [Some(Code::InsufficientPool), None]);
    assert_eq!(result.results[0].action_id, result.results[1].action_id);
    assert_eq!(stage.balance("eve").await.balance, Tokens(10));
}

async fn a_bulk_item_equals_a_single_submit(stage: &mut Stage) {
    let single = stage.rewarded(&purchase("one")).await;
    let result = stage.bulk_done(&[purchase("one"), purchase("two")]).await;
    assert_eq!(as_single(&result.results[0]), single);
    assert!(result.results[0].replayed && !result.results[1].replayed);
    let again = stage.submit(&purchase("two")).await;
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    let again: SubmittedAction = again.answer(200);
    assert_eq!(again, as_single(&result.results[1]));
}

async fn the_same_call_again_is_all_replays(stage: &mut Stage) {
    let acts: Vec<_> = (1..=10)
        .map(|number| purchase(&number.to_string()).amount("1000"))
        .collect();
    let first = stage.bulk_done(&acts).await;
    let before = stage.row_counts().await;
    let again = stage.bulk_done(&acts).await;
    assert!(again.results.iter().all(|item| item.replayed));
    let singles = |result: &BulkResult| result.results.iter().map(as_single).collect::<Vec<_>>();
    assert_eq!(singles(&again), singles(&first));
    assert_eq!(stage.row_counts().await, before);
}

async fn a_call_has_one_to_a_hundred_items(stage: &mut Stage) {
    let items = |count: usize| vec![purchase("one").text(); count].join(",");
    for count in [0, 101, 150] {
        let refused: Response = stage.bulk_of(&items(count)).await;
        refused.refused(Code::BulkLimitExceeded);
    }
    let path = "/v1/partner/actions/bulk";
    for body in [
        "{}",
        r#"{"actions":7}"#,
        r#"{"actions":{}}"#,
        r#"{"actions":null}"#,
    ] {
        let refused = stage.ours.posting(path, body.to_owned()).send().await;
        refused.refused_field("actions");
    }
    assert_eq!(stage.count("actions").await, 0);
    let result: BulkResult = stage.bulk_of(&items(100)).await.answer(200);
    assert_eq!((result.total, result.succeeded), (100, 100));
    assert_eq!(stage.count("actions").await, 1);
}

async fn a_hundred_items_of_twenty_people_each_are_done(stage: &mut Stage) {
    let names: Vec<_> = (0..20).map(|number| format!("user {number}")).collect();
    let people: Vec<_> = names
        .iter()
        .map(|name| ("CUSTOMER", name.as_str()))
        .collect();
    let acts: Vec<Act> = (0..100)
        .map(|number| purchase(&number.to_string()).amount("20").by(&people))
        .collect();
    let result = stage.bulk_done(&acts).await;
    assert_eq!((result.succeeded, result.failed), (100, 0));
    assert_eq!(
        stage.count("transactions WHERE type = 'CREDIT'").await,
        2_000
    );
    assert_eq!(stage.balance("user 19").await.balance, Tokens(100));
}

async fn one_call_counts_once(stage: &mut Stage) {
    let one = stage.submit(&purchase("one")).await;
    let acts: Vec<_> = (0..30)
        .map(|number| purchase(&number.to_string()))
        .collect();
    let many = stage.bulk(&acts).await;
    let left = |response: &Response| response.number("x-ratelimit-remaining");
    assert_eq!(left(&many), left(&one) - 1);
}

async fn a_job_is_gone(stage: &mut Stage) {
    let path = "/v1/partner/actions/bulk/0123456789abcdef01234567";
    let gone = stage.ours.signed("GET", path).send().await;
    let message = gone.refused(Code::Gone).message;
    assert!(message.contains("/v1/partner/actions/bulk"), "{message}");
}
