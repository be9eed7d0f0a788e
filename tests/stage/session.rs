//! Donation sessions from opening to gift, in few words.

use serde_json::{Value, json};
use server::store::organization;
use shared::id::OrganisationId;
use shared::percent::{DonationSession, DonationSessionAnswer, GetDonationSession};

use super::{NONPROFIT, Request, Response, Stage, Tenant, card_form};

const SESSIONS: &str = "/v1/donation-sessions";
const FORM: &str = "application/x-www-form-urlencoded";

/// The path and query of an address; the port may be another by now.
fn path(address: &str) -> String {
    match url::Url::parse(address) {
        Ok(url) => url[url::Position::BeforePath..].to_owned(),
        Err(_) => address.to_owned(),
    }
}

impl Tenant {
    /// A request with the secret key, as Percent's clients send it.
    pub(crate) fn percent(&self, method: &str, path: &str) -> Request {
        let request = self.client.request(method, path);
        request.header("authorization", &self.keys.secret)
    }

    /// A session that must be opened.
    pub(crate) async fn open_session(&self, body: &Value) -> DonationSession {
        let opened = self.percent("POST", SESSIONS).json(body).send().await;
        opened.answer::<DonationSessionAnswer>(200).data
    }
}

impl Stage {
    /// What a nonprofit of the directory is called in the Percent dialect.
    pub(crate) async fn organisation(&self, slug: &str) -> OrganisationId {
        let mut conn = self.app().db.read().await.unwrap();
        let found = organization::find(&mut conn, slug).await.unwrap();
        found.unwrap().percent_id.into()
    }

    /// The request of a session of ours, but for the fields given.
    pub(crate) async fn ask_for_session(&self, fields: &Value) -> Request {
        let mut body = json!({ "organisationId": self.organisation(NONPROFIT).await });
        body.as_object_mut()
            .unwrap()
            .extend(fields.as_object().unwrap().clone());
        self.ours.percent("POST", SESSIONS).json(&body)
    }

    /// A session of ours, but for the fields given.
    pub(crate) async fn open_session(&self, fields: Value) -> DonationSession {
        let opened = self.ask_for_session(&fields).await.send().await;
        opened.answer::<DonationSessionAnswer>(200).data
    }

    /// A session of ours as it stands now.
    pub(crate) async fn session(&self, session: &DonationSession) -> DonationSession {
        let id = session.id.clone();
        self.ours.call(&GetDonationSession { id }).await.data
    }

    /// What is behind an address of the server.
    pub(crate) async fn visit(&self, address: &str) -> Response {
        self.ours.client.request("GET", &path(address)).send().await
    }

    /// A form that is sent to an address of the server.
    pub(crate) async fn send_form(&self, address: &str, fields: String) -> Response {
        let request = self.ours.client.request("POST", &path(address));
        request.body(FORM, fields).send().await
    }

    /// Chooses 25 on a session's page, but for the fields given.
    pub(crate) async fn choose_in(
        &self,
        session: &DonationSession,
        changes: &[(&str, &str)],
    ) -> Response {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        let good = [("amount", "25.00"), ("email", "ada@example.org")];
        let is_changed = |field: &str| changes.iter().any(|(other, _)| *other == field);
        form.extend_pairs(good.iter().filter(|(field, _)| !is_changed(field)));
        form.extend_pairs(changes);
        self.send_form(&session.url, form.finish()).await
    }

    /// Gives 25 in a session, from its page to the payment, but for the fields given.
    pub(crate) async fn give_in(
        &self,
        session: &DonationSession,
        changes: &[(&str, &str)],
    ) -> Response {
        let chosen = self.choose_in(session, changes).await;
        assert_eq!(chosen.status, 303, "{}", chosen.text);
        let checkout = chosen.header("location").unwrap().to_owned();
        self.send_form(&checkout, card_form(&[])).await
    }

    /// Where 25, chosen on a session's page, are to be paid.
    pub(crate) async fn checkout_of(&self, session: &DonationSession) -> String {
        let chosen = self.choose_in(session, &[]).await;
        assert_eq!(chosen.status, 303, "{}", chosen.text);
        chosen.header("location").unwrap().to_owned()
    }
}
