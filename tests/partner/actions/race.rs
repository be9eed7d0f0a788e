//! Many callers at once, of one server and of two on one database: as if they
//! had come one after the other.

use std::sync::Arc;
use std::sync::atomic::AtomicI64;

use futures_util::future::join_all;
use serde_json::{Value, json};
use server::context::Context;
use shared::Code;
use shared::action::SubmittedAction;
use shared::id::ActionId;
use shared::money::Tokens;

use super::active_campaign;
use crate::stage::{Act, Client, Giving, Response, Serving, Stage, purchase};

on_both_databases! {
    sixty_four_callers_with_one_key_have_one_effect,
    sixty_four_callers_in_vain_fail_as_one_action,
    sixty_four_callers_make_a_user_once,
    a_pool_pays_exactly_as_many_as_it_can,
    three_of_sixty_four_reversals_of_thirty_percent_succeed,
    sixty_four_callers_with_one_reversal_have_one_effect,
    a_budget_is_spent_to_the_token,
    a_users_cap_is_earned_to_the_token,
    a_wallet_is_spent_to_the_token,
    whoever_comes_first_of_a_spend_and_a_reversal_the_books_add_up,
    two_servers_have_one_effect_for_one_key,
    two_servers_pay_from_one_pool_exactly_as_many_as_it_can,
}

const CALLERS: usize = 64;

/// Submits all at once.
async fn submit_all(stage: &Stage, acts: &[Act]) -> Vec<Response> {
    join_all(acts.iter().map(|act| stage.submit(act))).await
}

/// As many purchases under keys of their own.
fn purchases(count: usize, amount: &str) -> Vec<Act> {
    (0..count)
        .map(|number| purchase(&format!("key {number}")).amount(amount))
        .collect()
}

/// Checks that all answered the same, and one of them first.
fn check_one_effect(answers: &[Response]) {
    for answer in answers {
        assert_eq!((answer.status, &answer.text), (200, &answers[0].text));
    }
    let first = answers
        .iter()
        .filter(|answer| answer.header("idempotent-replayed").is_none());
    assert_eq!(first.count(), 1);
}

/// How many succeeded; the others must have been refused with one code.
fn succeeded(answers: &[Response], refusal: Code) -> usize {
    let (done, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 200);
    for answer in refused {
        answer.refused(refusal);
    }
    done.len()
}

fn tokens(answers: &[Response]) -> Vec<i64> {
    let done = |answer: &Response| answer.answer::<SubmittedAction>(200);
    let mut tokens: Vec<_> = answers
        .iter()
        .map(|answer| done(answer).tokens_distributed.0)
        .collect();
    tokens.sort_unstable();
    tokens
}

async fn sixty_four_callers_with_one_key_have_one_effect(stage: &mut Stage) {
    let answers = submit_all(stage, &vec![purchase("one"); CALLERS]).await;
    check_one_effect(&answers);
    assert_eq!(stage.count("actions").await, 1);
    assert_eq!(stage.events_of("action.completed").await.len(), 1);
    assert_eq!(stage.balance("ada").await.balance, Tokens(10));
}

async fn sixty_four_callers_in_vain_fail_as_one_action(stage: &mut Stage) {
    let act = purchase("one").amount("10001");
    let answers = submit_all(stage, &vec![act; CALLERS]).await;
    assert_eq!(succeeded(&answers, Code::InsufficientPool), 0);
    let id = answers[0].json()["actionId"].clone();
    assert!(answers.iter().all(|answer| answer.json()["actionId"] == id));
    assert_eq!(stage.count("actions").await, 1);
    assert_eq!(stage.events_of("action.failed").await.len(), 1);
}

async fn sixty_four_callers_make_a_user_once(stage: &mut Stage) {
    let answers = submit_all(stage, &purchases(CALLERS, "2")).await;
    assert_eq!(tokens(&answers), [2; CALLERS]);
    assert_eq!(stage.count("users").await, 1);
    assert_eq!(stage.events_of("user.created").await.len(), 1);
    assert_eq!(stage.balance("ada").await.balance, Tokens(128));
}

async fn a_pool_pays_exactly_as_many_as_it_can(stage: &mut Stage) {
    // 10,000 tokens are eight times 1,250.
    let answers = submit_all(stage, &purchases(80, "1250")).await;
    assert_eq!(succeeded(&answers, Code::InsufficientPool), 8);
    let pool = stage.pool_balance().await;
    assert_eq!(
        (pool.balance, pool.distributed),
        (Tokens(0), Tokens(10_000))
    );
    assert_eq!(stage.events_of("token_pool.depleted").await.len(), 1);
    assert_eq!(stage.events_of("action.failed").await.len(), 72);
}

async fn three_of_sixty_four_reversals_of_thirty_percent_succeed(stage: &mut Stage) {
    let id = stage.rewarded(&purchase("one")).await.action_id;
    let keys: Vec<_> = (0..CALLERS)
        .map(|number| format!("refund {number}"))
        .collect();
    let answers = join_all(keys.iter().map(|key| stage.reverse(&id, "30", key))).await;
    assert_eq!(succeeded(&answers, Code::AlreadyReversed), 3);
    let record = stage.record(&id).await;
    assert_eq!(
        (record.tokens_reversed, record.reversals.len()),
        (Tokens(9), 3)
    );
    assert_eq!(stage.balance("ada").await.balance, Tokens(1));
}

