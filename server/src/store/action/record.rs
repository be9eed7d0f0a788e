//! The whole record of actions, gathered from every table that has a part of it.

use std::collections::BTreeMap;

use ledger::{Action, Participant, Reversal};
use serde_json::{Value, json};
use shared::action::{self, ActionRecord, CampaignName, Stakeholder};
use shared::decimal::Major;
use shared::id::{ActionId, CampaignId, PartnerId};
use shared::money::Tokens;
use shared::transaction::Transaction;
use sqlx::Error;
use sqlx::any::AnyRow;

use super::{read, read_participant, read_reversal, status};
use crate::store::row::Columns as _;
use crate::store::sql::{Dialect, json as json_text};
use crate::store::{Connection, transaction};

const OF_PARTNER: &str = "t.partner_id = v.value ->> 'partner_id'";

/// Completes the rows of actions, in their order, each other table read once.
pub(super) async fn complete(
    conn: &mut Connection,
    (dialect, partner_id): (Dialect, &PartnerId),
    rows: Vec<AnyRow>,
) -> Result<Vec<ActionRecord>, Error> {
    let actions = rows.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    let mut finder = Finder {
        conn,
        dialect,
        partner_id,
    };
    let ids: Vec<_> = actions.iter().map(|action| action.id.as_str()).collect();
    let named = actions
        .iter()
        .filter_map(|action| action.campaign_id.as_ref());
    let named: Vec<_> = named.map(CampaignId::as_str).collect();
    let mut participants = BTreeMap::<ActionId, BTreeMap<i64, Participant>>::new();
    for row in finder.find(("stakeholders", "action_id"), &ids).await? {
        let of_action = participants.entry(row.text("action_id")?).or_default();
        of_action.insert(row.number("position")?, read_participant(&row)?);
    }
    let mut reversals = BTreeMap::<ActionId, Vec<Reversal>>::new();
    for row in finder.find(("reversals", "action_id"), &ids).await? {
        let reversal = read_reversal(&row)?;
        let of_action = reversals.entry(reversal.action_id.clone()).or_default();
        of_action.push(reversal);
    }
    let mut campaigns = BTreeMap::<CampaignId, String>::new();
    for row in finder.find(("campaigns", "id"), &named).await? {
        campaigns.insert(row.text("id")?, row.text("name")?);
    }
    let mut transactions = BTreeMap::<ActionId, Vec<Transaction>>::new();
    for moved in transaction::of_actions(finder.conn, dialect, partner_id, &ids).await? {
        if let Some(action_id) = moved.action_id.clone() {
            transactions.entry(action_id).or_default().push(moved);
        }
    }
    let whole = |action: Action| {
        let parts = participants.remove(&action.id).unwrap_or_default();
        let reversals = reversals.remove(&action.id).unwrap_or_default();
        let name = action.campaign_id.as_ref().and_then(|id| campaigns.get(id));
        let name = name.cloned();
        let moved = transactions.remove(&action.id).unwrap_or_default();
        Ok(ActionRecord {
            transactions: moved,
            ..record(action, parts.into_values(), (reversals, name))?
        })
    };
    actions.into_iter().map(whole).collect()
}

struct Finder<'a> {
    conn: &'a mut Connection,
    dialect: Dialect,
    partner_id: &'a PartnerId,
}

impl Finder<'_> {
    /// The partner's rows of `table` whose `column` has one of the values.
    async fn find(
        &mut self,
        (table, column): (&str, &str),
        values: &[&str],
    ) -> Result<Vec<AnyRow>, Error> {
        if values.is_empty() {
            return Ok(Vec::new());
        }
        let condition = format!("{OF_PARTNER} AND t.{column} = v.value ->> 'id'");
        let row = |id: &&str| json!({ "partner_id": self.partner_id, "id": id });
        let mut wanted: Vec<Value> = values.iter().map(row).collect();
        wanted.dedup();
        sqlx::query(self.dialect.lookup("t.*", table, &condition))
            .bind(json_text(&wanted)?)
            .fetch_all(&mut *self.conn)
            .await
    }
}

fn record(
    action: Action,
    participants: impl Iterator<Item = Participant>,
    (mut reversals, campaign_name): (Vec<Reversal>, Option<String>),
) -> Result<ActionRecord, Error> {
    let (status, error) = status(action.status);
    reversals.sort_by(|one, other| (one.created_at, &one.id).cmp(&(other.created_at, &other.id)));
    let metadata = serde_json::from_str(&action.metadata);
    Ok(ActionRecord {
        id: action.id,
        idempotency_key: action.key.key,
        action_type: action.action_type,
        status,
        amount: Major::of(action.amount, action.currency),
        currency: action.currency,
        tokens_distributed: action.tokens,
        tokens_reversed: action.tokens_reversed,
        remaining_tokens: Tokens(action.tokens.0 - action.tokens_reversed.0),
        stakeholders: participants.map(stakeholder).collect(),
        transactions: Vec::new(),
        reversals: reversals.into_iter().map(reversal).collect(),
        pool_id: action.pool_id,
        campaign: action.campaign_id.map(|id| CampaignName {
            id,
            name: campaign_name,
        }),
        metadata: metadata.map_err(|error| Error::Decode(Box::new(error)))?,
        partner_donation_id: action.donation_id,
        error,
        created_at: action.created_at,
    })
}

fn stakeholder(participant: Participant) -> Stakeholder {
    Stakeholder {
        stakeholder_type_code: participant.type_code,
        partner_user_id: participant.external_id,
        tokens_distributed: participant.tokens,
        tokens_reversed: participant.reversed,
        transaction_id: participant.transaction_id,
        vests_at: participant.vests_at,
    }
}

fn reversal(reversal: Reversal) -> action::Reversal {
    action::Reversal {
        reversal_id: reversal.id,
        refund_idempotency_key: reversal.key.key,
        reversal_percentage: reversal.percent,
        reason: reversal.reason,
        tokens_reversed: reversal.tokens,
        debt_created: reversal.debt,
        transaction_ids: reversal.transaction_ids,
        created_at: reversal.created_at,
    }
}
