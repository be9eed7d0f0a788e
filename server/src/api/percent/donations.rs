//! What was given in sessions.

use std::sync::Arc;

use shared::Call as _;
use shared::percent::{
    Direction, GetPercentDonation, ListPercentDonations, PercentDonationAnswer, PercentDonationList,
};

use super::lists::Asked;
use crate::app::App;
use crate::auth::Authorized;
use crate::domain::donation;
use crate::router::{Answered, Reply};
use crate::store::donation::hosted::{self, Filter};

const OBJECT: &str = "donation";

pub async fn get_donation(
    app: Arc<App>,
    call: Authorized<GetPercentDonation>,
) -> Answered<GetPercentDonation> {
    let mut conn = app.db.read().await?;
    let found = hosted::find(&mut conn, &call.caller.partner.id, &call.call.id).await?;
    Ok(Reply::new(PercentDonationAnswer {
        data: found.ok_or_else(donation::unknown)?,
        object: OBJECT.to_owned(),
    }))
}

pub async fn list_donations(
    app: Arc<App>,
    call: Authorized<ListPercentDonations>,
) -> Answered<ListPercentDonations> {
    let query = call.call;
    let asked = Asked::read(
        ("donation_", Direction::Descending),
        (query.cursor.as_deref(), query.page_size),
    )?;
    let given = [
        ("userId", query.user_id.as_ref().map(ToString::to_string)),
        ("status", query.status.map(|status| status.to_string())),
        ("startDate", query.start_date.map(|time| time.to_string())),
        ("endDate", query.end_date.map(|time| time.to_string())),
        (
            "organisationId",
            query.organisation_id.as_ref().map(ToString::to_string),
        ),
    ];
    let filter = Filter {
        user_id: query.user_id.map(|id| id.0),
        organisation_id: query.organisation_id.map(|id| id.0),
        status: query.status,
        from: query.start_date,
        to: query.end_date,
    };
    let partner_id = &call.caller.partner.id;
    let mut conn = app.db.read().await?;
    let rows = hosted::list(&mut conn, partner_id, (&filter, &asked.walk())).await?;
    let total_results = hosted::count(&mut conn, partner_id, &filter).await?;
    let page_size = asked.page_size;
    let (data, links) = asked.answer(
        rows,
        |gift| (gift.created_at, gift.id.as_str()),
        (&app.base_url, ListPercentDonations::PATH, &given),
    );
    Ok(Reply::new(PercentDonationList {
        data,
        object: OBJECT.to_owned(),
        total_results,
        page_size,
        links,
    }))
}
