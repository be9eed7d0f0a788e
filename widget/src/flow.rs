//! What happens: loading, sending, following a donation, and the buttons.
//!
//! Each function changes the state and lets the views follow. After every wait
//! the widget may be gone, so the state is only ever tried.

use std::pin::Pin;

use js_sys::{Object, Promise};
use leptos::prelude::*;
use shared::donation::{CreateLink, Donation, DonationLink, GetDonationStatus, MAX_WAIT_SECONDS};
use shared::error::Code;
use shared::id::DonationId;
use shared::js::{FromJs, ToJs, object};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Window, window};

use crate::attempt::Attempt;
use crate::client::{Exchange, Refusal, Reply, answer};
use crate::face::{Action, Field, Phase};
use crate::loading::load;
use crate::options::Host;
use crate::report;
use crate::state::{Entries, State};
use crate::view::point_out;

#[wasm_bindgen]
extern "C" {
    /// Throws where the browser cannot.
    #[wasm_bindgen(js_namespace = navigator, js_name = share, catch)]
    fn offer(what: &Object) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(js_namespace = ["navigator", "clipboard"], js_name = writeText, catch)]
    fn copy(text: &str) -> Result<JsValue, JsValue>;
}

/// How often a donation is asked after before the widget rests.
const MAX_ROUNDS: u32 = 60;
const FIRST_PAUSE_MS: i32 = 500;
const LONGEST_PAUSE_MS: i32 = 8_000;
/// How long the way to the payment page may take.
const LEAVING_MS: i32 = 10_000;
const HIDDEN_PAUSE_MS: i32 = 1_000;
/// A key that the server will not take again is renewed once.
const MAX_KEYS: u32 = 2;

/// One widget of the page.
#[derive(Clone, Copy, PartialEq)]
pub(crate) struct Widget(RwSignal<State>);

impl Widget {
    pub(crate) fn new(state: State) -> Self {
        Self(RwSignal::new(state))
    }

    /// Reads the state, and again whenever it changes: for the views.
    pub(crate) fn show<T>(self, read: fn(&State) -> T) -> T {
        self.0.with(read)
    }

    /// Reads the state once, if the widget is still there.
    pub(crate) fn look<T>(self, read: impl FnOnce(&State) -> T) -> Option<T> {
        self.0.try_with_untracked(read)
    }

    /// Changes the state, if the widget is still there. What changes it is passed
    /// by reference, so that the telling of it is compiled once.
    pub(crate) fn change<T>(self, write: impl FnOnce(&mut State) -> T) -> Option<T> {
        let mut write = Some(write);
        let mut result = None;
        self.change_by(&mut |state| result = write.take().map(|write| write(state)));
        result
    }

    fn change_by(self, write: &mut dyn FnMut(&mut State)) {
        self.0.try_update(|state| write(state));
    }

    fn go(self, phase: Phase) {
        self.change(|state| state.phase = phase);
    }
}

/// Starts what takes time. Boxed, so that what runs it is compiled once.
pub(crate) fn start(work: Pin<Box<dyn Future<Output = ()>>>) {
    wasm_bindgen_futures::spawn_local(work);
}

/// The dialog was opened again: on with what there was, or a new attempt if
/// that is over.
pub(crate) fn resume(widget: Widget) {
    match widget.look(|state| state.phase) {
        Some(Phase::Offline | Phase::Busy | Phase::Unavailable) => retry(widget),
        Some(Phase::Pending | Phase::Unfinished | Phase::Stopped) => follow(widget),
        Some(phase) if phase.is_over() => widget.change(State::begin_again).unwrap_or_default(),
        _ => {}
    }
}

/// What the donor put in has changed.
pub(crate) fn enter(widget: Widget, entries: Entries, changed: &str) {
    widget.change(|state| {
        state.entries = entries;
        let field = Field::of_input(changed);
        state
            .problems
            .retain(|problem| problem.0 != field && problem.0 != Field::Whole);
        if field == Field::Amount {
            report::change(state);
        }
    });
}

