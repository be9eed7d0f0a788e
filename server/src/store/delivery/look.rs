//! What the webhooks of a process look at, read for all that ask at the same time:
//! how each stands, and which of its partner's events are new.

use std::collections::HashMap;
use std::sync::Arc;

use shared::id::PartnerId;
use sqlx::Error;

use super::claim::{self, Post, WebhookKey};
use crate::store::Db;
use crate::store::batch::Work;
use crate::store::event::{self, EventRow, Place};

/// Reads how webhooks stand; none if a webhook was deleted.
#[derive(Debug)]
pub struct Stands {
    pub db: Db,
}

impl Work for Stands {
    type Item = WebhookKey;
    type Answer = Option<Post>;

    fn owner(key: &WebhookKey) -> &str {
        key.partner_id.as_str()
    }

    fn weight(_: &WebhookKey) -> usize {
        1
    }

    async fn run(&self, keys: &[WebhookKey]) -> Result<Vec<Option<Post>>, Error> {
        let mut conn = self.db.read().await?;
        let found = claim::posts(&mut conn, self.db.dialect(), keys).await?;
        Ok(keys.iter().map(|key| found.get(key).cloned()).collect())
    }
}

/// The events of a partner after a place, up to and with a commit: so many at most.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Span {
    pub partner_id: PartnerId,
    pub after: Place,
    pub last_commit: i64,
    pub limit: i64,
}

/// Reads spans of events, each once for all who ask for it.
#[derive(Debug)]
pub struct Spans {
    pub db: Db,
}

impl Work for Spans {
    type Item = Span;
    type Answer = Arc<Vec<EventRow>>;

    fn owner(span: &Span) -> &str {
        span.partner_id.as_str()
    }

    fn weight(_: &Span) -> usize {
        1
    }

    async fn run(&self, spans: &[Span]) -> Result<Vec<Arc<Vec<EventRow>>>, Error> {
        let mut conn = self.db.read().await?;
        let mut found: HashMap<&Span, Arc<Vec<EventRow>>> = HashMap::new();
        let mut answers = Vec::with_capacity(spans.len());
        for span in spans {
            let events = if let Some(events) = found.get(span) {
                events.clone()
            } else {
                let place = (span.after, span.last_commit);
                let read = event::after(&mut conn, &span.partner_id, place, span.limit);
                let events = Arc::new(read.await?);
                found.insert(span, events.clone());
                events
            };
            answers.push(events);
        }
        Ok(answers)
    }
}
