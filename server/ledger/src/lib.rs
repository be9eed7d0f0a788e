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

pub use books::{
    Action, ActionStatus, Books, Debt, KnownUser, Participant, Pool, Refill, Reversal, Wallet,
};
pub use command::{
    Allocate, Command, Environment, Expire, Key, KeySpace, OnRefusal, Profile, Recipient, Reverse,
    Reward, Seed, Spend, Stakeholder, Stamp, UnknownUsers,
};
pub use decide::decide;
pub use movement::{
    Account, Effect, Entry, Holder, Movement, NewUser, News, Outcome, Part, Refusal, Spent,
    Transaction,
};
pub use price::{Overflow, Rate, Weight, part_of, price, reaches, shares};
