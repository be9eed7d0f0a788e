//! Mail that is still to be sent: what each is about, and a lease. The text is
//! written when it is sent.

use shared::id::{MailId, PartnerId};
use shared::time::Timestamp;
use sqlx::Error;

use super::Connection;
use super::row::Columns as _;

/// What a mail is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailKind {
    /// A link for a new password, if the address that is the mail's subject is
    /// somebody's.
    Reset,
    /// The invitation that is the mail's subject.
    Invitation,
    /// The receipt for the gift that is the mail's subject.
    Receipt,
}

impl MailKind {
    const ALL: [Self; 3] = [Self::Reset, Self::Invitation, Self::Receipt];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Reset => "reset",
            Self::Invitation => "invitation",
            Self::Receipt => "receipt",
        }
    }

    fn named(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

#[derive(Clone, Debug)]
pub struct Mail {
    pub id: MailId,
    pub kind: MailKind,
    /// None for what concerns no partner.
    pub partner_id: Option<PartnerId>,
    pub subject_id: String,
    /// How often it was claimed, this time included.
    pub attempts: i64,
    /// From then on there is no further try.
    pub give_up_at: Timestamp,
}

/// Adds a mail that is due at `now`.
pub async fn put(conn: &mut Connection, mail: &Mail, now: Timestamp) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO mails (id, kind, partner_id, subject_id, due_at, leased_until, attempts, give_up_at, created_at)
         VALUES ($1, $2, $3, $4, $5, 0, 0, $6, $5)",
    )
    .bind(mail.id.as_str())
    .bind(mail.kind.as_str())
    .bind(mail.partner_id.as_ref().map(PartnerId::as_str))
    .bind(&mail.subject_id)
    .bind(now.0)
    .bind(mail.give_up_at.0)
    .execute(conn)
    .await?;
    Ok(())
}

/// Whether a mail waits to be claimed.
pub async fn is_due(conn: &mut Connection, now: Timestamp) -> Result<bool, Error> {
    let row = sqlx::query("SELECT 1 FROM mails WHERE due_at <= $1 AND leased_until <= $1 LIMIT 1")
        .bind(now.0)
        .fetch_optional(conn)
        .await?;
    Ok(row.is_some())
}

/// Takes up to `limit` due mails for `lease_ms`; nobody else gets them until then.
pub async fn claim(
    conn: &mut Connection,
    (now, lease_ms): (Timestamp, i64),
    limit: i64,
) -> Result<Vec<Mail>, Error> {
    let rows = sqlx::query(
        "UPDATE mails SET leased_until = $1, attempts = attempts + 1
         WHERE leased_until <= $2 AND id IN (
             SELECT id FROM mails WHERE due_at <= $2 AND leased_until <= $2 ORDER BY due_at, id LIMIT $3)
         RETURNING id, kind, partner_id, subject_id, attempts, give_up_at",
    )
    .bind(now.plus_ms(lease_ms).0)
    .bind(now.0)
    .bind(limit)
    .fetch_all(conn)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(Mail {
                id: row.text("id")?,
                kind: row.named("kind", MailKind::named)?,
                partner_id: row.text_or_null("partner_id")?,
                subject_id: row.text("subject_id")?,
                attempts: row.number("attempts")?,
                give_up_at: row.time("give_up_at")?,
            })
        })
        .collect()
}

/// Gives a claimed mail back, due again at `due_at`.
pub async fn retry(conn: &mut Connection, mail: &Mail, due_at: Timestamp) -> Result<(), Error> {
    sqlx::query("UPDATE mails SET due_at = $2, leased_until = 0 WHERE id = $1")
        .bind(mail.id.as_str())
        .bind(due_at.0)
        .execute(conn)
        .await?;
    Ok(())
}

/// Removes a mail that was sent or given up.
pub async fn finish(conn: &mut Connection, mail: &Mail) -> Result<(), Error> {
    sqlx::query("DELETE FROM mails WHERE id = $1")
        .bind(mail.id.as_str())
        .execute(conn)
        .await?;
    Ok(())
}
