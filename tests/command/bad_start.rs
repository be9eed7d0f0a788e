//! Good settings with which the server still must not start: whose database it
//! is, whose port, and what production forbids.

use std::net::TcpListener;

use crate::stage::{Giving, MASTER_KEY, Stage};

on_both_databases! {
    a_database_of_the_other_environment_is_refused_by_every_command,
    a_database_of_a_newer_schema_is_refused_by_every_command,
    another_master_key_is_refused,
}

const SERVE: [&str; 3] = ["serve", "--listen", "127.0.0.1:0"];

#[test]
fn a_port_that_is_taken_is_said_with_how_to_choose_another() {
    let folder = tempfile::tempdir().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let ended = Giving::new(folder.path(), &["serve", "--listen", &address]).run_in_vain();
    ended.failed(&[&address, "--listen"]);
}

#[test]
fn production_has_no_demo() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = [&SERVE[..], &["--demo", "--environment", "production"]].concat();
    let giving = Giving::new(folder.path(), &arguments);
    let ended = giving.set("GIVING_MASTER_KEY", MASTER_KEY).run_in_vain();
    ended.failed(&["--demo", "production"]);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn production_wants_a_master_key() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = [&SERVE[..], &["--environment", "production"]].concat();
    let ended = Giving::new(folder.path(), &arguments).run_in_vain();
    ended.failed(&["GIVING_MASTER_KEY", "openssl rand -hex 32"]);
}

#[test]
fn a_master_key_of_the_folder_that_is_none_is_said_by_its_file() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("master.key"), "swordfish").unwrap();
    let ended = Giving::new(folder.path(), &SERVE).run_in_vain();
    let line = ended.failed(&["master.key", "64 hex digits", "GIVING_MASTER_KEY"]);
    assert!(!line.contains("swordfish"), "{line}");
}

#[test]
fn a_file_that_is_no_database_is_said_by_its_path() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("giving.db"), "my diary\n".repeat(999)).unwrap();
    let ended = Giving::new(folder.path(), &SERVE).run_in_vain();
    ended.failed(&["giving.db", "is it giving's"]);
}

async fn a_database_of_the_other_environment_is_refused_by_every_command(stage: &mut Stage) {
    let fix = ["sandbox", "production", "--environment sandbox"];
    let production = ["--environment", "production"];
    let serve = [&SERVE[..], &production].concat();
    Giving::on(stage, &serve).run_in_vain().failed(&fix);
    for command in [&["partners", "list"][..], &["verify-ledger"]] {
        let command = [command, &production].concat();
        Giving::on(stage, &command).run().failed(&fix);
    }
}

async fn a_database_of_a_newer_schema_is_refused_by_every_command(stage: &mut Stage) {
    let mut tx = stage.app().db.write().await.unwrap();
    sqlx::query(
        "INSERT INTO _sqlx_migrations
         SELECT 9999, 'later', installed_on, success, checksum, execution_time
         FROM _sqlx_migrations WHERE version = 1",
    )
    .execute(&mut *tx)
    .await
    .unwrap();
    tx.commit().await.unwrap();
    let fix = ["9999", "use a newer giving"];
    Giving::on(stage, &SERVE).run_in_vain().failed(&fix);
    for command in [&["migrate"][..], &["partners", "list"], &["verify-ledger"]] {
        Giving::on(stage, command).run().failed(&fix);
    }
}

async fn another_master_key_is_refused(stage: &mut Stage) {
    let other = "f".repeat(64);
    let fix = ["wrong master key", "GIVING_MASTER_KEY", "master.key"];
    let serve = Giving::on(stage, &SERVE).set("GIVING_MASTER_KEY", &other);
    let line = serve.run_in_vain().failed(&fix);
    assert!(
        !line.contains(&other) && !line.contains(MASTER_KEY),
        "{line}"
    );
    let create = ["keys", "create", "--partner", "ours", "--name", "Mine"];
    let create = Giving::on(stage, &create).set("GIVING_MASTER_KEY", &other);
    create.run().failed(&fix);
}
