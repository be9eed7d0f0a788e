//! Pages and cursors, by the list of users.

use std::collections::BTreeSet;

use serde_json::json;
use shared::page::Page;
use shared::user::{ListUsers, User};

use crate::stage::{Response, Stage};

on_both_databases! {
    an_empty_list_is_one_empty_page,
    a_list_begins_with_the_newest,
    pages_hold_twenty_unless_asked_otherwise,
    a_page_beyond_the_end_is_empty,
    a_limit_is_from_one_to_a_hundred,
    a_walk_by_cursor_sees_each_row_once,
    a_walk_by_cursor_does_not_see_what_comes_meanwhile_twice,
    a_page_and_a_cursor_exclude_each_other,
    a_cursor_must_be_one_that_the_list_gave,
    nul_in_a_query_is_refused,
}

const USERS: &str = "/v1/partner/users";

/// Makes users, three each moment, so that times alone do not order them.
async fn fill(stage: &Stage, count: usize) {
    for number in 0..count {
        let body = json!({ "externalUserId": format!("user {number}") });
        let made = stage.ours.signed_json("POST", USERS, &body).send().await;
        assert_eq!(made.status, 201);
        if number % 3 == 2 {
            stage.pass_time(1);
        }
    }
}

async fn list(stage: &Stage, query: &str) -> Response {
    stage
        .ours
        .signed("GET", &format!("{USERS}?{query}"))
        .send()
        .await
}

async fn page(stage: &Stage, query: &str) -> Page<User> {
    list(stage, query).await.answer(200)
}

async fn an_empty_list_is_one_empty_page(stage: &mut Stage) {
    assert_eq!(
        list(stage, "").await.json(),
        json!({
            "data": [],
            "pagination": { "page": 1, "limit": 20, "total": 0, "totalPages": 0, "nextCursor": null },
        })
    );
}

async fn a_list_begins_with_the_newest(stage: &mut Stage) {
    fill(stage, 7).await;
    let users = stage.ours.call(&ListUsers::default()).await.data;
    let places: Vec<_> = users
        .iter()
        .map(|user| (user.created_at, user.id.clone()))
        .collect();
    assert!(places.is_sorted_by(|a, b| a > b), "{places:?}");
}

async fn pages_hold_twenty_unless_asked_otherwise(stage: &mut Stage) {
    fill(stage, 25).await;
    let (first, second) = (page(stage, "").await, page(stage, "page=2").await);
    assert_eq!((first.data.len(), second.data.len()), (20, 5));
    assert_eq!(first.pagination.total_pages, Some(2));
    assert!(first.pagination.next_cursor.is_some() && second.pagination.next_cursor.is_none());
    let thirds = page(stage, "page=3&limit=10").await;
    assert_eq!(
        (thirds.data.len(), thirds.pagination.total_pages),
        (5, Some(3))
    );
    assert_eq!(thirds.data, second.data);
    assert_eq!(page(stage, "limit=100").await.data.len(), 25);
}

async fn a_page_beyond_the_end_is_empty(stage: &mut Stage) {
    fill(stage, 3).await;
    for number in ["2", "1000", "4294967295"] {
        let page = page(stage, &format!("limit=3&page={number}")).await;
        assert_eq!((page.data.len(), page.pagination.total), (0, Some(3)));
        assert_eq!(page.pagination.next_cursor, None);
    }
}

async fn a_limit_is_from_one_to_a_hundred(stage: &mut Stage) {
    for limit in ["0", "101", "-1", "1.5", "many", "99999999999"] {
        list(stage, &format!("limit={limit}"))
            .await
            .refused_field("limit");
    }
    for number in ["0", "-1", "first", "1e3"] {
        list(stage, &format!("page={number}"))
            .await
            .refused_field("page");
    }
    for empty in ["limit=", "page=", "cursor=", "limit=&page=&cursor="] {
        assert_eq!(list(stage, empty).await.status, 200, "{empty}");
    }
}

async fn a_walk_by_cursor_sees_each_row_once(stage: &mut Stage) {
    fill(stage, 23).await;
    for limit in [1, 4, 23, 22] {
        let mut seen = Vec::new();
        let mut next = page(stage, &format!("limit={limit}")).await;
        loop {
            seen.append(&mut next.data);
            let Some(cursor) = next.pagination.next_cursor else {
                break;
            };
            next = page(stage, &format!("limit={limit}&cursor={cursor}")).await;
            assert_eq!(next.pagination.page, None);
            assert_eq!(
                (next.pagination.total, next.pagination.total_pages),
                (None, None)
            );
        }
        assert_eq!(
            seen,
            page(stage, "limit=100").await.data,
            "{limit} at a time"
        );
    }
}

async fn a_walk_by_cursor_does_not_see_what_comes_meanwhile_twice(stage: &mut Stage) {
    fill(stage, 6).await;
    let first = page(stage, "limit=3").await;
    let late = json!({ "externalUserId": "late" });
    stage.ours.signed_json("POST", USERS, &late).send().await;
    let cursor = first.pagination.next_cursor.unwrap();
    let second = page(stage, &format!("limit=3&cursor={cursor}")).await;
    let ids: BTreeSet<_> = first
        .data
        .iter()
        .chain(&second.data)
        .map(|user| &user.id)
        .collect();
    assert_eq!(ids.len(), 6);
}

async fn a_page_and_a_cursor_exclude_each_other(stage: &mut Stage) {
    fill(stage, 2).await;
    let cursor = page(stage, "limit=1").await.pagination.next_cursor.unwrap();
    list(stage, &format!("page=1&cursor={cursor}"))
        .await
        .refused_field("cursor");
}

async fn a_cursor_must_be_one_that_the_list_gave(stage: &mut Stage) {
    fill(stage, 2).await;
    let cursor = page(stage, "limit=1").await.pagination.next_cursor.unwrap();
    let longer = format!("{cursor}0");
    for wrong in [
        "x",
        "1",
        "-",
        "zz-000000000000000000000000",
        "-1-000000000000000000000000",
        "%F0%9F%98%80",
        &longer,
    ] {
        list(stage, &format!("cursor={wrong}"))
            .await
            .refused_field("cursor");
    }
}

async fn nul_in_a_query_is_refused(stage: &mut Stage) {
    list(stage, "email=a%00b").await.refused_field("email");
    let path = "/v1/partner/users/a%00b";
    stage
        .ours
        .signed("GET", path)
        .send()
        .await
        .refused_field("externalId");
}
