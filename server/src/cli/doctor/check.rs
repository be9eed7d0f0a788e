//! What one check has found, and how it is shown.

use serde::Serialize;
use shared::dashboard::{HealthCheck, HealthStatus};

use super::caller::Said;
use crate::cli::{CommandError, output};

#[derive(Clone, Debug, Serialize)]
pub(super) struct Check {
    name: String,
    pub(super) status: HealthStatus,
    message: String,
    fix: Option<String>,
}

impl From<HealthCheck> for Check {
    fn from(check: HealthCheck) -> Self {
        Self {
            name: check.name.as_str().replace('_', " "),
            status: check.status,
            message: check.message,
            fix: check.fix,
        }
    }
}

impl Check {
    pub(super) fn healthy(name: &str, message: impl Into<String>) -> Self {
        Self {
            name: name.to_owned(),
            status: HealthStatus::Healthy,
            message: message.into(),
            fix: None,
        }
    }

    pub(super) fn degraded(name: &str, message: impl Into<String>, fix: &str) -> Self {
        Self {
            status: HealthStatus::Degraded,
            fix: Some(fix.to_owned()),
            ..Self::healthy(name, message)
        }
    }

    pub(super) fn failing(name: &str, message: impl Into<String>, fix: &str) -> Self {
        Self {
            status: HealthStatus::Failing,
            ..Self::degraded(name, message, fix)
        }
    }

    /// In the words of who refused it.
    pub(super) fn refused(name: &str, said: &Said, fix: &str) -> Self {
        Self::failing(name, said.message(), fix)
    }

    pub(super) fn print(&self) -> Result<(), CommandError> {
        let word = match self.status {
            HealthStatus::Healthy => "ok",
            HealthStatus::Degraded => "warn",
            HealthStatus::Failing => "FAIL",
        };
        output::line(&format!("{word:<6}{:<24}{}", self.name, self.message))?;
        match &self.fix {
            Some(fix) => output::line(&format!("{:<6}{:<24}fix: {fix}", "", "")),
            None => Ok(()),
        }
    }
}
