//! Other processes, their processor time and their memory, as Linux tells them.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};

use crate::load::float;

/// What Linux counts processor time in, whatever the machine: 1/100 s.
const TICKS: f64 = 100.0;

/// This very program in another process, as a server of one kind or another.
pub(super) struct Server {
    process: Child,
    pub(super) address: SocketAddr,
}

impl Server {
    /// Starts it with these arguments and settings, and waits until it listens.
    pub(super) fn start(arguments: &[&str], settings: &[(&str, &str)]) -> Self {
        let program = std::env::current_exe().expect("this program");
        let mut process = Command::new(program)
            .args(arguments)
            .env_clear()
            .envs(settings.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the server starts");
        let mut line = String::new();
        let output = process.stdout.take().expect("an output");
        BufReader::new(output)
            .read_line(&mut line)
            .expect("the server speaks");
        let address = line.trim().strip_prefix("listening on http://");
        let address = address.and_then(|address| address.parse().ok());
        Self {
            process,
            address: address.unwrap_or_else(|| panic!("the server said {line:?}")),
        }
    }

    pub(super) fn cpu(&self) -> Cpu {
        Cpu::of(self.process.id())
    }

    /// Its memory, in MB.
    pub(super) fn memory_mb(&self) -> f64 {
        memory_mb(self.process.id(), "VmRSS:")
    }
}

/// The memory of a process, in MB: `VmRSS:` is what it has, `VmHWM:` the most that
/// it had.
pub(super) fn memory_mb(id: u32, figure: &str) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(figure));
    let number = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    number.map_or(f64::NAN, |kilobytes| float(kilobytes) / 1024.0)
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to do.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Processor time, in seconds.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Cpu {
    pub(super) user: f64,
    pub(super) system: f64,
}

impl Cpu {
    pub(super) fn of_this_process() -> Self {
        Self::of(std::process::id())
    }

    /// That of a process so far; nothing when there is no such process.
    pub(super) fn of(id: u32) -> Self {
        let field = |place| field(id, place).map_or(0.0, |ticks| float(ticks) / TICKS);
        Self {
            user: field(14),
            system: field(15),
        }
    }

    /// That of all children of a process that live now.
    pub(super) fn of_children(parent: u32) -> Self {
        children(parent)
            .into_iter()
            .map(Self::of)
            .fold(Self::default(), |sum, one| Self {
                user: sum.user + one.user,
                system: sum.system + one.system,
            })
    }

    pub(super) fn since(self, before: Self) -> Self {
        Self {
            user: self.user - before.user,
            system: self.system - before.system,
        }
    }
}

/// The parent of a process.
pub(super) fn parent(id: u32) -> Option<u32> {
    field(id, 4).and_then(|id| id.try_into().ok())
}

fn children(of: u32) -> Vec<u32> {
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    entries
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter(|id| parent(*id) == Some(of))
        .collect()
}

/// A field of `/proc/…/stat`, numbered as proc(5) does.
fn field(id: u32, place: usize) -> Option<u64> {
    let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    // The second field is a name in parentheses that may hold spaces.
    let (_, rest) = stat.rsplit_once(')')?;
    rest.split_whitespace().nth(place - 3)?.parse().ok()
}
