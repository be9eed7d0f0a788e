//! Gifts from link to reward, in few words.

use serde_json::{Value, json};
use server::domain::donation;
use server::store::donation::Donor;
use shared::donation::{CreateLink, Donation, DonationLink, GetDonationStatus, MAX_WAIT_SECONDS};
use shared::id::{DonationId, PoolId};
use shared::time::Timestamp;
use shared::token_pool::{GetPoolBalance, PoolBalance};
use sqlx::Row as _;

use super::{NONPROFIT, Stage, Tenant, patiently, until};

impl Stage {
    /// A link for 25.00 USD.
    pub(crate) async fn create_link(&self) -> DonationLink {
        self.create_link_with(json!({})).await
    }

    /// A link for 25.00 USD, but for the fields given.
    pub(crate) async fn create_link_with(&self, fields: Value) -> DonationLink {
        self.ours.call(&gift_with(&fields)).await
    }

    /// Books the payment of a link of ours.
    pub(crate) async fn pay(&self, id: &DonationId, email: Option<&str>) {
        self.pay_to(&self.ours, id, email).await;
    }

    /// Books the payment of a link of one of the partners.
    pub(crate) async fn pay_to(&self, tenant: &Tenant, id: &DonationId, email: Option<&str>) {
        let row = donation::find(self.app(), &tenant.partner.id, id)
            .await
            .unwrap()
            .unwrap();
        let payer = Donor {
            email: email.map(str::to_owned),
            first_name: Some("Ada".to_owned()),
            last_name: Some("Lovelace".to_owned()),
        };
        donation::complete(self.app(), row, payer).await.unwrap();
    }

    pub(crate) async fn status(&self, id: &DonationId) -> Donation {
        let (partner_donation_id, wait) = (id.clone(), None);
        self.ours
            .call(&GetDonationStatus {
                partner_donation_id,
                wait,
            })
            .await
    }

    /// The gift when its reward is settled, for which the call itself waits.
    pub(crate) async fn settled(&self, id: &DonationId) -> Donation {
        let ask = || GetDonationStatus {
            partner_donation_id: id.clone(),
            wait: Some(MAX_WAIT_SECONDS),
        };
        let wait = async {
            loop {
                let seen = self.ours.call(&ask()).await;
                if seen.is_settled() {
                    return seen;
                }
            }
        };
        patiently(wait, || "the reward is settled".to_owned()).await
    }
}

impl Stage {
    pub(crate) async fn pool_balance(&self) -> PoolBalance {
        self.balance_of_pool(&self.ours.pool_id).await
    }

    pub(crate) async fn balance_of_pool(&self, id: &PoolId) -> PoolBalance {
        self.ours.call(&GetPoolBalance { id: id.clone() }).await
    }

    /// Returns when no worker is at, or owes a try of, the reward of a gift.
    pub(crate) async fn tried(&self, id: &DonationId) {
        until("the reward was tried", async || {
            let is_owed = self.is_due_or_leased(id).await;
            if is_owed {
                server::worker::reward::pass(self.app()).await.unwrap();
                server::worker::refund::pass(self.app()).await.unwrap();
            }
            !is_owed
        })
        .await;
    }

    async fn is_due_or_leased(&self, id: &DonationId) -> bool {
        let (id, now) = (id.as_str(), self.now().0);
        let condition =
            format!("subject_id = '{id}' AND (due_at <= {now} OR leased_until > {now})");
        self.count(&format!("jobs WHERE {condition}")).await > 0
    }

    /// When the reward of a gift is tried next; the end of time if it is settled.
    pub(crate) async fn due_of(&self, id: &DonationId) -> Timestamp {
        let mut conn = self.app().db.read().await.unwrap();
        let row = sqlx::query("SELECT due_at FROM jobs WHERE subject_id = $1")
            .bind(id.as_str())
            .fetch_optional(&mut *conn)
            .await
            .unwrap();
        row.map_or(Timestamp(i64::MAX), |row| Timestamp(row.get("due_at")))
    }
}

/// The request of a link for 25.00 USD, but for the fields given.
pub(crate) fn gift_with(fields: &Value) -> CreateLink {
    let mut gift = json!({ "nonprofitSlug": NONPROFIT, "amount": 2500 });
    gift.as_object_mut()
        .unwrap()
        .extend(fields.as_object().unwrap().clone());
    serde_json::from_value(gift).unwrap()
}

/// The gateway's form, filled with a card that pays, but for the fields given.
pub(crate) fn card_form(changes: &[(&str, &str)]) -> String {
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    let good = [
        ("email", "ada@example.org"),
        ("firstName", "Ada"),
        ("lastName", "Lovelace"),
        ("card", "4242 4242 4242 4242"),
        ("expiry", "12 / 40"),
        ("code", "123"),
    ];
    let is_changed = |field: &str| changes.iter().any(|(other, _)| *other == field);
    form.extend_pairs(good.iter().filter(|(field, _)| !is_changed(field)));
    form.extend_pairs(changes);
    form.finish()
}
