//! Commands as chance would have them: few users, pools and campaigns, so that
//! they meet often; amounts from nothing to more than there is; and what was
//! asked before is asked again, by the same and by another request.

use ledger::{
    Allocate, Command, Expire, Key, KeySpace, OnRefusal, Profile, Rate, Recipient, Reverse, Reward,
    Seed, Spend, Stakeholder, UnknownUsers,
};
use shared::id::{ActionId, CampaignId, ExternalUserId, PoolId};
use shared::money::{Currency, Minor, Percent, Tokens};
use shared::time::Timestamp;

use super::scene::{CUSTOMER, DONOR, ORGANIZATION, Scene};
use crate::stage::{Chance, DAY_MS, HOUR_MS};

const USERS: usize = 5;
/// How many commands, and how many actions, are remembered to come back to.
const REMEMBERED: usize = 12;

pub(super) struct Commands {
    chance: Chance,
    scene: Scene,
    /// Sets the ids apart from those of other seeds.
    number: u32,
    /// Makes ids and keys that never come twice.
    made: u64,
    recent: Vec<Command>,
    /// Actions that may have been done.
    actions: Vec<ActionId>,
}

impl Commands {
    pub(super) fn seeded(seed: u64) -> Self {
        let mut chance = Chance::seeded(seed);
        Self {
            scene: Scene::drawn(&mut chance),
            chance,
            number: u32::try_from(seed).unwrap(),
            made: 0,
            recent: Vec::new(),
            actions: Vec::new(),
        }
    }

    pub(super) fn scene(&self) -> &Scene {
        &self.scene
    }

    /// For how long nothing is asked: mostly to the very beginning of an hour or
    /// a day, at which pools, campaigns and vestings end.
    pub(super) fn pause_ms(&mut self, now: Timestamp) -> i64 {
        let to_next = |unit: i64| unit - now.0 % unit;
        let pauses = [
            1,
            to_next(HOUR_MS),
            to_next(HOUR_MS),
            6 * HOUR_MS,
            to_next(DAY_MS),
        ];
        self.chance.pick(&pauses)
    }

    pub(super) fn next(&mut self) -> Command {
        let command = match self.chance.below(4) {
            0 if !self.recent.is_empty() => self.again(),
            _ => self.fresh(),
        };
        remember(&mut self.recent, command.clone());
        command
    }

    /// Much is spent, so that not everything that is reversed is still there.
    fn fresh(&mut self) -> Command {
        match self.chance.below(28) {
            0 | 1 => Command::Allocate(self.allocate()),
            2 => Command::Expire(self.expire()),
            3..=13 => Command::Spend(self.spend()),
            14..=18 => Command::Reverse(self.reverse()),
            _ => Command::Reward(self.reward()),
        }
    }

    /// What was asked before: the last command itself, as it is decided again
    /// after a commit whose end is not known; or a request that comes again, as
    /// it was or changed.
    fn again(&mut self) -> Command {
        let place = self.chance.below(self.recent.len());
        let is_changed = match self.chance.below(3) {
            0 => return self.recent[self.recent.len() - 1].clone(),
            1 => false,
            _ => true,
        };
        let fresh = self.seed();
        let mut command = self.recent[place].clone();
        match &mut command {
            Command::Allocate(Allocate { seed, .. }) | Command::Expire(Expire { seed, .. }) => {
                *seed = fresh;
            }
            Command::Reward(reward) => {
                reward.seed = fresh;
                if is_changed {
                    reward.amount.0 /= 2;
                    reward.fingerprint.push('\'');
                }
            }
            Command::Reverse(reverse) => {
                reverse.seed = fresh;
                if is_changed {
                    reverse.percent = Percent::from_hundredths(reverse.percent.hundredths() / 2);
                }
            }
            Command::Spend(spend) => {
                spend.seed = fresh;
                spend.amount.0 -= i64::from(is_changed);
            }
            Command::Fund(_) => unreachable!("funds have laws of their own"),
        }
        command
    }

    /// A number from 1 up to `most`.
    pub(super) fn up_to(&mut self, most: usize) -> usize {
        1 + self.chance.below(most)
    }

    /// Seeds lie further apart than a command counts.
    pub(super) fn seed(&mut self) -> Seed {
        self.made += 1_000;
        Seed {
            time: Timestamp(i64::from(self.number)),
            random: self.made,
        }
    }

    /// A key that was not used before, or its twin in the other namespace.
    fn key(&mut self) -> Key {
        Key {
            space: self.chance.pick(&[KeySpace::Caller, KeySpace::Donation]),
            key: format!("key {}", self.made / 2_000),
        }
    }

    /// Once in a while.
    fn is_rare(&mut self) -> bool {
        self.chance.below(25) == 0
    }

    fn tokens(&mut self, from: &[i64]) -> Tokens {
        Tokens(self.chance.pick(from).saturating_mul(self.scene.scale))
    }

    /// A pool of the scene, or none.
    fn pool_id(&mut self) -> PoolId {
        let number = self.chance.below(self.scene.pools.len() + 1);
        PoolId(format!("pool {number}"))
    }

