//! Percent's dialect, as a client that was written for it sees it.

mod donations;
mod errors;
mod gateway;
mod keys;
mod lists;
mod once;
mod once_a_session;
mod organisations;
mod sessions;
mod theirs;
mod users;

pub(crate) use self::theirs::Theirs;
