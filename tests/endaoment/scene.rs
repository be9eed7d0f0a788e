//! What the tests of the dialect begin with: a person, a fund, and the bodies of
//! calls that succeed.

use serde_json::{Value, json};
use server::store::organization;

use crate::stage::{NONPROFIT, Request, Response, Stage, Tenant};

pub(crate) const USERS: &str = "/v1/auth/partner/users";
pub(crate) const FUNDS: &str = "/v1/funds/partner";
pub(crate) const CASH: &str = "/v1/donation-pledges/partner/cash-settled";
pub(crate) const STOCK: &str = "/v1/donation-pledges/partner/stock-settled";
pub(crate) const GRANTS: &str = "/v1/transfers/partner/grant-submissions";
pub(crate) const REPORTS: &str = "/v1/missing-org-reports/tech-platform";

/// The partner's name for the person whom most tests know.
pub(crate) const DONOR: &str = "donor-identifier-01";

impl Tenant {
    /// A request with the key as the dialect wants it.
    pub(crate) fn platform(&self, method: &str, path: &str) -> Request {
        let request = self.client.request(method, path);
        request.header("x-api-key", &self.keys.secret)
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Response {
        self.platform("POST", path).json(body).send().await
    }

    /// The balance of a fund, in microdollars.
    pub(crate) async fn fund_balance(&self, id: &str) -> String {
        let fund = self.platform("GET", &format!("/v1/funds/{id}"));
        let fund: Value = fund.send().await.answer(200);
        fund["usdcBalance"].as_str().unwrap().to_owned()
    }
}

impl Response {
    /// The refusal of a call of the dialect, whose sentences hold the words.
    #[track_caller]
    pub(crate) fn turned_down(&self, status: u16, words: &str) {
        assert_eq!(self.status, status, "{}", self.text);
        let body = self.json();
        assert_eq!(body["statusCode"], status);
        let reason = http::StatusCode::from_u16(status).unwrap();
        assert_eq!(body["error"], reason.canonical_reason().unwrap());
        let told = body["message"].as_array().unwrap();
        assert!(
            told.iter().any(|one| one.as_str().unwrap().contains(words)),
            "{words} is not in {}",
            self.text
        );
    }
}

/// A body with one member changed; null removes it. `path` leads to it by dots.
pub(crate) fn with(mut body: Value, path: &str, value: Value) -> Value {
    let mut at = &mut body;
    let (inner, last) = path.rsplit_once('.').unwrap_or(("", path));
    for name in inner.split('.').filter(|name| !name.is_empty()) {
        at = match name.parse::<usize>() {
            Ok(place) => &mut at[place],
            Err(_) => &mut at[name],
        };
    }
    if value.is_null() {
        at.as_object_mut().unwrap().remove(last);
    } else {
        at[last] = value;
    }
    body
}

pub(crate) fn person(identifier: &str) -> Value {
    json!({
        "partnerUserIdentifier": identifier,
        "firstName": "Ada",
        "lastName": "Lovelace",
        "email": format!("{identifier}@Example.org"),
        "address": { "line1": "12 River Road", "city": "London", "country": "GBR" },
    })
}

pub(crate) async fn provision(tenant: &Tenant, identifier: &str) -> Value {
    let made = tenant.post(USERS, &person(identifier)).await;
    assert!(matches!(made.status, 200 | 201), "{}", made.text);
    made.json()
}

pub(crate) fn fund(account: &str, identifier: &str) -> Value {
    json!({
        "name": "The Lovelace Fund",
        "partnerAccountIdentifier": account,
        "partnerUserIdentifier": identifier,
    })
}

/// A person with a fund.
pub(crate) async fn open_fund(tenant: &Tenant, identifier: &str) -> Value {
    provision(tenant, identifier).await;
    let body = fund(&format!("account-of-{identifier}"), identifier);
    tenant.post(FUNDS, &body).await.answer(201)
}

/// A UUID of a number.
pub(crate) fn key(number: u64) -> String {
    format!("00000000-0000-4000-8000-{number:012}")
}

/// Cash for a fund of the donor. The amount makes key and name.
pub(crate) fn cash(fund: &Value, amount: u64) -> Value {
    json!({
        "receivingFundId": fund["id"],
        "idempotencyKey": key(amount),
        "pledgedAmountMicroDollars": amount.to_string(),
        "partnerOperationId": format!("operation {amount}"),
        "partnerUserIdentifier": DONOR,
    })
}

pub(crate) fn stock(fund: &Value, amount: u64) -> Value {
    json!({
        "receivingFundId": fund["id"],
        "idempotencyKey": key(1_000 + amount),
        "donationValueMicroDollars": amount.to_string(),
        "stockPledgeData": { "shares": 10, "ticker": "ACME", "lots": [
            {
                "numberOfShares": 4, "purchasePrice": 12.5, "purchaseDate": "2019-03-01",
                "employeeStockPlan": false, "lotId": "lot 1",
            },
            { "numberOfShares": "6.0" },
        ] },
        "partnerOperationId": format!("stock {amount}"),
        "partnerUserIdentifier": DONOR,
    })
}

/// The id of the directory's nonprofit in the dialect.
pub(crate) async fn nonprofit(stage: &Stage) -> String {
    let mut conn = stage.app().db.read().await.unwrap();
    let found = organization::find(&mut conn, NONPROFIT).await.unwrap();
    found.unwrap().endaoment_id
}

/// A transfer, settled now, and grants from it. The transfer makes key and name.
pub(crate) async fn grants(
    stage: &Stage,
    fund: &Value,
    (transfer, amounts): (u64, &[u64]),
) -> Value {
    let to = nonprofit(stage).await;
    let grants: Vec<Value> = amounts
        .iter()
        .map(|amount| json!({ "amountMicroDollars": amount.to_string(), "destinationOrgId": to }))
        .collect();
    json!({
        "idempotencyKey": key(transfer),
        "originFundId": fund["id"],
        "inboundCustodianTransfer": {
            "amountMicroDollars": transfer.to_string(),
            "partnerFundingTransferId": format!("transfer {transfer}"),
            "sourcePartnerAccountIdentifier": "source-account-0001",
            "destinationPartnerAccountIdentifier": "custodian-account-01",
            "settledAtUtc": stage.now(),
        },
        "grants": grants,
    })
}
