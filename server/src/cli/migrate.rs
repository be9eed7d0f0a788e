//! `giving migrate`

use clap::Args;
use serde::Serialize;

use super::output::{self, Shape};
use super::{CommandError, Flags};
use crate::store::Db;

#[derive(Debug, Args)]
pub(super) struct Migrate {
    #[command(flatten)]
    shape: Shape,
}

#[derive(Debug, Serialize)]
struct Migrated {
    schema: i64,
}

impl Migrate {
    pub(super) async fn run(self, flags: &Flags) -> Result<(), CommandError> {
        let settings = flags.settings()?;
        let db = Db::open(&settings.database_url()).await?;
        let schema = db.schema().await?;
        db.close().await;
        if self.shape.json {
            return output::json(&Migrated { schema });
        }
        output::line(&format!(
            "the database is up to date: it has schema {schema}"
        ))
    }
}
