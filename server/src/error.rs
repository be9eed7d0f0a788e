//! The one error of a call: a code that callers branch on, a public message,
//! and the private source, which is logged once and never sent.

use std::any::Any;

use shared::id::ActionId;
use shared::{Code, FieldError};

use crate::store::batch::BatchError;

/// Why a call was refused.
#[derive(Debug)]
pub struct Error {
    pub code: Code,
    pub message: String,
    pub errors: Vec<FieldError>,
    /// The action that was recorded as failed.
    pub action_id: Option<ActionId>,
    /// Seconds after which to try again.
    pub retry_after: Option<u32>,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            errors: Vec::new(),
            action_id: None,
            retry_after: None,
            source: None,
        }
    }

    /// A fault of ours, of which the caller learns nothing more.
    pub fn internal(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        let mut error = Self::new(
            Code::InternalError,
            "Something went wrong on our side. Nothing was changed.",
        );
        error.source = Some(source.into());
        error
    }

    /// A fault of ours that unwound a handler.
    pub fn from_panic(panic: &(dyn Any + Send)) -> Self {
        let text = panic.downcast_ref::<&str>().map(ToString::to_string);
        let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
        Self::internal(format!("panic: {}", text.unwrap_or_default()))
    }

    /// Too much to do just now; nothing was written.
    pub fn overloaded() -> Self {
        let mut error = Self::new(
            Code::Overloaded,
            "The server is busy and nothing was written. Try again shortly.",
        );
        error.retry_after = Some(1);
        error
    }

    /// Fields that are wrong, each named.
    pub fn invalid(errors: Vec<FieldError>) -> Self {
        let message = match errors.as_slice() {
            [only] => format!("{}: {}", only.field, only.message),
            many => format!("{} fields are wrong; see errors.", many.len()),
        };
        Self::new(Code::ValidationError, message).naming(errors)
    }

    /// Refuses all fields that are wrong at once, if any are.
    pub fn refuse_any(problems: impl IntoIterator<Item = FieldError>) -> Result<(), Self> {
        let problems: Vec<_> = problems.into_iter().collect();
        if problems.is_empty() {
            Ok(())
        } else {
            Err(Self::invalid(problems))
        }
    }

    /// Names the fields that gave rise to it.
    #[must_use]
    pub fn naming(mut self, errors: Vec<FieldError>) -> Self {
        self.errors = errors;
        self
    }

    /// One field that is wrong.
    pub fn field(field: &str, message: impl Into<String>) -> Self {
        Self::invalid(vec![FieldError::new(field, message)])
    }

    #[must_use]
    pub fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// Writes the private source to the log, once, at the edge: `place` is the
    /// request's id, or the worker.
    pub fn log(&self, place: &str) {
        if let Some(source) = &self.source {
            tracing::error!(place, code = %self.code, error = %source, "failed");
        }
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        if is_busy(&error) {
            Self::overloaded()
        } else {
            Self::internal(error)
        }
    }
}

impl From<BatchError> for Error {
    fn from(error: BatchError) -> Self {
        match error {
            BatchError::Full | BatchError::Closed => Self::overloaded(),
            BatchError::Failed(source) if is_busy(&source) => Self::overloaded(),
            BatchError::Failed(source) => Self::internal(source),
        }
    }
}

/// No connection, or no lock, within its time: SQLite's BUSY in its two forms,
/// PostgreSQL's `lock_not_available`.
fn is_busy(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::PoolTimedOut => true,
        sqlx::Error::Database(error) => {
            matches!(error.code().as_deref(), Some("5" | "517" | "55P03"))
        }
        _ => false,
    }
}
