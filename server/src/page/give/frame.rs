//! The form in a frame on a nonprofit's page, for pages that let no WebAssembly run.
//! Only the page that it was made for can show it and hears its messages; the payment
//! itself is never in a frame.

use std::sync::LazyLock;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use maud::{Markup, html};
use shared::Code;
use url::Url;

use super::gift::Offer;
use crate::error::Error;
use crate::locale::{Locale, words};
use crate::page::layout::{Page, Width};
use crate::vault;

const SCRIPT: &str = include_str!("frame.js");
const FOR_EVER: &str = "public, max-age=31536000, immutable";

static SCRIPT_ADDRESS: LazyLock<String> =
    LazyLock::new(|| format!("/give-frame.js?v={}", &vault::hash(SCRIPT)[..16]));

/// The page around the form.
#[derive(Debug)]
pub struct Frame {
    origin: String,
    locale: Locale,
    /// Whether it lies over the page, and not in it.
    can_close: bool,
}

impl Frame {
    /// The frame that the address asks for, if its page may use the key.
    pub fn asked(offer: &Offer) -> Result<Option<Self>, Error> {
        if offer.link.text("frame") != "1" {
            return Ok(None);
        }
        let allowed = &offer.caller.key.allowed_origins;
        let origin = Url::parse(offer.link.text("origin"))
            .ok()
            .map(|url| url.origin().ascii_serialization())
            .filter(|origin| origin.starts_with("http"))
            .filter(|origin| allowed.is_empty() || allowed.contains(origin));
        match origin {
            Some(origin) => Ok(Some(Self {
                origin,
                locale: offer.locale,
                can_close: offer.link.text("closable") == "1",
            })),
            None => Err(Error::new(
                Code::OriginNotAllowed,
                "No gifts are taken in a frame on this page. Please tell the page it came from.",
            )),
        }
    }

    /// The form, which tells the page around it how high it is.
    pub fn form(&self, page: Page, status: StatusCode) -> Response {
        let body = html! {
            @if self.can_close {
                button.close type="button" data-close aria-label=(words(self.locale).close) { "×" }
            }
            (page.body)
            (self.script(None))
        };
        self.send(Page { body, ..page }, status)
    }

    /// The way to the payment, which the page around it takes.
    pub fn lead(&self, link: &str) -> Response {
        let title = words(self.locale).continue_to_payment;
        let body = html! {
            section.card.message {
                p { a.button href=(link) target="_top" { (title) } }
            }
            (self.script(Some(link)))
        };
        let page = Page::new(title, Width::Frame, body).speaking(self.locale);
        self.send(page, StatusCode::OK)
    }

    fn script(&self, leads_to: Option<&str>) -> Markup {
        html! {
            script src=(*SCRIPT_ADDRESS) data-origin=(self.origin) data-leads-to=[leads_to] {}
        }
    }

    fn send(&self, page: Page, status: StatusCode) -> Response {
        let width = Width::Frame;
        let mut response = Page { width, ..page }.send(status);
        let policy = format!(
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' https: data:; \
             form-action 'self'; base-uri 'none'; frame-ancestors {}",
            self.origin
        );
        let headers = response.headers_mut();
        headers.remove(header::X_FRAME_OPTIONS);
        if let Ok(policy) = HeaderValue::from_str(&policy) {
            headers.insert(header::CONTENT_SECURITY_POLICY, policy);
        }
        response
    }
}

/// `/give-frame.js`
pub async fn script() -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/javascript; charset=utf-8"),
        (header::CACHE_CONTROL, FOR_EVER),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, SCRIPT).into_response()
}
