//! Who a partner is to the server.

use serde::{Deserialize, Serialize};

use crate::call::Feature;
use crate::id::PartnerId;
use crate::names::names;
use crate::time::Timestamp;

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

/// A partner, as its own people see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct PartnerInfo {
    pub id: PartnerId,
    pub name: String,
    pub slug: String,
    pub status: PartnerStatus,
    pub tier: Tier,
    pub enabled_features: Vec<Feature>,
    pub created_at: Timestamp,
}
