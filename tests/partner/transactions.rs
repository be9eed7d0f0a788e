//! `/v1/partner/transactions`

mod filters;

use std::collections::BTreeSet;

use ledger::{Command, Spend};
use serde_json::{Value, json};
use server::store::ledger::Order;
use shared::Code;
use shared::id::{PoolId, TransactionId};
use shared::money::Tokens;
use shared::page::Page;
use shared::transaction::{Direction, GetTransaction, ListTransactions, Transaction};
use shared::user::ListUsers;

use crate::stage::{MINUTE_MS, Response, Stage};

on_both_databases! {
    a_transaction_is_shown_with_its_entries,
    an_allocation_comes_from_issuance,
    every_type_is_shown_by_its_accounts_and_found_by_its_name,
    all_are_counted,
    transactions_are_newest_first,
    a_signed_publishable_key_reads_transactions,
    an_unknown_transaction_is_not_found,
    another_partners_transactions_are_not_seen,
}

const PATH: &str = "/v1/partner/transactions";

async fn give(stage: &Stage, name: &str, amount: i64) {
    let fields = json!({ "partnerUserId": name, "amount": amount });
    let id = stage.create_link_with(fields).await.partner_donation_id;
    stage.pay(&id, None).await;
    stage.settled(&id).await;
}

/// Four gifts in four minutes, of which the last is paid by a pool of its own;
/// answers that pool. Two allocations have been before.
async fn fill(stage: &Stage) -> PoolId {
    stage.pass_time(MINUTE_MS);
    for (name, amount) in [("ada", 100), ("eve", 200), ("ada", 300)] {
        give(stage, name, amount).await;
        stage.pass_time(MINUTE_MS);
    }
    let soon = stage.now().plus_ms(MINUTE_MS);
    let pool = stage
        .add_pool(400, |pool| pool.expires_at = Some(soon))
        .await;
    give(stage, "ada", 400).await;
    pool
}

async fn list(stage: &Stage, query: &str) -> Response {
    stage
        .ours
        .signed("GET", &format!("{PATH}?{query}"))
        .send()
        .await
}

async fn page(stage: &Stage, query: &str) -> Page<Transaction> {
    list(stage, query).await.answer(200)
}

async fn a_transaction_is_shown_with_its_entries(stage: &mut Stage) {
    stage.pass_time(MINUTE_MS);
    give(stage, "ada 1", 2500).await;
    let told = stage.events_of("transaction.completed").await;
    let told = &told.last().unwrap().data;
    let (pool, id) = (&stage.ours.pool_id, told["id"].as_str().unwrap());
    let shown: Value = stage
        .ours
        .signed("GET", &format!("{PATH}/{id}"))
        .send()
        .await
        .answer(200);
    assert_eq!(
        shown,
        json!({
            "id": id, "type": "CREDIT", "amount": 25, "externalUserId": "ada 1",
            "actionId": told["actionId"], "poolId": pool, "createdAt": "2025-05-10T11:21:00.000Z",
            "entries": [
                { "account": format!("pool:{pool}"), "direction": "DEBIT", "amount": 25 },
                { "account": "wallet:ada 1", "direction": "CREDIT", "amount": 25 },
            ],
        })
    );
    assert_eq!(&shown, told);
    let listed = list(stage, "").await.answer::<Value>(200);
    assert_eq!(listed["data"][0], shown);
}

async fn an_allocation_comes_from_issuance(stage: &mut Stage) {
    let (data, pool) = (page(stage, "").await.data, &stage.ours.pool_id);
    let [allocation] = data.as_slice() else {
        panic!("one allocation has been: {data:?}");
    };
    assert_eq!(
        (&allocation.external_user_id, &allocation.action_id),
        (&None, &None)
    );
    let entries: Vec<_> = allocation
        .entries
        .iter()
        .map(|entry| (entry.account.clone(), entry.direction, entry.amount.0))
        .collect();
    let expected = [
        ("issuance".to_owned(), Direction::Debit, 10_000),
        (format!("pool:{pool}"), Direction::Credit, 10_000),
    ];
    assert_eq!(entries, expected);
}

/// Has a user earn, spend, owe and pay back.
async fn owe(stage: &Stage) {
    let submit = |key: &'static str, amount: i64| {
        let body = json!({
            "idempotencyKey": key, "actionType": "PURCHASE", "amount": amount, "autoCreateUsers": true,
            "stakeholders": [{ "stakeholderTypeCode": "CUSTOMER", "partnerUserId": "ada" }],
        });
        let path = "/v1/partner/actions/submit";
        let request = stage.ours.signed_json("POST", path, &body);
        async move { request.send().await.answer::<Value>(200) }
    };
    let first = submit("first", 10).await;
    stage.pass_time(MINUTE_MS);
    let spend = Command::Spend(Spend {
        seed: stage.app().context.seed(),
        external_id: "ada".to_owned().into(),
        amount: Tokens(10),
        key: "spent".to_owned(),
    });
    let partner_id = stage.ours.partner.id.clone();
    let done = stage.app().ledger.submit(Order {
        partner_id,
        command: spend,
    });
    done.await.unwrap();
    stage.pass_time(MINUTE_MS);
    let path = format!(
        "/v1/partner/actions/{}/reverse",
        first["actionId"].as_str().unwrap()
    );
    let reverse = json!({ "reversalPercentage": 100, "refundIdempotencyKey": "back" });
    let reversed = stage.ours.signed_json("POST", &path, &reverse).send().await;
    assert_eq!(reversed.status, 200, "{}", reversed.text);
    stage.pass_time(MINUTE_MS);
    submit("second", 4).await;
}

