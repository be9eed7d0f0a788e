//! `POST /v1/partner/donations/{id}/refund`

use serde_json::{Value, json};
use shared::Code;
use shared::donation::{DonationStatus, RewardStatus};
use shared::id::DonationId;

use crate::stage::{Response, Stage};

on_both_databases! {
    a_gift_given_back_takes_its_reward_with_it,
    a_part_takes_its_share_and_the_last_part_all_of_it,
    the_tip_is_given_back_too,
    a_repeated_refund_gives_nothing_back_twice,
    the_same_key_with_another_request_is_refused,
    sixty_four_callers_give_back_no_more_than_was_paid,
    a_gift_given_back_before_its_reward_has_none,
    a_reward_that_is_spent_becomes_a_debt,
    what_the_partner_reversed_itself_counts,
    only_a_paid_gift_is_given_back,
    a_refund_is_told,
    wrong_amounts_and_keys_name_their_field,
    the_publishable_key_gives_nothing_back,
}

async fn refund(stage: &Stage, id: &DonationId, body: &Value) -> Response {
    let path = format!("/v1/partner/donations/{id}/refund");
    stage.ours.signed_json("POST", &path, body).send().await
}

/// A gift of 25.00 USD that is paid and rewarded with 25 tokens.
async fn rewarded(stage: &Stage) -> DonationId {
    let id = stage
        .create_link_with(json!({ "partnerUserId": "user_42" }))
        .await
        .partner_donation_id;
    stage.pay(&id, Some("ada@example.org")).await;
    assert_eq!(stage.settled(&id).await.tokens_awarded.0, 25);
    id
}

async fn a_gift_given_back_takes_its_reward_with_it(stage: &mut Stage) {
    let before = stage.pool_balance().await.balance;
    let id = rewarded(stage).await;
    let refunded: Value = refund(stage, &id, &json!({ "idempotencyKey": "one" }))
        .await
        .answer(200);
    assert_eq!(refunded["partnerDonationId"], json!(id));
    assert_eq!(refunded["status"], "REFUNDED");
    assert_eq!(refunded["amount"], 2500);
    assert_eq!(refunded["amountRefunded"], 2500);
    assert_eq!(refunded["currency"], "USD");
    stage.tried(&id).await;
    let read = stage.status(&id).await;
    assert_eq!(read.status, DonationStatus::Refunded);
    assert_eq!(read.reward_status, RewardStatus::Reversed);
    assert_eq!(read.tokens_awarded.0, 0);
    assert_eq!(stage.balance("user_42").await.balance.0, 0);
    assert_eq!(stage.pool_balance().await.balance, before);
    assert_eq!(stage.count("jobs").await, 0);
}

async fn a_part_takes_its_share_and_the_last_part_all_of_it(stage: &mut Stage) {
    let id = rewarded(stage).await;
    // A third of 2500, of which 33.33 % is taken back: 8 of 25 tokens.
    for (key, amount, total, left) in [("a", 834, 834, 17), ("b", 833, 1667, 8)] {
        let body = json!({ "amount": amount, "idempotencyKey": key });
        let refunded: Value = refund(stage, &id, &body).await.answer(200);
        assert_eq!(refunded["status"], "COMPLETED");
        assert_eq!(refunded["amountRefunded"], total);
        stage.tried(&id).await;
        let read = stage.status(&id).await;
        assert_eq!(
            (read.status, read.reward_status),
            (DonationStatus::Completed, RewardStatus::Awarded)
        );
        assert_eq!(read.tokens_awarded.0, left);
    }
    let rest: Value = refund(stage, &id, &json!({ "idempotencyKey": "c" }))
        .await
        .answer(200);
    assert_eq!(
        (&rest["amount"], &rest["status"]),
        (&json!(833), &json!("REFUNDED"))
    );
    stage.tried(&id).await;
    assert_eq!(
        stage.status(&id).await.reward_status,
        RewardStatus::Reversed
    );
    assert_eq!(stage.balance("user_42").await.balance.0, 0);
}

async fn the_tip_is_given_back_too(stage: &mut Stage) {
    let link = stage.create_link_with(json!({ "tipAmount": 250 })).await;
    let id = link.partner_donation_id;
    stage.pay(&id, None).await;
    let refunded: Value = refund(stage, &id, &json!({ "idempotencyKey": "one" }))
        .await
        .answer(200);
    assert_eq!(refunded["amount"], 2750);
    assert_eq!(refunded["status"], "REFUNDED");
}

async fn a_repeated_refund_gives_nothing_back_twice(stage: &mut Stage) {
    let id = rewarded(stage).await;
    let body = json!({ "amount": 1000, "idempotencyKey": "one" });
    let first = refund(stage, &id, &body).await;
    let again = refund(stage, &id, &body).await;
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert_eq!(again.answer::<Value>(200), first.answer::<Value>(200));
    assert_eq!(stage.count("refunds").await, 1);
    assert_eq!(stage.sum("amount_refunded FROM donations").await, 1000);
}

async fn the_same_key_with_another_request_is_refused(stage: &mut Stage) {
    let id = rewarded(stage).await;
    let body = json!({ "amount": 1000, "idempotencyKey": "one" });
    refund(stage, &id, &body).await.answer::<Value>(200);
    for other in [
        json!({ "amount": 999, "idempotencyKey": "one" }),
        json!({ "idempotencyKey": "one" }),
    ] {
        let refused = refund(stage, &id, &other).await;
        refused.refused(Code::IdempotencyKeyReused);
    }
    let other = rewarded(stage).await;
    let refused = refund(stage, &other, &body).await;
    refused.refused(Code::IdempotencyKeyReused);
}

