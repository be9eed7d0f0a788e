//! `giving verify-ledger` and `giving migrate`.

use serde_json::{Value, json};

use crate::stage::{Database, Giving, Kind, Stage};

on_both_databases! {
    books_that_add_up_are_said_to,
    a_balance_that_somebody_changed_is_found,
    a_new_database_is_migrated_once,
}

/// Only a database that is there is looked into.
#[test]
fn a_mistyped_database_is_not_made() {
    let folder = tempfile::tempdir().unwrap();
    for arguments in [
        &["verify-ledger"][..],
        &["partners", "list"],
        &["keys", "create", "--partner", "ours", "--name", "Mine"],
    ] {
        let ended = Giving::new(folder.path(), arguments).run();
        ended.failed(&["giving.db", "--database", "giving migrate"]);
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

async fn books_that_add_up_are_said_to(stage: &mut Stage) {
    let link = stage.create_link().await;
    let email = Some("ada@example.org");
    stage.pay(&link.partner_donation_id, email).await;
    stage.settled(&link.partner_donation_id).await;
    let told = Giving::on(stage, &["verify-ledger"]).run().succeeded();
    assert!(told.ends_with("; nothing differs\n"), "{told}");
    let report: Value = Giving::on(stage, &["verify-ledger", "--json"]).run().json();
    assert_eq!(report["differences"], json!([]));
    assert_eq!(
        report["transactions"],
        stage.count("transactions").await,
        "{report}"
    );
}

async fn a_balance_that_somebody_changed_is_found(stage: &mut Stage) {
    let mut tx = stage.app().db.write().await.unwrap();
    sqlx::query("UPDATE pools SET balance = balance + 1 WHERE id = $1")
        .bind(stage.ours.pool_id.as_str())
        .execute(&mut *tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let ended = Giving::on(stage, &["verify-ledger"]).run();
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(
        ended.output.contains(stage.ours.pool_id.as_str()),
        "{ended:?}"
    );
    assert!(
        !ended.output.contains(stage.theirs.pool_id.as_str()),
        "{ended:?}"
    );
    // Nothing else of this stage can be audited.
    stage.stop().await;
}

async fn a_new_database_is_migrated_once(stage: &mut Stage) {
    let database = Database::empty(stage.kind()).await;
    let schema = stage.app().db.schema().await.unwrap();
    for _ in 0..2 {
        let migrate = ["migrate", "--json", "--database", database.url()];
        let told: Value = Giving::new(database.directory(), &migrate).run().json();
        assert_eq!(told, json!({ "schema": schema }));
    }
    if database.kind() == Kind::Sqlite {
        assert!(database.directory().join("giving.db").exists());
    }
    database.remove().await;
}
