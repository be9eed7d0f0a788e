//! Letters: plain text to one address, and where they go. Until there is a mail
//! server to hand them to, the sandbox puts them into a folder, the outbox.

pub mod outbox;
pub mod receipt;

use shared::locale::Locale;
use shared::time::Timestamp;

/// A letter, ready to be sent.
#[derive(Clone)]
pub struct Letter {
    pub to: String,
    pub subject: String,
    /// Lines end with `\n`.
    pub text: String,
    pub locale: Locale,
}

impl std::fmt::Debug for Letter {
    /// Letters hold addresses and one-time links.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Letter([hidden])")
    }
}

impl Letter {
    /// The letter as mail programs read it (RFC 5322, with UTF-8 by RFC 6532).
    pub fn message(&self, id: &str, now: Timestamp) -> String {
        let subject = one_line(&self.subject);
        let text = self.text.replace('\n', "\r\n");
        format!(
            "From: Giving <no-reply@localhost>\r\nTo: <{}>\r\nSubject: {subject}\r\nDate: {}\r\n\
             Message-ID: <{id}@localhost>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\
             Content-Transfer-Encoding: 8bit\r\nContent-Language: {}\r\nAuto-Submitted: auto-generated\r\n\r\n{text}",
            one_line(&self.to),
            now.to_rfc2822(),
            self.locale,
        )
    }
}

/// A header has one line, whatever is put into it.
fn one_line(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect()
}
