//! Load: connections that send one request after the other, and how long each
//! waited for its answer.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// The largest answer, in bytes.
const MAX_ANSWER: usize = 256 * 1024;

/// What one connection sends.
pub(crate) trait Script: Send + 'static {
    /// Writes the next request, as it goes over the wire.
    fn next(&mut self, request: &mut Vec<u8>);

    /// Takes the answer, and says how much was done.
    fn answered(&mut self, status: u16, body: &[u8]) -> u64;
}

impl Script for Box<dyn Script> {
    fn next(&mut self, request: &mut Vec<u8>) {
        self.as_mut().next(request);
    }

    fn answered(&mut self, status: u16, body: &[u8]) -> u64 {
        self.as_mut().answered(status, body)
    }
}

/// The same request again and again, and the status that it must have.
#[derive(Clone, Debug)]
pub(crate) struct Shot {
    pub(crate) request: String,
    pub(crate) status: u16,
}

impl Script for Shot {
    fn next(&mut self, request: &mut Vec<u8>) {
        request.extend_from_slice(self.request.as_bytes());
    }

    fn answered(&mut self, status: u16, _: &[u8]) -> u64 {
        assert_eq!(status, self.status, "{}", self.request);
        1
    }
}

/// When a connection is done: whichever comes first.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Until {
    time: Duration,
    requests: u64,
}

impl Until {
    pub(crate) fn time(time: Duration) -> Self {
        Self {
            time,
            requests: u64::MAX,
        }
    }

    pub(crate) fn requests(requests: u64) -> Self {
        Self {
            time: Duration::MAX,
            requests,
        }
    }

    pub(crate) fn within(self, time: Duration) -> Self {
        Self { time, ..self }
    }
}

/// What all connections did together.
#[derive(Debug)]
pub(crate) struct Measured {
    pub(crate) done: u64,
    pub(crate) time: Duration,
    /// Of each request, in microseconds, shortest first.
    waits: Vec<u32>,
}

impl Measured {
    pub(crate) fn per_second(&self) -> f64 {
        float(self.done) / self.time.as_secs_f64()
    }

    /// The wait, in milliseconds, that so many of a hundred requests did not
    /// exceed.
    pub(crate) fn percentile_ms(&self, percent: usize) -> f64 {
        let last = self.waits.len().saturating_sub(1);
        let wait = self.waits.get(last * percent / 100);
        wait.map_or(f64::NAN, |wait| f64::from(*wait) / 1e3)
    }
}

#[expect(clippy::cast_precision_loss, reason = "a count that is shown rounded")]
pub(crate) fn float(count: u64) -> f64 {
    count as f64
}

/// The one in the middle.
pub(crate) fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

/// Plays each script over a connection of its own.
pub(crate) async fn play<S: Script>(
    address: SocketAddr,
    scripts: Vec<S>,
    until: Until,
) -> Measured {
    let started = Instant::now();
    let mut tasks = JoinSet::new();
    for script in scripts {
        tasks.spawn(converse(address, script, until));
    }
    let (mut done, mut waits) = (0, Vec::new());
    while let Some(talk) = tasks.join_next().await {
        let (part, mut more) = talk.expect("the connection lasts");
        done += part;
        waits.append(&mut more);
    }
    let time = started.elapsed();
    waits.sort_unstable();
    Measured { done, time, waits }
}

/// Sends one request by itself: the status and the body of its answer.
pub(crate) async fn ask(address: SocketAddr, request: &[u8]) -> (u16, String) {
    let mut connection = Connection::open(address).await;
    let (status, body) = connection.exchange(request).await;
    (status, String::from_utf8_lossy(body).into_owned())
}

/// A connection that is kept.
pub(crate) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    pub(crate) async fn open(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address)
            .await
            .expect("the server listens");
        stream.set_nodelay(true).expect("a TCP connection");
        Self {
            stream,
            buffer: vec![0; MAX_ANSWER],
        }
    }

    /// Sends a request, and reads its answer: the status and the body.
    pub(crate) async fn exchange(&mut self, request: &[u8]) -> (u16, &[u8]) {
        let sent = self.stream.write_all(request).await;
        sent.expect("the server reads");
        read_answer(&mut self.stream, &mut self.buffer).await
    }
}

async fn converse<S: Script>(address: SocketAddr, mut script: S, until: Until) -> (u64, Vec<u32>) {
    let started = Instant::now();
    let mut connection = Connection::open(address).await;
    let mut request = Vec::new();
    let (mut sent, mut done, mut waits) = (0, 0, Vec::new());
    while sent < until.requests && started.elapsed() < until.time {
        request.clear();
        script.next(&mut request);
        let since = Instant::now();
        let (status, body) = connection.exchange(&request).await;
        waits.push(u32::try_from(since.elapsed().as_micros()).unwrap_or(u32::MAX));
        done += script.answered(status, body);
        sent += 1;
    }
    (done, waits)
}

/// Reads one whole answer: its status and its body.
async fn read_answer<'a>(stream: &mut TcpStream, buffer: &'a mut [u8]) -> (u16, &'a [u8]) {
    let mut length = 0;
    loop {
        let read = stream
            .read(&mut buffer[length..])
            .await
            .expect("the server answers");
        assert!(read > 0, "the server closed the connection");
        length += read;
        let Some(head) = buffer[..length]
            .windows(4)
            .position(|part| part == b"\r\n\r\n")
        else {
            continue;
        };
        let text = std::str::from_utf8(&buffer[..head]).expect("a head is ASCII");
        let body = text
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "))
            .map_or(0, |value| value.parse::<usize>().expect("a length"));
        let end = head + 4 + body;
        if length >= end {
            let status = text[9..12].parse().expect("a status");
            return (status, &buffer[head + 4..end]);
        }
    }
}
