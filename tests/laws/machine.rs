//! The pure ledger: thousands of commands, every law after each.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

use ledger::decide;

use super::commands::Commands;
use super::world::World;

const SEEDS: u64 = 400;
const COMMANDS: usize = 500;
/// After so many commands time passes.
const COMMANDS_A_MOMENT: usize = 5;
/// One question of so many is asked twice.
const ASKED_TWICE: usize = 50;

/// What must have happened in the worlds that were played, or they mean little.
const SIGHTS: &[&str] = &[
    "ALLOCATION",
    "CREDIT",
    "REVERSAL",
    "DEBT_REPAYMENT",
    "SPEND",
    "EXPIRY",
    "a key used again",
    "a refill",
    "nothing left in a pool",
    "a pool gone low",
    "a pool filled up",
    "a credit that vests",
    "a request granted",
    "a debt",
    "a campaign that counts",
    "VALIDATION_ERROR",
    "AMOUNT_TOO_LARGE",
    "INSUFFICIENT_POOL",
    "INSUFFICIENT_BALANCE",
    "NOT_FOUND",
    "USER_NOT_FOUND",
    "TOKEN_POOL_NOT_FOUND",
    "ACTION_NOT_FOUND",
    "CAMPAIGN_NOT_FOUND",
    "CAMPAIGN_NOT_ACTIVE",
    "ALREADY_REVERSED",
    "INVALID_ACTION_STATE",
    "IDEMPOTENCY_KEY_REUSED",
    "NO_ACTIVE_POOL",
    "NO_SANDBOX_POOL",
];

#[test]
fn no_sequence_of_commands_breaks_the_books() {
    let mut seen = BTreeSet::new();
    for seed in 0..SEEDS {
        let mut number = 0;
        let played = catch_unwind(AssertUnwindSafe(|| {
            let mut commands = Commands::seeded(seed);
            let mut world = World::of(commands.scene());
            while number < COMMANDS {
                number += 1;
                play_one(&mut world, &mut commands, number);
            }
            seen.append(&mut world.seen);
        }));
        assert!(
            played.is_ok(),
            "seed {seed} breaks a law by its command {number}"
        );
    }
    for sight in SIGHTS {
        assert!(seen.contains(sight), "it never came to this: {sight}");
    }
}

fn play_one(world: &mut World, commands: &mut Commands, number: usize) {
    if number.is_multiple_of(COMMANDS_A_MOMENT) {
        world.pass_time(commands.pause_ms(world.now()));
    }
    let command = commands.next();
    if number.is_multiple_of(ASKED_TWICE) {
        let answer = || format!("{:?}", decide(&world.books, &command, world.stamp()));
        assert_eq!(answer(), answer(), "the same question, another answer");
    }
    // A refusal is an answer too, which the world has checked.
    let _ = world.play(&command);
}
