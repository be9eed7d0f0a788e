//! What is said in place of the form: that something is awaited, done, or wrong.
//!
//! Every message has the same parts. Its words are found by the name of the
//! phase, so that a new phase needs words and a style, and no new view.

use shared::donation::{Donation, RewardStatus};
use shared::money::Frequency;

use super::Follower;
use crate::face::{Action, Phase};
use crate::state::State;

pub(super) const MESSAGE: &str = "\
section class=message
 i class=mark aria-hidden=true
 h3 id=state tabindex=-1
 p
 p class=note
 button type=button class=primary value=first
 button type=button class=second value=second
 p class=thanks
  button type=button class=second value=share @share
  a class=second target=_blank rel=noopener @receipt
  a class=match target=_blank rel=noopener @match";

pub(super) const FOLLOWERS: [Follower; 10] = [
    (".message", "hidden", |state| {
        state.phase.is_form().then(String::new)
    }),
    ("h3", "", |state| Some(heading(state))),
    (".message p", "", |state| Some(body(state))),
    (".message .note", "", |state| Some(note(state))),
    (".thanks", "hidden", |state| {
        (state.phase != Phase::Complete).then(String::new)
    }),
    (".thanks a", "href", receipt),
    ("[value=first]", "hidden", |state| {
        (state.actions().0 == Action::Nothing).then(String::new)
    }),
    ("[value=first]", "", |state| {
        Some(state.text.get(state.actions().0.name()))
    }),
    ("[value=second]", "hidden", |state| {
        (state.actions().1 == Action::Nothing).then(String::new)
    }),
    ("[value=second]", "", |state| {
        Some(state.text.get(state.actions().1.name()))
    }),
];

/// The phase in a few words; empty while the form says enough itself.
pub(super) fn heading(state: &State) -> String {
    match &state.donation {
        Some(donation) if is_rewarded(state, donation) => {
            let tokens = donation.tokens_awarded.0;
            let number = state.text.whole(tokens);
            state.text.fill("rewarded", &[("tokens", &number)])
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
        let words = state.text.get(&key);
        // Nothing is known yet of the gift that these words are about.
        let is_of_gift = words.bytes().any(|byte| byte == b'{');
        return if is_of_gift { String::new() } else { words };
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

/// Where the receipt is: beside the checkout, if the payment was made on our page.
/// The link at hand may be that of another gift.
fn receipt(state: &State) -> Option<String> {
    if !state.has_link() {
        return None;
    }
    let base = state.host.base();
    let path = state.attempt.link.strip_prefix(&base)?;
    let token = path.strip_prefix("/checkout/")?;
    Some([&base, "/thanks/", token].concat())
}

/// What is still going on, or has just been done.
fn note(state: &State) -> String {
    if state.is_copied {
        return state.text.get("copied");
    }
    if state.is_cut_off {
        return state.text.get("cutOff");
    }
    if state.is_awaiting_tokens() {
        return state.text.get("awaitingTokens");
    }
    String::new()
}
