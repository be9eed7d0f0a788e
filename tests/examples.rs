//! The clients under `examples/`, each run as its reader would: against a sandbox
//! with its demo data, with the keys that the demo wrote down.

use std::path::Path;
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

use crate::stage::{Giving, Serving};

/// A sandbox with its demo data.
struct Demo {
    serving: Serving,
    credentials: Value,
    _folder: TempDir,
}

impl Demo {
    fn start() -> Self {
        let folder = TempDir::new().unwrap();
        let arguments = ["serve", "--demo", "--listen", "127.0.0.1:0"];
        let serving = Giving::new(folder.path(), &arguments).serve();
        let credentials = std::fs::read(folder.path().join("demo-credentials.json")).unwrap();
        Self {
            serving,
            credentials: serde_json::from_slice(&credentials).unwrap(),
            _folder: folder,
        }
    }

    /// Runs an example, and answers what it says.
    #[track_caller]
    fn run(&self, program: &str, example: &str) -> String {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples");
        let ended = Command::new(program)
            .arg(path.join(example))
            .env("GIVING_URL", &self.serving.base_url)
            .env(
                "GIVING_SECRET_KEY",
                self.credentials["secretKey"].as_str().unwrap(),
            )
            .output()
            .unwrap();
        let error = String::from_utf8_lossy(&ended.stderr);
        assert!(ended.status.success(), "{example}: {error}");
        String::from_utf8(ended.stdout).unwrap()
    }
}

#[test]
fn the_endaoment_journey_goes_with_curl() {
    let told = Demo::start().run("sh", "endaoment/journey.sh");
    assert!(told.ends_with("balance 1300000000\n"), "{told}");
}

#[test]
fn the_endaoment_journey_goes_with_python() {
    let told = Demo::start().run("python3", "endaoment/journey.py");
    assert!(told.ends_with("balance 1300000000\n"), "{told}");
}
