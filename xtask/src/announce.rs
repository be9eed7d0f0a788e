//! The welcome of `cargo xtask run`: lets the server's output through and, once it is ready,
//! prints the page to open, who may sign in, the keys and a first call.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::place;
use crate::program::{Failure, Outcome, capture, pass_lines};

/// The word by which `run` starts this; not for people.
pub(crate) const COMMAND: &str = "announce";

const READY: &str = "listening on ";
const SAMPLE: &str = "/v1/partner/users?page=1&limit=20";

/// Reads the server's output from our input until the server ends.
pub(crate) fn run(arguments: &[String]) {
    let folder = arguments.first().map_or("data", String::as_str);
    let credentials = Path::new(folder).join("demo-credentials.json");
    let mut announced = false;
    pass_lines(std::io::stdin(), |line| {
        let Some((_, address)) = line.split_once(READY) else {
            return;
        };
        if announced {
            return;
        }
        announced = true;
        if let Err(failure) = welcome(address.trim(), &credentials) {
            eprintln!("error: {failure}");
        }
    });
}

fn welcome(address: &str, credentials: &Path) -> Outcome<()> {
    let path = place::root().join(credentials);
    let text = fs::read_to_string(&path).map_err(|error| Failure::at(&path, &error))?;
    let keys: Value = serde_json::from_str(&text)
        .map_err(|error| Failure::new(format!("{}: {error}", path.display())))?;
    let key = |name: &str| {
        keys.get(name)
            .and_then(Value::as_str)
            .unwrap_or("(none)")
            .to_owned()
    };
    println!();
    println!("Open              {address}/");
    println!("E-mail            {}", key("email"));
    println!("Password          {}", key("password"));
    println!("Publishable key   {}", key("publicKey"));
    println!("Secret key        {}", key("secretKey"));
    println!("All of these      {}", credentials.display());
    println!();
    println!("A signed call, good for five minutes:");
    println!("  {}", curl(address, credentials)?);
    println!("The same, signed anew each time:");
    let server = shown(&place::dev_server());
    println!(
        "  {server} call GET '{SAMPLE}' --credentials {}",
        credentials.display()
    );
    println!();
    println!("Ctrl-C stops the server.");
    Ok(())
}

/// A curl line with the headers that `giving sign` prints, one a line.
fn curl(address: &str, credentials: &Path) -> Outcome<String> {
    let headers = capture(
        Command::new(place::dev_server())
            .current_dir(place::root())
            .args(["sign", "GET", SAMPLE, "--credentials"])
            .arg(credentials),
    )?;
    let headers: Vec<String> = headers
        .lines()
        .filter(|line| line.contains(':'))
        .map(|line| format!("-H '{line}' "))
        .collect();
    Ok(format!("curl {}'{address}{SAMPLE}'", headers.concat()))
}

/// A path as one would type it at the top of the tree.
fn shown(path: &Path) -> String {
    let root: PathBuf = place::root();
    path.strip_prefix(root)
        .unwrap_or(path)
        .display()
        .to_string()
}
