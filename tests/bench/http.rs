//! `config` and `status` beside an axum handler that does nothing.

use std::net::SocketAddr;
use std::time::Duration;

use server::config::Settings;
use server::context::Context;
use server::serve::{Fill, Running, start};

use crate::empty;
use crate::load::{Shot, Until, median, play};

const CONNECTIONS: usize = 32;
const ROUNDS: usize = 5;
const TIME: Duration = Duration::from_secs(2);

pub(crate) async fn run() {
    let folder = tempfile::tempdir().expect("a folder");
    let running = server(folder.path()).await;
    let shots = shots(&running).await;
    let mut rates = vec![Vec::new(); shots.len()];
    for _ in 0..ROUNDS {
        for ((_, address, shot), rates) in shots.iter().zip(&mut rates) {
            let shots = vec![shot.clone(); CONNECTIONS];
            let measured = play(*address, shots, Until::time(TIME)).await;
            rates.push(measured.per_second());
        }
    }
    println!(
        "{CONNECTIONS} connections, SQLite, median of {ROUNDS} rounds of {} s",
        TIME.as_secs()
    );
    let medians: Vec<f64> = rates.into_iter().map(median).collect();
    for ((name, ..), rate) in shots.iter().zip(&medians) {
        println!(
            "{name:<28}{rate:>10.0} a second{:>8.3} of the empty handler",
            rate / medians[0]
        );
    }
    running.stop().await;
}

async fn server(folder: &std::path::Path) -> Running {
    let flags = serde_json::json!({
        "listen": "127.0.0.1:0",
        "data_dir": folder,
        "rate_limit_standard": u32::MAX,
        "rate_limit_widget_address": u32::MAX,
    });
    let settings = Settings::read(&flags).expect("settings");
    start(settings, Context::system(), Fill::Demo)
        .await
        .expect("the server starts")
}

/// What is measured, the yardstick first.
async fn shots(running: &Running) -> Vec<(&'static str, SocketAddr, Shot)> {
    let base = &running.app.base_url;
    let key = running.app.demo_key.clone().expect("the demo has a key");
    let address: SocketAddr = base
        .trim_start_matches("http://")
        .parse()
        .expect("an address");
    let link = reqwest_json(base, &key).await;
    let status = format!(
        "/v1/partner/donations/status/{}",
        link["partnerDonationId"].as_str().expect("an id")
    );
    let etag = etag(base, &status, &key).await;
    let shot = |path: &str, more: &str, status| Shot {
        request: format!(
            "GET {path} HTTP/1.1\r\nhost: bench\r\nx-partner-key: {key}\r\n{more}\r\n"
        ),
        status,
    };
    let known = format!("if-none-match: {etag}\r\n");
    vec![
        ("empty handler", empty::start().await, shot("/", "", 200)),
        ("config", address, shot("/v1/partner/config", "", 200)),
        ("status", address, shot(&status, "", 200)),
        ("status, 304", address, shot(&status, &known, 304)),
    ]
}

async fn reqwest_json(base: &str, key: &str) -> serde_json::Value {
    let body = serde_json::json!({ "nonprofitSlug": "american-red-cross", "amount": 2500 });
    let call = reqwest::Client::new().post(format!("{base}/v1/partner/donations/create-link"));
    let answer = call
        .header("x-partner-key", key)
        .json(&body)
        .send()
        .await
        .expect("an answer");
    answer.json().await.expect("JSON")
}

async fn etag(base: &str, path: &str, key: &str) -> String {
    let call = reqwest::Client::new()
        .get(format!("{base}{path}"))
        .header("x-partner-key", key);
    let answer = call.send().await.expect("an answer");
    answer.headers()["etag"]
        .to_str()
        .expect("an entity tag")
        .to_owned()
}
