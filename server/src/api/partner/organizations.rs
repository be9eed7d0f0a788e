//! Nonprofits, looked up and found.

use std::sync::Arc;

use shared::Code;
use shared::organization::{FindOrganizations, FoundOrganizations, GetOrganization, Organization};

use crate::app::App;
use crate::auth::Authorized;
use crate::domain::donation::slug_is_well_formed;
use crate::error::Error;
use crate::router::{Answered, Reply};
use crate::store::organization as directory;
use crate::store::{Connection, partner::Partner};

/// The longest query, in characters.
const MAX_QUERY: usize = 200;

pub async fn get_organization(
    app: Arc<App>,
    call: Authorized<GetOrganization>,
) -> Answered<GetOrganization> {
    let slug = call.call.slug;
    let mut conn = app.db.read().await?;
    let found = if slug_is_well_formed(&slug) {
        directory::find(&mut conn, &slug).await?
    } else {
        None
    };
    let found = found
        .ok_or_else(|| Error::new(Code::OrganizationNotFound, "no nonprofit has this slug"))?;
    Ok(Reply::new(
        view(&mut conn, &call.caller.partner, found).await?,
    ))
}

pub async fn find_organizations(
    app: Arc<App>,
    call: Authorized<FindOrganizations>,
) -> Answered<FindOrganizations> {
    let query = call.call.query.trim();
    if query.is_empty() || query.chars().count() > MAX_QUERY {
        return Err(Error::field(
            "query",
            format!("must have 1 to {MAX_QUERY} characters"),
        ));
    }
    let mut conn = app.db.read().await?;
    let mut data = Vec::new();
    for found in directory::search(&mut conn, query).await? {
        data.push(view(&mut conn, &call.caller.partner, found).await?);
    }
    Ok(Reply::new(FoundOrganizations { data }))
}

async fn view(
    conn: &mut Connection,
    partner: &Partner,
    found: directory::Organization,
) -> Result<Organization, Error> {
    Ok(Organization {
        raised: directory::raised(conn, &partner.id, &found.id).await?,
        id: found.id,
        slug: found.slug,
        name: found.name,
        logo: found.logo,
        ein: found.ein,
        status: found.status,
        description: found.description,
        website: found.website,
        location: found.location,
        category: found.category,
    })
}
