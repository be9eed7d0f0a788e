//! Folding: the sums of the newest events are written down, so that who reads
//! them has few left to add.

use shared::day::Day;
use shared::id::PartnerId;
use sqlx::Error;

use super::Step;
use super::campaign::{CAMPAIGN_DAYS, CampaignStep, MEMBERS};
use crate::store::row::Columns as _;
use crate::store::sql::Column::{Number, Text};
use crate::store::sql::{Rows, Table};
use crate::store::{Connection, Db};

/// About how many events go into one fold, so that nobody waits long for the end of
/// its transaction: it ends with the commit in which their number is reached.
const MAX_EVENTS: i64 = 1_024;

/// A partner whose newest commits are not folded yet.
#[derive(Clone, Debug)]
pub struct Behind {
    pub partner_id: PartnerId,
    folded: i64,
    last: i64,
}

impl Behind {
    /// The commit with which the next fold ends.
    async fn end(&self, conn: &mut Connection) -> Result<i64, Error> {
        let row = sqlx::query(
            "SELECT MAX(e.commit_number) AS last, COUNT(*) AS number FROM (
                 SELECT commit_number FROM events
                 WHERE partner_id = $1 AND commit_number > $2 AND commit_number <= $3
                 ORDER BY commit_number LIMIT $4) e",
        )
        .bind(self.partner_id.as_str())
        .bind(self.folded)
        .bind(self.last)
        .bind(MAX_EVENTS)
        .fetch_one(conn)
        .await?;
        if row.number("number")? < MAX_EVENTS {
            return Ok(self.last);
        }
        row.number("last")
    }
}

/// Partners with at least so many commits that are not folded, those with the
/// most first.
pub async fn behind(conn: &mut Connection, commits: i64, limit: i64) -> Result<Vec<Behind>, Error> {
    let rows = sqlx::query(
        "SELECT b.partner_id, COALESCE(f.commit_number, 0) AS folded, b.commit_number AS last
         FROM books b LEFT JOIN activity_folds f ON f.partner_id = b.partner_id
         WHERE b.commit_number - COALESCE(f.commit_number, 0) >= $1
         ORDER BY b.commit_number - COALESCE(f.commit_number, 0) DESC, b.partner_id LIMIT $2",
    )
    .bind(commits)
    .bind(limit)
    .fetch_all(conn)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(Behind {
                partner_id: row.text("partner_id")?,
                folded: row.number("folded")?,
                last: row.number("last")?,
            })
        })
        .collect()
}

const DAYS: Table = Table {
    name: "activity_days",
    columns: &[
        Text("partner_id"),
        Number("day"),
        Number("actions"),
        Number("tokens"),
        Number("reversed"),
        Number("users"),
        Number("last_users"),
    ],
    conflict: "ON CONFLICT (partner_id, day) DO UPDATE SET actions = activity_days.actions + excluded.actions, \
        tokens = activity_days.tokens + excluded.tokens, reversed = activity_days.reversed + excluded.reversed, \
        users = activity_days.users + excluded.users, last_users = activity_days.last_users + excluded.last_users",
};

const USER_DAYS: Table = Table {
    name: "user_days",
    columns: &[
        Text("partner_id"),
        Number("day"),
        Text("user_id"),
        Number("actions"),
        Number("tokens"),
    ],
    conflict: "ON CONFLICT (partner_id, day, user_id) DO UPDATE SET actions = user_days.actions + excluded.actions, \
        tokens = user_days.tokens + excluded.tokens",
};

/// Folds some commits of each of the partners in one transaction. What is added
/// is found before it begins; a partner whom somebody else has folded meanwhile
/// is left alone.
pub async fn fold(db: &Db, partners: &[Behind]) -> Result<(), Error> {
    let mut steps = Vec::with_capacity(partners.len());
    for partner in partners {
        let mut conn = db.read().await?;
        let last = partner.end(&mut conn).await?;
        let span = (&partner.partner_id, partner.folded, last);
        let step = Step::of(&mut conn, db.dialect(), span).await?;
        let campaigns = CampaignStep::of(&mut conn, db.dialect(), (span, None)).await?;
        steps.push((partner, last, step, campaigns));
    }
    // In the order of the partners, so that two processes cannot wait for each
    // other in a circle.
    steps.sort_by(|(one, ..), (other, ..)| one.partner_id.cmp(&other.partner_id));
    let mut tx = db.write().await?;
    let (mut days, mut user_days) = (Rows::of(&DAYS), Rows::of(&USER_DAYS));
    let (mut campaign_days, mut members) = (Rows::of(&CAMPAIGN_DAYS), Rows::of(&MEMBERS));
    for (partner, last, step, campaigns) in &steps {
        if advance(&mut tx, partner, *last).await? {
            push(&mut days, &mut user_days, (&partner.partner_id, step))?;
            campaigns.push(&mut campaign_days, &mut members, &partner.partner_id)?;
        }
    }
    campaign_days.write(&mut tx, db.dialect()).await?;
    members.write_some(&mut tx, db.dialect()).await?;
    days.write(&mut tx, db.dialect()).await?;
    user_days.write(&mut tx, db.dialect()).await?;
    tx.commit().await
}

/// Moves a partner's place; false if it is no longer where it was.
async fn advance(conn: &mut Connection, behind: &Behind, last: i64) -> Result<bool, Error> {
    let done = sqlx::query(
        "INSERT INTO activity_folds (partner_id, commit_number) VALUES ($1, $3)
         ON CONFLICT (partner_id) DO UPDATE SET commit_number = excluded.commit_number
         WHERE activity_folds.commit_number = $2",
    )
    .bind(behind.partner_id.as_str())
    .bind(behind.folded)
    .bind(last)
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

fn push(
    days: &mut Rows,
    user_days: &mut Rows,
    (partner_id, step): (&PartnerId, &Step),
) -> Result<(), Error> {
    for (day, sums) in &step.days {
        days.push([
            partner_id.as_str().into(),
            day.0.into(),
            sums.actions.into(),
            sums.tokens.0.into(),
            sums.reversed.0.into(),
            sums.users.into(),
            sums.last_users.into(),
        ])?;
    }
    for (user_id, of_user) in &step.users {
        for (day, sums) in of_user {
            user_days.push([
                partner_id.as_str().into(),
                day.0.into(),
                user_id.as_str().into(),
                sums.actions.into(),
                sums.tokens.0.into(),
            ])?;
        }
    }
    Ok(())
}

/// Whether there is something of a partner's users from before a day.
pub async fn has_old(
    conn: &mut Connection,
    (partner_id, before): (&PartnerId, Day),
) -> Result<bool, Error> {
    let row = sqlx::query("SELECT 1 FROM user_days WHERE partner_id = $1 AND day < $2 LIMIT 1")
        .bind(partner_id.as_str())
        .bind(before.0)
        .fetch_optional(conn)
        .await?;
    Ok(row.is_some())
}

/// Removes what users did before a day, which no dashboard shows.
pub async fn prune(
    conn: &mut Connection,
    (partner_id, before): (&PartnerId, Day),
    limit: i64,
) -> Result<u64, Error> {
    let done = sqlx::query(
        "DELETE FROM user_days WHERE (partner_id, day, user_id) IN (
             SELECT partner_id, day, user_id FROM user_days
             WHERE partner_id = $1 AND day < $2 ORDER BY day LIMIT $3)",
    )
    .bind(partner_id.as_str())
    .bind(before.0)
    .bind(limit)
    .execute(conn)
    .await?;
    Ok(done.rows_affected())
}
