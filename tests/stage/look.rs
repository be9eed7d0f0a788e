//! What a test looks up in the database itself, where no call shows it.

use serde_json::Value;
use sqlx::{AssertSqlSafe, Row as _};

use super::Stage;

/// An event of our partner, as webhooks will tell it.
#[derive(Debug)]
pub(crate) struct Event {
    pub(crate) name: String,
    pub(crate) data: Value,
    /// Its place: the commit, and the position within it.
    pub(crate) place: (i64, i64),
}

impl Stage {
    /// The rows of a table.
    pub(crate) async fn count(&self, table: &str) -> i64 {
        let sql = AssertSqlSafe(format!("SELECT COUNT(*) AS rows_there FROM {table}"));
        let mut conn = self.app().db.read().await.unwrap();
        let row = sqlx::query(sql).fetch_one(&mut *conn).await.unwrap();
        row.get("rows_there")
    }

    /// Our partner's events in the order of their commits.
    pub(crate) async fn events(&self) -> Vec<Event> {
        let mut conn = self.app().db.read().await.unwrap();
        let rows = sqlx::query(
            "SELECT type, data, commit_number, position FROM events WHERE partner_id = $1
             ORDER BY commit_number, position",
        )
        .bind(self.ours.partner.id.as_str())
        .fetch_all(&mut *conn)
        .await
        .unwrap();
        rows.iter()
            .map(|row| Event {
                name: row.get("type"),
                data: serde_json::from_str(row.get("data")).unwrap(),
                place: (row.get("commit_number"), row.get("position")),
            })
            .collect()
    }

    /// Our partner's events of one type.
    pub(crate) async fn events_of(&self, name: &str) -> Vec<Event> {
        let mut events = self.events().await;
        events.retain(|event| event.name == name);
        events
    }
}
