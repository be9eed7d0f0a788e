//! What the widget knows at a moment, and what follows from it alone.
//!
//! Everything shown is read from here. What takes time, calls the server or
//! touches the page is in [`crate::flow`].

use shared::config::Theme;
use shared::donation::{Donation, DonationStatus, RewardStatus};
use shared::money::{Currency, Frequency, Minor};
use web_sys::Window;

use crate::amount;
use crate::attempt::Attempt;
use crate::client::{Client, Refusal};
use crate::face::{Action, Field, Phase};
use crate::options::Host;
use crate::terms::Terms;
use crate::text::Text;

/// What the donor put in.
#[derive(Default)]
pub(crate) struct Entries {
    /// A preset in minor units, or empty for the amount typed.
    pub preset: String,
    pub typed: String,
    pub frequency: String,
    pub is_tipping: bool,
    pub is_covering: bool,
    pub email: String,
    pub first_name: String,
    pub last_name: String,
    pub designation: String,
    pub tribute: String,
    pub comment: String,
}

pub(crate) struct State {
    pub host: Host,
    pub phase: Phase,
    pub text: Text,
    pub terms: Option<Terms>,
    pub theme: Option<Theme>,
    pub entries: Entries,
    pub problems: Vec<(Field, String)>,
    pub attempt: Attempt,
    /// The donation from which the donor came back.
    pub returned: Option<String>,
    pub donation: Option<Donation>,
    /// Whether the server is being asked for news of the donation.
    pub is_following: bool,
    /// Whether it could not be reached when last asked.
    pub is_cut_off: bool,
    /// The window of the payment, where the page wants one of its own for it.
    pub popup: Option<Window>,
    pub is_copied: bool,
}

// The framework asks for both. Its own wrapper for such states would bring in the
// standard library's threads, and with them a second allocator.
#[expect(unsafe_code, reason = "a browser runs a module on one thread")]
unsafe impl Send for State {}
#[expect(unsafe_code, reason = "a browser runs a module on one thread")]
unsafe impl Sync for State {}

impl State {
    pub(crate) fn new(host: Host) -> Self {
        Self {
            attempt: Attempt::load(&host.place()),
            returned: host.returned(),
            host,
            phase: Phase::Loading,
            text: Text::default(),
            terms: None,
            theme: None,
            entries: Entries::default(),
            problems: Vec::new(),
            donation: None,
            is_following: false,
            is_cut_off: false,
            popup: None,
            is_copied: false,
        }
    }

    pub(crate) fn client(&self) -> Client {
        Client {
            base: self.host.base(),
            key: self.host.find("key").unwrap_or_default(),
        }
    }

    /// Takes in the terms, and chooses the first amount and frequency.
    pub(crate) fn accept(&mut self, terms: Terms) {
        let frequency = terms.first_frequency(&self.host);
        frequency.as_str().clone_into(&mut self.entries.frequency);
        if let Some(amount) = terms.first_amount(&self.host) {
            if terms.presets.contains(&amount) {
                self.entries.preset = amount.0.to_string();
            } else {
                self.entries.typed = amount::major(amount.0, terms.currency.decimals());
            }
        }
        self.terms = Some(terms);
    }

    /// The amount put in, without a tip.
    pub(crate) fn amount(&self) -> Option<Minor> {
        let entries = &self.entries;
        if entries.preset.is_empty() {
            let decimals = self.currency().decimals();
            return amount::parse(&entries.typed, decimals, self.text.mark());
        }
        entries.preset.parse().ok().map(Minor)
    }

    pub(crate) fn currency(&self) -> Currency {
        self.terms
            .as_ref()
            .map_or(Currency::Usd, |terms| terms.currency)
    }

    pub(crate) fn frequency(&self) -> Frequency {
        Frequency::named(&self.entries.frequency).unwrap_or(Frequency::Once)
    }

    /// What the offered tip comes to.
    pub(crate) fn tip(&self) -> Option<Minor> {
        self.terms.as_ref()?.tip?.of(self.amount()?)
    }

    /// What the offered share of the payment's costs comes to.
    pub(crate) fn fees(&self) -> Option<Minor> {
        self.terms.as_ref()?.fees?.of(self.amount()?)
    }

    /// What is added to the gift: the tip and the costs, each zero unless the donor
    /// chose it. Together they are never more than the gift, which the server demands.
    pub(crate) fn extras(&self) -> (Minor, Minor) {
        let chosen = |is_chosen: bool, sum: Option<Minor>| {
            sum.filter(|_| is_chosen).map_or(0, |chosen| chosen.0)
        };
        let gift = self.amount().map_or(0, |gift| gift.0);
        let tip = chosen(self.entries.is_tipping, self.tip()).min(gift);
        let fees = chosen(self.entries.is_covering, self.fees()).min(gift - tip);
        (Minor(tip), Minor(fees))
    }

