//! `giving pools`: what the operator gives out, while the server runs.

use serde_json::{Value, json};
use shared::Code;
use shared::money::Tokens;

use crate::stage::{Ended, Giving, Stage, purchase};

on_both_databases! {
    a_pool_is_made_as_it_is_asked_for,
    a_pool_without_further_wishes_pays_everything_at_once,
    a_new_pool_pays_at_once,
    tokens_are_put_into_a_pool,
    a_pool_is_closed_and_opened,
    a_refill_gets_a_new_allowance,
    every_pool_is_listed_with_those_of_one_partner_by_themselves,
    what_is_not_there_is_said,
    what_cannot_be_is_not_made,
}

fn run(stage: &Stage, arguments: &[&str]) -> Ended {
    let arguments = [&["pools"], arguments].concat();
    Giving::on(stage, &arguments).run()
}

fn pools(stage: &Stage, arguments: &[&str]) -> Value {
    run(stage, &[&["--json"], arguments].concat()).json()
}

/// The flags that every new pool of ours has.
const CREATE: &[&str] = &["create", "--partner", "ours", "--name", "Élan"];

fn create(stage: &Stage, flags: &[&str]) -> Value {
    pools(stage, &[CREATE, flags].concat())
}

fn id_of(pool: &Value) -> String {
    pool["id"].as_str().unwrap().to_owned()
}

/// Closes the pool of every stage, as the operator does.
fn close_first_pool(stage: &Stage) {
    let id = stage.ours.pool_id.as_str();
    let closed = pools(stage, &["set", id, "--status", "INACTIVE"]);
    assert_eq!(closed["status"], "INACTIVE");
}

async fn a_pool_is_made_as_it_is_asked_for(stage: &mut Stage) {
    let mut made = create(
        stage,
        &[
            "--amount=500",
            "--vesting-days=30",
            "--expires-at=2099-01-31T12:00:00+02:00",
            "--action-types=PURCHASE,REFERRAL",
            "--low-balance-threshold=100",
            "--refill-threshold=50",
            "--refill-amount=200",
            "--refill-per-day=3",
            "--refill-allowance=1000",
        ],
    );
    assert_eq!(id_of(&made).len(), 24);
    for field in ["id", "createdAt"] {
        made[field].take();
    }
    assert_eq!(
        made,
        json!({
            "id": null, "name": "Élan", "environment": "sandbox", "status": "ACTIVE", "balance": 500,
            "allocated": 500, "distributed": 0, "reversed": 0, "lowBalanceThreshold": 100,
            "restrictions": {
                "vestingDays": 30, "expiresAt": "2099-01-31T10:00:00.000Z",
                "allowedActionTypes": ["PURCHASE", "REFERRAL"],
            },
            "autoRefill": { "enabled": true, "threshold": 50, "amount": 200, "maxPerDay": 3 },
            "createdAt": null,
        })
    );
    assert_eq!(stage.events_of("token_pool.allocated").await.len(), 2);
}

async fn a_pool_without_further_wishes_pays_everything_at_once(stage: &mut Stage) {
    let made = create(stage, &["--amount", "0"]);
    assert_eq!(
        (&made["status"], &made["balance"]),
        (&json!("EXHAUSTED"), &json!(0))
    );
    let nothing = json!({ "vestingDays": 0, "expiresAt": null, "allowedActionTypes": [] });
    assert_eq!(made["restrictions"], nothing);
    assert_eq!(
        (&made["lowBalanceThreshold"], &made["autoRefill"]),
        (&json!(null), &json!(null))
    );
    assert_eq!(stage.events_of("token_pool.allocated").await.len(), 1);
}

async fn a_new_pool_pays_at_once(stage: &mut Stage) {
    close_first_pool(stage);
    stage.recorded(&purchase("one"), Code::NoActivePool).await;
    let made = create(stage, &["--amount", "10"]);
    let done = stage.rewarded(&purchase("one")).await;
    let pool = stage.record(&done.action_id).await.pool_id.unwrap();
    assert_eq!(json!(pool), made["id"]);
}

async fn tokens_are_put_into_a_pool(stage: &mut Stage) {
    let act = purchase("one").amount("10500");
    stage.recorded(&act, Code::InsufficientPool).await;
    let id = stage.ours.pool_id.to_string();
    let filled = pools(stage, &["allocate", &id, "--amount", "500"]);
    assert_eq!(
        (&filled["balance"], &filled["allocated"]),
        (&json!(10_500), &json!(10_500))
    );
    stage.rewarded(&act).await;
    let told = stage.events_of("token_pool.allocated").await;
    assert_eq!(told.last().unwrap().data["balance"], json!(10_500));
    // The operator may fill another partner's pool just as well.
    let id = stage.theirs.pool_id.to_string();
    let filled = pools(stage, &["allocate", &id, "--amount", "1"]);
    assert_eq!(filled["balance"], json!(10_001));
}

