//! The widget's files: the loader, which changes with the server, and the rest,
//! which stay for ever under their version.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};

use crate::app::App;
use crate::assets::File;
use crate::etag;

const FOR_EVER: &str = "public, max-age=31536000, immutable";
const FIVE_MINUTES: &str = "public, max-age=300";

/// `/donate.js`
pub async fn loader(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    match app.assets.loader() {
        Some(file) => send(file, FIVE_MINUTES, &headers),
        None => missing(),
    }
}

/// `/donate.d.ts`: the types of the loader.
pub async fn declarations(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    match app.assets.file("donate.d.ts") {
        Some(file) => send(file, FIVE_MINUTES, &headers),
        None => missing(),
    }
}

/// `/widget/{version}/{file}`: another version's files are not here.
pub async fn asset(
    State(app): State<Arc<App>>,
    Path((version, name)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    match app
        .assets
        .file(&name)
        .filter(|_| version == app.assets.version())
    {
        Some(file) => send(file, FOR_EVER, &headers),
        None => missing(),
    }
}

fn missing() -> Response {
    (
        StatusCode::NOT_FOUND,
        [(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*")],
        "no such file of the widget\n",
    )
        .into_response()
}

/// Sends a file as small as the browser takes it, to pages of any origin.
pub(super) fn send(file: &File, cache: &'static str, asked: &HeaderMap) -> Response {
    let mut response = if etag::known(asked).contains(&file.etag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let (bytes, encoding) = file.encoded(asked);
        let mut response = bytes.into_response();
        response.headers_mut().insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static(file.media_type),
        );
        if let Some(encoding) = encoding {
            response
                .headers_mut()
                .insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
        }
        response
    };
    let headers = response.headers_mut();
    if let Ok(etag) = HeaderValue::from_str(&file.etag) {
        headers.insert(header::ETAG, etag);
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    headers.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    headers.insert(
        header::ACCESS_CONTROL_ALLOW_ORIGIN,
        HeaderValue::from_static("*"),
    );
    headers.insert(
        HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("cross-origin"),
    );
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    response
}
