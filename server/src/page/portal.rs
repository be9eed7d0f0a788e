//! `/portal/reset` and `/portal/invitation`: where a one-time link leads, to
//! choose a password.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};
use shared::Code;
use shared::sign_in::{MIN_PASSWORD, ResetPassword, Secret};

use super::field::{Field, Problems};
use super::form::Form;
use super::layout::{Page, Width};
use super::refusal::Shown;
use crate::app::App;
use crate::domain::link::{self, Purposed};
use crate::error::Error;

/// `GET /portal/reset?token=…`, `GET /portal/invitation?token=…`
pub async fn show(State(app): State<Arc<App>>, RawQuery(query): RawQuery) -> Shown {
    let link = Form::parse(query.unwrap_or_default().as_bytes());
    let token = link.text("token");
    let purposed = link::find(&app, token).await?.ok_or_else(used)?;
    let problems = Problems::default();
    Ok(form_page((&purposed, token), &problems, StatusCode::OK))
}

/// `POST /portal/reset`, `POST /portal/invitation`
pub async fn set(State(app): State<Arc<App>>, body: Body) -> Shown {
    let form = Form::read(body).await?;
    let token = form.text("token");
    let purposed = link::find(&app, token).await?.ok_or_else(used)?;
    let call = ResetPassword {
        token: Secret(token.to_owned()),
        password: Secret(form.verbatim("password").to_owned()),
    };
    let Err(error) = link::reset(&app, call).await else {
        return Ok(done_page(&purposed));
    };
    if error.code != Code::ValidationError {
        return Err(plainly(error).into());
    }
    let mut problems = Problems::default();
    for wrong in &error.errors {
        problems.add("password", format!("The password {}.", wrong.message));
    }
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(form_page((&purposed, token), &problems, status))
}

fn plainly(error: Error) -> Error {
    match error.code {
        Code::InvalidToken => used(),
        _ => error,
    }
}

fn used() -> Error {
    Error::new(
        Code::NotFound,
        "This link was used already, or has expired. Please ask for a new one.",
    )
}

fn form_page(
    (purposed, token): (&Purposed, &str),
    problems: &Problems,
    status: StatusCode,
) -> Response {
    let (heading, words) = match purposed {
        Purposed::NewPassword => (
            "Choose a new password",
            "It ends every sign-in that you have elsewhere.".to_owned(),
        ),
        Purposed::Invitation { partner, email } => (
            "Accept your invitation",
            format!(
                "{partner} invites you to its portal. Choose the password with which {email} will sign in."
            ),
        ),
    };
    let body = html! {
        form.card method="post" novalidate {
            h1 { (heading) }
            p { (words) }
            input type="hidden" name="token" value=(token);
            (password(problems))
            button.main type="submit" { "Set the password" }
        }
    };
    Page::new(problems.title(heading), Width::Narrow, body).send(status)
}

/// The field is never filled in again.
fn password(problems: &Problems) -> Markup {
    let hint = format!("At least {MIN_PASSWORD} characters.");
    let field = Field {
        kind: "password",
        autocomplete: "new-password",
        hint: Some(&hint),
        ..Field::text("password", "Password", "")
    };
    field.render(problems)
}

fn done_page(purposed: &Purposed) -> Response {
    let (heading, words) = match purposed {
        Purposed::NewPassword => ("Your password is set", "Sign in with it from now on."),
        Purposed::Invitation { .. } => (
            "Welcome",
            "Your account is ready. Sign in with your e-mail address and your password.",
        ),
    };
    let body = html! {
        section.card.message {
            h1 { (heading) }
            p { (words) }
        }
    };
    Page::new(heading, Width::Narrow, body).send(StatusCode::OK)
}
