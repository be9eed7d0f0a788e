//! What a command does, decided without doing it: `&Books` in, a [`Movement`]
//! or a [`Refusal`] out, so that a refused command leaks nothing into the next.

mod campaign;
mod credit;
mod pool;
mod reverse;
mod reward;
mod spend;

use crate::books::Books;
use crate::command::{Command, Seed, Stamp};
use crate::fund;
use crate::movement::{Movement, Refusal};

/// Says what `command` does to `books` at the moment of `stamp`.
pub fn decide(books: &Books, command: &Command, stamp: Stamp) -> Result<Movement, Refusal> {
    match command {
        Command::Allocate(allocate) => pool::allocate(books, allocate, stamp),
        Command::Reward(reward) => reward::reward(books, reward, stamp),
        Command::Reverse(reverse) => reverse::reverse(books, reverse, stamp),
        Command::Spend(spend) => spend::spend(books, spend, stamp),
        Command::Expire(expire) => pool::expire(books, expire, stamp),
        Command::Fund(command) => fund::decide(&books.funds, command, stamp),
    }
}

/// The ids of what one command makes, one after the other.
struct Ids {
    seed: Seed,
    place: u64,
}

impl Ids {
    fn of(seed: Seed) -> Self {
        Self { seed, place: 0 }
    }

    fn next<T: From<String>>(&mut self) -> T {
        let id = self.seed.id(self.place);
        self.place += 1;
        id
    }
}