/// Sends the form, unless it is being sent or something is wrong with it.
pub(crate) fn submit(widget: Widget) {
    let order = widget.change(|state| {
        if state.phase != Phase::Form {
            return None;
        }
        state.check();
        if !state.problems.is_empty() {
            return None;
        }
        state.phase = Phase::Sending;
        // Where the payment ends follows from whether it has a window of its own.
        state.popup = popup(&state.host);
        report::submit(state);
        state.order()
    });
    match order {
        Some(Some(order)) => start(Box::pin(send(widget, order))),
        _ => point_out(widget),
    }
}

/// A window for the payment, where the page wants one: opened while the click is
/// fresh, since browsers forbid it later.
fn popup(host: &Host) -> Option<Window> {
    let options = "popup,width=520,height=760";
    let open = |window: Window| window.open_with_url_and_target_and_features("", "_blank", options);
    window().filter(|_| host.has("popup")).map(open)?.ok()?
}

async fn send(widget: Widget, order: CreateLink) {
    for _ in 0..MAX_KEYS {
        let sent = widget.change(|state| {
            let body = state.attempt.take_up(&order, &state.metadata());
            state.attempt.save(&state.host.place());
            state.client().order(&body)
        });
        let Some(sent) = sent else { return };
        match answer(sent.await) {
            Ok(link) => return redirect(widget, link).await,
            Err(Refusal::Refused { code, .. }) if is_spent(&code) => {
                widget.change(State::forget_attempt);
            }
            Err(refusal) => return refuse(widget, refusal),
        }
    }
    refuse(widget, Refusal::Unreachable);
}

/// Whether the server will make nothing more under this attempt's key.
fn is_spent(code: &str) -> bool {
    code == Code::DonationClosed.as_str() || code == Code::IdempotencyKeyReused.as_str()
}

async fn redirect(widget: Widget, link: DonationLink) {
    widget.change(|state| {
        state.attempt.donation = link.partner_donation_id.0;
        state.attempt.link = link.donation_link;
        state.attempt.save(&state.host.place());
        state.phase = Phase::Redirecting;
        report::redirect(state);
        if let Some(popup) = &state.popup {
            let _ = popup.location().replace(&state.attempt.link);
            state.phase = Phase::Pending;
        } else {
            visit(&state.attempt.link);
        }
    });
    if widget.look(|state| state.popup.is_some()) == Some(true) {
        return follow(widget);
    }
    // Still here: the donor stopped it, or came back to the page as it was left.
    pause(LEAVING_MS).await;
    if widget.look(|state| state.phase) == Some(Phase::Redirecting) {
        widget.go(Phase::Form);
        follow(widget);
    }
}

fn refuse(widget: Widget, refusal: Refusal) {
    widget.change(|state| {
        state.phase = Phase::Form;
        if let Some(popup) = state.popup.take() {
            let _ = popup.close();
        }
        match refusal {
            Refusal::Unreachable => state.say("unreachable"),
            refusal if refusal.phase() == Phase::Busy => state.say("overloaded"),
            Refusal::Refused {
                code,
                message,
                fields,
                ..
            } => {
                let foreign = state.refuse(fields);
                report::refusal(state, &code, &message, &foreign);
            }
        }
    });
    point_out(widget);
}

/// Asks after the donation until nothing more is to be expected of it, the
/// dialog is closed, or it has taken very long.
pub(crate) fn follow(widget: Widget) {
    let was_following = widget.change(|state| std::mem::replace(&mut state.is_following, true));
    if was_following == Some(false) {
        start(Box::pin(async move {
            ask_on(widget).await;
            widget.change(|state| state.is_following = false);
        }));
    }
}

