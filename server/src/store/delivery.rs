//! Events on their way to webhooks.

pub mod begin;
pub mod claim;
pub mod line;
pub mod look;
pub mod record;

use shared::event::EventType;
use shared::id::{DeliveryId, EventId, PartnerId, WebhookId};
use shared::time::Timestamp;
use shared::webhook::{Delivery, DeliveryStatus, LastResponse};
use sqlx::Error;
use sqlx::any::AnyRow;

use super::Connection;
use super::event::{EventRow, Place, Subjects};
use super::list::Window;
use super::row::Columns as _;
use super::sql::Column::{Number, Text};
use super::sql::{Rows, Table};

/// A delivery, and what its partner does not see of it.
#[derive(Clone, Debug)]
pub struct DeliveryRow {
    pub partner_id: PartnerId,
    pub webhook_id: WebhookId,
    pub public: Delivery,
    pub place: Place,
    /// The attempts since it was last begun.
    pub tries: i64,
    pub due_at: Timestamp,
}

/// An event, as it is told to a webhook.
#[derive(Clone, Debug)]
pub struct EventText {
    pub id: EventId,
    pub event_type: EventType,
    pub created_at: Timestamp,
    pub subjects: Subjects,
    /// JSON.
    pub data: String,
}

impl EventText {
    /// The body of a delivery, the same at each attempt.
    pub fn body(&self) -> String {
        format!(
            r#"{{"id":"{}","type":"{}","createdAt":"{}","data":{}}}"#,
            self.id, self.event_type, self.created_at, self.data
        )
    }
}

impl From<EventRow> for EventText {
    fn from(row: EventRow) -> Self {
        Self {
            id: row.id,
            event_type: row.event_type,
            created_at: row.created_at,
            subjects: row.subjects,
            data: row.data,
        }
    }
}

impl DeliveryRow {
    pub fn is_pending(&self) -> bool {
        self.public.status == DeliveryStatus::Pending
    }

    /// A delivery of an event that was not attempted yet.
    pub fn new(
        id: DeliveryId,
        webhook_id: &WebhookId,
        event: &EventRow,
        (now, due_at): (Timestamp, Timestamp),
    ) -> Self {
        Self {
            partner_id: event.partner_id.clone(),
            webhook_id: webhook_id.clone(),
            public: Delivery {
                id,
                event_id: event.id.clone(),
                event_type: event.event_type,
                status: DeliveryStatus::Pending,
                attempts: 0,
                last_response: None,
                next_retry_at: None,
                created_at: now,
                delivered_at: None,
            },
            place: event.place(),
            tries: 0,
            due_at,
        }
    }
}

const COLUMNS: &[super::sql::Column] = &[
    Text("partner_id"),
    Text("id"),
    Text("webhook_id"),
    Text("event_id"),
    Text("event_type"),
    Number("commit_number"),
    Number("position"),
    Text("status"),
    Number("attempts"),
    Number("tries"),
    Number("due_at"),
    Number("response_status"),
    Number("response_ms"),
    Text("response_body"),
    Number("created_at"),
    Number("delivered_at"),
];

/// New deliveries. One that is there was written by a commit whose end was lost.
pub(super) const NEW: Table = Table {
    name: "deliveries",
    columns: COLUMNS,
    conflict: "ON CONFLICT (partner_id, id) DO NOTHING",
};

/// What became of pending ones: whoever was first counts.
pub(super) const SETTLED: Table = Table {
    name: "deliveries",
    columns: COLUMNS,
    conflict: "ON CONFLICT (partner_id, id) DO UPDATE SET status = excluded.status,
        attempts = excluded.attempts, tries = excluded.tries, due_at = excluded.due_at,
        response_status = excluded.response_status, response_ms = excluded.response_ms,
        response_body = excluded.response_body, delivered_at = excluded.delivered_at
        WHERE deliveries.status = 'PENDING'",
};

pub(super) fn push(rows: &mut Rows, row: &DeliveryRow) -> Result<(), Error> {
    let public = &row.public;
    let last = public.last_response.as_ref();
    rows.push([
        row.partner_id.as_str().into(),
        public.id.as_str().into(),
        row.webhook_id.as_str().into(),
        public.event_id.as_str().into(),
        public.event_type.as_str().into(),
        row.place.0.into(),
        row.place.1.into(),
        public.status.as_str().into(),
        public.attempts.into(),
        row.tries.into(),
        row.due_at.0.into(),
        last.and_then(|last| last.status).map(i64::from).into(),
        last.map(|last| last.duration_ms).into(),
        last.map(|last| last.body_start.as_str()).into(),
        public.created_at.0.into(),
        public.delivered_at.map(|time| time.0).into(),
    ])
}

/// Which deliveries of a webhook.
#[derive(Clone, Debug)]
pub struct Filter {
    pub webhook_id: WebhookId,
    pub status: Option<DeliveryStatus>,
    pub event_type: Option<EventType>,
    /// Older ones are as good as gone.
    pub from: Timestamp,
}

