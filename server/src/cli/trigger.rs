//! `giving trigger`: makes a sample event happen, by the calls that a partner's
//! server would make.

use std::path::PathBuf;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use serde_json::{Value, json};
use shared::event::EventType;

use super::credentials::{Credentials, With};
use super::{CommandError, Flags, output, sign};
use crate::context::Context;
use crate::outbound::{Outbound, Outgoing};

const PREFIX: &str = "/v1/partner";
/// What a card's form wants besides its number.
const TEST_CARD: [(&str, &str); 4] = [
    ("firstName", "Sam"),
    ("lastName", "Sample"),
    ("expiry", "12 / 40"),
    ("code", "123"),
];

#[derive(Debug, Args)]
pub(super) struct Trigger {
    /// The type of the event
    #[arg(value_parser = types())]
    event_type: EventType,
    /// The file of keys [default: the demo's]
    #[arg(long, value_name = "FILE")]
    credentials: Option<PathBuf>,
}

fn types() -> impl clap::builder::TypedValueParser<Value = EventType> {
    let names = EventType::ALL.iter().map(|event_type| event_type.as_str());
    PossibleValuesParser::new(names).try_map(|name| EventType::named(&name).ok_or("unknown"))
}

/// Why there is no sample.
#[derive(Debug, thiserror::Error)]
pub enum TriggerError {
    #[error("the server refused {path}: {answer}")]
    Refused { path: String, answer: String },
    #[error("there is no webhook to test: register one first")]
    NoWebhook,
    #[error(
        "the directory has no nonprofit to give to: fill it with `giving organizations import`"
    )]
    NoNonprofit,
    #[error("no call of a partner brings about {0}: {1}")]
    NotByCall(EventType, &'static str),
}

/// Who makes the calls.
struct Caller {
    credentials: Credentials,
    base_url: String,
    outbound: Outbound,
}

impl Trigger {
    pub(super) async fn run(self, flags: &Flags) -> Result<(), CommandError> {
        let credentials = Credentials::read(flags, self.credentials.clone())?;
        let caller = Caller {
            base_url: credentials.base_url(flags)?,
            credentials,
            outbound: Outbound::new()?,
        };
        let mark = Context::system().random_hex::<6>();
        let made = caller.bring_about(self.event_type, &mark).await?;
        output::json(&made)
    }
}

impl Caller {
    async fn bring_about(&self, event_type: EventType, mark: &str) -> Result<Value, CommandError> {
        match event_type {
            EventType::UserCreated => {
                let user = json!({ "externalUserId": format!("sample-{mark}") });
                self.post("/users", &user).await
            }
            EventType::DonationCreated => self.gift().await,
            EventType::DonationCompleted => self.paid_gift(mark).await,
            EventType::CampaignStarted => self.campaign(mark, "ACTIVE").await,
            EventType::CampaignPaused => self.moved_campaign(mark, "PAUSED").await,
            EventType::CampaignEnded => self.moved_campaign(mark, "ENDED").await,
            EventType::WebhookTest => self.test().await,
            EventType::ActionFailed => {
                // A user who is unknown, and is not to be made.
                let mut action = action(mark);
                action["autoCreateUsers"] = json!(false);
                self.failing(&action).await
            }
            EventType::ActionReversed => self.reversed_action(mark).await,
            EventType::ActionCompleted | EventType::TransactionCompleted => {
                self.post("/actions/submit", &action(mark)).await
            }
            EventType::TokenPoolAllocated => {
                by_others(event_type, "the operator does, by `giving pools allocate`")
            }
            EventType::TokenPoolLowBalance => by_others(
                event_type,
                "it comes when actions bring a pool below its low-balance threshold",
            ),
            EventType::TokenPoolDepleted => {
                by_others(event_type, "it comes when actions use up a pool")
            }
            EventType::DonationExpired => by_others(
                event_type,
                "it comes by itself, when the time of a link is over",
            ),
            EventType::DonationFailed => by_others(
                event_type,
                "only an outside provider ends a payment for good; here a donor can try again",
            ),
            EventType::DonationRefunded => {
                by_others(event_type, "only whoever took a payment gives it back")
            }
        }
    }

    async fn reversed_action(&self, mark: &str) -> Result<Value, CommandError> {
        let done = self.post("/actions/submit", &action(mark)).await?;
        let id = done["actionId"].as_str().unwrap_or_default();
        let reversal = json!({
            "reversalPercentage": 100, "reason": "sample", "refundIdempotencyKey": format!("sample-{mark}"),
        });
        self.post(&format!("/actions/{id}/reverse"), &reversal)
            .await
    }

    async fn gift(&self) -> Result<Value, CommandError> {
        let slug = self.some_nonprofit().await?;
        let gift = json!({ "nonprofitSlug": slug, "amount": 2_500 });
        self.post("/donations/create-link", &gift).await
    }

