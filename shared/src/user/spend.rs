//! Playing the marketplace, so that a sandbox can try what debts do.

use serde::{Deserialize, Serialize};

use crate::call::{Auth, Call, Feature, Method, Scope};
use crate::error::Code;
use crate::id::{ExternalUserId, TransactionId};
use crate::money::Tokens;

/// `POST /v1/partner/users/{externalId}/spend`: takes tokens from a user as the
/// marketplace would. In the sandbox only.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct SpendTokens {
    pub external_id: ExternalUserId,
    #[cfg_attr(feature = "openapi", schemars(range(min = 1)))]
    pub amount: Tokens,
    /// One for each spending: printable ASCII.
    #[cfg_attr(feature = "openapi", schemars(regex(pattern = "^[ -~]{1,255}$")))]
    pub idempotency_key: String,
}

impl Call for SpendTokens {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/v1/partner/users/{externalId}/spend";
    const AUTH: Auth = Auth::SignedSecret;
    const SCOPE: Option<Scope> = Some(Scope::UsersWrite);
    const FEATURE: Option<Feature> = Some(Feature::Actions);
    const REFUSALS: &'static [Code] = &[
        Code::UserNotFound,
        Code::InsufficientBalance,
        Code::IdempotencyKeyReused,
        Code::NotFound,
    ];
    type Answer = SpentTokens;
}

/// What left the wallet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct SpentTokens {
    pub transaction_id: TransactionId,
    pub external_user_id: ExternalUserId,
    pub amount: Tokens,
}
