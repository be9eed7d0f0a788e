//! Funds and tokens share books and entries, and never each other's lists. What
//! the audit says when a fund does not add up.

use serde_json::Value;
use server::store::ledger::verify::audit;
use sqlx::Row as _;

use super::scene::{CASH, DONOR, GRANTS, cash, grants, open_fund};
use crate::stage::{Giving, Stage};

on_both_databases! {
    no_token_list_shows_a_fund,
    the_audit_sees_every_kind_of_loss,
    a_program_verifies_the_ledger,
}

async fn move_money(stage: &Stage) -> Value {
    let fund = open_fund(&stage.ours, DONOR).await;
    assert_eq!(stage.ours.post(CASH, &cash(&fund, 1_000)).await.status, 201);
    let body = grants(stage, &fund, (100, &[60])).await;
    assert_eq!(stage.ours.post(GRANTS, &body).await.status, 201);
    fund
}

async fn seen(stage: &Stage, path: &str) -> String {
    let response = stage.ours.signed("GET", path).send().await;
    assert_eq!(response.status, 200, "{}", response.text);
    response.text
}

async fn no_token_list_shows_a_fund(stage: &mut Stage) {
    let fund = open_fund(&stage.ours, DONOR).await;
    let of_donor = format!("/v1/partner/users/{DONOR}/transactions");
    let paths = [
        "/v1/partner/transactions?limit=100",
        "/v1/partner/transactions?type=ALLOCATION",
        "/v1/partner/dashboard/summary",
        "/v1/partner/dashboard/trends?days=1",
        "/v1/partner/dashboard/recent-activity",
        "/v1/partner/token-pools",
        &of_donor,
    ];
    let mut before = Vec::new();
    for path in paths {
        before.push(seen(stage, path).await);
    }
    let events = stage.count("events").await;
    assert_eq!(stage.ours.post(CASH, &cash(&fund, 1_000)).await.status, 201);
    let body = grants(stage, &fund, (100, &[60])).await;
    assert_eq!(stage.ours.post(GRANTS, &body).await.status, 201);
    assert_eq!(stage.count("events").await, events);
    for (path, before) in paths.iter().zip(before) {
        assert_eq!(seen(stage, path).await, before, "{path}");
    }
    let mut conn = stage.app().db.read().await.unwrap();
    let rows = sqlx::query("SELECT id FROM fund_transactions");
    let rows = rows.fetch_all(&mut *conn).await.unwrap();
    drop(conn);
    assert_eq!(rows.len(), 3);
    for row in rows {
        let path = format!("/v1/partner/transactions/{}", row.get::<String, _>("id"));
        assert_eq!(stage.ours.signed("GET", &path).send().await.status, 404);
    }
}

async fn the_audit_sees_every_kind_of_loss(stage: &mut Stage) {
    move_money(stage).await;
    for (statement, words) in [
        ("UPDATE fund_balances SET balance = balance - 1", "fund"),
        (
            "UPDATE fund_balances SET pledged = pledged + 1, granted = granted + 1",
            "fund: pledged and pledges",
        ),
        ("UPDATE fund_balances SET balance = -5", "negative"),
        (
            "UPDATE entries SET amount = amount + 1 WHERE account_kind = 'donors'",
            "MICRO_USD adds up to 1",
        ),
        (
            "UPDATE entries SET unit = 'SIR' WHERE unit = 'MICRO_USD' AND account_kind = 'fund'",
            "fund",
        ),
        ("UPDATE pledges SET amount = amount + 1", "pledge: amount"),
        (
            "UPDATE grant_submissions SET amount = amount + 1",
            "grant submission: amount",
        ),
        ("UPDATE grants SET amount = amount + 1", "grant: amount"),
        ("DELETE FROM grants", "fund transactions: number"),
        ("DELETE FROM fund_balances", "fund: number of balances"),
    ] {
        let mut tx = stage.app().db.write().await.unwrap();
        sqlx::query(statement).execute(&mut *tx).await.unwrap();
        let found = audit(&mut tx).await.unwrap().differences;
        assert!(
            found.iter().any(|one| one.contains(words)),
            "{statement}: {found:?}"
        );
    }
}

async fn a_program_verifies_the_ledger(stage: &mut Stage) {
    move_money(stage).await;
    let told = Giving::on(stage, &["verify-ledger"]).run().succeeded();
    assert!(!told.is_empty());
}
