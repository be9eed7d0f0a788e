//! Every call of the table, made by one partner with the other's ids: it must
//! look exactly as if there were nothing. A call that is not foreseen here
//! fails the test, so that none is added without a thought for it.

mod theirs;

use serde_json::{Value, json};
use server::router::call_facts;
use shared::{Auth, CallFacts, Method};

use self::theirs::{CAMPAIGNS, KEYS, THEIR_USER, Theirs, WEBHOOKS, action};
use crate::endaoment::scene;
use crate::stage::{PASSWORD, Request, Response, Stage, Tenant};

on_both_databases! {
    anothers_object_looks_like_none,
    nothing_of_another_partner_is_in_any_answer,
    every_call_refuses_who_does_not_say_who_it_is,
}

/// Whose objects a path's parameter names.
enum Owner {
    Partner,
    /// The directory of nonprofits is the same for all.
    Everyone,
    /// Nothing is there any more, for anybody.
    Nobody,
}

/// What a call with an id in its path needs besides, so that it succeeds.
fn body_beside_id(path: &str) -> Value {
    match path {
        "/v1/partner/users/{externalId}/spend" => {
            json!({ "amount": 1, "idempotencyKey": "their spend" })
        }
        "/v1/partner/donations/{id}/refund" => json!({ "idempotencyKey": "their refund" }),
        "/v1/partner/actions/{actionId}/reverse" => {
            json!({ "reversalPercentage": 10, "refundIdempotencyKey": "their refund" })
        }
        "/v1/partner/webhooks/{id}/replay" => {
            json!({ "from": "2025-05-10T00:00:00Z", "to": "2025-05-11T00:00:00Z" })
        }
        _ => json!({}),
    }
}

/// The parameter's owner, the other partner's value for it, and one that names
/// nothing.
fn parameter<'a>(path: &str, name: &str, theirs: &'a Theirs) -> (Owner, &'a str, &'static str) {
    match (path, name) {
        (_, "partnerDonationId") => (
            Owner::Partner,
            &theirs.donation_id,
            "don_00000000000000000000000000000000",
        ),
        (_, "externalId") => (Owner::Partner, &theirs.user, "nobody"),
        (path, "id") if path.starts_with("/v1/partner/token-pools/") => {
            (Owner::Partner, &theirs.pool_id, "000000000000000000000000")
        }
        (path, "id") if path.starts_with("/v1/partner/donations/") => (
            Owner::Partner,
            &theirs.donation_id,
            "don_00000000000000000000000000000000",
        ),
        ("/v1/partner/transactions/{id}", "id") => (
            Owner::Partner,
            &theirs.transaction_id,
            "000000000000000000000000",
        ),
        ("/v1/partner/actions/{id}" | "/v1/partner/actions/{actionId}/reverse", _) => (
            Owner::Partner,
            &theirs.action_id,
            "000000000000000000000000",
        ),
        (_, "jobId") => (Owner::Nobody, "1", "2"),
        (path, "id") if path.contains("{deliveryId}") => (
            Owner::Partner,
            &theirs.delivery,
            "000000000000000000000000 000000000000000000000000",
        ),
        (path, "id") if path.starts_with(WEBHOOKS) => (
            Owner::Partner,
            &theirs.webhook_id,
            "000000000000000000000000",
        ),
        (path, "id") if path.starts_with(KEYS) => (
            Owner::Partner,
            &theirs.key_id,
            "key_000000000000000000000000",
        ),
        (path, "id") if path.starts_with(CAMPAIGNS) || path.contains("/dashboard/campaigns/") => (
            Owner::Partner,
            &theirs.campaign_id,
            "000000000000000000000000",
        ),
        ("/v1/organisations/{id}", _) => {
            let (theirs, nothing) = theirs.hosted.parameter(path);
            (Owner::Everyone, theirs, nothing)
        }
        ("/v1/donation-sessions/{id}" | "/v1/users/{id}" | "/v1/donations/{id}", _) => {
            let (theirs, nothing) = theirs.hosted.parameter(path);
            (Owner::Partner, theirs, nothing)
        }
        ("/v1/funds/{id}", "id") => (
            Owner::Partner,
            &theirs.fund_id,
            "00000000-0000-4000-8000-000000000000",
        ),
        ("/v1/orgs/ein/{ein}", "ein") => (Owner::Everyone, "530196605", "000000000"),
        ("/v1/partner/organizations/{slug}", "slug") => (Owner::Everyone, "river-trust", "nobody"),
        (path, name) => panic!("say whose {{{name}}} of {path} is"),
    }
}

