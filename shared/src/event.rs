//! What can have happened, by the names under which webhooks tell of it.

use crate::names::names;

names! {
    /// The type of an event.
    pub enum EventType {
        ActionCompleted = "action.completed",
        ActionFailed = "action.failed",
        TransactionCompleted = "transaction.completed",
        TokenPoolLowBalance = "token_pool.low_balance",
        TokenPoolDepleted = "token_pool.depleted",
        TokenPoolAllocated = "token_pool.allocated",
        UserCreated = "user.created",
        DonationCreated = "donation.created",
        DonationCompleted = "donation.completed",
        DonationExpired = "donation.expired",
    }
}
