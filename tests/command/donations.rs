//! `giving donations refund`

use serde_json::Value;
use shared::donation::RewardStatus;

use crate::stage::{Giving, Stage};

on_both_databases! {
    an_operator_gives_a_gift_back_while_the_server_runs,
    what_cannot_be_given_back_is_said,
}

async fn an_operator_gives_a_gift_back_while_the_server_runs(stage: &mut Stage) {
    stage.turn_to_the_present();
    let id = stage.create_link().await.partner_donation_id;
    stage.pay(&id, Some("ada@example.org")).await;
    assert_eq!(
        stage.settled(&id).await.reward_status,
        RewardStatus::Awarded
    );
    let refund = [
        "donations",
        "--json",
        "refund",
        id.as_str(),
        "--idempotency-key",
        "one",
    ];
    let first: Value = Giving::on(stage, &refund).run().json();
    assert_eq!(first["status"], "REFUNDED");
    assert_eq!(first["amount"], 2500);
    let again: Value = Giving::on(stage, &refund).run().json();
    assert_eq!(again, first);
    // The program reads a clock of its own.
    stage.turn_to_the_present();
    stage.tried(&id).await;
    assert_eq!(
        stage.status(&id).await.reward_status,
        RewardStatus::Reversed
    );
}

async fn what_cannot_be_given_back_is_said(stage: &mut Stage) {
    stage.turn_to_the_present();
    let unknown = ["donations", "refund", "don_0"];
    Giving::on(stage, &unknown).run().failed(&["don_0"]);
    let id = stage.create_link().await.partner_donation_id;
    let unpaid = ["donations", "refund", id.as_str()];
    Giving::on(stage, &unpaid).run().failed(&["PENDING"]);
    stage.pay(&id, None).await;
    let too_much = ["donations", "refund", id.as_str(), "--amount", "2501"];
    Giving::on(stage, &too_much)
        .run()
        .failed(&["amount", "2500"]);
}
