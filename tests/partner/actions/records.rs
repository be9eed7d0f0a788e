//! `GET /v1/partner/actions` and `GET …/{id}`: what is on record of actions.

use serde_json::{Value, json};
use shared::Code;
use shared::action::{ActionRecord, ActionStatus, GetAction};
use shared::id::ActionId;
use shared::money::Tokens;
use shared::page::Page;
use shared::transaction::TransactionType;

use crate::stage::{MINUTE_MS, Response, Stage, purchase};

on_both_databases! {
    a_record_shows_everything_that_came_of_an_action,
    a_failed_action_shows_why_and_who_was_meant,
    a_donation_is_a_record_with_its_gift,
    actions_are_listed_newest_first,
    each_filter_picks_its_own,
    filters_are_combined,
    a_user_who_took_part_twice_is_listed_once,
    a_walk_by_cursor_sees_each_action_once_under_each_filter,
    pages_are_counted_under_each_filter,
    a_wrong_filter_is_refused,
    an_unknown_action_is_not_found,
    another_partners_action_is_neither_found_nor_listed,
}

const ACTIONS: &str = "/v1/partner/actions";

async fn list(stage: &Stage, query: &str) -> Response {
    let path = format!("{ACTIONS}?{query}");
    stage.ours.signed("GET", &path).send().await
}

async fn page(stage: &Stage, query: &str) -> Page<ActionRecord> {
    list(stage, query).await.answer(200)
}

/// The keys of the actions that a filter picks, in their order.
async fn keys(stage: &Stage, query: &str) -> Vec<String> {
    let page = page(stage, query).await;
    let total = page.pagination.total;
    let keys: Vec<_> = page
        .data
        .into_iter()
        .map(|action| action.idempotency_key)
        .collect();
    assert_eq!(total, i64::try_from(keys.len()).ok(), "{query}");
    keys
}

/// Six actions a minute apart, of every kind: `c` failed, `d` was reversed,
/// `e` partly. Answers the campaign of `b` and `e`.
async fn fill(stage: &Stage) -> String {
    let body = json!({ "name": "Spring", "status": "ACTIVE", "actionTypes": ["REFERRAL"] });
    let made = stage
        .ours
        .signed_json("POST", "/v1/partner/campaigns", &body);
    let made: Value = made.send().await.answer(201);
    let campaign = made["id"].as_str().unwrap().to_owned();
    let both = [("CUSTOMER", "ada"), ("REFERRER", "eve")];
    let mut ids = Vec::new();
    for (key, act) in [
        ("a", purchase("a").of("ada")),
        ("b", purchase("b").action_type("REFERRAL").by(&both)),
        ("c", purchase("c").of("nobody").by_the_known_only()),
        ("d", purchase("d").of("eve")),
        ("e", purchase("e").action_type("REFERRAL").of("eve")),
        ("f", purchase("f").action_type("ADVOCACY").of("ada")),
    ] {
        let response = stage.submit(&act).await;
        let id = response.json()["actionId"].as_str().unwrap().to_owned();
        ids.push((key, ActionId(id)));
        stage.pass_time(MINUTE_MS);
    }
    stage.reversed(&ids[3].1, "100", "all of d").await;
    stage.reversed(&ids[4].1, "50", "half of e").await;
    campaign
}

async fn a_record_shows_everything_that_came_of_an_action(stage: &mut Stage) {
    let body = json!({ "name": "Spring", "status": "ACTIVE" });
    let made = stage
        .ours
        .signed_json("POST", "/v1/partner/campaigns", &body);
    let campaign: Value = made.send().await.answer(201);
    let people = [("CUSTOMER", "ada"), ("REFERRER", "eve")];
    let metadata = json!({ "order": 7, "tags": ["a", null], "deep": { "emoji": "🌱" } });
    let act = purchase("one").amount("4.50").by(&people);
    let done = stage.rewarded(&act.with("metadata", &metadata)).await;
    stage.pass_time(MINUTE_MS);
    let reversed = stage.reversed(&done.action_id, "33.5", "refund 1").await;
    let path = format!("{ACTIONS}/{}", done.action_id);
    let mut record: Value = stage.ours.signed("GET", &path).send().await.answer(200);
    let transactions = record["transactions"].take();
    let kinds: Vec<_> = transactions
        .as_array()
        .unwrap()
        .iter()
        .map(|moved| (moved["type"].as_str().unwrap(), &moved["externalUserId"]))
        .collect();
    let (ada, eve) = (json!("ada"), json!("eve"));
    let credits = [("CREDIT", &ada), ("CREDIT", &eve)];
    assert_eq!(
        kinds,
        [&credits[..], &[("REVERSAL", &ada), ("REVERSAL", &eve)]].concat()
    );
    let part = |place: usize, type_code: &str, user: &str, tokens: i64| {
        json!({
            "stakeholderTypeCode": type_code, "partnerUserId": user, "tokensDistributed": tokens,
            "tokensReversed": 1, "transactionId": done.transaction_ids[place], "vestsAt": null,
        })
    };
    assert_eq!(
        record,
        json!({
            "id": done.action_id, "idempotencyKey": "one", "actionType": "PURCHASE",
            "status": "PARTIALLY_REVERSED", "amount": 4.5, "currency": "USD",
            "tokensDistributed": 5, "tokensReversed": 2, "remainingTokens": 3,
            "stakeholders": [part(0, "CUSTOMER", "ada", 3), part(1, "REFERRER", "eve", 2)],
            "transactions": null,
            "reversals": [{
                "reversalId": reversed.reversal_id, "refundIdempotencyKey": "refund 1",
                "reversalPercentage": 33.5, "reason": "returned", "tokensReversed": 2, "debtCreated": 0,
                "transactionIds": reversed.transaction_ids, "createdAt": "2025-05-10T11:21:00.000Z",
            }],
            "poolId": stage.ours.pool_id,
            "campaign": { "id": campaign["id"], "name": "Spring" },
            "metadata": metadata, "partnerDonationId": null, "error": null,
            "createdAt": "2025-05-10T11:20:00.000Z",
        })
    );
}

