//! `/checkout/{token}`: where the donor pays. In sandbox the bundled gateway
//! takes test cards; in production it takes none, so there is no such page.

pub mod card;
pub mod payment;
pub mod view;

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::Markup;
use shared::Code;
use shared::donation::DonationStatus;
use shared::money::Minor;

use self::payment::{Entered, Payment};
use super::donate::choice::plainly;
use super::field::Problems;
use super::form::Form;
use super::layout::{Page, Width};
use super::refusal::{Refusal, Shown};
use super::return_url::{Outcome, unchanged, with_outcome};
use crate::app::App;
use crate::config::Environment;
use crate::domain::donation;
use crate::error::Error;
use crate::locale::words::fill;
use crate::locale::{self, Locale, Words, money, words};
use crate::store::donation::DonationRow;

/// A gift, and the locale in which its donor is addressed.
#[derive(Debug)]
pub struct Gift {
    pub row: DonationRow,
    pub locale: Locale,
}

impl Gift {
    fn new(row: DonationRow, headers: &HeaderMap) -> Self {
        let locale = locale::of_donor(row.locale.as_deref(), headers, Locale::OF_LINKS);
        Self { row, locale }
    }

    pub const fn words(&self) -> &'static Words {
        words(self.locale)
    }

    /// An amount in the gift's currency.
    pub fn money(&self, amount: Minor) -> String {
        money::written(self.locale, amount, self.row.public.currency)
    }

    /// An amount as often as the gift is given.
    pub fn charge(&self, amount: Minor) -> String {
        let donation = &self.row.public;
        money::charge(self.locale, amount, (donation.currency, donation.frequency))
    }

    /// What the donor pays, and how often.
    pub fn whole_charge(&self) -> String {
        self.charge(self.row.paid())
    }

    pub fn count(&self, number: i64) -> String {
        money::count(self.locale, number)
    }

    /// The gift as it is to be booked: its receipt is written as the page was.
    fn paid(mut self) -> DonationRow {
        self.row.locale = Some(self.locale.to_string());
        self.row
    }

    fn page(&self, title: &str, body: Markup) -> Page {
        Page::new(title, Width::Narrow, body).speaking(self.locale)
    }
}

/// What is behind a checkout link.
enum Link {
    Open(Box<Gift>),
    /// Takes no payment; this says so.
    Closed(Response),
}

/// `GET /checkout/{token}`
pub async fn show(
    State(app): State<Arc<App>>,
    Path(token): Path<String>,
    headers: HeaderMap,
) -> Shown {
    let gift = match find(&app, &token, &headers).await? {
        Link::Open(gift) => gift,
        Link::Closed(page) => return Ok(page),
    };
    let entered = Entered::of(&gift.row.donor);
    let problems = Problems::of_form(gift.locale);
    form_page(&gift, &entered, &problems, StatusCode::OK)
}

/// `POST /checkout/{token}`: a form that comes twice is booked once, and both
/// times ends at the same place.
pub async fn pay(
    State(app): State<Arc<App>>,
    Path(token): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Shown {
    let form = Form::read(body).await?;
    let gift = match find(&app, &token, &headers).await? {
        Link::Open(gift) => gift,
        Link::Closed(page) => return Ok(page),
    };
    let again =
        |problems: &Problems, status| form_page(&gift, &Entered::read(&form), problems, status);
    match payment::pay(&form, app.context.now(), gift.locale) {
        Payment::Wrong(problems) => again(&problems, StatusCode::UNPROCESSABLE_ENTITY),
        Payment::Declined(problems) => again(&problems, StatusCode::PAYMENT_REQUIRED),
        Payment::NeedsStep(donor) => {
            let page = gift.page(gift.words().step_title, view::step(&gift, &donor));
            Ok(page.send(StatusCode::OK))
        }
        Payment::Paid(donor) => {
            let place = success(&gift.row)?;
            let locale = gift.locale;
            let charged = donation::charge(&app, gift.paid(), donor).await;
            charged.map_err(|error| plainly(error, locale))?;
            Ok(place)
        }
    }
}

/// `GET /checkout/{token}/cancelled`
pub async fn cancelled(
    State(app): State<Arc<App>>,
    Path(token): Path<String>,
    headers: HeaderMap,
) -> Shown {
    let gift = match find(&app, &token, &headers).await? {
        Link::Open(gift) => gift,
        Link::Closed(page) => return Ok(page),
    };
    let body = view::cancelled(&gift, &format!("/checkout/{token}"));
    Ok(gift
        .page(gift.words().nothing_charged, body)
        .send(StatusCode::OK))
}

async fn find(app: &App, token: &str, headers: &HeaderMap) -> Result<Link, Refusal> {
    let gift = find_gift(app, token, headers).await?;
    let words = gift.words();
    let (heading, reason) = match gift.row.public.status {
        DonationStatus::Pending => return Ok(Link::Open(Box::new(gift))),
        DonationStatus::Completed => return success(&gift.row).map(Link::Closed),
        DonationStatus::Expired => (words.link_expired, words.start_again),
        DonationStatus::Failed => (words.payment_failed, words.start_again),
        DonationStatus::Refunded => (words.refunded, words.refunded_note),
    };
    let page = gift.page(heading, view::closed(&gift, heading, reason));
    Ok(Link::Closed(page.send(StatusCode::OK)))
}

/// The gift behind a token, wherever this server takes the payment itself.
pub(super) async fn find_gift(
    app: &App,
    token: &str,
    headers: &HeaderMap,
) -> Result<Gift, Refusal> {
    let found = match app.settings.environment {
        Environment::Sandbox => donation::find_by_token(app, token).await?,
        Environment::Production => None,
    };
    found.map(|row| Gift::new(row, headers)).ok_or_else(|| {
        let locale = locale::of_donor(None, headers, Locale::OF_LINKS);
        let error = Error::new(Code::DonationNotFound, words(locale).no_payment_here);
        Refusal::told(error, locale)
    })
}

fn form_page(gift: &Gift, entered: &Entered, problems: &Problems, status: StatusCode) -> Shown {
    let row = &gift.row;
    let leave = row.cancel_url.as_ref().or(row.success_url.as_ref());
    let cancel = match leave {
        Some(page) => back(row, page, Outcome::Cancelled)?,
        None => format!("/checkout/{}/cancelled", row.checkout_token),
    };
    let body = view::checkout(gift, entered, problems, &cancel);
    let title = fill(
        gift.words().give_to,
        &[("name", &row.public.nonprofit.name)],
    );
    let page = Page::new(problems.title(&title), Width::Wide, body);
    Ok(page.speaking(gift.locale).send(status))
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
