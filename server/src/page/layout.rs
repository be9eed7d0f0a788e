//! What every page shares: the document around it, the stylesheet, and the
//! headers that keep it from being framed, cached or told about to others.

use std::sync::LazyLock;

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::locale::{Locale, Words};
use crate::vault;

const STYLE: &str = include_str!("page.css");
const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// The stylesheet's address changes with its contents, so that browsers may
/// keep it for ever.
pub(super) static STYLE_ADDRESS: LazyLock<String> =
    LazyLock::new(|| format!("/page.css?v={}", &vault::hash(STYLE)[..16]));

/// No script, nothing framed, pictures from the web. Chrome applies
/// `form-action` to redirects after a POST too, and a payment may lead back to
/// any nonprofit's page, so forms may end anywhere on the web.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' https: data:; \
                      form-action 'self' https: http:; base-uri 'none'; frame-ancestors 'none'";

/// Addresses of pages hold checkout tokens, so no other site learns them.
pub(super) const HEADERS: [(HeaderName, HeaderValue); 6] = [
    (
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/html; charset=utf-8"),
    ),
    (
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(POLICY),
    ),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (
        header::REFERRER_POLICY,
        HeaderValue::from_static("no-referrer"),
    ),
    (
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    ),
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
];

/// How much room a page takes on a wide screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Width {
    /// One column, for something short to read.
    Narrow,
    /// Two columns beside each other where there is room.
    Wide,
    /// In a frame on another's page, with nothing around it.
    Frame,
}

impl Width {
    const fn class(self) -> &'static str {
        match self {
            Self::Narrow => "narrow",
            Self::Wide => "wide",
            Self::Frame => "frame",
        }
    }
}

/// One page, before it is a response.
#[derive(Debug)]
pub struct Page {
    pub title: String,
    pub width: Width,
    pub body: Markup,
    /// Seconds after which the browser asks again.
    pub refresh: Option<u32>,
    /// Whose language the page is in.
    pub locale: Locale,
}

impl Page {
    pub fn new(title: impl Into<String>, width: Width, body: Markup) -> Self {
        Self {
            title: title.into(),
            width,
            body,
            refresh: None,
            locale: Locale::OF_LINKS,
        }
    }

    /// The same page, in the language of a locale.
    #[must_use]
    pub fn speaking(self, locale: Locale) -> Self {
        Self { locale, ..self }
    }

    /// The page as an answer.
    pub fn send(&self, status: StatusCode) -> Response {
        let mut response = (status, self.document().into_string()).into_response();
        for (name, value) in HEADERS {
            response.headers_mut().insert(name, value);
        }
        response
    }

    fn document(&self) -> Markup {
        html! {
            (DOCTYPE)
            // Every language here is written from left to right.
            html lang=(self.locale) dir="ltr" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    meta name="robots" content="noindex";
                    @if let Some(seconds) = self.refresh {
                        meta http-equiv="refresh" content=(seconds);
                    }
                    title { (self.title) }
                    link rel="icon" href="data:,";
                    link rel="stylesheet" href=(*STYLE_ADDRESS);
                }
                body class=(self.width.class()) {
                    main { (self.body) }
                    footer { (mark()) span { "Giving" } }
                }
            }
        }
    }
}

/// A heart, drawn in the colour of the text around it.
pub(super) fn mark() -> Markup {
    PreEscaped(
        r#"<svg class="mark" viewBox="0 0 24 24" width="20" height="20" aria-hidden="true" focusable="false"><path d="M12 20.5C6.2 16.4 3 12.9 3 9.1 3 6.3 5.1 4.2 7.7 4.2c1.7 0 3.3.9 4.3 2.4 1-1.5 2.6-2.4 4.3-2.4C18.9 4.2 21 6.3 21 9.1c0 3.8-3.2 7.3-9 11.4Z" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linejoin="round"/></svg>"#
            .to_owned(),
    )
}

/// Says that nothing here is real, where that is so.
pub fn sandbox_ribbon(words: &Words) -> Markup {
    html! {
        p.ribbon { strong { "Sandbox" } " " (words.sandbox_note) }
    }
}

/// A sentence with something marked up in the one place that it has in braces.
pub fn sentence(sentence: &str, inside: &Markup) -> Markup {
    let (before, rest) = sentence.split_once('{').unwrap_or((sentence, ""));
    let after = rest.split_once('}').map_or("", |(_, after)| after);
    html! { (before) (inside) (after) }
}

/// `/page.css`
pub async fn style() -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/css; charset=utf-8"),
        (header::CACHE_CONTROL, FOR_EVER),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, STYLE).into_response()
}
