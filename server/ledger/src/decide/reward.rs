//! The reward of an action: one pool pays every stakeholder a part.

use std::collections::BTreeMap;

use shared::Code;
use shared::campaign::Campaign;
use shared::id::{ExternalUserId, UserId};
use shared::money::{Percent, Tokens};

use super::credit::Credits;
use super::{Ids, campaign, pool};
use crate::books::{Action, ActionStatus, Books, Participant, Pool};
use crate::command::{Environment, OnRefusal, Recipient, Reward, Stakeholder, Stamp, UnknownUsers};
use crate::movement::{Effect, Holder, Movement, NewUser, News, Outcome, Part, Refusal};

pub(super) fn reward(books: &Books, command: &Reward, stamp: Stamp) -> Result<Movement, Refusal> {
    if let Some(earlier) = books.actions.get(&command.key)
        && !matches!(earlier.status, ActionStatus::Failed(_))
    {
        return replay(earlier, command);
    }
    let mut ids = Ids::of(command.seed);
    let action = action(books, command, (&mut ids, stamp));
    let mut made = Vec::new();
    let receivers = receivers(books, command, &mut made, (&mut ids, stamp));
    match plan(books, command, &receivers, stamp) {
        Ok(plan) => pay(books, (action, made), &plan, (&mut ids, stamp)),
        Err(Stop::Refused(refusal)) => Err(refusal),
        Err(Stop::Unpaid(code)) => match command.on_refusal {
            OnRefusal::Wait => Err(code.into()),
            OnRefusal::Record => Ok(record_failure(books, action, code)),
        },
    }
}

fn replay(earlier: &Action, command: &Reward) -> Result<Movement, Refusal> {
    if earlier.fingerprint != command.fingerprint {
        return Err(Code::IdempotencyKeyReused.into());
    }
    Ok(Movement {
        effects: Vec::new(),
        outcome: Outcome::Rewarded {
            action_id: earlier.id.clone(),
            tokens: earlier.tokens,
            transaction_ids: earlier.transaction_ids(),
            // The same command again, after a commit whose end was not known, is
            // still the first.
            replayed: earlier.id != command.seed.id(0),
        },
    })
}

/// Why an action is not paid.
enum Stop {
    /// It cannot be asked for like this, and leaves no trace.
    Refused(Refusal),
    /// It stays on record, and may be tried again.
    Unpaid(Code),
}

/// Who gets what, from which pool, under which campaign.
struct Plan<'a> {
    holders: Vec<Holder>,
    parts: Vec<Tokens>,
    pool: &'a Pool,
    refills: Vec<Tokens>,
    campaign: Option<&'a Campaign>,
}

fn plan<'a>(
    books: &'a Books,
    command: &Reward,
    receivers: &[Option<Holder>],
    stamp: Stamp,
) -> Result<Plan<'a>, Stop> {
    let holders: Option<Vec<Holder>> = receivers.iter().cloned().collect();
    let holders = holders.ok_or(Stop::Unpaid(Code::UserNotFound))?;
    let campaign = campaign::choose(books, command, stamp).map_err(Stop::Unpaid)?;
    let too_large = || Stop::Refused(Code::AmountTooLarge.into());
    let mut parts = campaign::parts(command, campaign).map_err(|_| too_large())?;
    if let Some(campaign) = campaign {
        let users: Vec<UserId> = holders.iter().map(|holder| holder.id.clone()).collect();
        campaign::cap(books, campaign, &mut parts, &users);
    }
    let total = Tokens(parts.iter().map(|part| part.0).sum());
    let (pool, refills) =
        choose_pool(books, &command.action_type, total, stamp).map_err(Stop::Unpaid)?;
    if let Some(campaign) = campaign {
        // Several pools may pay for one campaign, so none of them bounds it.
        let spent = campaign.spent.0.checked_add(total.0);
        spent.ok_or_else(too_large)?;
    }
    Ok(Plan {
        holders,
        parts,
        pool,
        refills,
        campaign,
    })
}

/// The pool that pays, with the refills that come first: of those that serve
/// the type and have enough, the one that expires first.
fn choose_pool<'a>(
    books: &'a Books,
    action_type: &str,
    total: Tokens,
    stamp: Stamp,
) -> Result<(&'a Pool, Vec<Tokens>), Code> {
    let serving = || {
        books
            .pools
            .values()
            .filter(|pool| pool.serves(action_type, stamp.now))
    };
    let paying = serving().filter_map(|pool| {
        let refills = pool.refills_for(total, stamp.now);
        let refilled: i128 = refills.iter().map(|amount| i128::from(amount.0)).sum();
        let has_enough = i128::from(pool.balance.0) + refilled >= i128::from(total.0);
        has_enough.then_some((pool, refills))
    });
    let first =
        paying.min_by_key(|(pool, _)| (pool.expires_at.is_none(), pool.expires_at, &pool.id));
    first.ok_or_else(
        || match (serving().next(), books.pools.is_empty(), stamp.environment) {
            (Some(_), _, _) => Code::InsufficientPool,
            (None, true, Environment::Sandbox) => Code::NoSandboxPool,
            (None, _, _) => Code::NoActivePool,
        },
    )
}