/// A call with `value` in the place of its parameter; of more than one, with each
/// of the words.
fn request(
    tenant: &Tenant,
    facts: &CallFacts,
    value: &str,
    (query, body): (&str, &Value),
) -> Request {
    let mut values = value.split(' ');
    let mut path = String::new();
    for part in facts.path.split_inclusive('}') {
        let (fixed, name) = part.split_once('{').unwrap_or((part, ""));
        path.push_str(fixed);
        if !name.is_empty() {
            path.push_str(values.next().unwrap());
        }
    }
    let mut request = tenant
        .client
        .request(facts.method.as_str(), &format!("{path}{query}"));
    if facts.method.has_body() {
        request = request.json(body);
    }
    match facts.auth {
        Auth::Publishable => request.header("x-partner-key", &tenant.keys.public),
        Auth::Signed | Auth::SignedSecret | Auth::SecretOrPortal(_) => {
            request.signed(&tenant.keys.secret, &tenant.keys.hmac_secret)
        }
        Auth::EndaomentKey | Auth::EndaomentKeyOrToken | Auth::PercentSecret | Auth::PercentKey => {
            request.header(facts.auth.dialect().key_header(), &tenant.keys.secret)
        }
        Auth::Portal(_) => request.bearer(&tenant.owner),
        Auth::Open => request,
    }
}

fn parameter_name(path: &str) -> Option<&str> {
    Some(path.split_once('{')?.1.split_once('}')?.0)
}

fn without_request_id(response: &Response) -> Value {
    let mut body = response.json();
    body.as_object_mut().unwrap().remove("requestId");
    if let Some(fault) = body.get_mut("error").and_then(Value::as_object_mut) {
        fault.remove("id");
    }
    body
}

async fn anothers_object_looks_like_none(stage: &mut Stage) {
    let theirs = Theirs::fill(stage).await;
    for facts in call_facts() {
        let Some(name) = parameter_name(facts.path) else {
            continue;
        };
        let (owner, value, missing) = parameter(facts.path, name, &theirs);
        let body = body_beside_id(facts.path);
        let send = |tenant, value| request(tenant, &facts, value, ("", &body)).send();
        let absent = send(&stage.ours, missing).await;
        if matches!(owner, Owner::Nobody) {
            assert_eq!(absent.status, 410, "{}: {}", facts.path, absent.text);
            continue;
        }
        assert_eq!(absent.status, 404, "{}: {}", facts.path, absent.text);
        if facts.method == Method::Delete {
            // Nobody is erased while a reward or a refund of theirs is in hand.
            stage.until_count("jobs", 0).await;
        }
        assert_eq!(
            send(&stage.theirs, value).await.status,
            facts.status,
            "{}",
            facts.path
        );
        let anothers = send(&stage.ours, value).await;
        match owner {
            Owner::Nobody => {}
            Owner::Everyone => assert_eq!(anothers.status, facts.status),
            Owner::Partner => {
                assert_eq!(anothers.status, 404, "{}: {}", facts.path, anothers.text);
                assert_eq!(without_request_id(&anothers), without_request_id(&absent));
            }
        }
    }
}

/// How a call without an id in its path is made, so that it succeeds.
fn plain_call(path: &str) -> (&'static str, Value) {
    match path {
        "/v1/partner/config"
        | "/v1/partner/donations"
        | "/v1/partner/donations/export.csv"
        | "/v1/partner/transactions"
        | "/v1/partner/token-pools"
        | "/v1/partner/token-pools/requests" => ("", json!({})),
        "/v1/partner/token-pools/request" => ("", json!({ "amount": 100, "reason": "Spring" })),
        "/v1/partner/organizations" => ("?query=river", json!({})),
        // The other partner's key and user name, which are free here.
        "/v1/partner/donations/create-link" => (
            "",
            json!({ "nonprofitSlug": "river-trust", "amount": 100, "idempotencyKey": "their key" }),
        ),
        "/v1/partner/users" => ("", json!({ "externalUserId": THEIR_USER })),
        "/v1/partner/actions" => ("?idempotencyKey=their%20action", json!({})),
        "/v1/partner/actions/submit" => ("", action("ours")),
        "/v1/partner/actions/bulk" => ("", json!({ "actions": [action("ours")] })),
        CAMPAIGNS => ("", json!({ "name": "Our other campaign" })),
        "/v1/partner/campaigns/active" | "/v1/partner/events" => ("", json!({})),
        path if path.starts_with("/v1/partner/dashboard/") => ("", json!({})),
        WEBHOOKS => (
            "",
            json!({ "url": "https://example.org/hooks", "receiveAllEvents": true }),
        ),
        "/v1/partner/auth/me" | "/v1/partner/keys/partner-info" => ("", json!({})),
        "/v1/partner/auth/password" => (
            "",
            json!({ "currentPassword": PASSWORD, "newPassword": "another swordfish" }),
        ),
        "/v1/partner/auth/invite" => (
            "",
            json!({ "email": "colleague@example.org", "role": "VIEWER" }),
        ),
        KEYS => (
            "",
            json!({ "name": "Our key", "environment": "sandbox", "keyType": "secret" }),
        ),
        "/v1/auth/partner/users" => ("", scene::person("another-of-ours-01")),
        "/v1/missing-org-reports/tech-platform" => {
            ("", json!({ "ein": "123456789", "name": "Hill" }))
        }
        "/v2/orgs/search" => ("?searchTerm=river", json!({})),
        path => panic!("say how {path} is called"),
    }
}

