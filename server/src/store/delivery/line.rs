//! The pending deliveries of an ordered webhook, by the place of their events.

use shared::id::DeliveryId;
use shared::time::Timestamp;
use sqlx::Error;

use super::claim::WebhookKey;
use super::record::Letter;
use super::{DeliveryRow, EventText, read};
use crate::store::Connection;
use crate::store::event::{self, Place, Subjects};
use crate::store::row::Columns as _;
use crate::store::sql::{Dialect, json};

/// Where a delivery stands: by the place of its event, and of those of one event
/// the one that was begun first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Turn {
    pub place: Place,
    pub created_at: Timestamp,
    pub id: DeliveryId,
}

/// A delivery that stands in line.
#[derive(Clone, Debug)]
pub struct InLine {
    pub turn: Turn,
    pub subjects: Subjects,
    pub due_at: Timestamp,
}

impl InLine {
    pub fn new(delivery: &DeliveryRow, subjects: Subjects) -> Self {
        Self {
            turn: Turn {
                place: delivery.place,
                created_at: delivery.public.created_at,
                id: delivery.public.id.clone(),
            },
            subjects,
            due_at: delivery.due_at,
        }
    }
}

/// Those that are pending, the first by their turns.
pub async fn first(
    conn: &mut Connection,
    key: &WebhookKey,
    limit: i64,
) -> Result<Vec<InLine>, Error> {
    let rows = sqlx::query(
        "SELECT d.*, COALESCE(e.subjects, '') AS subjects FROM deliveries d
         LEFT JOIN events e ON e.partner_id = d.partner_id AND e.commit_number = d.commit_number
             AND e.position = d.position
         WHERE d.partner_id = $1 AND d.webhook_id = $2 AND d.status = 'PENDING'
         ORDER BY d.commit_number, d.position, d.created_at, d.id LIMIT $3",
    )
    .bind(key.partner_id.as_str())
    .bind(key.id.as_str())
    .bind(limit)
    .fetch_all(conn)
    .await?;
    rows.iter()
        .map(|row| Ok(InLine::new(&read(row)?, row.text("subjects")?)))
        .collect()
}

/// The deliveries of these ids that are pending, with what they tell.
pub async fn letters(
    conn: &mut Connection,
    dialect: Dialect,
    (key, ids): (&WebhookKey, &[DeliveryId]),
) -> Result<Vec<Letter>, Error> {
    let condition = "t.partner_id = v.value ->> 0 AND t.id = v.value ->> 1";
    let asked: Vec<_> = ids.iter().map(|id| (&key.partner_id, id)).collect();
    let rows = sqlx::query(dialect.lookup("t.*", "deliveries", condition))
        .bind(json(&asked)?)
        .fetch_all(&mut *conn)
        .await?;
    let mut letters = Vec::with_capacity(rows.len());
    for row in &rows {
        let delivery = read(row)?;
        if delivery.is_pending() {
            letters.push((delivery, None));
        }
    }
    let places: Vec<_> = letters.iter().map(|(row, _)| row.place).collect();
    let events = event::at(conn, dialect, (&key.partner_id, &places)).await?;
    for (delivery, told) in &mut letters {
        *told = events.get(&delivery.place).cloned().map(EventText::from);
    }
    Ok(letters)
}
