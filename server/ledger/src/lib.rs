//! The machine that moves tokens, and the money of funds: pure, without input or output, clock, chance
//! or database.
//!
//! [`decide()`] says what a [`Command`] does to one partner's [`Books`], and
//! [`Books::apply`] does it: the only place where a balance changes, and always
//! from double entries that add up to zero.

mod books;
mod command;
mod decide;
mod fund;
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
pub use fund::{
    Fund, FundAccount, FundCommand, FundEffect, FundMove, FundOutcome, FundTransaction, Funds,
    Grant, KnownPledge, KnownSubmission, Pledge, Submission, Transfer,
};
pub use movement::{
    Account, Effect, Entry, Holder, Movement, NewUser, News, Outcome, Part, Refusal, Spent,
    Transaction,
};
pub use price::{Overflow, Rate, Weight, part_of, price, reaches, shares};
