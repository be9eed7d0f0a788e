//! Several processes on one database: what one is told, all keep.

use serde_json::json;
use server::serve::Running;
use shared::key::DeleteKey;
use shared::portal_user::Role;
use shared::sign_in::GetMe;
use shared::{Code, user::ListUsers};

use super::keys::{keys_of, made, new_key};
use crate::stage::{Client, Keys, Response, Stage};

on_both_databases! {
    a_deleted_key_is_refused_by_every_process,
    a_sign_in_is_good_at_every_process_until_it_ends,
}

async fn ask(client: &Client, keys: &Keys) -> Response {
    client.prepare(keys, &ListUsers::default()).send().await
}

async fn three(stage: &Stage) -> ([Running; 2], [Client; 3]) {
    let others = [stage.start_another().await, stage.start_another().await];
    let [one, two] = &others;
    let clients = [
        stage.ours.client.clone(),
        stage.client_of(one),
        stage.client_of(two),
    ];
    (others, clients)
}

async fn a_deleted_key_is_refused_by_every_process(stage: &mut Stage) {
    let person = stage.person(Role::Admin).await;
    let (others, clients) = three(stage).await;
    let key = made(&person, &new_key("Shop")).await;
    let keys = keys_of(&key);
    for client in &clients {
        assert_eq!(ask(client, &keys).await.status, 200);
    }
    let id = key["id"].as_str().unwrap().to_owned().into();
    let there = person.at(clients[1].clone());
    assert_eq!(there.ask(&DeleteKey { id }).await.status, 204);
    // At once where it was deleted, and soon elsewhere.
    ask(&clients[1], &keys).await.refused(Code::ApiKeyInactive);
    for client in &clients {
        let refused = loop {
            let answer = ask(client, &keys).await;
            if answer.status != 200 {
                break answer;
            }
        };
        refused.refused(Code::ApiKeyInactive);
    }
    for other in others {
        other.stop().await;
    }
}

async fn a_sign_in_is_good_at_every_process_until_it_ends(stage: &mut Stage) {
    let person = stage.person(Role::Viewer).await;
    let (others, clients) = three(stage).await;
    for client in &clients {
        person.at(client.clone()).call(&GetMe {}).await;
    }
    let request = clients[2].request("POST", "/v1/partner/auth/logout");
    let body = json!({ "refreshToken": person.refresh });
    assert_eq!(request.json(&body).send().await.status, 204);
    for client in &clients {
        let refused = person.at(client.clone()).ask(&GetMe {}).await;
        refused.refused(Code::InvalidToken);
    }
    for other in others {
        other.stop().await;
    }
}
