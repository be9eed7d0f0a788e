//! What the partner's configuration and the page's attributes together allow.

use shared::config::Config;
use shared::donation::Provider;
use shared::money::{Currency, Frequency, Minor, Percent};
use shared::organization::Organization;

use crate::options::Host;

/// What the partner and the page allow.
pub(crate) struct Terms {
    pub partner: String,
    pub nonprofit: String,
    pub currency: Currency,
    pub min: Minor,
    pub max: Minor,
    pub presets: Vec<Minor>,
    pub frequencies: Vec<Frequency>,
    pub provider: Option<Provider>,
    /// The tip to offer, if one can be given.
    pub tip: Option<Percent>,
    /// What can be added for the costs of the payment. It travels with the tip.
    pub fees: Option<Percent>,
    /// What the nonprofit was given so far in this currency, and by how many gifts.
    pub raised: (Minor, i64),
    pub goal: Option<Minor>,
}

impl Terms {
    pub(crate) fn new(config: &Config, nonprofit: Organization, host: &Host) -> Option<Self> {
        let donation = &config.donation;
        let wanted = host.currency().unwrap_or(donation.default_currency);
        let find = |code| donation.currencies.iter().find(|one| one.code == code);
        let currency = find(wanted).or_else(|| donation.currencies.first())?;
        let provider = host
            .provider()
            .or_else(|| donation.providers.first().copied());
        let takes_tips = config.tip_config.enabled && provider != Some(Provider::EveryOrg);
        let percent = config.tip_config.default_percent;
        let in_currency = nonprofit.raised.iter();
        let raised = in_currency.filter(|raised| raised.currency == currency.code);
        let mut presets = host
            .amounts(currency.code)
            .unwrap_or_else(|| currency.presets.clone());
        presets.retain(|amount| (currency.min..=currency.max).contains(amount));
        Some(Self {
            partner: config.name.clone(),
            raised: raised
                .map(|raised| (raised.amount, raised.count))
                .next()
                .unwrap_or((Minor(0), 0)),
            goal: host.goal(currency.code).filter(|goal| goal.0 > 0),
            fees: host.fees().filter(|_| takes_tips),
            nonprofit: nonprofit.name,
            currency: currency.code,
            min: currency.min,
            max: currency.max,
            presets,
            frequencies: donation.frequencies.clone(),
            provider,
            tip: (takes_tips && percent.hundredths() > 0).then_some(percent),
        })
    }

    /// The frequency at first: the page's, if the partner has it.
    pub(crate) fn first_frequency(&self, host: &Host) -> Frequency {
        let wanted = host.frequency().unwrap_or(Frequency::Once);
        let has_it = self.frequencies.contains(&wanted);
        let first = self.frequencies.first().copied();
        if has_it {
            wanted
        } else {
            first.unwrap_or(wanted)
        }
    }

    /// The amount at first: the page's, else the second of those offered.
    pub(crate) fn first_amount(&self, host: &Host) -> Option<Minor> {
        let offered = self.presets.get(1).or_else(|| self.presets.first());
        host.amount(self.currency).or(offered.copied())
    }
}
