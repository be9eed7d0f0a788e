//! What the operator's Prometheus reads: counted while the server works, and
//! written as text when it is asked for, on a listener of its own.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::State;
use axum::http::{Method, StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use metrics::{Counter, Histogram, Key, Label, Level, Metadata, Recorder as _};
use metrics_exporter_prometheus::{BuildError, PrometheusBuilder, PrometheusRecorder};

use crate::app::App;
use crate::outbound::courier::Received;

/// Where the kinds of durations end, in seconds.
const SECONDS: [f64; 14] = [
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 30.0,
];
const METADATA: Metadata<'static> = Metadata::new("giving", Level::INFO, None);
const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// What is counted.
pub struct Metrics {
    recorder: PrometheusRecorder,
    answers: Mutex<HashMap<Answered, (Counter, Histogram)>>,
}

/// What tells answers apart: the method, the route and the status.
type Answered = (&'static str, Arc<str>, u16);

impl std::fmt::Debug for Metrics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Metrics")
    }
}

impl Metrics {
    /// Begins to count.
    pub fn new() -> Result<Self, BuildError> {
        let builder = PrometheusBuilder::new().set_buckets(&SECONDS)?;
        Ok(Self {
            recorder: builder.build_recorder(),
            answers: Mutex::default(),
        })
    }

    /// Counts an answer of a route, or of no route.
    pub fn answered(&self, (method, route): (&Method, Option<&str>), status: u16, took_us: i64) {
        let route = Arc::from(route.unwrap_or("none"));
        let seconds = f64::from(i32::try_from(took_us).unwrap_or(i32::MAX)) / 1e6;
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        let answer = (name(method), route, status);
        let (counter, histogram) = answers.entry(answer).or_insert_with_key(|key| {
            let (method, route, status) = (key.0, key.1.to_string(), key.2.to_string());
            let of_route = [("method", method.to_owned()), ("path", route)];
            let status = ("status", status);
            let counted = of_route.iter().cloned().chain([status]);
            (
                self.counter("giving_requests_total", counted),
                self.histogram("giving_request_seconds", of_route),
            )
        });
        counter.increment(1);
        histogram.record(seconds);
    }

    /// Counts an attempt to deliver to a webhook.
    pub fn delivered(&self, received: &Received) {
        let outcome = if received.is_success() {
            "delivered"
        } else {
            "failed"
        };
        let labels = [("outcome", outcome.to_owned())];
        self.counter("giving_delivery_attempts_total", labels)
            .increment(1);
    }

    /// Takes up what was measured: without it, the memory would grow until
    /// somebody asks.
    pub fn tidy(&self) {
        self.recorder.handle().run_upkeep();
    }

    /// Everything as text, with what the server's parts say of themselves.
    fn render(&self, app: &App) -> String {
        let tally = app.ledger.tally();
        let none = || std::iter::empty();
        let count = |name, number| self.counter(name, none()).absolute(number);
        count("giving_writer_batches_total", tally.batches());
        count("giving_writer_commands_total", tally.items());
        let gauge = |name, labels: &[(&'static str, &str)], number: usize| {
            let labels = labels
                .iter()
                .map(|(name, text)| (*name, (*text).to_owned()));
            let number = u32::try_from(number).unwrap_or(u32::MAX);
            let gauge = self.recorder.register_gauge(&key(name, labels), &METADATA);
            gauge.set(f64::from(number));
        };
        gauge("giving_writer_queued", &[], app.ledger.queued());
        gauge("giving_deliveries_under_way", &[], app.desk.under_way());
        gauge(
            "giving_waits_open",
            &[("for", "donation")],
            app.waiting.count(),
        );
        gauge(
            "giving_waits_open",
            &[("for", "events")],
            app.db.news().waiting(),
        );
        let build = [
            ("version", env!("CARGO_PKG_VERSION")),
            ("environment", app.settings.environment.as_str()),
        ];
        gauge("giving_build_info", &build, 1);
        self.recorder.handle().render()
    }

    fn counter(
        &self,
        name: &'static str,
        labels: impl IntoIterator<Item = (&'static str, String)>,
    ) -> Counter {
        self.recorder
            .register_counter(&key(name, labels), &METADATA)
    }

    fn histogram(
        &self,
        name: &'static str,
        labels: impl IntoIterator<Item = (&'static str, String)>,
    ) -> Histogram {
        self.recorder
            .register_histogram(&key(name, labels), &METADATA)
    }
}

fn key(name: &'static str, labels: impl IntoIterator<Item = (&'static str, String)>) -> Key {
    let labels = labels.into_iter();
    let labels: Vec<_> = labels.map(|(name, text)| Label::new(name, text)).collect();
    Key::from_parts(name, labels)
}

/// A caller may send any word for a method: the unusual ones are one.
fn name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        Method::HEAD => "HEAD",
        _ => "other",
    }
}

/// The only page of the operator's listener.
pub fn router(app: Arc<App>) -> Router {
    Router::new().route("/metrics", get(show)).with_state(app)
}

async fn show(State(app): State<Arc<App>>) -> impl IntoResponse {
    let Some(metrics) = &app.metrics else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let text = metrics.render(&app);
    ([(header::CONTENT_TYPE, CONTENT_TYPE)], text).into_response()
}
