//! Nonprofits, looked up and found.

use std::sync::Arc;

use shared::Code;
use shared::organization::{
    FindOrganizations, FoundOrganizations, GetOrganization, MAX_FOUND, Organization,
};

use crate::app::App;
use crate::auth::Authorized;
use crate::domain::directory::{self, Search};
use crate::domain::donation::slug_is_well_formed;
use crate::error::Error;
use crate::router::{Answered, Reply};
use crate::store::organization;
use crate::store::partner::Partner;

/// The longest query, in characters.
const MAX_QUERY: usize = 200;

pub async fn get_organization(
    app: Arc<App>,
    call: Authorized<GetOrganization>,
) -> Answered<GetOrganization> {
    let slug = call.call.slug;
    let mut conn = app.db.read().await?;
    let found = if slug_is_well_formed(&slug) {
        organization::find(&mut conn, &slug).await?
    } else {
        None
    };
    drop(conn);
    let views = view(&app, &call.caller.partner, Vec::from_iter(found)).await?;
    let view = views.into_iter().next();
    Ok(Reply::new(view.ok_or_else(|| {
        Error::new(Code::OrganizationNotFound, "no nonprofit has this slug")
    })?))
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
    let search = Search {
        query,
        country: None,
        only_open: false,
        limit: usize::try_from(MAX_FOUND).unwrap_or(usize::MAX),
        offset: 0,
    };
    let found = directory::search(&app, &search).await?.organizations;
    Ok(Reply::new(FoundOrganizations {
        data: view(&app, &call.caller.partner, found).await?,
    }))
}

/// What a partner sees of nonprofits, in their order.
async fn view(
    app: &App,
    partner: &Partner,
    found: Vec<organization::Organization>,
) -> Result<Vec<Organization>, Error> {
    if found.is_empty() {
        return Ok(Vec::new());
    }
    let of_partner = (app.db.dialect(), &partner.id);
    let raised = organization::raised(&mut *app.db.read().await?, of_partner, &found).await?;
    let view = |found: organization::Organization| {
        let gifts = raised.iter().filter(|(id, _)| *id == found.id);
        Organization {
            raised: gifts.map(|(_, raised)| raised.clone()).collect(),
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
        }
    };
    Ok(found.into_iter().map(view).collect())
}
