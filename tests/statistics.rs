//! What PostgreSQL's planner knows of a table that grows.

use server::store::sql::Dialect;

use crate::stage::{Stage, purchase};

on_both_databases! {
    a_table_that_grows_is_looked_at_again,
}

async fn a_table_that_grows_is_looked_at_again(stage: &mut Stage) {
    for bulk in 0..3 {
        let keys = (0..100).map(|number| format!("{bulk}-{number}"));
        let acts: Vec<_> = keys.map(|key| purchase(&key)).collect();
        assert_eq!(stage.bulk(&acts).await.status, 200);
    }
    assert_eq!(stage.count("actions").await, 300);
    if stage.app().db.dialect() == Dialect::Postgres {
        let known = "pg_class WHERE relname = 'actions' AND reltuples = 300";
        stage.until_count(known, 1).await;
    }
}
