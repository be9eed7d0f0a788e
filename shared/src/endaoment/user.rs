//! People with names and addresses, who have funds.

use serde::{Deserialize, Serialize};

use crate::call::{Auth, Call, Method, Scope};
use crate::error::Code;
use crate::id::{ExternalUserId, PersonId};
use crate::names::names;

/// `POST /v1/auth/partner/users`: makes a user with name and address. One who is
/// there is answered with 200: name and address are put down anew, the e-mail
/// address is kept.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ProvisionUser {
    /// The partner's own name for the user: 16 to 64 printable ASCII characters.
    /// The same as `externalUserId` in the partner API.
    pub partner_user_identifier: String,
    /// At most 255 characters.
    pub first_name: String,
    /// At most 255 characters.
    pub last_name: String,
    pub email: String,
    pub address: PostalAddress,
}

impl Call for ProvisionUser {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/v1/auth/partner/users";
    const AUTH: Auth = Auth::EndaomentKey;
    const SCOPE: Option<Scope> = Some(Scope::UsersWrite);
    const STATUS: u16 = 201;
    const STATUS_AGAIN: Option<u16> = Some(200);
    const REFUSALS: &'static [Code] = &[Code::UserExists];
    type Answer = ProvisionedUser;
}

/// Where a person lives. `state` and `zip` are required in the USA.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct PostalAddress {
    pub line1: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line2: Option<String>,
    pub city: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zip: Option<String>,
    /// ISO 3166-1, three letters: `USA`.
    pub country: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ProvisionedUser {
    /// What the header `x-endaoment-user-id` takes.
    pub id: PersonId,
    pub partner_user_identifier: ExternalUserId,
    /// In lower case.
    pub email: String,
    /// The partner, as a UUID.
    pub tech_platform_client_id: String,
    pub email_verification_status: EmailVerification,
}

names! {
    /// Whether it was proven that the address is the person's.
    pub enum EmailVerification { Pending = "PENDING", Verified = "VERIFIED" }
}
