//! `/v1/partner/transactions`

use std::collections::BTreeSet;

use ledger::{Command, Spend};
use serde_json::{Value, json};
use server::store::ledger::Order;
use shared::Code;
use shared::action::ActionEvent;
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
    each_filter_finds_its_own,
    filters_are_joined,
    a_span_of_time_holds_its_beginning_and_not_its_end,
    a_filter_that_nothing_fits_is_an_empty_page,
    a_walk_by_cursor_sees_each_transaction_once,
    a_wrong_filter_is_named,
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

async fn amounts(stage: &Stage, query: &str) -> Vec<i64> {
    let page = page(stage, query).await;
    page.data
        .iter()
        .map(|transaction| transaction.amount.0)
        .collect()
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

async fn each_filter_finds_its_own(stage: &mut Stage) {
    let pool = fill(stage).await;
    let told = stage.events_of("action.completed").await;
    let action: ActionEvent = serde_json::from_value(told[1].data.clone()).unwrap();
    let action = format!("actionId={}", action.action_id);
    for (query, expected) in [
        ("type=CREDIT", vec![4, 3, 2, 1]),
        ("externalUserId=ada", vec![4, 3, 1]),
        ("externalUserId=eve", vec![2]),
        (&action, vec![2]),
        (
            &format!("poolId={}", stage.ours.pool_id),
            vec![3, 2, 1, 10_000],
        ),
    ] {
        assert_eq!(amounts(stage, query).await, expected, "{query}");
        let total = page(stage, query).await.pagination.total;
        assert_eq!(total, i64::try_from(expected.len()).ok(), "{query}");
    }
    for query in ["type=ALLOCATION", &format!("poolId={pool}")] {
        let mut found = amounts(stage, query).await;
        found.sort_unstable();
        let expected = if query == "type=ALLOCATION" {
            [400, 10_000]
        } else {
            [4, 400]
        };
        assert_eq!(found, expected, "{query}");
    }
}

async fn filters_are_joined(stage: &mut Stage) {
    let pool = fill(stage).await;
    let ours = stage.ours.pool_id.clone();
    for (query, expected) in [
        (format!("externalUserId=ada&poolId={ours}"), vec![3, 1]),
        (
            format!("externalUserId=ada&poolId={pool}&type=CREDIT"),
            vec![4],
        ),
        (format!("poolId={pool}&type=ALLOCATION"), vec![400]),
        (format!("poolId={pool}&type=CREDIT"), vec![4]),
        ("externalUserId=eve&type=ALLOCATION".to_owned(), vec![]),
        (
            "type=CREDIT&from=2025-05-10T11:22:00Z&to=2025-05-10T11:23:00Z".to_owned(),
            vec![2],
        ),
        (
            format!("poolId={ours}&to=2025-05-10T11:21:00Z"),
            vec![10_000],
        ),
    ] {
        assert_eq!(amounts(stage, &query).await, expected, "{query}");
        let total = page(stage, &query).await.pagination.total;
        assert_eq!(total, i64::try_from(expected.len()).ok(), "{query}");
    }
    let data = page(stage, "externalUserId=ada&limit=1").await.data;
    let action = data[0].action_id.clone().unwrap();
    for (more, count) in [
        ("", 1),
        ("&externalUserId=ada&type=CREDIT", 1),
        ("&externalUserId=eve", 0),
        ("&from=2025-05-10T11:25:00Z", 0),
        ("&to=2025-05-10T11:25:00Z", 1),
    ] {
        let found = amounts(stage, &format!("actionId={action}{more}")).await;
        assert_eq!(found.len(), count, "{more}");
    }
}

async fn a_span_of_time_holds_its_beginning_and_not_its_end(stage: &mut Stage) {
    fill(stage).await;
    for (query, expected) in [
        (
            "from=2025-05-10T11:21:00Z&to=2025-05-10T11:23:00Z",
            vec![2, 1],
        ),
        ("to=2025-05-10T11:21:00.001Z", vec![1, 10_000]),
        ("to=2025-05-10T11:21:00Z", vec![10_000]),
        (
            "from=2025-05-10T11:23:00.001Z&to=2025-05-10T11:24:00Z",
            vec![],
        ),
        (
            "from=2025-05-10T11:23:00Z&to=2025-05-10T13:24:00%2B02:00",
            vec![3],
        ),
        ("from=2025-05-10T11:23:00Z&to=2025-05-10T11:22:00Z", vec![]),
    ] {
        assert_eq!(amounts(stage, query).await, expected, "{query}");
    }
}

async fn a_filter_that_nothing_fits_is_an_empty_page(stage: &mut Stage) {
    fill(stage).await;
    for query in [
        "externalUserId=nobody",
        "externalUserId=Ada",
        "actionId=000000000000000000000000",
        "poolId=nothing",
        "to=1970-01-01T00:00:00Z",
    ] {
        let page = page(stage, query).await;
        assert_eq!(
            (page.data.len(), page.pagination.total),
            (0, Some(0)),
            "{query}"
        );
        assert_eq!(page.pagination.next_cursor, None);
    }
}

async fn a_walk_by_cursor_sees_each_transaction_once(stage: &mut Stage) {
    let pool = fill(stage).await;
    for filter in [
        "",
        "type=CREDIT&",
        "type=ALLOCATION&",
        "externalUserId=ada&",
        &format!("poolId={pool}&"),
        "from=2025-05-10T11:21:00Z&to=2025-05-10T11:24:00Z&",
    ] {
        let all = page(stage, &format!("{filter}limit=100")).await.data;
        assert!(!all.is_empty(), "{filter}");
        let mut seen = Vec::new();
        let mut next = page(stage, &format!("{filter}limit=1")).await;
        loop {
            seen.append(&mut next.data);
            let Some(cursor) = next.pagination.next_cursor else {
                break;
            };
            next = page(stage, &format!("{filter}limit=1&cursor={cursor}")).await;
            assert_eq!((next.pagination.page, next.pagination.total), (None, None));
        }
        assert_eq!(seen, all, "{filter}");
        let second = page(stage, &format!("{filter}limit=1&page=2")).await.data;
        assert_eq!(second, all.get(1..2).unwrap_or_default(), "{filter}");
    }
}

async fn a_wrong_filter_is_named(stage: &mut Stage) {
    for (field, value) in [
        ("type", "credit"),
        ("type", "PLEDGE"),
        ("type", "ALLOCATION,CREDIT"),
        ("from", "yesterday"),
        ("to", "2025-05-10"),
        ("limit", "0"),
        ("cursor", "x"),
        ("externalUserId", "a%00b"),
    ] {
        list(stage, &format!("{field}={value}"))
            .await
            .refused_field(field);
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
