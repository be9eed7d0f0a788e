//! Databases that are new, old, of another kind, or somebody else's.

use server::config::{Environment, Hidden, Settings};
use server::context::Context;
use server::serve::{Fill, StartError, start};
use server::store::setting::ClaimError;
use server::store::{Db, OpenError};
use server::vault::VaultError;

use crate::stage::{Database, Kind, Stage};

on_both_databases! {
    a_new_database_is_given_the_schema,
    a_database_that_is_opened_again_keeps_what_it_has,
    two_who_open_a_new_database_at_once_both_succeed,
    a_newer_schema_is_refused_by_its_number,
    a_migration_that_was_changed_afterwards_is_refused,
    a_database_of_the_other_environment_is_refused,
    another_master_key_is_refused,
    production_wants_a_master_key,
}

async fn a_new_database_is_given_the_schema(stage: &mut Stage) {
    let database = Database::empty(stage.kind()).await;
    let db = Db::open(database.url()).await.unwrap();
    assert_eq!(
        db.schema().await.unwrap(),
        stage.app().db.schema().await.unwrap()
    );
    db.close().await;
    database.remove().await;
}

async fn a_database_that_is_opened_again_keeps_what_it_has(stage: &mut Stage) {
    let id = stage.create_link().await.partner_donation_id;
    let before = stage.status(&id).await;
    stage.restart(|_| {}).await;
    assert_eq!(stage.status(&id).await, before);
}

async fn two_who_open_a_new_database_at_once_both_succeed(stage: &mut Stage) {
    let database = Database::empty(stage.kind()).await;
    let (one, other) = tokio::join!(Db::open(database.url()), Db::open(database.url()));
    for db in [one, other] {
        db.unwrap().close().await;
    }
    database.remove().await;
}

async fn a_newer_schema_is_refused_by_its_number(stage: &mut Stage) {
    let later = "INSERT INTO _sqlx_migrations
         SELECT 9999, 'later', installed_on, success, checksum, execution_time
         FROM _sqlx_migrations WHERE version = 1";
    run(stage, later).await;
    let opened = Db::open(stage.database_url()).await;
    assert!(
        matches!(opened, Err(OpenError::NewerSchema(9999))),
        "{opened:?}"
    );
}

async fn a_migration_that_was_changed_afterwards_is_refused(stage: &mut Stage) {
    let changed = match stage.kind() {
        Kind::Sqlite => "UPDATE _sqlx_migrations SET checksum = CAST('other' AS BLOB)",
        Kind::Postgres => "UPDATE _sqlx_migrations SET checksum = CAST('other' AS BYTEA)",
    };
    run(stage, changed).await;
    let opened = Db::open(stage.database_url()).await;
    assert!(matches!(opened, Err(OpenError::Migration(_))), "{opened:?}");
}

async fn a_database_of_the_other_environment_is_refused(stage: &mut Stage) {
    let refused = start_with(stage, |settings| {
        settings.environment = Environment::Production;
    })
    .await;
    assert!(
        matches!(&refused, StartError::Claim(ClaimError::Open(OpenError::OtherEnvironment { stored, .. })) if stored == "sandbox"),
        "{refused:?}"
    );
}

async fn another_master_key_is_refused(stage: &mut Stage) {
    let other = Hidden::new("f".repeat(64));
    let refused = start_with(stage, |settings| settings.master_key = Some(other)).await;
    assert!(
        matches!(
            refused,
            StartError::Claim(ClaimError::Vault(VaultError::WrongKey))
        ),
        "{refused:?}"
    );
}

async fn production_wants_a_master_key(stage: &mut Stage) {
    let refused = start_with(stage, |settings| {
        (settings.environment, settings.master_key) = (Environment::Production, None);
    });
    let refused = refused.await;
    assert!(
        matches!(refused, StartError::Vault(VaultError::Required)),
        "{refused:?}"
    );
}

async fn run(stage: &Stage, sql: &'static str) {
    let mut tx = stage.app().db.write().await.unwrap();
    sqlx::query(sql).execute(&mut *tx).await.unwrap();
    tx.commit().await.unwrap();
}

/// Why a server does not start on the stage's database with other settings.
async fn start_with(stage: &Stage, change: impl FnOnce(&mut Settings)) -> StartError {
    let mut settings = stage.settings();
    change(&mut settings);
    start(settings, Context::system(), Fill::Nothing)
        .await
        .unwrap_err()
}
