//! Actions as they stand, with those who took part and what was reversed.

mod list;
mod record;

use ledger::{Action, ActionStatus, Key, KeySpace, Participant, Reversal};
use shared::Code;
use shared::action::{ActionError, Reversed};
use shared::id::{ActionId, DonationId, PartnerId};
use shared::money::{Currency, Minor, Percent, Tokens};
use sqlx::Error;
use sqlx::any::AnyRow;

pub use self::list::{Filter, count, find, list};
use super::Connection;
use super::row::Columns as _;

/// Forgets who took part in a failed action that is tried again.
pub(super) async fn forget_stakeholders(
    conn: &mut Connection,
    partner_id: &PartnerId,
    id: &ActionId,
) -> Result<(), Error> {
    sqlx::query("DELETE FROM stakeholders WHERE partner_id = $1 AND action_id = $2")
        .bind(partner_id.as_str())
        .bind(id.as_str())
        .execute(conn)
        .await?;
    Ok(())
}

/// The action that rewards a gift, without those who took part.
pub async fn of_donation(
    conn: &mut Connection,
    partner_id: &PartnerId,
    id: &DonationId,
) -> Result<Option<Action>, Error> {
    let row = sqlx::query(
        "SELECT * FROM actions WHERE partner_id = $1 AND key_space = $2 AND idempotency_key = $3",
    )
    .bind(partner_id.as_str())
    .bind(KeySpace::Donation.as_str())
    .bind(id.as_str())
    .fetch_optional(conn)
    .await?;
    row.as_ref().map(read).transpose()
}

/// An action without those who took part.
pub(super) fn read(row: &AnyRow) -> Result<Action, Error> {
    Ok(Action {
        id: row.text("id")?,
        key: read_key(row)?,
        fingerprint: row.text("fingerprint")?,
        action_type: row.text("action_type")?,
        amount: Minor(row.number("amount_minor")?),
        currency: row.named("currency", Currency::named)?,
        status: read_status(row)?,
        failures: row.json("failures")?,
        tokens: Tokens(row.number("tokens")?),
        tokens_reversed: Tokens(row.number("tokens_reversed")?),
        percent_reversed: read_percent(row, "reversed_percent")?,
        participants: Vec::new(),
        pool_id: row.text_or_null("pool_id")?,
        campaign_id: row.text_or_null("campaign_id")?,
        metadata: row.text("metadata")?,
        donation_id: row.text_or_null::<DonationId>("donation_id")?,
        created_at: row.time("created_at")?,
    })
}

pub(super) fn read_participant(row: &AnyRow) -> Result<Participant, Error> {
    Ok(Participant {
        type_code: row.text("type_code")?,
        external_id: row.text("external_id")?,
        user_id: row.text_or_null("user_id")?,
        transaction_id: row.text_or_null("transaction_id")?,
        tokens: Tokens(row.number("tokens")?),
        reversed: Tokens(row.number("reversed")?),
        vests_at: row.time_or_null("vests_at")?,
    })
}

pub(super) fn read_reversal(row: &AnyRow) -> Result<Reversal, Error> {
    let ids: Vec<String> = row.json("transaction_ids")?;
    Ok(Reversal {
        id: row.text("id")?,
        key: read_key(row)?,
        action_id: row.text("action_id")?,
        percent: read_percent(row, "percent")?,
        reason: row.text("reason")?,
        status: row.named("status", done_status)?,
        tokens: Tokens(row.number("tokens")?),
        debt: Tokens(row.number("debt")?),
        remaining: Tokens(row.number("remaining")?),
        transaction_ids: ids.into_iter().map(Into::into).collect(),
        created_at: row.time("created_at")?,
    })
}

/// A reversal as the partner is told of it.
pub fn reversed(reversal: &Reversal) -> Reversed {
    Reversed {
        reversal_id: reversal.id.clone(),
        action_id: reversal.action_id.clone(),
        status: status(reversal.status).0,
        tokens_reversed: reversal.tokens,
        debt_created: reversal.debt,
        remaining_tokens: reversal.remaining,
        transaction_ids: reversal.transaction_ids.clone(),
    }
}

/// What became of an action, as the partner is told, and why it failed.
pub(super) fn status(status: ActionStatus) -> (shared::action::ActionStatus, Option<ActionError>) {
    use shared::action::ActionStatus as Told;
    match status {
        ActionStatus::Completed => (Told::Completed, None),
        ActionStatus::PartiallyReversed => (Told::PartiallyReversed, None),
        ActionStatus::Reversed => (Told::Reversed, None),
        ActionStatus::Failed(code) => (Told::Failed, Some(ActionError { code })),
    }
}

fn read_key(row: &AnyRow) -> Result<Key, Error> {
    Ok(Key {
        space: row.named("key_space", KeySpace::named)?,
        key: row.text("idempotency_key")?,
    })
}

fn read_status(row: &AnyRow) -> Result<ActionStatus, Error> {
    match row.text_or_null::<String>("error_code")? {
        None => row.named("status", done_status),
        Some(_) => Ok(ActionStatus::Failed(row.named("error_code", Code::named)?)),
    }
}

/// The status of an action that was paid.
fn done_status(name: &str) -> Option<ActionStatus> {
    [
        ActionStatus::Completed,
        ActionStatus::PartiallyReversed,
        ActionStatus::Reversed,
    ]
    .into_iter()
    .find(|status| status.as_str() == name)
}

fn read_percent(row: &AnyRow, name: &str) -> Result<Percent, Error> {
    let hundredths = u32::try_from(row.number(name)?).map_err(|_| Error::RowNotFound)?;
    Ok(Percent::from_hundredths(hundredths))
}
