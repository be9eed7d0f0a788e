//! What each role may do, and what becomes of it when things change.

use serde_json::json;
use shared::Code;
use shared::key::{DeleteKey, GetKey, GetPartnerInfo, ListKeys, RotateKey};
use shared::partner::PartnerStatus;
use shared::portal_user::Role;
use shared::sign_in::GetMe;

use super::keys::new_key;
use crate::stage::{Person, Request, Stage};

on_both_databases! {
    each_role_may_do_what_is_its,
    a_role_that_is_taken_away_is_gone_at_once,
    a_suspended_partners_portal_can_only_be_read,
    a_user_without_a_partner_sees_nothing,
}

/// Every call that changes something of the partner, and the role that it takes.
fn changes(person: &Person, id: &shared::id::KeyId) -> Vec<(Role, Request)> {
    let invite = json!({ "email": "colleague@example.org", "role": "VIEWER" });
    let path = format!("/v1/partner/keys/{id}");
    let rotate = RotateKey {
        id: id.clone(),
        grace_seconds: None,
    };
    vec![
        (
            Role::Owner,
            person.posting("/v1/partner/auth/invite", &invite),
        ),
        (Role::Admin, person.prepare(&new_key("Made"))),
        (
            Role::Admin,
            person
                .request("PATCH", &path)
                .json(&json!({ "name": "Changed" })),
        ),
        (Role::Admin, person.prepare(&rotate)),
        (Role::Admin, person.prepare(&DeleteKey { id: id.clone() })),
    ]
}

async fn each_role_may_do_what_is_its(stage: &mut Stage) {
    for role in Role::ALL {
        let person = stage.person(*role).await;
        let id = stage.owners_key().await;
        for (needed, request) in changes(&person, &id) {
            let answer = request.send().await;
            if role.includes(needed) {
                assert!(answer.status < 300, "{role}: {}", answer.text);
            } else {
                let refusal = answer.refused(Code::InsufficientRole);
                assert!(refusal.message.contains(needed.as_str()));
            }
        }
        person.call(&GetMe {}).await;
        person.call(&ListKeys::default()).await;
        person.call(&GetPartnerInfo {}).await;
        let id = stage.owners_key().await;
        person.call(&GetKey { id }).await;
    }
}

impl Stage {
    /// A key of ours, made by an owner of its own.
    async fn owners_key(&self) -> shared::id::KeyId {
        let email = format!("key-owner-{}@example.org", self.count("portal_users").await);
        let partner = (Some(&self.ours.partner.id), Role::Owner);
        self.add_user(&email, partner).await;
        let owner = self.sign_in(&email).await;
        owner.call(&new_key("Somebody's")).await.key.id
    }
}

async fn a_role_that_is_taken_away_is_gone_at_once(stage: &mut Stage) {
    let person = stage.person(Role::Admin).await;
    person.call(&new_key("First")).await;
    stage
        .change_rows("UPDATE portal_users SET role = 'VIEWER'")
        .await;
    let refused = person.ask(&new_key("Second")).await;
    refused.refused(Code::InsufficientRole);
    person.call(&ListKeys::default()).await;
}

async fn a_suspended_partners_portal_can_only_be_read(stage: &mut Stage) {
    let person = stage.person(Role::Owner).await;
    let id = stage.owners_key().await;
    stage
        .change_partner(|partner| partner.status = PartnerStatus::Suspended)
        .await;
    for (_, request) in changes(&person, &id) {
        request.send().await.refused(Code::PartnerNotActive);
    }
    let info = person.call(&GetPartnerInfo {}).await;
    assert_eq!(info.status, PartnerStatus::Suspended);
    person.call(&GetKey { id }).await;
    stage.sign_in(&person.email).await;
    stage
        .change_partner(|partner| partner.status = PartnerStatus::Active)
        .await;
    person.call(&new_key("Made")).await;
}

async fn a_user_without_a_partner_sees_nothing(stage: &mut Stage) {
    let person = stage.newcomer().await;
    let me = person.call(&GetMe {}).await;
    assert_eq!((me.partner, me.publishable_key), (None, None));
    assert_eq!(person.call(&ListKeys::default()).await.data, []);
    let info = person.ask(&GetPartnerInfo {}).await;
    info.refused(Code::PartnerNotFound);
    let id = stage.owners_key().await;
    person.ask(&GetKey { id }).await.refused(Code::KeyNotFound);
    let invite = json!({ "email": "a@example.org", "role": "VIEWER" });
    let invited = person.posting("/v1/partner/auth/invite", &invite);
    invited.send().await.refused(Code::PartnerNotFound);
}
