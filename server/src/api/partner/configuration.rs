//! What a widget needs to know of its partner.

use std::sync::Arc;

use shared::config::{Config, CurrencyConfig, DonationConfig, GetConfig, UpdateConfig};
use shared::money::Currency;
use shared::partner::PartnerStatus;

use crate::app::App;
use crate::auth::proof::Keeper;
use crate::auth::{Authorized, limit};
use crate::domain::configuration;
use crate::router::{Answered, Reply};
use crate::store::partner::{Partner, Presets};

pub async fn get_config(app: Arc<App>, call: Authorized<GetConfig>) -> Answered<GetConfig> {
    Ok(Reply::new(shown(&app, call.caller.partner.clone())))
}

pub async fn update_config(
    app: Arc<App>,
    call: Authorized<UpdateConfig, Keeper>,
) -> Answered<UpdateConfig> {
    let slug = &call.caller.partner()?.slug;
    let updated = configuration::update(&app, slug, call.call).await?;
    Ok(Reply::new(shown(&app, updated)))
}

fn shown(app: &App, partner: Partner) -> Config {
    let config = partner.config;
    Config {
        rate_limit: limit::of_tier(&app.settings, partner.tier).into(),
        is_active: partner.status == PartnerStatus::Active,
        id: partner.id,
        name: partner.name,
        slug: partner.slug,
        enabled_features: partner.features,
        webhook_url: None,
        tip_config: config.tip,
        donation: DonationConfig {
            default_currency: config
                .currencies
                .first()
                .map_or(Currency::Usd, |first| first.currency),
            currencies: config.currencies.into_iter().map(currency).collect(),
            frequencies: config.frequencies,
            providers: config.providers,
        },
        theme: config.theme,
        locale: config.locale,
    }
}

fn currency(Presets { currency, amounts }: Presets) -> CurrencyConfig {
    CurrencyConfig {
        code: currency,
        decimals: currency.decimals(),
        min: currency.min(),
        max: currency.max(),
        presets: amounts,
    }
}