async fn a_pool_is_closed_and_opened(stage: &mut Stage) {
    close_first_pool(stage);
    stage.recorded(&purchase("one"), Code::NoActivePool).await;
    let id = stage.ours.pool_id.to_string();
    let opened = pools(stage, &["set", &id, "--status", "ACTIVE"]);
    assert_eq!(opened["status"], "ACTIVE");
    stage.rewarded(&purchase("one")).await;
}

async fn a_refill_gets_a_new_allowance(stage: &mut Stage) {
    close_first_pool(stage);
    let flags = ["--amount=0", "--refill-threshold=0", "--refill-amount=10"];
    let flags = [&flags[..], &["--refill-per-day=9", "--refill-allowance=0"]].concat();
    let made = create(stage, &flags);
    assert_eq!(made["autoRefill"]["enabled"], json!(false));
    stage
        .recorded(&purchase("one"), Code::InsufficientPool)
        .await;
    let set = pools(stage, &["set", &id_of(&made), "--refill-allowance", "10"]);
    assert_eq!(set["autoRefill"]["enabled"], json!(true));
    let done = stage.rewarded(&purchase("one")).await;
    assert_eq!(done.tokens_distributed, Tokens(10));
    stage
        .recorded(&purchase("two"), Code::InsufficientPool)
        .await;
}

async fn every_pool_is_listed_with_those_of_one_partner_by_themselves(stage: &mut Stage) {
    let made = create(stage, &["--amount", "7"]);
    let ids = |listed: Value| -> Vec<Value> {
        let pools = listed.as_array().unwrap().iter();
        pools.map(|pool| pool["id"].clone()).collect()
    };
    let theirs = json!(stage.theirs.pool_id);
    let all = ids(pools(stage, &["list"]));
    assert!(all.len() == 3 && all.contains(&theirs), "{all:?}");
    let ours = ids(pools(stage, &["list", "--partner", "ours"]));
    assert_eq!(ours, [json!(stage.ours.pool_id), made["id"].clone()]);
    let table = run(stage, &["list", "--partner", "ours"]).succeeded();
    assert!(table.starts_with("ID"), "{table}");
    for text in ["Élan", "ACTIVE", "10000", &id_of(&made)] {
        assert!(table.contains(text), "{table}");
    }
    let shown = run(stage, &["set", &id_of(&made)]).succeeded();
    assert!(shown.contains("balance      7"), "{shown}");
}

async fn what_is_not_there_is_said(stage: &mut Stage) {
    let create = [
        "create",
        "--partner",
        "nobody",
        "--name",
        "A",
        "--amount",
        "1",
    ];
    let words = ["nobody", "giving partners list"];
    run(stage, &create).failed(&words);
    run(stage, &["list", "--partner", "nobody"]).failed(&words);
    let words = ["000000000000000000000000", "giving pools list"];
    for arguments in [
        &["allocate", words[0], "--amount", "1"][..],
        &["set", words[0]],
    ] {
        run(stage, arguments).failed(&words);
    }
    let id = stage.ours.pool_id.as_str();
    let set = ["set", id, "--status", "INACTIVE", "--refill-allowance", "5"];
    run(stage, &set).failed(&[id, "does not refill itself"]);
    // Nor is the other half of it done.
    let listed = pools(stage, &["list", "--partner", "ours"]);
    assert_eq!(listed[0]["status"], "ACTIVE");
    assert_eq!(stage.count("pools").await, 2);
}

async fn what_cannot_be_is_not_made(stage: &mut Stage) {
    for (flags, words) in [
        (&[][..], "--amount"),
        (&["--amount=-1"], "--amount"),
        (&["--amount=1.5"], "--amount"),
        (&["--amount=9223372036854775808"], "--amount"),
        (&["--amount=1", "--vesting-days=-1"], "--vesting-days"),
        (&["--amount=1", "--expires-at=tomorrow"], "--expires-at"),
        (&["--amount=1", "--action-types=purchase"], "--action-types"),
        (
            &["--amount=1", "--action-types=PURCHASE,"],
            "--action-types",
        ),
        (
            &["--amount=1", "--low-balance-threshold=x"],
            "--low-balance-threshold",
        ),
        (&["--amount=1", "--refill-threshold=5"], "--refill-amount"),
        (&["--amount=1", "--refill-amount=5"], "--refill-threshold"),
        (&["--amount=1", "--refill-allowance=5"], "--refill-amount"),
        (&["--amount=1", "--name="], "--name"),
    ] {
        let ended = run(stage, &[CREATE, flags].concat());
        assert_eq!(ended.code, Some(2), "{flags:?}: {ended:?}");
        assert!(ended.error.contains(words), "{flags:?}: {ended:?}");
    }
    let id = stage.ours.pool_id.as_str();
    for amount in ["--amount=0", "--amount=-5", "--amount="] {
        let ended = run(stage, &["allocate", id, amount]);
        assert_eq!(ended.code, Some(2), "{ended:?}");
    }
    let most = ["allocate", id, "--amount=9223372036854775807"];
    run(stage, &most).failed(&[id, "AMOUNT_TOO_LARGE"]);
    assert_eq!(
        (
            stage.count("pools").await,
            stage.pool_balance().await.balance
        ),
        (2, Tokens(10_000))
    );
}
