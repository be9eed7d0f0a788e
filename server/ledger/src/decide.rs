//! What a command does, decided without doing it: `&Books` in, a [`Movement`]
//! or a [`Refusal`] out, so that a refused command leaks nothing into the next.

mod pool;
mod reward;

use crate::books::Books;
use crate::command::{Command, Stamp};
use crate::movement::{Movement, Refusal};

/// Says what `command` does to `books` at the moment of `stamp`.
pub fn decide(books: &Books, command: &Command, stamp: Stamp) -> Result<Movement, Refusal> {
    match command {
        Command::Allocate(allocate) => pool::allocate(books, allocate, stamp),
        Command::Reward(reward) => reward::reward(books, reward, stamp),
    }
}
