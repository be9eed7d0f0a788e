//! Routes from calls: method, path, authorisation and headers all come from the
//! call's type, so that a route without authorisation does not compile.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{FromRequestParts as _, OriginalUri, RawPathParams, Request, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{MethodFilter, on, options};
use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;
use shared::{Call, CallFacts, Media, Method, Proof};

use super::answer::{self, Answered};
use super::envelope::refuse;
use super::{Reply, RequestId};
use crate::app::App;
use crate::auth::proof::Proven;
use crate::auth::{Authorized, Caller, admit};
use crate::etag;
use crate::openapi::Entry;
use crate::request::Pair;
use crate::usage::Outcome;

const NO_CONTENT: u16 = 204;

/// The routes of one dialect, and what is true of each.
#[derive(Default)]
pub(super) struct Calls {
    pub(super) router: Router<Arc<App>>,
    pub(super) entries: Vec<Entry>,
}

impl Calls {
    /// Adds the route of `C`, which `handler` answers.
    pub(super) fn add<C, By, H, F>(mut self, handler: H) -> Self
    where
        C: Call + DeserializeOwned + JsonSchema + Send + 'static,
        C::Answer: Serialize + JsonSchema,
        By: Proven + Send + 'static,
        H: Fn(Arc<App>, Authorized<C, By>) -> F + Clone + Send + Sync + 'static,
        F: Future<Output = Answered<C>> + Send + 'static,
    {
        const {
            assert!(
                status_fits_answer::<C>(),
                "204 goes with NoContent, and only with it"
            );
            assert!(
                C::AUTH.proof() as u8 == By::PROOF as u8,
                "the handler takes whoever the call's authorisation proves"
            );
            assert!(
                C::SCOPE.is_some()
                    == matches!(By::PROOF, Proof::Key | Proof::KeyOrToken | Proof::Platform),
                "a call by key has a scope, and only such a call"
            );
        };
        let is_first_of_path = self.entries.iter().all(|entry| entry.facts.path != C::PATH);
        let serve =
            move |State(app): State<Arc<App>>, request: Request| serve(app, request, handler);
        self.router = self.router.route(C::PATH, on(filter(C::METHOD), serve));
        if C::AUTH.is_for_browsers() && is_first_of_path {
            self.router = self.router.route(C::PATH, options(preflight::<C>));
        }
        self.entries.push(Entry::of::<C>());
        self
    }
}

impl Calls {
    /// Adds the routes of another dialect.
    pub(super) fn and(mut self, others: Self) -> Self {
        self.router = self.router.merge(others.router);
        self.entries.extend(others.entries);
        self
    }
}

const fn filter(method: Method) -> MethodFilter {
    match method {
        Method::Get => MethodFilter::GET,
        Method::Post => MethodFilter::POST,
        Method::Patch => MethodFilter::PATCH,
        Method::Delete => MethodFilter::DELETE,
    }
}

/// An answer of no size has nothing to write.
const fn status_fits_answer<C: Call>() -> bool {
    (C::STATUS == NO_CONTENT) == (size_of::<C::Answer>() == 0)
}

/// Admits the call, has it answered, and writes the answer.
async fn serve<C, By, H, F>(app: Arc<App>, request: Request, handler: H) -> Response
where
    C: Call + DeserializeOwned,
    C::Answer: Serialize,
    By: Proven,
    H: Fn(Arc<App>, Authorized<C, By>) -> F,
    F: Future<Output = Answered<C>>,
{
    let watch = Watch::start(&app, CallFacts::of::<C>());
    let (mut parts, body) = request.into_parts();
    let request_id = answer::request_id(&parts.extensions);
    let dialect = C::AUTH.dialect();
    let (mut response, caller) = match read_path(&mut parts, &app).await {
        None => {
            let response = refuse(dialect, &answer::no_such_path(), &request_id);
            (response, None)
        }
        Some(path) => match admit::<C, By>(&app, parts, path, body).await {
            Err(denied) => {
                let mut response = refuse(dialect, &denied.error, &request_id);
                if let Some(quota) = denied.quota {
                    answer::add_quota(response.headers_mut(), quota);
                }
                (response, denied.caller)
            }
            Ok(authorized) => {
                let caller = authorized.caller.key();
                let response = run(app.clone(), authorized, handler, &request_id).await;
                (response, caller)
            }
        },
    };
    watch.stop(&app, response.status(), caller.as_deref());
    if C::AUTH.is_for_browsers() {
        answer::add_cors(response.headers_mut());
    }
    response
}

