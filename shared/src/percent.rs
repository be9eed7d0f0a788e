//! The calls of Percent's donation sessions, with its names and manners.

mod donation;
mod list;
mod organisation;
mod session;
mod user;

use serde::{Deserialize, Serialize};

pub use self::donation::{
    GetPercentDonation, Hosted, ListPercentDonations, PercentDonation, PercentDonationAnswer,
    PercentDonationList, PercentDonationStatus,
};
pub use self::list::{CursorLinks, DEFAULT_PAGE_SIZE, Direction, MAX_PAGE_SIZE, PageLinks};
pub use self::organisation::{
    FindOrganisations, GetOrganisation, Organisation, OrganisationAnswer, OrganisationList,
};
pub use self::session::{
    CreateDonationSession, DonationSession, DonationSessionAnswer, DonationSessionList,
    DonationSessionStatus, GetDonationSession, ListDonationSessions,
};
pub use self::user::{CreatePercentUser, GetPercentUser, PercentUser, PercentUserAnswer};
use crate::error::Code;

/// The body of every refusal in the Percent dialect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct PercentError {
    pub error: PercentFault,
    /// Always `error`.
    pub object: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct PercentFault {
    /// The number of the request: `req_…`.
    pub id: String,
    /// What callers branch on: `bad_request`.
    pub code: String,
    pub title: String,
    pub message: String,
    /// What is wrong, each with the name of its field.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<String>,
}

/// The dialect's own word for a code, where it has one: clients branch on it.
pub const fn word(code: Code) -> Option<&'static str> {
    match code {
        Code::UnknownOrganization => Some("donation_session/organisation_not_found"),
        Code::InvalidMetadata => Some("donation_session/invalid_metadata"),
        Code::InvalidCursor => Some("pagination/cursor_error"),
        Code::IdempotencyKeyReused => Some("idempotency/same_key_different_data"),
        Code::CallInProgress => Some("idempotency/original_call_in_progress"),
        _ => match code.status_in(crate::call::Dialect::Percent) {
            400 => Some("bad_request"),
            401 => Some("unauthorized"),
            403 => Some("forbidden"),
            404 => Some("not_found"),
            429 => Some("rate_exceeded"),
            _ => None,
        },
    }
}
