//! `giving call`

use std::process::ExitCode;

use clap::Args;

use super::credentials::With;
use super::sign::{self, Target};
use super::{CommandError, Flags, indent, output};
use crate::outbound::{Answer, Outbound, Outgoing};

#[derive(Debug, Args)]
pub(super) struct Call {
    #[command(flatten)]
    target: Target,
    /// Sign with the publishable key rather than the secret key
    #[arg(long, conflicts_with = "widget")]
    publishable: bool,
    /// Call as a widget does: with the publishable key, unsigned
    #[arg(long)]
    widget: bool,
}

impl Call {
    /// Fails when the call is refused.
    pub(super) async fn run(self, flags: &Flags) -> Result<ExitCode, CommandError> {
        let outgoing = self.prepare(flags)?;
        let answer = Outbound::new()?.send(outgoing).await?;
        print(&answer)?;
        Ok(if answer.status.as_u16() >= 400 {
            ExitCode::FAILURE
        } else {
            ExitCode::SUCCESS
        })
    }

    fn prepare(&self, flags: &Flags) -> Result<Outgoing, CommandError> {
        let (credentials, body) = self.target.read(flags)?;
        let Target { method, path, .. } = &self.target;
        let base_url = credentials.base_url(flags)?;
        let mut outgoing = Outgoing::new(method, &format!("{base_url}{path}"))?;
        if self.widget {
            let key = credentials.key(With::Publishable)?;
            outgoing.headers.push(("X-Partner-Key", key.to_owned()));
        } else {
            let with = if self.publishable {
                With::Publishable
            } else {
                With::Secret
            };
            // A URL may escape more than was written; what is sent is signed.
            let sent = outgoing.path_and_query();
            let headers = sign::headers(&credentials, with, (method, &sent, &body))?;
            outgoing.headers.extend(headers);
        }
        if !body.is_empty() {
            let json = "application/json".to_owned();
            outgoing.headers.push(("Content-Type", json));
        }
        outgoing.body = body;
        Ok(outgoing)
    }
}

/// The status goes to standard error, so that the body alone can be piped on.
fn print(answer: &Answer) -> Result<(), CommandError> {
    eprintln!("{:?} {}", answer.version, answer.status);
    match indent::indent(&answer.body) {
        Some(text) => output::line(&text),
        None => output::bytes(&answer.body),
    }
}
