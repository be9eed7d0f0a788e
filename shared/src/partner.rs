//! Who a partner is to the server.

use crate::names::names;

names! {
    /// Whether a partner may be served.
    pub enum PartnerStatus {
        PendingApproval = "PENDING_APPROVAL",
        Active = "ACTIVE",
        Suspended = "SUSPENDED",
    }
}

names! {
    /// What a partner has agreed to; it sets the requests an hour of each key.
    pub enum Tier {
        Standard = "STANDARD",
        Professional = "PROFESSIONAL",
        Enterprise = "ENTERPRISE",
    }
}
