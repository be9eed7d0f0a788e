//! In whose name a platform acts: the header, the body and the token may each say
//! so, and all that do must name the same user.

use axum::http::HeaderMap;
use shared::endaoment::ACTING_USER;
use shared::{Code, Feature};

use super::check;
use crate::app::App;
use crate::auth::check_feature;
use crate::error::Error;
use crate::store::partner::Partner;
use crate::store::person::{self, Person};

/// The name of the body's field.
const IN_BODY: &str = "partnerUserIdentifier";

/// Who is named, and by what.
#[derive(Clone, Debug, Default)]
pub struct Acting<'a> {
    /// The header's value.
    pub header: Option<String>,
    pub body: Option<&'a str>,
    /// The user of a token of the partner's own issuer.
    pub bearer: Option<&'a str>,
}

/// What the header says, which may be there once.
pub fn header(headers: &HeaderMap) -> Result<Option<String>, Error> {
    let mut values = headers.get_all(ACTING_USER).iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => {
            let id = check::uuid(value.to_str().unwrap_or_default().trim());
            id.map(Some)
                .map_err(|problem| Error::field(ACTING_USER, problem))
        }
        (Some(_), Some(_)) => Err(Error::field(ACTING_USER, "must be sent once")),
    }
}

impl Acting<'_> {
    /// The user, if one is named.
    pub async fn find(&self, app: &App, partner: &Partner) -> Result<Option<Person>, Error> {
        let in_body = self.in_body(partner)?;
        let mut conn = app.db.read().await?;
        let mut named: Option<(Person, &str)> = None;
        if let Some(id) = &self.header {
            let found = person::find_by_id(&mut conn, &partner.id, id).await?;
            named = agree(named, (found, ACTING_USER))?;
        }
        let by_name = [
            (in_body.as_deref(), IN_BODY),
            (self.bearer, "the token's sub"),
        ];
        for (name, place) in by_name {
            if let Some(name) = name {
                let found = person::find(&mut conn, &partner.id, name).await?;
                named = agree(named, (found, place))?;
            }
        }
        Ok(named.map(|(person, _)| person))
    }

    /// The user, who must be named.
    pub async fn require(&self, app: &App, partner: &Partner) -> Result<Person, Error> {
        self.find(app, partner).await?.ok_or_else(|| {
            Error::field(
                IN_BODY,
                format!("is required, unless the header {ACTING_USER} names the acting user"),
            )
        })
    }

    /// The body's name for the user, which not every partner may use.
    fn in_body(&self, partner: &Partner) -> Result<Option<String>, Error> {
        let Some(name) = self.body else {
            return Ok(None);
        };
        check_feature(partner, Some(Feature::PartnerInflow))?;
        let name = check::identifier(name);
        name.map(Some)
            .map_err(|problem| Error::field(IN_BODY, problem))
    }
}

/// Takes up one more name of the user.
fn agree<'a>(
    named: Option<(Person, &'a str)>,
    (found, place): (Option<Person>, &'a str),
) -> Result<Option<(Person, &'a str)>, Error> {
    let found = found.ok_or_else(|| {
        Error::new(
            Code::UserNotFound,
            format!("{place} names no user of yours; POST /v1/auth/partner/users makes one"),
        )
    })?;
    match named {
        Some((first, by)) if first.user_id != found.user_id => Err(Error::field(
            place,
            format!("must name the same user as {by}"),
        )),
        _ => Ok(Some((found, place))),
    }
}

/// Refuses a user whose name and address are not known.
pub(super) fn check_provisioned(person: &Person) -> Result<(), Error> {
    if person.is_provisioned {
        return Ok(());
    }
    Err(Error::field(
        IN_BODY,
        "must name a user with name and address: make it one by POST /v1/auth/partner/users",
    ))
}
