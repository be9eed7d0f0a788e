//! One field of a form with its label, and what is wrong with it beside it.

use maud::{Markup, html};

use crate::locale::words::fill;
use crate::locale::{Locale, Words, is_family_first, words};

/// What is wrong, by field, in the order in which the fields stand, and the
/// locale in which the form speaks.
#[derive(Debug)]
pub struct Problems {
    found: Vec<(&'static str, String)>,
    locale: Locale,
}

impl Default for Problems {
    fn default() -> Self {
        Self::of_form(Locale::OF_LINKS)
    }
}

impl Problems {
    /// None so far, of a form of this locale.
    pub const fn of_form(locale: Locale) -> Self {
        let found = Vec::new();
        Self { found, locale }
    }

    pub const fn words(&self) -> &'static Words {
        words(self.locale)
    }

    pub fn add(&mut self, field: &'static str, message: impl Into<String>) {
        self.found.push((field, message.into()));
    }

    pub const fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    pub const fn len(&self) -> usize {
        self.found.len()
    }

    pub fn of(&self, field: &str) -> Option<&str> {
        let found = self.found.iter().find(|(wrong, _)| *wrong == field);
        found.map(|(_, message)| message.as_str())
    }

    /// Whether the donor should be led to this field first.
    pub fn begin_with(&self, field: &str) -> bool {
        self.found.first().is_some_and(|(wrong, _)| *wrong == field)
    }

    /// A page's title, which is what a screen reader says first.
    pub fn title(&self, title: &str) -> String {
        match self.len() {
            0 => title.to_owned(),
            1 => format!("{} – {title}", self.words().one_problem),
            many => {
                let many = fill(self.words().some_problems, &[("count", &many.to_string())]);
                format!("{many} – {title}")
            }
        }
    }
}

/// A text field. What the donor entered stands in it again after a problem.
#[derive(Clone, Copy, Debug)]
pub struct Field<'a> {
    pub name: &'static str,
    pub label: &'static str,
    pub value: &'a str,
    /// `text` or `email`.
    pub kind: &'static str,
    /// The purpose, for browsers that fill it in.
    pub autocomplete: &'static str,
    /// The keyboard that a phone shows.
    pub inputmode: &'static str,
    pub hint: Option<&'a str>,
    pub is_required: bool,
}

impl<'a> Field<'a> {
    /// A required text of the donor's own words.
    pub const fn text(name: &'static str, label: &'static str, value: &'a str) -> Self {
        Self {
            name,
            label,
            value,
            kind: "text",
            autocomplete: "off",
            inputmode: "text",
            hint: None,
            is_required: true,
        }
    }

    pub fn render(&self, problems: &Problems) -> Markup {
        let problem = problems.of(self.name);
        let hint_id = format!("{}-hint", self.name);
        let problem_id = format!("{}-problem", self.name);
        let mut described_by = Vec::new();
        described_by.extend(self.hint.map(|_| hint_id.as_str()));
        described_by.extend(problem.map(|_| problem_id.as_str()));
        let described_by = Some(described_by.join(" ")).filter(|ids| !ids.is_empty());
        html! {
            div.field {
                label for=(self.name) {
                    (self.label)
                    @if !self.is_required { " " span.quiet { (problems.words().optional) } }
                }
                @if let Some(hint) = self.hint { p.hint id=(hint_id) { (hint) } }
                input id=(self.name) name=(self.name) type=(self.kind) value=(self.value)
                    autocomplete=(self.autocomplete) inputmode=(self.inputmode)
                    required[self.is_required] autofocus[problems.begin_with(self.name)]
                    aria-invalid=[problem.map(|_| "true")] aria-describedby=[described_by];
                (beside(problem, &problem_id))
            }
        }
    }
}

/// The three fields that say who gives.
pub fn donor_fields(donor: [&str; 3], problems: &Problems) -> Markup {
    let [email, first_name, last_name] = donor;
    let words = problems.words();
    let email = Field {
        kind: "email",
        autocomplete: "email",
        inputmode: "email",
        is_required: false,
        ..Field::text("email", words.email, email)
    };
    let name = |name, label, value, autocomplete| Field {
        autocomplete,
        is_required: false,
        ..Field::text(name, label, value)
    };
    let mut names = [
        name("firstName", words.first_name, first_name, "given-name"),
        name("lastName", words.last_name, last_name, "family-name"),
    ];
    if is_family_first(problems.locale) {
        names.reverse();
    }
    html! {
        (email.render(problems))
        div.pair {
            @for name in names { (name.render(problems)) }
        }
    }
}

/// The words beside a field that is wrong.
pub fn beside(problem: Option<&str>, id: &str) -> Markup {
    html! {
        @if let Some(problem) = problem {
            p.problem id=(id) { (problem) }
        }
    }
}