async fn sixty_four_callers_give_back_no_more_than_was_paid(stage: &mut Stage) {
    let id = rewarded(stage).await;
    let bodies: Vec<Value> = (0..64)
        .map(|number| json!({ "amount": 800, "idempotencyKey": format!("key {number}") }))
        .collect();
    let calls = bodies.iter().map(|body| refund(stage, &id, body));
    let answers = futures_util::future::join_all(calls).await;
    let done = answers.iter().filter(|answer| answer.status == 200).count();
    assert_eq!(done, 3);
    for refused in answers.iter().filter(|answer| answer.status != 200) {
        refused.refused_field("amount");
    }
    assert_eq!(stage.sum("amount_refunded FROM donations").await, 2400);
    stage.tried(&id).await;
    // 96 % of 25 tokens.
    assert_eq!(stage.balance("user_42").await.balance.0, 1);
}

async fn a_gift_given_back_before_its_reward_has_none(stage: &mut Stage) {
    stage.begin_without_a_pool().await;
    let link = stage.create_link_with(json!({ "partnerUserId": "user_42" }));
    let id = link.await.partner_donation_id;
    stage.pay(&id, Some("ada@example.org")).await;
    stage.tried(&id).await;
    assert_eq!(stage.status(&id).await.reward_status, RewardStatus::Pending);
    refund(stage, &id, &json!({ "idempotencyKey": "one" }))
        .await
        .answer::<Value>(200);
    stage.add_pool(1_000, |_| {}).await;
    for _ in 0..2 {
        stage.pass_time(crate::stage::HOUR_MS);
        stage.tried(&id).await;
    }
    let read = stage.status(&id).await;
    assert_eq!(read.reward_status, RewardStatus::NotEligible);
    assert_eq!(read.tokens_awarded.0, 0);
    assert_eq!(stage.count("actions").await, 0);
    assert_eq!(stage.count("jobs").await, 0);
}

async fn a_reward_that_is_spent_becomes_a_debt(stage: &mut Stage) {
    let id = rewarded(stage).await;
    assert_eq!(stage.spend("user_42", 20, "spent").await.status, 200);
    refund(stage, &id, &json!({ "idempotencyKey": "one" }))
        .await
        .answer::<Value>(200);
    stage.tried(&id).await;
    let balance = stage.balance("user_42").await;
    assert_eq!((balance.balance.0, balance.debt.0), (0, 20));
}

async fn what_the_partner_reversed_itself_counts(stage: &mut Stage) {
    let id = rewarded(stage).await;
    let listed: Value = stage
        .ours
        .signed("GET", "/v1/partner/actions")
        .send()
        .await
        .answer(200);
    let action = shared::id::ActionId(listed["data"][0]["id"].as_str().unwrap().to_owned());
    stage.reversed(&action, "60", "by hand").await;
    refund(
        stage,
        &id,
        &json!({ "amount": 1250, "idempotencyKey": "half" }),
    )
    .await
    .answer::<Value>(200);
    stage.tried(&id).await;
    assert_eq!(stage.status(&id).await.tokens_awarded.0, 10);
    refund(stage, &id, &json!({ "idempotencyKey": "rest" }))
        .await
        .answer::<Value>(200);
    stage.tried(&id).await;
    assert_eq!(
        stage.status(&id).await.reward_status,
        RewardStatus::Reversed
    );
}

async fn only_a_paid_gift_is_given_back(stage: &mut Stage) {
    let id = stage.create_link().await.partner_donation_id;
    let body = json!({ "idempotencyKey": "one" });
    let refused = refund(stage, &id, &body).await;
    let told = refused.refused(Code::InvalidDonationState);
    assert!(told.message.contains("PENDING"), "{}", told.message);
    stage.pay(&id, None).await;
    refund(stage, &id, &body).await.answer::<Value>(200);
    let more = refund(stage, &id, &json!({ "idempotencyKey": "two" })).await;
    more.refused(Code::InvalidDonationState);
    let missing = DonationId("don_0".to_owned());
    refund(stage, &missing, &json!({ "idempotencyKey": "three" }))
        .await
        .refused(Code::DonationNotFound);
}

async fn a_refund_is_told(stage: &mut Stage) {
    let id = stage.create_link().await.partner_donation_id;
    stage.pay(&id, None).await;
    refund(stage, &id, &json!({ "idempotencyKey": "one" }))
        .await
        .answer::<Value>(200);
    let told = stage.events_of("donation.refunded").await;
    assert_eq!(told.len(), 1);
    assert_eq!(
        told[0].data,
        serde_json::to_value(stage.status(&id).await).unwrap()
    );
}

async fn wrong_amounts_and_keys_name_their_field(stage: &mut Stage) {
    let id = rewarded(stage).await;
    for amount in [
        json!(0),
        json!(-1),
        json!(2501),
        json!(1.5),
        json!("100"),
        json!(i64::MAX),
    ] {
        let body = json!({ "amount": amount, "idempotencyKey": "one" });
        refund(stage, &id, &body).await.refused_field("amount");
    }
    for key in ["", "a\u{7f}b", "ключ", &"k".repeat(256)] {
        let body = json!({ "idempotencyKey": key });
        refund(stage, &id, &body)
            .await
            .refused_field("idempotencyKey");
    }
    refund(stage, &id, &json!({}))
        .await
        .refused_field("idempotencyKey");
    assert_eq!(stage.count("refunds").await, 0);
}

async fn the_publishable_key_gives_nothing_back(stage: &mut Stage) {
    let id = rewarded(stage).await;
    let path = format!("/v1/partner/donations/{id}/refund");
    let keys = &stage.ours.keys;
    let request = stage.ours.client.request("POST", &path);
    let request = request.json(&json!({ "idempotencyKey": "one" }));
    let response = request.signed(&keys.public, &keys.hmac_secret).send().await;
    response.refused(Code::SecretKeyRequired);
}
