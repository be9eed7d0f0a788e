//! An answer that was received, and the short ways to say what it must be.

use http::HeaderMap;
use serde::de::DeserializeOwned;
use serde_json::Value;
use shared::{Code, ErrorBody};

#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Response {
    pub(super) async fn read(response: reqwest::Response) -> Self {
        Self {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            text: response.text().await.unwrap(),
        }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    pub(crate) fn number(&self, header: &str) -> i64 {
        self.header(header).unwrap().parse().unwrap()
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("not JSON: {self:?}"))
    }

    /// The answer of a call that succeeded.
    #[track_caller]
    pub(crate) fn answer<T: DeserializeOwned>(&self, status: u16) -> T {
        assert_eq!(self.status, status, "{}", self.text);
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    /// The refusal of a call, in its envelope, under the request's id.
    #[track_caller]
    pub(crate) fn refused(&self, code: Code) -> ErrorBody {
        let body: ErrorBody = self.answer(code.status());
        assert_eq!(body.code, code, "{}", self.text);
        assert_eq!(body.status_code, self.status);
        assert_eq!(Some(body.request_id.as_str()), self.header("x-request-id"));
        body
    }

    /// The refusal of a call whose field `field` is wrong.
    #[track_caller]
    pub(crate) fn refused_field(&self, field: &str) {
        let body = self.refused(Code::ValidationError);
        let named = body.errors.iter().any(|error| error.field == field);
        assert!(named, "{field} is not named: {}", self.text);
    }
}
