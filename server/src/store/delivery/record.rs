//! The worker's side: what is to be delivered, and what became of it, written in
//! batches.

use std::collections::HashSet;

use shared::time::Timestamp;
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Error};

use super::claim::{self, WebhookKey};
use super::{DeliveryRow, EventText, NEW, SETTLED, push, read};
use crate::store::batch::Work;
use crate::store::event::Place;
use crate::store::row::Columns as _;
use crate::store::sql::{Rows, json};
use crate::store::{Connection, Db};

/// Which pending deliveries are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// Those that are due, the longest first.
    Due(Timestamp),
    /// Those that are due or were never attempted: another process may have died
    /// over them.
    DueOrUntried(Timestamp),
}

/// A delivery, and what it tells; nothing if the event is no longer kept.
pub type Letter = (DeliveryRow, Option<EventText>);

pub async fn pending(
    conn: &mut Connection,
    key: &WebhookKey,
    which: Which,
    limit: i64,
) -> Result<Vec<Letter>, Error> {
    let (condition, now) = match which {
        Which::Due(now) => ("d.due_at <= $3", now),
        Which::DueOrUntried(now) => ("(d.due_at <= $3 OR d.tries = 0)", now),
    };
    let rows = sqlx::query(AssertSqlSafe(format!(
        "SELECT d.*, e.data AS event_data, e.subjects, e.created_at AS event_time FROM deliveries d
         LEFT JOIN events e ON e.partner_id = d.partner_id AND e.commit_number = d.commit_number
             AND e.position = d.position
         WHERE d.partner_id = $1 AND d.webhook_id = $2 AND d.status = 'PENDING' AND {condition}
         ORDER BY d.due_at, d.id LIMIT $4"
    )))
    .bind(key.partner_id.as_str())
    .bind(key.id.as_str())
    .bind(now.0)
    .bind(limit)
    .fetch_all(conn)
    .await?;
    rows.iter().map(read_letter).collect()
}

fn read_letter(row: &AnyRow) -> Result<Letter, Error> {
    let delivery = read(row)?;
    let event = match (
        row.text_or_null("event_data")?,
        row.time_or_null("event_time")?,
    ) {
        (Some(data), Some(created_at)) => Some(EventText {
            id: delivery.public.event_id.clone(),
            event_type: delivery.public.event_type,
            created_at,
            subjects: row.text("subjects")?,
            data,
        }),
        _ => None,
    };
    Ok((delivery, event))
}

/// What the worker writes down.
#[derive(Clone, Debug)]
pub enum Note {
    /// Events were taken up: their deliveries, and the place up to which all are.
    Taken {
        key: WebhookKey,
        cursor: Place,
        deliveries: Vec<DeliveryRow>,
    },
    /// The same of a replay; without a cursor it is at its end.
    Replayed {
        key: WebhookKey,
        replay_id: String,
        cursor: Option<Place>,
        deliveries: Vec<DeliveryRow>,
    },
    /// What an attempt came to, and what that says of the webhook.
    Settled {
        delivery: Box<DeliveryRow>,
        health: Option<Health>,
    },
    /// All that the process holds, it holds until then.
    Renewed(Timestamp),
}

/// What changes in a webhook by an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Health {
    Recovered,
    FailingSince(Timestamp),
    /// For failing since then, unless it was set going in the meantime; without,
    /// for good reason.
    Disabled {
        at: Timestamp,
        since: Option<Timestamp>,
    },
}

/// Writes notes for a process.
#[derive(Debug)]
pub struct Recorder {
    pub db: Db,
    pub process: String,
}

impl Work for Recorder {
    type Item = Note;
    /// False if the webhook is no longer held, and nothing was written.
    type Answer = bool;

    fn owner(note: &Note) -> &str {
        match note {
            Note::Taken { key, .. } | Note::Replayed { key, .. } => key.partner_id.as_str(),
            Note::Settled { delivery, .. } => delivery.partner_id.as_str(),
            Note::Renewed(_) => "",
        }
    }

    fn weight(note: &Note) -> usize {
        match note {
            Note::Taken { deliveries, .. } | Note::Replayed { deliveries, .. } => {
                1 + deliveries.len()
            }
            Note::Settled { .. } | Note::Renewed(_) => 1,
        }
    }

