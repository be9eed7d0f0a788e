//! The directory of nonprofits, as every dialect searches it.

use crate::app::App;
use crate::error::Error;
use crate::store::organization::{self, Organization};

/// The most organizations that one search answers.
pub const MAX_LIMIT: usize = 100;

/// What is asked of the directory.
#[derive(Clone, Copy, Debug)]
pub struct Search<'a> {
    /// A name or the beginning of one, an EIN with or without its hyphen, or a
    /// slug. An empty one asks for all.
    pub query: &'a str,
    /// Only those of a country: two letters (ISO 3166-1).
    pub country: Option<&'a str>,
    /// At most [`MAX_LIMIT`].
    pub limit: usize,
    /// How many of the best are left out.
    pub offset: usize,
}

/// What was found, the best first.
#[derive(Clone, Debug, Default)]
pub struct Found {
    pub organizations: Vec<Organization>,
    /// How many there are in all.
    pub total: usize,
}

/// The organizations that fit the query best.
pub async fn search(app: &App, search: &Search<'_>) -> Result<Found, Error> {
    let mut conn = app.db.read().await?;
    let mut found = organization::search(&mut conn, search.query.trim()).await?;
    found.retain(|one| search.country.is_none_or(|country| one.country == country));
    Ok(Found {
        total: found.len(),
        organizations: found
            .into_iter()
            .skip(search.offset)
            .take(search.limit.min(MAX_LIMIT))
            .collect(),
    })
}
