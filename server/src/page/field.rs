//! One field of a form with its label, and what is wrong with it beside it.

use maud::{Markup, html};

/// What is wrong, by field, in the order in which the fields stand.
#[derive(Debug, Default)]
pub struct Problems(Vec<(&'static str, String)>);

impl Problems {
    pub fn add(&mut self, field: &'static str, message: impl Into<String>) {
        self.0.push((field, message.into()));
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn of(&self, field: &str) -> Option<&str> {
        let found = self.0.iter().find(|(wrong, _)| *wrong == field);
        found.map(|(_, message)| message.as_str())
    }

    /// Whether the donor should be led to this field first.
    pub fn begin_with(&self, field: &str) -> bool {
        self.0.first().is_some_and(|(wrong, _)| *wrong == field)
    }

    /// A page's title, which is what a screen reader says first.
    pub fn title(&self, title: &str) -> String {
        match self.0.len() {
            0 => title.to_owned(),
            1 => format!("1 problem – {title}"),
            many => format!("{many} problems – {title}"),
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
                    @if !self.is_required { " " span.quiet { "(optional)" } }
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
    let email = Field {
        kind: "email",
        autocomplete: "email",
        inputmode: "email",
        is_required: false,
        ..Field::text("email", "E-mail", email)
    };
    let name = |name, label, value, autocomplete| Field {
        autocomplete,
        is_required: false,
        ..Field::text(name, label, value)
    };
    html! {
        (email.render(problems))
        div.pair {
            (name("firstName", "First name", first_name, "given-name").render(problems))
            (name("lastName", "Last name", last_name, "family-name").render(problems))
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
