//! `POST …/actions/{actionId}/reverse`: how much a reversal takes back, and what
//! comes of the same request again.

use serde_json::{Value, json};
use shared::Code;
use shared::action::ActionStatus;
use shared::donation::RewardStatus;
use shared::id::ActionId;
use shared::money::Tokens;

use crate::stage::{DAY_MS, HOUR_MS, Stage, purchase};

on_both_databases! {
    a_reversal_is_answered_with_what_it_took,
    a_reversal_is_told,
    thirds_add_up_to_the_whole,
    halves_of_one_token_take_it_once,
    each_stakeholders_part_is_rounded_by_itself,
    no_more_than_all_of_an_action_is_taken_back,
    an_action_that_brought_nothing_is_reversed_once,
    a_failed_action_cannot_be_reversed,
    an_unknown_action_cannot_be_reversed,
    the_same_reversal_again_answers_the_same,
    another_reversal_under_the_same_key_is_refused,
    keys_of_actions_and_of_reversals_do_not_meet,
    tokens_go_back_to_their_pool,
    what_vests_of_the_action_is_taken_first,
    what_has_vested_is_taken_from_what_can_be_spent,
    a_reversed_action_is_replayed_as_it_was_at_first,
    a_donation_is_reversed_with_its_action,
}

async fn a_reversal_is_answered_with_what_it_took(stage: &mut Stage) {
    let done = stage.rewarded(&purchase("one").amount("49.99")).await;
    let response = stage.reverse(&done.action_id, "30", "refund").await;
    let mut answer: Value = response.answer(200);
    let is_id = |id: &Value| id.as_str().unwrap().len() == 24;
    assert!(is_id(&answer["reversalId"].take()) && is_id(&answer["transactionIds"][0].take()));
    assert_eq!(
        answer,
        json!({
            "reversalId": null, "actionId": done.action_id, "status": "PARTIALLY_REVERSED",
            "tokensReversed": 15, "debtCreated": 0, "remainingTokens": 35, "transactionIds": [null],
        })
    );
    assert_eq!(response.header("idempotent-replayed"), None);
    let balance = stage.balance("ada").await;
    assert_eq!(
        (balance.balance, balance.available),
        (Tokens(35), Tokens(35))
    );
    let lifetime = (balance.lifetime_earned, balance.lifetime_reversed);
    assert_eq!(lifetime, (Tokens(50), Tokens(15)));
}

async fn a_reversal_is_told(stage: &mut Stage) {
    let done = stage.rewarded(&purchase("one")).await;
    let reversed = stage.reversed(&done.action_id, "100", "refund").await;
    let events = stage.events().await;
    let names: Vec<_> = events.iter().map(|event| event.name.as_str()).collect();
    assert_eq!(names[5..], ["transaction.completed", "action.reversed"]);
    let pool = format!("pool:{}", stage.ours.pool_id);
    assert_eq!(
        events[5].data,
        json!({
            "id": reversed.transaction_ids[0], "type": "REVERSAL", "amount": 10, "externalUserId": "ada",
            "actionId": done.action_id, "poolId": stage.ours.pool_id,
            "createdAt": "2025-05-10T11:20:00.000Z",
            "entries": [
                { "account": "wallet:ada", "direction": "DEBIT", "amount": 10 },
                { "account": pool, "direction": "CREDIT", "amount": 10 },
            ],
        })
    );
    assert_eq!(
        events[6].data,
        json!({
            "actionId": done.action_id, "idempotencyKey": "one", "actionType": "PURCHASE", "status": "REVERSED",
            "tokensDistributed": 10, "transactionIds": done.transaction_ids, "reversal": reversed,
        })
    );
}

/// Reverses an action step by step; answers the tokens and the status of each.
async fn steps(
    stage: &Stage,
    id: &ActionId,
    percentages: &[&str],
) -> Vec<(i64, ActionStatus, i64)> {
    let mut steps = Vec::new();
    for (number, percentage) in percentages.iter().enumerate() {
        let key = format!("{id} {number}");
        let step = stage.reversed(id, percentage, &key).await;
        steps.push((step.tokens_reversed.0, step.status, step.remaining_tokens.0));
    }
    steps
}

