//! The directory of nonprofits.

use std::sync::Arc;

use shared::percent::{
    FindOrganisations, GetOrganisation, Organisation, OrganisationAnswer, OrganisationList,
};
use shared::{Call as _, Code};

use super::lists::{Numbered, page_size};
use crate::app::App;
use crate::auth::Authorized;
use crate::domain::directory::{self, country};
use crate::error::Error;
use crate::router::{Answered, Reply};
use crate::store::organization::{self, Organization};

/// The longest query, in characters.
const MAX_QUERY: usize = 500;
const OBJECT: &str = "organisation";

pub async fn find_organisations(
    app: Arc<App>,
    call: Authorized<FindOrganisations>,
) -> Answered<FindOrganisations> {
    let query = call.call;
    let text = query.query.as_deref().unwrap_or_default();
    if text.chars().count() > MAX_QUERY {
        return Err(Error::field(
            "query",
            format!("must have at most {MAX_QUERY} characters"),
        ));
    }
    let country = query.country_code.as_deref().map(country_of).transpose()?;
    let page = Numbered::read(query.page, page_size(query.page_size)?)?;
    let asked = directory::Search {
        query: text,
        country,
        only_open: true,
        limit: page.limit(),
        offset: page.offset(),
    };
    let found = directory::search(&app, &asked).await?;
    let given = [
        ("query", query.query.clone()),
        ("countryCode", query.country_code.clone()),
    ];
    let total_results = i64::try_from(found.total).unwrap_or(i64::MAX);
    let links = page.links(
        total_results,
        (&app.base_url, FindOrganisations::PATH, &given),
    );
    Ok(Reply::new(OrganisationList {
        data: found.organizations.into_iter().map(view).collect(),
        object: OBJECT.to_owned(),
        total_results,
        page_number: page.number,
        page_size: page.size,
        exhaustive_total_results: true,
        links,
    }))
}

pub async fn get_organisation(
    app: Arc<App>,
    call: Authorized<GetOrganisation>,
) -> Answered<GetOrganisation> {
    let mut conn = app.db.read().await?;
    let found = organization::find_by_percent_id(&mut conn, call.call.id.as_str()).await?;
    let found =
        found.ok_or_else(|| Error::new(Code::OrganizationNotFound, "no nonprofit has this id"))?;
    Ok(Reply::new(OrganisationAnswer {
        data: view(found),
        object: OBJECT.to_owned(),
    }))
}

/// The country in the directory's letters.
fn country_of(code: &str) -> Result<&'static str, Error> {
    country::two_letters(code).ok_or_else(|| {
        Error::field(
            "countryCode",
            "must be the three letters of a country (ISO 3166-1), such as USA",
        )
    })
}

fn view(found: Organization) -> Organisation {
    let country = country::three_letters(&found.country);
    Organisation {
        id: found.percent_id.into(),
        name: found.name,
        description: found.description,
        country_code: country.map_or(found.country, str::to_owned),
        registry_id: found.ein,
        website: found.website,
        logo: found.logo,
    }
}
