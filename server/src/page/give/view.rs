//! The hosted form as it looks.

use maud::{Markup, html};
use shared::money::Frequency;

use super::gift::{Entered, Offer};
use crate::locale::words::fill;
use crate::locale::{Words, money};
use crate::page::amount::tile;
use crate::page::field::{Problems, donor_fields};
use crate::store::organization::Organization;

pub fn form(offer: &Offer, entered: &Entered, problems: &Problems) -> Markup {
    let donor = [
        entered.email.as_str(),
        entered.first_name.as_str(),
        entered.last_name.as_str(),
    ];
    html! {
        div.columns {
            (nonprofit(&offer.nonprofit, &offer.partner().name, offer.words()))
            form.card method="post" novalidate {
                input type="hidden" name="attempt" value=(entered.attempt);
                (entered.amounts(offer).render(problems))
                (how_often(offer, entered))
                (tip(offer, entered))
                h2 { (offer.words().your_details) }
                (donor_fields(donor, problems))
                button.main type="submit" { (offer.words().continue_to_payment) }
            }
        }
    }
}

/// To whom is given, and through which partner.
pub fn nonprofit(nonprofit: &Organization, partner: &str, words: &Words) -> Markup {
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
            p.quiet { (fill(words.through, &[("name", partner)])) }
        }
    }
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
    let words = offer.words();
    html! {
        @if let Some(tip) = offer.tip() {
            @let percent = money::percent(offer.locale, tip);
            @let add = fill(words.add_percent, &[("percent", &percent)]);
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
