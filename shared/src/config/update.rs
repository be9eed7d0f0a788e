//! What a partner sets for its widget.

use serde::{Deserialize, Serialize};

use super::{Config, ThemeMode};
use crate::call::{Auth, Call, Method, Scope};
use crate::change::Change;
use crate::donation::Provider;
use crate::error::Code;
use crate::money::{Currency, Frequency, Minor, Percent};
use crate::portal_user::Role;

/// `PATCH /v1/partner/config`: changes what the partner's widgets show. What is
/// left out stays as it is; a list takes the place of the one before.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct UpdateConfig {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tip_config: Option<TipChange>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub donation: Option<DonationChange>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub theme: Option<ThemeChange>,
    /// A BCP 47 tag such as `en-US`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
}

impl Call for UpdateConfig {
    const METHOD: Method = Method::Patch;
    const PATH: &'static str = "/v1/partner/config";
    const AUTH: Auth = Auth::SecretOrPortal(Role::Admin);
    const SCOPE: Option<Scope> = Some(Scope::ConfigWrite);
    const REFUSALS: &'static [Code] = &[];
    type Answer = Config;
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct TipChange {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_percent: Option<Percent>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct DonationChange {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currencies: Option<Vec<CurrencyPresets>>,
    /// One of the currencies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_currency: Option<Currency>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frequencies: Option<Vec<Frequency>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub providers: Option<Vec<Provider>>,
}

/// The amounts to offer in one currency, in minor units.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct CurrencyPresets {
    pub code: Currency,
    /// At most 6.
    pub presets: Vec<Minor>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ThemeChange {
    /// A CSS colour in hex: `#0b6e4f`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub primary_color: Option<String>,
    /// The corners' radius in CSS pixels, at most 32.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub radius: Option<u32>,
    /// A CSS font family; null for the page's own.
    #[serde(default, skip_serializing_if = "Change::is_keep")]
    pub font: Change<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<ThemeMode>,
}
