//! Writes what a batch of commands changed: each table once, absolute values,
//! affected rows counted.

use std::collections::{BTreeMap, BTreeSet};

use ledger::{Account, Action, ActionStatus, Effect, Key, Movement, News, Outcome, Transaction};
use shared::donation::RewardStatus;
use shared::event::EventType;
use shared::id::{ActionId, CampaignId, DonationId, PartnerId, PoolId, PoolRequestId, UserId};
use shared::money::Tokens;
use shared::time::Timestamp;
use shared::token_pool::PoolRequestStatus;
use sqlx::Error;

use super::fund::FundChanges;
use super::rows;
use super::{LoadedBooks, Shelf, tell};
use crate::config::Environment;
use crate::context::Context;
use crate::store::event::{self, EventRow, Subjects};
use crate::store::job::{self, JobKind};
use crate::store::sql::{Dialect, Rows};
use crate::store::{Connection, action, campaign, donation, pool_request};

/// What a batch writes. Rows that never change are gathered as they come up;
/// of the others it is noted which changed, and their last state is written.
pub(super) struct Changes {
    now: Timestamp,
    environment: Environment,
    users: Rows,
    transactions: Rows,
    entries: Rows,
    reversals: Rows,
    spends: Rows,
    funds: FundChanges,
    vestings: BTreeMap<(PartnerId, ledger::Part), (UserId, Timestamp)>,
    changed: BTreeMap<PartnerId, Changed>,
    /// Each with whom it is about, and with its data, as JSON text.
    events: Vec<(PartnerId, EventType, (Subjects, String))>,
    rewards: Vec<(PartnerId, DonationId, RewardStatus, Tokens)>,
    granted: Vec<(PartnerId, PoolRequestId)>,
    /// Actions that were tried before, and may have had more stakeholders.
    retried: Vec<(PartnerId, ActionId)>,
    /// Partners whose pools were filled.
    filled: BTreeSet<PartnerId>,
}

/// What changed in the books of one partner.
#[derive(Default)]
struct Changed {
    pools: BTreeSet<PoolId>,
    wallets: BTreeSet<UserId>,
    debts: BTreeSet<(UserId, PoolId)>,
    actions: BTreeSet<Key>,
    campaigns: BTreeSet<CampaignId>,
    campaign_users: BTreeSet<(CampaignId, UserId)>,
}

