//! Receivers of webhooks: each a port of its own, which answers 200 at once or
//! never, and notes how old each event is when it arrives.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use shared::time::Timestamp;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// The largest message, in bytes.
const MAX_MESSAGE: usize = 16 * 1024;
const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";

/// What has come to a group of receivers.
#[derive(Debug, Default)]
pub(super) struct Arrivals {
    count: AtomicU64,
    /// From the time of the event, which is taken before its commit, to its
    /// arrival, in milliseconds.
    ages: Mutex<Vec<u32>>,
}

impl Arrivals {
    pub(super) fn count(&self) -> u64 {
        self.count.load(Ordering::Relaxed)
    }

    /// Forgets the ages so far, and answers them, shortest first.
    pub(super) fn take(&self) -> Ages {
        let mut ages = self.ages.lock().unwrap_or_else(PoisonError::into_inner);
        let mut ages = std::mem::take(&mut *ages);
        ages.sort_unstable();
        Ages(ages)
    }

    fn note(&self, body: &[u8]) {
        self.count.fetch_add(1, Ordering::Relaxed);
        let Some(age) = age(body) else { return };
        let mut ages = self.ages.lock().unwrap_or_else(PoisonError::into_inner);
        ages.push(age);
    }
}

/// How old events were when they came, shortest first.
pub(super) struct Ages(Vec<u32>);

impl Ages {
    pub(super) fn count(&self) -> usize {
        self.0.len()
    }

    /// What so many of a hundred did not exceed, in milliseconds.
    pub(super) fn percentile_ms(&self, percent: usize) -> f64 {
        let last = self.0.len().saturating_sub(1);
        let age = self.0.get(last * percent / 100);
        age.map_or(f64::NAN, |age| f64::from(*age))
    }
}

fn age(body: &[u8]) -> Option<u32> {
    let text = std::str::from_utf8(body).ok()?;
    let (_, rest) = text.split_once(r#""createdAt":""#)?;
    let told = Timestamp::parse(rest.split('"').next()?)?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).ok()?;
    let now = i64::try_from(now.as_millis()).ok()?;
    u32::try_from((now - told.0).max(0)).ok()
}

/// What a receiver does with a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Manner {
    Answers,
    Hangs,
}

/// Opens a receiver, and answers where it is.
pub(super) async fn open(arrivals: &Arc<Arrivals>, manner: Manner) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let arrivals = arrivals.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let arrivals = arrivals.clone();
            tokio::spawn(async move { receive(stream, &arrivals, manner).await });
        }
    });
    address
}

/// Takes the messages of one connection, until it ends.
async fn receive(mut stream: TcpStream, arrivals: &Arrivals, manner: Manner) {
    let mut buffer = vec![0; MAX_MESSAGE];
    let mut length = 0;
    loop {
        match stream.read(&mut buffer[length..]).await {
            Ok(0) | Err(_) => return,
            Ok(read) => length += read,
        }
        let Some(end) = end_of_message(&buffer[..length]) else {
            continue;
        };
        if manner == Manner::Hangs {
            std::future::pending::<()>().await;
        }
        arrivals.note(&buffer[..end]);
        // One message at a time: the next comes after the answer.
        length = 0;
        if stream.write_all(ANSWER).await.is_err() {
            return;
        }
    }
}

fn end_of_message(bytes: &[u8]) -> Option<usize> {
    let head = bytes.windows(4).position(|part| part == b"\r\n\r\n")?;
    let text = std::str::from_utf8(&bytes[..head]).ok()?;
    let length = text.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        let is_length = name.eq_ignore_ascii_case("content-length");
        is_length.then(|| value.trim().parse::<usize>().ok())?
    });
    let end = head + 4 + length.unwrap_or(0);
    (bytes.len() >= end).then_some(end)
}