async fn thirds_add_up_to_the_whole(stage: &mut Stage) {
    use ActionStatus::{PartiallyReversed, Reversed};
    let done = stage.rewarded(&purchase("one").amount("50")).await;
    let thirds = ["33.33", "33.33", "33.33", "0.01"];
    let expected = [
        (17, PartiallyReversed, 33),
        (16, PartiallyReversed, 17),
        (17, PartiallyReversed, 0),
        (0, Reversed, 0),
    ];
    assert_eq!(steps(stage, &done.action_id, &thirds).await, expected);
    let done = stage.rewarded(&purchase("two").amount("100")).await;
    let thirds = ["33.33", "33.33", "33.34"];
    let expected = [
        (33, PartiallyReversed, 67),
        (34, PartiallyReversed, 33),
        (33, Reversed, 0),
    ];
    assert_eq!(steps(stage, &done.action_id, &thirds).await, expected);
    assert_eq!(stage.pool_balance().await.balance, Tokens(10_000));
}

async fn halves_of_one_token_take_it_once(stage: &mut Stage) {
    let done = stage.rewarded(&purchase("one").amount("1")).await;
    let halves = steps(stage, &done.action_id, &["49.99", "0.01", "50"]).await;
    let tokens: Vec<_> = halves.iter().map(|(tokens, ..)| *tokens).collect();
    assert_eq!(tokens, [0, 1, 0]);
    assert_eq!(stage.balance("ada").await.balance, Tokens(0));
}

async fn each_stakeholders_part_is_rounded_by_itself(stage: &mut Stage) {
    let people = ["ada", "eve", "bob", "kim"].map(|user| ("CUSTOMER", user));
    let done = stage
        .rewarded(&purchase("one").amount("11").by(&people))
        .await;
    // 3, 3, 3 and 2 tokens.
    let half = stage.reversed(&done.action_id, "50", "first half").await;
    assert_eq!(
        (half.tokens_reversed, half.transaction_ids.len()),
        (Tokens(7), 4)
    );
    let parts = stage.record(&done.action_id).await.stakeholders;
    let reversed: Vec<_> = parts.iter().map(|part| part.tokens_reversed.0).collect();
    assert_eq!(reversed, [2, 2, 2, 1]);
    let rest = stage.reversed(&done.action_id, "50", "other half").await;
    assert_eq!(
        (rest.tokens_reversed, rest.remaining_tokens),
        (Tokens(4), Tokens(0))
    );
    for (_, user) in people {
        assert_eq!(stage.balance(user).await.balance, Tokens(0));
    }
}

async fn no_more_than_all_of_an_action_is_taken_back(stage: &mut Stage) {
    let id = stage.rewarded(&purchase("one")).await.action_id;
    stage.reversed(&id, "60", "most").await;
    let before = stage.row_counts().await;
    for percentage in ["40.01", "100"] {
        let refused = stage.reverse(&id, percentage, "too much").await;
        refused.refused(Code::AlreadyReversed);
    }
    assert_eq!(stage.row_counts().await, before);
    let rest = stage.reversed(&id, "40", "too much").await;
    assert_eq!(
        (rest.status, rest.tokens_reversed),
        (ActionStatus::Reversed, Tokens(4))
    );
    for percentage in ["0.01", "40", "100"] {
        let refused = stage.reverse(&id, percentage, "once more").await;
        refused.refused(Code::AlreadyReversed);
    }
}

async fn an_action_that_brought_nothing_is_reversed_once(stage: &mut Stage) {
    let id = stage.rewarded(&purchase("one").amount("0")).await.action_id;
    let reversed = stage.reversed(&id, "100", "refund").await;
    assert_eq!(reversed.status, ActionStatus::Reversed);
    assert_eq!(
        (reversed.tokens_reversed, reversed.transaction_ids.len()),
        (Tokens(0), 0)
    );
    stage
        .reverse(&id, "100", "again")
        .await
        .refused(Code::AlreadyReversed);
    let record = stage.record(&id).await;
    assert_eq!((record.stakeholders.len(), record.reversals.len()), (1, 1));
}

