//! Tokens of an outside issuer, by the keys that it publishes.

use serde_json::{Value, json};
use server::serve::{Fill, StartError, start};
use shared::Code;
use shared::portal_user::Role;
use shared::sign_in::{GetMe, Me};

use super::keys::new_key;
use crate::stage::issuer::{
    Issuer, by_ec, by_nobody, by_rsa, by_secret, ec_key, rsa_key, rsa_public_der,
};
use crate::stage::{HOUR_MS, MINUTE_MS, Response, Stage};

on_both_databases! {
    a_token_of_the_issuer_names_a_user,
    one_subject_is_one_user,
    a_user_of_the_issuer_makes_a_key_and_a_partner,
    a_token_that_proves_nothing_is_refused,
    a_token_for_somebody_else_is_refused,
    a_token_out_of_its_time_is_refused,
    an_address_that_is_not_verified_is_refused,
    a_verified_address_links_nobody_to_an_account,
    a_key_does_only_what_it_is_for,
    unknown_keys_are_looked_for_once_in_a_while,
    a_silent_issuers_keys_stay_good,
    without_an_issuer_no_outside_token_is_good,
    half_an_issuer_does_not_start,
}

const ISSUER: &str = "https://issuer.example";
const AUDIENCE: &str = "giving";

async fn with_issuer(stage: &mut Stage) -> Issuer {
    let issuer = Issuer::open().await;
    let url = issuer.url.parse().unwrap();
    stage
        .restart(|settings| {
            settings.jwt_issuer = Some(ISSUER.to_owned());
            settings.jwt_audience = Some(AUDIENCE.to_owned());
            settings.jwt_jwks_url = Some(url);
        })
        .await;
    issuer
}

fn rs256() -> Value {
    json!({ "alg": "RS256", "kid": "rsa", "typ": "JWT" })
}

fn es256() -> Value {
    json!({ "alg": "ES256", "kid": "ec" })
}

impl Stage {
    /// What a good token says, with some of it changed; null removes.
    fn claims(&self, change: Value) -> Value {
        let mut claims = json!({
            "iss": ISSUER, "sub": "user-1", "aud": AUDIENCE, "exp": self.now().seconds() + 300,
        });
        let Value::Object(change) = change else {
            panic!("a change is an object");
        };
        for (name, value) in change {
            if value.is_null() {
                claims.as_object_mut().unwrap().remove(&name);
            } else {
                claims[name] = value;
            }
        }
        claims
    }

    async fn me(&self, token: &str) -> Response {
        let request = self.ours.client.request("GET", "/v1/partner/auth/me");
        request.bearer(token).send().await
    }
}

async fn a_token_of_the_issuer_names_a_user(stage: &mut Stage) {
    let _issuer = with_issuer(stage).await;
    let claims = stage.claims(json!({}));
    let me: Me = stage.me(&by_rsa(&rs256(), &claims)).await.answer(200);
    assert_eq!((me.user.email, me.partner), (None, None));
    assert_eq!(me.user.role, Role::Owner);
    let several = stage.claims(json!({ "aud": ["other", AUDIENCE] }));
    let again: Me = stage.me(&by_ec(&es256(), &several)).await.answer(200);
    assert_eq!(again.user.id, me.user.id);
    assert_eq!(stage.count("portal_users").await, 1);
}

async fn one_subject_is_one_user(stage: &mut Stage) {
    let _issuer = with_issuer(stage).await;
    let token = |subject: &str, email: Value| {
        let change = json!({ "sub": subject, "email": email, "email_verified": true });
        by_ec(&es256(), &stage.claims(change))
    };
    let first = token("user-1", json!("ada@example.org"));
    let first: Me = stage.me(&first).await.answer(200);
    assert_eq!(first.user.email.as_deref(), Some("ada@example.org"));
    let moved = token("user-1", json!("ada@example.com"));
    let moved: Me = stage.me(&moved).await.answer(200);
    assert_eq!(moved.user.id, first.user.id);
    assert_eq!(moved.user.email.as_deref(), Some("ada@example.com"));
    // The same address of another subject is another user.
    let other = token("User-1", json!("ada@example.com"));
    let other: Me = stage.me(&other).await.answer(200);
    assert_ne!(other.user.id, first.user.id);
    let newcomer = token("user-3", Value::Null);
    let both = [stage.me(&newcomer), stage.me(&newcomer)];
    let both = futures_util::future::join_all(both).await;
    let id = |answer: &Response| answer.answer::<Me>(200).user.id;
    assert_eq!(id(&both[0]), id(&both[1]));
}

