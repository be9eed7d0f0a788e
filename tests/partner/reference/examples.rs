//! Every call, made with the example that is shown of it.

use std::collections::BTreeMap;

use jsonschema::Validator;
use serde_json::{Map, Value, json};
use server::openapi::{Operation, Place};
use server::store::organization::{self, Organization};
use shared::id::{DonationId, OrganizationId};
use shared::percent::ListPercentDonations;
use shared::portal_user::Role;
use shared::{Auth, Media};

use super::description;
use crate::stage::{NONPROFIT, Request, Sink, Stage};

on_both_databases! { every_example_is_true }

/// What the examples' ids stand for, by the call that makes it.
type Made = BTreeMap<String, Value>;

fn validator(schema: &Value, components: &Map<String, Value>) -> Validator {
    let mut root = schema.clone();
    root["components"] = json!({ "schemas": components });
    jsonschema::validator_for(&root).unwrap()
}

#[track_caller]
fn assert_fits(schema: &Value, components: &Map<String, Value>, (value, place): (&Value, &str)) {
    let validator = validator(schema, components);
    let wrong: Vec<String> = validator
        .iter_errors(value)
        .map(|error| format!("{}: {error}", error.instance_path))
        .collect();
    assert!(wrong.is_empty(), "{place}: {wrong:#?} in {value:#}");
}

/// The nonprofit of the examples, in the directory.
async fn add_nonprofit(stage: &Stage) {
    let mut tx = stage.app().db.write().await.unwrap();
    let other = organization::find(&mut tx, NONPROFIT).await.unwrap();
    let nonprofit = Organization {
        id: OrganizationId("6a0056d0a1b2c3d4e5f60799".to_owned()),
        percent_id: "organisation_1Dk2TQb9rs4uR7SmsFAYbA8qL5wP6".to_owned(),
        endaoment_id: "00000000-0000-4000-8000-000000000001".to_owned(),
        slug: "american-red-cross".to_owned(),
        name: "American Red Cross".to_owned(),
        ein: None,
        ..other.unwrap()
    };
    organization::insert(&mut tx, &nonprofit).await.unwrap();
    tx.commit().await.unwrap();
}

/// What was made for the id in a path, where the example's cannot be had.
fn live<'a>(operation: &Operation, name: &str, made: &'a Made) -> Option<&'a Value> {
    let field = |call: &str, field: &str| made.get(call).map(|answer| &answer[field]);
    match (operation.subject(), name) {
        ("actions", "id" | "actionId") => field("submitAction", "actionId"),
        ("campaigns" | "dashboard", "id") => field("createCampaign", "id"),
        ("donations", "id" | "partnerDonationId") => field("createLink", "partnerDonationId"),
        ("endaoment", "id") => field("createFund", "id"),
        ("keys", "id") => field("createKey", "id"),
        ("token-pools", "id") => field("pool", "id"),
        ("transactions", "id") => Some(&made["submitAction"]["transactionIds"][0]),
        ("percent", "id") => match operation.id.as_str() {
            "getDonationSession" => Some(&made["createDonationSession"]["data"]["id"]),
            "getPercentUser" => Some(&made["createPercentUser"]["data"]["id"]),
            "getPercentDonation" => Some(&made["percentDonation"]["id"]),
            _ => None,
        },
        ("webhooks", "deliveryId") => field("testWebhook", "deliveryId"),
        ("webhooks", "id") => field("createWebhook", "id"),
        _ => None,
    }
}

fn request(stage: &Stage, operation: &Operation, made: &Made) -> Request {
    let mut operation = operation.clone();
    let found: Vec<Option<Value>> = operation
        .parameters
        .iter()
        .map(|one| {
            live(&operation, &one.name, made)
                .filter(|_| one.place == Place::Path)
                .cloned()
        })
        .collect();
    for (parameter, value) in operation.parameters.iter_mut().zip(found) {
        parameter.example = value.or(parameter.example.take());
    }
    let method = operation.facts.method.as_str();
    let request = stage
        .ours
        .client
        .request(method, &operation.example_target());
    let request = match &operation.body {
        Some(body) => request.json(&body.example),
        None => request,
    };
    let keys = &stage.ours.keys;
    match operation.facts.auth {
        Auth::Publishable => request.header("x-partner-key", &keys.public),
        Auth::Signed | Auth::SignedSecret | Auth::SecretOrPortal(_) => {
            request.signed(&keys.secret, &keys.hmac_secret)
        }
        Auth::Portal(_) => request.bearer(made["login"]["accessToken"].as_str().unwrap()),
        Auth::EndaomentKey | Auth::EndaomentKeyOrToken | Auth::PercentSecret | Auth::PercentKey => {
            request.header(operation.facts.auth.dialect().key_header(), &keys.secret)
        }
        Auth::Open => request,
    }
}

