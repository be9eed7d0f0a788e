//! Fills the directory from a file of any length: read row by row, written in
//! batches, each in one transaction with how far the file has come. Killed, the
//! import of the same file goes on from there; done again, it changes nothing.

mod columns;
mod plan;
mod readable;
mod row;
mod slug;
mod source;

use std::path::Path;

use self::columns::Columns;
use self::plan::Plan;
use self::row::Entry;
pub use self::source::SourceError;
use self::source::{Next, Source};
use crate::context::Context;
use crate::store::Db;
use crate::store::organization::{Progress, import as store};

/// How many rows are one transaction: enough that its end costs little, few
/// enough that nobody who writes beside it waits for long.
const BATCH: usize = 1_000;
/// The most refused rows that are remembered.
const MAX_REFUSED: usize = 100;

/// Why an import ended before the end of its file.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error(transparent)]
    Source(#[from] SourceError),
    #[error("the directory cannot be written: {0}")]
    Store(#[from] sqlx::Error),
}

/// A row that was not taken.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Refused {
    pub line: u64,
    pub reason: String,
}

/// An import that goes on.
#[derive(Debug)]
pub struct Import {
    source: Source,
    columns: Columns,
    /// How far it has come, and what has become of the rows so far.
    pub progress: Progress,
    /// The line after which it went on where it was killed.
    pub resumed_after: Option<u64>,
    /// The first rows that this run refused.
    pub refused: Vec<Refused>,
    saved: Progress,
}

impl Import {
    /// Opens a file, or standard input for `-`, and looks whether an import of it
    /// was killed before.
    pub async fn open(db: &Db, file: &Path) -> Result<Self, ImportError> {
        let (mut source, header) = Source::open(file)?;
        let columns = Columns::read(&header)?;
        let saved = match source.digest() {
            Some(digest) => store::progress(&mut *db.read().await?, digest).await?,
            None => None,
        };
        if let Some(progress) = &saved {
            source.go_on(progress)?;
        }
        let progress = saved.unwrap_or(source.progress());
        Ok(Self {
            columns,
            resumed_after: saved.map(|progress| progress.lines_done),
            progress,
            saved: progress,
            refused: Vec::new(),
            source,
        })
    }

    /// The part of the file that is done, in percent; none while that is unknown.
    pub fn percent(&self) -> Option<u64> {
        let all = self.source.length()?.max(1);
        Some((self.progress.bytes_done.saturating_mul(100) / all).min(100))
    }

    /// Reads a batch and writes it. False when that was the last.
    pub async fn step(&mut self, db: &Db, context: &Context) -> Result<bool, ImportError> {
        let mut entries = Vec::with_capacity(BATCH);
        let mut is_last = false;
        while entries.len() < BATCH {
            match self.source.next()? {
                Next::End => {
                    is_last = true;
                    break;
                }
                Next::Record(line, record) => match self.columns.entry(line, record) {
                    Ok(entry) => entries.push(entry),
                    Err(reason) => self.refuse(line, reason),
                },
            }
        }
        let place = self.source.progress();
        self.progress.bytes_done = place.bytes_done;
        self.progress.lines_done = place.lines_done;
        self.write((db, context), &entries, is_last).await?;
        Ok(!is_last)
    }

    fn refuse(&mut self, line: u64, reason: String) {
        self.progress.refused += 1;
        if self.refused.len() < MAX_REFUSED {
            self.refused.push(Refused { line, reason });
        }
    }

    async fn write(
        &mut self,
        (db, context): (&Db, &Context),
        entries: &[Entry],
        is_last: bool,
    ) -> Result<(), ImportError> {
        // Most often nobody else changes the directory: then it is read without
        // keeping anybody from writing.
        let mut conn = db.read().await?;
        let revision = store::revision(&mut conn).await?;
        let plan = Plan::make((&mut conn, db.dialect()), context, entries).await?;
        drop(conn);
        let is_done = is_last && self.saved != Progress::default();
        if plan.changes.is_empty() && !is_done {
            self.count(plan);
            return Ok(());
        }
        let mut tx = db.write().await?;
        let mut written = (plan, revision);
        if store::lock(&mut tx).await? != written.1 {
            let plan = Plan::make((&mut tx, db.dialect()), context, entries).await?;
            written = (plan, store::lock(&mut tx).await?);
        }
        let (plan, revision) = written;
        store::write(&mut tx, (db.dialect(), revision), &plan.changes).await?;
        self.count(plan);
        match self.source.digest() {
            Some(digest) if is_last => store::end_progress(&mut tx, digest).await?,
            Some(digest) => store::save_progress(&mut tx, digest, &self.progress).await?,
            None => {}
        }
        tx.commit().await?;
        self.saved = self.progress;
        Ok(())
    }

    fn count(&mut self, plan: Plan) {
        self.progress = plan.after(self.progress);
        // Those were counted by the plan.
        let room = MAX_REFUSED.saturating_sub(self.refused.len());
        self.refused.extend(plan.refused.into_iter().take(room));
        self.refused.sort_by_key(|refused| refused.line);
    }
}
