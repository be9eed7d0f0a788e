//! Making a user a person with name and address. A user of the partner API and
//! one of this dialect are one, by the partner's own name for it; an e-mail address
//! links nobody to anybody.

use serde_json::{Map, json};
use shared::Code;
use shared::FieldError;
use shared::endaoment::user::{EmailVerification, PostalAddress, ProvisionUser, ProvisionedUser};
use shared::event::EventType;
use shared::id::{ExternalUserId, PartnerId, PersonId};
use shared::user::User;

use super::{check, client_id, country};
use crate::app::App;
use crate::domain::replay::Made;
use crate::domain::text::{Checked, refuse_any};
use crate::error::Error;
use crate::store::event::Subjects;
use crate::store::person::{self, Identity, Person};
use crate::store::{self, Write, event};

/// The country whose addresses have states.
const WITH_STATES: &str = "USA";

/// Puts down who a user is. One who was there with name and address keeps its
/// e-mail address.
pub async fn provision(
    app: &App,
    partner_id: &PartnerId,
    request: &ProvisionUser,
) -> Result<Made<ProvisionedUser>, Error> {
    let external_id = ExternalUserId(read(request)?);
    let mut tx = app.db.write().await?;
    event::lock_books(&mut tx, app.db.dialect(), partner_id).await?;
    // Who changes the user elsewhere holds it alone, without the books.
    let found = person::lock(&mut tx, app.db.dialect(), partner_id, &external_id).await?;
    let known = found.as_ref().filter(|person| person.is_provisioned);
    let is_known = known.is_some();
    let kept = known.and_then(|person| person.email.as_ref());
    let email = kept.unwrap_or(&request.email).to_lowercase();
    let is_new = kept.is_none();
    let of = found.as_ref().map(|person| &person.user_id);
    if is_new && person::is_taken(&mut tx, partner_id, (&email, of)).await? {
        return Err(Error::new(
            Code::UserExists,
            "email is that of another user of yours, under another partnerUserIdentifier",
        ));
    }
    let person = match found {
        Some(person) => person,
        None => add_user(app, &mut tx, partner_id, external_id).await?,
    };
    let id = person
        .id
        .clone()
        .unwrap_or_else(|| PersonId(app.context.uuid()));
    let identity = Identity {
        id: &id,
        email: &email,
        first_name: &request.first_name,
        last_name: &request.last_name,
        address: &request.address,
        at: app.context.now(),
    };
    person::provision(&mut tx, (partner_id, &person.user_id), &identity).await?;
    tx.commit().await?;
    let answer = ProvisionedUser {
        id,
        partner_user_identifier: person.external_id,
        email,
        tech_platform_client_id: client_id(partner_id),
        email_verification_status: EmailVerification::Pending,
    };
    Ok(if is_known {
        Made::Before(answer)
    } else {
        Made::New(answer)
    })
}

/// A user that no dialect knew before, and its event.
async fn add_user(
    app: &App,
    tx: &mut Write,
    partner_id: &PartnerId,
    external_id: ExternalUserId,
) -> Result<Person, Error> {
    let now = app.context.now();
    let user = User {
        id: app.context.object_id(),
        external_user_id: external_id,
        email: None,
        first_name: None,
        last_name: None,
        metadata: Map::new(),
        created_at: now,
        updated_at: now,
    };
    let commit = event::next_commit(tx, partner_id).await?;
    store::user::insert(tx, partner_id, &user).await?;
    let data = json!({ "externalUserId": user.external_user_id, "id": user.id });
    let subjects = Subjects::of([user.external_user_id.as_str()]);
    event::append(
        tx,
        (app.db.dialect(), &app.context),
        (partner_id, commit),
        (EventType::UserCreated, subjects, data.to_string()),
    )
    .await?;
    Ok(Person {
        user_id: user.id,
        external_id: user.external_user_id,
        id: None,
        email: None,
        is_provisioned: false,
    })
}

/// Checks every field; the answer is the identifier without the spaces around it.
fn read(request: &ProvisionUser) -> Result<String, Error> {
    let identifier = check::identifier(&request.partner_user_identifier);
    let named = identifier.as_ref().map(drop).map_err(Clone::clone);
    let fields = [
        ("partnerUserIdentifier", named),
        (
            "firstName",
            check::filled(&request.first_name, check::MAX_NAME),
        ),
        (
            "lastName",
            check::filled(&request.last_name, check::MAX_NAME),
        ),
        ("email", check::email(&request.email)),
    ];
    refuse_any(fields.into_iter().chain(address(&request.address)))?;
    identifier
        .map_err(|problem| Error::invalid(vec![FieldError::new("partnerUserIdentifier", problem)]))
}

fn address(address: &PostalAddress) -> [(&'static str, Checked); 6] {
    let filled = |text: &str| check::filled(text, check::MAX_NAME);
    let in_usa = |part: Option<&String>| match part {
        Some(text) if !text.trim().is_empty() => check::at_most(text, check::MAX_NAME),
        _ if address.country == WITH_STATES => Err("is required in the USA".to_owned()),
        _ => Ok(()),
    };
    let line2 = address.line2.as_deref();
    let country = if country::is_known(&address.country) {
        Ok(())
    } else {
        Err("must be a country in three letters (ISO 3166-1), such as USA".to_owned())
    };
    [
        ("address.line1", filled(&address.line1)),
        (
            "address.line2",
            check::optional(line2, |text| check::at_most(text, check::MAX_NAME)),
        ),
        ("address.city", filled(&address.city)),
        ("address.state", in_usa(address.state.as_ref())),
        ("address.zip", in_usa(address.zip.as_ref())),
        ("address.country", country),
    ]
}
