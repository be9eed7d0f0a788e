//! `giving organizations`: the directory of nonprofits.

use std::io::IsTerminal as _;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde::Serialize;

use super::output::{self, Shape};
use super::{CommandError, Flags};
use crate::context::Context;
use crate::domain::directory::import::{Import, Refused};

/// The most refused rows that are shown.
const MAX_SHOWN: usize = 20;
const MICROSECONDS: i64 = 1_000_000;

#[derive(Debug, Args)]
pub(super) struct Organizations {
    #[command(subcommand)]
    action: Action,
    #[command(flatten)]
    shape: Shape,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Add the nonprofits of a CSV file, or change those that are there
    ///
    /// The file has the columns of the IRS extract of exempt organizations (EIN, NAME,
    /// CITY, STATE and others), or name and one of slug and ein, and any of description,
    /// website, logo, location, category, city, state, country and status. A row that is
    /// not right is shown and left out. An import that was killed goes on where it was
    /// when it is given the same file again.
    Import {
        /// The file, or - for standard input
        file: PathBuf,
    },
}

/// What has become of a file.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Outcome {
    rows: u64,
    new: u64,
    changed: u64,
    unchanged: u64,
    refused: u64,
    /// The line after which it went on where it was killed.
    resumed_after: Option<u64>,
    first_refused: Vec<Refused>,
}

impl From<Import> for Outcome {
    fn from(import: Import) -> Self {
        let it = import.progress;
        let mut first_refused = import.refused;
        first_refused.truncate(MAX_SHOWN);
        Self {
            rows: it.added + it.changed + it.unchanged + it.refused,
            new: it.added,
            changed: it.changed,
            unchanged: it.unchanged,
            refused: it.refused,
            resumed_after: import.resumed_after,
            first_refused,
        }
    }
}

impl Organizations {
    pub(super) async fn run(self, flags: &Flags) -> Result<(), CommandError> {
        let Action::Import { file } = self.action;
        let db = flags.database().await?;
        let context = Context::system();
        let mut import = Import::open(&db, &file).await?;
        let mut progress = Progress::new(&context);
        let done = loop {
            let step = import.step(&db, &context).await;
            if !matches!(step, Ok(true)) {
                break step;
            }
            progress.show(&import);
        };
        progress.end();
        db.close().await;
        done?;
        let outcome = Outcome::from(import);
        if self.shape.json {
            return output::json(&outcome);
        }
        outcome.show()
    }
}

impl Outcome {
    fn show(&self) -> Result<(), CommandError> {
        for Refused { line, reason } in &self.first_refused {
            output::aside(&format!("line {line}: {reason}\n"));
        }
        let more = self.refused.saturating_sub(self.first_refused.len() as u64);
        if more > 0 {
            output::aside(&format!("and {more} more\n"));
        }
        let mut fields = vec![
            ("rows", self.rows.to_string()),
            ("new", self.new.to_string()),
            ("changed", self.changed.to_string()),
            ("unchanged", self.unchanged.to_string()),
            ("refused", self.refused.to_string()),
        ];
        if let Some(line) = self.resumed_after {
            fields.push(("went on after line", line.to_string()));
        }
        output::fields(&fields)
    }
}

/// The line that tells how far the import is, where somebody sees it.
struct Progress<'a> {
    context: &'a Context,
    is_seen: bool,
    started_us: i64,
    shown_us: i64,
    /// The rows of an earlier run.
    before: Option<u64>,
}

impl<'a> Progress<'a> {
    fn new(context: &'a Context) -> Self {
        let now = context.now_us();
        Self {
            context,
            is_seen: std::io::stderr().is_terminal(),
            started_us: now,
            shown_us: now,
            before: None,
        }
    }

    fn show(&mut self, import: &Import) {
        let now = self.context.now_us();
        let it = import.progress;
        let rows = it.added + it.changed + it.unchanged + it.refused;
        let before = *self.before.get_or_insert(rows);
        if !self.is_seen || now - self.shown_us < MICROSECONDS / 10 {
            return;
        }
        self.shown_us = now;
        let ms = ((now - self.started_us) / 1_000).max(1).unsigned_abs();
        let rate = (rows - before) * 1_000 / ms;
        let percent = import.percent().map_or(String::new(), |percent| {
            let full = usize::try_from(percent / 4).unwrap_or(0);
            format!("[{:<25}] {percent:>3} %  ", "#".repeat(full))
        });
        output::aside(&format!("\r{percent}{rows} rows, {rate} a second\u{1b}[K"));
    }

    fn end(&self) {
        if self.is_seen {
            output::aside("\r\u{1b}[K");
        }
    }
}
