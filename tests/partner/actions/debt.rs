//! Debts: what a reversal could not take, and how later credits pay it back.

use serde_json::json;
use shared::id::{ActionId, PoolId};
use shared::money::Tokens;
use shared::transaction::TransactionType::{Credit, DebtRepayment, Reversal};

use super::bind_first_pool;
use crate::stage::{HOUR_MS, Stage, purchase};

on_both_databases! {
    what_is_not_there_any_more_is_owed,
    a_debt_is_told_and_entered,
    one_users_parts_share_what_is_there,
    new_credit_pays_the_debt_first,
    debts_are_paid_oldest_first_each_into_its_pool,
    a_debt_paid_off_and_made_anew_is_the_younger,
    what_is_left_after_the_debt_vests,
    a_reversal_takes_vesting_tokens_then_available_ones_then_owes,
    a_reversed_credit_does_not_bring_a_paid_debt_back,
    one_user_does_not_pay_for_another,
    a_gift_pays_debts_as_well,
}

/// Rewards a user, who spends it all; answers the action.
async fn earned_and_spent(stage: &Stage, key: &str, amount: i64) -> ActionId {
    let act = purchase(key).amount(&amount.to_string());
    let id = stage.rewarded(&act).await.action_id;
    assert_eq!(stage.spend("ada", amount, key).await.status, 200);
    id
}

/// Another pool, which alone pays for volunteers.
async fn volunteers_pool(stage: &Stage, vesting_days: i64) -> PoolId {
    bind_first_pool(stage).await;
    let shape = |pool: &mut ledger::Pool| {
        (pool.action_types, pool.vesting_days) = (vec!["VOLUNTEER".to_owned()], vesting_days);
    };
    stage.add_pool(1_000, shape).await
}

async fn owed(stage: &Stage, pool: &PoolId) -> i64 {
    stage.balance_of_pool(pool).await.outstanding_debt.0
}

async fn what_is_not_there_any_more_is_owed(stage: &mut Stage) {
    let id = stage.rewarded(&purchase("one")).await.action_id;
    assert_eq!(stage.spend("ada", 7, "spent").await.status, 200);
    let reversed = stage.reversed(&id, "100", "refund").await;
    assert_eq!(
        (reversed.tokens_reversed, reversed.debt_created),
        (Tokens(10), Tokens(7))
    );
    assert_eq!(reversed.remaining_tokens, Tokens(0));
    let path = "/v1/partner/users/ada/balance";
    let balance = stage.ours.signed("GET", path).send().await;
    assert_eq!(
        balance.json(),
        json!({
            "externalUserId": "ada", "balance": 0, "available": 0, "vesting": 0, "debt": 7,
            "lifetimeEarned": 10, "lifetimeReversed": 10, "currency": "SIR",
        })
    );
    let pool = stage.pool_balance().await;
    assert_eq!((pool.balance, pool.reversed), (Tokens(9_993), Tokens(3)));
    assert_eq!(pool.outstanding_debt, Tokens(7));
    let record = stage.record(&id).await;
    assert_eq!(record.reversals[0].debt_created, Tokens(7));
}

async fn a_debt_is_told_and_entered(stage: &mut Stage) {
    let id = stage.rewarded(&purchase("one")).await.action_id;
    stage.spend("ada", 7, "spent").await;
    stage.reversed(&id, "100", "refund").await;
    let told = stage.events_of("transaction.completed").await;
    let pool = &stage.ours.pool_id;
    assert_eq!(
        told.last().unwrap().data["entries"],
        json!([
            { "account": "wallet:ada", "direction": "DEBIT", "amount": 3 },
            { "account": format!("pool:{pool}"), "direction": "CREDIT", "amount": 3 },
            { "account": "debt:ada", "direction": "DEBIT", "amount": 7 },
            { "account": format!("receivable:{pool}"), "direction": "CREDIT", "amount": 7 },
        ])
    );
    let told = stage.events_of("action.reversed").await;
    assert_eq!(told[0].data["reversal"]["debtCreated"], json!(7));
}

async fn one_users_parts_share_what_is_there(stage: &mut Stage) {
    let people = [("CUSTOMER", "ada"), ("REFERRER", "ada"), ("DONOR", "eve")];
    let id = stage
        .rewarded(&purchase("one").amount("15").by(&people))
        .await
        .action_id;
    stage.spend("ada", 4, "spent").await;
    let reversed = stage.reversed(&id, "100", "refund").await;
    assert_eq!(
        (reversed.tokens_reversed, reversed.debt_created),
        (Tokens(15), Tokens(4))
    );
    let (ada, eve) = (stage.balance("ada").await, stage.balance("eve").await);
    assert_eq!((ada.balance, ada.debt), (Tokens(0), Tokens(4)));
    assert_eq!((eve.balance, eve.debt), (Tokens(0), Tokens(0)));
}

