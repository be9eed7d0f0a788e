//! What the commands of a batch look at, as the rows by which it is looked up.

use std::collections::BTreeSet;

use ledger::{Command, Key, Recipient, Reward};
use shared::campaign::{Campaign, CampaignStatus};
use shared::id::{
    ActionId, CampaignId, ExternalUserId, PartnerId, PoolRequestId, TransactionId, UserId,
};
use shared::time::Timestamp;
use shared::token_pool::PoolRequestStatus;
use sqlx::Error;

use super::Order;
use super::fund::WantedFunds;
use crate::store::sql::Cells;

/// Things of partners.
pub(super) type Of<T> = BTreeSet<(PartnerId, T)>;

#[derive(Default)]
pub(super) struct Wanted {
    partners: BTreeSet<PartnerId>,
    pub(super) names: Of<ExternalUserId>,
    addresses: Of<String>,
    campaigns: Of<CampaignId>,
    action_types: Of<String>,
    action_keys: Of<Key>,
    reversed: Of<ActionId>,
    reversal_keys: Of<Key>,
    spend_keys: Of<String>,
    requests: Of<PoolRequestId>,
    allocations: Of<TransactionId>,
    pub(super) funds: WantedFunds,
    pub(super) wallets: Of<UserId>,
    /// Whether tokens may be taken from wallets, so that it matters what vests.
    pub(super) takes_tokens: bool,
}

impl Wanted {
    pub(super) fn of(orders: &[Order]) -> Self {
        let mut wanted = Self::default();
        for Order {
            partner_id,
            command,
        } in orders
        {
            wanted.partners.insert(partner_id.clone());
            wanted.add(partner_id, command);
        }
        wanted
    }

    fn add(&mut self, partner: &PartnerId, command: &Command) {
        let of = || partner.clone();
        match command {
            Command::Allocate(allocate) => {
                self.allocations.insert((of(), allocate.seed.id(0)));
                if let Some(request_id) = &allocate.request_id {
                    self.requests.insert((of(), request_id.clone()));
                }
            }
            Command::Reward(reward) => self.add_reward(partner, reward),
            Command::Reverse(reverse) => {
                self.takes_tokens = true;
                self.reversed.insert((of(), reverse.action_id.clone()));
                self.reversal_keys.insert((of(), reverse.key.clone()));
            }
            Command::Spend(spend) => {
                self.takes_tokens = true;
                self.names.insert((of(), spend.external_id.clone()));
                self.spend_keys.insert((of(), spend.key.clone()));
            }
            Command::Expire(_) => {}
            Command::Fund(command) => self.funds.add(partner, command),
        }
    }

    fn add_reward(&mut self, partner: &PartnerId, reward: &Reward) {
        self.action_keys
            .insert((partner.clone(), reward.key.clone()));
        self.action_types
            .insert((partner.clone(), reward.action_type.clone()));
        if let Some(id) = &reward.campaign_id {
            self.campaigns.insert((partner.clone(), id.clone()));
        }
        for stakeholder in &reward.stakeholders {
            let name = match &stakeholder.recipient {
                Recipient::Named(external_id) => external_id,
                Recipient::Address { email, otherwise } => {
                    self.addresses.insert((partner.clone(), email.clone()));
                    otherwise
                }
            };
            self.names.insert((partner.clone(), name.clone()));
        }
    }

    pub(super) fn partners(&self) -> Result<Cells, Error> {
        let mut cells = Cells::default();
        for partner in &self.partners {
            cells.push([partner.as_str().into()])?;
        }
        Ok(cells)
    }

    /// The partners, and the status of the campaigns that may apply.
    pub(super) fn active_campaigns(&self) -> Result<Cells, Error> {
        let mut cells = Cells::default();
        for partner in &self.partners {
            let active = CampaignStatus::Active.as_str();
            cells.push([partner.as_str().into(), active.into()])?;
        }
        Ok(cells)
    }

    pub(super) fn names(&self) -> Result<Cells, Error> {
        pairs(&self.names, ExternalUserId::as_str)
    }

    pub(super) fn addresses(&self) -> Result<Cells, Error> {
        pairs(&self.addresses, String::as_str)
    }

    pub(super) fn campaigns(&self) -> Result<Cells, Error> {
        pairs(&self.campaigns, CampaignId::as_str)
    }

    /// Whether a campaign may count for an action of the batch.
    pub(super) fn may_apply(
        &self,
        partner: &PartnerId,
        campaign: &Campaign,
        now: Timestamp,
    ) -> bool {
        let named = (partner.clone(), campaign.id.clone());
        let first = (partner.clone(), String::new());
        let types = self.action_types.range(first..);
        self.campaigns.contains(&named)
            || types
                .take_while(|(of, _)| of == partner)
                .any(|(_, action_type)| campaign.applies(action_type, now))
    }

    pub(super) fn action_keys(&self) -> Result<Cells, Error> {
        keys(&self.action_keys)
    }

    pub(super) fn reversed(&self) -> Result<Cells, Error> {
        pairs(&self.reversed, ActionId::as_str)
    }

    pub(super) fn reversal_keys(&self) -> Result<Cells, Error> {
        keys(&self.reversal_keys)
    }

    pub(super) fn spend_keys(&self) -> Result<Cells, Error> {
        pairs(&self.spend_keys, String::as_str)
    }

    /// The requests for tokens, if they still wait.
    pub(super) fn requests(&self) -> Result<Cells, Error> {
        let mut cells = Cells::default();
        for (partner, id) in &self.requests {
            let pending = PoolRequestStatus::Pending.as_str();
            cells.push([partner.as_str().into(), id.as_str().into(), pending.into()])?;
        }
        Ok(cells)
    }

    pub(super) fn allocations(&self) -> Result<Cells, Error> {
        pairs(&self.allocations, TransactionId::as_str)
    }

    pub(super) fn wallets(&self) -> Result<Cells, Error> {
        pairs(&self.wallets, UserId::as_str)
    }
}

pub(super) fn pairs<T>(set: &Of<T>, text: impl Fn(&T) -> &str) -> Result<Cells, Error> {
    let mut cells = Cells::default();
    for (partner, thing) in set {
        cells.push([partner.as_str().into(), text(thing).into()])?;
    }
    Ok(cells)
}

fn keys(set: &Of<Key>) -> Result<Cells, Error> {
    let mut cells = Cells::default();
    for (partner, Key { space, key }) in set {
        cells.push([
            partner.as_str().into(),
            space.as_str().into(),
            key.as_str().into(),
        ])?;
    }
    Ok(cells)
}