/// Who signs in comes first, then what makes things, and last what takes them away.
fn turn(operation: &Operation) -> u8 {
    let facts = &operation.facts;
    match (facts.method.as_str(), facts.path.contains('{')) {
        _ if operation.id == "login" => 0,
        _ if operation.id == "logout" => 6,
        // It ends the tokens of the sign-in, for those of a new one.
        _ if matches!(operation.id.as_str(), "refresh" | "changePassword") => 5,
        ("POST", false) => 1,
        ("DELETE", _) => 4,
        _ if facts.path.contains("{deliveryId}") => 3,
        _ => 2,
    }
}

async fn every_example_is_true(stage: &mut Stage) {
    add_nonprofit(stage).await;
    let ours = stage.ours.partner.id.clone();
    stage
        .add_user("ada@example.org", (Some(&ours), Role::Owner))
        .await;
    let sink = Sink::open().await;
    let mut api = description();
    api.operations.sort_by_key(turn);
    let mut made = Made::from([("pool".to_owned(), json!({ "id": stage.ours.pool_id }))]);
    for operation in &mut api.operations {
        let id = operation.id.clone();
        if let Some(body) = &mut operation.body {
            assert_fits(&body.schema, &api.components, (&body.example, &id));
            if id == "createWebhook" {
                // A receiver that is there, in the place of the partner's own.
                body.example["url"] = sink.url.clone().into();
            }
            for fund in ["receivingFundId", "originFundId"] {
                if let Some(id) = body.example.get_mut(fund) {
                    *id = made["createFund"]["id"].clone();
                }
            }
            if let Some(token) = body.example.get_mut("refreshToken") {
                *token = made["login"]["refreshToken"].clone();
            }
        }
        for parameter in &operation.parameters {
            if let Some(example) = &parameter.example {
                assert_fits(&parameter.schema, &api.components, (example, &id));
            }
        }
        if id == "retryDelivery" {
            stage
                .until_count(
                    "deliveries WHERE status = 'DELIVERED' AND event_type = 'webhook.test'",
                    1,
                )
                .await;
        }
        if id == "refundDonation" {
            let gift = made["createLink"]["partnerDonationId"].as_str().unwrap();
            stage.pay(&DonationId(gift.to_owned()), None).await;
        }
        if id == "getPercentDonation" {
            let session = serde_json::from_value(made["createDonationSession"]["data"].clone());
            let given = stage.give_in(&session.unwrap(), &[]).await;
            assert_eq!(given.status, 303, "{}", given.text);
            let gifts = stage.ours.call(&ListPercentDonations::default()).await;
            made.insert(
                "percentDonation".to_owned(),
                json!({ "id": gifts.data[0].id }),
            );
        }
        let response = request(stage, operation, &made).send().await;
        let only_refused = match id.as_str() {
            "getBulkJob" => Some(410),
            // Only a mail holds the token of a one-time link.
            "resetPassword" => Some(401),
            _ => None,
        };
        if let Some(status) = only_refused {
            assert_eq!(response.status, status, "{id}: {}", response.text);
            continue;
        }
        assert_eq!(
            response.status, operation.facts.status,
            "{id}: {}",
            response.text
        );
        let Some(answer) = &operation.answer else {
            assert_eq!(response.text, "", "{id}");
            continue;
        };
        assert_fits(
            &answer.schema,
            &api.components,
            (&answer.example, &format!("{id}, shown")),
        );
        let answered = match operation.facts.media {
            Media::Json => response.json(),
            Media::Csv => response.text.clone().into(),
        };
        assert_fits(
            &answer.schema,
            &api.components,
            (&answered, &format!("{id}, answered")),
        );
        made.insert(id, answered);
    }
}
