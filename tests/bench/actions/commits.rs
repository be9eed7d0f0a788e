//! How many durable commits one action costs when nothing else goes on.

use std::path::Path;

use crate::load::{Until, float, play};
use crate::postgres::Postgres;
use crate::scripts::Submits;
use crate::world::World;

/// Actions one after the other.
const ACTIONS: u64 = 10;
/// By the commits in PostgreSQL's log.
pub(super) async fn on_postgres(postgres: &Postgres, world: &World) -> Option<f64> {
    // Installed before anything is counted: that is a commit too.
    let place = postgres.end_of_log().await;
    postgres.commits_since(&place).await?;
    let place = postgres.end_of_log().await;
    act(world).await;
    let commits = postgres.commits_since(&place).await?;
    Some(float(u64::try_from(commits).expect("a count")) / float(ACTIONS))
}

/// By the frames of SQLite's log that end a commit.
pub(super) async fn on_sqlite(world: &World, database: &Path) -> Option<f64> {
    let log = database.with_extension("db-wal");
    loop {
        let before = count(&log);
        act(world).await;
        let after = count(&log);
        // Another salt is another log: the first one was full and began anew.
        if before.salt == after.salt {
            return Some(float(after.commits - before.commits) / float(ACTIONS));
        }
    }
}

async fn act(world: &World) {
    let scripts = vec![Submits::new(&world.tenants)];
    play(world.server.address, scripts, Until::requests(ACTIONS)).await;
}

struct Log {
    salt: [u8; 8],
    commits: u64,
}

/// Reads the log's frames, as <https://www.sqlite.org/fileformat2.html#walformat>
/// lays them out.
fn count(log: &Path) -> Log {
    const HEAD: usize = 32;
    const FRAME_HEAD: usize = 24;
    let bytes = std::fs::read(log).expect("a log");
    let number = |from: usize| {
        let four = bytes[from..from + 4].try_into().expect("four bytes");
        u32::from_be_bytes(four)
    };
    let salt: [u8; 8] = bytes[16..24].try_into().expect("eight bytes");
    let page = usize::try_from(number(8)).expect("a size");
    let frames = (HEAD..bytes.len()).step_by(FRAME_HEAD + page);
    let commits = frames
        .take_while(|frame| bytes.get(frame + 8..frame + 16) == Some(&salt))
        .filter(|frame| number(frame + 4) > 0)
        .count();
    Log {
        salt,
        commits: u64::try_from(commits).expect("a count"),
    }
}