/// What both the list and its length are filtered by.
macro_rules! filtered {
    ($select:literal, $rest:literal) => {
        concat!(
            $select,
            " FROM deliveries
             WHERE partner_id = $1 AND webhook_id = $2 AND created_at >= $3
               AND (CAST($4 AS TEXT) IS NULL OR status = $4)
               AND (CAST($5 AS TEXT) IS NULL OR event_type = $5) ",
            $rest
        )
    };
}

/// Newest first.
pub async fn list(
    conn: &mut Connection,
    partner_id: &PartnerId,
    filter: &Filter,
    window: &Window,
) -> Result<Vec<Delivery>, Error> {
    let below = window.below(None);
    let rows = sqlx::query(filtered!(
        "SELECT *",
        "AND (created_at, id) < ($6, $7) ORDER BY created_at DESC, id DESC LIMIT $8 OFFSET $9"
    ))
    .bind(partner_id.as_str())
    .bind(filter.webhook_id.as_str())
    .bind(filter.from.0)
    .bind(filter.status.map(DeliveryStatus::as_str))
    .bind(filter.event_type.map(EventType::as_str))
    .bind(below.0)
    .bind(below.1)
    .bind(window.limit)
    .bind(window.offset)
    .fetch_all(conn)
    .await?;
    rows.iter().map(|row| Ok(read(row)?.public)).collect()
}

pub async fn count(
    conn: &mut Connection,
    partner_id: &PartnerId,
    filter: &Filter,
) -> Result<i64, Error> {
    sqlx::query(filtered!("SELECT COUNT(*) AS total", ""))
        .bind(partner_id.as_str())
        .bind(filter.webhook_id.as_str())
        .bind(filter.from.0)
        .bind(filter.status.map(DeliveryStatus::as_str))
        .bind(filter.event_type.map(EventType::as_str))
        .fetch_one(conn)
        .await?
        .number("total")
}

pub async fn find(
    conn: &mut Connection,
    partner_id: &PartnerId,
    (webhook_id, id): (&WebhookId, &DeliveryId),
) -> Result<Option<DeliveryRow>, Error> {
    let row = sqlx::query(
        "SELECT * FROM deliveries WHERE partner_id = $1 AND id = $2 AND webhook_id = $3",
    )
    .bind(partner_id.as_str())
    .bind(id.as_str())
    .bind(webhook_id.as_str())
    .fetch_optional(conn)
    .await?;
    row.as_ref().map(read).transpose()
}

/// The last attempts of a webhook, the newest first: whether each succeeded, and
/// how long it took.
pub async fn last_attempts(
    conn: &mut Connection,
    (partner_id, webhook_id): (&PartnerId, &WebhookId),
    limit: i64,
) -> Result<Vec<(bool, i64)>, Error> {
    let rows = sqlx::query(
        "SELECT status, response_ms FROM deliveries
         WHERE partner_id = $1 AND webhook_id = $2 AND response_ms IS NOT NULL
         ORDER BY created_at DESC, id DESC LIMIT $3",
    )
    .bind(partner_id.as_str())
    .bind(webhook_id.as_str())
    .bind(limit)
    .fetch_all(conn)
    .await?;
    rows.iter()
        .map(|row| {
            let status: String = row.text("status")?;
            Ok((status == "DELIVERED", row.number("response_ms")?))
        })
        .collect()
}

pub async fn count_pending(
    conn: &mut Connection,
    (partner_id, webhook_id): (&PartnerId, &WebhookId),
) -> Result<i64, Error> {
    sqlx::query(
        "SELECT COUNT(*) AS total FROM deliveries
         WHERE partner_id = $1 AND webhook_id = $2 AND status = 'PENDING'",
    )
    .bind(partner_id.as_str())
    .bind(webhook_id.as_str())
    .fetch_one(conn)
    .await?
    .number("total")
}

fn read(row: &AnyRow) -> Result<DeliveryRow, Error> {
    let status = row.named("status", DeliveryStatus::named)?;
    let (attempts, due_at) = (row.number("attempts")?, row.time("due_at")?);
    let is_tried_again = status == DeliveryStatus::Pending && attempts > 0;
    let last_response = match row.number_or_null("response_ms")? {
        None => None,
        Some(duration_ms) => Some(LastResponse {
            status: row
                .number_or_null("response_status")?
                .and_then(|status| u16::try_from(status).ok()),
            duration_ms,
            body_start: row.text_or_null("response_body")?.unwrap_or_default(),
        }),
    };
    Ok(DeliveryRow {
        partner_id: row.text("partner_id")?,
        webhook_id: row.text("webhook_id")?,
        public: Delivery {
            id: row.text("id")?,
            event_id: row.text("event_id")?,
            event_type: row.named("event_type", EventType::named)?,
            status,
            attempts,
            last_response,
            next_retry_at: is_tried_again.then_some(due_at),
            created_at: row.time("created_at")?,
            delivered_at: row.time_or_null("delivered_at")?,
        },
        place: (row.number("commit_number")?, row.number("position")?),
        tries: row.number("tries")?,
        due_at,
    })
}
