//! `/thanks/{token}`: our own page after the payment, for links that name none.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Redirect};
use maud::{Markup, html};
use shared::donation::{DonationStatus, RewardStatus};

use super::checkout::{Gift, find_gift};
use super::layout::{Page, Width, sentence};
use super::refusal::Shown;
use crate::app::App;
use crate::locale::words::fill;

/// How often a page that waits for the reward asks again.
const REFRESH_SECONDS: u32 = 3;
/// How long after the payment it does so. A reward that takes longer waits for
/// somebody, and nobody should sit before it.
const WAITING_MS: i64 = 2 * 60_000;

pub async fn show(
    State(app): State<Arc<App>>,
    Path(token): Path<String>,
    headers: HeaderMap,
) -> Shown {
    let gift = find_gift(&app, &token, &headers).await?;
    let donation = &gift.row.public;
    if donation.status != DonationStatus::Completed {
        return Ok(Redirect::to(&format!("/checkout/{token}")).into_response());
    }
    let is_pending = donation.reward_status == RewardStatus::Pending;
    let is_fresh = donation.updated_at.plus_ms(WAITING_MS) > app.context.now();
    let title = gift.words().thank_you;
    let page = Page {
        refresh: (is_pending && is_fresh).then_some(REFRESH_SECONDS),
        ..Page::new(title, Width::Narrow, body(&gift)).speaking(gift.locale)
    };
    Ok(page.send(StatusCode::OK))
}

fn body(gift: &Gift) -> Markup {
    let (donation, words) = (&gift.row.public, gift.words());
    let name = html! { strong { (donation.nonprofit.name) } };
    let number = html! { code { (donation.partner_donation_id) } };
    html! {
        section.card.message.thanks {
            h1 { (words.thank_you) }
            p.figure { (gift.charge(donation.amount)) }
            p { (sentence(words.goes_to, &name)) }
            @if donation.tip_amount.0 > 0 {
                p.quiet { (fill(words.with_tip, &[("amount", &gift.whole_charge())])) }
            }
            (reward(gift))
            p.quiet { (sentence(words.gift_number, &number)) }
        }
    }
}

fn reward(gift: &Gift) -> Markup {
    let (donation, words) = (&gift.row.public, gift.words());
    let tokens = html! { strong { (gift.count(donation.tokens_awarded.0)) " SIR" } };
    html! {
        @match donation.reward_status {
            RewardStatus::Awarded => {
                p.reward role="status" { (sentence(words.earned, &tokens)) }
            }
            RewardStatus::Pending => {
                p.reward.waiting role="status" { (words.tokens_coming) }
            }
            RewardStatus::NotEligible | RewardStatus::Failed | RewardStatus::Reversed => {}
        }
    }
}
