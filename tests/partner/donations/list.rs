//! `GET /v1/partner/donations` and `GET /v1/partner/donations/{id}`

use serde_json::{Value, json};
use shared::Code;
use shared::donation::{DonationRecord, ExportDonations, GetDonation, ListDonations};
use shared::id::DonationId;
use shared::page::Page;

use crate::stage::{DAY_MS, HOUR_MS, NONPROFIT, Stage};

on_both_databases! {
    a_gift_is_read_with_its_donor,
    gifts_are_listed_newest_first,
    a_walk_by_cursor_sees_each_gift_once,
    filters_choose,
    an_overdue_link_is_listed_as_expired,
    wrong_filters_name_their_field,
}

async fn gifts(stage: &Stage, query: &ListDonations) -> Page<DonationRecord> {
    stage.ours.call(query).await
}

async fn a_gift_is_read_with_its_donor(stage: &mut Stage) {
    let fields = json!({
        "partnerUserId": "user_42", "referralCode": "spring", "tipAmount": 100,
        "metadata": { "page": "home" },
    });
    let id = stage.create_link_with(fields).await.partner_donation_id;
    stage.pay(&id, Some("Ada@example.org")).await;
    stage.settled(&id).await;
    let read = stage.ours.ask(&GetDonation { id: id.clone() }).await;
    let read: Value = read.answer(200);
    assert_eq!(read["partnerDonationId"], json!(id));
    assert_eq!(read["status"], "COMPLETED");
    assert_eq!(read["rewardStatus"], "AWARDED");
    assert_eq!(
        (&read["amount"], &read["tipAmount"]),
        (&json!(2500), &json!(100))
    );
    assert_eq!(read["amountRefunded"], 0);
    assert_eq!(
        read["donor"],
        json!({ "email": "Ada@example.org", "firstName": "Ada", "lastName": "Lovelace" })
    );
    assert_eq!(read["partnerUserId"], "user_42");
    assert_eq!(read["referralCode"], "spring");
    assert_eq!(read["metadata"], json!({ "page": "home" }));
    assert_eq!(read["paidAt"], "2025-05-10T11:20:00.000Z");
    assert_eq!(read["expiresAt"], "2025-05-11T11:20:00.000Z");
    let missing = GetDonation {
        id: DonationId("don_0".to_owned()),
    };
    stage
        .ours
        .ask(&missing)
        .await
        .refused(Code::DonationNotFound);
}

async fn gifts_are_listed_newest_first(stage: &mut Stage) {
    let mut made = Vec::new();
    for _ in 0..3 {
        made.push(stage.create_link().await.partner_donation_id);
        stage.pass_time(1);
    }
    made.reverse();
    let listed = gifts(stage, &ListDonations::default()).await;
    let ids: Vec<_> = listed
        .data
        .iter()
        .map(|record| record.donation.partner_donation_id.clone())
        .collect();
    assert_eq!(ids, made);
    assert_eq!(listed.pagination.total, Some(3));
    let beyond = ListDonations {
        page: Some(2),
        ..ListDonations::default()
    };
    assert_eq!(gifts(stage, &beyond).await.data, []);
}

async fn a_walk_by_cursor_sees_each_gift_once(stage: &mut Stage) {
    for _ in 0..5 {
        stage.create_link().await;
    }
    let mut query = ListDonations {
        limit: Some(2),
        ..ListDonations::default()
    };
    let mut seen = std::collections::BTreeSet::new();
    loop {
        let page = gifts(stage, &query).await;
        for record in page.data {
            assert!(seen.insert(record.donation.partner_donation_id));
        }
        query.cursor = page.pagination.next_cursor;
        if query.cursor.is_none() {
            break;
        }
    }
    assert_eq!(seen.len(), 5);
}

async fn filters_choose(stage: &mut Stage) {
    let early = stage.create_link().await.partner_donation_id;
    stage.pay(&early, Some("Ada@Example.org")).await;
    stage.pass_time(HOUR_MS);
    let middle = stage.now();
    let late = stage.create_link().await.partner_donation_id;
    let all = ListDonations::default;
    let cases = [
        (
            ListDonations {
                status: Some(shared::donation::DonationStatus::Completed),
                ..all()
            },
            vec![&early],
        ),
        (
            ListDonations {
                status: Some(shared::donation::DonationStatus::Pending),
                ..all()
            },
            vec![&late],
        ),
        (
            ListDonations {
                nonprofit_slug: Some(NONPROFIT.to_owned()),
                ..all()
            },
            vec![&late, &early],
        ),
        (
            ListDonations {
                nonprofit_slug: Some("other".to_owned()),
                ..all()
            },
            vec![],
        ),
        (
            ListDonations {
                email: Some("ada@example.ORG".to_owned()),
                ..all()
            },
            vec![&early],
        ),
        (
            ListDonations {
                from: Some(middle),
                ..all()
            },
            vec![&late],
        ),
        (
            ListDonations {
                to: Some(middle),
                ..all()
            },
            vec![&early],
        ),
    ];
    for (query, wanted) in cases {
        let listed = gifts(stage, &query).await;
        let ids: Vec<_> = listed
            .data
            .iter()
            .map(|record| &record.donation.partner_donation_id)
            .collect();
        assert_eq!(ids, wanted, "{query:?}");
        assert_eq!(
            listed.pagination.total,
            i64::try_from(wanted.len()).ok(),
            "{query:?}"
        );
    }
}

async fn an_overdue_link_is_listed_as_expired(stage: &mut Stage) {
    let id = stage.create_link().await.partner_donation_id;
    stage.pass_time(DAY_MS);
    for (status, count) in [("EXPIRED", 1), ("PENDING", 0)] {
        let path = format!("/v1/partner/donations?status={status}");
        let listed: Value = stage.ours.signed("GET", &path).send().await.answer(200);
        let data = listed["data"].as_array().unwrap();
        assert_eq!(data.len(), count, "{status}");
        assert!(
            data.iter()
                .all(|gift| gift["partnerDonationId"] == json!(id) && gift["status"] == status)
        );
    }
}

async fn wrong_filters_name_their_field(stage: &mut Stage) {
    for (query, field) in [
        ("status=PAID", "status"),
        ("from=yesterday", "from"),
        ("to=2025-13-01T00:00:00Z", "to"),
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("page=0", "page"),
        ("cursor=nonsense", "cursor"),
        ("cursor=0-don_0", "cursor"),
    ] {
        let path = format!("/v1/partner/donations?{query}");
        let response = stage.ours.signed("GET", &path).send().await;
        response.refused_field(field);
    }
    let export = ExportDonations::default();
    assert_eq!(stage.ours.ask(&export).await.status, 200);
}
