//! What no sequence of commands may break, played from seeds: on the machine
//! itself, and through the server on both databases.

mod commands;
mod machine;
mod server;
