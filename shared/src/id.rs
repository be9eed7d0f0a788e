//! Identifiers, one type a noun, so that they cannot be taken for each other.
//!
//! They are made by the server's context, which alone knows time and chance.

/// Each may be followed by an example of what the server makes; without one it is
/// 24 hex digits.
macro_rules! ids {
    ($( $(#[$meta:meta])* $name:ident $(= $example:literal)? ),+ $(,)?) => { $( ids! {
        @one [$(#[$meta])* $name] $($example)? "6a0056d0a1b2c3d4e5f60718"
    } )+ };
    (@one [$(#[$meta:meta])* $name:ident] $example:literal $($default:literal)?) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl $name {
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(&self.0)
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text)
            }
        }

        #[cfg(feature = "js")]
        impl crate::js::FromJs for $name {
            fn read(value: &wasm_bindgen::JsValue, is_wrong: &mut bool) -> Self {
                Self(crate::js::FromJs::read(value, is_wrong))
            }
        }

        #[cfg(feature = "js")]
        impl crate::js::ToJs for $name {
            fn to_js(&self) -> wasm_bindgen::JsValue {
                self.as_str().into()
            }
        }

        #[cfg(feature = "openapi")]
        impl schemars::JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                crate::schema::of_id($example)
            }
        }
    };
}

ids! {
    PartnerId,
    KeyId = "key_a1b2c3d4e5f60718293a4b5c",
    OrganizationId,
    UserId,
    /// The partner's own name for a user.
    ExternalUserId = "user_42",
    PoolId,
    ActionId,
    TransactionId,
    ReversalId,
    CampaignId,
    PoolRequestId,
    PortalUserId,
    /// A sign-in, with all the tokens that come of it.
    SessionId,
    InvitationId,
    MailId,
    EventId = "evt_a1b2c3d4e5f60718293a4b5c",
    RefundId,
    WebhookId,
    DeliveryId,
    /// A fund of a donor, as Endaoment's platforms know it.
    FundId = "7f0c6a52-3b1d-4f86-9c2e-5d8a41b7e603",
    PledgeId = "1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed",
    /// A request for grants, all of which are made or none.
    SubmissionId = "6c84fb90-12c4-41e1-840d-725c5e3c8f1a",
    /// `asyncGrantTransferId` on the wire.
    GrantId = "9e107d9d-372b-4682-8bd8-1c5a6f0e2d47",
    /// A report of a nonprofit that the directory lacks.
    ReportId = "3d813cbb-47fb-42ba-91df-831e1593ac29",
    /// A user in the Endaoment dialect.
    PersonId = "f47ac10b-58cc-4372-a567-0e02b2c3d479",
    /// `partnerDonationId` on the wire: unguessable, since it opens the status.
    DonationId = "don_a1b2c3d4e5f60718293a4b5c6d7e8f90",
    /// A session of the Percent dialect, in which one gift can be given.
    DonationSessionId = "donationsession_0Bw7SPa0pq8pQ0QlrEZXaZ7pK3vN2",
    /// A nonprofit, as the Percent dialect names it.
    OrganisationId = "organisation_1Dk2TQb9rs4uR7SmsFAYbA8qL5wP6",
    /// A user, as the Percent dialect names it; to the others it is the partner's
    /// own name for them.
    PercentUserId = "user_4Gm5VRc8tu1wT6UnxHCZdC9sN0yR3",
    /// A gift of a session, as the Percent dialect names it.
    PercentDonationId = "donation_7Jp8XTe2vw5yV9WqzKDBfE1uP4aT6",
}
