//! One-time links by mail: a new password, and an invitation.

use serde_json::{Value, json};
use shared::Code;
use shared::portal_user::Role;
use shared::sign_in::GetMe;

use crate::stage::{DAY_MS, HOUR_MS, PASSWORD, Request, Response, Stage};

on_both_databases! {
    a_forgotten_password_is_set_by_a_mailed_link,
    an_unknown_account_is_answered_alike_and_mailed_nothing,
    a_link_is_good_once_and_for_an_hour,
    a_reset_ends_every_sign_in_and_every_other_link,
    a_colleague_takes_up_an_invitation,
    a_newer_invitation_takes_the_place_of_the_older,
    an_invitation_ends_after_a_week,
    who_signs_in_here_is_not_invited_again,
    who_signs_in_elsewhere_is_told_so_by_mail_only,
    an_invitation_is_repeated_under_its_key,
    a_link_leads_to_a_page_that_works_without_a_script,
    the_outbox_is_read_at_its_machine_only,
    no_link_lies_in_the_database,
    a_mail_that_a_killed_process_left_is_sent,
}

const NEW: &str = " another swordfish ";

impl Stage {
    async fn forget(&self, email: &str) -> Response {
        let request = self.ours.client.request("POST", "/v1/partner/auth/forgot");
        request.json(&json!({ "email": email })).send().await
    }

    /// The path of the link in the newest of so many letters.
    async fn link(&self, count: usize) -> String {
        let letters = self.letters(count).await;
        let letter = letters.last().unwrap();
        let base_url = &self.app().base_url;
        let link = letter.lines().find_map(|line| line.strip_prefix(base_url));
        link.unwrap_or_else(|| panic!("{letter}")).to_owned()
    }

    fn setting(&self, link: &str, password: &str) -> Request {
        let token = token(link);
        let request = self.ours.client.request("POST", "/v1/partner/auth/reset");
        request.json(&json!({ "token": token, "password": password }))
    }

    async fn invite(&self, email: &str, role: &str) -> Response {
        let owner = self.sign_in("owner@ours.example").await;
        let body = json!({ "email": email, "role": role, "firstName": "Eve" });
        let invite = owner.posting("/v1/partner/auth/invite", &body);
        invite.send().await
    }
}

fn token(link: &str) -> &str {
    link.split_once("token=").unwrap().1
}

async fn a_forgotten_password_is_set_by_a_mailed_link(stage: &mut Stage) {
    let email = stage.person(Role::Viewer).await.email;
    assert_eq!(stage.forget(&email.to_uppercase()).await.status, 204);
    let letters = stage.letters(1).await;
    assert!(letters[0].contains(&format!("To: <{email}>\r\n")));
    let link = stage.link(1).await;
    assert!(link.starts_with("/portal/reset?token="), "{link}");
    let set = stage.setting(&link, NEW).send().await;
    assert_eq!((set.status, set.text.as_str()), (204, ""));
    let old = stage.signing_in(&email, PASSWORD).send().await;
    old.refused(Code::InvalidCredentials);
    assert_eq!(stage.signing_in(&email, NEW).send().await.status, 200);
}

async fn an_unknown_account_is_answered_alike_and_mailed_nothing(stage: &mut Stage) {
    let email = stage.person(Role::Viewer).await.email;
    let known = stage.forget(&email).await;
    let unknown = stage.forget("nobody@example.org").await;
    let seen = |answer: &Response| {
        let mut names: Vec<_> = answer.headers.keys().map(ToString::to_string).collect();
        names.sort();
        (answer.status, answer.text.clone(), names)
    };
    assert_eq!(seen(&known), seen(&unknown));
    stage.letters(1).await;
}

async fn a_link_is_good_once_and_for_an_hour(stage: &mut Stage) {
    let email = stage.person(Role::Viewer).await.email;
    stage.forget(&email).await;
    let link = stage.link(1).await;
    assert_eq!(stage.setting(&link, NEW).send().await.status, 204);
    let again = stage.setting(&link, PASSWORD).send().await;
    again.refused(Code::InvalidToken);
    stage.forget(&email).await;
    let link = stage.link(2).await;
    stage.pass_time(HOUR_MS);
    let late = stage.setting(&link, PASSWORD).send().await;
    late.refused(Code::InvalidToken);
    let mistyped = stage.setting(&format!("{link}0"), PASSWORD).send().await;
    mistyped.refused(Code::InvalidToken);
    stage.sweep().await;
    assert_eq!(stage.count("password_links").await, 0);
}

async fn a_reset_ends_every_sign_in_and_every_other_link(stage: &mut Stage) {
    let person = stage.person(Role::Viewer).await;
    stage.forget(&person.email).await;
    let first = stage.link(1).await;
    stage.forget(&person.email).await;
    let second = stage.link(2).await;
    assert_eq!(stage.setting(&second, NEW).send().await.status, 204);
    person.ask(&GetMe {}).await.refused(Code::InvalidToken);
    let other = stage.setting(&first, PASSWORD).send().await;
    other.refused(Code::InvalidToken);
}

