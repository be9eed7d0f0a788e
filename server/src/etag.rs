//! Entity tags: what a caller says it has already.

use axum::http::{HeaderMap, header};

/// The tags of `If-None-Match`, also those that a proxy has weakened.
pub(crate) fn known(headers: &HeaderMap) -> Vec<String> {
    let values = headers.get_all(header::IF_NONE_MATCH).iter();
    values
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|tag| tag.trim().trim_start_matches("W/").to_owned())
        .collect()
}
