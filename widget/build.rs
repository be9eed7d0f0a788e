//! Joins the styles into one text without the space that only its readers need.

use std::path::Path;
use std::{env, fs, io};

const STYLES: [&str; 3] = ["sheet", "form", "message"];

/// A space beside each of these says nothing. One before a colon does, in a selector.
const JOINS: [(&str, &str); 10] = [
    (" {", "{"),
    ("{ ", "{"),
    (" }", "}"),
    (": ", ":"),
    ("; ", ";"),
    (", ", ","),
    (";}", "}"),
    (" > ", ">"),
    // The values that selectors ask for are names.
    ("=\"", "="),
    ("\"]", "]"),
];

fn main() -> io::Result<()> {
    let mut style = String::new();
    for name in STYLES {
        let path = format!("src/view/{name}.css");
        println!("cargo::rerun-if-changed={path}");
        for line in fs::read_to_string(path)?.lines() {
            style.push_str(line.trim());
            style.push(' ');
        }
    }
    for (wide, narrow) in JOINS {
        style = style.replace(wide, narrow);
    }
    // Rules follow each other without a space too.
    style = style.replace("} ", "}");
    let folder = env::var_os("OUT_DIR").unwrap_or_default();
    fs::write(Path::new(&folder).join("style.css"), style)
}
