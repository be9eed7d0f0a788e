//! `/give/{slug}?key=pk_…`: the hosted form, for sites that only want a link.
//! It makes a donation link by the rules of the widget's call and leads there.

pub mod frame;
pub mod gift;
pub mod view;

use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Redirect};
use shared::{Code, Feature, Scope};

use self::frame::Frame;
use self::gift::{Entered, Offer};
use super::field::Problems;
use super::form::Form;
use super::layout::{Page, Width};
use super::refusal::{Refusal, Shown};
use crate::app::App;
use crate::auth::{Denied, admit_page};
use crate::domain::donation;
use crate::error::Error;
use crate::locale::words::fill;
use crate::locale::{self, Locale, words};

/// `GET /give/{slug}`
pub async fn show(
    State(app): State<Arc<App>>,
    Path(slug): Path<String>,
    request: Request,
) -> Shown {
    let (parts, _) = request.into_parts();
    let offer = find_offer(&app, &parts, &slug).await?;
    let entered = Entered::of_link(&offer, app.context.random_hex::<16>());
    let problems = gift::check_link(&offer, &entered, app.settings.environment)?;
    form_page(&offer, &entered, &problems, StatusCode::OK)
}

/// `POST /give/{slug}`
pub async fn give(
    State(app): State<Arc<App>>,
    Path(slug): Path<String>,
    request: Request,
) -> Shown {
    let (parts, body) = request.into_parts();
    let offer = find_offer(&app, &parts, &slug).await?;
    let entered = Entered::read(&Form::read(body).await?);
    let request = gift::with_key(gift::request(&offer, &entered), &entered)?;
    // The key of the try is in the request; the page's headers have no say.
    let bounds = offer.caller.bounds(app.settings.environment);
    match donation::create_link(&app, &bounds, None, request).await {
        Ok(made) => Ok(match Frame::asked(&offer)? {
            Some(frame) => frame.lead(&made.answer.donation_link),
            None => Redirect::to(&made.answer.donation_link).into_response(),
        }),
        Err(error) => {
            let problems = gift::beside_fields(error, &offer, entered.amounts(&offer))?;
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            form_page(&offer, &entered, &problems, status)
        }
    }
}

/// Who offers what to whom, as far as the address says.
async fn find_offer(app: &App, parts: &Parts, slug: &str) -> Result<Offer, Refusal> {
    let link = Form::parse(parts.uri.query().unwrap_or_default().as_bytes());
    let in_locale = |default| locale::of_donor(Some(link.text("locale")), &parts.headers, default);
    let needs = (Scope::DonationsWrite, Feature::Donations);
    let caller = admit_page(app, parts, link.text("key"), needs)
        .await
        .map_err(|denied| plainly(denied, in_locale(Locale::OF_LINKS)))?;
    let partners = Locale::matching(&caller.partner.config.locale);
    let locale = in_locale(partners.unwrap_or(Locale::OF_LINKS));
    let nonprofit = donation::find_nonprofit(app, slug)
        .await
        .map_err(|error| unlisted(error, locale))?;
    let currency = gift::currency(&link, &caller.partner, locale)?;
    Ok(Offer {
        caller,
        nonprofit,
        currency,
        locale,
        link,
    })
}

/// A donor knows nothing of keys: only what that means for the link.
fn plainly(Denied { error, .. }: Denied, locale: Locale) -> Refusal {
    let words = words(locale);
    let told = |code, message| Refusal::told(Error::new(code, message), locale);
    match error.code.status() {
        _ if error.code == Code::InvalidApiKey || error.code == Code::PublishableKeyRequired => {
            told(Code::ValidationError, words.link_mistyped)
        }
        401 | 403 => told(error.code, words.no_gifts_now),
        _ => error.into(),
    }
}

fn unlisted(error: Error, locale: Locale) -> Refusal {
    match error.code {
        Code::OrganizationNotFound => {
            let error = Error::new(error.code, words(locale).nonprofit_unknown);
            Refusal::told(error, locale)
        }
        _ => error.into(),
    }
}

fn form_page(offer: &Offer, entered: &Entered, problems: &Problems, status: StatusCode) -> Shown {
    let give_to = fill(offer.words().give_to, &[("name", &offer.nonprofit.name)]);
    let body = view::form(offer, entered, problems);
    let page = Page::new(problems.title(&give_to), Width::Wide, body).speaking(offer.locale);
    let mut response = match Frame::asked(offer)? {
        Some(frame) => frame.form(page, status),
        None => page.send(status),
    };
    // Without it browsers hide where the form came from, and the check of the
    // key's allowed origins could not tell our page from another's.
    response.headers_mut().insert(
        header::REFERRER_POLICY,
        HeaderValue::from_static("same-origin"),
    );
    Ok(response)
}
