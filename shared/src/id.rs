//! Identifiers, one type a noun, so that they cannot be taken for each other.
//!
//! They are made by the server's context, which alone knows time and chance.

macro_rules! ids {
    ($( $(#[$meta:meta])* $name:ident ),+ $(,)?) => { $(
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
    )+ };
}

ids! {
    PartnerId,
    KeyId,
    OrganizationId,
    UserId,
    /// The partner's own name for a user.
    ExternalUserId,
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
    EventId,
    WebhookId,
    DeliveryId,
    /// `partnerDonationId` on the wire: unguessable, since it opens the status.
    DonationId,
}
