//! What a test looks up in the database itself, where no call shows it.

use serde_json::Value;
use shared::id::DonationId;
use sqlx::{AssertSqlSafe, Row as _};

use super::{Stage, until};

/// An event of our partner, as webhooks will tell it.
#[derive(Debug)]
pub(crate) struct Event {
    pub(crate) name: String,
    pub(crate) data: Value,
    /// Its place: the commit, and the position within it.
    pub(crate) place: (i64, i64),
}

impl Stage {
    /// The rows of a table; a condition may follow its name.
    pub(crate) async fn count(&self, table: &str) -> i64 {
        self.number(format!("SELECT COUNT(*) AS number FROM {table}"))
            .await
    }

    /// Returns when a table has so many rows; a condition may follow its name.
    pub(crate) async fn until_count(&self, table: &str, count: i64) {
        let hope = format!("{count} {table}");
        until(&hope, async || self.count(table).await == count).await;
    }

    /// The letters in the outbox, the newest last, as soon as there are so many
    /// and no mail is left.
    pub(crate) async fn letters(&self, count: usize) -> Vec<String> {
        self.until_count("mails", 0).await;
        let folder = self.directory().join("outbox");
        let mut files: Vec<_> = match std::fs::read_dir(folder) {
            Ok(entries) => entries.map(|entry| entry.unwrap()).collect(),
            Err(_) => Vec::new(),
        };
        files.sort_by_key(|file| file.metadata().unwrap().modified().unwrap());
        let read = |file: &std::fs::DirEntry| std::fs::read_to_string(file.path()).unwrap();
        let letters: Vec<_> = files.iter().map(read).collect();
        assert_eq!(letters.len(), count, "{letters:?}");
        letters
    }

    /// Returns when somebody waits for events.
    pub(crate) async fn until_somebody_waits(&self) {
        let news = self.app().db.news();
        until("somebody waits", async || news.waiting() > 0).await;
    }

    /// The sum of a column: `amount FROM table`.
    pub(crate) async fn sum(&self, column: &str) -> i64 {
        let (column, from) = column.split_once(' ').unwrap();
        let sum = format!("CAST(COALESCE(SUM({column}), 0) AS BIGINT)");
        self.number(format!("SELECT {sum} AS number {from}")).await
    }

    async fn number(&self, sql: String) -> i64 {
        let mut conn = self.app().db.read().await.unwrap();
        let row = sqlx::query(AssertSqlSafe(sql)).fetch_one(&mut *conn);
        row.await.unwrap().get("number")
    }

    /// Our gifts in a state.
    pub(crate) async fn donations(&self, status: &str) -> Vec<DonationId> {
        let mut conn = self.app().db.read().await.unwrap();
        let rows = sqlx::query("SELECT id FROM donations WHERE status = $1")
            .bind(status)
            .fetch_all(&mut *conn)
            .await
            .unwrap();
        rows.iter().map(|row| DonationId(row.get("id"))).collect()
    }

    /// Moves the clock past everything that a killed process had taken on.
    pub(crate) async fn pass_leases(&self) {
        let sql = "SELECT CAST(COALESCE(MAX(leased_until), 0) AS BIGINT) AS number FROM jobs";
        let leased_until = self.number(sql.to_owned()).await;
        let posts = "SELECT CAST(COALESCE(MAX(leased_until), 0) AS BIGINT) AS number FROM webhooks";
        let leased_until = leased_until.max(self.number(posts.to_owned()).await);
        let updated_at = self
            .number(
                "SELECT CAST(COALESCE(MAX(updated_at), 0) AS BIGINT) AS number FROM donations"
                    .to_owned(),
            )
            .await;
        self.pass_time(leased_until.max(updated_at) + 1 - self.now().0);
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

    /// The ids of our partner's events of one type.
    pub(crate) async fn event_ids(&self, name: &str) -> Vec<String> {
        let mut conn = self.app().db.read().await.unwrap();
        let rows = sqlx::query("SELECT id FROM events WHERE partner_id = $1 AND type = $2")
            .bind(self.ours.partner.id.as_str())
            .bind(name)
            .fetch_all(&mut *conn)
            .await
            .unwrap();
        rows.iter().map(|row| row.get("id")).collect()
    }

    /// Our partner's events of one type.
    pub(crate) async fn events_of(&self, name: &str) -> Vec<Event> {
        let mut events = self.events().await;
        events.retain(|event| event.name == name);
        events
    }
}
