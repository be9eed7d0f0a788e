//! Taking up: events that are new, or that are to be delivered once more, become
//! deliveries in small batches.

use std::sync::Arc;

use shared::event::EventType;
use shared::time::Timestamp;
use shared::webhook::Webhook;

use super::LEASE_MS;
use super::post::Post;
use crate::error::Error;
use crate::store::delivery::DeliveryRow;
use crate::store::delivery::begin::{self, Replay};
use crate::store::delivery::look::Span;
use crate::store::delivery::record::{Letter, Note};
use crate::store::event::{EventRow, Place};
use crate::store::webhook::LAST_POSITION;

/// The events that are looked at in one step.
pub(super) const STEP: i64 = 256;

/// What a step has found.
pub(super) struct Step {
    letters: Vec<Letter>,
    /// Whether there is more to look at.
    pub(super) has_more: bool,
    /// Whether a test was passed by, whose delivery is there already.
    pub(super) has_test: bool,
}

impl Step {
    pub(super) fn into_letters(self) -> Vec<Letter> {
        self.letters
    }
}

/// Whether a webhook is told of an event.
fn wants(webhook: &Webhook, event_type: EventType) -> bool {
    event_type != EventType::WebhookTest
        && (webhook.receive_all_events || webhook.event_types.contains(&event_type))
}

impl Post {
    /// Takes up events after the cursor; none once the webhook is another's.
    pub(super) async fn take_new(&mut self) -> Result<Option<Step>, Error> {
        let (events, has_more, cursor) = self.step((self.cursor, self.seen.last_commit)).await?;
        let has_test = events
            .iter()
            .any(|event| event.event_type == EventType::WebhookTest);
        let webhook = &self.seen.row.public;
        let wanted = events
            .iter()
            .filter(|event| wants(webhook, event.event_type));
        let letters = self.letters(wanted);
        if !letters.is_empty() {
            let note = Note::Taken {
                key: self.key.clone(),
                cursor,
                deliveries: letters.iter().map(|(row, _)| row.clone()).collect(),
            };
            if !self.app.desk.write(note).await? {
                return Ok(None);
            }
        }
        // Without a delivery, the cursor is written down when the lease ends.
        self.cursor = cursor;
        Ok(Some(Step {
            letters,
            has_more,
            has_test,
        }))
    }

    /// Takes up events of the oldest replay; none if there is none.
    pub(super) async fn take_replay(&mut self) -> Result<Option<Step>, Error> {
        let key = (&self.key.partner_id, &self.key.id);
        let mut conn = self.app.db.read().await?;
        let Some(replay) = begin::next_replay(&mut conn, key).await? else {
            return Ok(None);
        };
        drop(conn);
        let (events, has_more, cursor) = self.step((replay.cursor, replay.last_commit)).await?;
        let webhook = &self.seen.row.public;
        let is_of = |event: &&EventRow| {
            let is_in_time = (replay.from..replay.to).contains(&event.created_at);
            is_in_time && wants(webhook, event.event_type) && names(&replay, event.event_type)
        };
        let letters = self.letters(events.iter().filter(is_of));
        let note = Note::Replayed {
            key: self.key.clone(),
            replay_id: replay.id.clone(),
            cursor: has_more.then_some(cursor),
            deliveries: letters.iter().map(|(row, _)| row.clone()).collect(),
        };
        if !self.app.desk.write(note).await? {
            return Ok(None);
        }
        Ok(Some(Step {
            letters,
            has_more: true,
            has_test: false,
        }))
    }

    /// The events after a place, whether there may be more, and the place then.
    async fn step(
        &self,
        (place, last_commit): (Place, i64),
    ) -> Result<(Arc<Vec<EventRow>>, bool, Place), Error> {
        let span = Span {
            partner_id: self.key.partner_id.clone(),
            after: place,
            last_commit,
            limit: STEP,
        };
        let events = self.app.desk.spans.submit(span).await?;
        let is_full = i64::try_from(events.len()).is_ok_and(|found| found == STEP);
        let place = match events.last() {
            Some(last) if is_full => last.place(),
            _ => (last_commit.max(place.0), LAST_POSITION),
        };
        Ok((events, is_full, place))
    }

    /// New deliveries. They are this process's to send at once, and anybody's
    /// only later; in an ordered webhook they are due in their turn.
    fn letters<'a>(&self, events: impl Iterator<Item = &'a EventRow>) -> Vec<Letter> {
        let now = self.app.context.now();
        let due_at: Timestamp = if self.seen.row.public.ordered {
            now
        } else {
            now.plus_ms(LEASE_MS)
        };
        let letter = |event: &EventRow| {
            let id = self.app.context.object_id();
            let row = DeliveryRow::new(id, &self.key.id, event, (now, due_at));
            (row, Some(event.clone().into()))
        };
        events.map(letter).collect()
    }
}

fn names(replay: &Replay, event_type: EventType) -> bool {
    let types = replay.event_types.as_ref();
    types.is_none_or(|types| types.contains(&event_type))
}
