//! What a partner's users did, added up by day: folded sums of most of it, and
//! of the newest events what a [`Step`] says of them.

pub mod campaign;
pub mod fold;
mod step;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use shared::day::Day;
use shared::id::{ExternalUserId, PartnerId, UserId};
use shared::money::Tokens;
use shared::time::Timestamp;
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Error};

pub use self::step::Step;
use super::Connection;
use super::row::Columns as _;
use super::sql::{Dialect, json as json_text};

/// What was done on a day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DaySums {
    /// Actions that were rewarded.
    pub actions: i64,
    pub tokens: Tokens,
    pub reversed: Tokens,
    /// Those who took part.
    pub users: i64,
    /// Those of them who have not taken part since.
    pub last_users: i64,
}

impl DaySums {
    pub(super) fn add(&mut self, more: &Self) {
        self.actions += more.actions;
        self.tokens.0 += more.tokens.0;
        self.reversed.0 += more.reversed.0;
        self.users += more.users;
        self.last_users += more.last_users;
    }
}

/// What a user did in a time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UserSums {
    pub actions: i64,
    pub tokens: Tokens,
}

/// The sums of a partner's days from `from` on; days on which nothing was done
/// may be left out.
pub async fn days(
    conn: &mut Connection,
    (dialect, partner_id): (Dialect, &PartnerId),
    from: Day,
) -> Result<BTreeMap<Day, DaySums>, Error> {
    let step = Step::to_the_end(conn, (dialect, partner_id)).await?;
    let rows = sqlx::query("SELECT * FROM activity_days WHERE partner_id = $1 AND day >= $2")
        .bind(partner_id.as_str())
        .bind(from.0)
        .fetch_all(conn)
        .await?;
    let mut days = BTreeMap::new();
    for row in rows {
        days.insert(Day(row.number("day")?), read_day(&row)?);
    }
    for (day, sums) in step.days.range(from..) {
        days.entry(*day).or_default().add(sums);
    }
    Ok(days)
}

fn read_day(row: &AnyRow) -> Result<DaySums, Error> {
    Ok(DaySums {
        actions: row.number("actions")?,
        tokens: Tokens(row.number("tokens")?),
        reversed: Tokens(row.number("reversed")?),
        users: row.number("users")?,
        last_users: row.number("last_users")?,
    })
}

/// Those who earned most from a day on, the best first; of equals, the one with
/// the lower id.
pub async fn top_earners(
    conn: &mut Connection,
    (dialect, partner_id): (Dialect, &PartnerId),
    from: Day,
    limit: i64,
) -> Result<Vec<(ExternalUserId, UserSums)>, Error> {
    let step = Step::to_the_end(conn, (dialect, partner_id)).await?;
    let mut earners = folded_top(conn, partner_id, from, limit).await?;
    // Whoever did nothing since stands among the best of the folded sums, or
    // nowhere; the others may have come up from anywhere.
    let newer = step.users_since(from);
    let known: BTreeSet<&UserId> = earners.keys().collect();
    let unknown: Vec<&UserId> = newer.keys().filter(|id| !known.contains(id)).collect();
    let folded = folded_sums(conn, (dialect, partner_id), from, &unknown).await?;
    earners.extend(folded);
    for (id, sums) in newer {
        let earner = earners.entry(id).or_default();
        earner.actions += sums.actions;
        earner.tokens.0 += sums.tokens.0;
    }
    let mut earners: Vec<_> = earners
        .into_iter()
        .filter(|(_, sums)| sums.tokens.0 > 0)
        .collect();
    earners
        .sort_by(|(id, sums), (other_id, other)| (other.tokens, id).cmp(&(sums.tokens, other_id)));
    earners.truncate(usize::try_from(limit).unwrap_or_default());
    name(conn, (dialect, partner_id), earners).await
}

async fn folded_top(
    conn: &mut Connection,
    partner_id: &PartnerId,
    from: Day,
    limit: i64,
) -> Result<BTreeMap<UserId, UserSums>, Error> {
    // The plus keeps SQLite from finding the days first and sorting users after:
    // in the other index, users are in order and nothing else is looked up.
    let rows = sqlx::query(
        "SELECT user_id, CAST(SUM(actions) AS BIGINT) AS actions, CAST(SUM(tokens) AS BIGINT) AS tokens
         FROM user_days WHERE partner_id = $1 AND +day >= $2
         GROUP BY user_id ORDER BY 3 DESC, user_id LIMIT $3",
    )
    .bind(partner_id.as_str())
    .bind(from.0)
    .bind(limit)
    .fetch_all(conn)
    .await?;
    rows.iter().map(read_user).collect()
}

