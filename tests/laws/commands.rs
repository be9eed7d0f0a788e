//! Commands as chance would have them: few keys, users and pools, so that they
//! meet often; amounts from nothing to more than there is.

use ledger::{
    Allocate, Command, Key, KeySpace, OnRefusal, Profile, Rate, Recipient, Reward, Seed,
    Stakeholder, UnknownUsers,
};
use shared::id::{ExternalUserId, PoolId};
use shared::money::{Currency, Minor, Tokens};

use crate::stage::Chance;

const KEYS: usize = 40;
const USERS: usize = 5;

pub(super) struct Commands {
    chance: Chance,
    pools: Vec<PoolId>,
    /// Makes ids that never come twice.
    made: u64,
}

impl Commands {
    pub(super) fn seeded(seed: u64, pools: Vec<PoolId>) -> Self {
        Self {
            chance: Chance::seeded(seed),
            pools,
            made: 0,
        }
    }

    pub(super) fn chance(&mut self) -> &mut Chance {
        &mut self.chance
    }

    pub(super) fn next(&mut self) -> Command {
        match self.chance.below(10) {
            0 => Command::Allocate(self.allocate()),
            _ => Command::Reward(self.reward()),
        }
    }

    /// Seeds lie further apart than a command counts.
    fn seed(&mut self) -> Seed {
        self.made += 1_000;
        Seed {
            seconds: 0,
            random: self.made,
        }
    }

    fn allocate(&mut self) -> Allocate {
        let pool = self.chance.below(self.pools.len());
        Allocate {
            seed: self.seed(),
            pool_id: self.pools[pool].clone(),
            amount: Tokens(self.chance.pick(&[-5, 0, 1, 100, 1_000, i64::MAX])),
            request_id: None,
        }
    }

    fn reward(&mut self) -> Reward {
        let key = self.chance.below(KEYS);
        // Most tries under a key are the same request again; some are another.
        let variant = self.chance.pick(&[0, 0, 0, 1]);
        let mut shape = Chance::seeded(u64::try_from(key * 2 + variant).unwrap());
        let stakeholders = (0..shape.below(4))
            .map(|_| stakeholder(&mut shape))
            .collect();
        Reward {
            seed: self.seed(),
            key: Key {
                space: self
                    .chance
                    .pick(&[KeySpace::Caller, KeySpace::Caller, KeySpace::Donation]),
                key: format!("key {key}"),
            },
            fingerprint: format!("{key}/{variant}"),
            action_type: shape.pick(&["DONATION", "PURCHASE"]).to_owned(),
            amount: Minor(shape.pick(&[0, 1, 50, 4_999, 12_345, 1_000_000, i64::MAX])),
            currency: shape.pick(&[Currency::Usd, Currency::Jpy, Currency::Kwd]),
            rate: Rate::from_millionths(shape.pick(&[0, 1, 500_000, 1_000_000, 3_333_333])),
            stakeholders,
            unknown_users: self
                .chance
                .pick(&[UnknownUsers::Make, UnknownUsers::Refuse]),
            campaign_id: None,
            metadata: "{}".to_owned(),
            donation_id: None,
            on_refusal: self.chance.pick(&[OnRefusal::Wait, OnRefusal::Record]),
        }
    }
}

fn stakeholder(shape: &mut Chance) -> Stakeholder {
    let number = shape.below(USERS);
    let name = ExternalUserId(format!("user {number}"));
    let email = format!("user{number}@example.org");
    let recipient = match shape.below(2) {
        0 => Recipient::Named(name),
        _ => Recipient::Address {
            email: email.clone(),
            otherwise: ExternalUserId(format!("donor {number}")),
        },
    };
    Stakeholder {
        type_code: "DONOR".to_owned(),
        recipient,
        profile: Profile {
            email: Some(email),
            ..Profile::default()
        },
    }
}
