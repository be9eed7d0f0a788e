//! `giving serve --demo`, the first thing that anybody tries.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use serde_json::Value;
use server::config::Hidden;
use server::domain::portal_user::verify;
use server::store::Db;
use server::store::portal_user::{self, PortalUser};
use shared::portal_user::Role;

use crate::stage::Giving;

fn serve(folder: &Path) -> Giving {
    Giving::new(folder, &["serve", "--demo", "--listen", "127.0.0.1:0"])
}

fn credentials(folder: &Path) -> Value {
    let text = std::fs::read(folder.join("demo-credentials.json")).unwrap();
    serde_json::from_slice(&text).unwrap()
}

#[test]
fn the_demo_started_twice_keeps_its_keys_and_what_was_done() {
    let folder = tempfile::tempdir().unwrap();
    let call = |arguments: &[&str]| {
        let arguments = [&["call"], arguments].concat();
        Giving::new(folder.path(), &arguments).run().json::<Value>()
    };
    let users = "/v1/partner/users";
    let serving = serve(folder.path()).serve();
    let first = credentials(folder.path());
    assert_eq!(first["baseUrl"], serving.base_url.as_str());
    std::fs::write(
        folder.path().join("user.json"),
        r#"{"externalUserId":"ada"}"#,
    )
    .unwrap();
    call(&["POST", users, "--body", "user.json"]);
    let listed = call(&["GET", users]);
    assert_eq!(listed["data"][0]["externalUserId"], "ada");
    drop(serving);
    let serving = serve(folder.path()).serve();
    let second = credentials(folder.path());
    for key in ["publicKey", "secretKey", "hmacSecret", "email", "password"] {
        assert!(first[key].is_string());
        assert_eq!(first[key], second[key], "{key}");
    }
    assert_eq!(second["baseUrl"], serving.base_url.as_str());
    assert_eq!(call(&["GET", users]), listed);
    let partners = Giving::new(folder.path(), &["partners", "list", "--json"]);
    let partners: Value = partners.run().json();
    assert_eq!(partners.as_array().unwrap().len(), 1);
}

/// The portal user of the demo in a folder, as the database has it.
fn owner(folder: &Path) -> PortalUser {
    let url = format!("sqlite:{}", folder.join("giving.db").display());
    let email = credentials(folder)["email"].as_str().unwrap().to_owned();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let db = Db::open_existing(&url).await.unwrap();
        let mut conn = db.read().await.unwrap();
        let found = portal_user::find_by_email(&mut conn, &email).await.unwrap();
        drop(conn);
        db.close().await;
        found.unwrap()
    })
}

#[test]
fn the_demos_password_fits_its_portal_user() {
    let folder = tempfile::tempdir().unwrap();
    let _serving = serve(folder.path()).serve();
    let (written, owner) = (credentials(folder.path()), owner(folder.path()));
    let password = written["password"].as_str().unwrap();
    assert!(password.len() >= 20, "{password}");
    assert!(verify(
        &Hidden::new(password),
        owner.password_hash.as_ref().unwrap()
    ));
    assert!(!verify(
        &Hidden::new("password"),
        owner.password_hash.as_ref().unwrap()
    ));
    assert_eq!(owner.role, Role::Owner);
    let partner_id = owner.partner_id.map(|id| id.0);
    assert_eq!(written["partnerId"].as_str(), partner_id.as_deref());
    let shown: server::demo::Credentials = serde_json::from_value(written.clone()).unwrap();
    assert!(!format!("{shown:?}").contains(password));
}

/// As one of an earlier version is.
#[test]
fn a_demo_without_a_portal_user_is_given_one() {
    let folder = tempfile::tempdir().unwrap();
    drop(serve(folder.path()).serve());
    let mut earlier = credentials(folder.path());
    for name in ["email", "password"] {
        earlier.as_object_mut().unwrap().remove(name);
    }
    let file = folder.path().join("demo-credentials.json");
    std::fs::write(file, earlier.to_string()).unwrap();
    let database = folder.path().join("giving.db");
    let url = format!("sqlite:{}", database.display());
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let db = Db::open_existing(&url).await.unwrap();
        let mut tx = db.write().await.unwrap();
        let delete = sqlx::query("DELETE FROM portal_users").execute(&mut *tx);
        assert_eq!(delete.await.unwrap().rows_affected(), 1);
        tx.commit().await.unwrap();
        db.close().await;
    });
    let _serving = serve(folder.path()).serve();
    let password = credentials(folder.path())["password"]
        .as_str()
        .map(Hidden::new);
    assert!(verify(
        &password.unwrap(),
        owner(folder.path()).password_hash.as_ref().unwrap()
    ));
    assert_eq!(
        credentials(folder.path())["secretKey"],
        earlier["secretKey"]
    );
}

#[test]
fn only_their_owner_reads_the_demos_secrets() {
    let folder = tempfile::tempdir().unwrap();
    let _serving = serve(folder.path()).serve();
    for file in ["demo-credentials.json", "master.key"] {
        let metadata = std::fs::metadata(folder.path().join(file)).unwrap();
        assert_eq!(metadata.permissions().mode() & 0o777, 0o600, "{file}");
    }
}
