//! Which pool pays an action, when its tokens can be spent, and what a pool does
//! of its own accord.

use ledger::{Pool, Refill};
use serde_json::{Value, json};
use shared::Code;
use shared::id::PoolId;
use shared::money::Tokens;
use shared::transaction::TransactionType::{Allocation, Credit};

use super::{bind_first_pool, tokens_for};
use crate::stage::{DAY_MS, HOUR_MS, Stage, purchase};

on_both_databases! {
    the_pool_that_expires_first_pays,
    of_pools_that_end_alike_the_one_made_first_pays,
    a_pool_pays_the_types_that_it_is_for,
    a_pool_ends_at_its_moment,
    no_two_pools_pay_one_action,
    what_is_left_of_an_expired_pool_goes_back_once,
    an_empty_pool_expires_without_a_transaction,
    an_expired_pool_takes_back_what_it_paid,
    tokens_vest_on_their_day,
    a_pool_refills_itself_in_the_movement_that_empties_it,
    a_refill_makes_a_payment_possible,
    a_payment_that_cannot_be_made_refills_nothing,
    a_day_has_so_many_refills,
    refills_end_with_the_allowance,
    a_low_balance_is_told_once_until_it_is_high_again,
    a_reversal_lifts_a_low_balance,
    the_last_token_is_told,
    an_allocation_is_told,
}

async fn balance(stage: &Stage, pool: &PoolId) -> i64 {
    stage.balance_of_pool(pool).await.balance.0
}

async fn close_first_pool(stage: &Stage) {
    let id = &stage.ours.pool_id;
    let close = format!("UPDATE pools SET is_active = 0 WHERE id = '{id}'");
    stage.change_rows(&close).await;
}

/// The only pool that pays, with the refill of the tests: below 50 it takes 100,
/// twice a day.
async fn refilling(stage: &Stage, tokens: i64, allowance: i64) -> PoolId {
    close_first_pool(stage).await;
    let refill = Refill {
        threshold: Tokens(50),
        amount: Tokens(100),
        per_day: 2,
        allowance: Tokens(allowance),
        day: 0,
        count: 0,
    };
    stage
        .add_pool(tokens, |pool| pool.refill = Some(refill))
        .await
}

async fn the_pool_that_expires_first_pays(stage: &mut Stage) {
    let ending = async |days: i64| {
        let end = stage.now().plus_ms(days * DAY_MS);
        stage.add_pool(10, |pool| pool.expires_at = Some(end)).await
    };
    let (second, first) = (ending(2).await, ending(1).await);
    let last = stage.ours.pool_id.clone();
    let mut paid = Vec::new();
    for (key, amount) in [("a", "7"), ("b", "7"), ("c", "3"), ("d", "7"), ("e", "3")] {
        let done = stage.rewarded(&purchase(key).amount(amount)).await;
        let pool = stage.record(&done.action_id).await.pool_id.unwrap();
        paid.push([&first, &second, &last].iter().position(|id| **id == pool));
    }
    // What does not fit into what is left of one is paid by the next.
    assert_eq!(paid, [Some(0), Some(1), Some(0), Some(2), Some(1)]);
    assert_eq!(
        (balance(stage, &first).await, balance(stage, &second).await),
        (0, 0)
    );
}

async fn of_pools_that_end_alike_the_one_made_first_pays(stage: &mut Stage) {
    stage.pass_time(HOUR_MS);
    let end = Some(stage.now().plus_ms(DAY_MS));
    let first = stage.add_pool(100, |pool| pool.expires_at = end).await;
    stage.pass_time(HOUR_MS);
    let second = stage.add_pool(100, |pool| pool.expires_at = end).await;
    stage.rewarded(&purchase("one")).await;
    assert_eq!(
        (balance(stage, &first).await, balance(stage, &second).await),
        (90, 100)
    );
}

