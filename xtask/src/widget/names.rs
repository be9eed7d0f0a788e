//! The names by which module and glue call each other, made short in both: each ends in
//! sixteen random digits, which no compression shortens, and stands in both files.

use std::fs;
use std::path::Path;

use crate::program::{Failure, Outcome};

/// Where the module finds its imports, by wasm-bindgen and by wasm-opt.
const MODULE: (&str, &str) = ("\"./widget_bg.js\": import", "\"a\": import");

/// Says in the glue what wasm-opt called the names of the module, by the list that it prints.
pub(super) fn shorten(glue: &Path, renamed: &str) -> Outcome<()> {
    let mut text = fs::read_to_string(glue).map_err(|error| Failure::at(glue, &error))?;
    for line in renamed.lines() {
        match line.split('"').collect::<Vec<_>>()[..] {
            // Module, name, short name: a member of the imports.
            [_, _, _, name, _, short, _] => text = replaced(&text, "", name, short),
            // Name, short name: a member of the exports.
            [_, name, _, short, _] => text = replaced(&text, "wasm.", name, short),
            _ => {}
        }
    }
    if !text.contains(MODULE.0) {
        return Err(Failure::new("the glue names its imports in a new way"));
    }
    text = text.replace(MODULE.0, MODULE.1);
    fs::write(glue, text).map_err(|error| Failure::at(glue, &error))
}

/// Replaces a whole name wherever it follows the prefix.
fn replaced(text: &str, prefix: &str, name: &str, short: &str) -> String {
    let wanted = [prefix, name].concat();
    let mut made = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(&wanted) {
        let (before, after) = (&rest[..at], &rest[at + wanted.len()..]);
        made.push_str(before);
        let is_whole = !before.ends_with(is_of_name) && !after.starts_with(is_of_name);
        if is_whole {
            made.push_str(prefix);
            made.push_str(short);
        } else {
            made.push_str(&wanted);
        }
        rest = after;
    }
    made.push_str(rest);
    made
}

fn is_of_name(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '_' || letter == '$'
}

#[cfg(test)]
mod tests {
    use super::replaced;

    #[test]
    fn only_whole_names_are_replaced() {
        let text = "wasm.open(a); wasm.opened(b); awasm.open; open()";
        assert_eq!(
            replaced(text, "wasm.", "open", "x"),
            "wasm.x(a); wasm.opened(b); awasm.open; open()"
        );
    }
}
