//! `/v1/partner/users`

mod change;
mod erase;
mod spend;
mod transactions;

use futures_util::future::join_all;
use serde_json::{Value, json};
use shared::Code;
use shared::user::{GetUser, GetUserBalance, ListUsers, User};

use crate::stage::{HOUR_MS, MINUTE_MS, Response, Stage};

on_both_databases! {
    a_new_user_is_answered_whole,
    a_new_user_is_told_once,
    a_name_alone_is_enough,
    a_name_is_taken_once_a_partner,
    names_are_told_apart_by_case,
    each_wrong_field_is_named_and_nothing_is_stored,
    the_same_request_again_answers_the_same_user,
    another_request_under_the_same_key_is_refused,
    a_key_is_forgotten_after_a_day,
    thirty_two_callers_with_one_key_make_one_user,
    an_unknown_user_is_not_found,
    another_partners_user_is_not_found,
    a_new_user_holds_nothing,
    users_are_found_by_address_in_any_case,
    users_are_found_by_the_time_they_were_made,
}

const USERS: &str = "/v1/partner/users";

async fn create(stage: &Stage, body: &Value) -> Response {
    stage.ours.signed_json("POST", USERS, body).send().await
}

async fn create_under(stage: &Stage, key: &str, body: &Value) -> Response {
    let request = stage.ours.signed_json("POST", USERS, body);
    request.header("idempotency-key", key).send().await
}

async fn a_new_user_is_answered_whole(stage: &mut Stage) {
    let body = json!({
        "externalUserId": "ada 1", "email": "Ada@Example.org", "firstName": "Ada", "lastName": "Lovelace",
        "metadata": { "level": 3, "tags": ["a", null], "emoji": "🌱" },
    });
    let response = create(stage, &body).await;
    let mut user: Value = response.answer(201);
    let id = user.as_object_mut().unwrap().remove("id").unwrap();
    let is_object_id = |id: &str| {
        id.len() == 24
            && id
                .bytes()
                .all(|b| b.is_ascii_hexdigit() && !b.is_ascii_uppercase())
    };
    assert!(is_object_id(id.as_str().unwrap()), "{id}");
    let mut expected = body;
    expected["createdAt"] = json!("2025-05-10T11:20:00.000Z");
    expected["updatedAt"] = json!("2025-05-10T11:20:00.000Z");
    assert_eq!(user, expected);
    let found: User = stage
        .ours
        .call(&GetUser {
            external_id: "ada 1".to_owned().into(),
        })
        .await;
    assert_eq!(found, response.answer(201));
}

async fn a_new_user_is_told_once(stage: &mut Stage) {
    let user: User = create(stage, &json!({ "externalUserId": "ada" }))
        .await
        .answer(201);
    create(stage, &json!({ "externalUserId": "ada" }))
        .await
        .refused(Code::UserExists);
    let told = stage.events_of("user.created").await;
    assert_eq!(told.len(), 1);
    assert_eq!(
        told[0].data,
        json!({ "externalUserId": "ada", "id": user.id })
    );
}

async fn a_name_alone_is_enough(stage: &mut Stage) {
    let user: Value = create(stage, &json!({ "externalUserId": "ada", "email": null }))
        .await
        .answer(201);
    for field in ["email", "firstName", "lastName"] {
        assert_eq!(user[field], json!(null));
    }
    assert_eq!(user["metadata"], json!({}));
}

async fn a_name_is_taken_once_a_partner(stage: &mut Stage) {
    let body = json!({ "externalUserId": "ada" });
    assert_eq!(create(stage, &body).await.status, 201);
    create(stage, &body).await.refused(Code::UserExists);
    let theirs = stage.theirs.signed_json("POST", USERS, &body).send().await;
    assert_eq!(theirs.status, 201);
}

async fn names_are_told_apart_by_case(stage: &mut Stage) {
    for name in ["ada", "Ada", "ADA", "Ådä", "ådä"] {
        let body = json!({ "externalUserId": name });
        assert_eq!(create(stage, &body).await.status, 201, "{name}");
    }
    assert_eq!(stage.count("users").await, 5);
}

async fn each_wrong_field_is_named_and_nothing_is_stored(stage: &mut Stage) {
    let long = |length: usize| json!("a".repeat(length));
    let wrong = [
        (
            "externalUserId",
            vec![
                json!(""),
                json!(" "),
                long(129),
                json!(7),
                json!(null),
                json!("a\nb"),
                json!("a\0"),
            ],
        ),
        (
            "email",
            vec![
                json!(""),
                json!("ada"),
                json!("a b@c"),
                json!(7),
                json!("a@\0"),
            ],
        ),
        (
            "firstName",
            vec![json!(""), long(101), json!(7), json!("a\tb")],
        ),
        (
            "lastName",
            vec![json!(""), long(101), json!([]), json!("\0")],
        ),
        (
            "metadata",
            vec![
                json!([]),
                json!("text"),
                json!({ "a": "x".repeat(16 * 1024) }),
            ],
        ),
        ("metadata.a", vec![json!("x\0")]),
        ("metadata.a[1].b", vec![]),
    ];
    for (field, values) in wrong {
        for value in values {
            let mut body = json!({ "externalUserId": "ada" });
            match field.split_once('.') {
                Some((outer, inner)) => body[outer] = json!({ inner: value }),
                None => body[field] = value,
            }
            let response = create(stage, &body).await;
            response.refused_field(field);
        }
    }
    let deep = json!({ "externalUserId": "ada", "metadata": { "a": [1, { "b": "\0" }] } });
    create(stage, &deep).await.refused_field("metadata.a[1].b");
    create(stage, &json!({}))
        .await
        .refused_field("externalUserId");
    assert_eq!(stage.count("users").await, 0);
}