    /// What the donor will be charged each time.
    pub(crate) fn charge(&self) -> Option<Minor> {
        let (tip, fees) = self.extras();
        let sum = self.amount()?.0.checked_add(tip.0 + fees.0)?;
        Some(Minor(sum))
    }

    /// Takes in what the server says of the donation, and shows it.
    pub(crate) fn learn(&mut self, donation: Donation) {
        self.is_cut_off = false;
        self.phase = match donation.status {
            DonationStatus::Completed => Phase::Complete,
            DonationStatus::Failed => Phase::Failed,
            DonationStatus::Expired => Phase::Expired,
            DonationStatus::Refunded => Phase::Refunded,
            DonationStatus::Pending => self.phase_of_pending(),
        };
        self.donation = Some(donation);
    }

    /// Takes in that the server gave no news. The gift may be paid all the same, so
    /// nothing is said of that, and it is asked on.
    pub(crate) fn lose(&mut self, refusal: &Refusal) {
        if let Refusal::Refused { status: 404, .. } = refusal {
            if self.returned.is_some() {
                self.host.dialog().close();
            }
            return self.begin_again();
        }
        self.is_cut_off = matches!(refusal, Refusal::Unreachable);
        if self.phase == Phase::Loading {
            self.phase = match refusal.phase() {
                Phase::Unavailable => Phase::Unavailable,
                _ if self.returned.is_some() => Phase::Pending,
                _ => self.phase_of_pending(),
            };
        }
    }

    /// Whether there is nothing more to ask the server.
    pub(crate) fn is_settled(&self) -> bool {
        let is_open = matches!(
            self.phase,
            Phase::Pending | Phase::Unfinished | Phase::Stopped
        );
        !is_open && !self.is_awaiting_tokens()
    }

    /// Back to the form, for a gift of its own.
    pub(crate) fn begin_again(&mut self) {
        self.forget_attempt();
        self.returned = None;
        self.popup = None;
        self.is_copied = false;
        self.donation = None;
        self.problems.clear();
        self.phase = Phase::Form;
    }

    pub(crate) fn forget_attempt(&mut self) {
        Attempt::forget(&self.host.place());
        self.attempt = Attempt::default();
    }

    /// Whether the link at hand is that of the donation in view: a donor may have
    /// come back from another one.
    pub(crate) fn has_link(&self) -> bool {
        let is_in_view = self
            .returned
            .as_ref()
            .is_none_or(|id| *id == self.attempt.donation);
        is_in_view && !self.attempt.link.is_empty()
    }

    /// The donation that this widget is about, if there is one.
    pub(crate) fn donation_id(&self) -> Option<String> {
        let begun = Some(&self.attempt.donation).filter(|id| !id.is_empty());
        self.returned.as_ref().or(begun).cloned()
    }

    /// The address a donor comes back by tells only how to put that nothing is
    /// known yet, never whether it was paid.
    fn phase_of_pending(&self) -> Phase {
        match (&self.returned, self.host.outcome().as_deref()) {
            (Some(_), Some("cancelled" | "failed")) => Phase::Stopped,
            (Some(_), _) => Phase::Pending,
            (None, _) if self.popup.is_some() => Phase::Pending,
            (None, _) => Phase::Unfinished,
        }
    }

    /// Whether the donor's tokens may still come.
    pub(crate) fn is_awaiting_tokens(&self) -> bool {
        let is_open = |donation: &Donation| donation.reward_status == RewardStatus::Pending;
        self.phase == Phase::Complete && self.donation.as_ref().is_some_and(is_open)
    }

    /// What the first button under a message does, and the second.
    pub(crate) fn actions(&self) -> (Action, Action) {
        let (first, second) = self.actions_in_dialog();
        if !self.host.is_inline() {
            return (first, second);
        }
        // There is nothing to close.
        let without = |action| match action {
            Action::Close => Action::Nothing,
            action => action,
        };
        match self.phase {
            Phase::Complete | Phase::Refunded => (Action::Nothing, Action::Again),
            _ => (without(first), without(second)),
        }
    }

    fn actions_in_dialog(&self) -> (Action, Action) {
        match self.phase {
            Phase::Unfinished | Phase::Stopped if self.has_link() => {
                (Action::Continue, Action::Again)
            }
            Phase::Unfinished | Phase::Stopped | Phase::Failed | Phase::Expired => {
                (Action::Again, Action::Close)
            }
            Phase::Offline | Phase::Busy => (Action::Retry, Action::Close),
            Phase::Unavailable => (Action::Visit, Action::Close),
            Phase::Complete | Phase::Refunded => (Action::Close, Action::Nothing),
            Phase::Pending if self.popup.is_some() => (Action::Continue, Action::Close),
            Phase::Pending => (Action::Nothing, Action::Close),
            Phase::Loading | Phase::Form | Phase::Sending | Phase::Redirecting => {
                (Action::Nothing, Action::Nothing)
            }
        }
    }
}
