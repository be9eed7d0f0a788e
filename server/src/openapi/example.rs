//! Examples: a call's own where `examples.json` has one, else put together from
//! its schema.
//!
//! A test makes every call with its example, so that each is true.

use std::sync::LazyLock;

use serde_json::{Map, Value, json};

use super::schema::PREFIX;

/// Requests by operation, where more than the required fields shows something.
static REQUESTS: LazyLock<Map<String, Value>> =
    LazyLock::new(|| serde_json::from_str(include_str!("examples.json")).unwrap_or_default());

/// The deepest that schemas are followed.
const MAX_DEPTH: u32 = 12;

/// The fields of a request, wherever they travel.
pub(super) fn request(operation: &str, schema: &Value, components: &Map<String, Value>) -> Value {
    match REQUESTS.get(operation) {
        Some(example) => example.clone(),
        None => compose("", schema, (components, Fields::Required, 0)),
    }
}

/// An answer with all its fields.
pub(super) fn answer(schema: &Value, components: &Map<String, Value>) -> Value {
    compose("", schema, (components, Fields::All, 0))
}

/// One value, such as a parameter's.
pub(super) fn value(name: &str, schema: &Value, components: &Map<String, Value>) -> Value {
    compose(name, schema, (components, Fields::Required, 0))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Fields {
    Required,
    All,
}

fn compose(
    name: &str,
    schema: &Value,
    (components, fields, depth): (&Map<String, Value>, Fields, u32),
) -> Value {
    let inner = (components, fields, depth + 1);
    if depth > MAX_DEPTH {
        return Value::Null;
    }
    if let Some(example) = schema.get("examples").and_then(|examples| examples.get(0)) {
        return example.clone();
    }
    if let Some(target) = schema["$ref"]
        .as_str()
        .and_then(|path| path.strip_prefix(PREFIX))
    {
        return compose(name, &components[target], inner);
    }
    if let Some(value) = schema.get("const").or_else(|| schema["enum"].get(0)) {
        return value.clone();
    }
    for key in ["anyOf", "oneOf", "allOf"] {
        if let Some(first) = schema[key].get(0) {
            return compose(name, first, inner);
        }
    }
    let kind = match &schema["type"] {
        Value::Array(kinds) => kinds.first().and_then(Value::as_str),
        kind => kind.as_str(),
    };
    match kind {
        Some("object") => object(name, schema, inner),
        Some("array") if schema.get("items").is_some() => {
            Value::Array(vec![compose(name, &schema["items"], inner)])
        }
        Some("array") => json!([]),
        Some("boolean") => json!(name == "isActive" || name == "enabled"),
        Some("integer" | "number") => number(name, schema),
        Some("string") if text(name).is_empty() && schema["type"].is_array() => Value::Null,
        Some("string") => text(name).into(),
        _ => Value::Null,
    }
}

fn object(
    name: &str,
    schema: &Value,
    (components, fields, depth): (&Map<String, Value>, Fields, u32),
) -> Value {
    let empty = Map::new();
    let properties = schema["properties"].as_object().unwrap_or(&empty);
    if properties.is_empty() && name == "metadata" {
        return json!({ "order": "98765" });
    }
    let is_required = |name: &str| {
        let required = schema["required"].as_array();
        required.is_some_and(|required| required.iter().any(|known| known == name))
    };
    let members = properties
        .iter()
        .filter(|(name, _)| fields == Fields::All || is_required(name))
        .map(|(name, schema)| {
            (
                name.clone(),
                compose(name, schema, (components, fields, depth)),
            )
        });
    Value::Object(members.collect())
}

/// A number of which nothing is said but its name.
fn number(name: &str, schema: &Value) -> Value {
    match name {
        "statusCode" => json!(400),
        "status" => json!(200),
        "decimals" => json!(2),
        "limit" => json!(20),
        "rateLimit" => json!(1000),
        "radius" => json!(12),
        "successRate" => json!(0.98),
        "expiresIn" => json!(900),
        "index" | "failed" | "errors" | "pending" => json!(0),
        name if name.ends_with("Ms") => json!(42),
        _ => schema
            .get("minimum")
            .filter(|least| **least != json!(0))
            .cloned()
            .unwrap_or(json!(1)),
    }
}

/// A text of which nothing is said but its name: one word means one thing in all
/// calls. An empty one has no example yet, which a test refuses.
fn text(name: &str) -> &'static str {
    match name {
        "accessToken" => "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI2YTAwNTZkMCJ9.c2lnbmF0dXJl",
        "account" => "wallet:6a0056d0a1b2c3d4e5f60718",
        "actionType" | "actionTypes" | "allowedActionTypes" => "PURCHASE",
        "address" => "12 River Road, Springfield, IL",
        "allowedOrigins" => "https://shop.example",
        "bodyStart" => "ok",
        "category" => "Disaster relief",
        "city" => "Springfield",
        "code" => "VALIDATION_ERROR",
        "current" | "first" | "last" => {
            "https://giving.example/v1/organisations?pageSize=25&page=1"
        }
        "contactEmail" => "office@example.org",
        "country" | "countryCode" => "USA",
        "currentPassword" | "password" => "correct horse battery",
        "currency" => "USD",
        "description" => "Tokens for every purchase",
        "destinationOrgId" => "00000000-0000-4000-8000-000000000001",
        "destinationPartnerAccountIdentifier" => "custodian-account-0001",
        "donationLink" => "https://giving.example/checkout/4c1d…",
        "ein" | "registryId" => "530196605",
        "email" | "donorEmail" | "userEmail" => "ada@example.org",
        "environment" => "sandbox",
        "field" => "stakeholders[0].partnerUserId",
        "firstName" | "userFirstName" => "Ada",
        "font" => "Georgia, serif",
        "headers" => "X-Shop",
        "hmacSecret" => "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        "idempotencyKey" => "purchase_98765",
        "ipAllowlist" => "203.0.113.0/24",
        "jobId" => "1",
        "lastName" | "userLastName" => "Lovelace",
        "line1" => "12 River Road",
        "line2" => "Apartment 3",
        "locale" => "en-US",
        "location" => "Washington, DC",
        "logo" => "https://www.redcross.org/logo.png",
        "message" => "must be one to 128 printable characters",
        "name" => "American Red Cross",
        "newPassword" => "a longer horse battery",
        "nextCursor" => "1746876000000.6a0056d0a1b2c3d4e5f60718",
        "notes" => "Asked for by several donors",
        "partnerAccountIdentifier" => "fund-of-ada-lovelace-0001",
        "partnerFundingTransferId" => "transfer_98765",
        "partnerId" | "techPlatformClientId" => "5b1f0c9e-6d2a-8f34-9c7b-2e8d4a6f1b30",
        "partnerOperationId" => "operation_98765",
        "partnerUserIdentifier" => "ada-lovelace-0001",
        "primaryColor" => "#0b6e4f",
        "publicKey" | "publishableKey" => {
            "pk_test_a1b2c3d4a1b2c3d4a1b2c3d4a1b2c3d4a1b2c3d4a1b2c3d4a1b2c3d4a1b2c3d4"
        }
        "query" | "searchTerm" => "red cross",
        "reason" => "Spring campaign",
        "reasons" => "pageSize must be from 0 to 100",
        "refreshToken" | "token" => {
            "a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f90"
        }
        "refundIdempotencyKey" => "refund_98765",
        "requestId" => "req_a1b2c3d4e5f60718293a4b5c",
        "secret" => "whsec_a1b2c3d4a1b2c3d4a1b2c3d4a1b2c3d4a1b2c3d4a1b2c3d4a1b2c3d4a1b2c3d4",
        "secretKey" => "sk_test_a1b2c3d4a1b2c3d4a1b2c3d4a1b2c3d4a1b2c3d4a1b2c3d4a1b2c3d4a1b2c3d4",
        "secretKeyLast4" => "c3d4",
        "slug" | "nonprofitSlug" => "american-red-cross",
        "sourcePartnerAccountIdentifier" => "brokerage-account-0001",
        "specialInstructions" => "For the library",
        "stakeholderTypeCode" => "CUSTOMER",
        "successUrl" => "https://example.org/thanks",
        "state" => "IL",
        "ticker" => "ACME",
        "tokenType" => "Bearer",
        "url" => "https://example.org/hooks",
        "website" => "https://www.redcross.org",
        "zip" => "62701",
        _ => "",
    }
}
