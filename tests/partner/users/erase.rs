//! `DELETE /v1/partner/users/{externalId}`: nothing personal is left, in any
//! table, and nothing else is lost.

use serde_json::{Value, json};
use shared::Code;
use shared::donation::RewardStatus;
use shared::id::DonationId;
use shared::user::{DeleteUser, GetUser, GetUserBalance, User};
use sqlx::{AssertSqlSafe, Row as _};

use crate::stage::{Kind, MINUTE_MS, Response, Stage};

on_both_databases! {
    an_erased_user_is_found_without_personal_data,
    nothing_personal_is_left_in_any_table,
    the_tokens_stay,
    gifts_of_others_keep_their_donors,
    a_gift_is_erased_though_the_address_has_changed_since,
    what_was_noted_of_the_sessions_of_the_users_gifts_is_erased,
    a_reward_that_is_due_finds_an_erased_donor,
    a_reward_that_is_just_being_paid_is_waited_for,
    a_replay_of_the_making_tells_nothing_any_more,
    erasing_twice_is_the_same,
    an_unknown_user_is_not_erased,
    another_partners_user_is_not_erased,
}

const USERS: &str = "/v1/partner/users";

async fn make(stage: &Stage, name: &str) -> User {
    let body = json!({
        "externalUserId": name, "email": "Private@Example.org", "firstName": "Private", "lastName": "Private",
        "metadata": { "private": "private" },
    });
    let request = stage.ours.signed_json("POST", USERS, &body);
    let made = request.header("idempotency-key", &format!("make {name}"));
    made.send().await.answer(201)
}

async fn erase(stage: &Stage, name: &str) -> Response {
    let external_id = name.to_owned().into();
    stage.ours.ask(&DeleteUser { external_id }).await
}

async fn find(stage: &Stage, name: &str) -> User {
    let external_id = name.to_owned().into();
    stage.ours.call(&GetUser { external_id }).await
}

/// A paid and rewarded gift of 25.00 USD.
async fn give(stage: &Stage, fields: Value, email: &str) {
    let id = stage.create_link_with(fields).await.partner_donation_id;
    stage.pay(&id, Some(email)).await;
    stage.settled(&id).await;
}

/// A paid gift of more than the pool has, whose reward waits.
async fn give_too_much(stage: &Stage) -> DonationId {
    let link = stage.create_link_with(json!({ "amount": 2_000_000 })).await;
    let id = link.partner_donation_id;
    stage.pay(&id, Some("private@example.org")).await;
    stage.tried(&id).await;
    id
}

/// Every row of the tables that the server writes for partners, as text.
async fn everything(stage: &Stage) -> String {
    let tables = [
        "users",
        "donations",
        "replays",
        "events",
        "jobs",
        "actions",
        "transactions",
        "wallets",
        "stakeholders",
    ];
    let mut all = String::new();
    let mut conn = stage.app().db.read().await.unwrap();
    for table in tables {
        let columns = match stage.kind() {
            Kind::Postgres => format!("SELECT CAST(t AS TEXT) AS row FROM {table} t"),
            Kind::Sqlite => {
                let names = format!("SELECT name AS row FROM pragma_table_info('{table}')");
                let names = sqlx::query(AssertSqlSafe(names)).fetch_all(&mut *conn);
                let columns: Vec<_> = names.await.unwrap().iter().map(column).collect();
                format!(
                    "SELECT CONCAT_WS('|', {}) AS row FROM {table}",
                    columns.join(", ")
                )
            }
        };
        let rows = sqlx::query(AssertSqlSafe(columns)).fetch_all(&mut *conn);
        for row in rows.await.unwrap() {
            all.push_str(&column(&row));
            all.push('\n');
        }
    }
    all
}

fn column(row: &sqlx::any::AnyRow) -> String {
    row.get("row")
}

async fn an_erased_user_is_found_without_personal_data(stage: &mut Stage) {
    let made = make(stage, "ada").await;
    stage.pass_time(MINUTE_MS);
    let erased = erase(stage, "ada").await;
    assert_eq!((erased.status, erased.text.as_str()), (204, ""));
    assert_eq!(erased.header("content-type"), None);
    assert_eq!(erased.header("x-ratelimit-limit"), Some("1000"));
    let expected = User {
        email: None,
        first_name: None,
        last_name: None,
        metadata: serde_json::Map::new(),
        updated_at: stage.now(),
        ..made
    };
    assert_eq!(find(stage, "ada").await, expected);
    let again = stage
        .ours
        .signed_json("POST", USERS, &json!({ "externalUserId": "ada" }));
    again.send().await.refused(Code::UserExists);
}

async fn nothing_personal_is_left_in_any_table(stage: &mut Stage) {
    make(stage, "ada").await;
    let named = json!({
        "partnerUserId": "ada", "donorEmail": "private@other.example", "firstName": "Private",
        "metadata": { "a": "private" },
    });
    // Paid in her name, paid from her address, and a link that waits for her.
    give(stage, named.clone(), "private@third.example").await;
    give(stage, json!({}), "PRIVATE@example.org").await;
    stage.create_link_with(named).await;
    let before = everything(stage).await.to_lowercase();
    assert!(before.matches("private").count() > 15, "{before}");
    assert_eq!(erase(stage, "ada").await.status, 204);
    let after = everything(stage).await.to_lowercase();
    for word in ["private", "lovelace"] {
        assert!(!after.contains(word), "{after}");
    }
}

