//! What can have happened, by the names under which webhooks tell of it.

use crate::names::names;

names! {
    /// The type of an event.
    pub enum EventType {
        ActionCompleted = "action.completed",
        ActionFailed = "action.failed",
        ActionReversed = "action.reversed",
        TransactionCompleted = "transaction.completed",
        TokenPoolLowBalance = "token_pool.low_balance",
        TokenPoolDepleted = "token_pool.depleted",
        TokenPoolAllocated = "token_pool.allocated",
        CampaignStarted = "campaign.started",
        CampaignPaused = "campaign.paused",
        CampaignEnded = "campaign.ended",
        UserCreated = "user.created",
        DonationCreated = "donation.created",
        DonationCompleted = "donation.completed",
        DonationExpired = "donation.expired",
    }
}
