//! What is measured of each database, and the figures of one measurement.

use std::sync::Arc;

use crate::load::{Script, Until, float, median, play};
use crate::postgres::Postgres;
use crate::process::Cpu;
use crate::scripts::{Bulks, Mixed, Submits};
use crate::world::World;

/// The number of connections at which throughput has its goal.
pub(super) const MANY: usize = 256;
/// The number of connections at which the wait has its goal.
pub(super) const SOME: usize = 32;

/// What is sent, and over how many connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scene {
    /// One action a request, all from one pool.
    HotPool(usize),
    /// The same, from the pools of all partners.
    Partners,
    Mixed,
    Bulk,
}

impl Scene {
    pub(super) const ALL: [Self; 6] = [
        Self::HotPool(1),
        Self::HotPool(SOME),
        Self::HotPool(MANY),
        Self::Mixed,
        Self::Partners,
        Self::Bulk,
    ];

    pub(super) fn name(self) -> String {
        match self {
            Self::HotPool(connections) => format!("one pool, {connections} connections"),
            Self::Partners => format!("1,000 partners, {MANY} connections"),
            Self::Mixed => format!("mixed work, {MANY} connections"),
            Self::Bulk => "bulk of 100, 8 connections".to_owned(),
        }
    }

    fn connections(self) -> usize {
        match self {
            Self::HotPool(connections) => connections,
            Self::Partners | Self::Mixed => MANY,
            Self::Bulk => 8,
        }
    }

    fn script(self, world: &World) -> Box<dyn Script> {
        match self {
            Self::HotPool(_) => Box::new(Submits::new(&world.first())),
            Self::Partners => Box::new(Submits::new(&world.tenants)),
            Self::Mixed => Box::new(Mixed::new(&world.first())),
            Self::Bulk => Box::new(Bulks::new(&world.first())),
        }
    }

    /// Plays the scene.
    pub(super) async fn measure(self, place: &Place, until: Until) -> Figures {
        let before = place.cpu();
        let connections = 0..self.connections();
        let scripts = connections
            .map(|_| self.script(&place.world))
            .collect::<Vec<_>>();
        let measured = play(place.world.server.address, scripts, until).await;
        let [server, database, load] = place.cpu();
        let each = |after: Cpu, before: Cpu| {
            let spent = after.since(before);
            let micros = |seconds: f64| seconds * 1e6 / float(measured.done);
            [micros(spent.user), micros(spent.system)]
        };
        Figures {
            per_second: measured.per_second(),
            median_ms: measured.percentile_ms(50),
            p99_ms: measured.percentile_ms(99),
            server_us: each(server, before[0]),
            database_us: each(database, before[1]),
            load_us: each(load, before[2]),
        }
    }
}

/// A world on one of the two databases.
pub(super) struct Place {
    pub(super) name: &'static str,
    pub(super) world: World,
    /// None on SQLite, which is part of the server.
    pub(super) postgres: Option<Arc<Postgres>>,
}

impl Place {
    /// The server's, the database's and the load's.
    fn cpu(&self) -> [Cpu; 3] {
        let database = self.postgres.as_ref().map(|postgres| postgres.cpu());
        [
            self.world.server.cpu(),
            database.unwrap_or_default(),
            Cpu::of_this_process(),
        ]
    }
}

/// What was seen of a scene: the processor time is user's and system's, in
/// microseconds an action.
#[derive(Clone, Copy, Debug)]
pub(super) struct Figures {
    pub(super) per_second: f64,
    pub(super) median_ms: f64,
    pub(super) p99_ms: f64,
    pub(super) server_us: [f64; 2],
    pub(super) database_us: [f64; 2],
    pub(super) load_us: [f64; 2],
}

impl Figures {
    /// Of each figure the middle one of all rounds.
    pub(super) fn middle(rounds: &[Self]) -> Self {
        let of = |figure: fn(&Self) -> f64| median(rounds.iter().map(figure).collect());
        Self {
            per_second: of(|round| round.per_second),
            median_ms: of(|round| round.median_ms),
            p99_ms: of(|round| round.p99_ms),
            server_us: [
                of(|round| round.server_us[0]),
                of(|round| round.server_us[1]),
            ],
            database_us: [
                of(|round| round.database_us[0]),
                of(|round| round.database_us[1]),
            ],
            load_us: [of(|round| round.load_us[0]), of(|round| round.load_us[1])],
        }
    }
}