async fn ask_on(widget: Widget) {
    let mut etag = None;
    let mut rest = FIRST_PAUSE_MS;
    for _ in 0..MAX_ROUNDS {
        while window()
            .and_then(|window| window.document())
            .is_some_and(|page| page.hidden())
        {
            pause(HIDDEN_PAUSE_MS).await;
        }
        let asked = widget.look(|state| ask(state, etag.as_ref()));
        let Some(Some((id, sent))) = asked else {
            return;
        };
        let reply = sent.await;
        let is_done = widget.change(|state| {
            if state.donation_id().as_ref() != Some(&id) {
                return true;
            }
            let is_news = hear(state, reply, &mut etag);
            if is_news {
                rest = FIRST_PAUSE_MS;
            }
            state.is_settled()
        });
        if is_done != Some(false) {
            return;
        }
        pause(rest).await;
        rest = (rest * 2).min(LONGEST_PAUSE_MS);
    }
}

/// A question after the donation, while the dialog is open.
fn ask(state: &State, etag: Option<&String>) -> Option<(String, Exchange)> {
    let id = state.donation_id().filter(|_| state.host.dialog().open())?;
    let call = GetDonationStatus {
        partner_donation_id: DonationId(id.clone()),
        // The first answer is wanted at once, the others when there is news.
        wait: etag.map(|_| MAX_WAIT_SECONDS),
    };
    Some((id, state.client().watch(&call, etag)))
}

/// Shows what the server says of the donation, and answers whether it is news.
fn hear(state: &mut State, reply: Result<Reply, Refusal>, etag: &mut Option<String>) -> bool {
    let reply = match reply {
        Ok(reply) => reply,
        Err(refusal) => {
            state.lose(&refusal);
            return false;
        }
    };
    state.is_cut_off = false;
    if reply.is_known {
        return false;
    }
    let Some(donation) = Donation::from_js(&reply.body) else {
        // Something between here and the server answered in its place.
        state.lose(&Refusal::Unreachable);
        return false;
    };
    *etag = reply.etag;
    let was_complete = state.phase == Phase::Complete;
    state.learn(donation);
    report::status(state);
    if state.phase == Phase::Complete && !was_complete {
        report::complete(state);
        Attempt::forget(&state.host.place());
    }
    true
}

/// A button was pressed.
pub(crate) fn act(widget: Widget, action: Action) {
    match action {
        Action::Nothing => {}
        Action::Continue => {
            widget.change(|state| {
                state.popup = popup(&state.host);
                if let Some(popup) = &state.popup {
                    let _ = popup.location().replace(&state.attempt.link);
                } else {
                    visit(&state.attempt.link);
                }
            });
        }
        Action::Visit => {
            widget.look(|state| visit(&state.host.link()));
        }
        Action::Again => {
            widget.change(State::begin_again);
        }
        Action::Retry => retry(widget),
        Action::Share => {
            widget.change(share);
        }
        Action::Close => {
            // Its `close` event is the loader's to tell.
            widget.look(|state| state.host.dialog().close());
        }
    }
}

/// Lets the donor tell others: through the device where it offers that, else by a
/// link to paste.
fn share(state: &mut State) {
    let page = state.host.page().unwrap_or_default();
    let nonprofit = state.terms.as_ref().map(|terms| &*terms.nonprofit);
    let words = [("nonprofit", nonprofit.unwrap_or_default())];
    let words = state.text.fill("shareText", &words);
    let told = object(&[("text", words.to_js()), ("url", page.to_js())]);
    if offer(&told).is_err() {
        state.is_copied = copy(&[&*words, " ", &page].concat()).is_ok();
    }
}

fn retry(widget: Widget) {
    let has_terms = widget.change(|state| {
        state.phase = Phase::Loading;
        state.terms.is_some()
    });
    if has_terms == Some(true) {
        follow(widget);
    } else {
        start(Box::pin(load(widget)));
    }
}

async fn pause(milliseconds: i32) {
    let time = Promise::new(&mut |resolve, _| {
        if let Some(window) = window() {
            let _ = window
                .set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, milliseconds);
        }
    });
    let _ = JsFuture::from(time).await;
}

/// Same tab, so that no popup blocker stands between a donor and the payment.
fn visit(address: &str) {
    if let Some(window) = window() {
        let _ = window.location().assign(address);
    }
}
