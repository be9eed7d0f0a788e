//! What is said in place of the form: that something is awaited, done, or wrong.
//!
//! Every message has the same parts. Its words are found by the name of the
//! phase, so that a new phase needs words and a style, and no new view.

use leptos::prelude::*;
use shared::donation::{Donation, RewardStatus};
use shared::money::Frequency;

use super::{flag, words};
use crate::face::{Action, Phase};
use crate::flow::Widget;
use crate::state::State;

pub(super) fn message(widget: Widget) -> impl IntoView {
    view! {
        <section class="message" hidden=flag(widget, |state| state.phase.is_form())>
            <i class="mark" aria-hidden=flag(widget, |_| true)></i>
            <h3 tabindex="-1">{words(widget, heading)}</h3>
            <p>{words(widget, body)}</p>
            <p class="note">{words(widget, note)}</p>
            <button
                type="button"
                class="primary"
                value="first"
                hidden=flag(widget, |state| state.actions().0 == Action::Nothing)
            >
                {words(widget, |state| state.text.get(state.actions().0.name()))}
            </button>
            <button
                type="button"
                class="second"
                value="second"
                hidden=flag(widget, |state| state.actions().1 == Action::Nothing)
            >
                {words(widget, |state| state.text.get(state.actions().1.name()))}
            </button>
        </section>
    }
}

/// The phase in a few words; empty while the form says enough itself.
pub(super) fn heading(state: &State) -> String {
    match &state.donation {
        Some(donation) if is_rewarded(state, donation) => {
            let tokens = donation.tokens_awarded.0;
            let number = state.text.whole(tokens);
            state.text.count("rewarded", tokens, &[("tokens", &number)])
        }
        _ => state.text.get(&[state.phase.name(), ".title"].concat()),
    }
}

fn is_rewarded(state: &State, donation: &Donation) -> bool {
    state.phase == Phase::Complete && donation.reward_status == RewardStatus::Awarded
}

fn body(state: &State) -> String {
    let key = [state.phase.name(), ".body"].concat();
    let Some(donation) = &state.donation else {
        return state.text.get(&key);
    };
    let amount = state.text.money(donation.amount, donation.currency);
    let gift = match donation.frequency {
        Frequency::Once => "giftOnce",
        Frequency::Monthly => "giftMonthly",
    };
    let nonprofit = &donation.nonprofit.name;
    let gift = state
        .text
        .fill(gift, &[("amount", &amount), ("nonprofit", nonprofit)]);
    state.text.fill(&key, &[("gift", &gift)])
}

/// What is still going on.
fn note(state: &State) -> String {
    if state.is_cut_off {
        return state.text.get("cutOff");
    }
    if state.is_awaiting_tokens() {
        return state.text.get("awaitingTokens");
    }
    String::new()
}
