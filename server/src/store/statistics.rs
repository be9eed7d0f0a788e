//! What PostgreSQL's planner knows of the tables. A statement that was prepared
//! while its table was empty keeps an index that finds a partner's rows and not the
//! one that finds the row, until there are new statistics; its own worker makes them
//! once a minute, and in a minute a table grows from nothing to half a million rows.

use sqlx::{AssertSqlSafe, Error};

use super::Db;
use super::row::Columns as _;

/// With fewer rows it does not matter how they are found.
const FEW: i64 = 256;

/// Has PostgreSQL look again at those tables that have doubled since it last did.
pub async fn renew(db: &Db) -> Result<(), Error> {
    let mut conn = db.read().await?;
    let rows = sqlx::query(
        "SELECT CAST(c.relname AS TEXT) AS name FROM pg_stat_user_tables s JOIN pg_class c ON c.oid = s.relid
         WHERE s.schemaname = current_schema() AND s.n_live_tup > $1 + 2 * GREATEST(c.reltuples, 0)
             AND pg_has_role(c.relowner, 'USAGE')",
    )
    .bind(FEW)
    .fetch_all(&mut *conn)
    .await?;
    for row in &rows {
        let name = row.text::<String>("name")?.replace('"', "\"\"");
        sqlx::query(AssertSqlSafe(format!("ANALYZE \"{name}\"")))
            .execute(&mut *conn)
            .await?;
    }
    Ok(())
}
