//! The calls that the keys of a limit may still make in an hour, of which each
//! process takes some at a time for itself.

use shared::id::{KeyId, PartnerId};
use sqlx::Error;

use super::row::Columns as _;
use super::sql::Column::{Number, Text};
use super::sql::{Rows, Table};
use super::{Connection, Db};

/// What is limited: the calls of one kind by one key.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Subject {
    pub partner_id: PartnerId,
    pub key_id: KeyId,
    pub kind: Kind,
}

/// Calls of one pair of keys that are counted apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    Signed,
    /// From browsers, with the publishable key alone.
    Widget,
}

impl Kind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Signed => "signed",
            Self::Widget => "widget",
        }
    }
}

/// What a process was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Granted {
    pub calls: u32,
    /// What all processes have taken by then, with it.
    pub leased: u32,
}

/// Takes calls of an hour: at most `wish`, and never more of all than `limit`;
/// none if there are none left.
pub async fn lease(
    db: &Db,
    (subject, hour): (&Subject, i64),
    (wish, limit): (u32, u32),
) -> Result<Option<Granted>, Error> {
    let mut tx = db.write().await?;
    let row = sqlx::query(
        "INSERT INTO rate_hours (partner_id, key_id, kind, hour, leased, granted)
         VALUES ($1, $2, $3, $4, $5, $5)
         ON CONFLICT (partner_id, key_id, kind, hour) DO UPDATE SET
             granted = CASE WHEN rate_hours.leased + $5 <= $6 THEN $5 ELSE $6 - rate_hours.leased END,
             leased = CASE WHEN rate_hours.leased + $5 <= $6 THEN rate_hours.leased + $5 ELSE $6 END
         WHERE rate_hours.leased < $6
         RETURNING granted, leased",
    )
    .bind(subject.partner_id.as_str())
    .bind(subject.key_id.as_str())
    .bind(subject.kind.as_str())
    .bind(hour)
    .bind(i64::from(wish.min(limit)))
    .bind(i64::from(limit))
    .fetch_optional(&mut *tx)
    .await?;
    tx.commit().await?;
    let number = |number: i64| u32::try_from(number).unwrap_or(u32::MAX);
    row.map(|row| {
        Ok(Granted {
            calls: number(row.number("granted")?),
            leased: number(row.number("leased")?),
        })
    })
    .transpose()
}

/// What goes back has its row, so the conflict is what always happens.
const GIVEN_BACK: Table = Table {
    name: "rate_hours",
    columns: &[
        Text("partner_id"),
        Text("key_id"),
        Text("kind"),
        Number("hour"),
        Number("leased"),
        Number("granted"),
    ],
    conflict: "ON CONFLICT (partner_id, key_id, kind, hour) DO UPDATE SET \
        leased = rate_hours.leased - excluded.leased",
};

/// Gives back what a process that stops has taken and not used.
pub async fn give_back(db: &Db, unused: &[(Subject, i64, u32)]) -> Result<(), Error> {
    if unused.is_empty() {
        return Ok(());
    }
    let mut rows = Rows::of(&GIVEN_BACK);
    for (subject, hour, calls) in unused {
        rows.push([
            subject.partner_id.as_str().into(),
            subject.key_id.as_str().into(),
            subject.kind.as_str().into(),
            (*hour).into(),
            i64::from(*calls).into(),
            0_i64.into(),
        ])?;
    }
    let mut tx = db.write().await?;
    rows.write(&mut tx, db.dialect()).await?;
    tx.commit().await
}

/// Whether there are rows of hours before one.
pub async fn has_old(conn: &mut Connection, before: i64) -> Result<bool, Error> {
    let row = sqlx::query("SELECT 1 FROM rate_hours WHERE hour < $1 LIMIT 1")
        .bind(before)
        .fetch_optional(conn)
        .await?;
    Ok(row.is_some())
}

/// Removes some rows of hours before one.
pub async fn prune(conn: &mut Connection, before: i64, limit: i64) -> Result<u64, Error> {
    let done = sqlx::query(
        "DELETE FROM rate_hours WHERE (partner_id, key_id, kind, hour) IN (
             SELECT partner_id, key_id, kind, hour FROM rate_hours
             WHERE hour < $1 ORDER BY hour LIMIT $2)",
    )
    .bind(before)
    .bind(limit)
    .execute(conn)
    .await?;
    Ok(done.rows_affected())
}
