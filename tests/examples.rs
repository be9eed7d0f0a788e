//! The clients under `examples`, run as somebody runs them, against a real server
//! with demo data.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::AtomicI64;

use tempfile::TempDir;

use crate::stage::{Client, Giving, Serving, card_form};

#[test]
fn the_first_call_rewards_an_action_once() {
    for program in ["1-first-call/run.sh", "1-first-call/run.py"] {
        let said = Demo::start().run(program);
        let (first, again) = said[0]
            .strip_prefix("action: ")
            .unwrap()
            .split_once(", and again: ")
            .unwrap();
        assert_eq!(first.len(), 24, "{said:?}");
        assert_eq!(first, again);
        assert_eq!(said[1], "tokens: 50");
    }
}

#[test]
fn a_donation_link_is_followed_to_its_reward() {
    for program in ["2-donation-link/run.sh", "2-donation-link/run.py"] {
        let demo = Demo::start();
        let said = demo.run_and_pay(program, "pay at: ", |checkout| {
            vec![(checkout, card_form(&[]))]
        });
        assert_eq!(said, ["gift: COMPLETED, reward: AWARDED, tokens: 25"]);
    }
}

#[test]
fn a_webhook_is_verified() {
    let said = Demo::start().run("3-webhooks/run.py");
    assert_eq!(said, ["webhook.test: genuine", "another: forged"]);
    let said = Demo::start().run("3-webhooks/run.sh");
    assert_eq!(said, ["event: user.created"]);
}

#[test]
fn a_delivery_is_verified_in_the_shell() {
    let secret = format!("whsec_{}", "a1b2c3d4".repeat(8));
    let signature = "sha256=8afeb27e6438489ff604cbfb3b6246be3d952648b5da0de7e9fcedeb01d3452d";
    let body = concat!(
        r#"{"id":"evt_abc123","type":"action.completed","createdAt":"2026-05-10T09:12:00Z","#,
        r#""data":{"actionId":"65f1","tokensDistributed":50}}"#
    );
    let verify = |body: &str| {
        let mut command = Command::new(place("3-webhooks/verify.sh"));
        command.args([&secret, "1746876000", signature]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = command.spawn().unwrap();
        let mut input = process.stdin.take().unwrap();
        input.write_all(body.as_bytes()).unwrap();
        drop(input);
        String::from_utf8(process.wait_with_output().unwrap().stdout).unwrap()
    };
    assert_eq!(verify(body), "genuine\n");
    assert_eq!(verify(&body.replace("50", "51")), "forged\n");
}

#[test]
fn a_campaign_doubles_what_an_action_brings() {
    for program in ["4-campaigns/run.sh", "4-campaigns/run.py"] {
        let said = Demo::start().run(program);
        assert_eq!(said, ["tokens: 20", "spent: 20, left: 480"], "{program}");
    }
}

#[test]
fn pools_and_dashboards_are_read() {
    for program in [
        "5-pools-and-dashboard/run.sh",
        "5-pools-and-dashboard/run.py",
    ] {
        let said = Demo::start().run(program);
        assert_eq!(
            said[..3],
            [
                "pool: 1000000",
                "request: PENDING",
                "actions of thirty days: 0"
            ]
        );
        assert!(said[3].starts_with("health: "), "{said:?}");
    }
}

#[test]
fn a_donation_session_is_followed_to_its_gift() {
    for program in ["donation-session/run.sh", "donation-session/run.py"] {
        let demo = Demo::start();
        let said = demo.run_and_pay(program, "give at: ", |page| {
            let choice = "amount=25&email=ada%40example.org".to_owned();
            vec![(page, choice), (String::new(), card_form(&[]))]
        });
        assert_eq!(said, ["session: completed", "gift: 2500 USD"], "{program}");
    }
}

#[test]
fn the_endaoment_journey_ends_with_what_is_left() {
    for program in ["endaoment/run.sh", "endaoment/run.py"] {
        let said = Demo::start().run(program);
        assert_eq!(said.last().unwrap(), "balance 1300000000", "{program}");
    }
}

/// Where an example is.
fn place(program: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples");
    folder.join(program)
}

/// A server with demo data, and what `environment.sh` says of it.
struct Demo {
    serving: Serving,
    environment: String,
    _folder: TempDir,
}

impl Demo {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let arguments = ["serve", "--demo", "--listen", "127.0.0.1:0"];
        let serving = Giving::new(folder.path(), &arguments).serve();
        let told = Command::new(place("environment.sh"))
            .arg(folder.path().join("demo-credentials.json"))
            .output()
            .unwrap();
        Self {
            serving,
            environment: String::from_utf8(told.stdout).unwrap(),
            _folder: folder,
        }
    }

    /// The program of an example, as a shell that has read the environment starts it.
    fn start_program(&self, program: &str) -> Child {
        let place = place(program);
        let is_python = place.extension().is_some_and(|kind| kind == "py");
        let interpreter = if is_python { "python3" } else { "exec" };
        let line = format!("{}\n{interpreter} '{}'", self.environment, place.display());
        let mut command = Command::new("sh");
        command
            .arg("-c")
            .arg(line)
            .env("PYTHONDONTWRITEBYTECODE", "1");
        command.stdin(Stdio::null()).stdout(Stdio::piped());
        command.stderr(Stdio::piped()).spawn().unwrap()
    }

    /// The lines that an example says, which must succeed.
    fn run(&self, program: &str) -> Vec<String> {
        let output = self.start_program(program).wait_with_output().unwrap();
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{program}: {error}");
        let text = String::from_utf8(output.stdout).unwrap();
        text.lines().map(str::to_owned).collect()
    }

    /// The same of an example that says where somebody should pay: who pays sends
    /// each form, to the address that is with it, or to where the one before has led.
    fn run_and_pay(
        &self,
        program: &str,
        before: &str,
        forms: impl Fn(String) -> Vec<(String, String)>,
    ) -> Vec<String> {
        let mut process = self.start_program(program);
        let mut output = BufReader::new(process.stdout.take().unwrap());
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        match line.trim().strip_prefix(before) {
            Some(address) => self.pay(forms(address.to_owned())),
            None => process.kill().unwrap(),
        }
        let mut rest = String::new();
        output.read_to_string(&mut rest).unwrap();
        let mut error = String::new();
        let mut told = process.stderr.take().unwrap();
        told.read_to_string(&mut error).unwrap();
        assert!(
            process.wait().unwrap().success(),
            "{program}: {line}{error}"
        );
        rest.lines().map(str::to_owned).collect()
    }

    fn pay(&self, forms: Vec<(String, String)>) {
        let client = Client::new("", Arc::new(AtomicI64::new(0)));
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let mut led_to = self.serving.base_url.clone();
        for (address, form) in forms {
            let address = if address.is_empty() {
                &led_to
            } else {
                &address
            };
            let request = client.request("POST", address);
            let request = request.body("application/x-www-form-urlencoded", form);
            let answer = runtime.block_on(request.send());
            assert_eq!(answer.status, 303, "{}", answer.text);
            answer.header("location").unwrap().clone_into(&mut led_to);
        }
    }
}