impl Changes {
    pub(super) fn new(now: Timestamp, environment: Environment) -> Self {
        Self {
            now,
            environment,
            users: Rows::of(&rows::USERS),
            transactions: Rows::of(&rows::TRANSACTIONS),
            entries: Rows::of(&rows::ENTRIES),
            reversals: Rows::of(&rows::REVERSALS),
            spends: Rows::of(&rows::SPENDS),
            funds: FundChanges::new(),
            vestings: BTreeMap::new(),
            changed: BTreeMap::new(),
            events: Vec::new(),
            rewards: Vec::new(),
            granted: Vec::new(),
            retried: Vec::new(),
            filled: BTreeSet::new(),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.changed.is_empty()
    }

    /// Takes up what `movement` did to the books, to which it is already applied.
    pub(super) fn record(
        &mut self,
        partner: &PartnerId,
        loaded: &mut LoadedBooks,
        movement: &Movement,
    ) -> Result<(), Error> {
        if movement.effects.is_empty() {
            return Ok(());
        }
        let mut position = 0;
        for effect in &movement.effects {
            if let Effect::Transaction(transaction) = effect {
                self.record_transaction(partner, (transaction, position))?;
                loaded.counters.transactions += 1;
                position += 1;
            } else {
                self.record_effect(partner, loaded, effect)?;
            }
            let scene = (self.now, self.environment);
            for (kind, data) in tell::events(effect, &loaded.books, scene) {
                let told = (tell::subjects(effect, &loaded.books), data);
                self.events.push((partner.clone(), kind, told));
            }
        }
        if movement.outcome == Outcome::Allocated {
            self.filled.insert(partner.clone());
        }
        Ok(())
    }

    fn changed(&mut self, partner: &PartnerId) -> &mut Changed {
        self.changed.entry(partner.clone()).or_default()
    }

    fn record_transaction(
        &mut self,
        partner: &PartnerId,
        (transaction, position): (&Transaction, usize),
    ) -> Result<(), Error> {
        rows::push_transaction(&mut self.transactions, partner, (transaction, position))?;
        for (position, entry) in transaction.entries.iter().enumerate() {
            let place = (&transaction.id, position);
            rows::push_entry(&mut self.entries, partner, place, entry)?;
        }
        let changed = self.changed(partner);
        for entry in &transaction.entries {
            match &entry.account {
                Account::Issuance | Account::Marketplace => {}
                Account::Pool(id) | Account::Receivable(id) => {
                    changed.pools.insert(id.clone());
                }
                Account::Wallet(id) => {
                    changed.wallets.insert(id.clone());
                }
                Account::Debt(user_id, pool_id) => {
                    changed.debts.insert((user_id.clone(), pool_id.clone()));
                }
            }
        }
        if let Some(holder) = &transaction.holder {
            changed.wallets.insert(holder.id.clone());
        }
        Ok(())
    }

    fn record_effect(
        &mut self,
        partner: &PartnerId,
        loaded: &mut LoadedBooks,
        effect: &Effect,
    ) -> Result<(), Error> {
        match effect {
            Effect::Transaction(_) => {}
            Effect::User(user) => {
                loaded.counters.users += 1;
                self.changed(partner);
                rows::push_user(&mut self.users, partner, user)?;
            }
            Effect::Action { action, news } => {
                loaded.counters.actions += i64::from(*news == News::First);
                self.record_action(partner, action, *news);
            }
            Effect::Reversal(reversal) => {
                rows::push_reversal(&mut self.reversals, partner, reversal)?;
            }
            Effect::Spent(spent) => rows::push_spend(&mut self.spends, partner, spent)?,
            Effect::Vesting {
                user_id,
                part,
                vests_at,
                ..
            } => {
                let key = (partner.clone(), part.clone());
                self.vestings.insert(key, (user_id.clone(), *vests_at));
            }
            Effect::Counted {
                campaign_id,
                user_id,
                ..
            } => {
                let changed = self.changed(partner);
                changed.campaigns.insert(campaign_id.clone());
                changed
                    .campaign_users
                    .insert((campaign_id.clone(), user_id.clone()));
            }
            Effect::Fund(effect) => {
                self.changed(partner);
                self.funds.record(partner, effect, &mut self.entries)?;
            }
            Effect::Granted(request_id) => {
                self.granted.push((partner.clone(), request_id.clone()));
            }
            Effect::Refilled { pool_id, .. }
            | Effect::Expired(pool_id)
            | Effect::Warned { pool_id, .. }
            | Effect::Depleted(pool_id) => {
                self.changed(partner).pools.insert(pool_id.clone());
            }
        }
        Ok(())
    }

    fn record_action(&mut self, partner: &PartnerId, action: &Action, news: News) {
        self.changed(partner).actions.insert(action.key.clone());
        let is_tried = matches!(
            action.status,
            ActionStatus::Completed | ActionStatus::Failed(_)
        );
        if is_tried && news != News::First {
            self.retried.push((partner.clone(), action.id.clone()));
        }
        if let Some(donation_id) = &action.donation_id {
            let status = match action.status {
                ActionStatus::Completed | ActionStatus::PartiallyReversed => RewardStatus::Awarded,
                ActionStatus::Reversed => RewardStatus::Reversed,
                ActionStatus::Failed(_) => RewardStatus::Failed,
            };
            let tokens = Tokens(action.tokens.0 - action.tokens_reversed.0);
            self.rewards
                .push((partner.clone(), donation_id.clone(), status, tokens));
        }
    }
}

/// Writes everything that a batch changed.
pub(super) async fn save(
    conn: &mut Connection,
    (dialect, context): (Dialect, &Context),
    (changes, shelf): (Changes, &mut Shelf),
) -> Result<(), Error> {
    for (partner, action_id) in &changes.retried {
        action::forget_stakeholders(conn, partner, action_id).await?;
    }
    let (tables, spent) = last_states(&changes, shelf)?;
    let events = number_events(&changes, shelf, context);
    let fixed = [
        changes.users,
        changes.transactions,
        changes.entries,
        changes.reversals,
        changes.spends,
    ];
    let [users, transactions, entries, reversals, spends] = fixed;
    let [actions, rest @ ..] = tables;
    // In this order, because of the references between them.
    for rows in [users, actions, transactions, entries, reversals, spends]
        .into_iter()
        .chain(rest)
    {
        rows.write(conn, dialect).await?;
    }
    changes.funds.save(conn, dialect, shelf).await?;
    for (partner, campaign_id, tokens) in spent {
        campaign::set_spent(conn, &partner, &campaign_id, tokens).await?;
    }
    event::insert(conn, dialect, &events).await?;
    for (partner, donation_id, status, tokens) in changes.rewards {
        donation::set_reward(conn, &partner, &donation_id, (status, tokens, changes.now)).await?;
        job::finish(conn, JobKind::Reward, &partner, donation_id.as_str()).await?;
    }
    for (partner, request_id) in changes.granted {
        let answer = (PoolRequestStatus::Approved, changes.now);
        pool_request::answer(conn, (&partner, &request_id), answer).await?;
    }
    for partner in changes.filled {
        job::hurry(conn, JobKind::Reward, &partner, changes.now).await?;
    }
    Ok(())
}

/// What each campaign has paid.
type Spent = Vec<(PartnerId, CampaignId, Tokens)>;

/// The rows of everything that changed, as the books have it now; actions first.
fn last_states(changes: &Changes, shelf: &mut Shelf) -> Result<([Rows; 8], Spent), Error> {
    let mut actions = Rows::of(&rows::ACTIONS);
    let mut stakeholders = Rows::of(&rows::STAKEHOLDERS);
    let mut wallets = Rows::of(&rows::WALLETS);
    let mut debts = Rows::of(&rows::DEBTS);
    let mut pools = Rows::of(&rows::POOLS);
    let mut campaign_users = Rows::of(&rows::CAMPAIGN_USERS);
    let mut vestings = Rows::of(&rows::VESTINGS);
    let mut books_rows = Rows::of(&rows::BOOKS);
    let mut spent = Spent::new();
    for (partner, changed) in &changes.changed {
        let loaded = shelf.get_mut(partner).ok_or(Error::RowNotFound)?;
        loaded.counters.commits += 1;
        rows::push_books(&mut books_rows, partner, &loaded.counters)?;
        let books = &loaded.books;
        for action in changed
            .actions
            .iter()
            .filter_map(|key| books.actions.get(key))
        {
            rows::push_action(&mut actions, partner, action)?;
            for (position, participant) in action.participants.iter().enumerate() {
                let place = (action, position);
                rows::push_stakeholder(&mut stakeholders, partner, place, participant)?;
            }
        }
        for wallet in changed
            .wallets
            .iter()
            .filter_map(|id| books.wallets.get_key_value(id))
        {
            rows::push_wallet(&mut wallets, partner, wallet)?;
        }
        for (key, debt) in changed
            .debts
            .iter()
            .filter_map(|key| books.debts.get_key_value(key))
        {
            rows::push_debt(&mut debts, partner, key, debt)?;
        }
        for pool in changed.pools.iter().filter_map(|id| books.pools.get(id)) {
            rows::push_pool(&mut pools, partner, pool)?;
        }
        for key in &changed.campaign_users {
            rows::push_campaign_user(&mut campaign_users, partner, key, books)?;
        }
        for campaign in changed
            .campaigns
            .iter()
            .filter_map(|id| books.campaigns.get(id))
        {
            spent.push((partner.clone(), campaign.id.clone(), campaign.spent));
        }
    }
    for ((partner, part), (user_id, vests_at)) in &changes.vestings {
        let books = shelf.get(partner).map(|loaded| &loaded.books);
        let amount = books.and_then(|books| books.vestings.get(part)).copied();
        let end = (*vests_at, amount.unwrap_or_default());
        rows::push_vesting(&mut vestings, partner, (user_id, part), end)?;
    }
    let tables = [
        actions,
        stakeholders,
        wallets,
        debts,
        pools,
        campaign_users,
        vestings,
        books_rows,
    ];
    Ok((tables, spent))
}

fn number_events(changes: &Changes, shelf: &Shelf, context: &Context) -> Vec<EventRow> {
    let mut positions: BTreeMap<&PartnerId, i64> = BTreeMap::new();
    let mut rows = Vec::with_capacity(changes.events.len());
    for (partner, event_type, (subjects, data)) in &changes.events {
        let position = positions.entry(partner).or_default();
        let commits = shelf.get(partner).map(|loaded| loaded.counters.commits);
        rows.push(EventRow {
            partner_id: partner.clone(),
            commit_number: commits.unwrap_or_default(),
            position: *position,
            id: context.event_id(),
            event_type: *event_type,
            subjects: subjects.clone(),
            data: data.clone(),
            created_at: changes.now,
        });
        *position += 1;
    }
    rows
}
