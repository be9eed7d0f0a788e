//! The rows of actions and of what comes of them.

use ledger::{Action, ActionStatus, Books, Debt, Part, Participant, Reversal};
use shared::id::{CampaignId, DonationId, PartnerId, PoolId, TransactionId, UserId};
use shared::money::Tokens;
use shared::time::Timestamp;
use sqlx::Error;

use crate::store::sql::Column::{Number, Text};
use crate::store::sql::{Rows, Table, json};

pub(in crate::store::ledger) const ACTIONS: Table = Table {
    name: "actions",
    columns: &[
        Text("partner_id"),
        Text("id"),
        Text("key_space"),
        Text("idempotency_key"),
        Text("fingerprint"),
        Text("action_type"),
        Number("amount_minor"),
        Text("currency"),
        Text("status"),
        Text("error_code"),
        Text("failures"),
        Number("tokens"),
        Number("tokens_reversed"),
        Number("reversed_percent"),
        Text("pool_id"),
        Text("campaign_id"),
        Text("metadata"),
        Text("donation_id"),
        Number("created_at"),
    ],
    conflict: "ON CONFLICT (partner_id, id) DO UPDATE SET fingerprint = excluded.fingerprint, \
        action_type = excluded.action_type, amount_minor = excluded.amount_minor, currency = excluded.currency, \
        status = excluded.status, error_code = excluded.error_code, failures = excluded.failures, tokens = excluded.tokens, \
        tokens_reversed = excluded.tokens_reversed, reversed_percent = excluded.reversed_percent, \
        pool_id = excluded.pool_id, campaign_id = excluded.campaign_id, metadata = excluded.metadata",
};

pub(in crate::store::ledger) fn push_action(
    rows: &mut Rows,
    partner: &PartnerId,
    action: &Action,
) -> Result<(), Error> {
    let error_code = match action.status {
        ActionStatus::Completed | ActionStatus::PartiallyReversed | ActionStatus::Reversed => None,
        ActionStatus::Failed(code) => Some(code.as_str()),
    };
    rows.push([
        partner.as_str().into(),
        action.id.as_str().into(),
        action.key.space.as_str().into(),
        action.key.key.as_str().into(),
        action.fingerprint.as_str().into(),
        action.action_type.as_str().into(),
        action.amount.0.into(),
        action.currency.as_str().into(),
        action.status.as_str().into(),
        error_code.into(),
        json(&action.failures)?.as_str().into(),
        action.tokens.0.into(),
        action.tokens_reversed.0.into(),
        i64::from(action.percent_reversed.hundredths()).into(),
        action.pool_id.as_ref().map(PoolId::as_str).into(),
        action.campaign_id.as_ref().map(CampaignId::as_str).into(),
        action.metadata.as_str().into(),
        action.donation_id.as_ref().map(DonationId::as_str).into(),
        action.created_at.0.into(),
    ])
}

pub(in crate::store::ledger) const STAKEHOLDERS: Table = Table {
    name: "stakeholders",
    columns: &[
        Text("partner_id"),
        Text("action_id"),
        Number("position"),
        Text("type_code"),
        Text("external_id"),
        Text("user_id"),
        Text("transaction_id"),
        Number("tokens"),
        Number("reversed"),
        Number("vests_at"),
        Number("created_at"),
    ],
    conflict: "ON CONFLICT (partner_id, action_id, position) DO UPDATE SET type_code = excluded.type_code, \
        external_id = excluded.external_id, user_id = excluded.user_id, \
        transaction_id = excluded.transaction_id, tokens = excluded.tokens, reversed = excluded.reversed, \
        vests_at = excluded.vests_at",
};

pub(in crate::store::ledger) fn push_stakeholder(
    rows: &mut Rows,
    partner: &PartnerId,
    (action, position): (&Action, usize),
    participant: &Participant,
) -> Result<(), Error> {
    rows.push([
        partner.as_str().into(),
        action.id.as_str().into(),
        position.into(),
        participant.type_code.as_str().into(),
        participant.external_id.as_str().into(),
        participant.user_id.as_ref().map(UserId::as_str).into(),
        participant
            .transaction_id
            .as_ref()
            .map(TransactionId::as_str)
            .into(),
        participant.tokens.0.into(),
        participant.reversed.0.into(),
        participant.vests_at.map(|time| time.0).into(),
        action.created_at.0.into(),
    ])
}

