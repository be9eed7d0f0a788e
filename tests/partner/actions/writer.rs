//! The writer behind the calls: commands that share a batch, one that spoils it,
//! and more than it has room for.

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use ledger::{
    Command, Key, KeySpace, OnRefusal, Outcome, Profile, Rate, Recipient, Reverse, Reward,
    Stakeholder, UnknownUsers,
};
use serde_json::{Value, json};
use server::store::batch::BatchError;
use server::store::ledger::{LedgerError, Order};
use shared::Code;
use shared::action::BulkResult;
use shared::id::{ActionId, CampaignId};
use shared::money::{Currency, Minor, Percent, Tokens};
use sqlx::Row as _;

use crate::stage::{Act, Kind, Stage, purchase, until};

on_both_databases! {
    a_replay_and_a_reversal_of_one_action_share_a_batch,
    a_failure_and_its_cure_share_a_batch,
    what_the_database_refuses_fails_alone,
    what_cannot_be_read_fails_alone,
    a_fault_of_ours_says_nothing_of_the_inside,
    a_writer_that_loses_its_connection_tries_again,
    who_fills_the_queue_waits_and_keeps_nobody_else_waiting,
}

/// 10 USD by one customer, as the calls make it of a request.
fn reward(stage: &Stage, key: &str, user: &str) -> Reward {
    Reward {
        seed: stage.app().context.seed(),
        key: key_of(key),
        fingerprint: key.to_owned(),
        action_type: "PURCHASE".to_owned(),
        amount: Minor(1_000),
        currency: Currency::Usd,
        rate: Rate::ONE,
        stakeholders: vec![Stakeholder {
            type_code: "CUSTOMER".to_owned(),
            recipient: Recipient::Named(user.to_owned().into()),
            profile: Profile::default(),
        }],
        unknown_users: UnknownUsers::Make,
        campaign_id: None,
        metadata: "{}".to_owned(),
        donation_id: None,
        on_refusal: OnRefusal::Record,
    }
}

fn reverse(stage: &Stage, action_id: &ActionId, key: &str) -> Reverse {
    Reverse {
        seed: stage.app().context.seed(),
        action_id: action_id.clone(),
        key: key_of(key),
        percent: Percent::from_hundredths(5_000),
        reason: String::new(),
    }
}

fn key_of(key: &str) -> Key {
    Key {
        space: KeySpace::Caller,
        key: key.to_owned(),
    }
}

/// Does commands in as few batches as can be: while the books are held, what
/// comes after the first gathers behind it.
async fn at_once(stage: &Stage, commands: Vec<Command>) -> Vec<Result<Outcome, LedgerError>> {
    let order = |command| Order {
        partner_id: stage.ours.partner.id.clone(),
        command,
    };
    let orders = commands.into_iter().map(order).collect();
    let held = stage.hold_books().await;
    let queued = stage.app().ledger.submit_all(orders);
    let (outcomes, released) = tokio::join!(queued, held.commit());
    released.unwrap();
    outcomes.unwrap()
}

#[track_caller]
fn rewarded(outcome: &Result<Outcome, LedgerError>) -> (ActionId, i64, bool) {
    let Ok(Outcome::Rewarded {
        action_id,
        tokens,
        transaction_ids,
        replayed,
    }) = outcome
    else {
        panic!("{outcome:?}");
    };
    assert_eq!(transaction_ids.len(), 1);
    (action_id.clone(), tokens.0, *replayed)
}

async fn a_replay_and_a_reversal_of_one_action_share_a_batch(stage: &mut Stage) {
    let keys: Vec<_> = (0..8).map(|number| format!("key {number}")).collect();
    let rewards = || {
        keys.iter()
            .map(|key| Command::Reward(reward(stage, key, "ada")))
    };
    let first: Vec<_> = at_once(stage, rewards().collect()).await;
    let ids: Vec<_> = first.iter().map(|outcome| rewarded(outcome).0).collect();
    let reversals = keys
        .iter()
        .zip(&ids)
        .map(|(key, id)| Command::Reverse(reverse(stage, id, key)));
    let pairs = rewards().zip(reversals);
    let commands = pairs.flat_map(|(replay, reversal)| [replay, reversal]);
    let outcomes = at_once(stage, commands.collect()).await;
    for (pair, id) in outcomes.chunks(2).zip(&ids) {
        assert_eq!(rewarded(&pair[0]), (id.clone(), 10, true));
        let Ok(Outcome::Reversed { reversal, .. }) = &pair[1] else {
            panic!("{:?}", pair[1]);
        };
        assert_eq!((&reversal.action_id, reversal.tokens), (id, Tokens(5)));
    }
    assert_eq!(stage.balance("ada").await.balance, Tokens(40));
}

