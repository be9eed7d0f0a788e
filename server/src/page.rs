//! Everything a person sees from the server. No SQL here.

pub mod amount;
pub mod checkout;
pub mod docs;
pub mod donate;
pub mod embed;
pub mod field;
pub mod form;
pub mod give;
pub mod health;
pub mod home;
pub mod layout;
pub mod outbox;
pub mod portal;
pub mod refusal;
pub mod return_url;
pub mod thanks;
pub mod widget;
