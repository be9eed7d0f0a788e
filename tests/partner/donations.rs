//! `POST …/donations/create-link` and `GET …/donations/status/{id}`

mod amounts;
mod bad_input;
mod create;
mod replay;
mod status;
mod wait;
