//! The directory of nonprofits at its full size, on both databases: how fast it is
//! imported and in how much memory, how soon a server is ready beside it, and how long
//! searches take.

mod names;

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use self::names::{Names, write_extract};
use crate::load::{Script, Until, ask, float, play};
use crate::postgres::Postgres;
use crate::process::{Server, memory_mb};

const GOAL_MEMORY_MB: f64 = 256.0;
const GOAL_SEARCH_MS: f64 = 50.0;
const GOAL_READY_S: f64 = 2.0;
/// Connections that search at the same time, and how often each does.
const CONNECTIONS: u64 = 4;
const SEARCHES: u64 = 500;
const PATIENCE: Duration = Duration::from_mins(1);
/// How often the memory of the import is looked at.
const LOOK: Duration = Duration::from_millis(20);

struct Wish {
    rows: u64,
}

impl Wish {
    fn read(arguments: &[String]) -> Result<Self, String> {
        let mut wish = Self { rows: 1_900_000 };
        let mut words = arguments.iter();
        while let Some(word) = words.next() {
            match word.as_str() {
                "--rows" => {
                    let number = words.next().and_then(|text| text.parse().ok());
                    wish.rows = number.ok_or("--rows takes a number")?;
                }
                // Cargo adds it.
                "--bench" => {}
                other => return Err(format!("no {other}; there is: --rows NUMBER")),
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
    let extract = folder.path().join("extract.csv");
    let bytes = write_extract(&extract, wish.rows);
    println!("{} rows, {:.0} MB", wish.rows, float(bytes) / 1e6);
    let files = folder.path().join("sqlite");
    let url = format!("sqlite:{}", files.join("giving.db").display());
    let scene = Scene {
        url,
        folder: &files,
        extract: &extract,
        rows: wish.rows,
    };
    scene.measure("SQLite").await;
    match Postgres::find().await {
        Some(postgres) => {
            let url = postgres.create("giving_organizations").await;
            let files = folder.path().join("postgres");
            let scene = Scene {
                url,
                folder: &files,
                extract: &extract,
                rows: wish.rows,
            };
            scene.measure("PostgreSQL").await;
        }
        None => println!("no PostgreSQL: `cargo xtask bench organizations` brings one"),
    }
}

struct Scene<'a> {
    url: String,
    folder: &'a Path,
    extract: &'a Path,
    rows: u64,
}

impl Scene<'_> {
    async fn measure(&self, name: &str) {
        println!("\n{name}");
        // The first start makes the database and the demo's keys.
        drop(self.serve());
        self.import("imported");
        self.import("imported again");
        let started = Instant::now();
        let server = self.serve();
        let ready = started.elapsed().as_secs_f64();
        show(
            "seconds until the server is ready",
            ready,
            Some(GOAL_READY_S),
        );
        let searcher = Searcher::of(self.folder);
        let request = searcher.request("american");
        // Busy as long as the directory is still being read.
        while ask(server.address, request.as_bytes()).await.0 != 200 {
            assert!(started.elapsed() < PATIENCE, "the directory is read");
        }
        let first = started.elapsed().as_secs_f64();
        show("seconds until the first search is answered", first, None);
        let memory = server.memory_mb();
        show("MB that the server has with the directory", memory, None);
        println!(
            "{:<50}{:>10}{:>10}",
            "milliseconds of a search", "median", "p99"
        );
        for (kind, queries) in kinds(self.rows) {
            let measured = searcher.play(server.address, &queries).await;
            let (middle, worst) = measured;
            let verdict = if worst <= GOAL_SEARCH_MS {
                "met"
            } else {
                "MISSED"
            };
            println!("{kind:<50}{middle:>10.2}{worst:>10.2}   goal {GOAL_SEARCH_MS}   {verdict}");
        }
        show("MB that the server has after it", server.memory_mb(), None);
    }

    fn settings(&self) -> [(&'static str, String); 4] {
        let limit = u32::MAX.to_string();
        [
            ("GIVING_DATABASE", self.url.clone()),
            ("GIVING_DATA_DIR", self.folder.display().to_string()),
            ("GIVING_RATE_LIMIT_STANDARD", limit.clone()),
            ("GIVING_RATE_LIMIT_WIDGET_ADDRESS", limit),
        ]
    }

    fn serve(&self) -> Server {
        let settings = self.settings();
        let settings: Vec<_> = settings
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        Server::start(&["serve", "--demo", "--listen", "127.0.0.1:0"], &settings)
    }

    fn import(&self, what: &str) {
        let program = std::env::current_exe().expect("this program");
        let started = Instant::now();
        let mut process = Command::new(program)
            .args(["organizations", "import"])
            .arg(self.extract)
            .env_clear()
            .envs(self.settings())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .expect("the import starts");
        let mut most: f64 = 0.0;
        let status = loop {
            most = most.max(memory_mb(process.id(), "VmHWM:"));
            if let Some(status) = process.try_wait().expect("a process") {
                break status;
            }
            std::thread::sleep(LOOK);
        };
        assert!(status.success(), "the import ends well");
        let rate = float(self.rows) / started.elapsed().as_secs_f64();
        show(&format!("rows {what} a second"), rate, None);
        show("MB of memory at most", most, Some(GOAL_MEMORY_MB));
    }
}

fn show(what: &str, figure: f64, goal: Option<f64>) {
    let goal = goal.map_or(String::new(), |goal| {
        let verdict = if figure <= goal { "met" } else { "MISSED" };
        format!("   goal {goal}   {verdict}")
    });
    println!("{what:<50}{figure:>10.1}{goal}");
}

/// What is searched for, by kind; at last all kinds together.
fn kinds(rows: u64) -> Vec<(&'static str, Vec<String>)> {
    let sample = || (0..200).map(|place| Names::nonprofit(place * rows / 200));
    let words = |name: &str, count| {
        let words: Vec<_> = name.split(' ').take(count).collect();
        words.join(" ")
    };
    let swapped = |name: &str| {
        let mut letters: Vec<char> = name.chars().collect();
        letters.swap(2, 3);
        letters.into_iter().collect::<String>()
    };
    let list = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    let mut kinds = vec![
        ("a name", sample().map(|it| it.name).collect::<Vec<_>>()),
        (
            "the beginning of a name",
            sample()
                .map(|it| it.name.chars().take(9).collect())
                .collect(),
        ),
        ("two words", sample().map(|it| words(&it.name, 2)).collect()),
        (
            "a name with a typo",
            sample().map(|it| swapped(&it.name)).collect(),
        ),
        (
            "an EIN",
            sample()
                .map(|it| format!("{}-{}", &it.ein[..2], &it.ein[2..]))
                .collect(),
        ),
        (
            "a slug",
            sample()
                .map(|it| it.name.to_lowercase().replace(' ', "-"))
                .collect(),
        ),
        (
            "common words",
            list(&[
                "foundation",
                "of",
                "the",
                "church",
                "american foundation",
                "friends of the church",
                "school foundation inc",
                "community",
                "inc",
                "f",
                "s",
                "fo",
                "chu",
            ]),
        ),
        (
            "nothing that is there",
            list(&[
                "zzqqxy",
                "qwrtpsdfg",
                "000000000",
                "no such nonprofit qqq",
                "xkcdxkcdxkcd",
            ]),
        ),
    ];
    let all = (0..50).flat_map(|place| {
        kinds
            .iter()
            .map(move |(_, it)| it[place % it.len()].clone())
    });
    let all = all.collect();
    kinds.push(("all of them mixed", all));
    kinds
}

/// Who searches, with the key of the demo.
struct Searcher {
    key: String,
}

impl Searcher {
    fn of(folder: &Path) -> Self {
        let file = std::fs::read(folder.join("demo-credentials.json")).expect("credentials");
        let credentials: serde_json::Value = serde_json::from_slice(&file).expect("JSON");
        let key = credentials["publicKey"].as_str().expect("a key");
        Self {
            key: key.to_owned(),
        }
    }

    fn request(&self, query: &str) -> String {
        let query = utf8_percent_encode(query, NON_ALPHANUMERIC);
        let key = &self.key;
        format!(
            "GET /v1/partner/organizations?query={query} HTTP/1.1\r\nhost: bench\r\nx-partner-key: {key}\r\n\r\n"
        )
    }

    /// The median and the 99th percentile, in milliseconds.
    async fn play(&self, address: std::net::SocketAddr, queries: &[String]) -> (f64, f64) {
        let requests: Vec<_> = queries.iter().map(|query| self.request(query)).collect();
        let step = requests.len() / 3 + 1;
        let searches = |number: u64| Searches {
            requests: requests.clone(),
            next: usize::try_from(number).unwrap_or(0) * step,
        };
        let scripts = (0..CONNECTIONS).map(searches).collect();
        let until = Until::requests(SEARCHES).within(PATIENCE);
        let measured = play(address, scripts, until).await;
        (measured.percentile_ms(50), measured.percentile_ms(99))
    }
}

/// One search after the other.
struct Searches {
    requests: Vec<String>,
    next: usize,
}

impl Script for Searches {
    fn next(&mut self, request: &mut Vec<u8>) {
        let place = self.next % self.requests.len();
        request.extend_from_slice(self.requests[place].as_bytes());
        self.next += 1;
    }

    fn answered(&mut self, status: u16, body: &[u8]) -> u64 {
        assert_eq!(status, 200, "{}", String::from_utf8_lossy(body));
        1
    }
}