/// A call as its caller's dashboard and the operator's metrics see it.
struct Watch {
    facts: CallFacts,
    start_us: i64,
}

impl Watch {
    fn start(app: &App, facts: CallFacts) -> Self {
        Self {
            facts,
            start_us: app.context.now_us(),
        }
    }

    fn stop(self, app: &App, status: StatusCode, caller: Option<&Caller>) {
        let outcome = Outcome {
            status: status.as_u16(),
            took_us: app.context.now_us() - self.start_us,
            at: app.context.now(),
        };
        if let Some(caller) = caller {
            app.usage.count(caller, &self.facts, outcome);
        }
    }
}

async fn run<C, By, H, F>(
    app: Arc<App>,
    authorized: Authorized<C, By>,
    handler: H,
    request_id: &RequestId,
) -> Response
where
    C: Call,
    C::Answer: Serialize,
    H: Fn(Arc<App>, Authorized<C, By>) -> F,
    F: Future<Output = Answered<C>>,
{
    let known = etag::known(&authorized.headers);
    let charge = authorized.charge.clone();
    let mut quota = charge.as_ref().map(|charge| charge.quota);
    let mut response = match handler(app.clone(), authorized).await {
        Err(error) => refuse(C::AUTH.dialect(), &error, request_id),
        Ok(reply) => {
            let is_known = reply.etag.as_ref().is_some_and(|etag| known.contains(etag));
            if let (Some(charge), Some(quota), true) =
                (&charge, &mut quota, is_known || reply.is_free)
            {
                app.limiter.give_back(charge, app.context.now());
                quota.remaining += 1;
            }
            write::<C>(&reply, is_known)
        }
    };
    if let Some(quota) = quota {
        answer::add_quota(response.headers_mut(), quota);
    }
    response
}

fn write<C: Call>(reply: &Reply<C::Answer>, is_known: bool) -> Response
where
    C::Answer: Serialize,
{
    let number = match C::STATUS_AGAIN {
        Some(again) if reply.is_there_already => again,
        _ => C::STATUS,
    };
    let status = StatusCode::from_u16(number).unwrap_or(StatusCode::OK);
    let mut response = match (status, C::MEDIA) {
        _ if is_known => StatusCode::NOT_MODIFIED.into_response(),
        (StatusCode::NO_CONTENT, _) => StatusCode::NO_CONTENT.into_response(),
        (status, Media::Json) => (status, axum::Json(&reply.answer)).into_response(),
        (status, Media::Csv) => (status, answer::file::<C>(&reply.answer)).into_response(),
    };
    answer::add_reply_headers(response.headers_mut(), reply);
    response
}

/// The path's parameters, decoded; `None` if they are not UTF-8. The parts keep
/// the path as it was sent, which is what was signed.
async fn read_path(parts: &mut Parts, app: &Arc<App>) -> Option<Vec<Pair>> {
    let params = RawPathParams::from_request_parts(parts, app).await.ok()?;
    let pairs = params
        .iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    if let Some(OriginalUri(uri)) = parts.extensions.get::<OriginalUri>().cloned() {
        parts.uri = uri;
    }
    Some(pairs)
}

async fn preflight<C: Call>() -> Response {
    let mut response = (StatusCode::NO_CONTENT, Body::empty()).into_response();
    answer::add_cors(response.headers_mut());
    answer::add_preflight(response.headers_mut(), C::AUTH.dialect());
    response
}
