//! Nonprofits as recipients of grants, and reports of those that are missing.

use shared::Code;
use shared::endaoment::organization::{
    GrantRecipient, MAX_COUNT, OrganizationReport, ReportOrganization, ReportStatus,
    SearchOrganizations,
};
use shared::id::{PartnerId, ReportId};
use shared::organization::OrganizationStatus;

use super::check;
use crate::app::App;
use crate::domain::directory::{self, Search};
use crate::domain::replay::Made;
use crate::domain::text::refuse_any;
use crate::error::Error;
use crate::store::organization::{self, Organization};
use crate::store::organization_report::{self, Missing};
use crate::store::{Connection, event};

/// The longest search, in characters.
const MAX_TERM: usize = 200;
/// How many a search answers if nothing is said.
const USUAL_COUNT: u32 = 10;

/// There is no such nonprofit.
pub fn missing(message: &str) -> Error {
    Error::new(Code::OrganizationNotFound, message)
}

/// A nonprofit that takes grants, by its id in the dialect.
pub async fn find_recipient(
    conn: &mut Connection,
    id: &str,
) -> Result<Option<Organization>, Error> {
    let found = organization::find_by_endaoment_id(conn, id).await?;
    Ok(found.filter(is_open))
}

/// One that takes grants, by its EIN.
pub async fn find_by_ein(app: &App, ein: &str) -> Result<GrantRecipient, Error> {
    let ein = check::ein(ein).map_err(|problem| Error::field("ein", problem))?;
    let mut conn = app.db.read().await?;
    let found = organization::find_by_ein(&mut conn, &ein).await?;
    let found = found.filter(is_open);
    found.map(view).ok_or_else(|| {
        missing(
            "no nonprofit that takes grants has this ein; POST /v1/missing-org-reports/tech-platform reports it",
        )
    })
}

pub async fn search(
    app: &App,
    request: &SearchOrganizations,
) -> Result<Vec<GrantRecipient>, Error> {
    let count = request.count.unwrap_or(USUAL_COUNT);
    let in_bounds = if (1..=MAX_COUNT).contains(&count) {
        Ok(())
    } else {
        Err(format!("must be from 1 to {MAX_COUNT}"))
    };
    refuse_any([
        ("searchTerm", check::filled(&request.search_term, MAX_TERM)),
        ("count", in_bounds),
    ])?;
    let search = Search {
        query: request.search_term.trim(),
        country: None,
        only_open: true,
        limit: count as usize,
        offset: request.offset.unwrap_or_default() as usize,
    };
    let found = directory::search(app, &search).await?;
    Ok(found.organizations.into_iter().map(view).collect())
}

/// Takes a report, or answers the first of the same nonprofit.
pub async fn report(
    app: &App,
    partner_id: &PartnerId,
    request: ReportOrganization,
) -> Result<Made<OrganizationReport>, Error> {
    let missing = read(request)?;
    let report = OrganizationReport {
        id: ReportId(app.context.uuid()),
        status: ReportStatus::Submitted,
        created_at_utc: app.context.now(),
    };
    let mut tx = app.db.write().await?;
    event::lock_books(&mut tx, app.db.dialect(), partner_id).await?;
    if let Some(first) = organization_report::find(&mut tx, partner_id, &missing.ein).await? {
        return Ok(Made::Before(first));
    }
    if let Some(known) = organization::find_by_ein(&mut tx, &missing.ein).await? {
        let id = known.endaoment_id;
        return Err(Error::new(
            Code::OrganizationExists,
            format!("ein is in the directory already: its destinationOrgId is {id}"),
        ));
    }
    organization_report::insert(&mut tx, partner_id, (&report, &missing)).await?;
    tx.commit().await?;
    Ok(Made::New(report))
}

fn read(request: ReportOrganization) -> Result<Missing, Error> {
    let ein = check::ein(&request.ein);
    let website = check::optional(request.website.as_deref(), check::website);
    let email = check::optional(request.contact_email.as_deref(), check::email);
    let free = |text: Option<&String>| {
        check::optional(text, |text| check::lines_at_most(text, check::MAX_NOTES))
    };
    refuse_any([
        ("ein", ein.as_ref().map(drop).map_err(Clone::clone)),
        ("name", check::filled(&request.name, check::MAX_NAME)),
        ("website", website),
        ("address", free(request.address.as_ref())),
        ("contactEmail", email),
        ("notes", free(request.notes.as_ref())),
    ])?;
    Ok(Missing {
        ein: ein.map_err(|problem| Error::field("ein", problem))?,
        name: request.name,
        website: request.website,
        address: request.address,
        contact_email: request.contact_email,
        notes: request.notes,
    })
}

fn is_open(organization: &Organization) -> bool {
    organization.status == OrganizationStatus::Active
}

fn view(found: Organization) -> GrantRecipient {
    GrantRecipient {
        id: found.endaoment_id,
        ein: found.ein,
        name: found.name,
        description: found.description,
        website: found.website,
        logo: found.logo,
        city: found.city,
        state: found.state,
        country: Some(found.country),
    }
}
