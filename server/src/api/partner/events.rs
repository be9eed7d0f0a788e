//! The feed of a partner's events.

use std::sync::Arc;
use std::time::Duration;

use shared::event::ListEvents;
use shared::id::PartnerId;
use tokio::sync::watch;

use crate::app::App;
use crate::auth::Authorized;
use crate::domain::feed::{self, Asked, Page};
use crate::error::Error;
use crate::router::{Answered, Reply};

/// How long an event of another process can go unseen.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

pub async fn list_events(app: Arc<App>, call: Authorized<ListEvents>) -> Answered<ListEvents> {
    let partner_id = &call.caller.partner.id;
    let asked = Asked::read(&call.call)?;
    // Before the first look, so that nothing falls between.
    let place = app.db.news().wait_for(partner_id);
    let first = feed::page(&app, partner_id, &asked).await?;
    let (Some(mut news), true) = (place, asked.wait_seconds > 0 && first.is_empty()) else {
        return Ok(Reply::new(first.events));
    };
    let time = Duration::from_secs(asked.wait_seconds.into());
    let waited = tokio::select! {
        found = tokio::time::timeout(time, next(&app, partner_id, &first, &mut news)) => found.ok(),
        () = app.shutdown.cancelled() => None,
    };
    let seen = waited.transpose()?.unwrap_or(first);
    Ok(Reply::new(seen.events))
}

/// The next page that has events.
async fn next(
    app: &App,
    partner_id: &PartnerId,
    first: &Page,
    news: &mut watch::Receiver<()>,
) -> Result<Page, Error> {
    let mut asked = first.next.clone();
    loop {
        let _ = tokio::time::timeout(LOOK_AGAIN, news.changed()).await;
        let page = feed::page(app, partner_id, &asked).await?;
        if !page.is_empty() {
            return Ok(page);
        }
        asked = page.next;
    }
}
