//! Every code that a call can answer, and what each means to who called.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use shared::{CallFacts, Code, Dialect};

use super::Means;

/// The codes of a call by their status: its own, and those of the checks before it.
pub(super) fn of(facts: &CallFacts) -> BTreeMap<u16, Vec<Code>> {
    let mut codes: BTreeSet<Code> = facts.refusals.iter().copied().collect();
    codes.extend([
        Code::ValidationError,
        Code::PayloadTooLarge,
        Code::RequestTimeout,
        Code::RateLimited,
        Code::InternalError,
        Code::Overloaded,
    ]);
    codes.extend(Means::of(facts.auth).refusals.concat());
    if facts.feature.is_some() {
        codes.insert(Code::FeatureNotEnabled);
    }
    // A body that ends too early is not JSON, whatever the call.
    codes.insert(Code::InvalidJson);
    if facts.method.has_body() {
        codes.insert(Code::UnsupportedMediaType);
    }
    if facts.path.contains('{') {
        // A parameter that is not UTF-8 is a path to nothing.
        codes.insert(Code::NotFound);
    }
    let mut by_status: BTreeMap<u16, Vec<Code>> = BTreeMap::new();
    for code in codes {
        let status = code.status_in(facts.auth.dialect());
        by_status.entry(status).or_default().push(code);
    }
    by_status
}

/// What a code is called in a dialect: that which clients branch on.
pub fn word(code: Code, dialect: Dialect) -> Cow<'static, str> {
    let own = match dialect {
        Dialect::Sir | Dialect::Endaoment => return code.as_str().into(),
        Dialect::Percent => shared::percent::word(code),
    };
    own.map_or_else(|| code.as_str().to_lowercase().into(), Cow::from)
}

/// What a status says whatever the code.
pub const fn of_status(status: u16) -> &'static str {
    match status {
        400 => "The request cannot be read or a field is wrong; `errors` names each field.",
        401 => "Who calls is not known.",
        402 => "There are not enough tokens.",
        403 => "Who calls is known, and may not do this.",
        404 => "There is no such object, or it is another partner's.",
        409 => "It does not fit how things stand.",
        410 => "It is no longer here.",
        422 => "There is nothing that could pay.",
        429 => "Too many requests in this hour; `Retry-After` says when to come back.",
        500.. => "The server failed or is busy. Try again later, under the same idempotency key.",
        _ => "The request was refused.",
    }
}

