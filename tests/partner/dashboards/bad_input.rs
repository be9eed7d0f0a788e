//! Dashboards that are asked for too much, or for nothing.

use crate::stage::Stage;

on_both_databases! {
    too_few_and_too_many_days_are_refused,
    too_few_and_too_many_rows_are_refused,
    the_least_and_the_most_are_answered,
    what_is_no_number_is_refused,
    a_campaign_that_is_not_there_is_not_found,
}

async fn refused(stage: &Stage, path: &str, field: &str) {
    let path = format!("/v1/partner/dashboard/{path}");
    let response = stage.ours.signed("GET", &path).send().await;
    response.refused_field(field);
}

async fn too_few_and_too_many_days_are_refused(stage: &mut Stage) {
    for name in ["trends", "top-earners", "api-usage"] {
        for days in ["0", "91", "4294967295"] {
            refused(stage, &format!("{name}?days={days}"), "days").await;
        }
    }
}

async fn too_few_and_too_many_rows_are_refused(stage: &mut Stage) {
    for name in ["top-earners", "recent-activity"] {
        for limit in ["0", "101"] {
            refused(stage, &format!("{name}?limit={limit}"), "limit").await;
        }
    }
}

async fn the_least_and_the_most_are_answered(stage: &mut Stage) {
    for query in [
        "trends?days=1",
        "trends?days=90",
        "top-earners?days=1&limit=1",
        "top-earners?days=90&limit=100",
        "api-usage?days=1",
        "api-usage?days=90",
        "recent-activity?limit=1",
        "recent-activity?limit=100",
    ] {
        stage.dashboard(query).await;
    }
}

async fn what_is_no_number_is_refused(stage: &mut Stage) {
    for days in ["-1", "1.5", "ten", "1e3", "99999999999999999999"] {
        refused(stage, &format!("trends?days={days}"), "days").await;
    }
    refused(stage, "recent-activity?limit=all", "limit").await;
}

async fn a_campaign_that_is_not_there_is_not_found(stage: &mut Stage) {
    let path = "/v1/partner/dashboard/campaigns/000000000000000000000000/analytics";
    let response = stage.ours.signed("GET", path).send().await;
    response.refused(shared::Code::CampaignNotFound);
}