async fn a_colleague_takes_up_an_invitation(stage: &mut Stage) {
    stage.person(Role::Owner).await;
    let invited: Value = stage.invite("Eve@Example.org", "ADMIN").await.answer(201);
    assert_eq!(
        invited,
        json!({
            "id": invited["id"], "email": "Eve@Example.org", "role": "ADMIN",
            "expiresAt": stage.now().plus_ms(7 * DAY_MS),
        })
    );
    let link = stage.link(1).await;
    assert!(link.starts_with("/portal/invitation?token="), "{link}");
    let before = stage.signing_in("eve@example.org", NEW).send().await;
    before.refused(Code::InvalidCredentials);
    assert_eq!(stage.setting(&link, PASSWORD).send().await.status, 204);
    let me = stage.sign_in("eve@example.org").await.call(&GetMe {}).await;
    assert_eq!(me.user.role, Role::Admin);
    assert_eq!(me.user.first_name.as_deref(), Some("Eve"));
    assert_eq!(me.partner.unwrap().id, stage.ours.partner.id);
    let again = stage.setting(&link, NEW).send().await;
    again.refused(Code::InvalidToken);
}

async fn a_newer_invitation_takes_the_place_of_the_older(stage: &mut Stage) {
    stage.person(Role::Owner).await;
    stage
        .invite("eve@example.org", "OWNER")
        .await
        .answer::<Value>(201);
    let older = stage.link(1).await;
    stage
        .invite("EVE@example.org", "VIEWER")
        .await
        .answer::<Value>(201);
    let newer = stage.link(2).await;
    let used = stage.setting(&older, PASSWORD).send().await;
    used.refused(Code::InvalidToken);
    assert_eq!(stage.setting(&newer, PASSWORD).send().await.status, 204);
    let me = stage.sign_in("eve@example.org").await.call(&GetMe {}).await;
    assert_eq!(me.user.role, Role::Viewer);
}

async fn an_invitation_ends_after_a_week(stage: &mut Stage) {
    stage.person(Role::Owner).await;
    stage
        .invite("eve@example.org", "VIEWER")
        .await
        .answer::<Value>(201);
    let link = stage.link(1).await;
    stage.pass_time(7 * DAY_MS);
    let late = stage.setting(&link, PASSWORD).send().await;
    late.refused(Code::InvalidToken);
    stage.sweep().await;
    assert_eq!(stage.count("invitations").await, 0);
}

async fn who_signs_in_here_is_not_invited_again(stage: &mut Stage) {
    stage.person(Role::Owner).await;
    stage.person(Role::Viewer).await;
    let again = stage.invite("VIEWER@ours.example", "OWNER").await;
    again.refused(Code::UserExists);
    stage.letters(0).await;
}

async fn who_signs_in_elsewhere_is_told_so_by_mail_only(stage: &mut Stage) {
    stage.sign_in_owners().await;
    let unknown = stage.invite("nobody@theirs.example", "VIEWER").await;
    let known = stage.invite("owner@theirs.example", "VIEWER").await;
    let names = |answer: &Response| {
        let answer: Value = answer.answer(201);
        answer
            .as_object()
            .unwrap()
            .keys()
            .cloned()
            .collect::<Vec<_>>()
    };
    assert_eq!(names(&known), names(&unknown));
    let letters = stage.letters(2).await;
    let theirs = letters.iter().find(|letter| letter.contains("<owner@"));
    let theirs = theirs.unwrap();
    assert!(!theirs.contains("token="), "{theirs}");
    assert!(theirs.contains("another address"), "{theirs}");
}

async fn an_invitation_is_repeated_under_its_key(stage: &mut Stage) {
    let owner = stage.person(Role::Owner).await;
    let send = async |email: &str| {
        let body = json!({ "email": email, "role": "VIEWER" });
        let invite = owner.posting("/v1/partner/auth/invite", &body);
        invite.header("idempotency-key", "once").send().await
    };
    let (first, again) = (send("eve@example.org").await, send("eve@example.org").await);
    assert_eq!((first.status, &first.text), (201, &again.text));
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    let other = send("ada@example.org").await;
    other.refused(Code::IdempotencyKeyReused);
    stage.letters(1).await;
}