async fn nothing_of_another_partner_is_in_any_answer(stage: &mut Stage) {
    let theirs = Theirs::fill(stage).await;
    let campaign = json!({ "name": "Our campaign", "status": "ACTIVE" });
    let ours = stage.ours.signed_json("POST", CAMPAIGNS, &campaign);
    assert_eq!(ours.send().await.status, 201);
    let fund = scene::open_fund(&stage.ours, scene::DONOR).await;
    let secrets = [
        theirs.fund_id.as_str(),
        theirs.donation_id.as_str(),
        &theirs.campaign_id,
        &theirs.webhook_id,
        "Their campaign",
        "theirs@example.org",
        ":777",
        &theirs.action_id,
        &theirs.pool_id,
        &theirs.transaction_id,
        stage.theirs.partner.id.as_str(),
        "Partner theirs",
        "Their reason",
        "Their key",
        &theirs.key_id,
        &stage.theirs.keys.public,
    ];
    let secrets = [secrets.as_slice(), &theirs.hosted.secrets()].concat();
    // Lists first: a call that makes something must not feed them.
    let mut table = call_facts();
    table.sort_by_key(|facts| facts.method.has_body());
    // Who need not say who it is has no partner.
    table.retain(|facts| facts.auth != Auth::Open);
    for facts in table
        .iter()
        .filter(|facts| parameter_name(facts.path).is_none())
    {
        let (query, body) = match facts.path {
            "/v1/funds/partner" => ("", scene::fund("another-account-01", scene::DONOR)),
            path if path.ends_with("/cash-settled") => ("", scene::cash(&fund, 5)),
            path if path.ends_with("/stock-settled") => ("", scene::stock(&fund, 5)),
            path if path.ends_with("/grant-submissions") => {
                ("", scene::grants(stage, &fund, (5, &[5])).await)
            }
            path => theirs
                .hosted
                .plain_call(path)
                .unwrap_or_else(|| plain_call(path)),
        };
        let response = request(&stage.ours, facts, "", (query, &body)).send().await;
        assert_eq!(
            response.status, facts.status,
            "{}: {}",
            facts.path, response.text
        );
        assert_eq!(response.header("idempotent-replayed"), None);
        for secret in &secrets {
            assert!(
                !response.text.contains(secret),
                "{}: {}",
                facts.path,
                response.text
            );
        }
        let names_their_user = response.text.contains(THEIR_USER);
        assert_eq!(
            names_their_user,
            body.get("externalUserId").is_some() && facts.method.has_body()
        );
    }
}

fn unknown_key() -> String {
    format!("sk_test_{}", "0".repeat(64))
}

async fn every_call_refuses_who_does_not_say_who_it_is(stage: &mut Stage) {
    for facts in call_facts() {
        let path = facts.path.replace(['{', '}'], "");
        let request = stage.ours.client.request(facts.method.as_str(), &path);
        match facts.auth {
            Auth::Open => {
                let refused = request.send().await;
                refused.refused(shared::Code::ValidationError);
                continue;
            }
            Auth::Portal(_) => {
                let refused = request.clone().send().await;
                refused.refused(shared::Code::MissingToken);
                let refused = request.bearer("a.b.c").send().await;
                refused.refused(shared::Code::InvalidToken);
                continue;
            }
            Auth::EndaomentKey
            | Auth::EndaomentKeyOrToken
            | Auth::PercentSecret
            | Auth::PercentKey => {
                assert_eq!(request.clone().send().await.status, 401, "{path}");
                let header = facts.auth.dialect().key_header();
                let unknown = request.header(header, &unknown_key()).send().await;
                assert_eq!(unknown.status, 401, "{path}");
                continue;
            }
            Auth::Publishable | Auth::Signed | Auth::SignedSecret | Auth::SecretOrPortal(_) => {}
        }
        request
            .clone()
            .send()
            .await
            .refused(shared::Code::MissingAuthHeaders);
        let unknown = request.signed(&unknown_key(), "0");
        unknown.send().await.refused(shared::Code::InvalidApiKey);
    }
}
