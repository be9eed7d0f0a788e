//! `/donate/{token}`: the page of a donation session, where the donor chooses how
//! much to give. It leads on to the checkout.

pub mod choice;
pub mod view;

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, RawQuery, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Redirect, Response};
use shared::percent::DonationSessionStatus;

use self::choice::Entered;
use super::checkout;
use super::field::Problems;
use super::form::Form;
use super::layout::{Page, Width};
use super::refusal::{Refusal, Shown};
use crate::app::App;
use crate::auth;
use crate::domain::donation;
use crate::domain::session::gift::{self, Invitation};
use crate::error::Error;
use crate::locale::words::fill;
use crate::locale::{self, Locale, words};

/// A session's page.
enum Door {
    Open(Box<Invitation>),
    /// Nothing can be given; this says so, or leads to where the donor has been led.
    Closed(Response),
}

/// `GET /donate/{token}`; `?currency=` shows the form in another currency.
pub async fn show(
    State(app): State<Arc<App>>,
    Path(token): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Shown {
    let invitation = match find(&app, &token, &headers).await? {
        Door::Open(invitation) => invitation,
        Door::Closed(page) => return Ok(page),
    };
    let link = Form::parse(query.unwrap_or_default().as_bytes());
    let entered = Entered::anew(&invitation, &link, app.context.random_hex::<16>());
    let problems = Problems::of_form(invitation.session.language);
    Ok(form_page(&invitation, &entered, &problems, StatusCode::OK))
}

/// `POST /donate/{token}`
pub async fn give(
    State(app): State<Arc<App>>,
    Path(token): Path<String>,
    parts: Parts,
    body: Body,
) -> Shown {
    let form = Form::read(body).await?;
    let invitation = match find(&app, &token, &parts.headers).await? {
        Door::Open(invitation) => invitation,
        Door::Closed(page) => return Ok(page),
    };
    let counted = auth::admit_gift(&app, &parts);
    counted.map_err(|error| choice::plainly(error, invitation.session.language))?;
    let entered = Entered::read(&invitation, &form);
    let begun = gift::begin(&app, &invitation, entered.choice(&invitation)).await;
    let problems = match choice::judged(begun, &invitation, &entered)? {
        Ok(link) => return Ok(Redirect::to(&link.donation_link).into_response()),
        Err(problems) => problems,
    };
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(form_page(&invitation, &entered, &problems, status))
}

async fn find(app: &App, token: &str, headers: &HeaderMap) -> Result<Door, Refusal> {
    let found = gift::find(app, token).await;
    let invitation = found.map_err(|error| {
        let locale = locale::of_donor(None, headers, Locale::OF_SESSIONS);
        choice::plainly(error, locale)
    })?;
    let locale = invitation.session.language;
    match invitation.status {
        DonationSessionStatus::Open => Ok(Door::Open(Box::new(invitation))),
        DonationSessionStatus::Completed => given(app, &invitation).await.map(Door::Closed),
        DonationSessionStatus::Expired => {
            let body = view::expired(&invitation);
            let page = Page::new(words(locale).link_expired, Width::Narrow, body);
            Ok(Door::Closed(page.speaking(locale).send(StatusCode::OK)))
        }
    }
}

/// Where the donor was led after giving.
async fn given(app: &App, invitation: &Invitation) -> Result<Response, Refusal> {
    let session = &invitation.session;
    let id = session.donation_id.as_ref();
    let row = match id {
        Some(id) => donation::find(app, &session.partner_id, id).await?,
        None => None,
    };
    let row = row.ok_or_else(|| Error::internal("a completed session without its gift"))?;
    checkout::success(&row)
}

fn form_page(
    invitation: &Invitation,
    entered: &Entered,
    problems: &Problems,
    status: StatusCode,
) -> Response {
    let locale = invitation.session.language;
    let name = [("name", invitation.nonprofit.name.as_str())];
    let title = problems.title(&fill(words(locale).give_to, &name));
    let body = view::form(invitation, entered, problems);
    let page = Page::new(title, Width::Wide, body);
    page.speaking(locale).send(status)
}
