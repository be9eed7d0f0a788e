//! Gifts from link to reward, in few words.

use serde_json::{Value, json};
use server::domain::donation;
use server::store::donation::Donor;
use shared::donation::{CreateLink, Donation, DonationLink, GetDonationStatus, MAX_WAIT_SECONDS};
use shared::id::DonationId;

use super::{NONPROFIT, Stage};

impl Stage {
    /// A link for 25.00 USD.
    pub(crate) async fn create_link(&self) -> DonationLink {
        self.create_link_with(json!({})).await
    }

    /// A link for 25.00 USD, but for the fields given.
    pub(crate) async fn create_link_with(&self, fields: Value) -> DonationLink {
        self.ours.call(&gift_with(fields)).await
    }

    /// Books the payment of a link of ours.
    pub(crate) async fn pay(&self, id: &DonationId, email: Option<&str>) {
        let row = donation::find(self.app(), &self.ours.partner.id, id)
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
        loop {
            let (partner_donation_id, wait) = (id.clone(), Some(MAX_WAIT_SECONDS));
            let seen = self
                .ours
                .call(&GetDonationStatus {
                    partner_donation_id,
                    wait,
                })
                .await;
            if seen.is_settled() {
                return seen;
            }
        }
    }
}

/// The request of a link for 25.00 USD, but for the fields given.
pub(crate) fn gift_with(fields: Value) -> CreateLink {
    let mut gift = json!({ "nonprofitSlug": NONPROFIT, "amount": 2500 });
    gift.as_object_mut()
        .unwrap()
        .extend(fields.as_object().unwrap().clone());
    serde_json::from_value(gift).unwrap()
}