async fn new_credit_pays_the_debt_first(stage: &mut Stage) {
    let id = earned_and_spent(stage, "one", 10).await;
    stage.reversed(&id, "100", "refund").await;
    let part = stage.rewarded(&purchase("two").amount("4")).await;
    // The amounts of the answer are gross.
    assert_eq!(
        (part.tokens_distributed, part.transaction_ids.len()),
        (Tokens(4), 1)
    );
    let balance = stage.balance("ada").await;
    assert_eq!((balance.balance, balance.debt), (Tokens(0), Tokens(6)));
    assert_eq!(balance.lifetime_earned, Tokens(14));
    assert_eq!(owed(stage, &stage.ours.pool_id).await, 6);
    stage.rewarded(&purchase("three").amount("9")).await;
    let balance = stage.balance("ada").await;
    assert_eq!((balance.balance, balance.debt), (Tokens(3), Tokens(0)));
    let pool = stage.pool_balance().await;
    assert_eq!(
        (pool.balance, pool.distributed),
        (Tokens(9_987), Tokens(23))
    );
    assert_eq!(
        (pool.reversed, pool.outstanding_debt),
        (Tokens(10), Tokens(0))
    );
    let record = stage.record(&part.action_id).await;
    let kinds: Vec<_> = record
        .transactions
        .iter()
        .map(|moved| (moved.transaction_type, moved.amount.0))
        .collect();
    assert_eq!(kinds, [(Credit, 4), (DebtRepayment, 4)]);
}