async fn every_type_is_shown_by_its_accounts_and_found_by_its_name(stage: &mut Stage) {
    owe(stage).await;
    let pool = &stage.ours.pool_id;
    let (pool, receivable) = (format!("pool:{pool}"), format!("receivable:{pool}"));
    for (name, accounts) in [
        ("ALLOCATION", vec!["issuance", &pool]),
        ("CREDIT", vec![&pool, "wallet:ada"]),
        ("SPEND", vec!["marketplace", "wallet:ada"]),
        ("REVERSAL", vec!["debt:ada", &receivable]),
        (
            "DEBT_REPAYMENT",
            vec!["debt:ada", &pool, &receivable, "wallet:ada"],
        ),
        ("EXPIRY", vec![]),
    ] {
        let data = page(stage, &format!("type={name}")).await.data;
        let found: BTreeSet<_> = data
            .iter()
            .flat_map(|transaction| &transaction.entries)
            .map(|entry| entry.account.as_str())
            .collect();
        assert_eq!(found.into_iter().collect::<Vec<_>>(), accounts, "{name}");
        for transaction in data {
            assert_eq!(transaction.transaction_type.as_str(), name);
            let id = transaction.id.clone();
            assert_eq!(stage.ours.call(&GetTransaction { id }).await, transaction);
        }
    }
    // The events told the same.
    for told in stage.events_of("transaction.completed").await {
        let id = TransactionId(told.data["id"].as_str().unwrap().to_owned());
        let shown = stage.ours.ask(&GetTransaction { id }).await;
        assert_eq!(shown.answer::<Value>(200), told.data);
    }
}

async fn all_are_counted(stage: &mut Stage) {
    owe(stage).await;
    give(stage, "eve", 100).await;
    let ours = format!("partner_id = '{}'", stage.ours.partner.id);
    let hers = "user_id = (SELECT id FROM users WHERE external_id = 'ada')".to_owned();
    for (path, whose) in [(PATH, ours), ("/v1/partner/users/ada/transactions", hers)] {
        let page: Page<Value> = stage.ours.signed("GET", path).send().await.answer(200);
        let rows = stage.count(&format!("transactions WHERE {whose}")).await;
        assert_eq!(page.pagination.total, Some(rows), "{path}");
        assert_eq!(i64::try_from(page.data.len()), Ok(rows), "{path}");
    }
    let users = stage.ours.call(&ListUsers::default()).await;
    assert_eq!((users.data.len(), users.pagination.total), (2, Some(2)));
}

async fn transactions_are_newest_first(stage: &mut Stage) {
    fill(stage).await;
    let data = page(stage, "").await.data;
    assert!(data.is_sorted_by(|a, b| (a.created_at, &a.id) > (b.created_at, &b.id)));
    for transaction in &data {
        let sum = |direction: Direction| {
            let entries = transaction
                .entries
                .iter()
                .filter(|entry| entry.direction == direction);
            entries.map(|entry| entry.amount.0).sum::<i64>()
        };
        assert_eq!(sum(Direction::Debit), sum(Direction::Credit));
        assert_eq!(sum(Direction::Debit), transaction.amount.0);
    }
}

async fn a_signed_publishable_key_reads_transactions(stage: &mut Stage) {
    let keys = &stage.ours.keys;
    let request = stage.ours.client.request("GET", PATH);
    let signed = request.signed(&keys.public, &keys.hmac_secret);
    assert_eq!(signed.send().await.status, 200);
}

async fn an_unknown_transaction_is_not_found(stage: &mut Stage) {
    for id in ["0", "000000000000000000000000", "😀"] {
        let id = TransactionId(id.to_owned());
        stage
            .ours
            .ask(&GetTransaction { id })
            .await
            .refused(Code::TransactionNotFound);
    }
}

async fn another_partners_transactions_are_not_seen(stage: &mut Stage) {
    give(stage, "ada", 100).await;
    let theirs = stage.theirs.call(&ListTransactions::default()).await.data;
    assert_eq!(theirs.len(), 1);
    let id = page(stage, "").await.data[0].id.clone();
    stage
        .theirs
        .ask(&GetTransaction { id })
        .await
        .refused(Code::TransactionNotFound);
    for query in [
        "externalUserId=ada",
        &format!("poolId={}", stage.ours.pool_id),
    ] {
        let path = format!("{PATH}?{query}");
        let found: Page<Transaction> = stage.theirs.signed("GET", &path).send().await.answer(200);
        assert!(found.data.is_empty(), "{query}");
    }
}
