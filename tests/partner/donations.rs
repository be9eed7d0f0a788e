//! `POST …/donations/create-link` and `GET …/donations/status/{id}`

mod amounts;
mod bad_input;
mod create;
mod export;
mod list;
mod refund;
mod replay;
mod status;
mod wait;