async fn debts_are_paid_oldest_first_each_into_its_pool(stage: &mut Stage) {
    let volunteers = volunteers_pool(stage, 0).await;
    let one = earned_and_spent(stage, "one", 10).await;
    let two = purchase("two").action_type("VOLUNTEER").amount("20");
    let two = stage.rewarded(&two).await.action_id;
    stage.spend("ada", 20, "spent two").await;
    stage.reversed(&two, "100", "older").await;
    stage.pass_time(HOUR_MS);
    stage.reversed(&one, "100", "younger").await;
    let purchases = stage.ours.pool_id.clone();
    let debts = async || {
        (
            owed(stage, &volunteers).await,
            owed(stage, &purchases).await,
        )
    };
    assert_eq!(debts().await, (20, 10));
    // From the younger's pool, into the older's.
    stage.rewarded(&purchase("three").amount("15")).await;
    assert_eq!(debts().await, (5, 10));
    let done = stage.rewarded(&purchase("four").amount("12")).await;
    assert_eq!(debts().await, (0, 3));
    let record = stage.record(&done.action_id).await;
    let moved: Vec<_> = record
        .transactions
        .iter()
        .map(|moved| {
            (
                moved.transaction_type,
                moved.amount.0,
                moved.pool_id.clone().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        moved,
        [
            (Credit, 12, purchases.clone()),
            (DebtRepayment, 5, volunteers.clone()),
            (DebtRepayment, 7, purchases.clone()),
        ]
    );
    let act = purchase("five").action_type("VOLUNTEER").amount("4");
    stage.rewarded(&act).await;
    assert_eq!(debts().await, (0, 0));
    let balance = stage.balance("ada").await;
    assert_eq!((balance.balance, balance.debt), (Tokens(1), Tokens(0)));
    let pool = stage.balance_of_pool(&volunteers).await;
    assert_eq!((pool.balance, pool.reversed), (Tokens(996), Tokens(20)));
    let pool = stage.balance_of_pool(&purchases).await;
    assert_eq!((pool.balance, pool.reversed), (Tokens(9_973), Tokens(10)));
}

async fn a_debt_paid_off_and_made_anew_is_the_younger(stage: &mut Stage) {
    let volunteers = volunteers_pool(stage, 0).await;
    let one = earned_and_spent(stage, "one", 10).await;
    stage.reversed(&one, "50", "first").await;
    stage.rewarded(&purchase("pays").amount("5")).await;
    stage.pass_time(HOUR_MS);
    let two = purchase("two").action_type("VOLUNTEER");
    let two = stage.rewarded(&two).await.action_id;
    stage.spend("ada", 10, "spent two").await;
    stage.reversed(&two, "100", "second").await;
    stage.pass_time(HOUR_MS);
    stage.reversed(&one, "50", "third").await;
    stage.rewarded(&purchase("three").amount("8")).await;
    assert_eq!(owed(stage, &volunteers).await, 2);
    assert_eq!(owed(stage, &stage.ours.pool_id).await, 5);
}

async fn what_is_left_after_the_debt_vests(stage: &mut Stage) {
    volunteers_pool(stage, 7).await;
    let id = earned_and_spent(stage, "one", 4).await;
    stage.reversed(&id, "100", "refund").await;
    let act = purchase("two").action_type("VOLUNTEER");
    stage.rewarded(&act).await;
    let balance = stage.balance("ada").await;
    assert_eq!((balance.debt, balance.vesting), (Tokens(0), Tokens(6)));
    assert_eq!((balance.available, balance.balance), (Tokens(0), Tokens(6)));
}

async fn a_reversal_takes_vesting_tokens_then_available_ones_then_owes(stage: &mut Stage) {
    let volunteers = volunteers_pool(stage, 7).await;
    let id = earned_and_spent(stage, "one", 4).await;
    stage.reversed(&id, "100", "refund one").await;
    let slow = purchase("two").action_type("VOLUNTEER");
    let slow = stage.rewarded(&slow).await.action_id;
    stage.rewarded(&purchase("three").amount("3")).await;
    // Of its 10 tokens 4 have paid the debt and 6 vest; 3 others can be spent.
    let reversed = stage.reversed(&slow, "80", "refund two").await;
    assert_eq!(
        (reversed.tokens_reversed, reversed.debt_created),
        (Tokens(8), Tokens(0))
    );
    let balance = stage.balance("ada").await;
    assert_eq!((balance.available, balance.vesting), (Tokens(1), Tokens(0)));
    let reversed = stage.reversed(&slow, "20", "refund three").await;
    assert_eq!(
        (reversed.tokens_reversed, reversed.debt_created),
        (Tokens(2), Tokens(1))
    );
    let balance = stage.balance("ada").await;
    assert_eq!((balance.balance, balance.debt), (Tokens(0), Tokens(1)));
    assert_eq!(owed(stage, &volunteers).await, 1);
}

async fn a_reversed_credit_does_not_bring_a_paid_debt_back(stage: &mut Stage) {
    let id = earned_and_spent(stage, "one", 10).await;
    stage.reversed(&id, "100", "refund one").await;
    let two = stage
        .rewarded(&purchase("two").amount("10"))
        .await
        .action_id;
    stage.pass_time(1);
    let reversed = stage.reversed(&two, "100", "refund two").await;
    assert_eq!(reversed.debt_created, Tokens(10));
    let balance = stage.balance("ada").await;
    assert_eq!((balance.balance, balance.debt), (Tokens(0), Tokens(10)));
    let lifetime = (balance.lifetime_earned, balance.lifetime_reversed);
    assert_eq!(lifetime, (Tokens(20), Tokens(20)));
    let record = stage.record(&two).await;
    let kinds: Vec<_> = record
        .transactions
        .iter()
        .map(|moved| (moved.transaction_type, moved.amount.0))
        .collect();
    assert_eq!(kinds, [(Credit, 10), (DebtRepayment, 10), (Reversal, 10)]);
}

async fn one_user_does_not_pay_for_another(stage: &mut Stage) {
    let id = earned_and_spent(stage, "one", 10).await;
    stage.reversed(&id, "100", "refund").await;
    stage.rewarded(&purchase("two").of("eve")).await;
    assert_eq!(stage.balance("eve").await.available, Tokens(10));
    assert_eq!(stage.balance("ada").await.debt, Tokens(10));
}

async fn a_gift_pays_debts_as_well(stage: &mut Stage) {
    let id = earned_and_spent(stage, "one", 10).await;
    stage.reversed(&id, "100", "refund").await;
    let link = stage
        .create_link_with(json!({ "partnerUserId": "ada" }))
        .await;
    stage.pay(&link.partner_donation_id, None).await;
    let seen = stage.settled(&link.partner_donation_id).await;
    assert_eq!(seen.tokens_awarded, Tokens(25));
    let balance = stage.balance("ada").await;
    assert_eq!((balance.balance, balance.debt), (Tokens(15), Tokens(0)));
}
