//! What a widget needs to know of the partner whose key it carries.

mod update;

use serde::{Deserialize, Serialize};

use crate::call::{Auth, Call, Feature, Method, Scope};
use crate::donation::Provider;
use crate::error::Code;
use crate::id::PartnerId;
use crate::money::{Currency, Frequency, Minor, Percent};
use crate::names::names;

pub use self::update::{CurrencyPresets, DonationChange, ThemeChange, TipChange, UpdateConfig};

/// `GET /v1/partner/config`: reads what a widget needs to know of the partner.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct GetConfig {}

impl Call for GetConfig {
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v1/partner/config";
    const AUTH: Auth = Auth::Publishable;
    const SCOPE: Option<Scope> = Some(Scope::ConfigRead);
    const REFUSALS: &'static [Code] = &[];
    type Answer = Config;
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Config {
    pub id: PartnerId,
    pub name: String,
    pub slug: String,
    pub enabled_features: Vec<Feature>,
    /// Requests an hour of this key.
    pub rate_limit: i64,
    pub is_active: bool,
    /// Always null for a publishable key.
    pub webhook_url: Option<String>,
    pub tip_config: TipConfig,
    pub donation: DonationConfig,
    pub theme: Theme,
    /// A BCP 47 tag such as `en-US`.
    pub locale: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct TipConfig {
    pub enabled: bool,
    pub default_percent: Percent,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct DonationConfig {
    pub currencies: Vec<CurrencyConfig>,
    pub default_currency: Currency,
    pub frequencies: Vec<Frequency>,
    pub providers: Vec<Provider>,
}

/// One currency, its bounds and the amounts to offer, in minor units.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct CurrencyConfig {
    pub code: Currency,
    pub decimals: u32,
    pub min: Minor,
    pub max: Minor,
    pub presets: Vec<Minor>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Theme {
    /// A CSS colour in hex: `#0b6e4f`.
    pub primary_color: String,
    /// The corners' radius in CSS pixels.
    pub radius: u32,
    /// A CSS font family, or null for the page's own.
    pub font: Option<String>,
    pub mode: ThemeMode,
}

names! {
    /// Whether the widget is light, dark, or as the page is.
    pub enum ThemeMode { Auto = "auto", Light = "light", Dark = "dark" }
}
