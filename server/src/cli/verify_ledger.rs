//! `giving verify-ledger`

use std::process::ExitCode;

use clap::Args;
use serde::Serialize;

use super::output::{self, Shape};
use super::{CommandError, Flags};
use crate::store::ledger::verify::{Audit, audit};

#[derive(Debug, Args)]
pub(super) struct VerifyLedger {
    #[command(flatten)]
    shape: Shape,
}

#[derive(Debug, Serialize)]
struct Report {
    transactions: u64,
    accounts: u64,
    differences: Vec<String>,
}

impl VerifyLedger {
    /// Fails when anything differs.
    pub(super) async fn run(self, flags: &Flags) -> Result<ExitCode, CommandError> {
        let db = flags.database().await?;
        let mut snapshot = db.snapshot().await?;
        let audit = audit(&mut snapshot).await?;
        snapshot.rollback().await?;
        db.close().await;
        let outcome = if audit.differences.is_empty() {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        };
        self.print(audit)?;
        Ok(outcome)
    }

    fn print(&self, audit: Audit) -> Result<(), CommandError> {
        let Audit {
            transactions,
            accounts,
            differences,
        } = audit;
        if self.shape.json {
            return output::json(&Report {
                transactions,
                accounts,
                differences,
            });
        }
        for difference in &differences {
            output::line(difference)?;
        }
        let verdict = match differences.len() {
            0 => "nothing differs".to_owned(),
            1 => "1 difference".to_owned(),
            count => format!("{count} differences"),
        };
        output::line(&format!(
            "transactions: {transactions}, accounts: {accounts}; {verdict}"
        ))
    }
}
