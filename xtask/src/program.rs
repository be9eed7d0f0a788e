//! Running other programs: finding them, waiting for them, and saying in one line what went wrong.

use std::env;
use std::fmt;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::time::Duration;

/// Why a command of `xtask` could not be done, in words that name the fix.
#[derive(Debug)]
pub(crate) struct Failure(String);

pub(crate) type Outcome<T> = Result<T, Failure>;

impl Failure {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }

    /// A failure of the disk, with the path it happened at.
    pub(crate) fn at(path: &Path, error: &std::io::Error) -> Self {
        Self(format!("{}: {error}", path.display()))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// The cargo that started us, at the top of the tree.
pub(crate) fn cargo() -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(crate::place::root());
    command
}

/// Runs to the end; a bad exit is a failure that quotes the command.
pub(crate) fn run(command: &mut Command) -> Outcome<()> {
    let status = command
        .status()
        .map_err(|error| not_started(command, &error))?;
    if status.success() {
        Ok(())
    } else {
        Err(went_wrong(command, status))
    }
}

/// Runs to the end and gives what it printed.
pub(crate) fn capture(command: &mut Command) -> Outcome<String> {
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| not_started(command, &error))?;
    if !output.status.success() {
        return Err(went_wrong(command, output.status));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Runs to the end, lets every line through as it comes, and shows each to `witness` too.
pub(crate) fn watch(command: &mut Command, mut witness: impl FnMut(&str)) -> Outcome<ExitStatus> {
    let mut child = command
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| not_started(command, &error))?;
    if let Some(output) = child.stdout.take() {
        pass_lines(output, &mut witness);
    }
    child.wait().map_err(|error| not_started(command, &error))
}

/// Copies lines to our own output until the source ends, showing each to `witness`.
pub(crate) fn pass_lines(source: impl std::io::Read, mut witness: impl FnMut(&str)) {
    let mut source = BufReader::new(source);
    let mut line = Vec::new();
    while source
        .read_until(b'\n', &mut line)
        .is_ok_and(|length| length > 0)
    {
        // A closed terminal is no reason to stop reading: the program would then block.
        let mut output = std::io::stdout().lock();
        let _ = output.write_all(&line).and_then(|()| output.flush());
        drop(output);
        witness(String::from_utf8_lossy(&line).trim_end());
        line.clear();
    }
}

/// The first of these names found on the search path.
pub(crate) fn find(names: &[&str]) -> Option<PathBuf> {
    let folders: Vec<PathBuf> = env::split_paths(&env::var_os("PATH")?).collect();
    names
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)))
        .find(|candidate| candidate.is_file())
}

/// Whether a machine runs this rather than a person, so that a missing part is a failure.
pub(crate) fn is_continuous_integration() -> bool {
    env::var("CI").is_ok_and(|value| value == "true" || value == "1")
}

/// Minutes with one decimal, as every table here prints them.
pub(crate) fn minutes(time: Duration) -> String {
    format!("{:.1}", time.as_secs_f64() / 60.0)
}

/// A command that could not even be started.
pub(crate) fn not_started(command: &Command, error: &std::io::Error) -> Failure {
    Failure::new(format!("`{}` could not be run: {error}", quoted(command)))
}

fn went_wrong(command: &Command, status: ExitStatus) -> Failure {
    Failure::new(format!("`{}` failed ({status})", quoted(command)))
}

/// The command as one would type it, without the folder of its program.
fn quoted(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let name = program.file_name().unwrap_or(program.as_os_str());
    std::iter::once(name)
        .chain(command.get_args())
        .map(std::ffi::OsStr::to_string_lossy)
        .collect::<Vec<_>>()
        .join(" ")
}
