//! `/`: the demo nonprofit's page, as it would write it, with the widget on it.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use maud::html;

use super::layout::{Page, Width};
use crate::app::App;

pub async fn show(State(app): State<Arc<App>>) -> Response {
    let page = app.assets.text("index.html").zip(app.demo_key.as_ref());
    let Some((page, key)) = page else {
        return without_demo();
    };
    let page = page
        .replace("__GIVING_BASE__", &app.base_url)
        .replace("__GIVING_KEY__", key);
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (headers, page).into_response()
}

fn without_demo() -> Response {
    let body = html! {
        section.card.message {
            h1 { "Giving is running" }
            p { "There is no demo page on this server. Gifts begin on the pages of nonprofits." }
        }
    };
    Page::new("Giving", Width::Narrow, body).send(StatusCode::NOT_FOUND)
}