    fn allocate(&mut self) -> Allocate {
        let number = self.chance.below(4 * self.scene.requests.len());
        Allocate {
            seed: self.seed(),
            pool_id: self.pool_id(),
            amount: self.tokens(&[-5, 0, 1, 300, 700, 1_000, 1_000, 4_000]),
            request_id: self.scene.requests.get(number).cloned(),
        }
    }

    fn expire(&mut self) -> Expire {
        Expire {
            seed: self.seed(),
            pool_id: self.pool_id(),
        }
    }

    fn spend(&mut self) -> Spend {
        Spend {
            seed: self.seed(),
            external_id: self.spender(),
            amount: self.tokens(&[0, 10, 25, 25, 50, 100, 300]),
            key: self.key().key,
        }
    }

    /// Mostly somebody who may just have received.
    fn spender(&mut self) -> ExternalUserId {
        let mut receivers = self.recent.iter().rev().filter_map(|command| {
            let Command::Reward(reward) = command else {
                return None;
            };
            Some(&reward.stakeholders.first()?.recipient)
        });
        match receivers.next() {
            Some(Recipient::Named(name)) => name.clone(),
            _ => ExternalUserId(format!("user {}", self.chance.below(USERS))),
        }
    }

    fn reverse(&mut self) -> Reverse {
        let unknown = ActionId("unknown".to_owned());
        let place = self.chance.below(self.actions.len() + 1);
        let random = u32::try_from(self.chance.below(10_001)).unwrap();
        let hundredths = self.chance.pick(&[random, 3_333, 5_000, 5_001, 10_000]);
        Reverse {
            seed: self.seed(),
            action_id: self.actions.get(place).cloned().unwrap_or(unknown),
            key: self.key(),
            percent: Percent::from_hundredths(hundredths),
            reason: "returned".to_owned(),
        }
    }

    fn reward(&mut self) -> Reward {
        let seed = self.seed();
        remember(&mut self.actions, seed.id(0));
        let currency =
            self.chance
                .pick(&[Currency::Usd, Currency::Usd, Currency::Jpy, Currency::Kwd]);
        let count = self.chance.pick(&[1, 1, 1, 1, 1, 2, 2, 2, 2, 3, 4]);
        let count = if self.is_rare() { 0 } else { count };
        let rate = self
            .chance
            .pick(&[1_000_000, 1_000_000, 500_000, 3_333_333]);
        let rate = if self.is_rare() { 1 } else { rate };
        Reward {
            seed,
            key: self.key(),
            fingerprint: format!("request {}", self.made),
            action_type: self
                .chance
                .pick(&["PURCHASE", "DONATION", "REFERRAL"])
                .to_owned(),
            amount: self.amount(currency),
            currency,
            rate: Rate::from_millionths(rate),
            stakeholders: (0..count).map(|_| self.stakeholder()).collect(),
            unknown_users: self.chance.pick(&[
                UnknownUsers::Make,
                UnknownUsers::Make,
                UnknownUsers::Refuse,
            ]),
            campaign_id: self.campaign_id(),
            metadata: "{}".to_owned(),
            donation_id: None,
            on_refusal: self
                .chance
                .pick(&[OnRefusal::Wait, OnRefusal::Record, OnRefusal::Record]),
        }
    }

    fn amount(&mut self, currency: Currency) -> Minor {
        if self.is_rare() {
            return Minor(self.chance.pick(&[0, i64::MAX]));
        }
        let unit = 10_usize.pow(currency.decimals());
        let random = self.chance.below(150);
        let major = self.chance.pick(&[50, 50, 50, 100, 400, random, random]);
        let minor = [0, self.chance.below(unit)];
        let minor = major * unit + self.chance.pick(&minor);
        let minor = i64::try_from(minor).unwrap();
        Minor(minor.saturating_mul(self.scene.scale))
    }

    /// Seldom any; one more than there are is unknown.
    fn campaign_id(&mut self) -> Option<CampaignId> {
        let count = self.scene.campaigns.len();
        let number = self.chance.below(10 * count);
        (number <= count).then(|| CampaignId(format!("campaign {number}")))
    }

    fn stakeholder(&mut self) -> Stakeholder {
        let number = self.chance.below(USERS);
        let name = |kind| ExternalUserId(format!("{kind} {number}"));
        let email = format!("user{number}@example.org");
        let recipient = match self.chance.below(4) {
            0 => Recipient::Address {
                email: email.clone(),
                otherwise: name("donor"),
            },
            _ => Recipient::Named(name("user")),
        };
        Stakeholder {
            type_code: self
                .chance
                .pick(&[CUSTOMER, DONOR, ORGANIZATION])
                .to_owned(),
            recipient,
            profile: Profile {
                email: Some(email.to_uppercase()),
                ..Profile::default()
            },
        }
    }
}

fn remember<T>(things: &mut Vec<T>, thing: T) {
    if things.len() == REMEMBERED {
        things.remove(0);
    }
    things.push(thing);
}