async fn a_pool_pays_the_types_that_it_is_for(stage: &mut Stage) {
    bind_first_pool(stage).await;
    let types = || vec!["VOLUNTEER".to_owned(), "ADVOCACY".to_owned()];
    let bound = stage
        .add_pool(100, |pool| pool.action_types = types())
        .await;
    for (key, action_type) in [
        ("one", "ADVOCACY"),
        ("two", "VOLUNTEER"),
        ("three", "PURCHASE"),
    ] {
        stage
            .rewarded(&purchase(key).action_type(action_type))
            .await;
    }
    assert_eq!(balance(stage, &bound).await, 80);
    let other = purchase("four").action_type("REFERRAL");
    stage.recorded(&other, Code::NoActivePool).await;
    let much = purchase("five").action_type("VOLUNTEER").amount("81");
    stage.recorded(&much, Code::InsufficientPool).await;
}

async fn a_pool_ends_at_its_moment(stage: &mut Stage) {
    close_first_pool(stage).await;
    let end = Some(stage.now().plus_ms(HOUR_MS));
    let pool = stage.add_pool(100, |pool| pool.expires_at = end).await;
    stage.pass_time(HOUR_MS - 1);
    stage.rewarded(&purchase("one")).await;
    stage.pass_time(1);
    // Judged by the clock, swept or not.
    stage.recorded(&purchase("two"), Code::NoActivePool).await;
    stage
        .recorded(&purchase("two").amount("0"), Code::NoActivePool)
        .await;
    assert_eq!(stage.balance_of_pool(&pool).await.distributed, Tokens(10));
}

async fn no_two_pools_pay_one_action(stage: &mut Stage) {
    close_first_pool(stage).await;
    let pools = [
        stage.add_pool(6, |_| {}).await,
        stage.add_pool(6, |_| {}).await,
    ];
    let people = [("CUSTOMER", "ada"), ("REFERRER", "eve")];
    let act = purchase("one").amount("7").by(&people);
    stage.recorded(&act, Code::InsufficientPool).await;
    for pool in &pools {
        assert_eq!(balance(stage, pool).await, 6);
    }
    stage.rewarded(&act.amount("6")).await;
}

async fn what_is_left_of_an_expired_pool_goes_back_once(stage: &mut Stage) {
    let end = Some(stage.now().plus_ms(HOUR_MS));
    let pool = stage.add_pool(100, |pool| pool.expires_at = end).await;
    stage.rewarded(&purchase("one")).await;
    stage.pass_time(HOUR_MS);
    for _ in 0..2 {
        stage.sweep().await;
    }
    let seen = stage.balance_of_pool(&pool).await;
    assert_eq!((seen.balance, seen.allocated), (Tokens(0), Tokens(100)));
    assert_eq!((seen.distributed, seen.reversed), (Tokens(10), Tokens(0)));
    assert_eq!(stage.count("transactions WHERE type = 'EXPIRY'").await, 1);
    let told = stage.events_of("transaction.completed").await;
    let mut told = told.last().unwrap().data.clone();
    told["id"].take();
    assert_eq!(
        told,
        json!({
            "id": null, "type": "EXPIRY", "amount": 90, "externalUserId": null, "actionId": null,
            "poolId": pool, "createdAt": "2025-05-10T12:20:00.000Z",
            "entries": [
                { "account": format!("pool:{pool}"), "direction": "DEBIT", "amount": 90 },
                { "account": "issuance", "direction": "CREDIT", "amount": 90 },
            ],
        })
    );
    // Awarded tokens stay.
    assert_eq!(stage.balance("ada").await.available, Tokens(10));
}

async fn an_empty_pool_expires_without_a_transaction(stage: &mut Stage) {
    let end = Some(stage.now().plus_ms(HOUR_MS));
    stage.add_pool(0, |pool| pool.expires_at = end).await;
    stage.pass_time(HOUR_MS);
    let before = stage.count("transactions").await;
    for _ in 0..2 {
        stage.sweep().await;
    }
    assert_eq!(stage.count("transactions").await, before);
    assert_eq!(stage.count("pools WHERE expiry_booked = 1").await, 1);
}

async fn an_expired_pool_takes_back_what_it_paid(stage: &mut Stage) {
    let end = Some(stage.now().plus_ms(HOUR_MS));
    let pool = stage.add_pool(100, |pool| pool.expires_at = end).await;
    let id = stage.rewarded(&purchase("one")).await.action_id;
    assert_eq!(stage.spend("ada", 4, "spent").await.status, 200);
    stage.pass_time(HOUR_MS);
    stage.sweep().await;
    stage.reversed(&id, "100", "refund").await;
    let seen = stage.balance_of_pool(&pool).await;
    assert_eq!(
        (seen.balance, seen.outstanding_debt),
        (Tokens(6), Tokens(4))
    );
    // Paid by another pool, into the one that it is owed to.
    stage.rewarded(&purchase("two")).await;
    let seen = stage.balance_of_pool(&pool).await;
    assert_eq!(
        (seen.balance, seen.outstanding_debt),
        (Tokens(10), Tokens(0))
    );
}

