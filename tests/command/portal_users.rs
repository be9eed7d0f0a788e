//! `giving portal-users`: who may sign in to the portal.

use serde_json::{Value, json};
use server::config::Hidden;
use server::domain::portal_user::verify;
use server::store::portal_user::{PortalUser, find_by_email};

use crate::stage::{Giving, Stage};

on_both_databases! {
    a_portal_users_password_is_shown_once,
    a_portal_user_may_belong_to_a_partner_with_a_role,
    a_known_address_is_refused_in_any_case,
    an_unknown_partner_is_said,
    people_read_the_password_beside_the_address,
    what_is_no_address_name_or_role_is_said,
}

fn create(stage: &Stage, arguments: &[&str]) -> Giving {
    Giving::on(stage, &[&["portal-users", "create"], arguments].concat())
}

async fn find(stage: &Stage, email: &str) -> Option<PortalUser> {
    let mut conn = stage.app().db.read().await.unwrap();
    find_by_email(&mut conn, email).await.unwrap()
}

fn hash(user: &PortalUser) -> &Hidden {
    user.password_hash.as_ref().unwrap()
}

async fn a_portal_users_password_is_shown_once(stage: &mut Stage) {
    let create = create(stage, &["--json", "--email", "Ada@Example.org"]);
    let made: Value = create.run().json();
    let password = made["password"].as_str().unwrap();
    let stored = find(stage, "ada@example.ORG").await.unwrap();
    assert!(verify(&Hidden::new(password), hash(&stored)));
    assert!(!hash(&stored).expose().contains(password));
    assert_eq!(
        made,
        json!({
            "id": stored.id, "email": "Ada@Example.org", "password": password, "firstName": null,
            "lastName": null, "role": "OWNER", "partnerId": null, "createdAt": stored.created_at,
        })
    );
}

async fn a_portal_user_may_belong_to_a_partner_with_a_role(stage: &mut Stage) {
    let arguments = [
        "--json",
        "--email",
        "eve@example.org",
        "--partner",
        "ours",
        "--role",
        "VIEWER",
        "--first-name",
        "Eve",
        "--last-name",
        "Élan",
    ];
    let made: Value = create(stage, &arguments).run().json();
    assert_eq!(made["partnerId"], json!(stage.ours.partner.id));
    assert_eq!(made["role"], "VIEWER");
    assert_eq!(
        (&made["firstName"], &made["lastName"]),
        (&json!("Eve"), &json!("Élan"))
    );
    let stored = find(stage, "eve@example.org").await.unwrap();
    assert_eq!(stored.partner_id.as_ref(), Some(&stage.ours.partner.id));
}

async fn a_known_address_is_refused_in_any_case(stage: &mut Stage) {
    create(stage, &["--email", "ada@example.org"])
        .run()
        .succeeded();
    let again = create(stage, &["--email", "ADA@example.org"]).run();
    again.failed(&["ADA@example.org", "already"]);
    assert_eq!(stage.count("portal_users").await, 1);
}

async fn an_unknown_partner_is_said(stage: &mut Stage) {
    let create = create(
        stage,
        &["--email", "ada@example.org", "--partner", "nobody"],
    );
    create.run().failed(&["nobody", "giving partners list"]);
    assert_eq!(stage.count("portal_users").await, 0);
}

async fn people_read_the_password_beside_the_address(stage: &mut Stage) {
    let told = create(stage, &["--email", "ada@example.org"])
        .run()
        .succeeded();
    for text in ["ada@example.org", "OWNER", "not shown again"] {
        assert!(told.contains(text), "{told}");
    }
    let line = told
        .lines()
        .find(|line| line.starts_with("password"))
        .unwrap();
    let password = line.split_whitespace().last().unwrap();
    let stored = find(stage, "ada@example.org").await.unwrap();
    assert!(verify(&Hidden::new(password), hash(&stored)));
}

async fn what_is_no_address_name_or_role_is_said(stage: &mut Stage) {
    for (wrong, flag) in [
        (&["--email", "ada"][..], "--email"),
        (&["--email", "a@b", "--role", "owner"], "--role"),
        (&["--email", "a@b", "--first-name", ""], "--first-name"),
        (&["--partner", "ours"], "--email"),
    ] {
        let ended = create(stage, wrong).run();
        assert_eq!(ended.code, Some(2), "{ended:?}");
        assert!(ended.error.contains(flag), "{ended:?}");
    }
    assert_eq!(stage.count("portal_users").await, 0);
}
