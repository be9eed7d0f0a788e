//! The page of a session as it looks.

use maud::{Markup, html};

use super::choice::{Entered, currencies, presets};
use crate::domain::session::gift::Invitation;
use crate::locale::words;
use crate::page::field::{Problems, donor_fields};
use crate::page::give::view::nonprofit;

pub fn form(invitation: &Invitation, entered: &Entered, problems: &Problems) -> Markup {
    let words = problems.words();
    let donor = [
        entered.email.as_str(),
        entered.first_name.as_str(),
        entered.last_name.as_str(),
    ];
    let presets = presets(invitation, entered.currency);
    html! {
        div.columns {
            (nonprofit(&invitation.nonprofit, &invitation.partner.name, words))
            div.card {
                (other_currency(invitation, entered, problems))
                form method="post" novalidate {
                    input type="hidden" name="attempt" value=(entered.attempt);
                    input type="hidden" name="currency" value=(entered.currency);
                    (entered.amounts(invitation, &presets).render(problems))
                    h2 { (words.your_details) }
                    (donor_fields(donor, problems))
                    button.main type="submit" { (words.continue_to_payment) }
                }
            }
        }
    }
}

/// Shows the form anew in another currency, where the session leaves the choice.
fn other_currency(invitation: &Invitation, entered: &Entered, problems: &Problems) -> Markup {
    let (all, words) = (currencies(invitation), problems.words());
    html! {
        @if all.len() > 1 {
            form.field method="get" {
                label for="currency" { (words.currency) }
                div.amount {
                    select id="currency" name="currency" {
                        @for currency in all {
                            option value=(currency) selected[currency == entered.currency] { (currency) }
                        }
                    }
                    button type="submit" { (words.change) }
                }
            }
        }
    }
}

/// A session whose time is over.
pub fn expired(invitation: &Invitation) -> Markup {
    let words = words(invitation.session.language);
    html! {
        section.card.message {
            p.eyebrow { (words.your_gift_to) " " (invitation.nonprofit.name) }
            h1 { (words.link_expired) }
            p { (words.start_again) }
        }
    }
}