async fn a_failed_action_cannot_be_reversed(stage: &mut Stage) {
    let act = purchase("one").amount("10001");
    let id = stage.recorded(&act, Code::InsufficientPool).await;
    let before = stage.row_counts().await;
    stage
        .reverse(&id, "100", "refund")
        .await
        .refused(Code::InvalidActionState);
    assert_eq!(stage.row_counts().await, before);
    // The key of the refused reversal is free.
    stage.allocate(&stage.ours.pool_id, 1).await;
    stage.rewarded(&act).await;
    let reversed = stage.reversed(&id, "100", "refund").await;
    assert_eq!(reversed.tokens_reversed, Tokens(10_001));
}

async fn an_unknown_action_cannot_be_reversed(stage: &mut Stage) {
    for id in ["0", "000000000000000000000000", "one"] {
        let id = ActionId(id.to_owned());
        let refused = stage.reverse(&id, "100", "refund").await;
        refused.refused(Code::ActionNotFound);
    }
}

async fn the_same_reversal_again_answers_the_same(stage: &mut Stage) {
    let id = stage.rewarded(&purchase("one")).await.action_id;
    let first = stage.reverse(&id, "50", "refund").await;
    stage.reversed(&id, "20", "another").await;
    stage.pass_time(HOUR_MS);
    let before = stage.row_counts().await;
    for same in ["50", "50.0", "50.00"] {
        let again = stage.reverse(&id, same, "refund").await;
        assert_eq!((again.status, &again.text), (200, &first.text));
        assert_eq!(again.header("idempotent-replayed"), Some("true"));
    }
    let body = json!({ "reversalPercentage": 50, "refundIdempotencyKey": "refund" });
    let path = format!("/v1/partner/actions/{id}/reverse");
    let again = stage.ours.signed_json("POST", &path, &body).send().await;
    assert_eq!((again.status, &again.text), (200, &first.text));
    assert_eq!(stage.row_counts().await, before);
}

async fn another_reversal_under_the_same_key_is_refused(stage: &mut Stage) {
    let id = stage.rewarded(&purchase("one")).await.action_id;
    let other = stage.rewarded(&purchase("two")).await.action_id;
    stage.reversed(&id, "50", "refund").await;
    let before = stage.row_counts().await;
    for (id, percentage) in [(&id, "50.01"), (&id, "10"), (&other, "50")] {
        let refused = stage.reverse(id, percentage, "refund").await;
        refused.refused(Code::IdempotencyKeyReused);
    }
    assert_eq!(stage.row_counts().await, before);
}

async fn keys_of_actions_and_of_reversals_do_not_meet(stage: &mut Stage) {
    let id = stage.rewarded(&purchase("one")).await.action_id;
    let reversed = stage.reverse(&id, "50", "one").await;
    assert_eq!(
        (reversed.status, reversed.header("idempotent-replayed")),
        (200, None)
    );
    let theirs = stage.theirs.submitting(&purchase("one")).send().await;
    let theirs = ActionId(theirs.json()["actionId"].as_str().unwrap().to_owned());
    let reversed = stage.theirs.reversing(&theirs, "50", "one").send().await;
    assert_eq!(
        (reversed.status, reversed.header("idempotent-replayed")),
        (200, None)
    );
}

async fn tokens_go_back_to_their_pool(stage: &mut Stage) {
    let bound = stage
        .add_pool(100, |pool| {
            (pool.action_types, pool.expires_at) = (vec!["VOLUNTEER".to_owned()], None);
        })
        .await;
    let close = format!(
        "UPDATE pools SET is_active = 0 WHERE id = '{}'",
        stage.ours.pool_id
    );
    let one = stage.rewarded(&purchase("one")).await.action_id;
    stage.change_rows(&close).await;
    let two = purchase("two").action_type("VOLUNTEER").amount("30");
    let two = stage.rewarded(&two).await.action_id;
    // A closed pool takes back what is its own.
    stage.reversed(&one, "100", "refund one").await;
    stage.reversed(&two, "50", "refund two").await;
    let pool = stage.pool_balance().await;
    assert_eq!((pool.balance, pool.reversed), (Tokens(10_000), Tokens(10)));
    let pool = stage.balance_of_pool(&bound).await;
    assert_eq!((pool.balance, pool.distributed), (Tokens(85), Tokens(30)));
    assert_eq!(
        (pool.reversed, pool.outstanding_debt),
        (Tokens(15), Tokens(0))
    );
}