async fn a_link_leads_to_a_page_that_works_without_a_script(stage: &mut Stage) {
    let email = stage.person(Role::Owner).await.email;
    stage.forget(&email).await;
    let link = stage.link(1).await;
    let client = stage.ours.client.clone();
    let page = client.request("GET", &link).send().await;
    assert_eq!(page.status, 200);
    assert!(!page.text.contains("<script"));
    assert!(
        page.text.contains(r#"autocomplete="new-password""#),
        "{}",
        page.text
    );
    assert_eq!(page.header("referrer-policy"), Some("no-referrer"));
    assert_eq!(page.header("cache-control"), Some("no-store"));
    let send = async |password: &str| {
        let form = format!("token={}&password={password}", token(&link));
        let request = client.request("POST", "/portal/reset");
        let request = request.body("application/x-www-form-urlencoded", form);
        request.send().await
    };
    let short = send("short").await;
    assert_eq!(short.status, 422);
    assert!(
        short.text.contains("at least 12 characters"),
        "{}",
        short.text
    );
    assert_eq!(send("+another+swordfish+").await.status, 200);
    // The space around it belongs to a password.
    assert_eq!(stage.signing_in(&email, NEW).send().await.status, 200);
    for used in [
        client.request("GET", &link).send().await,
        send("+another+swordfish+").await,
        client.request("GET", "/portal/reset").send().await,
        client
            .request("GET", "/portal/invitation?token=0")
            .send()
            .await,
    ] {
        assert_eq!(used.status, 404);
        assert!(used.text.contains("has expired"), "{}", used.text);
    }
    stage.sign_in_again(NEW).await;
    let link = stage.link(2).await;
    let page = client.request("GET", &link).send().await;
    assert!(page.text.contains("Partner ours") && page.text.contains("eve@example.org"));
    let form = format!("token={}&password=another+swordfish", token(&link));
    let request = client.request("POST", "/portal/invitation");
    let request = request.body("application/x-www-form-urlencoded", form);
    let done = request.send().await;
    assert_eq!(done.status, 200, "{}", done.text);
    let eve = stage.signing_in("eve@example.org", "another swordfish");
    assert_eq!(eve.send().await.status, 200);
}

impl Stage {
    /// Lets the owner, whose password it is, invite somebody.
    async fn sign_in_again(&self, password: &str) {
        let signed_in = self.signing_in("owner@ours.example", password).send().await;
        let signed_in: Value = signed_in.answer(200);
        let request = self.ours.client.request("POST", "/v1/partner/auth/invite");
        let body = json!({ "email": "eve@example.org", "role": "VIEWER" });
        let token = signed_in["accessToken"].as_str().unwrap();
        let invited = request.json(&body).bearer(token).send().await;
        assert_eq!(invited.status, 201);
    }
}

async fn the_outbox_is_read_at_its_machine_only(stage: &mut Stage) {
    let email = stage.person(Role::Viewer).await.email;
    let page = || stage.ours.client.request("GET", "/sandbox/outbox");
    let empty = page().send().await;
    assert_eq!(empty.status, 200);
    stage.forget(&email).await;
    let link = stage.link(1).await;
    let full = page().send().await;
    assert!(
        full.text
            .contains(&format!("href=\"{}{link}\"", stage.app().base_url))
    );
    assert!(full.text.contains(&email), "{}", full.text);
    for (name, value) in [
        ("x-forwarded-for", "203.0.113.1"),
        ("forwarded", "for=203.0.113.1"),
        ("host", "evil.example"),
    ] {
        let refused = page().header(name, value).send().await;
        assert_eq!(refused.status, 404, "{name}");
        assert!(!refused.text.contains("token="));
    }
    let proxy = "127.0.0.1/32".parse().unwrap();
    stage
        .restart(|settings| settings.trusted_proxies = vec![proxy])
        .await;
    let page = stage.ours.client.request("GET", "/sandbox/outbox");
    let through = page.header("x-forwarded-for", "203.0.113.1").send().await;
    assert_eq!(through.status, 404);
    stage.turn_to_production().await;
    let page = stage.ours.client.request("GET", "/sandbox/outbox");
    assert_eq!(page.send().await.status, 404);
}

async fn no_link_lies_in_the_database(stage: &mut Stage) {
    let email = stage.person(Role::Owner).await.email;
    stage.forget(&email).await;
    let link = stage.link(1).await;
    stage
        .invite("eve@example.org", "VIEWER")
        .await
        .answer::<Value>(201);
    let other = stage.link(2).await;
    for (table, link) in [("password_links", link), ("invitations", other)] {
        let found = format!("{table} WHERE token_hash = '{}'", token(&link));
        assert_eq!(stage.count(&found).await, 0);
        assert_eq!(stage.count(table).await, 1);
    }
}

async fn a_mail_that_a_killed_process_left_is_sent(stage: &mut Stage) {
    let email = stage.person(Role::Viewer).await.email;
    let until = stage.now().plus_ms(60_000).0;
    let now = stage.now().0;
    let mail = format!(
        "INSERT INTO mails (id, kind, subject_id, due_at, leased_until, attempts, give_up_at, created_at)
         VALUES ('m', 'reset', '{email}', {now}, {until}, 1, {}, {now})",
        until + 3_600_000
    );
    stage.change_rows(&mail).await;
    assert_eq!(server::worker::mail::pass(stage.app()).await.unwrap(), 0);
    stage.pass_time(60_000);
    let link = stage.link(1).await;
    assert_eq!(stage.setting(&link, NEW).send().await.status, 204);
}
