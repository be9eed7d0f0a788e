//! Webhooks from commit to arrival, on both databases, beside the bare HTTP client
//! with the same receivers.
//!
//! The server and the database are processes of their own; this one makes the
//! events and receives them.

mod audience;
mod measure;
mod receiver;

use std::path::Path;
use std::time::Duration;

use self::audience::Audience;
use self::measure::{bare_client, steady, sustained};
use self::receiver::Ages;
use crate::load::{float, median};
use crate::postgres::Postgres;
use crate::world::{Tenant, World};

/// How many partners share a hundred receivers.
const MANY: usize = 10;
/// One with a single receiver, many, two with neighbours, two whose calls are
/// timed.
const PARTNERS: usize = 1 + MANY + 4;
/// The receivers that a partner may have.
const RECEIVERS: u64 = 10;
/// Events a second where neighbours and the cost of a call are looked at.
const CALM: f64 = 50.0;
const RATE_GOAL: f64 = 1_000.0;
const P95_GOAL_MS: f64 = 150.0;
const NEIGHBOUR_GOAL: f64 = 1.2;
const SUBMIT_GOAL: f64 = 1.05;

/// How long is measured.
#[derive(Clone, Copy)]
struct Wish {
    /// As fast as it goes.
    sustained: Duration,
    /// Everything else.
    steady: Duration,
    /// How often what is compared is measured.
    rounds: usize,
}

impl Wish {
    fn read(arguments: &[String]) -> Result<Self, String> {
        let mut wish = Self {
            sustained: Duration::from_mins(1),
            steady: Duration::from_secs(20),
            rounds: 3,
        };
        let mut words = arguments.iter();
        while let Some(word) = words.next() {
            match word.as_str() {
                "--quick" => {
                    wish.sustained = Duration::from_secs(5);
                    wish.steady = Duration::from_secs(4);
                    wish.rounds = 1;
                }
                "--seconds" => {
                    let number = words.next().and_then(|text| text.parse().ok());
                    wish.sustained = Duration::from_secs(number.ok_or("--seconds takes a number")?);
                }
                // Cargo adds it.
                "--bench" => {}
                other => return Err(format!("no {other}; there are: --quick, --seconds NUMBER")),
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
    println!(
        "files in {}; {} s as fast as it goes, {} s at a steady rate",
        folder.path().display(),
        wish.sustained.as_secs(),
        wish.steady.as_secs()
    );
    let bare = bare_client(wish.steady.min(Duration::from_secs(5))).await;
    println!("the bare client, 64 at a time {bare:>10.0} a second");
    let file = folder.path().join("sqlite");
    let url = format!("sqlite:{}", file.join("giving.db").display());
    measure("SQLite", (url, &file), (wish, bare)).await;
    match Postgres::find().await {
        None => println!("no PostgreSQL: `cargo xtask bench webhooks` brings one"),
        Some(postgres) => {
            let url = postgres.create("giving_webhooks").await;
            let file = folder.path().join("postgres");
            measure("PostgreSQL", (url, &file), (wish, bare)).await;
        }
    }
}

/// Everything on one database.
async fn measure(name: &str, (url, folder): (String, &Path), (wish, bare): (Wish, f64)) {
    println!("\n{name}");
    let is_postgres = url.starts_with("postgres");
    let world = World::make(url.clone(), folder, PARTNERS).await;
    let (one, rest) = world.tenants.split_at(1);
    let (many, rest) = rest.split_at(MANY);
    let one = Audience::gather(&world, one, (1, 0)).await;
    let many = Audience::gather(&world, many, (RECEIVERS, 0)).await;
    if is_postgres {
        Postgres::analyze(&url).await;
    }
    for (count, audience) in [("1 receiver", &one), ("100 receivers", &many)] {
        let cpu = world.server.cpu();
        let rate = sustained(audience, wish.sustained).await;
        let spent = world.server.cpu().since(cpu);
        let each = (spent.user + spent.system) * 1e6 / (rate * wish.sustained.as_secs_f64());
        let of_bare = rate / bare;
        goal(
            &format!("{count}: deliveries a second, at least"),
            rate,
            RATE_GOAL,
        );
        println!("    {of_bare:.3} of the bare client; CPU of the server {each:.0} µs a delivery");
        let half = |rate: f64| rate / float(audience.receivers) / 2.0;
        let calm = steady(audience, half(RATE_GOAL), wish.steady).await;
        let p95 = calm.ages.percentile_ms(95);
        goal(
            &format!("{count}: p95 in ms at half of that rate, at most"),
            p95,
            P95_GOAL_MS,
        );
        tell(&calm.ages);
        let busy = steady(audience, half(rate), wish.steady).await;
        println!(
            "    at half of what was seen: p95 {:.0} ms",
            busy.ages.percentile_ms(95)
        );
        tell(&busy.ages);
    }
    submits(&world, &rest[2..], wish).await;
    neighbours(&world, &rest[..2], wish).await;
}

/// What a call costs that makes an event, without webhooks and with ten.
async fn submits(world: &World, tenants: &[Tenant], wish: Wish) {
    let none = Audience::gather(world, &tenants[..1], (0, 0)).await;
    let ten = Audience::gather(world, &tenants[1..], (RECEIVERS, 0)).await;
    let (mut halves, mut most) = (Vec::new(), Vec::new());
    for _ in 0..wish.rounds {
        let [p50, p99] = steady(&none, CALM, wish.steady).await.submit_ms;
        let [ten_p50, ten_p99] = steady(&ten, CALM, wish.steady).await.submit_ms;
        println!(
            "    a submit: p50 {p50:.2} ms, p99 {p99:.2} ms; with {RECEIVERS} webhooks {ten_p50:.2} and {ten_p99:.2} ms"
        );
        halves.push(ten_p50 / p50);
        most.push(ten_p99 / p99);
    }
    goal(
        "a submit with 10 webhooks to one without, p50, at most",
        median(halves),
        SUBMIT_GOAL,
    );
    println!("    p99: {:.3}", median(most));
}

/// Nine receivers beside one that answers, and beside one that hangs.
async fn neighbours(world: &World, tenants: &[Tenant], wish: Wish) {
    let good = Audience::gather(world, &tenants[..1], (RECEIVERS, 0)).await;
    let bad = Audience::gather(world, &tenants[1..], (RECEIVERS - 1, 1)).await;
    let mut ratios = Vec::new();
    for _ in 0..wish.rounds {
        let good = steady(&good, CALM, wish.steady)
            .await
            .ages
            .percentile_ms(99);
        let bad = steady(&bad, CALM, wish.steady).await.ages.percentile_ms(99);
        println!("    p99 beside a healthy one {good:.0} ms, beside a hanging one {bad:.0} ms");
        ratios.push(bad / good);
    }
    goal(
        "p99 beside a hanging one to beside a healthy one, at most",
        median(ratios),
        NEIGHBOUR_GOAL,
    );
}

fn tell(ages: &Ages) {
    println!(
        "    p50 {:.0} ms, p99 {:.0} ms, of {} deliveries",
        ages.percentile_ms(50),
        ages.percentile_ms(99),
        ages.count()
    );
}

/// Prints a figure beside its goal.
fn goal(name: &str, seen: f64, wanted: f64) {
    let is_met = if name.ends_with("at least") {
        seen >= wanted
    } else {
        seen <= wanted
    };
    let verdict = if is_met { "met" } else { "MISSED" };
    println!("  {name:<60}{seen:>10.2}   goal {wanted:>8.2}   {verdict}");
}
