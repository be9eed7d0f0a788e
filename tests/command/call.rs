//! `giving call` and `giving sign`, with keys that `giving keys create` made.

use serde_json::{Value, json};
use server::context::Context;
use shared::Code;

use crate::stage::{Giving, Stage};

on_both_databases! {
    a_new_key_makes_a_signed_call,
    a_call_with_a_body_is_signed_with_it,
    a_widgets_call_goes_with_the_publishable_key_alone,
    a_call_that_is_refused_ends_with_one,
    a_revoked_key_calls_no_more,
    the_headers_that_are_printed_sign_a_request,
    keys_that_are_not_there_are_said,
}

/// Makes a key pair, keeps it in a file as an operator would, and answers it.
/// The program signs at the present time, so the server is given it, too.
fn make_keys(stage: &Stage) -> Value {
    stage.pass_time(Context::system().now().0 - stage.now().0);
    let create = [
        "keys",
        "create",
        "--json",
        "--partner",
        "ours",
        "--name",
        "Mine",
    ];
    let made = Giving::on(stage, &create).run().succeeded();
    std::fs::write(stage.directory().join("keys.json"), &made).unwrap();
    serde_json::from_str(&made).unwrap()
}

/// `giving` with the keys of the file, and with the stage's server.
fn with_keys(stage: &Stage, arguments: &[&str]) -> Giving {
    let arguments = [arguments, &["--credentials", "keys.json"]].concat();
    Giving::on(stage, &arguments).set("GIVING_BASE_URL", &stage.app().base_url)
}

async fn a_new_key_makes_a_signed_call(stage: &mut Stage) {
    make_keys(stage);
    let users = "/v1/partner/users?page=1&limit=20";
    let ended = with_keys(stage, &["call", "GET", users]).run();
    assert!(ended.error.ends_with("200 OK\n"), "{ended:?}");
    assert_eq!(ended.json::<Value>()["data"], json!([]));
    let publishable = ["call", "--publishable", "GET", "/v1/partner/config"];
    let config: Value = with_keys(stage, &publishable).run().json();
    assert_eq!(config["id"], stage.ours.partner.id.as_str());
}

async fn a_call_with_a_body_is_signed_with_it(stage: &mut Stage) {
    make_keys(stage);
    let user = "{ \"externalUserId\": \"ada\", \"firstName\": \"Åda\" }\n";
    std::fs::write(stage.directory().join("user.json"), user).unwrap();
    let call = ["call", "POST", "/v1/partner/users", "--body", "user.json"];
    let made: Value = with_keys(stage, &call).run().json();
    assert_eq!(made["firstName"], "Åda", "{made}");
    assert_eq!(stage.count("users").await, 1);
}

async fn a_widgets_call_goes_with_the_publishable_key_alone(stage: &mut Stage) {
    make_keys(stage);
    let widget = |path| with_keys(stage, &["call", "--widget", "GET", path]).run();
    assert_eq!(widget("/v1/partner/config").code, Some(0));
    let refused = widget("/v1/partner/users");
    assert_eq!(refused.code, Some(1), "{refused:?}");
}

async fn a_call_that_is_refused_ends_with_one(stage: &mut Stage) {
    make_keys(stage);
    for (path, status) in [
        ("/v1/partner/nothing", "404 Not Found"),
        ("/v1/partner/users?limit=x", "400 Bad Request"),
    ] {
        let ended = with_keys(stage, &["call", "GET", path]).run();
        assert_eq!(ended.code, Some(1), "{ended:?}");
        assert!(ended.error.contains(status), "{ended:?}");
        let body: Value = serde_json::from_str(&ended.output).unwrap();
        let code = body["statusCode"].to_string();
        assert!(status.starts_with(&code), "{body}");
    }
}

async fn a_revoked_key_calls_no_more(stage: &mut Stage) {
    let made = make_keys(stage);
    let call = ["call", "GET", "/v1/partner/users"];
    with_keys(stage, &call).run().succeeded();
    let revoke = ["keys", "revoke", made["publicKey"].as_str().unwrap()];
    Giving::on(stage, &revoke).run().succeeded();
    stage.look_for_changed_callers().await;
    let ended = with_keys(stage, &call).run();
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.error.contains("401"), "{ended:?}");
}

async fn the_headers_that_are_printed_sign_a_request(stage: &mut Stage) {
    let made = make_keys(stage);
    let path = "/v1/partner/users?limit=1";
    let printed = with_keys(stage, &["sign", "GET", path]).run().succeeded();
    let mut request = stage.ours.client.request("GET", path);
    for line in printed.lines() {
        let (name, value) = line.split_once(": ").unwrap();
        request = request.header(&name.to_ascii_lowercase(), value);
    }
    assert_eq!(printed.lines().count(), 3, "{printed}");
    let text = |name: &str| made[name].as_str().unwrap().to_owned();
    let timestamp = request.header_value("x-timestamp");
    let ours = stage.ours.client.request("GET", path);
    let ours = ours.signed_at(timestamp, &text("secretKey"), &text("hmacSecret"));
    let signature = request.header_value("x-signature");
    assert_eq!(ours.header_value("x-signature"), signature);
    assert_eq!(request.clone().send().await.status, 200);
    let other = request.header("x-timestamp", "1");
    other.send().await.refused(Code::TimestampOutOfRange);
}

async fn keys_that_are_not_there_are_said(stage: &mut Stage) {
    let call = ["call", "GET", "/v1/partner/users"];
    let nowhere = Giving::on(stage, &call).run();
    nowhere.failed(&["demo-credentials.json", "--credentials"]);
    std::fs::write(stage.directory().join("keys.json"), "{ \"hmacSecret\": 1 }").unwrap();
    with_keys(stage, &call)
        .run()
        .failed(&["keys.json", "line 1"]);
}
