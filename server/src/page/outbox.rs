//! `/sandbox/outbox`: the mail of the sandbox, for who sits at its machine.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use maud::{Markup, html};
use url::Url;

use super::layout::{Page, Width};
use super::refusal::{Shown, nothing_here};
use crate::app::App;
use crate::auth::client_address;
use crate::config::Environment;
use crate::error::Error;
use crate::mail::outbox;

/// The letters that are shown.
const MAX_SHOWN: usize = 50;

/// `GET /sandbox/outbox`: letters hold links that open accounts, so nobody else
/// may read them, be it through a proxy or through a page in a browser here.
pub async fn show(State(app): State<Arc<App>>, request: Request) -> Shown {
    let (parts, _) = request.into_parts();
    let is_here = client_address(&app, &parts).is_loopback()
        && is_named_here(&parts.headers)
        && is_direct(&app, &parts.headers);
    if app.settings.environment != Environment::Sandbox || !is_here {
        return Err(nothing_here().into());
    }
    let letters = outbox::newest(app.settings.outbox(), MAX_SHOWN).await;
    let letters = letters.map_err(Error::internal)?;
    let body = html! {
        h1 { "Outbox" }
        p.quiet { "The sandbox sends no mail. What it would send is here, the newest first." }
        @if letters.is_empty() { p { "There is no mail yet." } }
        @for text in &letters { (letter(&app, text)) }
    };
    Ok(Page::new("Outbox", Width::Narrow, body).send(StatusCode::OK))
}

/// A foreign name that leads here is a page of somebody else's.
fn is_named_here(headers: &HeaderMap) -> bool {
    let host = headers.get("host").and_then(|host| host.to_str().ok());
    let url = host.and_then(|host| Url::parse(&format!("http://{host}")).ok());
    match url.as_ref().and_then(Url::host) {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => IpAddr::from(address).is_loopback(),
        Some(url::Host::Ipv6(address)) => IpAddr::from(address).is_loopback(),
        None => false,
    }
}

/// What came through a proxy that is not trusted may come from anywhere.
fn is_direct(app: &App, headers: &HeaderMap) -> bool {
    let names = ["x-forwarded-for", "forwarded", "x-real-ip", "via"];
    !app.settings.trusted_proxies.is_empty()
        || names.iter().all(|name| !headers.contains_key(*name))
}

fn letter(app: &App, text: &str) -> Markup {
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((text, ""));
    let header = |name: &str| {
        let mut lines = head.lines();
        lines.find_map(|line| line.strip_prefix(name)).unwrap_or("")
    };
    html! {
        article.card lang=(header("Content-Language: ")) {
            h2 { (header("Subject: ")) }
            p.quiet { "To " (header("To: ")) ", " (header("Date: ")) }
            @for paragraph in body.split("\r\n\r\n") {
                p {
                    @for line in paragraph.lines() {
                        @if line.starts_with(app.base_url.as_str()) { a href=(line) { (line) } }
                        @else { (line) }
                        br;
                    }
                }
            }
        }
    }
}
