//! What no sequence of commands may break, played from seeds: on the machine
//! itself, and through the server on both databases.
//!
//! `commands` draws what is asked, on a `scene` of pools and campaigns. A
//! `world` does it and checks every law: `foresight` says what must come of a
//! command, worked out another way than the machine's, `keys` that it comes
//! once, and `journal` adds up what came. `machine` plays many worlds; `server`
//! plays some through the writer too, which must answer the same and keep the
//! same `content`. `funds` plays the commands of funds, which tokens never meet.

mod commands;
mod content;
mod foresight;
mod funds;
mod journal;
mod keys;
mod machine;
mod on_paper;
mod scene;
mod server;
mod world;
