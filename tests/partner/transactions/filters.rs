//! The filters of `GET /v1/partner/transactions`, alone, joined and walked through.

use shared::action::ActionEvent;

use super::{fill, list, page};
use crate::stage::Stage;

on_both_databases! {
    each_filter_finds_its_own,
    filters_are_joined,
    a_span_of_time_holds_its_beginning_and_not_its_end,
    a_filter_that_nothing_fits_is_an_empty_page,
    a_walk_by_cursor_sees_each_transaction_once,
    a_wrong_filter_is_named,
}

async fn amounts(stage: &Stage, query: &str) -> Vec<i64> {
    let page = page(stage, query).await;
    page.data
        .iter()
        .map(|transaction| transaction.amount.0)
        .collect()
}

async fn each_filter_finds_its_own(stage: &mut Stage) {
    let pool = fill(stage).await;
    let told = stage.events_of("action.completed").await;
    let action: ActionEvent = serde_json::from_value(told[1].data.clone()).unwrap();
    let action = format!("actionId={}", action.action_id);
    for (query, expected) in [
        ("type=CREDIT", vec![4, 3, 2, 1]),
        ("externalUserId=ada", vec![4, 3, 1]),
        ("externalUserId=eve", vec![2]),
        (&action, vec![2]),
        (
            &format!("poolId={}", stage.ours.pool_id),
            vec![3, 2, 1, 10_000],
        ),
    ] {
        assert_eq!(amounts(stage, query).await, expected, "{query}");
        let total = page(stage, query).await.pagination.total;
        assert_eq!(total, i64::try_from(expected.len()).ok(), "{query}");
    }
    for query in ["type=ALLOCATION", &format!("poolId={pool}")] {
        let mut found = amounts(stage, query).await;
        found.sort_unstable();
        let expected = if query == "type=ALLOCATION" {
            [400, 10_000]
        } else {
            [4, 400]
        };
        assert_eq!(found, expected, "{query}");
    }
}

async fn filters_are_joined(stage: &mut Stage) {
    let pool = fill(stage).await;
    let ours = stage.ours.pool_id.clone();
    for (query, expected) in [
        (format!("externalUserId=ada&poolId={ours}"), vec![3, 1]),
        (
            format!("externalUserId=ada&poolId={pool}&type=CREDIT"),
            vec![4],
        ),
        (format!("poolId={pool}&type=ALLOCATION"), vec![400]),
        (format!("poolId={pool}&type=CREDIT"), vec![4]),
        ("externalUserId=eve&type=ALLOCATION".to_owned(), vec![]),
        (
            "type=CREDIT&from=2025-05-10T11:22:00Z&to=2025-05-10T11:23:00Z".to_owned(),
            vec![2],
        ),
        (
            format!("poolId={ours}&to=2025-05-10T11:21:00Z"),
            vec![10_000],
        ),
    ] {
        assert_eq!(amounts(stage, &query).await, expected, "{query}");
        let total = page(stage, &query).await.pagination.total;
        assert_eq!(total, i64::try_from(expected.len()).ok(), "{query}");
    }
    let data = page(stage, "externalUserId=ada&limit=1").await.data;
    let action = data[0].action_id.clone().unwrap();
    for (more, count) in [
        ("", 1),
        ("&externalUserId=ada&type=CREDIT", 1),
        ("&externalUserId=eve", 0),
        ("&from=2025-05-10T11:25:00Z", 0),
        ("&to=2025-05-10T11:25:00Z", 1),
    ] {
        let found = amounts(stage, &format!("actionId={action}{more}")).await;
        assert_eq!(found.len(), count, "{more}");
    }
}

async fn a_span_of_time_holds_its_beginning_and_not_its_end(stage: &mut Stage) {
    fill(stage).await;
    for (query, expected) in [
        (
            "from=2025-05-10T11:21:00Z&to=2025-05-10T11:23:00Z",
            vec![2, 1],
        ),
        ("to=2025-05-10T11:21:00.001Z", vec![1, 10_000]),
        ("to=2025-05-10T11:21:00Z", vec![10_000]),
        (
            "from=2025-05-10T11:23:00.001Z&to=2025-05-10T11:24:00Z",
            vec![],
        ),
        (
            "from=2025-05-10T11:23:00Z&to=2025-05-10T13:24:00%2B02:00",
            vec![3],
        ),
        ("from=2025-05-10T11:23:00Z&to=2025-05-10T11:22:00Z", vec![]),
    ] {
        assert_eq!(amounts(stage, query).await, expected, "{query}");
    }
}

async fn a_filter_that_nothing_fits_is_an_empty_page(stage: &mut Stage) {
    fill(stage).await;
    for query in [
        "externalUserId=nobody",
        "externalUserId=Ada",
        "actionId=000000000000000000000000",
        "poolId=nothing",
        "to=1970-01-01T00:00:00Z",
    ] {
        let page = page(stage, query).await;
        assert_eq!(
            (page.data.len(), page.pagination.total),
            (0, Some(0)),
            "{query}"
        );
        assert_eq!(page.pagination.next_cursor, None);
    }
}

async fn a_walk_by_cursor_sees_each_transaction_once(stage: &mut Stage) {
    let pool = fill(stage).await;
    for filter in [
        "",
        "type=CREDIT&",
        "type=ALLOCATION&",
        "externalUserId=ada&",
        &format!("poolId={pool}&"),
        "from=2025-05-10T11:21:00Z&to=2025-05-10T11:24:00Z&",
    ] {
        let all = page(stage, &format!("{filter}limit=100")).await.data;
        assert!(!all.is_empty(), "{filter}");
        let mut seen = Vec::new();
        let mut next = page(stage, &format!("{filter}limit=1")).await;
        loop {
            seen.append(&mut next.data);
            let Some(cursor) = next.pagination.next_cursor else {
                break;
            };
            next = page(stage, &format!("{filter}limit=1&cursor={cursor}")).await;
            assert_eq!((next.pagination.page, next.pagination.total), (None, None));
        }
        assert_eq!(seen, all, "{filter}");
        let second = page(stage, &format!("{filter}limit=1&page=2")).await.data;
        assert_eq!(second, all.get(1..2).unwrap_or_default(), "{filter}");
    }
}

async fn a_wrong_filter_is_named(stage: &mut Stage) {
    for (field, value) in [
        ("type", "credit"),
        ("type", "PLEDGE"),
        ("type", "ALLOCATION,CREDIT"),
        ("from", "yesterday"),
        ("to", "2025-05-10"),
        ("limit", "0"),
        ("cursor", "x"),
        ("externalUserId", "a%00b"),
    ] {
        list(stage, &format!("{field}={value}"))
            .await
            .refused_field(field);
    }
}
