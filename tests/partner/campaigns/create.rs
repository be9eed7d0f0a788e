//! A new campaign: whole, from its name alone, and once a key.

use futures_util::future::join_all;
use serde_json::{Value, json};
use shared::Code;
use shared::campaign::{Campaign, GetCampaign};
use shared::id::CampaignId;

use super::{CAMPAIGNS, campaign};
use crate::stage::{DAY_MS, HOUR_MS, Response, Stage};

on_both_databases! {
    a_name_alone_is_enough,
    every_field_is_kept_and_shown,
    numbers_and_texts_are_taken_alike,
    the_longest_of_everything_is_taken,
    a_cap_or_budget_of_nothing_is_taken,
    the_same_request_again_answers_the_same_campaign,
    the_first_answer_stays_whatever_became_of_the_campaign,
    another_request_under_the_same_key_is_refused,
    sixteen_callers_with_one_key_make_one_campaign,
    an_unknown_campaign_is_not_found,
    a_publishable_key_reads_campaigns_and_makes_none,
}

async fn post_under(stage: &Stage, key: &str, fields: Value) -> Response {
    let body = campaign(fields);
    let request = stage.ours.signed_json("POST", CAMPAIGNS, &body);
    request.header("idempotency-key", key).send().await
}

async fn a_name_alone_is_enough(stage: &mut Stage) {
    let mut made: Value = stage.campaign(json!({ "name": "Spring 🌱" })).await;
    assert_eq!(stage.seen(&made).await, made);
    let id = made.as_object_mut().unwrap().remove("id").unwrap();
    assert_eq!(id.as_str().unwrap().len(), 24);
    assert_eq!(
        made,
        json!({
            "name": "Spring 🌱", "description": null, "status": "DRAFT", "actionTypes": [], "multiplier": "1",
            "tiers": [], "splits": [], "perActionCap": null, "perUserCap": null, "budget": null, "spent": 0,
            "startsAt": null, "endsAt": null, "schedule": {},
            "createdAt": "2025-05-10T11:20:00.000Z", "updatedAt": "2025-05-10T11:20:00.000Z",
        })
    );
    let nulls = json!({
        "description": null, "status": null, "actionTypes": null, "multiplier": null, "tiers": null, "splits": null,
        "perActionCap": null, "perUserCap": null, "budget": null, "startsAt": null, "endsAt": null, "schedule": null,
        "unknown": 1,
    });
    assert_eq!(stage.campaign(nulls).await["status"], "DRAFT");
}

async fn every_field_is_kept_and_shown(stage: &mut Stage) {
    let fields = json!({
        "name": "Double gifts", "description": "Every gift\ncounts twice.", "status": "ACTIVE",
        "actionTypes": ["DONATION", "VOLUNTEER_2"], "multiplier": "2.50",
        "tiers": [{ "minAmount": 0, "multiplier": "1" }, { "minAmount": 100, "multiplier": "3.125" }],
        "splits": [
            { "stakeholderTypeCode": "DONOR", "percentage": 66.67 },
            { "stakeholderTypeCode": "REFERRER", "percentage": 33.33 },
        ],
        "perActionCap": 500, "perUserCap": 1_000, "budget": 9_007_199_254_740_991_i64,
        "startsAt": "2025-05-01T00:00:00.000Z", "endsAt": "2025-06-01T00:00:00.000Z",
        "schedule": { "daysOfWeek": [6, 7], "hoursUtc": [0, 11, 23] },
    });
    let mut made = stage.campaign(fields.clone()).await;
    assert_eq!(stage.seen(&made).await, made);
    let known: Campaign = serde_json::from_value(made.clone()).unwrap();
    let id = known.id.clone();
    assert_eq!(stage.ours.call(&GetCampaign { id }).await, known);
    for ours in ["id", "spent", "createdAt", "updatedAt"] {
        assert!(made.as_object_mut().unwrap().remove(ours).is_some());
    }
    assert_eq!(made, fields);
}

async fn numbers_and_texts_are_taken_alike(stage: &mut Stage) {
    let made = stage
        .campaign(json!({
            "multiplier": 1.5, "tiers": [{ "minAmount": 1, "multiplier": 2 }],
            "splits": [
                { "stakeholderTypeCode": "DONOR", "percentage": "70.10" },
                { "stakeholderTypeCode": "REFERRER", "percentage": 29.9 },
            ],
            "startsAt": "2025-05-10T13:20:00+02:00",
        }))
        .await;
    assert_eq!(made["multiplier"], "1.50");
    assert_eq!(
        made["tiers"],
        json!([{ "minAmount": 1, "multiplier": "2" }])
    );
    assert_eq!(made["splits"][0]["percentage"], 70.1);
    assert_eq!(made["startsAt"], "2025-05-10T11:20:00.000Z");
}

