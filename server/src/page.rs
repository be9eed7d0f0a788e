//! Everything a person sees from the server. No SQL here.

pub mod health;
pub mod home;
pub mod widget;
