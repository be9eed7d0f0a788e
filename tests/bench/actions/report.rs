//! The tables, and the goals beside what was seen.

use super::flush::Flush;
use super::scene::{Figures, MANY, SOME, Scene};

/// The least wait of a flush that the goal for waits counts with, in
/// milliseconds.
const LEAST_FLUSH_MS: f64 = 4.0;
/// How many flushes a request may wait.
const MOST_FLUSHES: f64 = 6.0;

/// What everything is measured against.
pub(super) struct Yardsticks {
    pub(super) flush: Flush,
    /// Of the handler that does nothing, asked by a plain GET.
    pub(super) empty: f64,
    /// Of the same, sent the requests that the server is sent.
    pub(super) empty_signed: f64,
    pub(super) pgbench: Option<f64>,
}

impl Yardsticks {
    pub(super) fn print(&self) {
        let Flush { median_ms, p99_ms } = self.flush;
        println!("flush                     {median_ms:>10.3} ms median {p99_ms:>10.3} ms p99");
        println!("empty handler, GET        {:>10.0} a second", self.empty);
        println!(
            "empty handler, same calls {:>10.0} a second",
            self.empty_signed
        );
        match self.pgbench {
            Some(rate) => println!("pgbench, 32 clients       {rate:>10.0} a second"),
            None => println!("pgbench                   not measured"),
        }
    }
}

/// Prints what was seen of each scene on a database.
pub(super) fn print(name: &str, scenes: &[(Scene, Figures)], yardsticks: &Yardsticks) {
    println!(
        "\n{name:<32}{:>10}{:>9}{:>9}{:>9}{:>9}   CPU µs an action, user + system",
        "a second", "of GET", "of same", "p50 ms", "p99 ms",
    );
    for (scene, figures) in scenes {
        let part = |[user, system]: [f64; 2]| format!("{user:.0}+{system:.0}");
        let rate = figures.per_second;
        println!(
            "{:<32}{rate:>10.0}{:>9.3}{:>9.3}{:>9.2}{:>9.2}   server {} database {} load {}",
            scene.name(),
            rate / yardsticks.empty,
            rate / yardsticks.empty_signed,
            figures.median_ms,
            figures.p99_ms,
            part(figures.server_us),
            part(figures.database_us),
            part(figures.load_us),
        );
    }
}

/// Prints the goals of a database and how far each is met.
pub(super) fn print_goals(
    scenes: &[(Scene, Figures)],
    yardsticks: &Yardsticks,
    (least, pgbench, commits): (f64, Option<f64>, Option<f64>),
) {
    let of = |wanted: Scene| {
        let found = scenes.iter().find(|(scene, _)| *scene == wanted);
        found.map(|(_, figures)| *figures).expect("it was measured")
    };
    let rate = of(Scene::HotPool(MANY)).per_second;
    let goal = |name: &str, seen: f64, wanted: f64, is_met: bool| {
        let verdict = if is_met { "met" } else { "MISSED" };
        println!("  {name:<48}{seen:>10.3}   goal {wanted:>8.3}   {verdict}");
    };
    let ratio = rate / yardsticks.empty;
    goal(
        "of the empty handler, at least",
        ratio,
        least,
        ratio >= least,
    );
    if let (Some(least), Some(by)) = (pgbench, yardsticks.pgbench) {
        goal(
            "times pgbench, at least",
            rate / by,
            least,
            rate / by >= least,
        );
    }
    let wait = of(Scene::HotPool(SOME)).p99_ms;
    let most = MOST_FLUSHES * yardsticks.flush.median_ms.max(LEAST_FLUSH_MS);
    goal(
        "p99 at 32 connections in ms, at most",
        wait,
        most,
        wait <= most,
    );
    match commits {
        Some(commits) => goal("commits of an idle action", commits, 1.0, commits <= 1.0),
        None => println!("  commits of an idle action could not be counted"),
    }
}
