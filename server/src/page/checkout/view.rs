//! The checkout as it looks.

use maud::{Markup, html};
use shared::money::{Frequency, Minor};

use super::Gift;
use super::card::TestCard;
use super::payment::Entered;
use crate::locale::Words;
use crate::locale::words::fill;
use crate::page::field::{Field, Problems, donor_fields};
use crate::page::layout::sandbox_ribbon;
use crate::store::donation::Donor;

/// The page on which the donor pays.
pub fn checkout(gift: &Gift, entered: &Entered, problems: &Problems, cancel: &str) -> Markup {
    let words = gift.words();
    let donor = [
        entered.email.as_str(),
        entered.first_name.as_str(),
        entered.last_name.as_str(),
    ];
    html! {
        (sandbox_ribbon(words))
        div.columns {
            (summary(gift))
            form.card method="post" novalidate {
                h2 { (words.your_details) }
                (donor_fields(donor, problems))
                h2 { (words.card) }
                (card_fields(entered, problems))
                (test_cards(words))
                button.main type="submit" { (fill(words.pay, &[("amount", &gift.whole_charge())])) }
                p.after { a href=(cancel) { (words.cancel) } }
            }
        }
    }
}

fn summary(gift: &Gift) -> Markup {
    let (donation, words) = (&gift.row.public, gift.words());
    html! {
        section.summary aria-labelledby="nonprofit" {
            p.eyebrow { (words.your_gift_to) }
            h1 #nonprofit { (donation.nonprofit.name) }
            p.figure { (figure(gift)) }
            dl {
                div { dt { (words.gift) } dd { (gift.money(donation.amount)) } }
                @if donation.tip_amount > Minor(0) {
                    div { dt { (words.tip) } dd { (gift.money(donation.tip_amount)) } }
                }
                div.total { dt { (words.total) } dd { (gift.money(gift.row.paid())) } }
                div { dt { (words.how_often) } dd { (words.frequency(donation.frequency)) } }
            }
        }
    }
}

/// What is paid, large, and how often, small.
fn figure(gift: &Gift) -> Markup {
    let amount = gift.money(gift.row.paid());
    let each_month = gift.words().each_month;
    let (before, after) = each_month
        .split_once("{amount}")
        .unwrap_or(("", each_month));
    html! {
        @match gift.row.public.frequency {
            Frequency::Once => { (amount) }
            Frequency::Monthly => {
                @if !before.is_empty() { small { (before) } }
                (amount)
                @if !after.is_empty() { small { (after) } }
            }
        }
    }
}

fn card_fields(entered: &Entered, problems: &Problems) -> Markup {
    let words = problems.words();
    let number = |name, label, value, autocomplete| Field {
        autocomplete,
        inputmode: "numeric",
        ..Field::text(name, label, value)
    };
    html! {
        (number("card", words.card_number, "", "cc-number").render(problems))
        div.pair.tight {
            (number("expiry", words.expiry, &entered.expiry, "cc-exp").render(problems))
            (number("code", words.security_code, "", "cc-csc").render(problems))
        }
    }
}

fn test_cards(words: &Words) -> Markup {
    html! {
        section.aside aria-labelledby="test-cards" {
            h3 #test-cards { (words.test_cards) }
            ul.cards {
                @for card in TestCard::ALL {
                    li { code { (card.number()) } " " span { (card.effect(words)) } }
                }
            }
            p { (words.test_cards_note) }
        }
    }
}

/// The page on which the bank asks. No card number goes along: the answer to
/// the question is enough, since only a test card asks it.
pub fn step(gift: &Gift, donor: &Donor) -> Markup {
    let words = gift.words();
    let fields = [
        ("email", &donor.email),
        ("firstName", &donor.first_name),
        ("lastName", &donor.last_name),
    ];
    let values = [
        ("amount", gift.whole_charge()),
        ("name", gift.row.public.nonprofit.name.clone()),
    ];
    let values = values
        .each_ref()
        .map(|(name, value)| (*name, value.as_str()));
    html! {
        (sandbox_ribbon(words))
        form.card.message method="post" {
            h1 { (words.step_heading) }
            p { strong { (fill(words.amount_to, &values)) } }
            @for (name, value) in fields {
                @if let Some(value) = value { input type="hidden" name=(name) value=(value); }
            }
            div.choices {
                button.main type="submit" name="step" value="confirm" { (words.confirm) }
                button type="submit" name="step" value="refuse" { (words.refuse) }
            }
        }
    }
}

/// A link that takes no payment, and why.
pub fn closed(gift: &Gift, heading: &str, reason: &str) -> Markup {
    html! {
        section.card.message {
            (to_whom(gift))
            h1 { (heading) }
            p { (reason) }
        }
    }
}

/// Where "Cancel" leads when the link says nothing else.
pub fn cancelled(gift: &Gift, checkout: &str) -> Markup {
    let words = gift.words();
    html! {
        section.card.message {
            (to_whom(gift))
            h1 { (words.nothing_charged) }
            p { (words.you_left) }
            p.after { a.button href=(checkout) { (words.back_to_payment) } }
        }
    }
}

fn to_whom(gift: &Gift) -> Markup {
    html! { p.eyebrow { (gift.words().your_gift_to) " " (gift.row.public.nonprofit.name) } }
}
