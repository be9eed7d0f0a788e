//! A partner's server that receives webhooks: it keeps what it is sent, and does
//! with each what a test has told it to.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use http::{HeaderMap, HeaderName};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::patiently;

/// What the sink does with a message.
#[derive(Clone, Debug)]
pub(crate) enum Reaction {
    Answer(u16),
    /// With a header, as it is written.
    AnswerWith(u16, String),
    /// Never answers.
    Hang,
    /// Closes the connection without a word.
    Reset,
    /// Answers 200, and then so many bytes of body.
    Flood(usize),
}

/// A message that came in.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub(crate) head: String,
    /// By their names in lower case; those of one name between commas.
    pub(crate) headers: HashMap<String, String>,
    pub(crate) body: String,
    pub(crate) reaction: u16,
}

impl Message {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// The headers of Standard Webhooks, for its libraries.
    pub(crate) fn header_map(&self) -> HeaderMap {
        let names = ["webhook-id", "webhook-timestamp", "webhook-signature"];
        let header = |name: &'static str| {
            let value = self.headers[name].parse().unwrap();
            (HeaderName::from_static(name), value)
        };
        names.into_iter().map(header).collect()
    }

    pub(crate) fn event_id(&self) -> String {
        self.json()["id"].as_str().unwrap().to_owned()
    }

    pub(crate) fn event_type(&self) -> String {
        self.json()["type"].as_str().unwrap().to_owned()
    }
}

type React = dyn Fn(usize, &str) -> Reaction + Send + Sync;

struct Kept {
    messages: Mutex<Vec<Message>>,
    count: watch::Sender<usize>,
    react: Mutex<Arc<React>>,
}

pub(crate) struct Sink {
    pub(crate) url: String,
    kept: Arc<Kept>,
    task: JoinHandle<()>,
}

impl Drop for Sink {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Sink {
    /// One that answers 200 to everything.
    pub(crate) async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hooks?a=b", listener.local_addr().unwrap());
        let react: Arc<React> = Arc::new(|_, _| Reaction::Answer(200));
        let kept = Arc::new(Kept {
            messages: Mutex::default(),
            count: watch::Sender::new(0),
            react: Mutex::new(react),
        });
        let answering = kept.clone();
        let task = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let kept = answering.clone();
                tokio::spawn(async move {
                    let _ = talk(&kept, stream).await;
                });
            }
        });
        Self { url, kept, task }
    }

    /// From now on, each message is treated as `react` says from its number and
    /// its body.
    pub(crate) fn react(&self, react: impl Fn(usize, &str) -> Reaction + Send + Sync + 'static) {
        *self.kept.react.lock().unwrap() = Arc::new(react);
    }

    pub(crate) fn answer(&self, status: u16) {
        self.react(move |_, _| Reaction::Answer(status));
    }

    pub(crate) fn messages(&self) -> Vec<Message> {
        self.kept.messages.lock().unwrap().clone()
    }

    /// The messages, as soon as there are so many.
    pub(crate) async fn received(&self, count: usize) -> Vec<Message> {
        self.until(|messages| messages.len() >= count).await
    }

    /// The messages, as soon as they are what a test waits for.
    pub(crate) async fn until(&self, is_all: impl Fn(&[Message]) -> bool) -> Vec<Message> {
        let mut count = self.kept.count.subscribe();
        let wait = async {
            loop {
                let messages = self.messages();
                if is_all(&messages) {
                    return messages;
                }
                count.changed().await.unwrap();
            }
        };
        let came = || format!("other messages than {}", self.messages().len());
        patiently(wait, came).await
    }

    /// The messages about an event, in the order in which they came.
    pub(crate) fn of_event(&self, id: &str) -> Vec<Message> {
        let mut messages = self.messages();
        messages.retain(|message| message.event_id() == id);
        messages
    }
}

/// Answers the messages of one connection.
async fn talk(kept: &Kept, stream: TcpStream) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    loop {
        let mut head = String::new();
        if stream.read_line(&mut head).await? == 0 {
            return Ok(());
        }
        let mut headers: HashMap<String, String> = HashMap::new();
        loop {
            let mut line = String::new();
            stream.read_line(&mut line).await?;
            let Some((name, value)) = line.trim_end().split_once(':') else {
                break;
            };
            let value = value.trim();
            let join = |known: &mut String| *known = format!("{known},{value}");
            headers
                .entry(name.to_ascii_lowercase())
                .and_modify(join)
                .or_insert_with(|| value.to_owned());
        }
        let length = headers["content-length"].parse().unwrap();
        let mut body = vec![0; length];
        stream.read_exact(&mut body).await?;
        let body = String::from_utf8(body).unwrap();
        let react = kept.react.lock().unwrap().clone();
        let number = kept.messages.lock().unwrap().len();
        let reaction = react(number, &body);
        let message = Message {
            head: head.trim_end().to_owned(),
            headers,
            body,
            reaction: match &reaction {
                Reaction::Answer(status) | Reaction::AnswerWith(status, _) => *status,
                Reaction::Flood(_) => 200,
                Reaction::Hang | Reaction::Reset => 0,
            },
        };
        let count = {
            let mut messages = kept.messages.lock().unwrap();
            messages.push(message);
            messages.len()
        };
        let told = || kept.count.send_replace(count);
        match reaction {
            Reaction::Answer(status) => {
                let text = format!("HTTP/1.1 {status} X\r\ncontent-length: 2\r\n\r\nok");
                told();
                stream.write_all(text.as_bytes()).await?;
            }
            Reaction::AnswerWith(status, header) => {
                let text = format!("HTTP/1.1 {status} X\r\n{header}\r\ncontent-length: 0\r\n\r\n");
                told();
                stream.write_all(text.as_bytes()).await?;
            }
            Reaction::Hang => {
                told();
                std::future::pending::<()>().await;
            }
            Reaction::Reset => {
                told();
                return Ok(());
            }
            Reaction::Flood(bytes) => {
                let text = format!("HTTP/1.1 200 X\r\ncontent-length: {bytes}\r\n\r\n");
                told();
                stream.write_all(text.as_bytes()).await?;
                for _ in 0..bytes / 1_024 {
                    stream.write_all(&[b'x'; 1_024]).await?;
                }
            }
        }
    }
}