pub(in crate::store::ledger) const VESTINGS: Table = Table {
    name: "vestings",
    columns: &[
        Text("partner_id"),
        Text("user_id"),
        Number("vests_at"),
        Text("action_id"),
        Number("position"),
        Number("amount"),
    ],
    conflict: "ON CONFLICT (partner_id, user_id, vests_at, action_id, position) DO UPDATE SET amount = excluded.amount",
};

pub(in crate::store::ledger) fn push_vesting(
    rows: &mut Rows,
    partner: &PartnerId,
    (user_id, part): (&UserId, &Part),
    (vests_at, amount): (Timestamp, Tokens),
) -> Result<(), Error> {
    rows.push([
        partner.as_str().into(),
        user_id.as_str().into(),
        vests_at.0.into(),
        part.action_id.as_str().into(),
        part.position.into(),
        amount.0.into(),
    ])
}

pub(in crate::store::ledger) const DEBTS: Table = Table {
    name: "debts",
    columns: &[
        Text("partner_id"),
        Text("user_id"),
        Text("pool_id"),
        Number("owed"),
        Number("since"),
    ],
    conflict: "ON CONFLICT (partner_id, user_id, pool_id) DO UPDATE SET owed = excluded.owed, since = excluded.since",
};

pub(in crate::store::ledger) fn push_debt(
    rows: &mut Rows,
    partner: &PartnerId,
    (user_id, pool_id): &(UserId, PoolId),
    debt: &Debt,
) -> Result<(), Error> {
    rows.push([
        partner.as_str().into(),
        user_id.as_str().into(),
        pool_id.as_str().into(),
        debt.owed.0.into(),
        debt.since.0.into(),
    ])
}

pub(in crate::store::ledger) const CAMPAIGN_USERS: Table = Table {
    name: "campaign_users",
    columns: &[
        Text("partner_id"),
        Text("campaign_id"),
        Text("user_id"),
        Number("tokens"),
    ],
    conflict: "ON CONFLICT (partner_id, campaign_id, user_id) DO UPDATE SET tokens = excluded.tokens",
};

pub(in crate::store::ledger) fn push_campaign_user(
    rows: &mut Rows,
    partner: &PartnerId,
    key: &(CampaignId, UserId),
    books: &Books,
) -> Result<(), Error> {
    rows.push([
        partner.as_str().into(),
        key.0.as_str().into(),
        key.1.as_str().into(),
        books
            .campaign_users
            .get(key)
            .map_or(0, |tokens| tokens.0)
            .into(),
    ])
}

pub(in crate::store::ledger) const REVERSALS: Table = Table {
    name: "reversals",
    columns: &[
        Text("partner_id"),
        Text("id"),
        Text("action_id"),
        Text("key_space"),
        Text("idempotency_key"),
        Number("percent"),
        Text("reason"),
        Text("status"),
        Number("tokens"),
        Number("debt"),
        Number("remaining"),
        Text("transaction_ids"),
        Number("created_at"),
    ],
    conflict: "",
};

pub(in crate::store::ledger) fn push_reversal(
    rows: &mut Rows,
    partner: &PartnerId,
    reversal: &Reversal,
) -> Result<(), Error> {
    rows.push([
        partner.as_str().into(),
        reversal.id.as_str().into(),
        reversal.action_id.as_str().into(),
        reversal.key.space.as_str().into(),
        reversal.key.key.as_str().into(),
        i64::from(reversal.percent.hundredths()).into(),
        reversal.reason.as_str().into(),
        reversal.status.as_str().into(),
        reversal.tokens.0.into(),
        reversal.debt.0.into(),
        reversal.remaining.0.into(),
        json(&reversal.transaction_ids)?.as_str().into(),
        reversal.created_at.0.into(),
    ])
}