async fn a_failure_and_its_cure_share_a_batch(stage: &mut Stage) {
    let failing = |key| Reward {
        unknown_users: UnknownUsers::Refuse,
        ..reward(stage, key, "nobody")
    };
    let curing = |key| reward(stage, key, "ada");
    let keys = ["one", "two", "three"];
    let commands = keys.map(|key| [failing(key), failing(key), curing(key), curing(key)]);
    let commands = commands.into_iter().flatten().map(Command::Reward);
    let outcomes = at_once(stage, commands.collect()).await;
    for four in outcomes.chunks(4) {
        let Ok(Outcome::Failed { action_id, code }) = &four[0] else {
            panic!("{:?}", four[0]);
        };
        assert_eq!(*code, Code::UserNotFound);
        assert_eq!(rewarded(&four[2]), (action_id.clone(), 10, false));
        assert_eq!(rewarded(&four[3]), (action_id.clone(), 10, true));
        let people = stage.record(action_id).await.stakeholders;
        assert_eq!(people.len(), 1);
        assert_eq!(people[0].partner_user_id.as_str(), "ada");
    }
    assert_eq!(stage.events_of("action.failed").await.len(), 3);
    assert_eq!(stage.events_of("action.completed").await.len(), 3);
}

/// Makes the database refuse every user of one name.
async fn refuse_users_named(stage: &Stage, name: &str) {
    let sql = match stage.kind() {
        Kind::Sqlite => format!(
            "CREATE TRIGGER refuse BEFORE INSERT ON users WHEN NEW.external_id = '{name}'
             BEGIN SELECT RAISE(ABORT, 'refused'); END"
        ),
        Kind::Postgres => {
            format!("ALTER TABLE users ADD CONSTRAINT refused CHECK (external_id <> '{name}')")
        }
    };
    stage.change_rows(&sql).await;
}

/// Sends a poisonous command among others; they must be done, and it alone not.
async fn check_poison(stage: &Stage, poison: impl Fn(&str) -> Reward) {
    let mut commands = Vec::new();
    for number in 0..32 {
        let key = format!("key {number}");
        let is_poisonous = matches!(number, 11 | 12 | 30);
        commands.push(Command::Reward(if is_poisonous {
            poison(&key)
        } else {
            reward(stage, &key, "ada")
        }));
    }
    let outcomes = at_once(stage, commands).await;
    for (number, outcome) in outcomes.iter().enumerate() {
        if matches!(number, 11 | 12 | 30) {
            let is_failed = matches!(outcome, Err(LedgerError::Batch(BatchError::Failed(_))));
            assert!(is_failed, "{outcome:?}");
        } else {
            assert_eq!(rewarded(outcome).1, 10);
        }
    }
    assert_eq!(stage.count("actions").await, 29);
    assert_eq!(stage.balance("ada").await.balance, Tokens(290));
    assert_eq!(stage.events_of("action.completed").await.len(), 29);
}

async fn what_the_database_refuses_fails_alone(stage: &mut Stage) {
    refuse_users_named(stage, "poison").await;
    check_poison(stage, |key| reward(stage, key, "poison")).await;
}

async fn what_cannot_be_read_fails_alone(stage: &mut Stage) {
    let body = json!({ "name": "Spring" });
    let made = stage
        .ours
        .signed_json("POST", "/v1/partner/campaigns", &body);
    let draft: Value = made.send().await.answer(201);
    let id = draft["id"].as_str().unwrap();
    let spoil = format!("UPDATE campaigns SET tiers = 'spoilt' WHERE id = '{id}'");
    stage.change_rows(&spoil).await;
    check_poison(stage, |key| Reward {
        campaign_id: Some(CampaignId(id.to_owned())),
        ..reward(stage, key, "ada")
    })
    .await;
}

