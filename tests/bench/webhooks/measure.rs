//! How fast events arrive: as many as go, or so many a second.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval, sleep, timeout};

use super::audience::Audience;
use super::receiver::{Ages, Arrivals, Manner, open};
use crate::load::{Connection, Script, float};
use crate::scripts::{Bulks, Submits};

/// The deliveries that may be owed before no more events are made.
const MOST_OWED: u64 = 4_000;
/// How long to wait when so many are owed.
const OWED_WAIT: Duration = Duration::from_millis(2);
/// Who makes events by the hundred, and who makes them one by one.
const BULK_CONNECTIONS: usize = 2;
const CONNECTIONS: u32 = 16;
/// How long the last deliveries may take.
const DRAIN: Duration = Duration::from_mins(1);
/// The posts of the bare client that are under way at a time.
const BARE: usize = 64;
/// A body as long as that of an event.
const BODY: &str = r#"{"id":"evt_0123456789abcdefghijkl","type":"action.completed","createdAt":"2026-05-10T09:12:00.000Z","data":{"actionId":"0123456789abcdef01234567","idempotencyKey":"bench-1-1","actionType":"PURCHASE","status":"COMPLETED","tokensDistributed":50,"transactionIds":["0123456789abcdef01234567"]}}"#;

/// Deliveries a second while events are made as fast as they are delivered.
pub(super) async fn sustained(audience: &Audience, time: Duration) -> f64 {
    let before = audience.arrivals.count();
    let started = Instant::now();
    let made = Arc::new(std::sync::atomic::AtomicU64::new(before));
    let mut makers = JoinSet::new();
    for _ in 0..BULK_CONNECTIONS {
        let maker = Maker {
            arrivals: audience.arrivals.clone(),
            made: made.clone(),
            receivers: audience.receivers,
            until: started + time,
        };
        let bulks = Bulks::new(&audience.tenants);
        let connection = Connection::open(audience.server).await;
        makers.spawn(maker.run(bulks, connection));
    }
    sleep(time).await;
    let arrived = audience.arrivals.count() - before;
    let rate = float(arrived) / started.elapsed().as_secs_f64();
    while let Some(made) = makers.join_next().await {
        made.expect("the connection lasts");
    }
    drain(
        audience,
        made.load(std::sync::atomic::Ordering::Relaxed) - before,
        before,
    )
    .await;
    rate
}

struct Maker {
    arrivals: Arc<Arrivals>,
    /// The deliveries that all makers have caused.
    made: Arc<std::sync::atomic::AtomicU64>,
    receivers: u64,
    until: Instant,
}

impl Maker {
    async fn run(self, mut bulks: Bulks, mut connection: Connection) {
        use std::sync::atomic::Ordering::Relaxed;
        let mut request = Vec::new();
        while Instant::now() < self.until {
            if self.made.load(Relaxed) > self.arrivals.count() + MOST_OWED {
                sleep(OWED_WAIT).await;
                continue;
            }
            request.clear();
            bulks.next(&mut request);
            let (status, body) = connection.exchange(&request).await;
            let actions = bulks.answered(status, body);
            self.made.fetch_add(actions * self.receivers, Relaxed);
        }
    }
}

/// What was seen at a steady rate of events.
pub(super) struct Steady {
    pub(super) ages: Ages,
    /// How long the calls took that made them, in milliseconds: of half of them,
    /// and of 99 of 100.
    pub(super) submit_ms: [f64; 2],
}

/// Makes so many events a second, one a call, and waits for the deliveries.
pub(super) async fn steady(audience: &Audience, per_second: f64, time: Duration) -> Steady {
    audience.arrivals.take();
    let before = audience.arrivals.count();
    let started = Instant::now();
    let every = Duration::from_secs_f64(f64::from(CONNECTIONS) / per_second);
    let mut makers = JoinSet::new();
    for number in 0..CONNECTIONS {
        let submits = Submits::new(&audience.tenants);
        let connection = Connection::open(audience.server).await;
        let first = every * number / CONNECTIONS;
        makers.spawn(async move {
            sleep(first).await;
            submit_steadily(submits, connection, (every, started + time)).await
        });
    }
    let mut waits = Vec::new();
    while let Some(more) = makers.join_next().await {
        waits.append(&mut more.expect("the connection lasts"));
    }
    let events = u64::try_from(waits.len()).expect("a count");
    drain(audience, events * audience.receivers, before).await;
    waits.sort_by(f64::total_cmp);
    let place = |percent| waits[(waits.len() - 1) * percent / 100];
    Steady {
        ages: audience.arrivals.take(),
        submit_ms: [place(50), place(99)],
    }
}

async fn submit_steadily(
    mut submits: Submits,
    mut connection: Connection,
    (every, until): (Duration, Instant),
) -> Vec<f64> {
    let mut tick = interval(every);
    tick.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let (mut request, mut waits) = (Vec::new(), Vec::new());
    while Instant::now() < until {
        tick.tick().await;
        request.clear();
        submits.next(&mut request);
        let since = Instant::now();
        let (status, body) = connection.exchange(&request).await;
        submits.answered(status, body);
        waits.push(since.elapsed().as_secs_f64() * 1e3);
    }
    waits
}

/// Waits until so many have arrived since there were `before`.
async fn drain(audience: &Audience, count: u64, before: u64) {
    let arrived = async {
        while audience.arrivals.count() < before + count {
            sleep(OWED_WAIT).await;
        }
    };
    if timeout(DRAIN, arrived).await.is_err() {
        let missing = before + count - audience.arrivals.count();
        println!(
            "  {missing} deliveries are missing after {} s",
            DRAIN.as_secs()
        );
    }
}

/// Posts a second of the bare HTTP client to a receiver of the same kind.
pub(super) async fn bare_client(time: Duration) -> f64 {
    let arrivals = Arc::new(Arrivals::default());
    let url = format!("http://{}/hooks", open(&arrivals, Manner::Answers).await);
    let client = reqwest::Client::builder().no_proxy().build();
    let client = client.expect("a client");
    let until = Instant::now() + time;
    let mut posters = JoinSet::new();
    for _ in 0..BARE {
        let (client, url) = (client.clone(), url.clone());
        posters.spawn(async move {
            while Instant::now() < until {
                let sent = client.post(&url).body(BODY).send().await;
                sent.expect("an answer");
            }
        });
    }
    while let Some(ended) = posters.join_next().await {
        ended.expect("the client lasts");
    }
    float(arrivals.count()) / time.as_secs_f64()
}
