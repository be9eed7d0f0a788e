//! From the entries to a request: what is wrong with them, the order they make,
//! and where a refusal of the server is said.

use js_sys::Object;
use shared::donation::CreateLink;
use shared::error::FieldError;
use shared::id::ExternalUserId;
use shared::js::{ToJs, set};
use shared::money::Minor;

use crate::face::Field;
use crate::state::State;

impl State {
    pub(crate) fn problem(&self, field: Field) -> String {
        let found = self.problems.iter().find(|problem| problem.0 == field);
        found.map_or_else(String::new, |problem| problem.1.clone())
    }

    /// What is wrong with the entries, as far as this side can tell.
    pub(crate) fn check(&mut self) {
        self.problems.clear();
        if let Some(problem) = self.amount_problem() {
            self.problems.push((Field::Amount, problem));
        }
        let email = &self.entries.email;
        let has_two_sides = email
            .split_once('@')
            .is_some_and(|(name, host)| !name.is_empty() && host.contains('.'));
        if !email.is_empty() && (!has_two_sides || email.contains(' ')) {
            self.problems
                .push((Field::Email, self.text.get("emailUnclear")));
        }
    }

    fn amount_problem(&self) -> Option<String> {
        let terms = self.terms.as_ref()?;
        let say = |key, amount| {
            let sum = self.text.money(amount, terms.currency);
            Some(self.text.fill(key, &[("amount", &sum)]))
        };
        match self.amount() {
            Some(amount) if amount < terms.min => say("amountTooSmall", terms.min),
            Some(amount) if amount > terms.max => say("amountTooLarge", terms.max),
            Some(_) => None,
            None if self.entries.typed.is_empty() => Some(self.text.get("amountMissing")),
            None => say("amountUnclear", Minor(terms.min.0.saturating_mul(25))),
        }
    }

    /// The request that these entries make, if they can make one.
    pub(crate) fn order(&self) -> Option<CreateLink> {
        let terms = self.terms.as_ref()?;
        let (entries, host) = (&self.entries, &self.host);
        let (tip, fees) = self.extras();
        // A payment in a window of its own ends on our page, and not on a second of theirs.
        let page = host.page().filter(|_| self.popup.is_none());
        let filled = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
        Some(CreateLink {
            nonprofit_slug: host.find("nonprofit")?,
            amount: self.amount()?,
            currency: Some(terms.currency.as_str().to_owned()),
            frequency: Some(self.frequency()),
            provider: terms.provider,
            donor_email: filled(&entries.email),
            first_name: filled(&entries.first_name),
            last_name: filled(&entries.last_name),
            // A percent is the server's to reckon; what covers costs is a sum of ours.
            tip_amount: (fees.0 > 0).then_some(Minor(tip.0 + fees.0)),
            tip_percent: terms.tip.filter(|_| entries.is_tipping && fees.0 == 0),
            referral_code: host.find("referral-code"),
            partner_user_id: host.find("user").map(ExternalUserId),
            success_url: host.find("success-url").or_else(|| page.clone()),
            cancel_url: page,
            metadata: None,
            idempotency_key: None,
            locale: Some(self.text.locale().to_owned()),
        })
    }

    /// What travels beside the gift: in whose name, for what, and a few words.
    pub(crate) fn metadata(&self) -> Object {
        let entries = &self.entries;
        let metadata = Object::new();
        for (name, value) in [
            ("tribute", &entries.tribute),
            ("designation", &entries.designation),
            ("comment", &entries.comment),
        ] {
            if !value.is_empty() {
                set(&metadata, name, &value.to_js());
            }
        }
        metadata
    }

    /// Puts the server's refusals beside their fields; answers those that only
    /// the page's owner can do something about.
    pub(crate) fn refuse(&mut self, fields: Vec<FieldError>) -> Vec<FieldError> {
        self.problems.clear();
        let mut foreign = Vec::new();
        for error in fields {
            match Field::of_request(&error.field) {
                Field::Whole => foreign.push(error),
                field => {
                    // The server's own words are not in the donor's language.
                    let is_email = field == Field::Email;
                    let key = if is_email { "emailUnclear" } else { "refused" };
                    self.problems.push((field, self.text.get(key)));
                }
            }
        }
        if self.problems.is_empty() {
            self.say("refused");
        }
        foreign
    }

    /// Says something of the form as a whole.
    pub(crate) fn say(&mut self, key: &str) {
        let words = self.text.get(key);
        self.problems.push((Field::Whole, words));
    }
}
