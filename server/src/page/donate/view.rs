//! The page of a session as it looks.

use maud::{Markup, html};
use shared::money::Minor;

use super::choice::{Entered, currencies, presets};
use crate::domain::session::gift::Invitation;
use crate::page::amount::{parse_major, short, unit};
use crate::page::field::{Problems, beside, donor_fields};

pub fn form(invitation: &Invitation, entered: &Entered, problems: &Problems) -> Markup {
    let donor = [
        entered.email.as_str(),
        entered.first_name.as_str(),
        entered.last_name.as_str(),
    ];
    html! {
        div.columns {
            (nonprofit(invitation))
            div.card {
                (other_currency(invitation, entered))
                form method="post" novalidate {
                    input type="hidden" name="attempt" value=(entered.attempt);
                    input type="hidden" name="currency" value=(entered.currency);
                    (amount(invitation, entered, problems))
                    h2 { "Your details" }
                    (donor_fields(donor, problems))
                    button.main type="submit" { "Continue to payment" }
                }
            }
        }
    }
}

fn nonprofit(invitation: &Invitation) -> Markup {
    let nonprofit = &invitation.nonprofit;
    let logo = nonprofit.logo.as_ref();
    let logo = logo.filter(|logo| logo.starts_with("https://"));
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
            p.quiet { "Through " (invitation.partner.name) }
        }
    }
}

/// Shows the form anew in another currency, where the session leaves the choice.
fn other_currency(invitation: &Invitation, entered: &Entered) -> Markup {
    let all = currencies(invitation);
    html! {
        @if all.len() > 1 {
            form.field method="get" {
                label for="currency" { "Currency" }
                div.amount {
                    select id="currency" name="currency" {
                        @for currency in all {
                            option value=(currency) selected[currency == entered.currency] { (currency) }
                        }
                    }
                    button type="submit" { "Change" }
                }
            }
        }
    }
}

fn amount(invitation: &Invitation, entered: &Entered, problems: &Problems) -> Markup {
    let currency = entered.currency;
    let problem = problems.of("amount");
    let described_by = if problem.is_some() {
        "amount-hint amount-problem"
    } else {
        "amount-hint"
    };
    html! {
        fieldset {
            legend { "Amount in " (currency) }
            div.tiles {
                @for preset in presets(invitation, currency) {
                    label.tile {
                        input type="radio" name="preset" value=(currency.major(preset))
                            checked[is_chosen(entered, preset)];
                        span { (short(preset, currency)) }
                    }
                }
            }
            div.field {
                label for="amount" { "Or another amount" }
                div.amount {
                    span aria-hidden="true" { (unit(currency)) }
                    input id="amount" name="amount" type="text" value=(entered.amount) placeholder=" "
                        autocomplete="off" inputmode="decimal" autofocus[problems.begin_with("amount")]
                        aria-invalid=[problem.map(|_| "true")] aria-describedby=(described_by);
                }
                p.hint #amount-hint { "An amount typed here counts in place of those above." }
                (beside(problem, "amount-problem"))
            }
        }
    }
}

fn is_chosen(entered: &Entered, preset: Minor) -> bool {
    parse_major(&entered.preset, entered.currency) == Some(preset)
}

/// A session whose time is over.
pub fn expired(invitation: &Invitation) -> Markup {
    html! {
        section.card.message {
            p.eyebrow { "Your gift to " (invitation.nonprofit.name) }
            h1 { "This link has expired" }
            p { "Nothing was charged. To give, please start again where you found the link." }
        }
    }
}