    /// The slug of any nonprofit: a name begins with some letter.
    async fn some_nonprofit(&self) -> Result<String, CommandError> {
        for letter in 'a'..='z' {
            let path = format!("/organizations?query={letter}");
            let found = self.call("GET", &path, None).await?;
            if let Some(slug) = found.pointer("/data/0/slug").and_then(Value::as_str) {
                return Ok(slug.to_owned());
            }
        }
        Err(TriggerError::NoNonprofit.into())
    }

    /// Pays a gift as a donor would, with the test card of the sandbox.
    async fn paid_gift(&self, mark: &str) -> Result<Value, CommandError> {
        let link = self.gift().await?;
        let page = link["donationLink"].as_str().unwrap_or_default();
        let mut outgoing = Outgoing::new("POST", page)?;
        let form = "application/x-www-form-urlencoded".to_owned();
        outgoing.headers.push(("Content-Type", form));
        let email = format!("sample-{mark}@example.org");
        let paid = [("email", email.as_str()), ("card", "4242424242424242")];
        let paid = paid.into_iter().chain(TEST_CARD);
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        outgoing.body = form.extend_pairs(paid).finish().into_bytes();
        let answer = self.outbound.send(outgoing).await?;
        if !answer.status.is_redirection() {
            let path = page.to_owned();
            let answer = format!("{} (only a sandbox takes test cards)", answer.status);
            return Err(TriggerError::Refused { path, answer }.into());
        }
        let id = link["partnerDonationId"].as_str().unwrap_or_default();
        let status = format!("/donations/status/{id}");
        self.call("GET", &status, None).await
    }

    async fn campaign(&self, mark: &str, status: &str) -> Result<Value, CommandError> {
        let action_type = format!("SAMPLE_{}", mark.to_ascii_uppercase());
        let campaign = json!({
            "name": format!("Sample {mark}"), "status": status, "actionTypes": [action_type],
        });
        self.post("/campaigns", &campaign).await
    }

    async fn moved_campaign(&self, mark: &str, status: &str) -> Result<Value, CommandError> {
        let made = self.campaign(mark, "ACTIVE").await?;
        let path = format!("/campaigns/{}", made["id"].as_str().unwrap_or_default());
        let change = json!({ "status": status });
        self.call("PATCH", &path, Some(&change)).await
    }

    async fn test(&self) -> Result<Value, CommandError> {
        let webhooks = self.call("GET", "/webhooks", None).await?;
        let id = webhooks.pointer("/data/0/id").and_then(Value::as_str);
        let id = id.ok_or(TriggerError::NoWebhook)?;
        self.post(&format!("/webhooks/{id}/test"), &json!({})).await
    }

    async fn post(&self, path: &str, body: &Value) -> Result<Value, CommandError> {
        self.call("POST", path, Some(body)).await
    }

    /// A submit that must be refused, and is recorded.
    async fn failing(&self, action: &Value) -> Result<Value, CommandError> {
        Ok(self.send("POST", "/actions/submit", Some(action)).await?.1)
    }

    async fn call(
        &self,
        method: &str,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Value, CommandError> {
        let (status, answer) = self.send(method, path, body).await?;
        if status < 400 {
            return Ok(answer);
        }
        let (path, answer) = (path.to_owned(), answer.to_string());
        Err(TriggerError::Refused { path, answer }.into())
    }

    async fn send(
        &self,
        method: &str,
        path: &str,
        body: Option<&Value>,
    ) -> Result<(u16, Value), CommandError> {
        let url = format!("{}{PREFIX}{path}", self.base_url);
        let mut outgoing = Outgoing::new(method, &url)?;
        let body = body.map(Value::to_string).unwrap_or_default();
        if path.starts_with("/donations") || path.starts_with("/organizations") {
            let key = self.credentials.key(With::Publishable)?;
            outgoing.headers.push(("X-Partner-Key", key.to_owned()));
        } else {
            let sent = outgoing.path_and_query();
            let call = (method, sent.as_str(), body.as_bytes());
            let signed = sign::headers(&self.credentials, With::Secret, call)?;
            outgoing.headers.extend(signed);
        }
        let json = "application/json".to_owned();
        outgoing.headers.push(("Content-Type", json));
        outgoing.body = body.into_bytes();
        let answer = self.outbound.send(outgoing).await?;
        let read = serde_json::from_slice(&answer.body).unwrap_or(Value::Null);
        Ok((answer.status.as_u16(), read))
    }
}

fn by_others(event_type: EventType, how: &'static str) -> Result<Value, CommandError> {
    Err(TriggerError::NotByCall(event_type, how).into())
}

fn action(mark: &str) -> Value {
    json!({
        "idempotencyKey": format!("sample-{mark}"), "actionType": "PURCHASE", "amount": 25,
        "stakeholders": [{ "stakeholderTypeCode": "CUSTOMER", "partnerUserId": format!("sample-{mark}") }],
        "autoCreateUsers": true,
    })
}
