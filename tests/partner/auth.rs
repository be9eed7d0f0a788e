//! Who may call, and how a refusal reads: contract §1.1 to §1.5.

mod body;
mod browser;
mod keys;
mod limits;
mod memory;
mod order;
mod paths;
mod signing;
