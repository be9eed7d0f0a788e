//! `giving listen`: events as they happen, printed and handed on to a developer's
//! own program, signed as a webhook's.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use shared::Call as _;
use shared::event::{Event, Events, ListEvents, MAX_WAIT_SECONDS};

use super::credentials::{Credentials, With};
use super::{CommandError, Flags, output, sign};
use crate::context::Context;
use crate::domain::webhook::parcel;
use crate::outbound::{Answer, Outbound, Outgoing};
use crate::store::delivery::EventText;
use crate::store::event::Subjects;

/// How long to wait after a call that failed.
const PAUSE: Duration = Duration::from_secs(2);

#[derive(Debug, Args)]
pub(super) struct Listen {
    /// Also send each event there, signed with a secret that is shown first
    #[arg(long, value_name = "URL")]
    forward_to: Option<String>,
    /// Only these types, between commas
    #[arg(long, value_name = "TYPES")]
    events: Option<String>,
    /// End after so many events
    #[arg(long, value_name = "N")]
    count: Option<u64>,
    /// The file of keys [default: the demo's]
    #[arg(long, value_name = "FILE")]
    credentials: Option<PathBuf>,
}

/// Why listening ended.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    #[error("the server refused: {0}")]
    Refused(String),
    #[error("the server's answer is not a page of events: {0}")]
    Malformed(serde_json::Error),
}

impl Listen {
    pub(super) async fn run(self, flags: &Flags) -> Result<(), CommandError> {
        let credentials = Credentials::read(flags, self.credentials.clone())?;
        let base_url = credentials.base_url(flags)?;
        let outbound = Outbound::new()?;
        let context = Context::system();
        let secret = format!("whsec_{}", context.random_hex::<32>());
        if let Some(url) = &self.forward_to {
            Outgoing::new("POST", url)?;
            output::line(&format!("forwarding to {url}, signed with {secret}"))?;
        }
        let mut after = "now".to_owned();
        // The first answer comes at once, and says where now is.
        let mut wait = 0;
        let mut left = self.count.unwrap_or(u64::MAX);
        eprintln!("listening to {base_url}");
        while left > 0 {
            let path = self.path(&after, wait);
            let mut outgoing = Outgoing::new("GET", &format!("{base_url}{path}"))?;
            let sent = outgoing.path_and_query();
            let signed = sign::headers(&credentials, With::Secret, ("GET", &sent, b""))?;
            outgoing.headers.extend(signed);
            let answer = match outbound.send(outgoing).await {
                Ok(answer) => answer,
                Err(error) if wait > 0 => {
                    eprintln!("{error}; trying again");
                    tokio::time::sleep(PAUSE).await;
                    continue;
                }
                Err(error) => return Err(error.into()),
            };
            let Some(page) = read(&answer)? else {
                tokio::time::sleep(PAUSE).await;
                continue;
            };
            for event in page.data {
                self.tell(&outbound, &secret, &event).await?;
                left = left.saturating_sub(1);
            }
            (after, wait) = (page.next_cursor, MAX_WAIT_SECONDS);
        }
        Ok(())
    }

    fn path(&self, after: &str, wait: u32) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.append_pair("after", after);
        query.append_pair("wait", &wait.to_string());
        if let Some(types) = &self.events {
            query.append_pair("types", types);
        }
        format!("{}?{}", ListEvents::PATH, query.finish())
    }

    /// Prints an event, and hands it on.
    async fn tell(
        &self,
        outbound: &Outbound,
        secret: &str,
        event: &Event,
    ) -> Result<(), CommandError> {
        let text = EventText {
            id: event.id.clone(),
            event_type: event.event_type,
            created_at: event.created_at,
            subjects: Subjects::default(),
            data: event.data.get().to_owned(),
        };
        let body = text.body();
        output::line(&body)?;
        let Some(url) = &self.forward_to else {
            return Ok(());
        };
        let mut outgoing = Outgoing::new("POST", url)?;
        let seconds = Context::system().now().seconds();
        let signed = parcel::signed(&[secret], text.id.as_str(), (seconds, &body));
        outgoing.headers.extend(signed);
        let json = "application/json".to_owned();
        outgoing.headers.push(("content-type", json));
        outgoing.body = body.into_bytes();
        match outbound.send(outgoing).await {
            Ok(answer) => eprintln!("{} {}: {}", text.event_type, text.id, answer.status),
            Err(error) => eprintln!("{} {}: {error}", text.event_type, text.id),
        }
        Ok(())
    }
}

/// The page of an answer; none if it is to be asked for again.
fn read(answer: &Answer) -> Result<Option<Events>, ListenError> {
    match answer.status.as_u16() {
        200 => serde_json::from_slice(&answer.body)
            .map(Some)
            .map_err(ListenError::Malformed),
        429 | 500.. => {
            eprintln!("the server answers {}; trying again", answer.status);
            Ok(None)
        }
        _ => {
            let text = String::from_utf8_lossy(&answer.body).into_owned();
            Err(ListenError::Refused(text))
        }
    }
}