async fn a_failed_action_shows_why_and_who_was_meant(stage: &mut Stage) {
    let act = purchase("one").under("000000000000000000000000");
    let id = stage.recorded(&act, Code::CampaignNotFound).await;
    let record = stage.record(&id).await;
    assert_eq!(
        record.error.map(|error| error.code),
        Some(Code::CampaignNotFound)
    );
    let campaign = record.campaign.unwrap();
    assert_eq!(
        (campaign.id.as_str(), campaign.name),
        ("000000000000000000000000", None)
    );
    let part = &record.stakeholders[0];
    assert_eq!(part.partner_user_id.as_str(), "ada");
    assert_eq!(
        (part.tokens_distributed, &part.transaction_id),
        (Tokens(0), &None)
    );
    assert!(record.transactions.is_empty() && record.reversals.is_empty());
}

async fn a_donation_is_a_record_with_its_gift(stage: &mut Stage) {
    let gift = stage.create_link().await.partner_donation_id;
    stage.pay(&gift, Some("ada@example.org")).await;
    stage.settled(&gift).await;
    // A caller's key of the same name is another's.
    stage.rewarded(&purchase(gift.as_str())).await;
    let donations = page(stage, "actionType=DONATION").await.data;
    assert_eq!(donations.len(), 1);
    assert_eq!(donations[0].partner_donation_id, Some(gift.clone()));
    assert_eq!(donations[0].amount.to_string(), "25");
    let of_key = page(stage, &format!("idempotencyKey={gift}")).await.data;
    let types: Vec<_> = of_key
        .iter()
        .map(|action| action.action_type.as_str())
        .collect();
    assert_eq!(types, ["PURCHASE"]);
}

async fn actions_are_listed_newest_first(stage: &mut Stage) {
    fill(stage).await;
    assert_eq!(keys(stage, "").await, ["f", "e", "d", "c", "b", "a"]);
    let listed = page(stage, "limit=1").await.data;
    assert_eq!(listed[0], stage.record(&listed[0].id).await);
    assert_eq!(
        listed[0].transactions[0].transaction_type,
        TransactionType::Credit
    );
}

async fn each_filter_picks_its_own(stage: &mut Stage) {
    let campaign = fill(stage).await;
    for (query, expected) in [
        ("status=COMPLETED", &["f", "b", "a"][..]),
        ("status=FAILED", &["c"]),
        ("status=REVERSED", &["d"]),
        ("status=PARTIALLY_REVERSED", &["e"]),
        ("actionType=REFERRAL", &["e", "b"]),
        ("actionType=VOLUNTEER", &[]),
        ("partnerUserId=ada", &["f", "b", "a"]),
        ("partnerUserId=eve", &["e", "d", "b"]),
        ("partnerUserId=nobody", &["c"]),
        ("partnerUserId=Ada", &[]),
        ("idempotencyKey=b", &["b"]),
        ("idempotencyKey=g", &[]),
        ("from=2025-05-10T11:23:00Z", &["f", "e", "d"]),
        ("to=2025-05-10T11:23:00Z", &["c", "b", "a"]),
        (
            "from=2025-05-10T11:21:00Z&to=2025-05-10T11:21:00.001Z",
            &["b"],
        ),
        (
            "status=&actionType=&partnerUserId=",
            &["f", "e", "d", "c", "b", "a"],
        ),
        (&format!("campaignId={campaign}"), &["e", "b"]),
        ("campaignId=000000000000000000000000", &[]),
    ] {
        assert_eq!(keys(stage, query).await, expected, "{query}");
    }
}

