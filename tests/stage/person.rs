//! Somebody who signs in to the portal.

use std::sync::LazyLock;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use server::config::Hidden;
use server::context::Context;
use server::domain::portal_user::hash;
use server::store::portal_user::{self, PortalUser};
use shared::Call;
use shared::id::{PartnerId, PortalUserId};
use shared::portal_user::Role;
use shared::sign_in::SignedIn;

use super::{Client, Keys, Request, Response, Stage};

/// The password of everybody.
pub(crate) const PASSWORD: &str = "correct horse battery";

/// Made once: a hash is slow.
static HASH: LazyLock<Hidden> =
    LazyLock::new(|| hash(&Context::system(), &Hidden::new(PASSWORD)).unwrap());

/// A person with the tokens of one sign-in.
#[derive(Clone)]
pub(crate) struct Person {
    pub(crate) email: String,
    pub(crate) access: String,
    pub(crate) refresh: String,
    pub(crate) client: Client,
    pub(crate) keys: Keys,
}

impl Person {
    pub(crate) fn prepare<C: Call + Serialize>(&self, call: &C) -> Request {
        self.client.prepare(&self.keys, call).bearer(&self.access)
    }

    pub(crate) async fn ask<C: Call + Serialize>(&self, call: &C) -> Response {
        self.prepare(call).send().await
    }

    /// Makes a call that must succeed.
    pub(crate) async fn call<C: Call + Serialize>(&self, call: &C) -> C::Answer
    where
        C::Answer: DeserializeOwned,
    {
        self.ask(call).await.answer(C::STATUS)
    }

    pub(crate) fn request(&self, method: &str, path: &str) -> Request {
        self.client.request(method, path).bearer(&self.access)
    }

    pub(crate) fn posting(&self, path: &str, body: &Value) -> Request {
        self.request("POST", path).json(body)
    }

    /// The same person at another server.
    pub(crate) fn at(&self, client: Client) -> Self {
        Self {
            client,
            ..self.clone()
        }
    }
}

impl Stage {
    /// Puts a user into the database.
    pub(crate) async fn add_user(
        &self,
        email: &str,
        (partner_id, role): (Option<&PartnerId>, Role),
    ) -> PortalUserId {
        let user = PortalUser {
            id: self.app().context.object_id(),
            partner_id: partner_id.cloned(),
            email: Some(email.to_owned()),
            password_hash: Some(HASH.clone()),
            first_name: Some("Ada".to_owned()),
            last_name: None,
            role,
            created_at: self.now(),
        };
        let mut tx = self.app().db.write().await.unwrap();
        assert!(portal_user::insert(&mut tx, &user).await.unwrap());
        tx.commit().await.unwrap();
        user.id
    }

    /// The request of a sign-in.
    pub(crate) fn signing_in(&self, email: &str, password: &str) -> Request {
        let request = self.ours.client.request("POST", "/v1/partner/auth/login");
        request.json(&json!({ "email": email, "password": password }))
    }

    /// Signs somebody in, who must be known.
    pub(crate) async fn sign_in(&self, email: &str) -> Person {
        let request = self.signing_in(email, PASSWORD);
        let signed_in: SignedIn = request.send().await.answer(200);
        Person {
            email: email.to_owned(),
            access: signed_in.access_token.0,
            refresh: signed_in.refresh_token.0,
            client: self.ours.client.clone(),
            keys: self.ours.keys.clone(),
        }
    }

    /// A person of our partner, signed in.
    pub(crate) async fn person(&self, role: Role) -> Person {
        let email = format!("{}@ours.example", role.as_str().to_lowercase());
        let partner_id = &self.ours.partner.id;
        self.add_user(&email, (Some(partner_id), role)).await;
        self.sign_in(&email).await
    }

    /// A person who has no partner yet, signed in.
    pub(crate) async fn newcomer(&self) -> Person {
        let email = "newcomer@example.org";
        self.add_user(email, (None, Role::Owner)).await;
        self.sign_in(email).await
    }

    /// Signs an owner of each tenant in.
    pub(crate) async fn sign_in_owners(&mut self) {
        let theirs = self.theirs.partner.id.clone();
        self.add_user("owner@theirs.example", (Some(&theirs), Role::Owner))
            .await;
        self.theirs.owner = self.sign_in("owner@theirs.example").await.access;
        self.ours.owner = self.person(Role::Owner).await.access;
    }
}