async fn a_user_of_the_issuer_makes_a_key_and_a_partner(stage: &mut Stage) {
    let _issuer = with_issuer(stage).await;
    let token = by_rsa(&rs256(), &stage.claims(json!({})));
    let request = stage
        .ours
        .client
        .prepare(&stage.ours.keys, &new_key("Shop"));
    let made: Value = request.bearer(&token).send().await.answer(201);
    let me: Me = stage.me(&token).await.answer(200);
    assert_eq!(made["partnerId"], me.partner.unwrap().id.as_str());
}

async fn a_token_that_proves_nothing_is_refused(stage: &mut Stage) {
    let _issuer = with_issuer(stage).await;
    let claims = stage.claims(json!({}));
    let der = rsa_public_der();
    let jwk = rsa_key("rsa").to_string();
    let hs256 = json!({ "alg": "HS256", "kid": "rsa" });
    let good = by_rsa(&rs256(), &claims);
    let other = by_rsa(&rs256(), &stage.claims(json!({ "sub": "user-2" })));
    let signature = good.rsplit_once('.').unwrap().1;
    let swapped = format!("{}.{signature}", other.rsplit_once('.').unwrap().0);
    for token in [
        by_nobody(&json!({ "alg": "none", "kid": "rsa" }), &claims),
        by_nobody(&json!({ "alg": "None" }), &claims),
        by_nobody(&rs256(), &claims),
        by_secret(&der, &hs256, &claims),
        by_secret(jwk.as_bytes(), &hs256, &claims),
        by_secret(b"", &hs256, &claims),
        // Each by the other's key, and by its own under the other's name.
        by_rsa(&es256(), &claims),
        by_ec(&rs256(), &claims),
        by_rsa(&json!({ "alg": "RS256", "kid": "ec" }), &claims),
        by_rsa(&json!({ "alg": "ES256", "kid": "rsa" }), &claims),
        by_rsa(&json!({ "alg": "RS512", "kid": "rsa" }), &claims),
        by_rsa(&json!({ "alg": "RS256" }), &claims),
        by_rsa(&json!({ "alg": "RS256", "kid": "unknown" }), &claims),
        // A key that the token brings along is nobody's.
        by_rsa(&json!({ "alg": "RS256", "jwk": rsa_key("rsa") }), &claims),
        swapped,
    ] {
        stage.me(&token).await.refused(Code::InvalidToken);
    }
    assert_eq!(stage.count("portal_users").await, 0);
    assert_eq!(stage.me(&good).await.status, 200);
}

async fn a_token_for_somebody_else_is_refused(stage: &mut Stage) {
    let _issuer = with_issuer(stage).await;
    for change in [
        json!({ "aud": "other" }),
        json!({ "aud": ["other"] }),
        json!({ "aud": [] }),
        json!({ "aud": null }),
        json!({ "iss": "https://other.example" }),
        json!({ "iss": null }),
        json!({ "iss": format!("{ISSUER}/") }),
        json!({ "sub": null }),
        json!({ "sub": "" }),
        json!({ "sub": "x".repeat(256) }),
        json!({ "sub": "a\u{0}b" }),
    ] {
        let token = by_rsa(&rs256(), &stage.claims(change.clone()));
        let refused = stage.me(&token).await;
        assert_eq!(refused.status, 401, "{change}");
        refused.refused(Code::InvalidToken);
    }
    assert_eq!(stage.count("portal_users").await, 0);
}

async fn a_token_out_of_its_time_is_refused(stage: &mut Stage) {
    let _issuer = with_issuer(stage).await;
    let now = stage.now().seconds();
    for (change, code) in [
        (json!({ "exp": now }), Code::TokenExpired),
        (json!({ "exp": now - 3_600 }), Code::TokenExpired),
        (json!({ "exp": null }), Code::InvalidToken),
        (json!({ "exp": "tomorrow" }), Code::InvalidToken),
        (json!({ "nbf": now + 120 }), Code::InvalidToken),
    ] {
        let token = by_rsa(&rs256(), &stage.claims(change));
        stage.me(&token).await.refused(code);
    }
    let token = by_rsa(
        &rs256(),
        &stage.claims(json!({ "nbf": now + 30, "exp": now + 60 })),
    );
    assert_eq!(stage.me(&token).await.status, 200);
    stage.pass_time(MINUTE_MS);
    stage.me(&token).await.refused(Code::TokenExpired);
}

async fn an_address_that_is_not_verified_is_refused(stage: &mut Stage) {
    let _issuer = with_issuer(stage).await;
    for change in [
        json!({ "email": "ada@example.org" }),
        json!({ "email": "ada@example.org", "email_verified": false }),
        json!({ "email": "ada", "email_verified": true }),
    ] {
        let token = by_rsa(&rs256(), &stage.claims(change));
        stage.me(&token).await.refused(Code::InvalidToken);
    }
    assert_eq!(stage.count("portal_users").await, 0);
}