async fn sixty_four_callers_with_one_reversal_have_one_effect(stage: &mut Stage) {
    let id = stage.rewarded(&purchase("one")).await.action_id;
    let answers = join_all((0..CALLERS).map(|_| stage.reverse(&id, "30", "refund"))).await;
    check_one_effect(&answers);
    assert_eq!(stage.balance("ada").await.balance, Tokens(7));
}

async fn a_budget_is_spent_to_the_token(stage: &mut Stage) {
    let campaign = active_campaign(stage, json!({ "budget": 100 })).await;
    let answers = submit_all(stage, &purchases(CALLERS, "7")).await;
    // Fourteen whole ones, what is left, and nothing for the others.
    let expected = [vec![0; 49], vec![2], vec![7; 14]].concat();
    assert_eq!(tokens(&answers), expected);
    let path = format!("/v1/partner/campaigns/{}", campaign["id"].as_str().unwrap());
    let seen: Value = stage.ours.signed("GET", &path).send().await.answer(200);
    assert_eq!(seen["spent"], json!(100));
    assert_eq!(stage.balance("ada").await.balance, Tokens(100));
}

async fn a_users_cap_is_earned_to_the_token(stage: &mut Stage) {
    active_campaign(stage, json!({ "perUserCap": 50 })).await;
    let mut acts = purchases(16, "7");
    acts.push(purchase("another").amount("7").of("eve"));
    submit_all(stage, &acts).await;
    assert_eq!(stage.balance("ada").await.balance, Tokens(50));
    assert_eq!(stage.balance("eve").await.balance, Tokens(7));
}

async fn a_wallet_is_spent_to_the_token(stage: &mut Stage) {
    stage.rewarded(&purchase("one").amount("100")).await;
    let keys: Vec<_> = (0..CALLERS)
        .map(|number| format!("spend {number}"))
        .collect();
    let answers = join_all(keys.iter().map(|key| stage.spend("ada", 9, key))).await;
    assert_eq!(succeeded(&answers, Code::InsufficientBalance), 11);
    assert_eq!(stage.balance("ada").await.balance, Tokens(1));
}

async fn whoever_comes_first_of_a_spend_and_a_reversal_the_books_add_up(stage: &mut Stage) {
    let id = stage
        .rewarded(&purchase("one").amount("100"))
        .await
        .action_id;
    let keys: Vec<_> = (0..32).map(|number| format!("key {number}")).collect();
    let spends = join_all(keys.iter().map(|key| stage.spend("ada", 7, key)));
    let reversals = join_all(keys[..8].iter().map(|key| stage.reverse(&id, "12.5", key)));
    let (spends, reversals) = tokio::join!(spends, reversals);
    let spent = 7 * i64::try_from(succeeded(&spends, Code::InsufficientBalance)).unwrap();
    assert_eq!(succeeded(&reversals, Code::AlreadyReversed), 8);
    let balance = stage.balance("ada").await;
    assert_eq!(balance.debt.0 - balance.balance.0, spent);
    assert!(
        balance.balance == Tokens(0) || balance.debt == Tokens(0),
        "{balance:?}"
    );
    assert_eq!(balance.lifetime_reversed, Tokens(100));
    assert_eq!(stage.pool_balance().await.outstanding_debt, balance.debt);
}

/// Two programs on the stage's database, whose own server has stopped, and a
/// client of each. They live in the present.
async fn two_servers(stage: &mut Stage) -> ([Serving; 2], [Client; 2]) {
    stage.stop().await;
    let serve = || Giving::on(stage, &["serve", "--listen", "127.0.0.1:0"]).serve();
    let servers = [serve(), serve()];
    let now = Arc::new(AtomicI64::new(Context::system().now().0));
    let client = |server: &Serving| Client::new(&server.base_url, now.clone());
    let clients = [client(&servers[0]), client(&servers[1])];
    (servers, clients)
}

/// Submits all at once, to one server and the other in turns.
async fn submit_in_turns(stage: &mut Stage, acts: &[Act]) -> Vec<Response> {
    let (servers, clients) = two_servers(stage).await;
    let keys = &stage.ours.keys;
    let send = |(act, client): (&Act, &Client)| {
        let request = client.request("POST", "/v1/partner/actions/submit");
        let request = request.body("application/json", act.text());
        request.signed(&keys.secret, &keys.hmac_secret).send()
    };
    let answers = join_all(acts.iter().zip(clients.iter().cycle()).map(send)).await;
    drop(servers);
    stage.restart(|_| {}).await;
    answers
}

async fn two_servers_have_one_effect_for_one_key(stage: &mut Stage) {
    let answers = submit_in_turns(stage, &vec![purchase("one"); CALLERS]).await;
    check_one_effect(&answers);
    let id = answers[0].json()["actionId"].as_str().unwrap().to_owned();
    assert_eq!(stage.record(&ActionId(id)).await.transactions.len(), 1);
    assert_eq!(stage.count("actions").await, 1);
    assert_eq!(stage.balance("ada").await.balance, Tokens(10));
}

async fn two_servers_pay_from_one_pool_exactly_as_many_as_it_can(stage: &mut Stage) {
    let answers = submit_in_turns(stage, &purchases(80, "1250")).await;
    assert_eq!(succeeded(&answers, Code::InsufficientPool), 8);
    assert_eq!(stage.pool_balance().await.balance, Tokens(0));
    assert_eq!(stage.balance("ada").await.balance, Tokens(10_000));
    assert_eq!(stage.events_of("token_pool.depleted").await.len(), 1);
    let events = stage.events().await;
    let mut places: Vec<_> = events.iter().map(|event| event.place).collect();
    places.dedup();
    assert_eq!(places.len(), events.len());
}
