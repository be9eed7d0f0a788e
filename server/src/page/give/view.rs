//! The hosted form as it looks.

use maud::{Markup, html};
use shared::money::{Frequency, Minor};

use super::gift::{Entered, Offer};
use crate::page::amount::{parse_major, short, unit};
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
                h2 { "Your details" }
                (donor_fields(donor, problems))
                button.main type="submit" { "Continue to payment" }
            }
        }
    }
}

fn nonprofit(offer: &Offer) -> Markup {
    let nonprofit = &offer.nonprofit;
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
            p.eyebrow { "Give to" }
            h1 #nonprofit { (nonprofit.name) }
            @if !place.is_empty() { p.quiet { (place.join(" · ")) } }
            @if let Some(description) = &nonprofit.description { p { (description) } }
            p.quiet { "Through " (offer.partner().name) }
        }
    }
}

fn amount(offer: &Offer, entered: &Entered, problems: &Problems) -> Markup {
    let currency = offer.currency;
    let problem = problems.of("amount");
    let described_by = if problem.is_some() {
        "amount-hint amount-problem"
    } else {
        "amount-hint"
    };
    html! {
        fieldset {
            legend { "Amount in " (currency) }
            @if !offer.presets().is_empty() {
                div.tiles {
                    @for preset in offer.presets() {
                        @let value = currency.major(*preset);
                        (tile(("preset", &value), &short(*preset, currency), is_preset(entered, offer, *preset)))
                    }
                }
            }
            div.field {
                label for="amount" {
                    @if offer.presets().is_empty() { "Amount" } @else { "Or another amount" }
                }
                div.amount {
                    span aria-hidden="true" { (unit(currency)) }
                    input id="amount" name="amount" type="text" value=(entered.amount) placeholder=" "
                        autocomplete="off" inputmode="decimal" autofocus[problems.begin_with("amount")]
                        aria-invalid=[problem.map(|_| "true")] aria-describedby=(described_by);
                }
                p.hint #amount-hint {
                    @if offer.presets().is_empty() { "For example 25." }
                    @else { "An amount typed here counts in place of those above." }
                }
                (beside(problem, "amount-problem"))
            }
        }
    }
}

fn is_preset(entered: &Entered, offer: &Offer, preset: Minor) -> bool {
    parse_major(&entered.preset, offer.currency) == Some(preset)
}

fn how_often(offer: &Offer, entered: &Entered) -> Markup {
    let chosen = entered.frequency(offer);
    html! {
        @if let [only] = offer.frequencies() {
            input type="hidden" name="frequency" value=(only);
            @if *only == Frequency::Monthly { p { "This gift is given every month." } }
        } @else {
            fieldset {
                legend { "How often" }
                div.tiles {
                    @for frequency in offer.frequencies() {
                        (tile(("frequency", frequency.as_str()), label(*frequency), chosen == *frequency))
                    }
                }
            }
        }
    }
}

fn label(frequency: Frequency) -> &'static str {
    match frequency {
        Frequency::Once => "Once",
        Frequency::Monthly => "Monthly",
    }
}

fn tip(offer: &Offer, entered: &Entered) -> Markup {
    let tip = &offer.partner().config.tip;
    html! {
        @if tip.enabled {
            fieldset {
                legend { "Add a tip?" }
                div.tiles {
                    (tile(("tip", "none"), "No tip", !entered.has_tip))
                    (tile(("tip", "add"), &format!("Add {}%", tip.default_percent), entered.has_tip))
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
