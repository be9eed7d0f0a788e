//! What a person sent by a form or a link: names with texts, within a limit.

use axum::body::Body;

use crate::auth::body::read_body;
use crate::error::Error;

/// The largest form, in bytes.
const MAX_FORM: usize = 16 << 10;

/// The fields as they were sent. They may hold a card number, so nothing here
/// is ever shown by `Debug`.
#[derive(Clone, Default)]
pub struct Form(Vec<(String, String)>);

impl std::fmt::Debug for Form {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Form([hidden])")
    }
}

impl Form {
    pub async fn read(body: Body) -> Result<Self, Error> {
        Ok(Self::parse(&read_body(body, MAX_FORM).await?))
    }

    /// Reads `application/x-www-form-urlencoded`, of a body or a query.
    pub fn parse(encoded: &[u8]) -> Self {
        Self(url::form_urlencoded::parse(encoded).into_owned().collect())
    }

    /// A field's text without the space around it; none is empty.
    pub fn text(&self, name: &str) -> &str {
        self.0
            .iter()
            .find(|(known, _)| known == name)
            .map_or("", |(_, value)| value.trim())
    }

    /// A field's text as it was typed: the space around a password belongs to it.
    pub fn verbatim(&self, name: &str) -> &str {
        let found = self.0.iter().find(|(known, _)| known == name);
        found.map_or("", |(_, value)| value)
    }

    /// A field's text, unless it is empty.
    pub fn filled(&self, name: &str) -> Option<String> {
        Some(self.text(name))
            .filter(|text| !text.is_empty())
            .map(str::to_owned)
    }
}
