//! Printing for people and for programs. Only here is standard output written.

use std::io::{self, Write as _};

use serde::Serialize;

use super::CommandError;

/// What the answer of a command looks like.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(super) struct Shape {
    /// Print JSON
    #[arg(long, global = true)]
    pub(super) json: bool,
}

/// Prints bytes as they are.
pub(super) fn bytes(bytes: &[u8]) -> Result<(), CommandError> {
    let mut out = io::stdout().lock();
    out.write_all(bytes)
        .and_then(|()| out.flush())
        .map_err(|error| match error.kind() {
            io::ErrorKind::BrokenPipe => CommandError::OutputClosed,
            _ => CommandError::Output(error),
        })
}

/// Prints one line.
pub(super) fn line(text: &str) -> Result<(), CommandError> {
    bytes(format!("{text}\n").as_bytes())
}

/// Tells whoever sits at the terminal something beside the output, which then need
/// not be read; whether it could be told is of no matter.
pub(super) fn aside(text: &str) {
    let mut out = io::stderr().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// Prints a value as indented JSON.
pub(super) fn json(value: &impl Serialize) -> Result<(), CommandError> {
    let text =
        serde_json::to_string_pretty(value).map_err(|error| CommandError::Output(error.into()))?;
    line(&text)
}

/// Prints names and values, one a line, the values under each other.
pub(super) fn fields(fields: &[(&str, String)]) -> Result<(), CommandError> {
    let rows: Vec<_> = fields
        .iter()
        .map(|(name, value)| vec![(*name).to_owned(), value.clone()])
        .collect();
    bytes(aligned(&rows).as_bytes())
}

/// Prints rows under a head.
pub(super) fn table(head: &[&str], rows: Vec<Vec<String>>) -> Result<(), CommandError> {
    let head = head.iter().map(|&name| name.to_owned()).collect();
    let rows: Vec<_> = std::iter::once(head).chain(rows).collect();
    bytes(aligned(&rows).as_bytes())
}

/// The members on one line, or a dash when there are none.
pub(super) fn list<T: std::fmt::Display>(members: &[T]) -> String {
    if members.is_empty() {
        return "-".to_owned();
    }
    let members: Vec<_> = members.iter().map(T::to_string).collect();
    members.join(",")
}

/// Each column as wide as its widest cell, but for the last.
fn aligned(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<_> = (0..columns).map(width).collect();
    let mut text = String::new();
    for row in rows {
        let cells = row.iter().zip(&widths);
        let cells: Vec<_> = cells
            .map(|(cell, width)| format!("{cell:width$}"))
            .collect();
        text.push_str(cells.join("  ").trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_under_each_other() {
        let rows = [["a", "long"], ["löng", "b"]].map(|row| row.map(str::to_owned).to_vec());
        assert_eq!(aligned(&rows), "a     long\nlöng  b\n");
    }
}
