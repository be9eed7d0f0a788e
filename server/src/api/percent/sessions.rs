//! Donation sessions.

use std::sync::Arc;

use shared::Call as _;
use shared::percent::{
    CreateDonationSession, Direction, DonationSession, DonationSessionAnswer, DonationSessionList,
    GetDonationSession, ListDonationSessions,
};

use super::lists::Asked;
use crate::app::App;
use crate::auth::Authorized;
use crate::domain::session;
use crate::router::{Answered, Reply};
use crate::store::donation_session;

fn answer(data: DonationSession) -> DonationSessionAnswer {
    DonationSessionAnswer {
        data,
        object: "donation_session".to_owned(),
    }
}

pub async fn create_session(
    app: Arc<App>,
    call: Authorized<CreateDonationSession>,
) -> Answered<CreateDonationSession> {
    let key = call.idempotency_key();
    let made = session::create(&app, &call.caller.partner, key, call.call).await?;
    Ok(made.map(answer).into())
}

pub async fn get_session(
    app: Arc<App>,
    call: Authorized<GetDonationSession>,
) -> Answered<GetDonationSession> {
    let found = session::find(&app, &call.caller.partner.id, &call.call.id).await?;
    Ok(Reply::new(answer(found)))
}

pub async fn list_sessions(
    app: Arc<App>,
    call: Authorized<ListDonationSessions>,
) -> Answered<ListDonationSessions> {
    let query = call.call;
    let asked = Asked::read(
        (
            "donationsession_",
            query.direction.unwrap_or(Direction::Descending),
        ),
        (query.cursor.as_deref(), query.page_size),
    )?;
    let partner_id = &call.caller.partner.id;
    let mut conn = app.db.read().await?;
    let rows = donation_session::list(&mut conn, partner_id, &asked.walk()).await?;
    let total_results = donation_session::count(&mut conn, partner_id).await?;
    let given = [("direction", query.direction.map(|way| way.to_string()))];
    let rows = rows
        .into_iter()
        .map(|row| session::now(&app, row))
        .collect();
    let page_size = asked.page_size;
    let (data, links) = asked.answer(
        rows,
        |session| (session.created_at, session.id.as_str()),
        (&app.base_url, ListDonationSessions::PATH, &given),
    );
    Ok(Reply::new(DonationSessionList {
        data,
        object: "donation_session".to_owned(),
        total_results,
        page_size,
        links,
    }))
}