async fn tokens_vest_on_their_day(stage: &mut Stage) {
    close_first_pool(stage).await;
    stage.add_pool(100, |pool| pool.vesting_days = 30).await;
    let done = stage.rewarded(&purchase("one")).await;
    let part = &stage.record(&done.action_id).await.stakeholders[0];
    assert_eq!(part.vests_at, Some(stage.now().plus_ms(30 * DAY_MS)));
    stage.pass_time(30 * DAY_MS - 1);
    let seen = stage.balance("ada").await;
    assert_eq!((seen.balance, seen.available), (Tokens(10), Tokens(0)));
    assert_eq!(seen.vesting, Tokens(10));
    let refused = stage.spend("ada", 1, "too early").await;
    refused.refused(Code::InsufficientBalance);
    stage.pass_time(1);
    let seen = stage.balance("ada").await;
    assert_eq!((seen.available, seen.vesting), (Tokens(10), Tokens(0)));
    assert_eq!(stage.spend("ada", 10, "in time").await.status, 200);
}

async fn a_pool_refills_itself_in_the_movement_that_empties_it(stage: &mut Stage) {
    let pool = refilling(stage, 60, 1_000).await;
    stage.rewarded(&purchase("not yet")).await;
    assert_eq!(balance(stage, &pool).await, 50);
    let before = stage.events().await.len();
    stage.rewarded(&purchase("one")).await;
    let seen = stage.balance_of_pool(&pool).await;
    assert_eq!((seen.balance, seen.allocated), (Tokens(140), Tokens(160)));
    let told = stage.events().await.split_off(before);
    let names: Vec<_> = told.iter().map(|event| event.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "transaction.completed",
            "token_pool.allocated",
            "transaction.completed",
            "action.completed",
        ]
    );
    assert_eq!(told[0].place.0, told[3].place.0);
    assert_eq!(told[0].data["type"], json!(Allocation));
    assert_eq!(told[2].data["type"], json!(Credit));
}

async fn a_refill_makes_a_payment_possible(stage: &mut Stage) {
    let pool = refilling(stage, 0, 1_000).await;
    stage.rewarded(&purchase("one").amount("150")).await;
    assert_eq!(balance(stage, &pool).await, 50);
    assert_eq!(stage.events_of("token_pool.depleted").await.len(), 0);
}

async fn a_payment_that_cannot_be_made_refills_nothing(stage: &mut Stage) {
    let pool = refilling(stage, 10, 1_000).await;
    let act = purchase("one").amount("211");
    stage.recorded(&act, Code::InsufficientPool).await;
    assert_eq!(balance(stage, &pool).await, 10);
    // Nor does one that takes nothing.
    assert_eq!(tokens_for(stage, "two", "0").await, 0);
    assert_eq!(balance(stage, &pool).await, 10);
    stage.rewarded(&purchase("one").amount("210")).await;
    assert_eq!(balance(stage, &pool).await, 0);
}

async fn a_day_has_so_many_refills(stage: &mut Stage) {
    let pool = refilling(stage, 50, 1_000).await;
    for key in ["one", "two"] {
        stage.rewarded(&purchase(key).amount("100")).await;
    }
    assert_eq!(balance(stage, &pool).await, 50);
    stage.rewarded(&purchase("three").amount("30")).await;
    assert_eq!(balance(stage, &pool).await, 20);
    let act = purchase("four").amount("21");
    stage.recorded(&act, Code::InsufficientPool).await;
    // It is 11:20; the next UTC day begins in 12 hours and 40 minutes.
    stage.pass_time(12 * HOUR_MS + 40 * 60_000 - 1);
    stage.recorded(&act, Code::InsufficientPool).await;
    stage.pass_time(1);
    stage.rewarded(&act).await;
    assert_eq!(balance(stage, &pool).await, 99);
}

