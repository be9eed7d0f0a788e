//! The portal's calls: signing in, one-time links, and managing keys (contract
//! §2).

mod bad_input;
mod issuer;
mod key_changes;
mod keys;
mod links;
mod processes;
mod roles;
mod sign_in;
mod throttle;
