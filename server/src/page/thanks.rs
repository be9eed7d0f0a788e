//! `/thanks/{token}`: our own page after the payment, for links that name none.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect};
use maud::{Markup, html};
use shared::donation::{Donation, DonationStatus, RewardStatus};

use super::amount::charge;
use super::checkout::{find_row, view::whole_charge};
use super::layout::{Page, Width};
use super::refusal::Shown;
use crate::app::App;

/// How often a page that waits for the reward asks again.
const REFRESH_SECONDS: u32 = 3;
/// How long after the payment it does so. A reward that takes longer waits for
/// somebody, and nobody should sit before it.
const WAITING_MS: i64 = 2 * 60_000;

pub async fn show(State(app): State<Arc<App>>, Path(token): Path<String>) -> Shown {
    let donation = find_row(&app, &token).await?.public;
    if donation.status != DonationStatus::Completed {
        return Ok(Redirect::to(&format!("/checkout/{token}")).into_response());
    }
    let is_pending = donation.reward_status == RewardStatus::Pending;
    let is_fresh = donation.updated_at.plus_ms(WAITING_MS) > app.context.now();
    let page = Page {
        refresh: (is_pending && is_fresh).then_some(REFRESH_SECONDS),
        ..Page::new("Thank you", Width::Narrow, body(&donation))
    };
    Ok(page.send(StatusCode::OK))
}

fn body(donation: &Donation) -> Markup {
    html! {
        section.card.message.thanks {
            h1 { "Thank you" }
            p.figure { (charge(donation.amount, donation.currency, donation.frequency)) }
            p { "goes to " strong { (donation.nonprofit.name) } "." }
            @if donation.tip_amount.0 > 0 {
                p.quiet { "With your tip, you pay " (whole_charge(donation)) "." }
            }
            (reward(donation))
            p.quiet { "Your gift has the number " code { (donation.partner_donation_id) } }
        }
    }
}

fn reward(donation: &Donation) -> Markup {
    html! {
        @match donation.reward_status {
            RewardStatus::Awarded => {
                p.reward role="status" {
                    "You earned " strong { (donation.tokens_awarded.0) " SIR" } " for it."
                }
            }
            RewardStatus::Pending => {
                p.reward.waiting role="status" { "Your tokens are being added." }
            }
            RewardStatus::NotEligible | RewardStatus::Failed | RewardStatus::Reversed => {}
        }
    }
}