async fn a_fault_of_ours_says_nothing_of_the_inside(stage: &mut Stage) {
    refuse_users_named(stage, "poison").await;
    let acts = [
        purchase("one"),
        purchase("two").of("poison"),
        purchase("three"),
    ];
    let result = stage.bulk_done(&acts).await;
    assert_eq!((result.succeeded, result.failed), (2, 1));
    let item = serde_json::to_string(&result.results[1]).unwrap();
    let refused = stage.submit(&purchase("two").of("poison")).await;
    refused.refused(Code::InternalError);
    for text in [&item, &refused.text] {
        assert!(text.contains("INTERNAL_ERROR"), "{text}");
        for inside in ["refuse", "users", "SQL", "constraint", "trigger"] {
            assert!(!text.contains(&format!("{inside} ")), "{text}");
        }
    }
    // The key of what was not done is free.
    stage.rewarded(&purchase("two")).await;
}

/// Ends the connection that waits for the books, as an administrator could, and
/// answers whether there was one.
async fn end_waiting_writer(stage: &Stage) -> bool {
    let ended = "SELECT COUNT(*) AS number FROM (
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock') AS ended";
    let mut conn = stage.app().db.read().await.unwrap();
    let row = sqlx::query(ended).fetch_one(&mut *conn).await.unwrap();
    row.get::<i64, _>("number") > 0
}

async fn a_writer_that_loses_its_connection_tries_again(stage: &mut Stage) {
    // SQLite has no connection that could be lost.
    if stage.kind() == Kind::Sqlite {
        return;
    }
    let held = stage.hold_books().await;
    let lose = async {
        until("a writer waits", async || end_waiting_writer(stage).await).await;
        held.commit().await.unwrap();
    };
    let act = purchase("one");
    let (answer, ()) = tokio::join!(stage.submit(&act), lose);
    assert_eq!(
        (answer.status, answer.header("idempotent-replayed")),
        (200, None)
    );
    assert_eq!(stage.count("actions").await, 1);
}

async fn who_fills_the_queue_waits_and_keeps_nobody_else_waiting(stage: &mut Stage) {
    let names: Vec<_> = (0..20).map(|number| format!("user {number}")).collect();
    let people: Vec<_> = names
        .iter()
        .map(|name| ("CUSTOMER", name.as_str()))
        .collect();
    let acts = |call: usize| -> Vec<Act> {
        (0..100)
            .map(|item| purchase(&format!("{call}/{item}")).by(&people))
            .collect()
    };
    // Four calls weigh more than a batch and one partner's share of the queue.
    let calls: Vec<_> = (0..4).map(acts).collect();
    let held = stage.hold_books().await;
    let mut answers: FuturesUnordered<_> = calls.iter().map(|acts| stage.bulk(acts)).collect();
    let refused = answers.next().await.unwrap();
    refused.refused(Code::Overloaded);
    assert!(refused.number("retry-after") > 0);
    let theirs = stage.theirs.submitting(&purchase("one")).send();
    let (theirs, released) = tokio::join!(theirs, held.commit());
    released.unwrap();
    assert_eq!(theirs.status, 200, "{}", theirs.text);
    let mut done = 0;
    while let Some(answer) = answers.next().await {
        match answer.status {
            200 => {
                let result: BulkResult = answer.answer(200);
                assert_eq!((result.succeeded, result.failed), (100, 0));
                done += 1;
            }
            _ => {
                answer.refused(Code::Overloaded);
            }
        }
    }
    assert!(done > 0);
    // Of a call that was refused nothing was done.
    assert_eq!(stage.count("actions").await, 100 * done + 1);
    for acts in &calls {
        assert_eq!(stage.bulk_done(acts).await.succeeded, 100);
    }
    assert_eq!(stage.count("actions").await, 401);
}