    async fn run(&self, notes: &[Note]) -> Result<Vec<bool>, Error> {
        let mut tx = self.db.write().await?;
        let (mut new, mut settled) = (Rows::of(&NEW), Rows::of(&SETTLED));
        let mut answers = Vec::with_capacity(notes.len());
        let advanced = self.advance_all(&mut tx, notes).await?;
        for note in notes {
            let is_held = match note {
                Note::Taken { key, .. } => advanced.contains(key),
                Note::Replayed {
                    key,
                    replay_id,
                    cursor,
                    ..
                } => advance_replay(&mut tx, (key, replay_id), *cursor).await?,
                Note::Settled { delivery, health } => {
                    push(&mut settled, delivery)?;
                    if let Some(health) = health {
                        set_health(&mut tx, delivery, *health).await?;
                    }
                    true
                }
                Note::Renewed(until) => self.renew(&mut tx, *until).await?,
            };
            if let (true, Note::Taken { deliveries, .. } | Note::Replayed { deliveries, .. }) =
                (is_held, note)
            {
                for delivery in deliveries {
                    push(&mut new, delivery)?;
                }
            }
            answers.push(is_held);
        }
        let dialect = self.db.dialect();
        new.write_some(&mut tx, dialect).await?;
        settled.write_some(&mut tx, dialect).await?;
        tx.commit().await?;
        Ok(answers)
    }
}

impl Recorder {
    async fn renew(&self, conn: &mut Connection, until: Timestamp) -> Result<bool, Error> {
        sqlx::query("UPDATE webhooks SET leased_until = $2 WHERE leased_by = $1")
            .bind(&self.process)
            .bind(until.0)
            .execute(conn)
            .await?;
        Ok(true)
    }

    /// Moves the cursors of all webhooks that have taken events up, and answers
    /// those that this process still holds.
    async fn advance_all(
        &self,
        conn: &mut Connection,
        notes: &[Note],
    ) -> Result<HashSet<WebhookKey>, Error> {
        let taken = notes.iter().filter_map(|note| match note {
            Note::Taken { key, cursor, .. } => Some((&key.partner_id, &key.id, cursor.0, cursor.1)),
            Note::Replayed { .. } | Note::Settled { .. } | Note::Renewed(_) => None,
        });
        let taken: Vec<_> = taken.collect();
        if taken.is_empty() {
            return Ok(HashSet::new());
        }
        let sql = format!(
            "UPDATE webhooks AS t SET cursor_commit = CAST(v.value ->> 2 AS BIGINT),
                 cursor_position = CAST(v.value ->> 3 AS BIGINT)
             FROM {}
             WHERE t.partner_id = v.value ->> 0 AND t.id = v.value ->> 1
               AND t.leased_by = $2 AND t.deleted_at IS NULL
             RETURNING partner_id, id",
            self.db.dialect().rows(),
        );
        let rows = sqlx::query(AssertSqlSafe(sql))
            .bind(json(&taken)?)
            .bind(&self.process)
            .fetch_all(conn)
            .await?;
        rows.iter().map(claim::read_key).collect()
    }
}

async fn advance_replay(
    conn: &mut Connection,
    (key, replay_id): (&WebhookKey, &str),
    cursor: Option<Place>,
) -> Result<bool, Error> {
    let sql = match cursor {
        Some(_) => {
            "UPDATE webhook_replays SET cursor_commit = $4, cursor_position = $5
             WHERE partner_id = $1 AND webhook_id = $2 AND id = $3"
        }
        None => {
            "DELETE FROM webhook_replays WHERE partner_id = $1 AND webhook_id = $2 AND id = $3
                 AND CAST($4 AS BIGINT) IS NULL AND CAST($5 AS BIGINT) IS NULL"
        }
    };
    let done = sqlx::query(sql)
        .bind(key.partner_id.as_str())
        .bind(key.id.as_str())
        .bind(replay_id)
        .bind(cursor.map(|place| place.0))
        .bind(cursor.map(|place| place.1))
        .execute(conn)
        .await?;
    Ok(done.rows_affected() > 0)
}

async fn set_health(
    conn: &mut Connection,
    delivery: &DeliveryRow,
    health: Health,
) -> Result<(), Error> {
    let sql = match health {
        Health::Recovered => {
            "UPDATE webhooks SET failing_since = NULL WHERE partner_id = $1 AND id = $2"
        }
        Health::FailingSince(_) => {
            "UPDATE webhooks SET failing_since = COALESCE(failing_since, $3)
             WHERE partner_id = $1 AND id = $2 AND is_active = 1"
        }
        Health::Disabled { .. } => {
            "UPDATE webhooks SET is_active = 0, disabled_at = $3
             WHERE partner_id = $1 AND id = $2 AND is_active = 1
               AND (CAST($4 AS BIGINT) IS NULL OR failing_since <= $4)"
        }
    };
    let query = sqlx::query(sql)
        .bind(delivery.partner_id.as_str())
        .bind(delivery.webhook_id.as_str());
    let query = match health {
        Health::Recovered => query,
        Health::FailingSince(time) => query.bind(time.0),
        Health::Disabled { at, since } => query.bind(at.0).bind(since.map(|time| time.0)),
    };
    query.execute(conn).await?;
    Ok(())
}
