//! `GET /v1/partner/donations/export.csv`

use serde_json::json;
use server::domain::donation::export::csv;
use shared::donation::{DonationRecord, ExportDonations, GetDonation, MAX_EXPORT};

use crate::stage::{NONPROFIT, Stage};

on_both_databases! {
    gifts_are_exported_as_csv,
    a_filter_chooses_what_is_exported,
    more_than_an_export_holds_is_refused,
}

async fn gifts_are_exported_as_csv(stage: &mut Stage) {
    let fields = json!({
        "donorEmail": "ada@example.org", "firstName": "=HYPERLINK(1)", "lastName": "O\"Neil, Ada",
        "metadata": { "a": "b" },
    });
    let id = stage.create_link_with(fields).await.partner_donation_id;
    let response = stage.ours.ask(&ExportDonations::default()).await;
    assert_eq!(response.status, 200);
    assert_eq!(
        response.header("content-type"),
        Some("text/csv; charset=utf-8")
    );
    assert_eq!(
        response.header("content-disposition"),
        Some("attachment; filename=\"export.csv\"")
    );
    let lines: Vec<_> = response.text.split("\r\n").collect();
    assert!(lines[0].starts_with("partnerDonationId,status,rewardStatus,createdAt,paidAt,"));
    assert_eq!(
        lines[1],
        format!(
            "{id},PENDING,PENDING,2025-05-10T11:20:00.000Z,,river-trust,River Trust,USD,25.00,0.00,0.00,once,stripe,\
             ada@example.org,'=HYPERLINK(1),\"O\"\"Neil, Ada\",,,0,\"{{\"\"a\"\":\"\"b\"\"}}\""
        )
    );
    assert_eq!(lines[2..], [""]);
}

async fn a_filter_chooses_what_is_exported(stage: &mut Stage) {
    stage.create_link().await;
    for (slug, lines) in [(NONPROFIT, 2), ("other", 1)] {
        let query = ExportDonations {
            nonprofit_slug: Some(slug.to_owned()),
            ..ExportDonations::default()
        };
        let response = stage.ours.ask(&query).await;
        assert_eq!(response.text.lines().count(), lines, "{slug}");
    }
}

async fn more_than_an_export_holds_is_refused(stage: &mut Stage) {
    let id = stage.create_link().await.partner_donation_id;
    let record: DonationRecord = stage.ours.call(&GetDonation { id }).await;
    let most = usize::try_from(MAX_EXPORT).unwrap();
    assert_eq!(
        csv(&vec![record.clone(); most]).unwrap().lines().count(),
        most + 1
    );
    let refused = csv(&vec![record; most + 1]).unwrap_err();
    assert_eq!(refused.errors[0].field, "from");
}
