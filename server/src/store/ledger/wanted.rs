//! What the commands of a batch look at, as the rows by which it is looked up.

use std::collections::BTreeSet;

use ledger::{Command, Key, Recipient, Reward};
use serde_json::{Value, json};
use shared::campaign::Campaign;
use shared::id::{
    ActionId, CampaignId, ExternalUserId, PartnerId, PoolRequestId, TransactionId, UserId,
};
use shared::time::Timestamp;

use super::Order;

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

    pub(super) fn partners(&self) -> Vec<Value> {
        let rows = self.partners.iter();
        rows.map(|id| json!({ "partner_id": id })).collect()
    }

    pub(super) fn names(&self) -> Vec<Value> {
        rows(&self.names, |name| ("external_id", json!(name)))
    }

    pub(super) fn addresses(&self) -> Vec<Value> {
        rows(&self.addresses, |email| ("email", json!(email)))
    }

    pub(super) fn campaigns(&self) -> Vec<Value> {
        rows(&self.campaigns, |id| ("id", json!(id)))
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

    pub(super) fn action_keys(&self) -> Vec<Value> {
        keys(&self.action_keys)
    }

    pub(super) fn reversed(&self) -> Vec<Value> {
        rows(&self.reversed, |id| ("id", json!(id)))
    }

    pub(super) fn reversal_keys(&self) -> Vec<Value> {
        keys(&self.reversal_keys)
    }

    pub(super) fn spend_keys(&self) -> Vec<Value> {
        rows(&self.spend_keys, |key| ("idempotency_key", json!(key)))
    }

    /// Those that still wait.
    pub(super) fn requests(&self) -> Vec<Value> {
        let mut rows = rows(&self.requests, |id| ("id", json!(id)));
        for row in &mut rows {
            row["status"] = json!("PENDING");
        }
        rows
    }

    pub(super) fn allocations(&self) -> Vec<Value> {
        rows(&self.allocations, |id| ("id", json!(id)))
    }

    pub(super) fn wallets(&self) -> Vec<Value> {
        rows(&self.wallets, |id| ("user_id", json!(id)))
    }
}

fn rows<T>(set: &Of<T>, member: impl Fn(&T) -> (&'static str, Value)) -> Vec<Value> {
    let row = |(partner, thing): &(PartnerId, T)| {
        let (name, value) = member(thing);
        json!({ "partner_id": partner, name: value })
    };
    set.iter().map(row).collect()
}

fn keys(set: &Of<Key>) -> Vec<Value> {
    let row = |(partner, key): &(PartnerId, Key)| json!({ "partner_id": partner, "key_space": key.space.as_str(), "idempotency_key": key.key });
    set.iter().map(row).collect()
}