/// What a code means, and what to do about it.
pub const fn meaning(code: Code) -> &'static str {
    match code {
        Code::ValidationError => "A field is wrong; `errors` names it and says how to put it right",
        Code::InvalidJson => "The body is not JSON; the message says where",
        Code::UnsupportedCurrency => "There is no rate, or no gift, in this currency",
        Code::AmountTooLarge => "The amount is more than can be counted",
        Code::BulkLimitExceeded => "Send 1 to 100 actions",
        Code::EnvironmentNotServed => {
            "This server serves the other environment; the message says where to ask"
        }
        Code::InvalidCursor => "The cursor is not one that this list gave; follow its links",
        Code::InvalidMetadata => {
            "`metadata` must have 1 to 20 names up to 50 characters, values up to 500"
        }
        Code::CallInProgress => "The first call under this key is under way; wait for its answer",
        Code::SessionNotFound => "There is no such donation session",
        Code::InvalidCredentials => "E-mail and password do not go together",
        Code::MissingToken => "Send `Authorization: Bearer …` with the access token of a sign-in",
        Code::InvalidToken => "There is no such token, or it was used or ended; sign in again",
        Code::TokenExpired => "The token has expired; refresh it, or sign in again",
        Code::InsufficientRole => "Who is signed in may not do this; ask an owner of the partner",
        Code::KeyNotFound => "There is no such key",
        Code::PartnerNotFound => "Who is signed in has no partner yet; their first key makes one",
        Code::KeyLimitReached => "Delete a key first",
        Code::MissingAuthHeaders => "A header that says who calls is missing, or there twice",
        Code::InvalidApiKey => "There is no such key, or it belongs to the other environment",
        Code::ApiKeyExpired => "The key has expired",
        Code::ApiKeyInactive => "The key was switched off or revoked",
        Code::InvalidTimestamp => "`X-Timestamp` must be Unix seconds",
        Code::TimestampOutOfRange => {
            "`X-Timestamp` is more than 300 s off; the message names the server's time"
        }
        Code::InvalidSignature => {
            "The signature does not fit; in the sandbox the message shows what was to be signed"
        }
        Code::InsufficientPool => "The pool that would pay has not enough tokens",
        Code::InsufficientBalance => "The user has not enough tokens that can be spent",
        Code::IpNotAllowed => "The key may not be used from this address",
        Code::PartnerNotActive => "The partner is suspended, or not approved yet",
        Code::SecretKeyRequired => "Sign with the secret key (`sk_…`)",
        Code::PublishableKeyRequired => {
            "Send the publishable key (`pk_…`): a secret key must never reach a browser"
        }
        Code::InsufficientScope => "The key lacks the scope of this call",
        Code::OriginNotAllowed => "The key may not be used on pages of this origin",
        Code::FeatureNotEnabled => "The partner does not have this feature",
        Code::NotFound => "There is nothing at this path",
        Code::UserNotFound => "There is no such user",
        Code::TokenPoolNotFound => "There is no such pool",
        Code::DonationNotFound => "There is no such donation",
        Code::OrganizationNotFound | Code::UnknownOrganization => {
            "There is no such nonprofit, or it takes no gifts"
        }
        Code::ActionNotFound => "There is no such action",
        Code::TransactionNotFound => "There is no such transaction",
        Code::CampaignNotFound => "There is no such campaign",
        Code::NoActiveCampaign => "No campaign applies now",
        Code::WebhookNotFound => "There is no such webhook",
        Code::DeliveryNotFound => "There is no such delivery",
        Code::FundNotFound => "There is no such fund",
        Code::FundExists => "Another user has a fund under this `partnerAccountIdentifier`",
        Code::OperationExists => "Another pledge was made under this `partnerOperationId`",
        Code::TransferExists => "Other grants were made from this `partnerFundingTransferId`",
        Code::OrganizationExists => "It is in the directory; the message has its id",
        Code::MethodNotAllowed => "The path takes other methods; see `Allow`",
        Code::RequestTimeout => "The body did not arrive in time",
        Code::UserExists => "There is a user of this id",
        Code::IdempotencyKeyReused => "Another request was made under this key; take a new one",
        Code::InvalidDonationState => "Only a paid gift can be given back; read how it stands",
        Code::DonationClosed => "The link under this key is over; take a new key",
        Code::CampaignNotActive => "The campaign does not apply now, or has ended",
        Code::CampaignConflict => "An active campaign covers the same types at the same time",
        Code::AlreadyReversed => "No more than this is left to be reversed",
        Code::InvalidActionState => "The action failed, so there is nothing to reverse",
        Code::WebhookLimitReached => "Delete a webhook first: there are ten",
        Code::WebhookDisabled => "Set it going first: `PATCH` with `isActive: true`",
        Code::DeliveryPending => "The delivery is still on its way",
        Code::Gone => "Deprecated; the message says what took its place",
        Code::PayloadTooLarge => "The body is larger than 1 MiB",
        Code::UnsupportedMediaType => "Send the body as `application/json`",
        Code::NoSandboxPool => "The sandbox has no token pool",
        Code::NoActivePool => "No active pool pays for this type",
        Code::RateLimited => "Wait as long as `Retry-After` says",
        Code::InternalError => "A fault of ours; tell us the `requestId`",
        Code::Overloaded => "Busy, and nothing was written; try again after `Retry-After`",
        Code::ProviderNotConfigured => "The payment provider is not set up on this server",
    }
}
