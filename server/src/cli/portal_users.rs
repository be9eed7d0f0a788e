//! `giving portal-users`: who may sign in to the portal.

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand};
use serde::Serialize;
use shared::id::{PartnerId, PortalUserId};
use shared::portal_user::Role;
use shared::time::Timestamp;

use super::output::{self, Shape};
use super::{CommandError, Flags, partners};
use crate::config::Hidden;
use crate::context::Context;
use crate::domain::portal_user::{self, HashError, Person};
use crate::domain::text;
use crate::store;
use crate::store::portal_user::PortalUser;

#[derive(Debug, Args)]
pub(super) struct PortalUsers {
    #[command(subcommand)]
    action: Action,
    #[command(flatten)]
    shape: Shape,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Let somebody sign in, with a password that is shown once
    Create(Create),
}

#[derive(Debug, Args)]
struct Create {
    #[arg(long, value_name = "ADDRESS", value_parser = email)]
    email: String,
    /// The slug of the partner whose portal it is [default: none yet]
    #[arg(long, value_name = "SLUG")]
    partner: Option<String>,
    /// What the user may do
    #[arg(long, default_value = Role::Owner.as_str(), value_parser = role())]
    role: Role,
    #[arg(long, value_name = "NAME", value_parser = name)]
    first_name: Option<String>,
    #[arg(long, value_name = "NAME", value_parser = name)]
    last_name: Option<String>,
}

/// Why a portal user was not made.
#[derive(Debug, thiserror::Error)]
pub enum PortalUsersError {
    #[error("there is a portal user with the e-mail address {0} already")]
    EmailTaken(String),
    #[error(transparent)]
    Hash(#[from] HashError),
}

/// A new portal user, with the password that is shown only now.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Made {
    id: PortalUserId,
    email: String,
    password: String,
    first_name: Option<String>,
    last_name: Option<String>,
    role: Role,
    partner_id: Option<PartnerId>,
    created_at: Timestamp,
}

impl Made {
    fn new(user: PortalUser, email: String, password: &Hidden) -> Self {
        Self {
            id: user.id,
            email,
            password: password.expose().to_owned(),
            first_name: user.first_name,
            last_name: user.last_name,
            role: user.role,
            partner_id: user.partner_id,
            created_at: user.created_at,
        }
    }

    fn print(self, shape: Shape) -> Result<(), CommandError> {
        if shape.json {
            return output::json(&self);
        }
        output::fields(&[
            ("id", self.id.to_string()),
            ("e-mail", self.email),
            ("password", self.password),
            ("role", self.role.to_string()),
        ])?;
        output::line("Keep the password now: it is not shown again.")
    }
}

impl PortalUsers {
    pub(super) async fn run(self, flags: &Flags) -> Result<(), CommandError> {
        match self.action {
            Action::Create(create) => create.make(flags).await?.print(self.shape),
        }
    }
}

impl Create {
    async fn make(self, flags: &Flags) -> Result<Made, CommandError> {
        let db = flags.database().await?;
        let partner_id = match &self.partner {
            Some(slug) => Some(partners::find(&db, slug).await?.id),
            None => None,
        };
        let email = self.email;
        let person = Person {
            email: email.clone(),
            first_name: self.first_name,
            last_name: self.last_name,
            role: self.role,
        };
        let made = portal_user::make(&Context::system(), partner_id, person);
        let (user, password) = made.map_err(PortalUsersError::from)?;
        let mut tx = db.write().await?;
        if !store::portal_user::insert(&mut tx, &user).await? {
            return Err(PortalUsersError::EmailTaken(email).into());
        }
        tx.commit().await?;
        db.close().await;
        Ok(Made::new(user, email, &password))
    }
}

fn email(text: &str) -> Result<String, String> {
    text::email(text).map(|()| text.to_owned())
}

fn name(text: &str) -> Result<String, String> {
    text::printable(text, text::MAX_NAME).map(|()| text.to_owned())
}

fn role() -> impl TypedValueParser<Value = Role> {
    PossibleValuesParser::new(Role::ALL.iter().map(|role| role.as_str()))
        .try_map(|text| Role::named(&text).ok_or("unknown role"))
}