async fn the_longest_of_everything_is_taken(stage: &mut Stage) {
    let types: Vec<_> = (0..50).map(|number| format!("TYPE_{number}")).collect();
    let tiers: Vec<_> = (0..20)
        .map(|number| json!({ "minAmount": number, "multiplier": "1000" }))
        .collect();
    let splits: Vec<_> = (0..20)
        .map(|number| json!({ "stakeholderTypeCode": format!("TYPE_{number}"), "percentage": 5 }))
        .collect();
    let made = stage
        .campaign(json!({
            "name": "ä".repeat(255), "description": "é".repeat(2_000), "actionTypes": types, "tiers": tiers,
            "splits": splits, "budget": i64::MAX, "multiplier": "0.0001",
            "schedule": { "daysOfWeek": [1, 2, 3, 4, 5, 6, 7], "hoursUtc": (0..24).collect::<Vec<_>>() },
        }))
        .await;
    assert_eq!(made["budget"], i64::MAX);
    assert_eq!(made["actionTypes"].as_array().unwrap().len(), 50);
    assert_eq!(stage.seen(&made).await, made);
    let longest = "A".repeat(40);
    let made = stage
        .campaign(json!({ "actionTypes": [longest, "A0"] }))
        .await;
    assert_eq!(made["actionTypes"], json!([longest, "A0"]));
}

async fn a_cap_or_budget_of_nothing_is_taken(stage: &mut Stage) {
    for field in ["perActionCap", "perUserCap", "budget"] {
        assert_eq!(stage.campaign(json!({ field: 0 })).await[field], 0);
    }
    let made = stage.campaign(json!({ "multiplier": "0" })).await;
    assert_eq!(made["multiplier"], "0");
}

async fn the_same_request_again_answers_the_same_campaign(stage: &mut Stage) {
    let fields = json!({ "status": "ACTIVE", "splits": [{ "stakeholderTypeCode": "DONOR", "percentage": 100 }] });
    let first = post_under(stage, "try 1", fields.clone()).await;
    stage.pass_time(HOUR_MS);
    let again = post_under(stage, "try 1", fields.clone()).await;
    assert_eq!(first.header("idempotent-replayed"), None);
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert_eq!((again.status, &again.text), (201, &first.text));
    assert_eq!(stage.count("campaigns").await, 1);
    assert_eq!(stage.events_of("campaign.started").await.len(), 1);
    stage.pass_time(DAY_MS);
    let anew = post_under(stage, "try 1", fields).await;
    anew.refused(Code::CampaignConflict);
}

async fn the_first_answer_stays_whatever_became_of_the_campaign(stage: &mut Stage) {
    let fields = json!({ "status": "ACTIVE" });
    let first = post_under(stage, "try 1", fields.clone()).await;
    stage
        .changed(
            &first.json(),
            json!({ "name": "Summer", "status": "ENDED" }),
        )
        .await;
    assert_eq!(post_under(stage, "try 1", fields).await.text, first.text);
}

async fn another_request_under_the_same_key_is_refused(stage: &mut Stage) {
    post_under(stage, "try 1", json!({})).await;
    let other = post_under(stage, "try 1", json!({ "multiplier": "1" })).await;
    other.refused(Code::IdempotencyKeyReused);
    // A refused request does not use its key up.
    post_under(stage, "try 2", json!({ "budget": -1 }))
        .await
        .refused_field("budget");
    assert_eq!(post_under(stage, "try 2", json!({})).await.status, 201);
    let long = post_under(stage, &"a".repeat(256), json!({})).await;
    long.refused_field("Idempotency-Key");
    assert_eq!(stage.count("campaigns").await, 2);
}

async fn sixteen_callers_with_one_key_make_one_campaign(stage: &mut Stage) {
    let fields = json!({ "status": "ACTIVE" });
    let answers = join_all((0..16).map(|_| post_under(stage, "try 1", fields.clone()))).await;
    for answer in &answers {
        assert_eq!((answer.status, &answer.text), (201, &answers[0].text));
    }
    assert_eq!(stage.count("campaigns").await, 1);
    assert_eq!(stage.events_of("campaign.started").await.len(), 1);
}

async fn an_unknown_campaign_is_not_found(stage: &mut Stage) {
    let theirs = stage
        .theirs
        .signed_json("POST", CAMPAIGNS, &campaign(json!({})));
    let theirs: Value = theirs.send().await.answer(201);
    let theirs = theirs["id"].as_str().unwrap().to_owned();
    for id in ["0", "000000000000000000000000", "😀", "act%69ve2", &theirs] {
        let id = CampaignId(id.to_owned());
        let found = stage.ours.ask(&GetCampaign { id: id.clone() }).await;
        found.refused(Code::CampaignNotFound);
    }
    for (method, rest) in [("GET", ""), ("PATCH", ""), ("GET", "/analytics")] {
        let path = format!("{CAMPAIGNS}/{theirs}{rest}");
        let request = match method {
            "PATCH" => stage
                .ours
                .signed_json(method, &path, &json!({ "name": "Mine" })),
            _ => stage.ours.signed(method, &path),
        };
        request.send().await.refused(Code::CampaignNotFound);
    }
}

async fn a_publishable_key_reads_campaigns_and_makes_none(stage: &mut Stage) {
    let made = stage.campaign(json!({ "status": "ACTIVE" })).await;
    let (keys, client) = (&stage.ours.keys, &stage.ours.client);
    let path = super::path_of(&made);
    let analytics = format!("{path}/analytics");
    let active = format!("{CAMPAIGNS}/active");
    for path in [CAMPAIGNS, &path, &analytics, &active] {
        let request = client.request("GET", path);
        let signed = request.signed(&keys.public, &keys.hmac_secret);
        assert_eq!(signed.send().await.status, 200, "{path}");
    }
    for (method, path) in [("POST", CAMPAIGNS), ("PATCH", path.as_str())] {
        let request = client.request(method, path).json(&campaign(json!({})));
        let signed = request.signed(&keys.public, &keys.hmac_secret);
        signed.send().await.refused(Code::SecretKeyRequired);
    }
}