fn pay(
    books: &Books,
    (mut action, made): (Action, Vec<Effect>),
    plan: &Plan<'_>,
    (ids, stamp): (&mut Ids, Stamp),
) -> Result<Movement, Refusal> {
    let mut effects = made;
    effects.extend(pool::refill(plan.pool, &plan.refills, ids, stamp)?);
    let mut credits = Credits::new(books, plan.pool, stamp);
    let mut counted: BTreeMap<&UserId, i64> = BTreeMap::new();
    for (position, (holder, part)) in plan.holders.iter().zip(&plan.parts).enumerate() {
        let participant = &mut action.participants[position];
        participant.user_id = Some(holder.id.clone());
        if part.0 == 0 {
            continue;
        }
        let place = Part {
            action_id: action.id.clone(),
            position,
        };
        let paid = credits.pay((holder, &place), *part, ids)?;
        if let Some(Effect::Transaction(credit)) = paid.first() {
            participant.transaction_id = Some(credit.id.clone());
        }
        participant.tokens = *part;
        participant.vests_at = credits.vests_at();
        action.tokens.0 += part.0;
        *counted.entry(&holder.id).or_default() += part.0;
        effects.extend(paid);
    }
    action.pool_id = Some(plan.pool.id.clone());
    action.campaign_id = plan.campaign.map(|campaign| campaign.id.clone());
    if let Some(campaign_id) = &action.campaign_id {
        effects.extend(counted.into_iter().map(|(user, tokens)| Effect::Counted {
            campaign_id: campaign_id.clone(),
            user_id: user.clone(),
            tokens,
        }));
    }
    let outcome = Outcome::Rewarded {
        action_id: action.id.clone(),
        tokens: action.tokens,
        transaction_ids: action.transaction_ids(),
        replayed: false,
    };
    let news = if books.actions.contains_key(&action.key) {
        News::Changed
    } else {
        News::First
    };
    effects.push(Effect::Action { action, news });
    effects.extend(pool::warnings_of(books, &effects));
    Ok(Movement { effects, outcome })
}

/// The users who receive, in the order of the stakeholders; each is made where
/// there is none, or missing if it may not be.
fn receivers(
    books: &Books,
    command: &Reward,
    made: &mut Vec<Effect>,
    (ids, stamp): (&mut Ids, Stamp),
) -> Vec<Option<Holder>> {
    let mut new: BTreeMap<&ExternalUserId, UserId> = BTreeMap::new();
    let mut receiver = |stakeholder| {
        let external_id = external_id(books, stakeholder);
        let known = books.users.get(external_id).map(|user| &user.id);
        let id = match (
            known.or_else(|| new.get(external_id)),
            command.unknown_users,
        ) {
            (Some(id), _) => id.clone(),
            (None, UnknownUsers::Refuse) => return None,
            (None, UnknownUsers::Make) => {
                let id: UserId = ids.next();
                new.insert(external_id, id.clone());
                made.push(Effect::User(NewUser {
                    id: id.clone(),
                    external_id: external_id.clone(),
                    profile: stakeholder.profile.clone(),
                    created_at: stamp.now,
                }));
                id
            }
        };
        Some(Holder {
            id,
            external_id: external_id.clone(),
        })
    };
    command.stakeholders.iter().map(&mut receiver).collect()
}

fn external_id<'a>(books: &'a Books, stakeholder: &'a Stakeholder) -> &'a ExternalUserId {
    match &stakeholder.recipient {
        Recipient::Named(external_id) => external_id,
        Recipient::Address { email, otherwise } => books.addresses.get(email).unwrap_or(otherwise),
    }
}

/// A refusal that stays on record. The event is told once a key and code.
fn record_failure(books: &Books, mut action: Action, code: Code) -> Movement {
    let news = match books.actions.get(&action.key) {
        None => News::First,
        Some(earlier) if earlier.failures.contains(&code) => News::Nothing,
        Some(_) => News::Changed,
    };
    if news != News::Nothing {
        action.failures.push(code);
    }
    action.status = ActionStatus::Failed(code);
    let outcome = Outcome::Failed {
        action_id: action.id.clone(),
        code,
    };
    let effects = vec![Effect::Action { action, news }];
    Movement { effects, outcome }
}

/// The action of `command` before anything is paid, under the id that an
/// earlier try was given.
fn action(books: &Books, command: &Reward, (ids, stamp): (&mut Ids, Stamp)) -> Action {
    let earlier = books.actions.get(&command.key);
    let fresh = ids.next();
    let participant = |stakeholder: &Stakeholder| Participant {
        type_code: stakeholder.type_code.clone(),
        external_id: external_id(books, stakeholder).clone(),
        user_id: None,
        transaction_id: None,
        tokens: Tokens(0),
        reversed: Tokens(0),
        vests_at: None,
    };
    Action {
        id: earlier.map_or(fresh, |action| action.id.clone()),
        key: command.key.clone(),
        fingerprint: command.fingerprint.clone(),
        action_type: command.action_type.clone(),
        amount: command.amount,
        currency: command.currency,
        status: ActionStatus::Completed,
        failures: earlier.map_or_else(Vec::new, |action| action.failures.clone()),
        tokens: Tokens(0),
        tokens_reversed: Tokens(0),
        percent_reversed: Percent::from_hundredths(0),
        participants: command.stakeholders.iter().map(participant).collect(),
        pool_id: None,
        campaign_id: command.campaign_id.clone(),
        metadata: command.metadata.clone(),
        donation_id: command.donation_id.clone(),
        created_at: earlier.map_or(stamp.now, |action| action.created_at),
    }
}
