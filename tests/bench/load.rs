//! Load: connections that send the same request again and again.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// The largest answer, in bytes.
const MAX_ANSWER: usize = 64 * 1024;

/// One request, as it goes over the wire, and the status that it must have.
#[derive(Clone, Debug)]
pub(crate) struct Shot {
    pub(crate) address: SocketAddr,
    pub(crate) request: String,
    pub(crate) status: u16,
}

/// Answers a second, with so many connections, for so long.
pub(crate) async fn rate(shot: &Shot, connections: usize, time: Duration) -> f64 {
    let started = Instant::now();
    let mut tasks = JoinSet::new();
    for _ in 0..connections {
        tasks.spawn(send(shot.clone(), started + time));
    }
    let answers: u64 = tasks.join_all().await.into_iter().sum();
    #[expect(clippy::cast_precision_loss, reason = "a count of answers")]
    let answers = answers as f64;
    answers / started.elapsed().as_secs_f64()
}

/// Sends over one connection until the end, and answers how often.
async fn send(shot: Shot, end: Instant) -> u64 {
    let mut stream = TcpStream::connect(shot.address)
        .await
        .expect("the server listens");
    stream.set_nodelay(true).expect("a TCP connection");
    let mut buffer = vec![0; MAX_ANSWER];
    let mut count = 0;
    while Instant::now() < end {
        stream
            .write_all(shot.request.as_bytes())
            .await
            .expect("the server reads");
        let status = read_answer(&mut stream, &mut buffer).await;
        assert_eq!(status, shot.status, "{}", shot.request);
        count += 1;
    }
    count
}

/// Reads one whole answer, and answers its status.
async fn read_answer(stream: &mut TcpStream, buffer: &mut [u8]) -> u16 {
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
        if length >= head + 4 + body {
            return text[9..12].parse().expect("a status");
        }
    }
}
