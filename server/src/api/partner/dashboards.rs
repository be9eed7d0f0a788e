//! What a partner sees of itself at a glance.

use std::sync::Arc;

use shared::campaign::GetCampaignAnalytics;
use shared::dashboard::{
    GetApiUsage, GetCampaignDashboard, GetIntegrationHealth, GetRecentActivity, GetSummary,
    GetTopEarners, GetTrends, RecentActivity,
};

use crate::app::App;
use crate::auth::Authorized;
use crate::domain::{campaign, dashboard};
use crate::router::{Answered, Reply};
use crate::store::action;
use crate::store::action::Filter;
use crate::store::list::Window;

pub async fn get_summary(app: Arc<App>, call: Authorized<GetSummary>) -> Answered<GetSummary> {
    let summary = dashboard::summary(&app, &call.caller.partner.id).await?;
    Ok(Reply::new(summary))
}

pub async fn get_trends(app: Arc<App>, call: Authorized<GetTrends>) -> Answered<GetTrends> {
    let trends = dashboard::trends(&app, &call.caller.partner.id, call.call.days).await?;
    Ok(Reply::new(trends))
}

pub async fn get_top_earners(
    app: Arc<App>,
    call: Authorized<GetTopEarners>,
) -> Answered<GetTopEarners> {
    let earners = dashboard::top_earners(&app, &call.caller.partner.id, &call.call).await?;
    Ok(Reply::new(earners))
}

pub async fn get_api_usage(app: Arc<App>, call: Authorized<GetApiUsage>) -> Answered<GetApiUsage> {
    let usage = dashboard::api_usage(&app, &call.caller.partner.id, call.call.days).await?;
    Ok(Reply::new(usage))
}

pub async fn get_integration_health(
    app: Arc<App>,
    call: Authorized<GetIntegrationHealth>,
) -> Answered<GetIntegrationHealth> {
    let health = dashboard::integration_health(&app, &call.caller).await?;
    Ok(Reply::new(health))
}

pub async fn get_recent_activity(
    app: Arc<App>,
    call: Authorized<GetRecentActivity>,
) -> Answered<GetRecentActivity> {
    let window = Window {
        after: None,
        offset: 0,
        limit: dashboard::actions(call.call.limit)?.into(),
    };
    let mut conn = app.db.read().await?;
    let by = (app.db.dialect(), &call.caller.partner.id);
    let data = action::list(&mut conn, by, &Filter::default(), &window).await?;
    Ok(Reply::new(RecentActivity { data }))
}

pub async fn get_campaign_analytics(
    app: Arc<App>,
    call: Authorized<GetCampaignDashboard>,
) -> Answered<GetCampaignDashboard> {
    let GetCampaignDashboard { id, from, to } = call.call;
    let asked = GetCampaignAnalytics { id, from, to };
    let report = campaign::report::report(&app, &call.caller.partner.id, &asked).await?;
    Ok(Reply::new(report))
}
