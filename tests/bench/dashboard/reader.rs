//! Somebody who looks at all dashboards, and loads them again every second.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use crate::load::Connection;
use crate::signer::Signer;

const EVERY: Duration = Duration::from_secs(1);

pub(super) struct Reader {
    stop: CancellationToken,
    task: JoinHandle<u64>,
}

impl Reader {
    pub(super) fn start(address: SocketAddr, signer: &Signer, paths: &[String]) -> Self {
        let stop = CancellationToken::new();
        let (signer, paths) = (signer.clone(), paths.to_vec());
        let task = tokio::spawn(read(address, (signer, paths), stop.clone()));
        Self { stop, task }
    }

    /// Stops it, and answers how often it loaded all.
    pub(super) async fn stop(self) -> u64 {
        self.stop.cancel();
        self.task.await.expect("the reader ends well")
    }
}

async fn read(
    address: SocketAddr,
    (signer, paths): (Signer, Vec<String>),
    stop: CancellationToken,
) -> u64 {
    let mut connection = Connection::open(address).await;
    let mut ticks = interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut loads = 0;
    while !stop.is_cancelled() {
        ticks.tick().await;
        for path in &paths {
            let mut request = Vec::new();
            signer.get(&mut request, path);
            let (status, _) = connection.exchange(&request).await;
            assert_eq!(status, 200, "{path}");
        }
        loads += 1;
    }
    loads
}
