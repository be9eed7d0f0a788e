//! Dashboards over a long history, on both databases: how long each takes, and
//! what is left of the writer while somebody looks at them.

mod history;
mod reader;

use std::path::Path;
use std::time::{Duration, Instant};

use shared::time::Timestamp;

use self::history::History;
use self::reader::Reader;
use crate::load::{Until, float, median, play};
use crate::postgres::Postgres;
use crate::scripts::{Reads, Submits};
use crate::world::World;

/// How long a dashboard may take, in milliseconds.
const GOAL_MS: f64 = 200.0;
/// What part of the submits must be left beside a reader.
const GOAL_BESIDE: f64 = 0.9;
/// How often each dashboard is read, and for how long at most.
const READS: u64 = 100;
const PATIENCE: Duration = Duration::from_secs(20);
/// Connections that submit, as a partner's servers do.
const CONNECTIONS: usize = 256;
const ROUNDS: usize = 5;

/// How much is measured.
#[derive(Clone, Copy)]
struct Wish {
    actions: u64,
    time: Duration,
}

impl Wish {
    fn read(arguments: &[String]) -> Result<Self, String> {
        let mut wish = Self {
            actions: 1_000_000,
            time: Duration::from_secs(4),
        };
        let mut words = arguments.iter();
        while let Some(word) = words.next() {
            match word.as_str() {
                "--quick" => {
                    wish.actions = 20_000;
                    wish.time = Duration::from_secs(1);
                }
                "--actions" => {
                    let number = words.next().and_then(|text| text.parse().ok());
                    wish.actions = number.ok_or("--actions takes a number")?;
                }
                // Cargo adds it.
                "--bench" => {}
                other => return Err(format!("no {other}; there are: --quick, --actions NUMBER")),
            }
        }
        Ok(wish)
    }
}

pub(crate) async fn run(arguments: &[String]) {
    let wish = Wish::read(arguments).unwrap_or_else(|error| {
        println!("{error}");
        std::process::exit(2);
    });
    let folder = tempfile::tempdir().expect("a folder");
    let files = folder.path().join("sqlite");
    let url = format!("sqlite:{}", files.join("giving.db").display());
    measure("SQLite", url, &files, wish).await;
    match Postgres::find().await {
        Some(postgres) => {
            let url = postgres.create("giving_dashboard").await;
            measure("PostgreSQL", url, &folder.path().join("postgres"), wish).await;
        }
        None => println!("no PostgreSQL: `cargo xtask bench dashboard` brings one"),
    }
}

async fn measure(name: &str, url: String, folder: &Path, wish: Wish) {
    println!("\n{name}");
    let is_postgres = url.starts_with("postgres");
    let world = World::make(url, folder, 1).await;
    let campaign = history::campaign(&world).await;
    let history = History::open(&world).await;
    let started = Instant::now();
    let first = history.act(wish.actions).await;
    show("actions made", wish.actions, started.elapsed());
    let started = Instant::now();
    history.fold().await;
    show(
        "and what the worker left of them folded",
        wish.actions,
        started.elapsed(),
    );
    history.count_calls().await;
    history.close().await;
    if is_postgres {
        Postgres::analyze(&world.url).await;
    }
    let paths = paths(&campaign, first);
    println!("{:<60}{:>10}{:>10}", "milliseconds", "median", "p99");
    for path in &paths {
        let reads = vec![Reads::new(&world.tenants[0], path)];
        let until = Until::requests(READS).within(PATIENCE);
        let measured = play(world.server.address, reads, until).await;
        let (middle, worst) = (measured.percentile_ms(50), measured.percentile_ms(99));
        let verdict = if worst <= GOAL_MS { "met" } else { "MISSED" };
        let short = path.split(['?']).next().unwrap_or(path);
        println!("{short:<60}{middle:>10.2}{worst:>10.2}   goal {GOAL_MS}   {verdict}");
    }
    beside(&world, &paths, wish.time).await;
}

fn show(what: &str, count: u64, time: Duration) {
    let seconds = time.as_secs_f64();
    println!(
        "{count} {what} in {seconds:.1} s, {:.0} a second",
        float(count) / seconds
    );
}

/// Every dashboard, the most that each shows.
fn paths(campaign: &str, first: Timestamp) -> Vec<String> {
    let analytics = format!("campaigns/{campaign}/analytics?from={first}");
    let names = [
        "summary",
        "trends?days=90",
        "top-earners?days=30&limit=100",
        "top-earners?days=90&limit=10",
        "api-usage?days=2",
        "api-usage?days=90",
        "recent-activity?limit=100",
        "integration-health",
        "webhooks/health",
        &analytics,
    ];
    let path = |name: &&str| format!("/v1/partner/dashboard/{name}");
    names.iter().map(path).collect()
}

/// Submits alone, and beside somebody who loads all dashboards every second.
async fn beside(world: &World, paths: &[String], time: Duration) {
    let address = world.server.address;
    let submits = || {
        (0..CONNECTIONS)
            .map(|_| Submits::new(&world.tenants))
            .collect()
    };
    let (mut alone, mut together) = (Vec::new(), Vec::new());
    let mut loads = 0;
    play(address, submits(), Until::time(time)).await;
    for _ in 0..ROUNDS {
        let measured = play(address, submits(), Until::time(time)).await;
        alone.push(measured.per_second());
        let reader = Reader::start(address, &world.tenants[0].signer, paths);
        let measured = play(address, submits(), Until::time(time)).await;
        together.push(measured.per_second());
        loads += reader.stop().await;
    }
    let (alone, together) = (median(alone), median(together));
    let part = together / alone;
    let verdict = if part >= GOAL_BESIDE { "met" } else { "MISSED" };
    println!(
        "submits alone {alone:.0} a second, beside a reader {together:.0} ({loads} pages of all dashboards)"
    );
    println!("part that is left {part:.3}   goal {GOAL_BESIDE}   {verdict}");
}