async fn refills_end_with_the_allowance(stage: &mut Stage) {
    let pool = refilling(stage, 50, 130).await;
    stage.rewarded(&purchase("one").amount("50")).await;
    assert_eq!(balance(stage, &pool).await, 100);
    // The last refill brings what is left of the allowance.
    stage.rewarded(&purchase("two").amount("100")).await;
    assert_eq!(balance(stage, &pool).await, 30);
    stage.pass_time(2 * DAY_MS);
    let act = purchase("three").amount("31");
    stage.recorded(&act, Code::InsufficientPool).await;
    stage.rewarded(&act.amount("30")).await;
    assert_eq!(stage.balance_of_pool(&pool).await.allocated, Tokens(180));
}

async fn a_low_balance_is_told_once_until_it_is_high_again(stage: &mut Stage) {
    close_first_pool(stage).await;
    let low = |pool: &mut Pool| pool.low_balance_threshold = Some(Tokens(100));
    let pool = stage.add_pool(110, low).await;
    let told = async || stage.events_of("token_pool.low_balance").await.len();
    stage.rewarded(&purchase("at the threshold")).await;
    assert_eq!(told().await, 0);
    for key in ["below", "further below"] {
        stage.rewarded(&purchase(key)).await;
        assert_eq!(told().await, 1);
    }
    stage.allocate(&pool, 19).await;
    stage.rewarded(&purchase("not refilled")).await;
    assert_eq!(told().await, 1);
    stage.allocate(&pool, 11).await;
    stage.rewarded(&purchase("refilled")).await;
    assert_eq!(told().await, 2);
    let events = stage.events_of("token_pool.low_balance").await;
    let (mut data, id) = (events[0].data.clone(), json!(pool));
    assert_eq!(data["createdAt"].take(), json!("2025-05-10T11:20:00.000Z"));
    assert_eq!(
        data,
        json!({
            "id": id, "name": "Rewards", "environment": "sandbox", "status": "ACTIVE", "balance": 90,
            "allocated": 110, "distributed": 20, "reversed": 0, "lowBalanceThreshold": 100,
            "restrictions": { "vestingDays": 0, "expiresAt": null, "allowedActionTypes": [] },
            "autoRefill": null, "createdAt": Value::Null,
        })
    );
}

async fn a_reversal_lifts_a_low_balance(stage: &mut Stage) {
    close_first_pool(stage).await;
    let low = |pool: &mut Pool| pool.low_balance_threshold = Some(Tokens(100));
    stage.add_pool(105, low).await;
    let id = stage.rewarded(&purchase("one")).await.action_id;
    stage.reversed(&id, "50", "refund").await;
    stage.rewarded(&purchase("two").amount("1")).await;
    assert_eq!(stage.events_of("token_pool.low_balance").await.len(), 2);
}

async fn the_last_token_is_told(stage: &mut Stage) {
    close_first_pool(stage).await;
    let pool = stage.add_pool(10, |_| {}).await;
    let told = async || stage.events_of("token_pool.depleted").await;
    stage.rewarded(&purchase("one").amount("9")).await;
    assert_eq!(told().await.len(), 0);
    stage.rewarded(&purchase("two").amount("1")).await;
    assert_eq!(told().await.len(), 1);
    stage.rewarded(&purchase("three").amount("0")).await;
    stage
        .recorded(&purchase("four").amount("1"), Code::InsufficientPool)
        .await;
    assert_eq!(told().await.len(), 1);
    assert_eq!(told().await[0].data["status"], json!("EXHAUSTED"));
    stage.allocate(&pool, 1).await;
    stage.rewarded(&purchase("five").amount("1")).await;
    assert_eq!(told().await.len(), 2);
}

async fn an_allocation_is_told(stage: &mut Stage) {
    stage.allocate(&stage.ours.pool_id, 5).await;
    let told = stage.events_of("token_pool.allocated").await;
    assert_eq!(told.len(), 2);
    let data = &told[1].data;
    assert_eq!(
        (&data["balance"], &data["allocated"]),
        (&json!(10_005), &json!(10_005))
    );
    let moved = stage.events_of("transaction.completed").await;
    let data = &moved[1].data;
    assert_eq!(
        (&data["type"], &data["amount"]),
        (&json!("ALLOCATION"), &json!(5))
    );
}
