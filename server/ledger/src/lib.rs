//! The machine that moves tokens: pure, without input or output, clock, chance
//! or database.
//!
//! [`decide()`] says what a [`Command`] does to one partner's [`Books`], and
//! [`Books::apply`] does it: the only place where a balance changes, and always
//! from double entries that add up to zero.

mod books;
mod command;
mod decide;
mod movement;
mod price;

pub use books::{Action, ActionStatus, Books, KnownUser, Pool, Wallet};
pub use command::{
    ActionKey, Allocate, Command, Environment, KeySpace, OnRefusal, Profile, Recipient, Reward,
    Stakeholder, Stamp,
};
pub use decide::decide;
pub use movement::{
    Account, Effect, Entry, Holder, Movement, NewUser, Outcome, Refusal, Transaction,
};
pub use price::{Overflow, Rate, price, shares};
