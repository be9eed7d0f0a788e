//! What one check has found, and how it is shown.

use serde::{Deserialize, Serialize};

use super::caller::Said;
use crate::cli::{CommandError, output};

/// From good to bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum Status {
    Healthy,
    Degraded,
    Failing,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Check {
    name: String,
    pub(super) status: Status,
    message: String,
    fix: Option<String>,
}

impl Check {
    pub(super) fn healthy(name: &str, message: impl Into<String>) -> Self {
        Self {
            name: name.to_owned(),
            status: Status::Healthy,
            message: message.into(),
            fix: None,
        }
    }

    pub(super) fn degraded(name: &str, message: impl Into<String>, fix: &str) -> Self {
        Self {
            status: Status::Degraded,
            fix: Some(fix.to_owned()),
            ..Self::healthy(name, message)
        }
    }

    pub(super) fn failing(name: &str, message: impl Into<String>, fix: &str) -> Self {
        Self {
            status: Status::Failing,
            ..Self::degraded(name, message, fix)
        }
    }

    /// In the words of who refused it.
    pub(super) fn refused(name: &str, said: &Said, fix: &str) -> Self {
        Self::failing(name, said.message(), fix)
    }

    /// A check that the server made itself.
    pub(super) fn told_by_the_server(self) -> Self {
        Self {
            name: format!("server's {}", self.name.replace('_', " ")),
            ..self
        }
    }

    pub(super) fn print(&self) -> Result<(), CommandError> {
        let word = match self.status {
            Status::Healthy => "ok",
            Status::Degraded => "warn",
            Status::Failing => "FAIL",
        };
        output::line(&format!("{word:<6}{:<24}{}", self.name, self.message))?;
        match &self.fix {
            Some(fix) => output::line(&format!("{:<6}{:<24}fix: {fix}", "", "")),
            None => Ok(()),
        }
    }
}
