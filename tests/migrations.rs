//! Databases that are new, old, of another kind, or somebody else's.

use server::config::{Environment, Hidden, Settings};
use server::context::Context;
use server::domain::directory::{self, Search};
use server::serve::{Fill, StartError, start};
use server::store::ledger::verify::audit;
use server::store::list::Window;
use server::store::setting::ClaimError;
use server::store::{Db, OpenError, action, key, portal_user, user};
use server::vault::VaultError;
use shared::id::{ActionId, ExternalUserId, PartnerId, PoolId};
use shared::money::Tokens;
use shared::time::Timestamp;
use sqlx::{AnyConnection, Connection as _, Executor as _};

use crate::stage::{Database, Kind, Stage};

/// What a server of the first schema left.
const FIRST: &str = include_str!("migrations/first.sql");
const FIRST_PAGE: Window = Window {
    after: None,
    offset: 0,
    limit: 10,
};

on_both_databases! {
    a_new_database_is_given_the_schema,
    a_database_that_is_opened_again_keeps_what_it_has,
    two_who_open_a_new_database_at_once_both_succeed,
    what_the_first_schema_kept_is_kept_and_adds_up,
    people_and_keys_from_before_sign_in_are_kept,
    nonprofits_from_before_they_were_imported_are_found,
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

/// A database as so many migrations left it, with what was put into it at each of
/// the stops.
async fn older(stage: &Stage, stops: &[(usize, &'static str)]) -> Database {
    sqlx::any::install_default_drivers();
    let database = Database::empty(stage.kind()).await;
    if database.kind() == Kind::Sqlite {
        std::fs::write(database.directory().join("giving.db"), "").unwrap();
    }
    let mut conn = AnyConnection::connect(database.url()).await.unwrap();
    for (migrations, contents) in stops {
        let mut older = sqlx::migrate!("../server/migrations");
        older.migrations.to_mut().truncate(*migrations);
        older.run(&mut conn).await.unwrap();
        conn.execute(*contents).await.unwrap();
    }
    conn.close().await.unwrap();
    database
}

async fn what_the_first_schema_kept_is_kept_and_adds_up(stage: &mut Stage) {
    let database = older(stage, &[(1, FIRST)]).await;
    let db = Db::open(database.url()).await.unwrap();
    let audit = audit(&mut db.snapshot().await.unwrap()).await.unwrap();
    assert_eq!(audit.differences, Vec::<String>::new());
    assert_eq!(audit.transactions, 2);
    let partner = PartnerId("p1".to_owned());
    let mut conn = db.read().await.unwrap();
    let name = ExternalUserId("ada".to_owned());
    let balance = user::balance(&mut conn, &partner, &name, Timestamp(4)).await;
    let balance = balance.unwrap().unwrap();
    assert_eq!(
        (balance.available, balance.vesting),
        (Tokens(0), Tokens(25))
    );
    let id = ActionId("a1".to_owned());
    let found = action::find(&mut conn, (db.dialect(), &partner), &id).await;
    let found = found.unwrap().unwrap();
    assert_eq!(found.stakeholders[0].partner_user_id, name);
    assert_eq!(found.transactions.len(), 1);
    assert_eq!(found.pool_id, Some(PoolId("pool1".to_owned())));
    drop(conn);
    db.close().await;
    database.remove().await;
}

async fn people_and_keys_from_before_sign_in_are_kept(stage: &mut Stage) {
    let people = include_str!("migrations/people.sql");
    let database = older(stage, &[(1, FIRST), (6, people)]).await;
    let db = Db::open(database.url()).await.unwrap();
    let mut conn = db.read().await.unwrap();
    let user = portal_user::find_by_email(&mut conn, "ADA@example.org").await;
    let user = user.unwrap().unwrap();
    assert_eq!(user.id.as_str(), "u1");
    assert_eq!(user.partner_id, Some(PartnerId("p1".to_owned())));
    assert_eq!(user.password_hash.unwrap().expose(), "hash");
    let keys = key::list_seen(&mut conn, &PartnerId("p1".to_owned()), &FIRST_PAGE).await;
    let keys = keys.unwrap();
    let names: Vec<_> = keys.iter().map(|seen| seen.key.name.as_str()).collect();
    // One that was inactive had been ended for good.
    assert_eq!(names, ["Good"]);
    drop(conn);
    db.close().await;
    database.remove().await;
}

async fn nonprofits_from_before_they_were_imported_are_found(stage: &mut Stage) {
    let more = "INSERT INTO organizations
             (id, percent_id, endaoment_id, slug, name, name_folded, ein, status)
         VALUES ('o0', 'organisation_0', '0', 'msf', 'Médecins', 'médecins', '123456789', 'ACTIVE')";
    let database = older(stage, &[(1, FIRST), (10, more)]).await;
    let settings = Settings {
        database: Some(Hidden::new(database.url().to_owned())),
        ..stage.settings()
    };
    let running = start(settings, Context::system(), Fill::Nothing)
        .await
        .unwrap();
    for (query, slug) in [
        ("river", "river-trust"),
        ("river-trust", "river-trust"),
        ("medecins", "msf"),
        ("msf", "msf"),
        ("12-3456789", "msf"),
    ] {
        let search = Search {
            query,
            country: Some("US"),
            only_open: true,
            limit: 9,
            offset: 0,
        };
        let found = directory::search(&running.app, &search).await.unwrap();
        let found: Vec<_> = found
            .organizations
            .iter()
            .map(|it| it.slug.as_str())
            .collect();
        assert_eq!(found, [slug], "{query}");
    }
    running.stop().await;
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
