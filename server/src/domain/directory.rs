//! The directory of nonprofits, as every dialect searches it, and how it is filled.
//!
//! All names are in memory, in words; the database is asked for what is shown. A
//! search first asks for the newest change and waits until that is in memory, so
//! that it finds what any process has committed.

pub mod country;
mod find;
pub mod import;
mod index;
mod live;
mod segment;
mod typo;

use shared::organization::OrganizationStatus;

use self::find::{Fit, Query};
pub use self::live::Directory;
use self::segment::Among;
use crate::app::App;
use crate::domain::order::slug_is_well_formed;
use crate::error::Error;
use crate::store::organization::{self, Organization};

/// The most organizations that one search answers.
pub const MAX_LIMIT: usize = 100;
/// The longest query that is read, in bytes.
const MAX_QUERY: usize = 1_000;
/// An EIN has so many digits.
const EIN_DIGITS: usize = 9;

/// What is asked of the directory.
#[derive(Clone, Copy, Debug)]
pub struct Search<'a> {
    /// A name or the beginning of one, an EIN with or without its hyphen, or a
    /// slug. An empty one asks for all.
    pub query: &'a str,
    /// Only those of a country: two letters (ISO 3166-1).
    pub country: Option<&'a str>,
    /// Only those that take gifts.
    pub only_open: bool,
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
    let text = search.query.trim();
    let text = text[..text.floor_char_boundary(MAX_QUERY)].to_owned();
    let Ok(country) = search.country.map(two_letters).transpose() else {
        return Ok(Found::default());
    };
    let index = app.directory.as_of_now(&app.db).await?;
    let index = index.ok_or_else(Error::overloaded)?;
    let same = same(app, &text, search).await?;
    let among = Among {
        country,
        only_open: search.only_open,
    };
    let asks_for_words = text.is_empty() || text.chars().any(char::is_alphanumeric);
    let (limit, offset) = (search.limit.min(MAX_LIMIT), search.offset);
    let chosen = live::in_background(move || {
        if asks_for_words {
            let found = Query::read(&text, among).find(&index);
            choose(found, same, (offset, limit))
        } else {
            (Vec::new(), 0)
        }
    });
    let (numbers, total) = chosen.await?;
    let organizations = if numbers.is_empty() {
        Vec::new()
    } else {
        organization::of_numbers(&mut *app.db.read().await?, app.db.dialect(), &numbers).await?
    };
    Ok(Found {
        organizations,
        total,
    })
}

fn two_letters(country: &str) -> Result<segment::Country, std::array::TryFromSliceError> {
    country.as_bytes().try_into()
}

/// Who has just this EIN or slug, and is among those who are looked for.
async fn same(app: &App, text: &str, search: &Search<'_>) -> Result<Vec<u32>, Error> {
    let ein = ein(text).unwrap_or_default();
    let slug = text.to_lowercase();
    let slug = if slug_is_well_formed(&slug) {
        &slug
    } else {
        ""
    };
    if ein.is_empty() && slug.is_empty() {
        return Ok(Vec::new());
    }
    let mut conn = app.db.read().await?;
    let status = search.only_open.then_some(OrganizationStatus::Active);
    let among = (search.country, status);
    Ok(organization::numbers_of(&mut conn, (&ein, slug), among).await?)
}

/// The nine digits of an EIN that may be written as `12-3456789`.
pub fn ein(text: &str) -> Option<String> {
    let text = text.trim();
    let digits = match text.split_once('-') {
        Some((office, rest)) if office.len() == 2 => format!("{office}{rest}"),
        Some(_) => return None,
        None => text.to_owned(),
    };
    let is_ein = digits.len() == EIN_DIGITS && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_ein.then_some(digits)
}

/// The numbers of those that are shown, the best first, and how many there are.
fn choose(
    mut found: Vec<Fit>,
    same: Vec<u32>,
    (offset, limit): (usize, usize),
) -> (Vec<u32>, usize) {
    found.retain(|fit| !same.contains(&fit.number));
    let total = same.len() + found.len();
    let end = offset.saturating_add(limit).saturating_sub(same.len());
    if end < found.len() {
        found.select_nth_unstable_by(end, Fit::cmp);
        found.truncate(end);
    }
    found.sort_unstable_by(Fit::cmp);
    let best = same.into_iter().chain(found.iter().map(|fit| fit.number));
    (best.skip(offset).take(limit).collect(), total)
}
