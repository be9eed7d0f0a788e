//! `/checkout/{token}`: where the donor pays. In sandbox the bundled gateway
//! takes test cards; in production it takes none, so there is no such page.

pub mod card;
pub mod payment;
pub mod view;

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use shared::Code;
use shared::donation::DonationStatus;

use self::payment::{Entered, Payment};
use super::field::Problems;
use super::form::Form;
use super::layout::{Page, Width};
use super::refusal::{Refusal, Shown};
use super::return_url::{Outcome, unchanged, with_outcome};
use crate::app::App;
use crate::config::Environment;
use crate::domain::donation;
use crate::error::Error;
use crate::store::donation::{DonationRow, Donor};

/// What is behind a checkout link.
enum Link {
    Open(Box<DonationRow>),
    /// Takes no payment; this says so.
    Closed(Response),
}

/// `GET /checkout/{token}`
pub async fn show(State(app): State<Arc<App>>, Path(token): Path<String>) -> Shown {
    let row = match find(&app, &token).await? {
        Link::Open(row) => row,
        Link::Closed(page) => return Ok(page),
    };
    let entered = Entered::of(&row.donor);
    form_page(&row, &entered, &Problems::default(), StatusCode::OK)
}

/// `POST /checkout/{token}`: a form that comes twice is booked once, and both
/// times ends at the same place.
pub async fn pay(State(app): State<Arc<App>>, Path(token): Path<String>, body: Body) -> Shown {
    let form = Form::read(body).await?;
    let row = match find(&app, &token).await? {
        Link::Open(row) => row,
        Link::Closed(page) => return Ok(page),
    };
    let again =
        |problems: &Problems, status| form_page(&row, &Entered::read(&form), problems, status);
    match payment::pay(&form, app.context.now()) {
        Payment::Wrong(problems) => again(&problems, StatusCode::UNPROCESSABLE_ENTITY),
        Payment::Declined(problems) => again(&problems, StatusCode::PAYMENT_REQUIRED),
        Payment::NeedsStep(donor) => Ok(step_page(&row, &donor)),
        Payment::Paid(donor) => {
            let place = success(&row)?;
            donation::charge(&app, *row, donor).await?;
            Ok(place)
        }
    }
}

/// `GET /checkout/{token}/cancelled`
pub async fn cancelled(State(app): State<Arc<App>>, Path(token): Path<String>) -> Shown {
    let row = match find(&app, &token).await? {
        Link::Open(row) => row,
        Link::Closed(page) => return Ok(page),
    };
    let body = view::cancelled(&row.public, &format!("/checkout/{token}"));
    Ok(Page::new("Nothing was charged", Width::Narrow, body).send(StatusCode::OK))
}

async fn find(app: &App, token: &str) -> Result<Link, Refusal> {
    let row = find_row(app, token).await?;
    let closed = |heading: &str, reason: &str| {
        let body = view::closed(&row.public, heading, reason);
        Ok(Link::Closed(
            Page::new(heading, Width::Narrow, body).send(StatusCode::OK),
        ))
    };
    match row.public.status {
        DonationStatus::Pending => Ok(Link::Open(Box::new(row))),
        DonationStatus::Completed => success(&row).map(Link::Closed),
        DonationStatus::Expired => closed(
            "This link has expired",
            "Nothing was charged. To give, please start again where you found the link.",
        ),
        DonationStatus::Failed => closed(
            "This payment did not go through",
            "Nothing was charged. To give, please start again where you found the link.",
        ),
        DonationStatus::Refunded => closed(
            "This gift was refunded",
            "The payment was returned, and this link cannot be used again.",
        ),
    }
}

/// The donation behind a token, wherever this server takes the payment itself.
pub(super) async fn find_row(app: &App, token: &str) -> Result<DonationRow, Error> {
    let found = match app.settings.environment {
        Environment::Sandbox => donation::find_by_token(app, token).await?,
        Environment::Production => None,
    };
    found.ok_or_else(|| {
        Error::new(
            Code::DonationNotFound,
            "There is no payment behind this link. Perhaps a part of it was lost on its way.",
        )
    })
}

fn form_page(
    row: &DonationRow,
    entered: &Entered,
    problems: &Problems,
    status: StatusCode,
) -> Shown {
    let leave = row.cancel_url.as_ref().or(row.success_url.as_ref());
    let cancel = match leave {
        Some(page) => back(row, page, Outcome::Cancelled)?,
        None => format!("/checkout/{}/cancelled", row.checkout_token),
    };
    let body = view::checkout(&row.public, entered, problems, &cancel);
    let title = problems.title(&format!("Give to {}", row.public.nonprofit.name));
    Ok(Page::new(title, Width::Wide, body).send(status))
}

fn step_page(row: &DonationRow, donor: &Donor) -> Response {
    let body = view::step(&row.public, donor);
    Page::new("Confirm this payment", Width::Narrow, body).send(StatusCode::OK)
}

/// Sends the donor on after the payment.
pub(super) fn success(row: &DonationRow) -> Shown {
    let place = match &row.success_url {
        Some(page) => back(row, page, Outcome::Complete)?,
        None => format!("/thanks/{}", row.checkout_token),
    };
    Ok(Redirect::to(&place).into_response())
}

/// The way back; that of a session's gift is used as it is.
fn back(row: &DonationRow, page: &str, outcome: Outcome) -> Result<String, Error> {
    if row.hosted.is_some() {
        return unchanged(page).map_err(Error::internal);
    }
    with_outcome(page, &row.public.partner_donation_id, outcome).map_err(Error::internal)
}
