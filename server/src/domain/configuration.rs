//! What a partner may set for its widgets.

use std::collections::BTreeSet;

use shared::FieldError;
use shared::config::{CurrencyPresets, DonationChange, Theme, ThemeChange, UpdateConfig};
use shared::money::Currency;

use super::text;
use crate::app::App;
use crate::error::Error;
use crate::store::partner::{self, Partner, PartnerConfig, Presets};

/// The most amounts that are offered in one currency.
const MAX_PRESETS: usize = 6;
const MAX_RADIUS: u32 = 32;
const MAX_FONT: usize = 100;

/// Changes what is set, and answers the partner as it is then.
pub async fn update(app: &App, slug: &str, change: UpdateConfig) -> Result<Partner, Error> {
    let mut tx = app.db.write().await?;
    let found = partner::lock(&mut tx, app.db.dialect(), slug).await?;
    let mut partner = found.ok_or_else(|| Error::internal("a caller without a partner"))?;
    Error::refuse_any(apply(&mut partner.config, change))?;
    partner::update(&mut tx, &partner).await?;
    tx.commit().await?;
    Ok(partner)
}

/// Changes the configuration; answers what is wrong with it then.
fn apply(config: &mut PartnerConfig, change: UpdateConfig) -> Vec<FieldError> {
    let mut problems = Vec::new();
    if let Some(tip) = change.tip_config {
        config.tip.enabled = tip.enabled.unwrap_or(config.tip.enabled);
        config.tip.default_percent = tip.default_percent.unwrap_or(config.tip.default_percent);
    }
    if let Some(donation) = change.donation {
        apply_donation(config, donation, &mut problems);
    }
    if let Some(theme) = change.theme {
        apply_theme(&mut config.theme, theme, &mut problems);
    }
    if let Some(locale) = change.locale {
        note(&mut problems, "locale", text::locale(&locale));
        config.locale = locale;
    }
    problems
}

fn note(problems: &mut Vec<FieldError>, field: impl Into<String>, checked: text::Checked) {
    problems.extend(checked.err().map(|problem| FieldError::new(field, problem)));
}

fn apply_donation(
    config: &mut PartnerConfig,
    change: DonationChange,
    problems: &mut Vec<FieldError>,
) {
    if let Some(currencies) = change.currencies {
        let codes = currencies.iter().map(|currency| currency.code);
        note(problems, "donation.currencies", each_once(codes));
        for (place, currency) in currencies.iter().enumerate() {
            let field = format!("donation.currencies[{place}].presets");
            note(problems, field, check_presets(currency));
        }
        let presets = |CurrencyPresets { code, presets }| Presets {
            currency: code,
            amounts: presets,
        };
        config.currencies = currencies.into_iter().map(presets).collect();
    }
    if let Some(default) = change.default_currency {
        let place = config
            .currencies
            .iter()
            .position(|presets| presets.currency == default);
        match place {
            // The first is the default.
            Some(place) => config.currencies[..=place].rotate_right(1),
            None => note(
                problems,
                "donation.defaultCurrency",
                Err("must be one of the currencies".to_owned()),
            ),
        }
    }
    if let Some(frequencies) = change.frequencies {
        let checked = each_once(frequencies.iter().copied());
        note(problems, "donation.frequencies", checked);
        config.frequencies = frequencies;
    }
    if let Some(providers) = change.providers {
        let checked = each_once(providers.iter().copied());
        note(problems, "donation.providers", checked);
        config.providers = providers;
    }
}

/// A list of at least one, without repetition.
fn each_once<T: Ord>(members: impl ExactSizeIterator<Item = T>) -> text::Checked {
    let count = members.len();
    let distinct: BTreeSet<T> = members.collect();
    if count > 0 && distinct.len() == count {
        Ok(())
    } else {
        Err("must have at least one member, and each once".to_owned())
    }
}

fn check_presets(currency: &CurrencyPresets) -> text::Checked {
    let CurrencyPresets { code, presets } = currency;
    let (least, most) = (Currency::min(*code), Currency::max(*code));
    let rises = presets.windows(2).all(|pair| pair[0] < pair[1]);
    let is_allowed = presets.iter().all(|amount| (least..=most).contains(amount));
    if presets.len() <= MAX_PRESETS && rises && is_allowed {
        return Ok(());
    }
    Err(format!(
        "must be at most {MAX_PRESETS} rising amounts from {} to {} minor units of {code}",
        least.0, most.0
    ))
}

fn apply_theme(theme: &mut Theme, change: ThemeChange, problems: &mut Vec<FieldError>) {
    if let Some(color) = change.primary_color {
        note(problems, "theme.primaryColor", check_color(&color));
        theme.primary_color = color;
    }
    if let Some(radius) = change.radius {
        if radius > MAX_RADIUS {
            let problem = format!("must be from 0 to {MAX_RADIUS} pixels");
            note(problems, "theme.radius", Err(problem));
        }
        theme.radius = radius;
    }
    if let Some(font) = change.font.value() {
        note(problems, "theme.font", check_font(font));
    }
    theme.font = change.font.of(theme.font.take());
    theme.mode = change.mode.unwrap_or(theme.mode);
}

fn check_color(text: &str) -> text::Checked {
    let is_color = text.strip_prefix('#').is_some_and(|digits| {
        digits.len() == 6 && digits.bytes().all(|digit| digit.is_ascii_hexdigit())
    });
    if is_color {
        Ok(())
    } else {
        Err("must be a colour such as #0b6e4f".to_owned())
    }
}

/// It goes into style sheets, so nothing in it may end a declaration.
fn check_font(text: &str) -> text::Checked {
    let is_plain = |c: char| c.is_alphanumeric() || " ,'\"-_".contains(c);
    if (1..=MAX_FONT).contains(&text.len()) && text.chars().all(is_plain) {
        Ok(())
    } else {
        Err(format!(
            "must be a CSS font family of at most {MAX_FONT} characters, such as Georgia, serif"
        ))
    }
}
