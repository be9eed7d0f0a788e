//! `GET /v1/partner/users/{externalId}/transactions`

use serde_json::{Value, json};
use shared::Code;
use shared::page::Page;
use shared::user::{ListUserTransactions, UserTransaction};

use crate::stage::{MINUTE_MS, Response, Stage};

on_both_databases! {
    a_transaction_is_shown_with_its_action,
    a_user_without_transactions_has_an_empty_page,
    transactions_are_newest_first_and_of_this_user_alone,
    a_walk_by_cursor_sees_each_transaction_once,
    a_wrong_page_is_refused,
    an_unknown_users_transactions_are_not_found,
    another_partners_users_transactions_are_not_found,
}

async fn give(stage: &Stage, name: &str, amount: i64) {
    let fields = json!({ "partnerUserId": name, "amount": amount });
    let id = stage.create_link_with(fields).await.partner_donation_id;
    stage.pay(&id, None).await;
    stage.settled(&id).await;
}

async fn list(stage: &Stage, query: &str) -> Response {
    let path = format!("/v1/partner/users/ada/transactions?{query}");
    stage.ours.signed("GET", &path).send().await
}

async fn page(stage: &Stage, query: &str) -> Page<UserTransaction> {
    list(stage, query).await.answer(200)
}

async fn a_transaction_is_shown_with_its_action(stage: &mut Stage) {
    let fields = json!({ "partnerUserId": "ada" });
    let id = stage.create_link_with(fields).await.partner_donation_id;
    stage.pay(&id, None).await;
    stage.settled(&id).await;
    let told = stage.events_of("transaction.completed").await;
    let (told, done) = (
        &told.last().unwrap().data,
        stage.events_of("action.completed").await,
    );
    let shown = list(stage, "").await.answer::<Value>(200)["data"].clone();
    assert_eq!(
        shown,
        json!([{
            "id": told["id"], "type": "CREDIT", "amount": 25, "actionId": done[0].data["actionId"],
            "actionType": "DONATION", "actionStatus": "COMPLETED", "idempotencyKey": id,
            "createdAt": "2025-05-10T11:20:00.000Z",
        }])
    );
}

async fn a_user_without_transactions_has_an_empty_page(stage: &mut Stage) {
    let body = json!({ "externalUserId": "ada" });
    let made = stage.ours.signed_json("POST", "/v1/partner/users", &body);
    assert_eq!(made.send().await.status, 201);
    assert_eq!(
        list(stage, "").await.json(),
        json!({
            "data": [],
            "pagination": { "page": 1, "limit": 20, "total": 0, "totalPages": 0, "nextCursor": null },
        })
    );
}

async fn transactions_are_newest_first_and_of_this_user_alone(stage: &mut Stage) {
    for (name, amount) in [("ada", 100), ("eve", 200), ("ada", 300), ("Ada", 400)] {
        give(stage, name, amount).await;
        stage.pass_time(MINUTE_MS);
    }
    let amounts: Vec<_> = page(stage, "")
        .await
        .data
        .iter()
        .map(|row| row.amount.0)
        .collect();
    assert_eq!(amounts, [3, 1]);
}

async fn a_walk_by_cursor_sees_each_transaction_once(stage: &mut Stage) {
    for number in 1..=7 {
        give(stage, "ada", number * 100).await;
        if number % 3 == 0 {
            stage.pass_time(1);
        }
    }
    let all = page(stage, "limit=100").await.data;
    assert_eq!(all.len(), 7);
    for limit in [1, 3, 6, 7] {
        let mut seen = Vec::new();
        let mut next = page(stage, &format!("limit={limit}")).await;
        loop {
            seen.append(&mut next.data);
            let Some(cursor) = next.pagination.next_cursor else {
                break;
            };
            next = page(stage, &format!("limit={limit}&cursor={cursor}")).await;
            assert_eq!((next.pagination.page, next.pagination.total), (None, None));
        }
        assert_eq!(seen, all, "{limit} at a time");
    }
    assert_eq!(page(stage, "limit=3&page=3").await.data, all[6..]);
}

async fn a_wrong_page_is_refused(stage: &mut Stage) {
    for (field, value) in [
        ("limit", "0"),
        ("limit", "101"),
        ("page", "0"),
        ("cursor", "x"),
    ] {
        list(stage, &format!("{field}={value}"))
            .await
            .refused_field(field);
    }
}

async fn an_unknown_users_transactions_are_not_found(stage: &mut Stage) {
    list(stage, "").await.refused(Code::UserNotFound);
}

async fn another_partners_users_transactions_are_not_found(stage: &mut Stage) {
    give(stage, "ada", 100).await;
    let call = ListUserTransactions {
        external_id: "ada".to_owned().into(),
        page: None,
        limit: None,
        cursor: None,
    };
    stage.theirs.ask(&call).await.refused(Code::UserNotFound);
    assert_eq!(stage.ours.call(&call).await.data.len(), 1);
}
