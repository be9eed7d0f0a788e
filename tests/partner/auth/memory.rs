//! What the server remembers of a key and its partner is never older than what
//! it wrote itself, nor, for long, than what another process wrote.

use server::store::{Db, key, partner};
use shared::Code;
use shared::config::GetConfig;
use shared::partner::PartnerStatus;
use shared::user::ListUsers;

use crate::stage::{Giving, Stage, until};

on_both_databases! {
    a_key_that_another_process_revokes_is_soon_refused,
    a_key_that_this_process_revokes_is_refused_at_once,
    a_partner_that_is_suspended_is_refused_at_once,
    what_another_process_writes_is_seen_at_the_next_look,
    what_is_taken_back_changes_nothing,
    a_key_that_was_unknown_is_known_as_soon_as_it_is_made,
}

/// Makes the server remember both halves of our key, and the secret that signs.
async fn call_with_both_halves(stage: &Stage) {
    stage.ours.call(&GetConfig {}).await;
    stage.ours.call(&ListUsers::default()).await;
}

async fn a_key_that_another_process_revokes_is_soon_refused(stage: &mut Stage) {
    call_with_both_halves(stage).await;
    let revoke = ["keys", "revoke", &stage.ours.keys.public];
    Giving::on(stage, &revoke).run().succeeded();
    until("the key is refused", async || {
        stage.ours.ask(&ListUsers::default()).await.status != 200
    })
    .await;
    let refusal = stage.ours.ask(&ListUsers::default()).await;
    refusal.refused(Code::ApiKeyInactive);
    let refusal = stage.ours.ask(&GetConfig {}).await;
    refusal.refused(Code::ApiKeyInactive);
    stage.theirs.call(&GetConfig {}).await;
}

async fn a_key_that_this_process_revokes_is_refused_at_once(stage: &mut Stage) {
    call_with_both_halves(stage).await;
    let mut tx = stage.app().db.write().await.unwrap();
    key::revoke(&mut tx, &stage.ours.keys.public).await.unwrap();
    tx.commit().await.unwrap();
    let refusal = stage.ours.ask(&GetConfig {}).await;
    refusal.refused(Code::ApiKeyInactive);
    let refusal = stage.ours.ask(&ListUsers::default()).await;
    refusal.refused(Code::ApiKeyInactive);
}

async fn a_partner_that_is_suspended_is_refused_at_once(stage: &mut Stage) {
    call_with_both_halves(stage).await;
    stage
        .change_partner(|partner| partner.status = PartnerStatus::Suspended)
        .await;
    let refusal = stage.ours.ask(&GetConfig {}).await;
    refusal.refused(Code::PartnerNotActive);
    let refusal = stage.ours.ask(&ListUsers::default()).await;
    refusal.refused(Code::PartnerNotActive);
}

async fn what_another_process_writes_is_seen_at_the_next_look(stage: &mut Stage) {
    call_with_both_halves(stage).await;
    let other = Db::open(stage.database_url()).await.unwrap();
    for (status, answer) in [
        (PartnerStatus::Suspended, 403),
        (PartnerStatus::Active, 200),
        (PartnerStatus::Suspended, 403),
    ] {
        stage.ours.partner.status = status;
        let mut tx = other.write().await.unwrap();
        partner::update(&mut tx, &stage.ours.partner).await.unwrap();
        tx.commit().await.unwrap();
        stage.look_for_changed_callers().await;
        assert_eq!(stage.ours.ask(&GetConfig {}).await.status, answer);
    }
    other.close().await;
}

async fn what_is_taken_back_changes_nothing(stage: &mut Stage) {
    call_with_both_halves(stage).await;
    let mut tx = stage.app().db.write().await.unwrap();
    key::revoke(&mut tx, &stage.ours.keys.public).await.unwrap();
    drop(tx);
    call_with_both_halves(stage).await;
    stage.look_for_changed_callers().await;
    call_with_both_halves(stage).await;
}

async fn a_key_that_was_unknown_is_known_as_soon_as_it_is_made(stage: &mut Stage) {
    let later = format!("pk_test_{}", "0".repeat(64));
    let request = stage.ours.widget("GET", "/v1/partner/config");
    let request = request.header("x-partner-key", &later);
    let refusal = request.clone().send().await;
    refusal.refused(Code::InvalidApiKey);
    stage.limit_key(|key| key.public_key = later).await;
    assert_eq!(request.send().await.status, 200);
}
