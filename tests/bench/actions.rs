//! Actions, signed and durable, on both databases, beside what bounds them: the
//! disk's flush, a handler that does nothing, and `pgbench` with the same rows.
//!
//! Three parties share the machine, each in a process of its own: the server, the
//! database, and this one, which makes the load.

mod commits;
mod flush;
mod history;
mod postgres;
mod process;
mod report;
mod scene;
mod scripts;
mod signer;
mod world;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use self::flush::{Flush, probe};
use self::postgres::{Pgbench, Postgres};
use self::process::Server;
use self::report::Yardsticks;
use self::scene::{Figures, MANY, Place, Scene, median};
use self::scripts::{BULK, Bulks, Submits, USERS};
use self::signer::Signer;
use self::world::World;
use crate::load::{Script, Shot, Until, ask, play};

/// How many partners there are beside the one with the hot pool.
const PARTNERS: usize = 1_000;
/// What rates are wanted, of the empty handler's and of that of `pgbench`.
const SQLITE_GOAL: f64 = 0.15;
const POSTGRES_GOAL: f64 = 0.11;
const PGBENCH_GOAL: f64 = 7.0;

/// How much is measured.
#[derive(Clone)]
struct Wish {
    rounds: usize,
    time: Duration,
    /// The actions of the long history, and how long they may take.
    actions: u64,
    patience: Duration,
    /// What the names of the scenes must contain; all do, and there are goals and
    /// histories too, without it.
    only: Option<String>,
}

