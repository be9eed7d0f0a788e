//! `/partner-api`: every call explained, to be tried on the page itself, which
//! signs in the browser with keys that it holds in memory. Beside it the `OpenAPI`
//! document and a collection, made from the same description.

mod call;
mod fields;
mod markdown;
mod start;
mod view;

use std::sync::{Arc, LazyLock, OnceLock};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;

use super::layout::HEADERS;
use super::widget::send;
use crate::app::App;
use crate::assets::File;
use crate::openapi::{Description, Entry};
use crate::vault;

const STYLE: &str = include_str!("docs/docs.css");
const SCRIPT: &str = include_str!("docs/docs.js");
const FOR_EVER: &str = "public, max-age=31536000, immutable";
const ASK_AGAIN: &str = "no-cache";
/// What brotli may spend on what is made when it is first asked for.
const EFFORT: u32 = 7;

/// Scripts and calls of this server only. Nothing is posted but by the script.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
                      img-src data:; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

/// The addresses of style and script change with their contents.
static STYLE_ADDRESS: LazyLock<String> =
    LazyLock::new(|| versioned("/partner-api/docs.css", STYLE));
static SCRIPT_ADDRESS: LazyLock<String> =
    LazyLock::new(|| versioned("/partner-api/docs.js", SCRIPT));

fn versioned(path: &str, contents: &str) -> String {
    format!("{path}?v={}", &vault::hash(contents)[..16])
}

/// What is made of the calls when somebody first asks.
#[derive(Debug)]
struct Reference {
    entries: Vec<Entry>,
    files: OnceLock<Files>,
}

#[derive(Debug)]
struct Files {
    document: File,
    collection: File,
    page: File,
}

impl Reference {
    fn files(&self, app: &App) -> &Files {
        self.files.get_or_init(|| {
            let api = Description::of(&self.entries, &app.base_url);
            let json = |name, value: serde_json::Value| {
                File::compressed(name, Bytes::from(value.to_string()), EFFORT)
            };
            let page = view::document(&api, app.settings.environment).into_string();
            Files {
                document: json("openapi.json", api.document()),
                collection: json("collection.json", api.collection()),
                page: File::compressed("partner-api.html", Bytes::from(page), EFFORT),
            }
        })
    }
}

/// The page and its files, made of these calls.
pub fn routes(entries: Vec<Entry>) -> Router<Arc<App>> {
    let reference = Arc::new(Reference {
        entries,
        files: OnceLock::new(),
    });
    let of = |choose: fn(&Files) -> &File| {
        let reference = reference.clone();
        get(
            move |State(app): State<Arc<App>>, headers: HeaderMap| async move {
                send(choose(reference.files(&app)), ASK_AGAIN, &headers)
            },
        )
    };
    let document = of(|files| &files.document);
    let collection = of(|files| &files.collection);
    let page = move |State(app): State<Arc<App>>, headers: HeaderMap| async move {
        show(reference.files(&app), &headers)
    };
    Router::new()
        .route("/partner-api", get(page))
        .route("/partner-api/openapi.json", document)
        .route("/partner-api/collection.json", collection)
        .route("/partner-api/docs.css", get(style))
        .route("/partner-api/docs.js", get(script))
}

fn show(files: &Files, asked: &HeaderMap) -> Response {
    let mut response = send(&files.page, ASK_AGAIN, asked);
    let headers = response.headers_mut();
    for name in [
        header::ACCESS_CONTROL_ALLOW_ORIGIN,
        HeaderName::from_static("cross-origin-resource-policy"),
    ] {
        headers.remove(name);
    }
    for (name, value) in HEADERS {
        if name != header::CACHE_CONTROL {
            headers.insert(name, value);
        }
    }
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(POLICY),
    );
    response
}

async fn style() -> Response {
    text("text/css; charset=utf-8", STYLE)
}

async fn script() -> Response {
    text("text/javascript; charset=utf-8", SCRIPT)
}

fn text(media_type: &'static str, contents: &'static str) -> Response {
    let headers = [
        (header::CONTENT_TYPE, media_type),
        (header::CACHE_CONTROL, FOR_EVER),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, contents).into_response()
}
