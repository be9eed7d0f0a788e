//! Settings that cannot be read: the program does not start, and says in one
//! line which setting is wrong, never what it holds.

use crate::stage::Giving;

/// What stands for a password in everything here.
const PASSWORD: &str = "swordfish";

/// Why the server does not start with this `giving.toml`.
#[track_caller]
fn refused_file(text: &str, words: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("giving.toml"), text).unwrap();
    let ended = Giving::new(folder.path(), &["serve"]).run_in_vain();
    let line = ended.failed(&[&["giving.toml"], words].concat());
    assert!(!line.contains(PASSWORD), "{line}");
}

/// Why the server does not start with this variable.
#[track_caller]
fn refused_variable(name: &str, value: &str, words: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    let giving = Giving::new(folder.path(), &["serve"]).set("GIVING_LISTEN", "127.0.0.1:0");
    let line = giving.set(name, value).run_in_vain().failed(words);
    assert!(!line.contains(PASSWORD), "{line}");
}

#[test]
fn a_file_that_is_no_toml_is_said_by_its_line() {
    refused_file(
        &format!("environment = \"sandbox\"\ndatabase = \"postgres://giving:{PASSWORD}@"),
        &["is not TOML", "line 2"],
    );
    refused_file(&format!("master_key = {PASSWORD}"), &["line 1"]);
}

#[test]
fn an_unknown_key_of_the_file_is_said_beside_those_there_are() {
    refused_file(
        &format!("databse = \"postgres://giving:{PASSWORD}@host/giving\""),
        &["databse", "database", "data_dir"],
    );
}

#[test]
fn a_value_of_a_wrong_type_is_said_by_its_key() {
    refused_file("listen = 8080", &["listen"]);
    refused_file("listen = \"nowhere\"", &["listen"]);
    refused_file(
        "environment = \"test\"",
        &["environment", "sandbox, production"],
    );
    refused_file(
        "rate_limit_standard = \"many\"",
        &["rate_limit_standard", "a whole number"],
    );
    refused_file("rate_limit_standard = -1", &["rate_limit_standard"]);
    refused_file(
        "trusted_proxies = \"10.0.0.0/8\"",
        &["trusted_proxies", "a list"],
    );
    refused_file(&format!("database = [\"{PASSWORD}\"]"), &["database"]);
}

#[test]
fn a_variable_that_cannot_be_read_is_said_by_its_name() {
    for (name, value) in [
        ("GIVING_LISTEN", "8080"),
        ("GIVING_ENVIRONMENT", "test"),
        ("GIVING_RATE_LIMIT_STANDARD", "many"),
        ("GIVING_TRUSTED_PROXIES", "everyone"),
        ("GIVING_BASE_URL", "giving.example"),
    ] {
        refused_variable(name, value, &[name]);
    }
}

#[test]
fn a_malformed_master_key_is_said_with_how_to_make_one() {
    let long = PASSWORD.repeat(8);
    for key in [PASSWORD, &"0".repeat(63), &"0".repeat(66), &long] {
        let fix = ["GIVING_MASTER_KEY", "64 hex digits", "openssl rand -hex 32"];
        refused_variable("GIVING_MASTER_KEY", key, &fix);
    }
}

#[test]
fn a_database_of_an_unknown_kind_is_said_with_the_known_ones() {
    for address in [
        format!("mysql://giving:{PASSWORD}@host/giving"),
        PASSWORD.to_owned(),
    ] {
        refused_variable("GIVING_DATABASE", &address, &["sqlite:", "postgres://"]);
    }
}

#[test]
fn an_address_of_postgresql_is_never_said_with_its_password() {
    for address in [
        format!("postgres://giving:{PASSWORD}@127.0.0.1:1/giving"),
        format!("postgres://127.0.0.1:1/giving?user=giving&password={PASSWORD}"),
    ] {
        let fix = ["postgres://127.0.0.1:1/giving", "--database"];
        refused_variable("GIVING_DATABASE", &address, &fix);
    }
    for address in [
        format!("postgres://giving:{PASSWORD}@127.0.0.1:99999/giving"),
        format!("postgres://giving:1/{PASSWORD}@127.0.0.1/giving"),
    ] {
        refused_variable("GIVING_DATABASE", &address, &["database address"]);
    }
}
