//! Actions from submit to reversal, in few words.

use std::collections::BTreeMap;

use serde_json::value::RawValue;
use serde_json::{Value, json};
use server::store::Write;
use server::store::event::lock_books;
use shared::Code;
use shared::action::{ActionRecord, BulkResult, GetAction, Reversed, SubmittedAction};
use shared::id::ActionId;
use shared::user::{GetUserBalance, UserBalance};
use sqlx::AssertSqlSafe;

use super::{Request, Response, Stage, Tenant};

/// The body of a submit, built up. Each value is kept as the text it was given
/// as, so that `49.9` and `49.90` stay two spellings.
#[derive(Clone, Debug)]
pub(crate) struct Act(BTreeMap<String, Box<RawValue>>);

/// A purchase of 10 USD by the customer `ada`, who is made if unknown.
pub(crate) fn purchase(key: &str) -> Act {
    Act(BTreeMap::new())
        .with("idempotencyKey", &json!(key))
        .with("actionType", &json!("PURCHASE"))
        .with("autoCreateUsers", &json!(true))
        .amount("10")
        .of("ada")
}

impl Act {
    pub(crate) fn with(self, field: &str, value: &Value) -> Self {
        self.spelt(field, &value.to_string())
    }

    /// Sets a field to JSON as it is spelt.
    pub(crate) fn spelt(mut self, field: &str, json: &str) -> Self {
        let value = RawValue::from_string(json.to_owned()).unwrap();
        self.0.insert(field.to_owned(), value);
        self
    }

    pub(crate) fn without(mut self, field: &str) -> Self {
        self.0.remove(field);
        self
    }

    pub(crate) fn amount(self, amount: &str) -> Self {
        self.spelt("amount", amount)
    }

    pub(crate) fn currency(self, code: &str) -> Self {
        self.with("currency", &json!(code))
    }

    pub(crate) fn action_type(self, action_type: &str) -> Self {
        self.with("actionType", &json!(action_type))
    }

    /// By one customer.
    pub(crate) fn of(self, user: &str) -> Self {
        self.by(&[("CUSTOMER", user)])
    }

    /// By these, each a type and a user.
    pub(crate) fn by(self, people: &[(&str, &str)]) -> Self {
        let person = |(type_code, user): &(&str, &str)| json!({ "stakeholderTypeCode": type_code, "partnerUserId": user });
        let people: Vec<_> = people.iter().map(person).collect();
        self.with("stakeholders", &json!(people))
    }

    /// Under a campaign, which must apply.
    pub(crate) fn under(self, campaign_id: &str) -> Self {
        self.with("campaignId", &json!(campaign_id))
    }

    /// By users who must be known already.
    pub(crate) fn by_the_known_only(self) -> Self {
        self.with("autoCreateUsers", &json!(false))
    }

    pub(crate) fn text(&self) -> String {
        serde_json::to_string(&self.0).unwrap()
    }
}

impl Tenant {
    /// The signed request of a submit.
    pub(crate) fn submitting(&self, act: &Act) -> Request {
        self.posting("/v1/partner/actions/submit", act.text())
    }

    /// A signed POST of a body as it is spelt.
    pub(crate) fn posting(&self, path: &str, body: String) -> Request {
        let request = self.client.request("POST", path);
        let request = request.body("application/json", body);
        request.signed(&self.keys.secret, &self.keys.hmac_secret)
    }

    /// The signed request of a reversal, with the percentage as it is spelt.
    pub(crate) fn reversing(&self, id: &ActionId, percentage: &str, key: &str) -> Request {
        let key = json!(key);
        self.posting(
            &format!("/v1/partner/actions/{id}/reverse"),
            format!(
                r#"{{"reversalPercentage":{percentage},"reason":"returned","refundIdempotencyKey":{key}}}"#
            ),
        )
    }
}

/// What our partner asks.
impl Stage {
    pub(crate) async fn submit(&self, act: &Act) -> Response {
        self.ours.submitting(act).send().await
    }

    /// Submits an action that must be rewarded.
    pub(crate) async fn rewarded(&self, act: &Act) -> SubmittedAction {
        self.submit(act).await.answer(200)
    }

    /// Submits an action that must be refused and recorded as failed.
    pub(crate) async fn recorded(&self, act: &Act, code: Code) -> ActionId {
        let refused = self.submit(act).await.refused(code);
        refused.action_id.unwrap()
    }

    pub(crate) async fn bulk(&self, acts: &[Act]) -> Response {
        let items: Vec<_> = acts.iter().map(Act::text).collect();
        self.bulk_of(&items.join(",")).await
    }

    /// A bulk call of items as they are spelt.
    pub(crate) async fn bulk_of(&self, items: &str) -> Response {
        let body = format!(r#"{{"actions":[{items}]}}"#);
        let request = self.ours.posting("/v1/partner/actions/bulk", body);
        request.send().await
    }

    /// A bulk call that must be answered item by item.
    pub(crate) async fn bulk_done(&self, acts: &[Act]) -> BulkResult {
        self.bulk(acts).await.answer(200)
    }

    pub(crate) async fn reverse(&self, id: &ActionId, percentage: &str, key: &str) -> Response {
        self.ours.reversing(id, percentage, key).send().await
    }

    /// Takes back part of an action that must have as much left.
    pub(crate) async fn reversed(&self, id: &ActionId, percentage: &str, key: &str) -> Reversed {
        self.reverse(id, percentage, key).await.answer(200)
    }

    pub(crate) async fn spend(&self, user: &str, amount: i64, key: &str) -> Response {
        let path = format!("/v1/partner/users/{user}/spend");
        let body = json!({ "amount": amount, "idempotencyKey": key });
        self.ours.signed_json("POST", &path, &body).send().await
    }

    pub(crate) async fn record(&self, id: &ActionId) -> ActionRecord {
        self.ours.call(&GetAction { id: id.clone() }).await
    }

    pub(crate) async fn balance(&self, user: &str) -> UserBalance {
        let external_id = user.to_owned().into();
        self.ours.call(&GetUserBalance { external_id }).await
    }
}

/// Every table that a movement of tokens writes.
const TABLES: &[&str] = &[
    "users",
    "actions",
    "stakeholders",
    "transactions",
    "entries",
    "wallets",
    "debts",
    "vestings",
    "reversals",
    "spends",
    "events",
];

impl Stage {
    /// How many rows there are of all that a movement of tokens writes.
    pub(crate) async fn row_counts(&self) -> BTreeMap<&'static str, i64> {
        let mut counts = BTreeMap::new();
        for table in TABLES {
            counts.insert(*table, self.count(table).await);
        }
        counts
    }

    /// Changes rows as nobody but an operator with a database shell could.
    pub(crate) async fn change_rows(&self, sql: &str) {
        let mut tx = self.app().db.write().await.unwrap();
        let sql = AssertSqlSafe(sql.to_owned());
        sqlx::query(sql).execute(&mut *tx).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// Keeps our partner's books from every writer until the answer is dropped.
    pub(crate) async fn hold_books(&self) -> Write {
        let (db, partner_id) = (&self.app().db, &self.ours.partner.id);
        let mut tx = db.write().await.unwrap();
        lock_books(&mut tx, db.dialect(), partner_id).await.unwrap();
        tx
    }
}
