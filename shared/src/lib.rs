//! The calls and wire types of all three dialects, known to the server, the widget
//! and the tests alike.
//!
//! Here live types, their names on the wire and what can be said of them
//! without any input or output. What must not: tokio, sqlx, HTTP, a clock.

mod names;

pub mod action;
pub mod call;
pub mod campaign;
pub mod change;
pub mod config;
pub mod dashboard;
pub mod day;
pub mod decimal;
pub mod donation;
pub mod endaoment;
pub mod error;
pub mod event;
pub mod id;
#[cfg(feature = "js")]
pub mod js;
pub mod key;
pub mod locale;
pub mod money;
pub mod organization;
pub mod page;
pub mod partner;
pub mod percent;
pub mod portal_user;
#[cfg(feature = "openapi")]
mod schema;
pub mod sign_in;
pub mod time;
pub mod token_pool;
pub mod transaction;
pub mod user;
pub mod webhook;

pub use call::{Auth, Call, CallFacts, Dialect, Feature, Media, Method, NoContent, Proof, Scope};
pub use change::Change;
pub use error::{Code, ErrorBody, FieldError};
