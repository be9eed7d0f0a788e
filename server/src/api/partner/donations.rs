//! The link that begins a gift, and how it stands.

use std::sync::Arc;
use std::time::Duration;

use shared::Code;
use shared::donation::{CreateLink, Donation, GetDonationStatus, MAX_WAIT_SECONDS};

use crate::app::App;
use crate::auth::Authorized;
use crate::domain::donation;
use crate::error::Error;
use crate::etag;
use crate::router::{Answered, Reply};
use crate::vault;
use crate::waiting::Wait;

pub async fn create_link(app: Arc<App>, call: Authorized<CreateLink>) -> Answered<CreateLink> {
    let key = call.idempotency_key();
    let bounds = call.caller.bounds(app.settings.environment);
    Ok(donation::create_link(&app, &bounds, key, call.call)
        .await?
        .into())
}

pub async fn get_status(
    app: Arc<App>,
    call: Authorized<GetDonationStatus>,
) -> Answered<GetDonationStatus> {
    let wait = call.call.wait.unwrap_or(0);
    if wait > MAX_WAIT_SECONDS {
        return Err(Error::field(
            "wait",
            format!("must be from 0 to {MAX_WAIT_SECONDS} seconds"),
        ));
    }
    let first = look(&app, &call).await?;
    let mut known = etag::known(&call.headers);
    if known.is_empty() {
        known.push(first.1.clone());
    }
    if wait == 0 || first.0.is_settled() || !known.contains(&first.1) {
        return Ok(reply(first));
    }
    let Some(mut place) = app.waiting.enter(&call.call.partner_donation_id) else {
        return Ok(reply(first));
    };
    let changed = other_than(&app, &call, &known, &mut place);
    let waited = tokio::select! {
        changed = tokio::time::timeout(Duration::from_secs(wait.into()), changed) => changed.ok(),
        () = app.shutdown.cancelled() => None,
    };
    let seen = waited.transpose()?.unwrap_or(first);
    Ok(Reply {
        is_free: true,
        ..reply(seen)
    })
}

/// Looks until the donation is other than each `known`.
async fn other_than(
    app: &App,
    call: &Authorized<GetDonationStatus>,
    known: &[String],
    place: &mut Wait<'_>,
) -> Result<(Donation, String), Error> {
    loop {
        let seen = look(app, call).await?;
        if !known.contains(&seen.1) {
            return Ok(seen);
        }
        place.change().await;
    }
}

/// The donation as it stands, and its entity tag.
async fn look(
    app: &App,
    call: &Authorized<GetDonationStatus>,
) -> Result<(Donation, String), Error> {
    let id = &call.call.partner_donation_id;
    let found = donation::find(app, &call.caller.partner.id, id).await?;
    let donation = found
        .ok_or_else(|| Error::new(Code::DonationNotFound, "no donation has this id"))?
        .public;
    let text = serde_json::to_vec(&donation).map_err(Error::internal)?;
    let etag = format!("\"{}\"", &vault::hash(text)[..16]);
    Ok((donation, etag))
}

fn reply((donation, etag): (Donation, String)) -> Reply<Donation> {
    Reply {
        etag: Some(etag),
        ..Reply::new(donation)
    }
}
