//! `/embed`: a nonprofit puts its button or form together, sees it at once, and
//! copies what to paste. Nothing is kept; all of it happens in the browser.

use std::sync::{Arc, LazyLock};

use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use maud::{DOCTYPE, Markup, html};
use shared::money::Currency;

use super::layout::{HEADERS, STYLE_ADDRESS as PAGE_STYLE, mark};
use crate::app::App;
use crate::assets::Assets;
use crate::vault;

const STYLE: &str = include_str!("embed/embed.css");
const SCRIPT: &str = include_str!("embed/embed.js");
const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// The widget runs on this page as on any other, by the policy that we ask of others.
const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
                      connect-src 'self'; img-src 'self' https: data:; form-action 'none'; \
                      base-uri 'none'; frame-ancestors 'none'";

/// The locales in which the widget speaks and writes numbers.
pub const LOCALES: [&str; 32] = [
    "en-US", "en-GB", "en-IE", "en-NZ", "de-DE", "de-CH", "de-AT", "fr-FR", "fr-BE", "it-IT",
    "nl-NL", "sv-SE", "da-DK", "pl-PL", "en-AU", "fr-CA", "en-CA", "es-ES", "ja-JP", "es-MX",
    "ko-KR", "pt-BR", "en-SG", "ms-MY", "th-TH", "id-ID", "vi-VN", "hu-HU", "cs-CZ", "ro-RO",
    "fil-PH", "tr-TR",
];

static STYLE_ADDRESS: LazyLock<String> = LazyLock::new(|| versioned("/embed/embed.css", STYLE));
static SCRIPT_ADDRESS: LazyLock<String> = LazyLock::new(|| versioned("/embed/embed.js", SCRIPT));

fn versioned(path: &str, contents: &str) -> String {
    format!("{path}?v={}", &vault::hash(contents)[..16])
}

/// `GET /embed`
pub async fn show(State(app): State<Arc<App>>) -> Response {
    let mut response = (StatusCode::OK, document(&app).into_string()).into_response();
    for (name, value) in HEADERS {
        response.headers_mut().insert(name, value);
    }
    response.headers_mut().insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(POLICY),
    );
    response
}

/// `/embed/embed.css`
pub async fn style() -> Response {
    text("text/css; charset=utf-8", STYLE)
}

/// `/embed/embed.js`
pub async fn script() -> Response {
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

fn document(app: &App) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { "Put a donate button on your page" }
                link rel="icon" href="data:,";
                link rel="stylesheet" href=(*PAGE_STYLE);
                link rel="stylesheet" href=(*STYLE_ADDRESS);
                script async src="/donate.js" {}
                script type="module" src=(*SCRIPT_ADDRESS) {}
            }
            body.embed data-base=(app.base_url) data-assets={ "/widget/" (app.assets.version()) "/" } {
                header.top {
                    (mark())
                    div {
                        h1 { "Put a donate button on your page" }
                        p.quiet { "Choose, look, copy. It weighs two kilobytes until somebody wants to give." }
                    }
                }
                main {
                    form #options autocomplete="off" { (options(app)) }
                    div.result {
                        (preview())
                        (snippets())
                    }
                }
                noscript { p.card { "This page puts your button together by JavaScript." } }
                footer { (mark()) span { "Giving" } }
            }
        }
    }
}

