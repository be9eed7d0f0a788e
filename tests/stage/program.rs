//! The real program `giving`, run as somebody runs it: by its command line, in a
//! folder, with no setting but those of a test.

use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use serde::de::DeserializeOwned;

use super::{MASTER_KEY, Stage};

/// A command line that can still be given more.
pub(crate) struct Giving(Command);

impl Giving {
    /// The program in a folder, where it also keeps its files.
    pub(crate) fn new(folder: &Path, arguments: &[&str]) -> Self {
        let mut command = Command::new(program());
        command
            .args(arguments)
            .env_clear()
            .env("GIVING_DATA_DIR", folder)
            .current_dir(folder)
            .stdin(Stdio::null());
        Self(command)
    }

    /// The program on the database of a stage, as the operator of its server.
    pub(crate) fn on(stage: &Stage, arguments: &[&str]) -> Self {
        Self::new(stage.directory(), arguments)
            .set("GIVING_DATABASE", stage.database_url())
            .set("GIVING_MASTER_KEY", MASTER_KEY)
    }

    pub(crate) fn set(mut self, variable: &str, value: impl AsRef<OsStr>) -> Self {
        self.0.env(variable, value);
        self
    }

    /// Lets the command read a file as its standard input.
    pub(crate) fn read(mut self, file: &Path) -> Self {
        self.0.stdin(std::fs::File::open(file).unwrap());
        self
    }

    /// Starts a command that is killed as soon as nobody holds it any more.
    pub(crate) fn begin(mut self) -> Begun {
        self.0.stdout(Stdio::null()).stderr(Stdio::null());
        Begun(self.0.spawn().unwrap())
    }

    /// Runs the command to its end.
    pub(crate) fn run(mut self) -> Ended {
        let output = self.0.output().unwrap();
        Ended {
            code: output.status.code(),
            output: String::from_utf8(output.stdout).unwrap(),
            error: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Runs a server that must not start; one that does is ended.
    #[track_caller]
    pub(crate) fn run_in_vain(mut self) -> Ended {
        self.0.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut process = self.0.spawn().unwrap();
        let ready = first_line(process.stdout.take().unwrap());
        if !ready.is_empty() {
            process.kill().unwrap();
        }
        let mut error = String::new();
        let mut told = process.stderr.take().unwrap();
        told.read_to_string(&mut error).unwrap();
        let code = process.wait().unwrap().code();
        assert_eq!(ready, "", "the server has started");
        Ended {
            code,
            output: ready,
            error,
        }
    }

    /// Starts a server, and waits until it is ready.
    #[track_caller]
    pub(crate) fn serve(mut self) -> Serving {
        self.0.stdout(Stdio::piped()).stderr(Stdio::null());
        let mut process = self.0.spawn().unwrap();
        let ready = first_line(process.stdout.take().unwrap());
        let base_url = ready.trim().strip_prefix("listening on ");
        let base_url = base_url
            .unwrap_or_else(|| panic!("the program says {ready:?}"))
            .to_owned();
        Serving { process, base_url }
    }
}

/// How a command ended, and what it said.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) output: String,
    pub(crate) error: String,
}

impl Ended {
    /// What a command said that succeeded.
    #[track_caller]
    pub(crate) fn succeeded(self) -> String {
        assert_eq!(self.code, Some(0), "{self:?}");
        self.output
    }

    /// The same, of a command that was asked for JSON.
    #[track_caller]
    pub(crate) fn json<T: DeserializeOwned>(self) -> T {
        serde_json::from_str(&self.succeeded()).unwrap()
    }

    /// The one line of a command that failed, which must hold the words given.
    #[track_caller]
    pub(crate) fn failed(self, words: &[&str]) -> String {
        assert_eq!(self.code, Some(1), "{self:?}");
        assert_eq!(self.output, "");
        let line = self.error.strip_suffix('\n').unwrap();
        assert!(
            line.starts_with("giving: ") && !line.contains('\n'),
            "{line}"
        );
        assert!(!line.contains("panicked"), "{line}");
        for word in words {
            assert!(line.contains(word), "{word} is not in: {line}");
        }
        line.to_owned()
    }
}

/// A command that has begun.
pub(crate) struct Begun(Child);

impl Drop for Begun {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

/// `giving serve`, ready.
pub(crate) struct Serving {
    process: Child,
    pub(crate) base_url: String,
}

impl Drop for Serving {
    /// Kills it as a lost power supply would: there is no farewell.
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

/// The first line that a program says, or nothing if it ends without a word.
fn first_line(output: ChildStdout) -> String {
    let mut line = String::new();
    BufReader::new(output).read_line(&mut line).unwrap();
    line
}

/// The program beside this test, or the one that `GIVING_BIN` names.
#[expect(
    clippy::disallowed_methods,
    reason = "no setting of the server, but of its tests"
)]
fn program() -> PathBuf {
    let beside = std::env::current_exe()
        .unwrap()
        .parent()
        .unwrap()
        .with_file_name("giving");
    let program = std::env::var("GIVING_BIN").map_or(beside, PathBuf::from);
    assert!(
        program.exists(),
        "there is no {}: cargo build -p server first",
        program.display()
    );
    program
}