async fn the_same_request_again_answers_the_same_user(stage: &mut Stage) {
    let body = json!({ "externalUserId": "ada", "metadata": { "a": 1 } });
    let first = create_under(stage, "try 1", &body).await;
    stage.pass_time(HOUR_MS);
    let again = create_under(stage, "try 1", &body).await;
    assert_eq!(first.header("idempotent-replayed"), None);
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert_eq!((again.status, &again.text), (201, &first.text));
    assert_eq!(stage.events_of("user.created").await.len(), 1);
}

async fn another_request_under_the_same_key_is_refused(stage: &mut Stage) {
    create_under(stage, "try 1", &json!({ "externalUserId": "ada" })).await;
    let other = create_under(stage, "try 1", &json!({ "externalUserId": "eve" })).await;
    other.refused(Code::IdempotencyKeyReused);
    assert_eq!(stage.count("users").await, 1);
}

async fn a_key_is_forgotten_after_a_day(stage: &mut Stage) {
    let body = json!({ "externalUserId": "ada" });
    create_under(stage, "try 1", &body).await;
    stage.pass_time(24 * HOUR_MS - 1);
    assert_eq!(create_under(stage, "try 1", &body).await.status, 201);
    stage.pass_time(1);
    create_under(stage, "try 1", &body)
        .await
        .refused(Code::UserExists);
    let other = create_under(stage, "try 1", &json!({ "externalUserId": "eve" })).await;
    assert_eq!(other.status, 201);
    stage.sweep().await;
    assert_eq!(stage.count("replays").await, 1);
}

async fn thirty_two_callers_with_one_key_make_one_user(stage: &mut Stage) {
    let body = json!({ "externalUserId": "ada" });
    let answers = join_all((0..32).map(|_| create_under(stage, "try 1", &body))).await;
    for answer in &answers {
        assert_eq!((answer.status, &answer.text), (201, &answers[0].text));
    }
    let first = answers
        .iter()
        .filter(|answer| answer.header("idempotent-replayed").is_none());
    assert_eq!(first.count(), 1);
    assert_eq!(stage.count("users").await, 1);
}

async fn an_unknown_user_is_not_found(stage: &mut Stage) {
    for name in ["nobody", "😀", "a/b", "a%2Fb", &"a".repeat(2_000)] {
        let external_id = name.to_owned().into();
        stage
            .ours
            .ask(&GetUser { external_id })
            .await
            .refused(Code::UserNotFound);
        let external_id = name.to_owned().into();
        stage
            .ours
            .ask(&GetUserBalance { external_id })
            .await
            .refused(Code::UserNotFound);
    }
}

async fn another_partners_user_is_not_found(stage: &mut Stage) {
    create(stage, &json!({ "externalUserId": "ada" })).await;
    let external_id = "ada".to_owned().into();
    stage
        .theirs
        .ask(&GetUser { external_id })
        .await
        .refused(Code::UserNotFound);
}

async fn a_new_user_holds_nothing(stage: &mut Stage) {
    create(stage, &json!({ "externalUserId": "ada" })).await;
    let balance = stage
        .ours
        .signed("GET", "/v1/partner/users/ada/balance")
        .send()
        .await;
    assert_eq!(
        balance.answer::<Value>(200),
        json!({
            "externalUserId": "ada", "balance": 0, "available": 0, "vesting": 0, "debt": 0,
            "lifetimeEarned": 0, "lifetimeReversed": 0, "currency": "SIR",
        })
    );
}

async fn users_are_found_by_address_in_any_case(stage: &mut Stage) {
    for (name, email) in [
        ("a", "Ada@Example.org"),
        ("b", "ada@example.org"),
        ("c", "eve@example.org"),
    ] {
        create(stage, &json!({ "externalUserId": name, "email": email })).await;
    }
    let email = Some("ADA@example.ORG".to_owned());
    let found = stage
        .ours
        .call(&ListUsers {
            email,
            ..ListUsers::default()
        })
        .await;
    assert_eq!(found.pagination.total, Some(2));
    assert!(
        found
            .data
            .iter()
            .all(|user| user.external_user_id.as_str() != "c")
    );
}

async fn users_are_found_by_the_time_they_were_made(stage: &mut Stage) {
    for name in ["first", "second", "third"] {
        create(stage, &json!({ "externalUserId": name })).await;
        stage.pass_time(MINUTE_MS);
    }
    let found = |from: &'static str, to: &'static str| {
        let query = format!("{USERS}?createdFrom={from}&createdTo={to}");
        let request = stage.ours.signed("GET", &query);
        async move {
            let page: shared::page::Page<User> = request.send().await.answer(200);
            page.data
                .into_iter()
                .map(|user| user.external_user_id.0)
                .collect::<Vec<_>>()
        }
    };
    // `from` is inclusive, `to` exclusive.
    assert_eq!(
        found("2025-05-10T11:21:00Z", "2025-05-10T11:22:00Z").await,
        ["second"]
    );
    assert_eq!(found("2025-05-10T11:21:00.001Z", "").await, ["third"]);
    assert_eq!(found("", "2025-05-10T13:21:00%2B02:00").await, ["first"]);
    for wrong in [
        "createdFrom=yesterday",
        "createdTo=1746876000",
        "createdFrom=2025-05-10",
    ] {
        let response = stage
            .ours
            .signed("GET", &format!("{USERS}?{wrong}"))
            .send()
            .await;
        response.refused_field(wrong.split('=').next().unwrap());
    }
}
