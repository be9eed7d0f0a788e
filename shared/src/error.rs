//! The codes that callers branch on, each with its HTTP status, and the body
//! in which the SIR dialect sends them.

use serde::{Deserialize, Serialize};

use crate::call::Dialect;
use crate::id::ActionId;

macro_rules! codes {
    ($( $status:literal: $( $variant:ident = $text:literal ),+ ; )+) => {
        crate::names::names! {
            /// Why a call was refused.
            pub enum Code { $( $( $variant = $text ),+ ),+ }
        }

        impl Code {
            /// The HTTP status that goes with the code.
            pub const fn status(self) -> u16 {
                match self { $( $( Self::$variant )|+ => $status ),+ }
            }
        }
    };
}

codes! {
    400: ValidationError = "VALIDATION_ERROR", InvalidJson = "INVALID_JSON",
        UnsupportedCurrency = "UNSUPPORTED_CURRENCY", AmountTooLarge = "AMOUNT_TOO_LARGE",
        BulkLimitExceeded = "BULK_LIMIT_EXCEEDED", EnvironmentNotServed = "ENVIRONMENT_NOT_SERVED",
        InvalidCursor = "INVALID_CURSOR", InvalidMetadata = "INVALID_METADATA",
        UnknownOrganization = "UNKNOWN_ORGANIZATION";
    401: MissingAuthHeaders = "MISSING_AUTH_HEADERS", InvalidApiKey = "INVALID_API_KEY",
        ApiKeyExpired = "API_KEY_EXPIRED", ApiKeyInactive = "API_KEY_INACTIVE",
        InvalidTimestamp = "INVALID_TIMESTAMP", TimestampOutOfRange = "TIMESTAMP_OUT_OF_RANGE",
        InvalidSignature = "INVALID_SIGNATURE", InvalidCredentials = "INVALID_CREDENTIALS",
        MissingToken = "MISSING_TOKEN", InvalidToken = "INVALID_TOKEN", TokenExpired = "TOKEN_EXPIRED";
    402: InsufficientPool = "INSUFFICIENT_POOL", InsufficientBalance = "INSUFFICIENT_BALANCE";
    403: IpNotAllowed = "IP_NOT_ALLOWED", PartnerNotActive = "PARTNER_NOT_ACTIVE",
        SecretKeyRequired = "SECRET_KEY_REQUIRED", PublishableKeyRequired = "PUBLISHABLE_KEY_REQUIRED",
        InsufficientScope = "INSUFFICIENT_SCOPE", OriginNotAllowed = "ORIGIN_NOT_ALLOWED",
        FeatureNotEnabled = "FEATURE_NOT_ENABLED", InsufficientRole = "INSUFFICIENT_ROLE";
    404: NotFound = "NOT_FOUND", UserNotFound = "USER_NOT_FOUND",
        TokenPoolNotFound = "TOKEN_POOL_NOT_FOUND", DonationNotFound = "DONATION_NOT_FOUND",
        OrganizationNotFound = "ORGANIZATION_NOT_FOUND", ActionNotFound = "ACTION_NOT_FOUND",
        TransactionNotFound = "TRANSACTION_NOT_FOUND", CampaignNotFound = "CAMPAIGN_NOT_FOUND",
        NoActiveCampaign = "NO_ACTIVE_CAMPAIGN", WebhookNotFound = "WEBHOOK_NOT_FOUND",
        DeliveryNotFound = "DELIVERY_NOT_FOUND", KeyNotFound = "KEY_NOT_FOUND",
        PartnerNotFound = "PARTNER_NOT_FOUND", FundNotFound = "FUND_NOT_FOUND",
        SessionNotFound = "SESSION_NOT_FOUND";
    405: MethodNotAllowed = "METHOD_NOT_ALLOWED";
    408: RequestTimeout = "REQUEST_TIMEOUT";
    409: UserExists = "USER_EXISTS", IdempotencyKeyReused = "IDEMPOTENCY_KEY_REUSED",
        DonationClosed = "DONATION_CLOSED", InvalidDonationState = "INVALID_DONATION_STATE", CampaignNotActive = "CAMPAIGN_NOT_ACTIVE",
        CampaignConflict = "CAMPAIGN_CONFLICT", AlreadyReversed = "ALREADY_REVERSED",
        InvalidActionState = "INVALID_ACTION_STATE", WebhookLimitReached = "WEBHOOK_LIMIT_REACHED",
        WebhookDisabled = "WEBHOOK_DISABLED", DeliveryPending = "DELIVERY_PENDING",
        KeyLimitReached = "KEY_LIMIT_REACHED", FundExists = "FUND_EXISTS",
        OperationExists = "OPERATION_EXISTS", TransferExists = "TRANSFER_EXISTS",
        OrganizationExists = "ORGANIZATION_EXISTS", CallInProgress = "CALL_IN_PROGRESS";
    410: Gone = "GONE";
    413: PayloadTooLarge = "PAYLOAD_TOO_LARGE";
    415: UnsupportedMediaType = "UNSUPPORTED_MEDIA_TYPE";
    422: NoSandboxPool = "NO_SANDBOX_POOL", NoActivePool = "NO_ACTIVE_POOL";
    429: RateLimited = "RATE_LIMITED";
    500: InternalError = "INTERNAL_ERROR";
    503: Overloaded = "OVERLOADED", ProviderNotConfigured = "PROVIDER_NOT_CONFIGURED";
}

impl Code {
    /// The HTTP status that a dialect gives it: to Percent, what does not fit how
    /// things stand is a bad request.
    pub const fn status_in(self, dialect: Dialect) -> u16 {
        match (dialect, self.status()) {
            (Dialect::Percent, 409 | 422) => 400,
            (_, status) => status,
        }
    }
}

/// The body of every refusal in the SIR dialect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ErrorBody {
    pub status_code: u16,
    pub code: Code,
    pub message: String,
    pub request_id: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
    /// The action that was recorded as failed, and may be tried again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action_id: Option<ActionId>,
}

/// One field that is wrong, and how to put it right.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct FieldError {
    /// The path of the field: `stakeholders[0].partnerUserId`.
    pub field: String,
    pub message: String,
}

impl FieldError {
    pub fn new(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            field: field.into(),
            message: message.into(),
        }
    }
}