impl Wish {
    fn read(arguments: &[String]) -> Result<Self, String> {
        let mut wish = Self {
            rounds: 3,
            time: Duration::from_secs(4),
            actions: 1_000_000,
            patience: Duration::from_secs(150),
            only: None,
        };
        let mut words = arguments.iter();
        while let Some(word) = words.next() {
            match word.as_str() {
                "--quick" => {
                    wish.rounds = 1;
                    wish.time = Duration::from_secs(1);
                    wish.actions = 20_000;
                    wish.patience = Duration::from_secs(10);
                }
                "--actions" => {
                    let number = words.next().and_then(|text| text.parse().ok());
                    wish.actions = number.ok_or("--actions takes a number")?;
                    wish.patience = Duration::MAX;
                }
                "--only" => {
                    wish.only = Some(words.next().ok_or("--only takes a part of a name")?.clone());
                }
                // Cargo adds it.
                "--bench" => {}
                other => {
                    return Err(format!(
                        "no {other}; there are: --quick, --actions NUMBER, --only NAME"
                    ));
                }
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
    let postgres = Postgres::find().await.map(Arc::new);
    if postgres.is_none() {
        println!("no PostgreSQL: `cargo xtask bench actions` brings one");
    }
    println!(
        "files in {}; median of {} rounds of {} s",
        folder.path().display(),
        wish.rounds,
        wish.time.as_secs()
    );
    compare(folder.path(), postgres.as_ref(), &wish).await;
    if wish.only.is_some() {
        return;
    }
    for place in places(folder.path(), postgres.as_ref(), ("history", 1)).await {
        history::run(&place, wish.actions, wish.patience).await;
    }
}

/// A server on each database, with so many partners.
async fn places(
    folder: &Path,
    postgres: Option<&Arc<Postgres>>,
    (name, partners): (&str, usize),
) -> Vec<Place> {
    let files = |kind: &str| folder.join(format!("{name}-{kind}"));
    let url = format!("sqlite:{}", files("sqlite").join("giving.db").display());
    let mut places = vec![Place {
        name: "SQLite",
        world: World::make(url, &files("sqlite"), partners).await,
        postgres: None,
    }];
    if let Some(postgres) = postgres {
        let url = postgres.create(&format!("giving_{name}")).await;
        places.push(Place {
            name: "PostgreSQL",
            world: World::make(url, &files("postgres"), partners).await,
            postgres: Some(postgres.clone()),
        });
    }
    places
}

/// Every scene on each database, in turns with the yardsticks.
async fn compare(folder: &Path, postgres: Option<&Arc<Postgres>>, wish: &Wish) {
    let places = places(folder, postgres, ("scenes", PARTNERS)).await;
    for place in &places {
        warm(place).await;
    }
    let pgbench = match postgres {
        Some(postgres) => Pgbench::make(postgres).await,
        None => None,
    };
    let empty = Server::start(&["empty"], &[]);
    let until = Until::time(wish.time);
    let mut yards = Vec::new();
    let wanted = |scene: &Scene| {
        let name = scene.name();
        wish.only.as_ref().is_none_or(|part| name.contains(part))
    };
    let scenes: Vec<Scene> = Scene::ALL.into_iter().filter(wanted).collect();
    let mut seen = vec![vec![Vec::new(); scenes.len()]; places.len()];
    for _ in 0..wish.rounds {
        let tenants = places[0].world.first();
        yards.push(Yardsticks {
            flush: probe(folder),
            empty: rate(&empty, &|| Box::new(get()), until).await,
            empty_signed: rate(&empty, &|| Box::new(Unread(Submits::new(&tenants))), until).await,
            pgbench: pgbench.as_ref().map(|bench| bench.run(folder, wish.time)),
        });
        for (place, seen) in places.iter().zip(&mut seen) {
            for (scene, rounds) in scenes.iter().zip(seen) {
                rounds.push(scene.measure(place, until).await);
            }
        }
    }
    drop(empty);
    let yardsticks = middle(&yards);
    yardsticks.print();
    for (place, seen) in places.iter().zip(&seen) {
        let figures = seen.iter().map(|rounds| Figures::middle(rounds));
        let scenes: Vec<_> = scenes.iter().copied().zip(figures).collect();
        report::print(place.name, &scenes, &yardsticks);
        if wish.only.is_some() {
            continue;
        }
        let goals = match &place.postgres {
            None => {
                let file = folder.join("scenes-sqlite/giving.db");
                let commits = commits::on_sqlite(&place.world, &file).await;
                (SQLITE_GOAL, None, commits)
            }
            Some(postgres) => {
                let commits = commits::on_postgres(postgres, &place.world).await;
                (POSTGRES_GOAL, Some(PGBENCH_GOAL), commits)
            }
        };
        report::print_goals(&scenes, &yardsticks, goals);
    }
}

/// Makes all people and a campaign, so that no round is the first.
async fn warm(place: &Place) {
    let (address, first) = (place.world.server.address, place.world.first());
    let people = Until::requests(USERS / BULK);
    play(address, vec![Bulks::new(&first)], people).await;
    let scripts = (0..MANY).map(|_| Submits::new(&place.world.tenants));
    play(address, scripts.collect(), Until::requests(20)).await;
    if place.postgres.is_some() {
        Postgres::analyze(&place.world.url).await;
    }
    if let Err(status) = make_campaign(place, &first[0].signer).await {
        println!("{}: no campaigns in the mixed work ({status})", place.name);
    }
}

async fn make_campaign(place: &Place, signer: &Signer) -> Result<(), u16> {
    let body =
        br#"{"name":"Bench","status":"ACTIVE","actionTypes":["VOLUNTEER"],"multiplier":"1.5"}"#;
    let mut request = Vec::new();
    signer.post(&mut request, "/v1/partner/campaigns", body);
    match ask(place.world.server.address, &request).await {
        (201, _) => Ok(()),
        (status, _) => Err(status),
    }
}

/// Answers a second over many connections.
async fn rate(server: &Server, script: &dyn Fn() -> Box<dyn Script>, until: Until) -> f64 {
    let scripts: Vec<_> = (0..MANY).map(|_| script()).collect();
    play(server.address, scripts, until).await.per_second()
}

fn get() -> Shot {
    Shot {
        request: "GET / HTTP/1.1\r\nhost: bench\r\n\r\n".to_owned(),
        status: 200,
    }
}

/// A script whose answers are empty.
struct Unread(Submits);

impl Script for Unread {
    fn next(&mut self, request: &mut Vec<u8>) {
        self.0.next(request);
    }

    fn answered(&mut self, status: u16, _: &[u8]) -> u64 {
        assert_eq!(status, 200);
        1
    }
}

fn middle(rounds: &[Yardsticks]) -> Yardsticks {
    let of = |figure: fn(&Yardsticks) -> f64| median(rounds.iter().map(figure).collect());
    Yardsticks {
        flush: Flush {
            median_ms: of(|round| round.flush.median_ms),
            p99_ms: of(|round| round.flush.p99_ms),
        },
        empty: of(|round| round.empty),
        empty_signed: of(|round| round.empty_signed),
        pgbench: rounds[0]
            .pgbench
            .map(|_| of(|round| round.pgbench.unwrap_or(f64::NAN))),
    }
}