async fn folded_sums(
    conn: &mut Connection,
    (dialect, partner_id): (Dialect, &PartnerId),
    from: Day,
    users: &[&UserId],
) -> Result<BTreeMap<UserId, UserSums>, Error> {
    if users.is_empty() {
        return Ok(BTreeMap::new());
    }
    let sql = dialect.lookup(
        "t.user_id, t.actions, t.tokens",
        "user_days",
        "t.partner_id = v.value ->> 0 AND t.user_id = v.value ->> 1
         AND t.day >= CAST(v.value ->> 2 AS BIGINT)",
    );
    let keys: Vec<Value> = users
        .iter()
        .map(|id| json!([partner_id, id, from.0]))
        .collect();
    let rows = sqlx::query(sql)
        .bind(json_text(&keys)?)
        .fetch_all(conn)
        .await?;
    let mut sums = BTreeMap::<UserId, UserSums>::new();
    for row in &rows {
        let (id, more) = read_user(row)?;
        let user = sums.entry(id).or_default();
        user.actions += more.actions;
        user.tokens.0 += more.tokens.0;
    }
    Ok(sums)
}

fn read_user(row: &AnyRow) -> Result<(UserId, UserSums), Error> {
    let sums = UserSums {
        actions: row.number("actions")?,
        tokens: Tokens(row.number("tokens")?),
    };
    Ok((row.text("user_id")?, sums))
}

/// The users by the names that the partner knows them by, in the same order.
async fn name(
    conn: &mut Connection,
    (dialect, partner_id): (Dialect, &PartnerId),
    users: Vec<(UserId, UserSums)>,
) -> Result<Vec<(ExternalUserId, UserSums)>, Error> {
    let sql = dialect.lookup(
        "t.id, t.external_id",
        "users",
        "t.partner_id = v.value ->> 0 AND t.id = v.value ->> 1",
    );
    let keys: Vec<Value> = users
        .iter()
        .map(|(id, _)| json!([partner_id, id]))
        .collect();
    let rows = sqlx::query(sql)
        .bind(json_text(&keys)?)
        .fetch_all(conn)
        .await?;
    let mut names = BTreeMap::<UserId, ExternalUserId>::new();
    for row in rows {
        names.insert(row.text("id")?, row.text("external_id")?);
    }
    let by_name = users.into_iter();
    let by_name = by_name.filter_map(|(id, sums)| Some((names.remove(&id)?, sums)));
    Ok(by_name.collect())
}

/// The actions that failed, by the day on which they were tried first.
pub async fn failed(
    conn: &mut Connection,
    partner_id: &PartnerId,
    from: Day,
) -> Result<BTreeMap<Day, i64>, Error> {
    let rows = sqlx::query(
        "SELECT created_at / 86400000 AS day, COUNT(*) AS number FROM actions
         WHERE partner_id = $1 AND created_at >= $2 AND status = 'FAILED'
         GROUP BY created_at / 86400000",
    )
    .bind(partner_id.as_str())
    .bind(from.start().0)
    .fetch_all(conn)
    .await?;
    rows.iter()
        .map(|row| Ok((Day(row.number("day")?), row.number("number")?)))
        .collect()
}

/// How many users a partner has, and how many of them were made since.
pub async fn users(
    conn: &mut Connection,
    partner_id: &PartnerId,
    since: Timestamp,
) -> Result<(i64, i64), Error> {
    let row = sqlx::query(
        "SELECT b.users AS total, (SELECT COUNT(*) FROM users u
             WHERE u.partner_id = $1 AND u.created_at >= $2) AS made
         FROM books b WHERE b.partner_id = $1",
    )
    .bind(partner_id.as_str())
    .bind(since.0)
    .fetch_one(conn)
    .await?;
    Ok((row.number("total")?, row.number("made")?))
}

/// Up to which commit the events of a partner are folded.
async fn folded(conn: &mut Connection, partner_id: &PartnerId) -> Result<i64, Error> {
    let row = sqlx::query("SELECT commit_number FROM activity_folds WHERE partner_id = $1")
        .bind(partner_id.as_str())
        .fetch_optional(conn)
        .await?;
    row.map_or(Ok(0), |row| row.number("commit_number"))
}

/// Runs SQL that was put together, over the commits of a partner after one and
/// up to another.
async fn over_commits(
    conn: &mut Connection,
    sql: String,
    (partner_id, after, last): (&PartnerId, i64, i64),
) -> Result<Vec<AnyRow>, Error> {
    sqlx::query(AssertSqlSafe(sql))
        .bind(partner_id.as_str())
        .bind(after)
        .bind(last)
        .fetch_all(conn)
        .await
}