async fn what_vests_of_the_action_is_taken_first(stage: &mut Stage) {
    let slow = |pool: &mut ledger::Pool| {
        (pool.vesting_days, pool.action_types) = (7, vec!["VOLUNTEER".to_owned()]);
    };
    stage.add_pool(100, slow).await;
    let close = format!(
        "UPDATE pools SET action_types = '[\"PURCHASE\"]' WHERE id = '{}'",
        stage.ours.pool_id
    );
    stage.change_rows(&close).await;
    let slow = |key| purchase(key).action_type("VOLUNTEER");
    let one = stage.rewarded(&slow("one")).await.action_id;
    stage.rewarded(&slow("two").amount("20")).await;
    stage.rewarded(&purchase("three").amount("30")).await;
    let reversed = stage.reversed(&one, "60", "refund").await;
    assert_eq!(
        (reversed.tokens_reversed, reversed.debt_created),
        (Tokens(6), Tokens(0))
    );
    let balance = stage.balance("ada").await;
    assert_eq!(
        (balance.available, balance.vesting),
        (Tokens(30), Tokens(24))
    );
    stage.reversed(&one, "40", "the rest").await;
    let balance = stage.balance("ada").await;
    assert_eq!(
        (balance.available, balance.vesting),
        (Tokens(30), Tokens(20))
    );
}

async fn what_has_vested_is_taken_from_what_can_be_spent(stage: &mut Stage) {
    let soon = stage.now().plus_ms(DAY_MS);
    let slow = |pool: &mut ledger::Pool| (pool.vesting_days, pool.expires_at) = (7, Some(soon));
    stage.add_pool(100, slow).await;
    let one = stage.rewarded(&purchase("one")).await.action_id;
    stage.pass_time(3 * DAY_MS);
    stage.rewarded(&purchase("two").amount("5")).await;
    stage.pass_time(4 * DAY_MS - 1);
    stage.reversed(&one, "50", "while it vests").await;
    let balance = stage.balance("ada").await;
    assert_eq!((balance.available, balance.vesting), (Tokens(5), Tokens(5)));
    stage.pass_time(1);
    let balance = stage.balance("ada").await;
    assert_eq!(
        (balance.available, balance.vesting),
        (Tokens(10), Tokens(0))
    );
    stage.reversed(&one, "50", "when it has vested").await;
    assert_eq!(stage.balance("ada").await.available, Tokens(5));
}

async fn a_reversed_action_is_replayed_as_it_was_at_first(stage: &mut Stage) {
    let first = stage.submit(&purchase("one")).await;
    let id = first.json()["actionId"].as_str().unwrap().to_owned();
    stage.reversed(&ActionId(id), "100", "refund").await;
    let again = stage.submit(&purchase("one")).await;
    assert_eq!((again.status, &again.text), (200, &first.text));
    assert_eq!(stage.balance("ada").await.balance, Tokens(0));
}

async fn a_donation_is_reversed_with_its_action(stage: &mut Stage) {
    let gift = stage.create_link().await.partner_donation_id;
    stage.pay(&gift, Some("ada@example.org")).await;
    stage.settled(&gift).await;
    let told = stage.events_of("action.completed").await;
    let id = ActionId(told[0].data["actionId"].as_str().unwrap().to_owned());
    stage.reversed(&id, "40", "in part").await;
    let seen = stage.status(&gift).await;
    assert_eq!(
        (seen.reward_status, seen.tokens_awarded),
        (RewardStatus::Awarded, Tokens(15))
    );
    stage.reversed(&id, "60", "the rest").await;
    let seen = stage.status(&gift).await;
    assert_eq!(
        (seen.reward_status, seen.tokens_awarded),
        (RewardStatus::Reversed, Tokens(0))
    );
    let told = stage.events_of("action.reversed").await;
    assert_eq!(told.len(), 2);
    assert_eq!(told[1].data["partnerDonationId"], json!(gift));
}
