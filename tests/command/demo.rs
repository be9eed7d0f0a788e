//! `giving serve --demo`, the first thing that anybody tries.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use serde_json::Value;

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
    for key in ["publicKey", "secretKey", "hmacSecret"] {
        assert!(first[key].is_string());
        assert_eq!(first[key], second[key], "{key}");
    }
    assert_eq!(second["baseUrl"], serving.base_url.as_str());
    assert_eq!(call(&["GET", users]), listed);
    let partners = Giving::new(folder.path(), &["partners", "list", "--json"]);
    let partners: Value = partners.run().json();
    assert_eq!(partners.as_array().unwrap().len(), 1);
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
