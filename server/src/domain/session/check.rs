//! What a session may ask for, checked purely: every wrong field is named at once.

use std::collections::BTreeMap;

use shared::locale::Locale;
use shared::money::Currency;
use shared::percent::CreateDonationSession;
use shared::{Code, FieldError};

use crate::config::Environment;
use crate::domain::text::{self, Checked};
use crate::error::Error;

const MAX_METADATA: usize = 20;
const MAX_METADATA_NAME: usize = 50;
const MAX_METADATA_VALUE: usize = 500;

/// What was asked for, of which nothing is wrong.
#[derive(Debug)]
pub(super) struct Wanted {
    pub(super) success_url: Option<String>,
    pub(super) language: Locale,
    pub(super) currency: Option<Currency>,
    pub(super) metadata: Option<BTreeMap<String, String>>,
}

pub(super) fn check(
    request: &CreateDonationSession,
    environment: Environment,
) -> Result<Wanted, Error> {
    let code = request.currency.as_deref();
    let currency = code.map(|code| Currency::named(&code.to_ascii_uppercase()));
    let success_url = request.success_url.as_deref().map_or(Ok(()), |url| {
        text::return_url(url, environment, &[]).and_then(|()| one_line(url))
    });
    text::refuse_any([
        ("successUrl", success_url),
        ("currency", known(currency.as_ref())),
    ])?;
    if let Some(metadata) = &request.metadata {
        check_metadata(metadata)?;
    }
    Ok(Wanted {
        success_url: request.success_url.clone(),
        language: request.language.unwrap_or(Locale::OF_SESSIONS),
        currency: currency.flatten(),
        metadata: request.metadata.clone(),
    })
}

/// The address is used as it is, in a header.
fn one_line(url: &str) -> Checked {
    if url.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return Err("must not contain spaces or control characters".to_owned());
    }
    Ok(())
}

fn known(currency: Option<&Option<Currency>>) -> Checked {
    if currency == Some(&None) {
        let all: Vec<_> = Currency::ALL.iter().map(|one| one.as_str()).collect();
        return Err(format!("must be one of: {}", all.join(" ")));
    }
    Ok(())
}

fn check_metadata(metadata: &BTreeMap<String, String>) -> Result<(), Error> {
    let mut wrong = Vec::new();
    if !(1..=MAX_METADATA).contains(&metadata.len()) {
        let message = format!(
            "must have 1 to {MAX_METADATA} keys, and has {}; leave it out if there is nothing to say",
            metadata.len()
        );
        wrong.push(FieldError::new("metadata", message));
    }
    for (name, value) in metadata {
        if !(1..=MAX_METADATA_NAME).contains(&name.chars().count()) {
            let message = format!("must have names of 1 to {MAX_METADATA_NAME} characters");
            wrong.push(FieldError::new("metadata", message));
        }
        if value.chars().count() > MAX_METADATA_VALUE {
            let message = format!("must have at most {MAX_METADATA_VALUE} characters");
            wrong.push(FieldError::new(format!("metadata.{name}"), message));
        }
    }
    if wrong.is_empty() {
        return Ok(());
    }
    let message = "metadata is more, or less, than a session keeps";
    Err(Error::new(Code::InvalidMetadata, message).naming(wrong))
}