fn options(app: &App) -> Markup {
    let key = app.demo_key.as_deref().unwrap_or_default();
    html! {
        fieldset {
            legend { "Who receives" }
            (field("nonprofit", "Nonprofit", &html! {
                input #nonprofit name="nonprofit" list="found" value="american-red-cross" spellcheck="false"
                    placeholder="Type a name" aria-describedby="nonprofit-note";
                datalist #found {}
                p.hint #nonprofit-note role="status" { "Type a name and choose one." }
            }))
            (field("key", "Publishable key", &html! {
                input #key name="key" value=(key) spellcheck="false" placeholder="pk_…" aria-describedby="key-note";
                p.hint #key-note { "It starts with pk_ and may be read by everybody. Never paste a key that starts with sk_." }
            }))
        }
        fieldset {
            legend { "Shape" }
            div.tiles {
                (tile("mode", "button", "Button", true))
                (tile("mode", "inline", "Form in the page", false))
                (tile("mode", "floating", "Button in the corner", false))
            }
            div.pair {
                (field("label", "Words on the button", &html! { input #label name="label" placeholder="Donate"; }))
                (field("locale", "Language", &html! {
                    select #locale name="locale" {
                        option value="" { "As the page" }
                        @for locale in LOCALES {
                            option value=(locale) data-file=(words_of(&app.assets, locale)) { (locale) }
                        }
                    }
                }))
            }
        }
        (gift())
        (look())
    }
}

fn gift() -> Markup {
    html! {
        fieldset {
            legend { "The gift" }
            div.pair {
                (field("amounts", "Amounts", &html! { input #amounts name="amounts" placeholder="10, 25, 50, 100" inputmode="decimal"; }))
                (field("currency", "Currency", &html! {
                    select #currency name="currency" {
                        option value="" { "Yours" }
                        @for currency in Currency::ALL { option { (currency) } }
                    }
                }))
                (field("frequency", "How often, at first", &html! {
                    select #frequency name="frequency" {
                        option value="" { "Once" }
                        option value="monthly" { "Monthly" }
                    }
                }))
                (field("goal", "Goal of your campaign", &html! { input #goal name="goal" placeholder="none" inputmode="decimal"; }))
            }
            (field("designation", "What a gift can be for", &html! {
                input #designation name="designation" placeholder="Where it is needed; Shelter; Meals" aria-describedby="designation-note";
                p.hint #designation-note { "Separate several by semicolons." }
            }))
            (field("match-url", "Page on employer matching", &html! { input #match-url name="match-url" type="url" placeholder="https://…"; }))
            div.checks {
                (check("cover-fees", "Offer to cover the payment costs"))
                (check("tribute", "Ask in whose honor or memory"))
                (check("comment", "Ask for a few words"))
                (check("popup", "Pay in a window of its own"))
            }
        }
    }
}

fn look() -> Markup {
    html! {
        fieldset {
            legend { "Look" }
            div.pair {
                (field("color", "Color", &html! { input #color name="color" type="color" value="#0b6e4f"; }))
                (field("radius", "Corners", &html! { input #radius name="radius" type="range" min="0" max="28" value="12"; }))
                (field("theme", "Light or dark", &html! {
                    select #theme name="theme" {
                        option value="" { "As the page" }
                        option value="light" { "Light" }
                        option value="dark" { "Dark" }
                    }
                }))
            }
        }
    }
}

fn preview() -> Markup {
    html! {
        section.preview aria-labelledby="preview-title" {
            h2 #preview-title { "How it looks" }
            div.window {
                div.bar aria-hidden="true" { i {} i {} i {} }
                div.page {
                    div.lines aria-hidden="true" { b {} i {} i {} i {} }
                    div #stage {}
                    div.lines aria-hidden="true" { i {} i {} }
                }
            }
            p.hint #said role="status" {}
        }
    }
}

fn snippets() -> Markup {
    html! {
        section.card aria-labelledby="snippet-title" {
            h2 #snippet-title { "What to paste" }
            div.tiles #kinds role="radiogroup" aria-label="Where you paste it" {
                (tile("kind", "html", "HTML", true))
                (tile("kind", "element", "Element", false))
                (tile("kind", "react", "React", false))
                (tile("kind", "wordpress", "WordPress", false))
            }
            p.hint #advice {}
            pre tabindex="0" aria-label="Snippet" { code #snippet {} }
            button.main type="button" #copy { "Copy" }
            p.hint role="status" #copied {}
        }
    }
}

fn field(name: &str, label: &str, input: &Markup) -> Markup {
    html! {
        div.field { label for=(name) { (label) } (input) }
    }
}

fn tile(name: &str, value: &str, label: &str, is_chosen: bool) -> Markup {
    html! {
        label.tile {
            input type="radio" name=(name) value=(value) checked[is_chosen];
            span { (label) }
        }
    }
}

fn check(name: &str, label: &str) -> Markup {
    html! {
        label.check { input type="checkbox" name=(name); span { (label) } }
    }
}

/// The file of words that serves a locale, as the widget finds it.
fn words_of(assets: &Assets, locale: &str) -> String {
    let language = locale.split('-').next().unwrap_or_default();
    let candidates = [
        locale,
        if language == "en" && locale != "en-US" {
            "en-GB"
        } else {
            language
        },
    ];
    let is_there = |name: &&str| assets.file(&format!("locales/{name}.json")).is_some();
    let found = candidates.into_iter().find(is_there).unwrap_or("en");
    found.to_owned()
}
