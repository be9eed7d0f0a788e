//! Actions and their reversals, as the books know them.

use shared::Code;
use shared::id::{
    ActionId, CampaignId, DonationId, ExternalUserId, PoolId, ReversalId, TransactionId, UserId,
};
use shared::money::{Currency, Minor, Percent, Tokens};
use shared::time::Timestamp;

use crate::command::Key;

/// An action under its key, done or failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    pub id: ActionId,
    pub key: Key,
    pub fingerprint: String,
    pub action_type: String,
    pub amount: Minor,
    pub currency: Currency,
    pub status: ActionStatus,
    /// Why it failed before, and now if it did: each reason once, as it was told.
    pub failures: Vec<Code>,
    /// Distributed at first, before any reversal.
    pub tokens: Tokens,
    pub tokens_reversed: Tokens,
    /// How much of it was reversed so far.
    pub percent_reversed: Percent,
    pub participants: Vec<Participant>,
    pub pool_id: Option<PoolId>,
    pub campaign_id: Option<CampaignId>,
    /// A JSON object.
    pub metadata: String,
    pub donation_id: Option<DonationId>,
    pub created_at: Timestamp,
}

impl Action {
    /// The transactions by which it was paid.
    pub fn transaction_ids(&self) -> Vec<TransactionId> {
        self.participants
            .iter()
            .filter_map(|participant| participant.transaction_id.clone())
            .collect()
    }
}

/// A stakeholder of an action, and what it brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Participant {
    pub type_code: String,
    pub external_id: ExternalUserId,
    /// None if there was no such user.
    pub user_id: Option<UserId>,
    /// None if there were no tokens.
    pub transaction_id: Option<TransactionId>,
    pub tokens: Tokens,
    pub reversed: Tokens,
    pub vests_at: Option<Timestamp>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActionStatus {
    Completed,
    PartiallyReversed,
    Reversed,
    Failed(Code),
}

impl ActionStatus {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Completed => "COMPLETED",
            Self::PartiallyReversed => "PARTIALLY_REVERSED",
            Self::Reversed => "REVERSED",
            Self::Failed(_) => "FAILED",
        }
    }
}

/// One reversal of an action, under its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reversal {
    pub id: ReversalId,
    pub key: Key,
    pub action_id: ActionId,
    pub percent: Percent,
    pub reason: String,
    /// Of the action, after it.
    pub status: ActionStatus,
    pub tokens: Tokens,
    /// How much of the tokens could not be taken, and is owed.
    pub debt: Tokens,
    /// What is left of the action, after it.
    pub remaining: Tokens,
    pub transaction_ids: Vec<TransactionId>,
    pub created_at: Timestamp,
}
