//! The flags that every command takes, and what they open.

use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

use super::CommandError;
use crate::config::{Environment, Settings};
use crate::store::{Db, setting};

/// The settings that every command takes as flags.
#[derive(Debug, Args, Serialize)]
pub(super) struct Flags {
    /// sqlite:PATH or postgres://… [default: giving.db in the data directory]
    #[arg(long, global = true, value_name = "ADDRESS")]
    #[serde(skip_serializing_if = "Option::is_none")]
    database: Option<String>,
    /// Where the sandbox keeps its files [default: data]
    #[arg(long, global = true, value_name = "FOLDER")]
    #[serde(skip_serializing_if = "Option::is_none")]
    data_dir: Option<PathBuf>,
    /// [default: sandbox]
    #[arg(long, global = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    environment: Option<Environment>,
}

/// The flags of every command and those of one.
#[derive(Debug, Serialize)]
struct Both<'a, T> {
    #[serde(flatten)]
    every: &'a Flags,
    #[serde(flatten)]
    own: &'a T,
}

impl Flags {
    /// The settings, by these flags first.
    pub(super) fn settings(&self) -> Result<Settings, CommandError> {
        Ok(Settings::read(self)?)
    }

    /// The settings, by these flags and a command's own first.
    pub(super) fn settings_with(&self, own: &impl Serialize) -> Result<Settings, CommandError> {
        Ok(Settings::read(&Both { every: self, own })?)
    }

    /// The database that is there. The secrets in it stay sealed, so that no
    /// master key is needed.
    pub(super) async fn database(&self) -> Result<Db, CommandError> {
        let settings = self.settings()?;
        let db = Db::open_existing(&settings.database_url()).await?;
        setting::check_environment(&db, settings.environment).await?;
        Ok(db)
    }
}
