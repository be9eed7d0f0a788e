//! In place of the crate of this name, by `[patch.crates-io]`.
//!
//! Leptos needs it for server functions, of which the widget has none. The crate
//! exports its classes from every module that links it, used or not, and no tool
//! takes an exported function out again: a seventh of what a donor downloads. Here
//! is the little that Leptos names of it. Whoever wants server functions takes this
//! folder and the patch away.

use futures_util::Stream;
use futures_util::stream::{Empty, empty};
use wasm_bindgen::JsValue;

/// A stream of the browser that nobody reads.
#[derive(Debug)]
pub struct ReadableStream(web_sys::ReadableStream);

impl ReadableStream {
    /// Would send a stream; sends nothing.
    pub fn from_stream(_: impl Stream<Item = Result<JsValue, JsValue>> + 'static) -> Self {
        Self(JsValue::UNDEFINED.into())
    }

    #[must_use]
    pub fn from_raw(raw: web_sys::ReadableStream) -> Self {
        Self(raw)
    }

    #[must_use]
    pub fn into_raw(self) -> web_sys::ReadableStream {
        self.0
    }

    /// Would read a stream; it is over at once.
    pub fn into_stream(self) -> Empty<Result<JsValue, JsValue>> {
        empty()
    }
}
