//! `cargo xtask run`: builds everything, then becomes the demo server.

use std::env;
use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

use crate::announce;
use crate::place;
use crate::program::{Failure, Outcome, not_started};
use crate::server;

/// Builds and serves. The server takes this process's place, so that Ctrl-C, signals and the
/// exit code are its own; a child of ours reads its output and prints the welcome.
pub(crate) fn run(arguments: &[String]) -> Outcome<()> {
    server::build_with_widget()?;
    let mut announcer = Command::new(this_program()?)
        .args([announce::COMMAND, &data_folder(arguments)])
        .stdin(Stdio::piped())
        // Out of reach of the terminal's Ctrl-C: it ends when the server's output does.
        .process_group(0)
        .spawn()
        .map_err(|error| Failure::new(format!("the announcer could not be started: {error}")))?;
    let mut server = Command::new(place::dev_server());
    server.current_dir(place::root()).arg("serve");
    if !arguments.iter().any(|argument| argument == "--demo") {
        server.arg("--demo");
    }
    server.args(arguments);
    if let Some(reader) = announcer.stdin.take() {
        server.stdout(reader);
    }
    let error = server.exec();
    Err(not_started(&server, &error))
}

fn this_program() -> Outcome<OsString> {
    env::current_exe()
        .map(OsString::from)
        .map_err(|error| Failure::new(format!("who am I: {error}")))
}

/// Where the server will write the demo's credentials.
fn data_folder(arguments: &[String]) -> String {
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        if let Some(folder) = word.strip_prefix("--data-dir=") {
            return folder.to_owned();
        }
        if word == "--data-dir" {
            return words.next().cloned().unwrap_or_default();
        }
    }
    env::var("GIVING_DATA_DIR").unwrap_or_else(|_| "data".to_owned())
}

#[cfg(test)]
mod tests {
    use super::data_folder;

    #[test]
    fn the_data_folder_is_read_from_either_spelling() {
        let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(data_folder(&words("--listen :1 --data-dir here")), "here");
        assert_eq!(data_folder(&words("--data-dir=there")), "there");
    }
}
