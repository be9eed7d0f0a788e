//! The link that begins a gift, and how it stands.

use std::sync::Arc;
use std::time::Duration;

use shared::donation::{
    CreateLink, Csv, Donation, ExportDonations, GetDonation, GetDonationStatus, ListDonations,
    MAX_EXPORT, MAX_WAIT_SECONDS, RefundDonation,
};

use super::lists::Asked;
use crate::app::App;
use crate::auth::Authorized;
use crate::domain::donation;
use crate::error::Error;
use crate::etag;
use crate::router::{Answered, Reply};
use crate::store;
use crate::store::donation::{DonationRow, Filter};
use crate::store::list::Window;
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
    let donation = found.ok_or_else(donation::unknown)?.public;
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

pub async fn list_donations(
    app: Arc<App>,
    call: Authorized<ListDonations>,
) -> Answered<ListDonations> {
    let query = call.call;
    let asked = Asked::read(query.page, query.limit, query.cursor.as_deref())?;
    let filter = Filter {
        status: query.status,
        nonprofit_slug: query.nonprofit_slug,
        ..Filter::of((query.from, query.to), query.email.as_deref())
    };
    let of = (&call.caller.partner.id, app.context.now());
    let mut conn = app.db.read().await?;
    let rows = store::donation::list(&mut conn, of, (&filter, &asked.window())).await?;
    let total = asked
        .total(store::donation::count(&mut conn, of, &filter))
        .await?;
    let records = rows.into_iter().map(DonationRow::record).collect();
    Ok(Reply::new(asked.answer(records, total, |record| {
        let gift = &record.donation;
        (gift.created_at, gift.partner_donation_id.as_str())
    })))
}

pub async fn export_donations(
    app: Arc<App>,
    call: Authorized<ExportDonations>,
) -> Answered<ExportDonations> {
    let query = call.call;
    let filter = Filter {
        status: query.status,
        nonprofit_slug: query.nonprofit_slug,
        ..Filter::of((query.from, query.to), query.email.as_deref())
    };
    let window = Window {
        after: None,
        offset: 0,
        limit: i64::from(MAX_EXPORT) + 1,
    };
    let of = (&call.caller.partner.id, app.context.now());
    let mut conn = app.db.read().await?;
    let rows = store::donation::list(&mut conn, of, (&filter, &window)).await?;
    let records: Vec<_> = rows.into_iter().map(DonationRow::record).collect();
    Ok(Reply::new(Csv(donation::export::csv(&records)?)))
}

pub async fn get_donation(app: Arc<App>, call: Authorized<GetDonation>) -> Answered<GetDonation> {
    let found = donation::find(&app, &call.caller.partner.id, &call.call.id).await?;
    let row = found.ok_or_else(donation::unknown)?;
    Ok(Reply::new(row.record()))
}

pub async fn refund_donation(
    app: Arc<App>,
    call: Authorized<RefundDonation>,
) -> Answered<RefundDonation> {
    let id = call.call.id.clone();
    let by = (&app.db, &app.context);
    let refunded = donation::refund(by, &call.caller.partner.id, call.call).await?;
    app.reward_due.notify_one();
    app.waiting.wake(&id);
    Ok(refunded.into())
}
