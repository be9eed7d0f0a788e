//! The route table: every call with its handler, every page with its path.

mod answer;
mod calls;
mod envelope;

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use futures_util::FutureExt as _;
use shared::CallFacts;

pub use self::answer::{Answered, Reply};
use self::calls::Calls;
use crate::api::endaoment;
use crate::api::partner::{
    actions, campaigns, configuration, dashboards, deliveries, donations, events, keys,
    organizations, sign_in, token_pools, transactions, users, webhooks,
};
use crate::api::percent;
use crate::app::App;
use crate::auth;
use crate::error::Error;
use crate::openapi::Entry;
use crate::page;

/// What every answer carries as `X-Request-Id`.
#[derive(Clone, Debug)]
pub(crate) struct RequestId(pub(crate) String);

impl RequestId {
    /// For what is answered outside of any request.
    pub(crate) fn unknown() -> Self {
        Self("req_unknown".to_owned())
    }
}

/// The calls of the SIR dialect.
fn partner_calls() -> Calls {
    Calls::default()
        .add(configuration::get_config)
        .add(organizations::find_organizations)
        .add(organizations::get_organization)
        .add(configuration::update_config)
        .add(donations::create_link)
        .add(donations::get_status)
        .add(donations::list_donations)
        .add(donations::export_donations)
        .add(donations::get_donation)
        .add(donations::refund_donation)
        .add(users::create_user)
        .add(users::list_users)
        .add(users::get_user)
        .add(users::update_user)
        .add(users::delete_user)
        .add(users::get_balance)
        .add(users::list_transactions)
        .add(users::spend)
        .add(token_pools::list_pools)
        .add(token_pools::request_tokens)
        .add(token_pools::list_requests)
        .add(token_pools::get_pool)
        .add(token_pools::get_balance)
        .add(transactions::list_transactions)
        .add(transactions::get_transaction)
        .add(actions::submit)
        .add(actions::submit_bulk)
        .add(actions::get_bulk_job)
        .add(actions::list_actions)
        .add(actions::get_action)
        .add(actions::reverse)
        .add(campaigns::create_campaign)
        .add(campaigns::list_campaigns)
        .add(campaigns::get_active_campaign)
        .add(campaigns::get_campaign)
        .add(campaigns::update_campaign)
        .add(campaigns::get_analytics)
        .add(webhooks::create_webhook)
        .add(webhooks::list_webhooks)
        .add(webhooks::get_webhook)
        .add(webhooks::update_webhook)
        .add(webhooks::rotate_secret)
        .add(deliveries::list_deliveries)
        .add(deliveries::retry_delivery)
        .add(deliveries::test_webhook)
        .add(deliveries::replay_events)
        .add(webhooks::delete_webhook)
        .add(deliveries::get_health)
        .add(events::list_events)
        .add(dashboards::get_summary)
        .add(dashboards::get_trends)
        .add(dashboards::get_top_earners)
        .add(dashboards::get_api_usage)
        .add(dashboards::get_recent_activity)
        .add(dashboards::get_integration_health)
        .add(dashboards::get_campaign_analytics)
        .add(sign_in::login)
        .add(sign_in::refresh)
        .add(sign_in::logout)
        .add(sign_in::get_me)
        .add(sign_in::change_password)
        .add(sign_in::forgot_password)
        .add(sign_in::reset_password)
        .add(sign_in::invite)
        .add(keys::create_key)
        .add(keys::list_keys)
        .add(keys::get_partner_info)
        .add(keys::get_key)
        .add(keys::update_key)
        .add(keys::rotate_key)
        .add(keys::delete_key)
}

/// The calls of the Percent dialect.
fn percent_calls() -> Calls {
    Calls::default()
        .add(percent::sessions::create_session)
        .add(percent::sessions::list_sessions)
        .add(percent::sessions::get_session)
        .add(percent::organisations::find_organisations)
        .add(percent::organisations::get_organisation)
        .add(percent::users::create_user)
        .add(percent::users::get_user)
        .add(percent::donations::list_donations)
        .add(percent::donations::get_donation)
}