async fn a_verified_address_links_nobody_to_an_account(stage: &mut Stage) {
    let _issuer = with_issuer(stage).await;
    let person = stage.person(Role::Owner).await;
    let change = json!({ "email": person.email, "email_verified": true });
    let token = by_rsa(&rs256(), &stage.claims(change));
    let other: Me = stage.me(&token).await.answer(200);
    assert_eq!(other.partner, None);
    assert_ne!(other.user.id, person.call(&GetMe {}).await.user.id);
    // Nor does the address open the other account to a link or a password.
    assert_eq!(stage.sign_in(&person.email).await.email, person.email);
    assert_eq!(stage.count("portal_users").await, 2);
}

async fn a_key_does_only_what_it_is_for(stage: &mut Stage) {
    let issuer = with_issuer(stage).await;
    let mut sealing = rsa_key("sealing");
    sealing["use"] = json!("enc");
    let mut other = rsa_key("other");
    other["alg"] = json!("RS512");
    let octets = json!({ "kty": "oct", "kid": "octets", "k": "c2VjcmV0" });
    let strange = json!({ "kty": "strange", "kid": "strange" });
    *issuer.keys.lock().unwrap() =
        json!({ "keys": [sealing, other, octets, strange, ec_key("ec")] });
    let claims = stage.claims(json!({}));
    for kid in ["sealing", "other", "strange"] {
        let header = json!({ "alg": "RS256", "kid": kid });
        let token = by_rsa(&header, &claims);
        stage.me(&token).await.refused(Code::InvalidToken);
    }
    let header = json!({ "alg": "HS256", "kid": "octets" });
    let token = by_secret(b"secret", &header, &claims);
    stage.me(&token).await.refused(Code::InvalidToken);
    let header = json!({ "alg": "HS512", "kid": "octets" });
    let token = by_secret(b"secret", &header, &claims);
    stage.me(&token).await.refused(Code::InvalidToken);
    let good = by_ec(&es256(), &claims);
    assert_eq!(stage.me(&good).await.status, 200);
}

async fn unknown_keys_are_looked_for_once_in_a_while(stage: &mut Stage) {
    let issuer = with_issuer(stage).await;
    let claims = stage.claims(json!({ "exp": stage.now().seconds() + 86_400 }));
    let good = by_rsa(&rs256(), &claims);
    for _ in 0..3 {
        assert_eq!(stage.me(&good).await.status, 200);
    }
    assert_eq!(issuer.asked(), 1);
    let header = json!({ "alg": "RS256", "kid": "next" });
    let next = by_rsa(&header, &claims);
    *issuer.keys.lock().unwrap() = json!({ "keys": [rsa_key("next")] });
    for _ in 0..3 {
        stage.me(&next).await.refused(Code::InvalidToken);
    }
    assert_eq!(issuer.asked(), 1);
    stage.pass_time(30_000);
    assert_eq!(stage.me(&next).await.status, 200);
    assert_eq!(issuer.asked(), 2);
    // A key that the issuer has withdrawn is good no more.
    stage.me(&good).await.refused(Code::InvalidToken);
    stage.pass_time(HOUR_MS);
    assert_eq!(stage.me(&next).await.status, 200);
    assert_eq!(issuer.asked(), 3);
}

async fn a_silent_issuers_keys_stay_good(stage: &mut Stage) {
    let issuer = with_issuer(stage).await;
    let claims = stage.claims(json!({ "exp": stage.now().seconds() + 86_400 }));
    let good = by_ec(&es256(), &claims);
    assert_eq!(stage.me(&good).await.status, 200);
    *issuer.keys.lock().unwrap() = json!("nonsense");
    stage.pass_time(2 * HOUR_MS);
    assert_eq!(stage.me(&good).await.status, 200);
    stage.pass_time(MINUTE_MS);
    let unknown = by_rsa(&json!({ "alg": "RS256", "kid": "unknown" }), &claims);
    stage.me(&unknown).await.refused(Code::Overloaded);
}

async fn without_an_issuer_no_outside_token_is_good(stage: &mut Stage) {
    let token = by_rsa(&rs256(), &stage.claims(json!({})));
    stage.me(&token).await.refused(Code::InvalidToken);
}

async fn half_an_issuer_does_not_start(stage: &mut Stage) {
    for (issuer, url) in [
        (None, Some("https://issuer.example/keys")),
        (Some(ISSUER), None),
        (Some(ISSUER), Some("http://issuer.example/keys")),
        (Some(ISSUER), Some("ftp://issuer.example/keys")),
    ] {
        let mut settings = stage.settings();
        settings.jwt_issuer = issuer.map(str::to_owned);
        settings.jwt_audience = Some(AUDIENCE.to_owned());
        settings.jwt_jwks_url = url.map(|url| url.parse().unwrap());
        let started = start(settings, stage.app().context.clone(), Fill::Nothing).await;
        assert!(matches!(started, Err(StartError::Issuer(_))), "{url:?}");
    }
}
