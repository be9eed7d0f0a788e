//! The people whom a partner knows, of whom this dialect tells nothing but ids.

use serde::{Deserialize, Serialize};

use crate::call::{Auth, Call, Method, Scope};
use crate::error::Code;
use crate::id::PercentUserId;
use crate::time::Timestamp;

/// `POST /v1/users`: makes a user, to whom gifts can belong. It has no body.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct CreatePercentUser {}

impl Call for CreatePercentUser {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/v1/users";
    const AUTH: Auth = Auth::PercentSecret;
    const SCOPE: Option<Scope> = Some(Scope::UsersWrite);
    const REFUSALS: &'static [Code] = &[Code::IdempotencyKeyReused, Code::CallInProgress];
    type Answer = PercentUserAnswer;
}

/// `GET /v1/users/{id}`: reads a user.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct GetPercentUser {
    pub id: PercentUserId,
}

impl Call for GetPercentUser {
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v1/users/{id}";
    const AUTH: Auth = Auth::PercentSecret;
    const SCOPE: Option<Scope> = Some(Scope::UsersRead);
    const REFUSALS: &'static [Code] = &[Code::UserNotFound];
    type Answer = PercentUserAnswer;
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct PercentUser {
    pub id: PercentUserId,
    pub created_at: Timestamp,
    /// Always null: a user stays, even when all that is personal was erased.
    pub deleted_at: Option<Timestamp>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct PercentUserAnswer {
    pub data: PercentUser,
    #[cfg_attr(feature = "openapi", schemars(extend("const" = "user")))]
    pub object: String,
}