/// The calls of the Endaoment dialect.
fn endaoment_calls() -> Calls {
    Calls::default()
        .add(endaoment::users::provision_user)
        .add(endaoment::funds::create_fund)
        .add(endaoment::funds::get_fund)
        .add(endaoment::pledges::pledge_cash)
        .add(endaoment::pledges::pledge_stock)
        .add(endaoment::grants::submit_grants)
        .add(endaoment::organizations::report)
        .add(endaoment::organizations::get_by_ein)
        .add(endaoment::organizations::search)
}

/// The calls of every dialect.
fn calls() -> Calls {
    partner_calls().and(endaoment_calls()).and(percent_calls())
}

/// Every call with its schemas, for those who describe them.
pub fn call_entries() -> Vec<Entry> {
    calls().entries
}

/// What is true of every call, for those who walk over all of them.
pub fn call_facts() -> Vec<CallFacts> {
    call_entries().iter().map(|entry| entry.facts).collect()
}

/// What a person sees: also what goes wrong here is a page.
fn pages(app: Arc<App>) -> Router<Arc<App>> {
    let checkout = get(page::checkout::show).post(page::checkout::pay);
    Router::new()
        .route("/", get(page::home::show))
        .route("/embed", get(page::embed::show))
        .route("/checkout/{token}", checkout)
        .route(
            "/checkout/{token}/cancelled",
            get(page::checkout::cancelled),
        )
        .route(
            "/donate/{token}",
            get(page::donate::show).post(page::donate::give),
        )
        .route("/give/{slug}", get(page::give::show).post(page::give::give))
        .route("/thanks/{token}", get(page::thanks::show))
        .route(
            "/portal/reset",
            get(page::portal::show).post(page::portal::set),
        )
        .route(
            "/portal/invitation",
            get(page::portal::show).post(page::portal::set),
        )
        .route("/sandbox/outbox", get(page::outbox::show))
        .layer(middleware::from_fn_with_state(app, guard_page))
        .layer(middleware::from_fn(page::refusal::as_page))
}

/// The whole server as one service.
pub fn router(app: Arc<App>) -> Router {
    let files = Router::new()
        .route("/page.css", get(page::layout::style))
        .route("/embed/embed.css", get(page::embed::style))
        .route("/embed/embed.js", get(page::embed::script))
        .route("/give-frame.js", get(page::give::frame::script))
        .route("/donate.js", get(page::widget::loader))
        .route("/donate.d.ts", get(page::widget::declarations))
        .route("/widget/{version}/{*file}", get(page::widget::asset))
        .route("/health/live", get(page::health::live))
        .route("/health/ready", get(page::health::ready));
    let calls = calls();
    pages(app.clone())
        .merge(files)
        .merge(page::docs::routes(calls.entries))
        .merge(calls.router)
        .fallback(answer::not_found)
        .method_not_allowed_fallback(answer::method_not_allowed)
        .layer(middleware::from_fn_with_state(app.clone(), number_request))
        .with_state(app)
}

/// Keeps one address from asking for pages without end.
async fn guard_page(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    match auth::admit_visitor(&app, &parts) {
        Ok(()) => next.run(Request::from_parts(parts, body)).await,
        Err(error) => page::refusal::Refusal::from(error).into_response(),
    }
}

/// Gives every request an id, and a panic an answer.
async fn number_request(State(app): State<Arc<App>>, mut request: Request, next: Next) -> Response {
    let seen = app.metrics.as_ref().map(|metrics| {
        let route = request.extensions().get::<MatchedPath>().cloned();
        (
            metrics,
            request.method().clone(),
            route,
            app.context.now_us(),
        )
    });
    let id = RequestId(format!("req_{}", app.context.random_hex::<12>()));
    let dialect = envelope::spoken(request.headers());
    request.extensions_mut().insert(id.clone());
    let answered = AssertUnwindSafe(next.run(request)).catch_unwind().await;
    let mut response = answered
        .unwrap_or_else(|panic| envelope::refuse(dialect, &Error::from_panic(panic.as_ref()), &id));
    if let Some((metrics, method, route, start_us)) = seen {
        let route = route.as_ref().map(MatchedPath::as_str);
        let took_us = app.context.now_us() - start_us;
        metrics.answered((&method, route), response.status().as_u16(), took_us);
    }
    if let Ok(value) = HeaderValue::from_str(&id.0) {
        response
            .headers_mut()
            .insert(HeaderName::from_static("x-request-id"), value);
    }
    response
}
