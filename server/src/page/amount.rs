//! The choice of an amount: some to choose from, and a field for another.

use maud::{Markup, html};
use shared::money::{Currency, Minor};

use super::field::{Problems, beside};
use crate::locale::words::fill;
use crate::locale::{Locale, money};

/// What is offered, and what was chosen.
#[derive(Clone, Copy, Debug)]
pub struct Amounts<'a> {
    pub locale: Locale,
    pub currency: Currency,
    pub presets: &'a [Minor],
    /// The preset that was chosen, in major units.
    pub preset: &'a str,
    /// What was typed; it counts before the preset.
    pub typed: &'a str,
}

impl Amounts<'_> {
    /// The amount that counts: what was typed, as the locale writes it, else the
    /// preset, as the form does.
    pub fn chosen(&self) -> Option<Minor> {
        if self.typed.is_empty() {
            money::parse(self.preset, self.currency)
        } else {
            money::read(self.locale, self.typed, self.currency)
        }
    }

    /// An amount as it may be typed: some times the least that is taken.
    pub fn example(&self) -> String {
        let amount = Minor(self.currency.min().0.saturating_mul(25));
        let major = self.currency.major(amount);
        money::typed(self.locale, money::bare(&major))
    }

    /// What is said beside the field of an amount that cannot be given.
    pub fn problem(&self, problems: &Problems) -> String {
        let written = |amount| money::written(self.locale, amount, self.currency);
        let values = [
            ("least", written(self.currency.min())),
            ("most", written(self.currency.max())),
            ("example", self.example()),
        ];
        let values = values
            .each_ref()
            .map(|(name, value)| (*name, value.as_str()));
        fill(problems.words().amount_wrong, &values)
    }

    pub fn render(&self, problems: &Problems) -> Markup {
        let (locale, currency, words) = (self.locale, self.currency, problems.words());
        let problem = problems.of("amount");
        let described_by = if problem.is_some() {
            "amount-hint amount-problem"
        } else {
            "amount-hint"
        };
        html! {
            fieldset {
                legend { (fill(words.amount_in, &[("currency", currency.as_str())])) }
                @if !self.presets.is_empty() {
                    div.tiles {
                        @for preset in self.presets {
                            @let value = currency.major(*preset);
                            (tile(("preset", &value), &money::short(locale, *preset, currency), self.is_chosen(*preset)))
                        }
                    }
                }
                div.field {
                    label for="amount" {
                        @if self.presets.is_empty() { (words.amount) } @else { (words.another_amount) }
                    }
                    div.amount {
                        span aria-hidden="true" { (money::symbol(locale, currency)) }
                        input id="amount" name="amount" type="text" value=(self.typed) placeholder=" "
                            autocomplete="off" inputmode="decimal" autofocus[problems.begin_with("amount")]
                            aria-invalid=[problem.map(|_| "true")] aria-describedby=(described_by);
                    }
                    p.hint #amount-hint {
                        @if self.presets.is_empty() { (fill(words.for_example, &[("amount", &self.example())])) }
                        @else { (words.typed_counts) }
                    }
                    (beside(problem, "amount-problem"))
                }
            }
        }
    }

    fn is_chosen(&self, preset: Minor) -> bool {
        money::parse(self.preset, self.currency) == Some(preset)
    }
}

/// One of a few choices.
pub fn tile((name, value): (&str, &str), label: &str, is_chosen: bool) -> Markup {
    html! {
        label.tile {
            input type="radio" name=(name) value=(value) checked[is_chosen];
            span { (label) }
        }
    }
}
