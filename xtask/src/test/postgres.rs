//! A PostgreSQL of our own for the length of one run of tests or of a benchmark, from the machine's binaries.
//!
//! A small shell script holds it, tied to us by its input: when we end, in whatever way, the
//! script reads the end of its input, stops the server and removes its folder.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::program::{Failure, Outcome, capture, find, not_started};

const SCRIPT: &str = include_str!("postgres.sh");

/// Where Debian and its children put one folder a version.
const VERSIONS: &str = "/usr/lib/postgresql";

/// A running server; stopped and removed when dropped.
pub(crate) struct Postgres {
    binaries: PathBuf,
    keeper: Child,
    port: u16,
}

impl Postgres {
    pub(crate) fn start() -> Outcome<Self> {
        let binaries = find_binaries()
            .ok_or_else(|| Failure::new("PostgreSQL not found: apt-get install postgresql"))?;
        let port = free_port()?;
        let mut command = as_ordinary_user();
        command
            .args(["-c", SCRIPT, "postgres.sh"])
            .arg(&binaries)
            .arg(port.to_string())
            // Its user may not be allowed to enter our own folder.
            .current_dir("/tmp")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // Out of reach of the terminal's Ctrl-C.
            .process_group(0);
        let keeper = command
            .spawn()
            .map_err(|error| not_started(&command, &error))?;
        let mut postgres = Self {
            binaries,
            keeper,
            port,
        };
        let mut line = String::new();
        if let Some(output) = postgres.keeper.stdout.take() {
            // An error reads as no line, which is refused below.
            let _ = BufReader::new(output).read_line(&mut line);
        }
        if line.trim() == "ready" {
            Ok(postgres)
        } else {
            Err(Failure::new(format!(
                "the PostgreSQL in {} did not start (see above)",
                postgres.binaries.display()
            )))
        }
    }

    /// As its superuser, who may make databases.
    pub(crate) fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    /// The folder of its programs.
    pub(crate) fn binaries(&self) -> &Path {
        &self.binaries
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        let _ = self.keeper.wait();
    }
}

/// The folder of initdb and postgres: from the search path, else the newest version installed.
fn find_binaries() -> Option<PathBuf> {
    if let Some(program) = find(&["initdb"]) {
        // A link into the folder where the others stand too.
        return fs::canonicalize(program)
            .ok()?
            .parent()
            .map(Path::to_path_buf);
    }
    let versions = fs::read_dir(VERSIONS).ok()?.filter_map(Result::ok);
    versions
        .filter_map(|entry| {
            let version: u32 = entry.file_name().to_str()?.parse().ok()?;
            let binaries = entry.path().join("bin");
            binaries
                .join("initdb")
                .is_file()
                .then_some((version, binaries))
        })
        .max()
        .map(|(_, binaries)| binaries)
}

/// A shell, as the user that Debian's package makes when we are root, whom PostgreSQL refuses.
fn as_ordinary_user() -> Command {
    let root = capture(Command::new("id").arg("-u")).is_ok_and(|user| user.trim() == "0");
    if !root {
        return Command::new("sh");
    }
    let mut command = Command::new("runuser");
    command.args(["-u", "postgres", "--", "sh"]);
    command
}

/// A port nobody listens on. Another may take it before PostgreSQL does, which then says so.
fn free_port() -> Outcome<u16> {
    TcpListener::bind(("127.0.0.1", 0))
        .and_then(|listener| listener.local_addr())
        .map(|address| address.port())
        .map_err(|error| Failure::new(format!("no free port on 127.0.0.1: {error}")))
}
