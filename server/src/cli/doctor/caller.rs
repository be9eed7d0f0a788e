//! The calls that the doctor makes, and what the server says to them.

use serde::de::DeserializeOwned;
use shared::time::Timestamp;
use shared::{Code, ErrorBody};

use crate::cli::credentials::{Credentials, With};
use crate::cli::{CommandError, sign};
use crate::outbound::{Answer, Outbound, Outgoing};

pub(super) struct Caller {
    credentials: Credentials,
    base_url: String,
    outbound: Outbound,
}

/// What came back.
pub(super) struct Said {
    pub(super) status: u16,
    pub(super) text: String,
    pub(super) date: Option<Timestamp>,
    /// Why it was refused; none if it was answered.
    pub(super) code: Option<Code>,
}

impl From<Answer> for Said {
    fn from(answer: Answer) -> Self {
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        let status = answer.status.as_u16();
        let refusal = serde_json::from_str::<ErrorBody>(&text).map(|body| body.code);
        // What is refused without a code of ours comes from something in between.
        let code = (status >= 400).then(|| refusal.unwrap_or(Code::InternalError));
        Self {
            status,
            text,
            date: answer.date,
            code,
        }
    }
}

impl Said {
    /// The answer, if it is one.
    pub(super) fn read<T: DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_str(&self.text)
            .ok()
            .filter(|_| self.code.is_none())
    }

    /// Why it was refused, in a line.
    pub(super) fn message(&self) -> String {
        match serde_json::from_str::<ErrorBody>(&self.text) {
            Ok(body) => format!(
                "{}: {} ({})",
                body.code,
                body.message.replace('\n', " "),
                body.request_id
            ),
            Err(_) => format!("answers {}, not as this server does", self.status),
        }
    }
}

impl Caller {
    pub(super) fn new(credentials: Credentials, base_url: String) -> Result<Self, CommandError> {
        Ok(Self {
            credentials,
            base_url,
            outbound: Outbound::new()?,
        })
    }

    /// Without a key.
    pub(super) async fn plain(&self, path: &str) -> Result<Said, CommandError> {
        let outgoing = Outgoing::new("GET", &format!("{}{path}", self.base_url))?;
        Ok(self.outbound.send(outgoing).await?.into())
    }

    /// With the publishable key alone.
    pub(super) async fn widget(&self, path: &str) -> Result<Said, CommandError> {
        let mut outgoing = Outgoing::new("GET", &format!("{}{path}", self.base_url))?;
        let key = self.credentials.key(With::Publishable)?;
        outgoing.headers.push(("X-Partner-Key", key.to_owned()));
        Ok(self.outbound.send(outgoing).await?.into())
    }

    /// Signed with the secret key, without a body.
    pub(super) async fn signed(&self, method: &str, path: &str) -> Result<Said, CommandError> {
        let mut outgoing = Outgoing::new(method, &format!("{}{path}", self.base_url))?;
        let sent = outgoing.path_and_query();
        let headers = sign::headers(&self.credentials, With::Secret, (method, &sent, b""))?;
        outgoing.headers.extend(headers);
        Ok(self.outbound.send(outgoing).await?.into())
    }
}