async fn filters_are_combined(stage: &mut Stage) {
    let campaign = fill(stage).await;
    for (query, expected) in [
        ("status=COMPLETED&partnerUserId=ada", &["f", "b", "a"][..]),
        ("status=COMPLETED&partnerUserId=eve", &["b"]),
        ("partnerUserId=eve&actionType=REFERRAL", &["e", "b"]),
        (
            "partnerUserId=eve&from=2025-05-10T11:23:00Z&to=2025-05-10T11:24:00Z",
            &["d"],
        ),
        ("idempotencyKey=b&partnerUserId=eve", &["b"]),
        ("idempotencyKey=b&partnerUserId=nobody", &[]),
        ("idempotencyKey=b&status=FAILED", &[]),
        (&format!("campaignId={campaign}&partnerUserId=ada"), &["b"]),
        (
            &format!("campaignId={campaign}&status=PARTIALLY_REVERSED"),
            &["e"],
        ),
        (&format!("campaignId={campaign}&idempotencyKey=a"), &[]),
        (
            &format!(
                "campaignId={campaign}&to=2025-05-10T11:22:00Z&actionType=REFERRAL&partnerUserId=eve&status=COMPLETED&idempotencyKey=b"
            ),
            &["b"],
        ),
    ] {
        assert_eq!(keys(stage, query).await, expected, "{query}");
    }
}

async fn a_user_who_took_part_twice_is_listed_once(stage: &mut Stage) {
    let people = [
        ("CUSTOMER", "eve"),
        ("CUSTOMER", "ada"),
        ("REFERRER", "ada"),
    ];
    stage.rewarded(&purchase("one").by(&people)).await;
    assert_eq!(keys(stage, "partnerUserId=ada").await, ["one"]);
    assert_eq!(
        keys(stage, "partnerUserId=ada&idempotencyKey=one").await,
        ["one"]
    );
}

async fn a_walk_by_cursor_sees_each_action_once_under_each_filter(stage: &mut Stage) {
    let acts: Vec<_> = (0..11)
        .map(|number| purchase(&number.to_string()))
        .collect();
    // Those of one bulk call are of one moment.
    stage.bulk_done(&acts[..6]).await;
    stage.pass_time(1);
    stage.bulk_done(&acts[6..]).await;
    for filter in [
        "",
        "partnerUserId=ada&",
        "status=COMPLETED&",
        "actionType=PURCHASE&",
    ] {
        let all = page(stage, &format!("{filter}limit=100")).await.data;
        assert_eq!(all.len(), 11);
        for limit in [1, 4, 10, 11] {
            let mut seen = Vec::new();
            let mut next = page(stage, &format!("{filter}limit={limit}")).await;
            loop {
                seen.append(&mut next.data);
                let Some(cursor) = next.pagination.next_cursor else {
                    break;
                };
                next = page(stage, &format!("{filter}limit={limit}&cursor={cursor}")).await;
                assert_eq!((next.pagination.page, next.pagination.total), (None, None));
            }
            assert_eq!(seen, all, "{filter} {limit} at a time");
        }
    }
}

async fn pages_are_counted_under_each_filter(stage: &mut Stage) {
    fill(stage).await;
    for (filter, total, pages) in [
        ("", 6, 3),
        ("partnerUserId=ada&", 3, 2),
        ("status=FAILED&", 1, 1),
    ] {
        let first = page(stage, &format!("{filter}limit=2")).await.pagination;
        assert_eq!(
            (first.total, first.total_pages),
            (Some(total), Some(pages)),
            "{filter}"
        );
        let beyond = page(stage, &format!("{filter}limit=2&page=9")).await;
        assert_eq!(
            (beyond.data.len(), beyond.pagination.total),
            (0, Some(total))
        );
    }
    let second = page(stage, "limit=2&page=2").await;
    let second: Vec<_> = second
        .data
        .iter()
        .map(|action| action.idempotency_key.as_str())
        .collect();
    assert_eq!(second, ["d", "c"]);
}

async fn a_wrong_filter_is_refused(stage: &mut Stage) {
    for (field, value) in [
        ("status", "DONE"),
        ("status", "completed"),
        ("from", "yesterday"),
        ("to", "1746876000"),
        ("limit", "0"),
        ("limit", "101"),
        ("page", "0"),
        ("cursor", "x"),
        ("partnerUserId", "a%00"),
        ("idempotencyKey", "%00"),
    ] {
        let refused = list(stage, &format!("{field}={value}")).await;
        refused.refused_field(field);
    }
}

async fn an_unknown_action_is_not_found(stage: &mut Stage) {
    for id in ["0", "000000000000000000000000", "😀", &"a".repeat(2_000)] {
        let id = ActionId(id.to_owned());
        let refused = stage.ours.ask(&GetAction { id }).await;
        refused.refused(Code::ActionNotFound);
    }
}

async fn another_partners_action_is_neither_found_nor_listed(stage: &mut Stage) {
    let theirs = stage.theirs.submitting(&purchase("one")).send().await;
    let id = ActionId(theirs.json()["actionId"].as_str().unwrap().to_owned());
    let refused = stage.ours.ask(&GetAction { id: id.clone() }).await;
    refused.refused(Code::ActionNotFound);
    stage
        .reverse(&id, "10", "refund")
        .await
        .refused(Code::ActionNotFound);
    assert_eq!(page(stage, "idempotencyKey=one").await.data.len(), 0);
    let found = stage.theirs.call(&GetAction { id }).await;
    assert_eq!(found.status, ActionStatus::Completed);
}
