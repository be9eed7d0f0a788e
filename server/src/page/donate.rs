//! `/donate/{token}`: the page of a donation session, where the donor chooses how
//! much to give. It leads on to the checkout.

pub mod choice;
pub mod view;

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use shared::percent::DonationSessionStatus;

use self::choice::Entered;
use super::checkout;
use super::field::Problems;
use super::form::Form;
use super::layout::{Page, Width};
use super::refusal::{Refusal, Shown};
use crate::app::App;
use crate::domain::donation;
use crate::domain::session::gift::{self, Invitation};
use crate::error::Error;

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
) -> Shown {
    let invitation = match find(&app, &token).await? {
        Door::Open(invitation) => invitation,
        Door::Closed(page) => return Ok(page),
    };
    let link = Form::parse(query.unwrap_or_default().as_bytes());
    let entered = Entered::anew(&invitation, &link, app.context.random_hex::<16>());
    Ok(form_page(
        &invitation,
        &entered,
        &Problems::default(),
        StatusCode::OK,
    ))
}

/// `POST /donate/{token}`
pub async fn give(State(app): State<Arc<App>>, Path(token): Path<String>, body: Body) -> Shown {
    let form = Form::read(body).await?;
    let invitation = match find(&app, &token).await? {
        Door::Open(invitation) => invitation,
        Door::Closed(page) => return Ok(page),
    };
    let entered = Entered::read(&invitation, &form);
    let begun = gift::begin(&app, &invitation, entered.choice()).await;
    let problems = match choice::judged(begun, &entered)? {
        Ok(link) => return Ok(Redirect::to(&link.donation_link).into_response()),
        Err(problems) => problems,
    };
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(form_page(&invitation, &entered, &problems, status))
}

async fn find(app: &App, token: &str) -> Result<Door, Refusal> {
    let invitation = gift::find(app, token).await?;
    match invitation.status {
        DonationSessionStatus::Open => Ok(Door::Open(Box::new(invitation))),
        DonationSessionStatus::Completed => given(app, &invitation).await.map(Door::Closed),
        DonationSessionStatus::Expired => {
            let body = view::expired(&invitation);
            let page = Page::new("This link has expired", Width::Narrow, body);
            Ok(Door::Closed(page.send(StatusCode::OK)))
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
    let title = problems.title(&format!("Give to {}", invitation.nonprofit.name));
    let body = view::form(invitation, entered, problems);
    Page::new(title, Width::Wide, body).send(status)
}
