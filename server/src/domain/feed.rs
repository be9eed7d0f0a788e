//! The feed of a partner's events: in the order of their commits, from a cursor
//! that says up to where they were seen.

use shared::event::{Event, EventType, Events, ListEvents, MAX_EVENTS, MAX_WAIT_SECONDS};
use shared::id::PartnerId;
use shared::time::Timestamp;

use super::webhook::KEPT_MS;
use crate::app::App;
use crate::error::Error;
use crate::store::event::{self, EventRow, Place};
use crate::store::webhook::LAST_POSITION;

/// The events that are looked at in one step, and the steps of one answer: where
/// few are of the types asked for, the next page goes on.
const STEP: i64 = 500;
const MAX_STEPS: usize = 20;

/// What is asked of the feed.
#[derive(Clone, Debug)]
pub struct Asked {
    after: After,
    types: Option<Vec<EventType>>,
    limit: usize,
    pub wait_seconds: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum After {
    Oldest,
    Now,
    Place(Place),
}

impl Asked {
    pub fn read(query: &ListEvents) -> Result<Self, Error> {
        let after = match query.after.as_deref() {
            None => After::Oldest,
            Some("now") => After::Now,
            Some(cursor) => read_cursor(cursor).map(After::Place).ok_or_else(|| {
                Error::field("after", "must be now, or a nextCursor that this feed gave")
            })?,
        };
        let types = query.types.as_deref().map(read_types).transpose()?;
        let limit = query.limit.unwrap_or(MAX_EVENTS);
        if !(1..=MAX_EVENTS).contains(&limit) {
            let message = format!("must be from 1 to {MAX_EVENTS}");
            return Err(Error::field("limit", message));
        }
        let wait_seconds = query.wait.unwrap_or(0);
        if wait_seconds > MAX_WAIT_SECONDS {
            let message = format!("must be from 0 to {MAX_WAIT_SECONDS} seconds");
            return Err(Error::field("wait", message));
        }
        Ok(Self {
            after,
            types: types.filter(|types| !types.is_empty()),
            limit: limit as usize,
            wait_seconds,
        })
    }

    /// The same, from where an answer has come to.
    fn from(&self, place: Place) -> Self {
        Self {
            after: After::Place(place),
            ..self.clone()
        }
    }

    fn wants(&self, event: &EventRow) -> bool {
        let types = self.types.as_ref();
        types.is_none_or(|types| types.contains(&event.event_type))
    }
}

fn read_types(text: &str) -> Result<Vec<EventType>, Error> {
    let names = text
        .split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty());
    let find = |name| {
        EventType::named(name)
            .ok_or_else(|| Error::field("types", format!("{name:?} is no type of event")))
    };
    names.map(find).collect()
}

/// A page of the feed, and what to ask for next.
#[derive(Debug)]
pub struct Page {
    pub events: Events,
    pub next: Asked,
}

impl Page {
    pub fn is_empty(&self) -> bool {
        self.events.data.is_empty()
    }
}

/// The events that are there now.
pub async fn page(app: &App, partner_id: &PartnerId, asked: &Asked) -> Result<Page, Error> {
    let mut conn = app.db.read().await?;
    // First of all: what it and those before it have told can be seen.
    let last_commit = event::last_commit(&mut conn, partner_id).await?;
    let end = (last_commit, LAST_POSITION);
    let oldest: Timestamp = app.context.now().plus_ms(-KEPT_MS);
    let mut place = match asked.after {
        After::Oldest => {
            let first = event::commit_at(&mut conn, partner_id, oldest).await?;
            (first - 1, LAST_POSITION)
        }
        After::Now => end,
        After::Place(place) => place,
    };
    let mut found = Vec::new();
    for _ in 0..MAX_STEPS {
        let step = event::after(&mut conn, partner_id, (place, last_commit), STEP).await?;
        let is_full = i64::try_from(step.len()).is_ok_and(|count| count == STEP);
        for event in step {
            place = event.place();
            if event.created_at >= oldest && asked.wants(&event) {
                found.push(event);
            }
            if found.len() == asked.limit {
                return answer(found, place, asked);
            }
        }
        if !is_full {
            return answer(found, place.max(end), asked);
        }
    }
    answer(found, place, asked)
}

fn answer(found: Vec<EventRow>, place: Place, asked: &Asked) -> Result<Page, Error> {
    let data: Result<_, Error> = found.into_iter().map(tell).collect();
    let next_cursor = format!("{:x}-{:x}", place.0, place.1);
    Ok(Page {
        events: Events {
            data: data?,
            next_cursor,
        },
        next: asked.from(place),
    })
}

fn tell(row: EventRow) -> Result<Event, Error> {
    Ok(Event {
        id: row.id,
        event_type: row.event_type,
        created_at: row.created_at,
        data: serde_json::value::RawValue::from_string(row.data).map_err(Error::internal)?,
    })
}

fn read_cursor(text: &str) -> Option<Place> {
    let (commit, position) = text.split_once('-')?;
    let read = |text: &str| {
        i64::from_str_radix(text, 16)
            .ok()
            .filter(|place| *place >= 0)
    };
    Some((read(commit)?, read(position)?))
}
