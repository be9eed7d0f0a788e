//! What another partner has in this dialect, for the matrix of all calls.

use serde_json::{Value, json};
use shared::percent::{DonationSession, ListPercentDonations};

use crate::stage::{NONPROFIT, Stage};

pub(crate) struct Theirs {
    session: DonationSession,
    user: String,
    donation: String,
}

impl Theirs {
    /// A user, a session for it, and the gift that was given there.
    pub(crate) async fn fill(stage: &Stage) -> Self {
        let nonprofit = stage.organisation(NONPROFIT).await;
        let request = stage.theirs.percent("POST", "/v1/users");
        let user: Value = request.send().await.answer(200);
        let user = user["data"]["id"].as_str().unwrap().to_owned();
        let body = json!({
            "organisationId": nonprofit, "userId": user, "metadata": { "note": "Their note" },
        });
        let session = stage.theirs.open_session(&body).await;
        let given = stage.give_in(&session, &[]).await;
        assert_eq!(given.status, 303, "{}", given.text);
        let gifts = stage.theirs.call(&ListPercentDonations::default()).await;
        Self {
            session,
            user,
            donation: gifts.data[0].id.to_string(),
        }
    }

    /// What nobody else may see.
    pub(crate) fn secrets(&self) -> [&str; 4] {
        [
            self.session.id.as_str(),
            &self.user,
            &self.donation,
            "Their note",
        ]
    }

    /// Their value for the parameter of a path, and one that names nothing.
    pub(crate) fn parameter(&self, path: &str) -> (&str, &'static str) {
        match path {
            "/v1/donation-sessions/{id}" => (
                self.session.id.as_str(),
                "donationsession_00000000000000000000000000000",
            ),
            "/v1/users/{id}" => (&self.user, "user_00000000000000000000000000000"),
            "/v1/donations/{id}" => (&self.donation, "donation_00000000000000000000000000000"),
            _ => (
                self.session.organisation_id.as_str(),
                "organisation_00000000000000000000000000000",
            ),
        }
    }

    /// How a call without an id in its path is made, if it is of this dialect.
    pub(crate) fn plain_call(&self, path: &str) -> Option<(&'static str, Value)> {
        match path {
            "/v1/donation-sessions" => {
                let id = &self.session.organisation_id;
                Some(("", json!({ "organisationId": id })))
            }
            "/v1/organisations" => Some(("?query=river", json!({}))),
            "/v1/users" | "/v1/donations" => Some(("", json!({}))),
            _ => None,
        }
    }
}
