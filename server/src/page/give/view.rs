//! The hosted form as it looks.

use maud::{Markup, html};
use shared::money::{Frequency, Minor};

use super::gift::{Entered, Offer};
use crate::locale::money;
use crate::locale::words::fill;
use crate::page::field::{Problems, beside, donor_fields};

pub fn form(offer: &Offer, entered: &Entered, problems: &Problems) -> Markup {
    let donor = [
        entered.email.as_str(),
        entered.first_name.as_str(),
        entered.last_name.as_str(),
    ];
    html! {
        div.columns {
            (nonprofit(offer))
            form.card method="post" novalidate {
                input type="hidden" name="attempt" value=(entered.attempt);
                (amount(offer, entered, problems))
                (how_often(offer, entered))
                (tip(offer, entered))
                h2 { (offer.words().your_details) }
                (donor_fields(donor, problems))
                button.main type="submit" { (offer.words().continue_to_payment) }
            }
        }
    }
}

fn nonprofit(offer: &Offer) -> Markup {
    let (nonprofit, words) = (&offer.nonprofit, offer.words());
    let logo = nonprofit
        .logo
        .as_ref()
        .filter(|logo| logo.starts_with("https://"));
    let place = [&nonprofit.category, &nonprofit.location];
    let place: Vec<&str> = place.into_iter().flatten().map(String::as_str).collect();
    html! {
        section.summary aria-labelledby="nonprofit" {
            @if let Some(logo) = logo {
                img.logo src=(logo) alt="" width="72" height="72" referrerpolicy="no-referrer";
            }
            p.eyebrow { (words.recipient) }
            h1 #nonprofit { (nonprofit.name) }
            @if !place.is_empty() { p.quiet { (place.join(" · ")) } }
            @if let Some(description) = &nonprofit.description { p { (description) } }
            p.quiet { (fill(words.through, &[("name", &offer.partner().name)])) }
        }
    }
}

fn amount(offer: &Offer, entered: &Entered, problems: &Problems) -> Markup {
    let (currency, locale, words) = (offer.currency, offer.locale, offer.words());
    let problem = problems.of("amount");
    let described_by = if problem.is_some() {
        "amount-hint amount-problem"
    } else {
        "amount-hint"
    };
    html! {
        fieldset {
            legend { (fill(words.amount_in, &[("currency", currency.as_str())])) }
            @if !offer.presets().is_empty() {
                div.tiles {
                    @for preset in offer.presets() {
                        @let value = currency.major(*preset);
                        (tile(("preset", &value), &money::short(locale, *preset, currency), is_preset(entered, offer, *preset)))
                    }
                }
            }
            div.field {
                label for="amount" {
                    @if offer.presets().is_empty() { (words.amount) } @else { (words.another_amount) }
                }
                div.amount {
                    span aria-hidden="true" { (money::symbol(locale, currency)) }
                    input id="amount" name="amount" type="text" value=(entered.amount) placeholder=" "
                        autocomplete="off" inputmode="decimal" autofocus[problems.begin_with("amount")]
                        aria-invalid=[problem.map(|_| "true")] aria-describedby=(described_by);
                }
                p.hint #amount-hint {
                    @if offer.presets().is_empty() { (fill(words.for_example, &[("amount", &offer.example())])) }
                    @else { (words.typed_counts) }
                }
                (beside(problem, "amount-problem"))
            }
        }
    }
}

fn is_preset(entered: &Entered, offer: &Offer, preset: Minor) -> bool {
    money::parse(&entered.preset, offer.currency) == Some(preset)
}

fn how_often(offer: &Offer, entered: &Entered) -> Markup {
    let (chosen, words) = (entered.frequency(offer), offer.words());
    html! {
        @if let [only] = offer.frequencies() {
            input type="hidden" name="frequency" value=(only);
            @if *only == Frequency::Monthly { p { (words.every_month_note) } }
        } @else {
            fieldset {
                legend { (words.how_often) }
                div.tiles {
                    @for frequency in offer.frequencies() {
                        (tile(("frequency", frequency.as_str()), words.frequency(*frequency), chosen == *frequency))
                    }
                }
            }
        }
    }
}

fn tip(offer: &Offer, entered: &Entered) -> Markup {
    let (tip, words) = (&offer.partner().config.tip, offer.words());
    let percent = money::percent(offer.locale, tip.default_percent);
    let add = fill(words.add_percent, &[("percent", &percent)]);
    html! {
        @if tip.enabled {
            fieldset {
                legend { (words.add_a_tip) }
                div.tiles {
                    (tile(("tip", "none"), words.no_tip, !entered.has_tip))
                    (tile(("tip", "add"), &add, entered.has_tip))
                }
            }
        }
    }
}

/// One of a few choices.
fn tile((name, value): (&str, &str), label: &str, is_chosen: bool) -> Markup {
    html! {
        label.tile {
            input type="radio" name=(name) value=(value) checked[is_chosen];
            span { (label) }
        }
    }
}
