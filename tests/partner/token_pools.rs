//! `/v1/partner/token-pools`

use serde_json::{Value, json};
use shared::Code;
use shared::id::PoolId;
use shared::token_pool::GetPoolBalance;

use crate::stage::Stage;

on_both_databases! {
    a_pool_shows_what_went_in_and_out,
    an_unknown_pool_is_not_found,
    another_partners_pool_is_not_found,
}

async fn balance(stage: &Stage) -> Value {
    let id = stage.ours.pool_id.clone();
    stage.ours.ask(&GetPoolBalance { id }).await.answer(200)
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
            .ask(&GetPoolBalance { id })
            .await
            .refused(Code::TokenPoolNotFound);
    }
}

async fn another_partners_pool_is_not_found(stage: &mut Stage) {
    let id = stage.theirs.pool_id.clone();
    stage
        .ours
        .ask(&GetPoolBalance { id })
        .await
        .refused(Code::TokenPoolNotFound);
}
