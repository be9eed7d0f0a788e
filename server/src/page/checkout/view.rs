//! The checkout as it looks.

use maud::{Markup, html};
use shared::donation::Donation;
use shared::money::{Frequency, Minor};

use super::card::TestCard;
use super::payment::Entered;
use crate::page::amount::{charge, written};
use crate::page::field::{Field, Problems, donor_fields};
use crate::page::layout::sandbox_ribbon;
use crate::store::donation::Donor;

/// What is charged at once: the gift and the tip.
fn total(donation: &Donation) -> Minor {
    Minor(donation.amount.0.saturating_add(donation.tip_amount.0))
}

/// What the donor pays, and how often.
pub fn whole_charge(donation: &Donation) -> String {
    charge(total(donation), donation.currency, donation.frequency)
}

/// The page on which the donor pays.
pub fn checkout(
    donation: &Donation,
    entered: &Entered,
    problems: &Problems,
    cancel: &str,
) -> Markup {
    html! {
        (sandbox_ribbon())
        div.columns {
            (summary(donation))
            form.card method="post" novalidate {
                h2 { "Your details" }
                (donor_fields([&entered.email, &entered.first_name, &entered.last_name], problems))
                h2 { "Card" }
                (card_fields(entered, problems))
                (test_cards())
                button.main type="submit" { "Pay " (whole_charge(donation)) }
                p.after { a href=(cancel) { "Cancel" } }
            }
        }
    }
}

fn summary(donation: &Donation) -> Markup {
    let money = |amount| written(amount, donation.currency);
    html! {
        section.summary aria-labelledby="nonprofit" {
            p.eyebrow { "Your gift to" }
            h1 #nonprofit { (donation.nonprofit.name) }
            p.figure {
                (money(total(donation)))
                @if donation.frequency == Frequency::Monthly { " " small { "each month" } }
            }
            dl {
                div { dt { "Gift" } dd { (money(donation.amount)) } }
                @if donation.tip_amount.0 > 0 {
                    div { dt { "Tip" } dd { (money(donation.tip_amount)) } }
                }
                div.total { dt { "Total" } dd { (money(total(donation))) } }
                div { dt { "How often" } dd { (how_often(donation.frequency)) } }
            }
        }
    }
}

fn how_often(frequency: Frequency) -> &'static str {
    match frequency {
        Frequency::Once => "Once",
        Frequency::Monthly => "Every month",
    }
}

fn card_fields(entered: &Entered, problems: &Problems) -> Markup {
    let number = |name, label, value, autocomplete| Field {
        autocomplete,
        inputmode: "numeric",
        ..Field::text(name, label, value)
    };
    html! {
        (number("card", "Card number", "", "cc-number").render(problems))
        div.pair.tight {
            (number("expiry", "Expiry (MM/YY)", &entered.expiry, "cc-exp").render(problems))
            (number("code", "Security code", "", "cc-csc").render(problems))
        }
    }
}

fn test_cards() -> Markup {
    html! {
        section.aside aria-labelledby="test-cards" {
            h3 #test-cards { "The sandbox takes these test cards" }
            ul.cards {
                @for card in TestCard::ALL {
                    li { code { (card.number()) } " " span { (card.effect()) } }
                }
            }
            p { "With any expiry to come and any three digits." }
        }
    }
}

/// The page on which the bank asks. No card number goes along: the answer to
/// the question is enough, since only a test card asks it.
pub fn step(donation: &Donation, donor: &Donor) -> Markup {
    let fields = [
        ("email", &donor.email),
        ("firstName", &donor.first_name),
        ("lastName", &donor.last_name),
    ];
    html! {
        (sandbox_ribbon())
        form.card.message method="post" {
            h1 { "Your bank asks you to confirm this payment" }
            p { strong { (whole_charge(donation)) } " to " (donation.nonprofit.name) }
            @for (name, value) in fields {
                @if let Some(value) = value { input type="hidden" name=(name) value=(value); }
            }
            div.choices {
                button.main type="submit" name="step" value="confirm" { "Confirm" }
                button type="submit" name="step" value="refuse" { "Refuse" }
            }
        }
    }
}

/// A link that takes no payment, and why.
pub fn closed(donation: &Donation, heading: &str, reason: &str) -> Markup {
    html! {
        section.card.message {
            p.eyebrow { "Your gift to " (donation.nonprofit.name) }
            h1 { (heading) }
            p { (reason) }
        }
    }
}

/// Where "Cancel" leads when the link says nothing else.
pub fn cancelled(donation: &Donation, checkout: &str) -> Markup {
    html! {
        section.card.message {
            p.eyebrow { "Your gift to " (donation.nonprofit.name) }
            h1 { "Nothing was charged" }
            p { "You left the payment. You can close this page, or give after all." }
            p.after { a.button href=(checkout) { "Back to the payment" } }
        }
    }
}
