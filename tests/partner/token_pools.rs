//! `/v1/partner/token-pools`

mod requests;

use ledger::Refill;
use serde_json::{Value, json};
use shared::Code;
use shared::id::PoolId;
use shared::money::Tokens;
use shared::token_pool::{GetPool, GetPoolBalance, ListPools};

use crate::stage::{HOUR_MS, MINUTE_MS, Stage};

on_both_databases! {
    a_pool_is_shown_with_its_rules,
    a_pool_that_refills_itself_says_how,
    a_pool_says_whether_it_pays,
    pools_are_listed_newest_first,
    a_pool_shows_what_went_in_and_out,
    an_unknown_pool_is_not_found,
    another_partners_pool_is_not_found,
}

async fn balance(stage: &Stage) -> Value {
    let id = stage.ours.pool_id.clone();
    stage.ours.ask(&GetPoolBalance { id }).await.answer(200)
}

async fn find(stage: &Stage, id: &PoolId) -> Value {
    stage
        .ours
        .ask(&GetPool { id: id.clone() })
        .await
        .answer(200)
}

async fn a_pool_is_shown_with_its_rules(stage: &mut Stage) {
    let end = stage.now().plus_ms(HOUR_MS);
    let id = stage.add_pool(500, |pool| {
        "Spring".clone_into(&mut pool.name);
        (pool.vesting_days, pool.expires_at) = (7, Some(end));
        pool.action_types = vec!["PURCHASE".to_owned(), "REFERRAL".to_owned()];
        pool.low_balance_threshold = Some(Tokens(50));
    });
    let id = id.await;
    let shown = find(stage, &id).await;
    assert_eq!(
        shown,
        json!({
            "id": id, "name": "Spring", "environment": "sandbox", "status": "ACTIVE", "balance": 500,
            "allocated": 500, "distributed": 0, "reversed": 0, "lowBalanceThreshold": 50,
            "restrictions": {
                "vestingDays": 7, "expiresAt": "2025-05-10T12:20:00.000Z",
                "allowedActionTypes": ["PURCHASE", "REFERRAL"],
            },
            "autoRefill": null, "createdAt": "2025-05-10T11:20:00.000Z",
        })
    );
    let told = stage.events_of("token_pool.allocated").await;
    assert_eq!(told.last().unwrap().data, shown);
}

async fn a_pool_that_refills_itself_says_how(stage: &mut Stage) {
    for (allowance, enabled) in [(1_000, true), (0, false)] {
        let id = stage.add_pool(500, |pool| {
            pool.refill = Some(Refill {
                threshold: Tokens(10),
                amount: Tokens(100),
                per_day: 3,
                allowance: Tokens(allowance),
                day: 0,
                count: 0,
            });
        });
        let shown = find(stage, &id.await).await;
        assert_eq!(
            shown["autoRefill"],
            json!({ "enabled": enabled, "threshold": 10, "amount": 100, "maxPerDay": 3 })
        );
    }
}

async fn a_pool_says_whether_it_pays(stage: &mut Stage) {
    let end = stage.now().plus_ms(HOUR_MS);
    let ended = stage.add_pool(5, |pool| pool.expires_at = Some(end)).await;
    let closed = stage.add_pool(5, |pool| pool.is_active = false).await;
    let empty = stage.add_pool(0, |_| {}).await;
    stage.pass_time(HOUR_MS);
    for (id, status) in [
        (ended, "EXPIRED"),
        (closed, "INACTIVE"),
        (empty, "EXHAUSTED"),
    ] {
        assert_eq!(find(stage, &id).await["status"], status);
    }
}

async fn pools_are_listed_newest_first(stage: &mut Stage) {
    let first = stage.ours.pool_id.clone();
    stage.pass_time(MINUTE_MS);
    let mut ids = vec![first];
    for _ in 0..4 {
        ids.push(stage.add_pool(1, |_| {}).await);
    }
    let all = stage.ours.call(&ListPools::default()).await;
    assert_eq!((all.data.len(), all.pagination.total), (5, Some(5)));
    let places: Vec<_> = all
        .data
        .iter()
        .map(|pool| (pool.created_at, &pool.id))
        .collect();
    assert!(places.is_sorted_by(|a, b| a > b), "{places:?}");
    assert_eq!(all.data[4].id, ids[0]);
    let mut seen = Vec::new();
    let mut cursor = None;
    loop {
        let (page, limit) = (None, Some(2));
        let next = stage
            .ours
            .call(&ListPools {
                page,
                limit,
                cursor,
            })
            .await;
        seen.extend(next.data);
        cursor = next.pagination.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(seen, all.data);
    let shown = stage
        .ours
        .ask(&ListPools::default())
        .await
        .answer::<Value>(200);
    assert_eq!(shown["data"][4], find(stage, &ids[0]).await);
    for query in ["limit=0", "page=0", "cursor=x"] {
        let path = format!("/v1/partner/token-pools?{query}");
        let field = query.split_once('=').unwrap().0;
        stage
            .ours
            .signed("GET", &path)
            .send()
            .await
            .refused_field(field);
    }
}

async fn a_pool_shows_what_went_in_and_out(stage: &mut Stage) {
    stage.allocate(&stage.ours.pool_id, 500).await;
    let id = stage.create_link().await.partner_donation_id;
    stage.pay(&id, Some("ada@example.org")).await;
    stage.settled(&id).await;
    stage.pass_time(1_500);
    assert_eq!(
        balance(stage).await,
        json!({
            "poolId": stage.ours.pool_id, "balance": 10_475, "allocated": 10_500, "distributed": 25,
            "reversed": 0, "outstandingDebt": 0, "asOf": "2025-05-10T11:20:01.500Z",
        })
    );
}

async fn an_unknown_pool_is_not_found(stage: &mut Stage) {
    for id in ["0", "000000000000000000000000", "😀"] {
        let id = PoolId(id.to_owned());
        stage
            .ours
            .ask(&GetPoolBalance { id: id.clone() })
            .await
            .refused(Code::TokenPoolNotFound);
        let shown = stage.ours.ask(&GetPool { id }).await;
        shown.refused(Code::TokenPoolNotFound);
    }
}

async fn another_partners_pool_is_not_found(stage: &mut Stage) {
    let id = stage.theirs.pool_id.clone();
    stage
        .ours
        .ask(&GetPoolBalance { id: id.clone() })
        .await
        .refused(Code::TokenPoolNotFound);
    let shown = stage.ours.ask(&GetPool { id }).await;
    shown.refused(Code::TokenPoolNotFound);
}