async fn the_tokens_stay(stage: &mut Stage) {
    make(stage, "ada").await;
    give(stage, json!({}), "private@example.org").await;
    let external_id = shared::id::ExternalUserId("ada".to_owned());
    let balance = GetUserBalance { external_id };
    let before = stage.ours.call(&balance).await;
    assert_eq!(before.balance.0, 25);
    erase(stage, "ada").await;
    assert_eq!(stage.ours.call(&balance).await, before);
    assert_eq!(stage.sum("amount FROM donations").await, 2500);
}

async fn gifts_of_others_keep_their_donors(stage: &mut Stage) {
    make(stage, "ada").await;
    give(stage, json!({}), "eve@example.org").await;
    give(stage, json!({ "partnerUserId": "Ada" }), "bob@example.org").await;
    erase(stage, "ada").await;
    let kept = "donations WHERE donor_email IS NOT NULL AND first_name = 'Ada'";
    assert_eq!(stage.count(kept).await, 2);
    assert_eq!(stage.count("users WHERE email IS NOT NULL").await, 2);
}

async fn a_gift_is_erased_though_the_address_has_changed_since(stage: &mut Stage) {
    make(stage, "ada").await;
    give(stage, json!({}), "private@example.org").await;
    let path = format!("{USERS}/ada");
    let moved = json!({ "email": "new@example.org" });
    stage.ours.signed_json("PATCH", &path, &moved).send().await;
    erase(stage, "ada").await;
    let left = "donations WHERE donor_email IS NOT NULL OR first_name IS NOT NULL";
    assert_eq!(stage.count(left).await, 0);
}

async fn what_was_noted_of_the_sessions_of_the_users_gifts_is_erased(stage: &mut Stage) {
    make(stage, "ada").await;
    let note = json!({ "metadata": { "note": "Private" } });
    let hers = stage.open_session(note.clone()).await;
    let anothers = stage.open_session(note).await;
    for (session, email) in [
        (&hers, "PRIVATE@example.org"),
        (&anothers, "eve@example.org"),
    ] {
        let chosen = stage.choose_in(session, &[("email", email)]).await;
        assert_eq!(chosen.status, 303, "{}", chosen.text);
    }
    assert_eq!(erase(stage, "ada").await.status, 204);
    assert_eq!(stage.session(&hers).await.metadata, None);
    assert_eq!(stage.session(&anothers).await, anothers);
}

async fn a_reward_that_is_due_finds_an_erased_donor(stage: &mut Stage) {
    make(stage, "ada").await;
    let id = give_too_much(stage).await;
    assert_eq!(erase(stage, "ada").await.status, 204);
    stage.allocate(&stage.ours.pool_id, 10_000).await;
    let settled = stage.settled(&id).await;
    assert_eq!(settled.reward_status, RewardStatus::Awarded);
    let external_id = "ada".to_owned().into();
    let balance = stage.ours.call(&GetUserBalance { external_id }).await;
    assert_eq!(balance.balance.0, 20_000);
    assert_eq!(find(stage, "ada").await.email, None);
}

async fn a_reward_that_is_just_being_paid_is_waited_for(stage: &mut Stage) {
    make(stage, "ada").await;
    let id = give_too_much(stage).await;
    let leased_until = stage.now().plus_ms(MINUTE_MS).0;
    let mut tx = stage.app().db.write().await.unwrap();
    sqlx::query("UPDATE jobs SET leased_until = $1, due_at = $1")
        .bind(leased_until)
        .execute(&mut *tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let waits = erase(stage, "ada").await;
    waits.refused(Code::Overloaded);
    assert!(waits.number("retry-after") > 0);
    assert!(find(stage, "ada").await.email.is_some());
    stage.pass_time(MINUTE_MS);
    stage.tried(&id).await;
    assert_eq!(erase(stage, "ada").await.status, 204);
}

async fn a_replay_of_the_making_tells_nothing_any_more(stage: &mut Stage) {
    let made = make(stage, "ada").await;
    erase(stage, "ada").await;
    let again = make(stage, "ada").await;
    assert_eq!(again.id, made.id);
    assert_eq!(again, find(stage, "ada").await);
}

async fn erasing_twice_is_the_same(stage: &mut Stage) {
    make(stage, "ada").await;
    erase(stage, "ada").await;
    let erased = find(stage, "ada").await;
    stage.pass_time(MINUTE_MS);
    assert_eq!(erase(stage, "ada").await.status, 204);
    assert_eq!(find(stage, "ada").await, erased);
}

async fn an_unknown_user_is_not_erased(stage: &mut Stage) {
    erase(stage, "nobody").await.refused(Code::UserNotFound);
}

async fn another_partners_user_is_not_erased(stage: &mut Stage) {
    let made = make(stage, "ada").await;
    let external_id = "ada".to_owned().into();
    let theirs = stage.theirs.ask(&DeleteUser { external_id }).await;
    theirs.refused(Code::UserNotFound);
    assert_eq!(find(stage, "ada").await, made);
}
